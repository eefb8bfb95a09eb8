"""Where octets of SMPP came from or go to: one TCP connection (SMPP v3.4 §2.2)."""

from typing import NamedTuple

__all__ = ["Flow", "SessionSpec", "TlsFiles"]


class Flow(NamedTuple):
    """A connection; `connection` tells two between the same addresses apart."""

    local: tuple[str, int]
    remote: tuple[str, int]
    connection: str


class TlsFiles(NamedTuple):
    """Who is believed, who we are, and whom the peer has to be: PEM files, and a name."""

    authorities: str
    certificate: str
    key: str
    name: str


class SessionSpec(NamedTuple):
    """A socket to open: one that listens at `local`, or one that connects from there to `remote`."""

    local: tuple[str, int]
    remote: tuple[str, int] | None = None
    within: float = 10.0
    """Seconds that a connection may take."""
    longest: float = 30.0
    """Seconds between attempts to connect: they double up to this."""
    tls: TlsFiles | None = None
