"""What runs over a connected socket: octets as they are, or TLS (RFC 3261 §18, §26.2; RFC 5246, RFC 8446)."""

import ssl
from dataclasses import dataclass
from typing import Protocol

from sipbridge.certificate import Certificate, names_of

__all__ = ["Clear", "Secure", "TlsContexts", "TlsFiles", "Wire"]

_READ = 65_536


class Wire(Protocol):
    """Turns what the socket has into what the peer says, and back; OSError where that cannot be."""

    ready: bool
    """Whether messages pass."""

    def take(self, data: bytes) -> bytes:
        """Octets from the socket; what they say."""

    def put(self, data: bytes) -> None:
        """Octets to say."""

    def outgoing(self) -> bytes:
        """Octets for the socket, once."""

    def names(self) -> tuple[str, ...]:
        """Whom the peer's certificate names."""


class Clear:
    """TCP as it is."""

    def __init__(self) -> None:
        self.ready = True
        self._out: list[bytes] = []

    def take(self, data: bytes) -> bytes:
        return data

    def put(self, data: bytes) -> None:
        self._out.append(data)

    def outgoing(self) -> bytes:
        taken, self._out = self._out, []
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def names(self) -> tuple[str, ...]:
        return ()


class Secure:
    """TLS without a socket: OpenSSL between two buffers."""

    def __init__(self, context: ssl.SSLContext, *, server: bool, host: str = "") -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=server, server_hostname=host or None)
        self.ready = False
        self._shake()

    def take(self, data: bytes) -> bytes:
        self._in.write(data)
        if not self.ready:
            self._shake()
        return self._read() if self.ready else b""

    def put(self, data: bytes) -> None:
        self._tls.write(data)

    def outgoing(self) -> bytes:
        return self._out.read()

    def names(self) -> tuple[str, ...]:
        return names_of(_certificate(self._tls))

    def _shake(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        self.ready = True

    def _read(self) -> bytes:
        said: list[bytes] = []
        try:
            while True:
                piece = self._tls.read(_READ)
                if not piece:
                    break
                said.append(piece)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:  # close_notify: what came before it counts, and the socket ends next
            pass
        return b"".join(said)


def _certificate(tls: ssl.SSLObject) -> Certificate:
    """As `ssl` gives it: subject and subjectAltName as pairs; empty where the peer has shown none."""
    shown = tls.getpeercert() or {}
    subject: object = shown.get("subject", ())
    alternative: object = shown.get("subjectAltName", ())
    return Certificate(_pairs(subject), _pairs(alternative))


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    """Pairs of strings, however deep they lie."""
    if not isinstance(value, tuple):
        return ()
    if len(value) == 2 and all(isinstance(each, str) for each in value):
        return ((str(value[0]), str(value[1])),)
    return tuple(pair for each in value for pair in _pairs(each))


@dataclass(frozen=True)
class TlsFiles:
    """PEM files: our certificate with its chain, its key, and the authorities that are believed."""

    certificate: str
    key: str
    authorities: str
    mutual: bool = True
    """Whether who connects has to show a certificate."""
    peers: tuple[str, ...] = ()


@dataclass(frozen=True)
class TlsContexts:
    """Certificates for both directions, and who is expected at the other end (RFC 5922 §7)."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    peers: frozenset[str] = frozenset()
    """Names that are configured: one of them is the identity of a connection whose certificate has it."""

    @classmethod
    def load(cls, files: TlsFiles) -> "TlsContexts":
        """Read the files; an OSError says which of them is not there, or is not what it should be."""
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for context in (server, client):
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            _load(context, files)
            context.check_hostname = False  # RFC 5922 §7.2 compares otherwise than HTTP: see `certificate`
        client.verify_mode = ssl.CERT_REQUIRED
        server.verify_mode = ssl.CERT_REQUIRED if files.mutual else ssl.CERT_OPTIONAL
        return cls(server, client, frozenset(name.lower() for name in files.peers))

    def identity(self, names: tuple[str, ...]) -> str:
        """The configured name that the certificate proves; else its first, "" where it proves nothing."""
        return next((name for name in names if name in self.peers), names[0] if names else "")

    def expected(self, names: tuple[str, ...], domain: str, host: str) -> bool:
        """Whether it is whom we meant to connect to: the domain that was looked up, else a configured peer
        or the address itself (RFC 5922 §7.3).
        """
        if domain:
            return domain.lower() in names
        return host.lower() in names or not self.peers.isdisjoint(names)


def _load(context: ssl.SSLContext, files: TlsFiles) -> None:
    try:
        context.load_cert_chain(files.certificate, files.key)
    except OSError as fault:
        raise OSError(fault.errno, f"{files.certificate}, {files.key}: {_reason(fault)}") from None
    try:
        context.load_verify_locations(files.authorities)
    except OSError as fault:
        raise OSError(fault.errno, f"{files.authorities}: {_reason(fault)}") from None


def _reason(fault: OSError) -> str:
    return fault.strerror or str(fault)
