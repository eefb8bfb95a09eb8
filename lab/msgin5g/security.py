"""What a secured MSGin5G service shows each other, and what a pretender shows (TS 33.501 Annex Y)."""

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["HONEST", "Pretence", "Security", "secret_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretence:
    """What somebody does who is not in order."""

    certificate: Literal["own", "none", "foreign"] = "own"
    """Foreign: of an authority that nobody believes."""
    plain: bool = False
    """Whether it asks without TLS, so that it gets no token either."""
    token: Literal["own", "none", "expired", "forged", "elsewhere", "another API"] = "own"
    secret: str = ""
    """What it shows to the authorization server instead of its own."""
    guessed: bool = False
    """Whether its OSCORE key is one that nobody shares with it."""
    key_of: str = ""
    """Of a phone behind the gateway of the carrier: the UE whose OSCORE key it has instead of its own."""


HONEST = Pretence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """TLS and access tokens on REST, OSCORE keys on MSGin5G-1."""

    mutual: bool = True
    """Whether who asks has to show a certificate."""
    tokens: bool = True
    """Whether calls want an access token (TS 33.501 §13.4.1); else certificates say who calls."""
    algorithm: Literal["HS256", "ES256"] = "HS256"
    lifetime: int = 600
    """Seconds that a token is good for."""
    folder: str = ""
    """Where keys and certificates are on the wire; nothing: a folder of the run."""
    pretenders: dict[str, Pretence] = field(default_factory=dict)
    """By node."""

    def pretence(self, node: str) -> Pretence:
        return self.pretenders.get(node, HONEST)


def secret_of(client: str) -> str:
    """[LAB] Of an OAuth2 client; of no operator."""
    return f"lab secret of {client}"
