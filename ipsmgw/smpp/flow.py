"""Where octets came from or go to: one TCP connection, of SMPP (v3.4 §2.2) or of lines."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from ipsmgw.smpp.framing import Framer

__all__ = ["Flow", "Framing", "SessionSpec", "TlsFiles"]


class Framing(Protocol):
    """Cuts the octets of one connection into what its stack is told; after a `fault` it cuts nothing more."""

    @property
    def fault(self) -> str: ...
    def feed(self, data: bytes, /) -> list[bytes]: ...


class Flow(NamedTuple):
    """A connection; `connection` tells two between the same addresses apart."""

    local: tuple[str, int]
    remote: tuple[str, int]
    connection: str
    protocol: str = "smpp"


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
    framer: Callable[[], Framing] = Framer
    protocol: str = "smpp"
    where: str = "msgin5g.smpp.tls"
    """What names its files in the configuration."""
