"""The product: an IP-Message-GW (3GPP: IP-SM-GW, TS 23.204)."""

__all__ = ["__version__"]

__version__ = "0.1.0"
