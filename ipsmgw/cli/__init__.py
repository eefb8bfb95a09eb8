"""The command `ipsmgw`: run the gateway, check its configuration, see how it stands, and read octets."""

from ipsmgw.starting import start

__all__ = ["main"]


def main() -> None:
    """The console script."""
    start("ipsmgw.cli.commands")
