"""How a node takes and makes requests: over what, where, and with which keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

__all__ = ["MAX_RETRANSMIT", "ExchangeSpec", "SharedKey", "Tls", "key_id"]

MAX_RETRANSMIT = 4
"""How often a request over CoAP is repeated, where nothing else is set (RFC 7252 §4.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedKey:
    """A key with one peer (OSCORE, RFC 8613): whom it proves, and where it is used without being asked.

    A node that speaks for several has a key for each of them, which is named after him at both ends, and has
    an ID Context.
    """

    identity: str
    secret: bytes
    origins: tuple[str, ...] = ()
    """coap://host:port; of whom we know only when it asks: none."""
    one_of_many: bool = False
    """Whether this peer has other keys with the same node."""
    speaker: str = ""
    """Who we are to the peer of this key; nothing: who we are to all."""
    peer: str = ""
    """Who the peer is to us, where the key is not named after it."""

    @property
    def context(self) -> bytes:
        """ID Context."""
        return key_id(self.identity) if self.one_of_many else b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What a node shows and whom it believes; the authorities are by name, and so are the certificates."""

    name: str = ""
    """What our certificate is for, beside our address and host names; nothing: we show none."""
    authority: str = "lab"
    """By whom it is signed."""
    believed: str = "lab"
    """Whose certificates are believed."""
    mutual: bool = True
    """Whether who asks has to show one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSpec:
    """One port of a node."""

    protocol: str
    """coap or http."""
    local: tuple[str, int]
    identity: str = ""
    """What a key of this node proves."""
    keys: tuple[SharedKey, ...] = ()
    names: tuple[str, ...] = ()
    """Host names by which it is found too."""
    tls: Tls | None = None
    """With what it listens and asks, of http; none: in the clear."""
    max_retransmit: int = MAX_RETRANSMIT
    """Of coap."""
    _named: Mapping[str, SharedKey] = field(init=False, repr=False, compare=False)
    """Keys by their identities; of several the first."""

    def __post_init__(self) -> None:
        named = {key.identity: key for key in reversed(self.keys) if key.identity}
        object.__setattr__(self, "_named", named)

    @property
    def scheme(self) -> str:
        return "https" if self.tls is not None else self.protocol

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.local[0]}:{self.local[1]}"

    @property
    def origins(self) -> tuple[str, ...]:
        """Every way to write it."""
        return (self.origin, *(f"{self.scheme}://{name}:{self.local[1]}" for name in self.names))

    @property
    def certified(self) -> str:
        """The name that others read in its certificate: a host name comes before what it is for."""
        if self.tls is None or not self.tls.name:
            return ""
        return next(iter(self.names), self.tls.name)

    def key_of(self, identity: str) -> SharedKey | None:
        """The key that is shared with this one."""
        return self._named.get(identity)


def key_id(identity: str) -> bytes:
    """The OSCORE Sender ID of an identity: short enough, and the same at both ends."""
    return sha256(identity.encode()).digest()[:6]
