"""Digest access authentication: what Authorization says, and what it must say (RFC 7616, RFC 3261 §22)."""

from collections.abc import Callable
from hashlib import md5, sha256
from typing import NamedTuple

from sipbridge.errors import DecodeError
from sipbridge.header import parameters, split

__all__ = ["HASHES", "Credentials", "credentials", "digest_response"]

_LONGEST = 4096
_HEX = frozenset("0123456789abcdefABCDEF")


def _md5(octets: bytes) -> str:
    return md5(octets, usedforsecurity=False).hexdigest()


def _sha256(octets: bytes) -> str:
    return sha256(octets).hexdigest()


HASHES: dict[str, Callable[[bytes], str]] = {"md5": _md5, "sha-256": _sha256}
"""By the name behind AKAv1- or AKAv2-, or alone; in lower case."""


class Credentials(NamedTuple):
    """The parameters of an Authorization of scheme Digest; what is not there is empty."""

    username: bytes
    realm: bytes
    nonce: bytes
    uri: bytes
    response: str
    algorithm: str
    qop: str
    nc: str
    cnonce: bytes
    auts: bytes


def credentials(value: bytes) -> Credentials | None:
    """Read an Authorization; None where it is of another scheme, which RFC 4475 §3.3.7 says to ignore."""
    scheme, _, rest = value.strip().partition(b" ")
    if scheme.lower() != b"digest":
        return None
    if len(rest) > _LONGEST:
        raise DecodeError("Authorization too long")
    parts = split(rest)
    named = parameters(parts)
    if len(named) != len(parts):
        raise DecodeError("parameter of Authorization repeated")
    nc, response = _text(named, b"nc"), _text(named, b"response").lower()
    if not (_HEX.issuperset(response) and _HEX.issuperset(nc) and len(nc) in (0, 8)):
        raise DecodeError("Authorization malformed")
    return Credentials(
        username=named.get(b"username", b""),
        realm=named.get(b"realm", b""),
        nonce=named.get(b"nonce", b""),
        uri=named.get(b"uri", b""),
        response=response,
        algorithm=_text(named, b"algorithm").lower(),
        qop=_text(named, b"qop").lower(),
        nc=nc,
        cnonce=named.get(b"cnonce", b""),
        auts=named.get(b"auts", b""),
    )


def _text(named: dict[bytes, bytes], name: bytes) -> str:
    return named.get(name, b"").decode("latin-1")


def digest_response(said: Credentials, method: bytes, password: bytes, hashed: Callable[[bytes], str]) -> str:
    """RFC 7616 §3.4.1, and without qop RFC 2069; for an empty method it is rspauth (§3.5)."""
    a1 = hashed(b":".join((said.username, said.realm, password))).encode("ascii")
    a2 = hashed(b":".join((method, said.uri))).encode("ascii")
    if not said.qop:
        return hashed(b":".join((a1, said.nonce, a2)))
    nc, qop = said.nc.encode("latin-1"), said.qop.encode("latin-1")
    return hashed(b":".join((a1, said.nonce, nc, said.cnonce, qop, a2)))
