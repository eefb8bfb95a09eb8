"""How a node takes and makes requests: over what, where, and with which keys."""

from dataclasses import dataclass
from hashlib import sha256

__all__ = ["ExchangeSpec", "SharedKey", "key_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedKey:
    """A key with one peer (OSCORE, RFC 8613): whom it proves, and where it is used without being asked."""

    identity: str
    secret: bytes
    origin: str = ""
    """coap://host:port; of whom we know only when it asks: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSpec:
    """One port of a node."""

    protocol: str
    """coap or http."""
    local: tuple[str, int]
    identity: str = ""
    """What a key of this node proves."""
    keys: tuple[SharedKey, ...] = ()

    @property
    def origin(self) -> str:
        return f"{self.protocol}://{self.local[0]}:{self.local[1]}"

    def key_of(self, identity: str) -> SharedKey | None:
        """The key that is shared with this one."""
        return next((key for key in self.keys if key.identity == identity), None)


def key_id(identity: str) -> bytes:
    """The OSCORE Sender ID of an identity: short enough, and the same at both ends."""
    return sha256(identity.encode()).digest()[:6]
