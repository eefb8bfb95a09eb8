"""Digest access authentication from the side of the client: challenges and their answers (RFC 7616 §3)."""

from collections.abc import Sequence
from typing import NamedTuple

from sipbridge.digest import HASHES, Credentials, digest_response
from sipbridge.errors import LocalError
from sipbridge.header import parameters, split

__all__ = ["Challenge", "answer", "read_challenges"]


class Challenge(NamedTuple):
    """One WWW-Authenticate of scheme Digest; the algorithm as it was written."""

    realm: str
    nonce: str
    algorithm: str
    stale: bool


def read_challenges(values: Sequence[bytes]) -> list[Challenge]:
    """Those that ask for qop auth, in the order in which the server wishes for them."""
    found = []
    for value in values:
        scheme, _, rest = value.strip().partition(b" ")
        if scheme.lower() != b"digest":
            continue
        named = {name: text.decode("latin-1") for name, text in parameters(split(rest)).items()}
        if "auth" in [each.strip() for each in named.get(b"qop", "").lower().split(",")]:
            stale = named.get(b"stale", "").lower() == "true"
            algorithm = named.get(b"algorithm", "MD5")
            found.append(Challenge(named.get(b"realm", ""), named.get(b"nonce", ""), algorithm, stale))
    return found


def answer(
    challenge: Challenge, username: str, password: bytes, uri: str, *, cnonce: str, auts: str = ""
) -> str:
    """The Authorization of a REGISTER; `auts` in Base64 asks for resynchronisation (RFC 3310 §3.4)."""
    hashed = HASHES[challenge.algorithm.lower().removeprefix("akav1-").removeprefix("akav2-")]
    said = Credentials(
        username=username.encode(),
        realm=challenge.realm.encode(),
        nonce=challenge.nonce.encode(),
        uri=uri.encode(),
        response="",
        algorithm=challenge.algorithm,
        qop="auth",
        nc="00000001",
        cnonce=cnonce.encode(),
        auts=auts.encode(),
    )
    response = digest_response(said, b"REGISTER", b"" if auts else password, hashed)
    quoted = {
        "username": username, "realm": challenge.realm, "nonce": challenge.nonce, "uri": uri,
        "response": response, "cnonce": cnonce, **({"auts": auts} if auts else {}),
    }  # fmt: skip
    if any(set(value) & set('"\\\r\n') for value in quoted.values()):
        raise LocalError("a quote in what is quoted")
    head = ", ".join(f'{name}="{value}"' for name, value in quoted.items())
    return f"Digest {head}, algorithm={challenge.algorithm}, qop=auth, nc=00000001"
