"""OSCORE keys of a service: what UEs share with their server, and what pretenders use (TS 33.501 Y.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from lab.msgin5g.security import Pretence

__all__ = ["HeldKey", "held", "secret", "shown"]


@dataclass(frozen=True, slots=True)
class HeldKey:
    """Of the gateway of the carrier: whom it proves, and whether there are others beside it."""

    secret: bytes
    speaker: str
    one_of_many: bool = True


def secret(name: str) -> bytes:
    """[LAB] Of a UE; of no operator."""
    return sha256(f"lab key of {name}".encode()).digest()[:16]


def shown(name: str, pretence: Pretence) -> bytes:
    """What it uses."""
    return secret(f"a guess of {name}" if pretence.guessed else name)


def held(name: str, pretence: Pretence, svc_id: Callable[[str], str]) -> HeldKey:
    """What the gateway uses for one of its phones: that of another says so."""
    if pretence.key_of:
        return HeldKey(secret(pretence.key_of), svc_id(pretence.key_of), one_of_many=False)
    return HeldKey(shown(name, pretence), svc_id(name))
