"""Digest AKA from the side of the server: AKAv1-MD5 (RFC 3310), AKAv2-MD5 and AKAv2-SHA-256 (RFC 4169).

Vectors come from above, as the HLR gives them; each serves one challenge, and each challenge one answer.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sipbridge.digest import HASHES, Credentials, credentials, digest_response
from sipbridge.errors import DecodeError, LocalError
from sipbridge.uri import SipUri, parse_uri

__all__ = [
    "ALGORITHMS",
    "Accepted",
    "Aka",
    "AkaVector",
    "AkaVerdict",
    "Refused",
    "Resynchronise",
    "Stale",
    "Unauthenticated",
    "aka_password",
]

_RAND, _AUTN, _AUTS = 16, 16, 14  # TS 33.102 §6.3
_LABEL = b"http-digest-akav2-password"  # RFC 4169 §3
ALGORITHMS = ("AKAv1-MD5", "AKAv2-MD5", "AKAv2-SHA-256")


class AkaVector(NamedTuple):
    """An authentication vector (TS 33.102 §6.3.2): a quintuplet of sendAuthenticationInfo."""

    rand: bytes
    autn: bytes
    xres: bytes
    ck: bytes
    ik: bytes


class Accepted(NamedTuple):
    """It is he; `rspauth` proves to him that we know it (RFC 7616 §3.5)."""

    username: str
    rspauth: str
    cnonce: str = ""
    nc: str = ""

    @property
    def authentication_info(self) -> str:
        """The value of an Authentication-Info."""
        cnonce = self.cnonce.replace("\\", "\\\\").replace('"', '\\"')
        return f'qop=auth, rspauth="{self.rspauth}", cnonce="{cnonce}", nc={self.nc}'


class Resynchronise(NamedTuple):
    """His sequence number is ahead: the HLR is to be asked with these (RFC 3310 §3.4, TS 33.102 §6.3.5)."""

    username: str
    rand: bytes
    auts: bytes


class Stale(NamedTuple):
    """An answer to a challenge that has been answered, or is too old: another one, with stale=true."""

    username: str
    nonce: str = ""


class Refused(NamedTuple):
    """The answer is wrong: `reason` is for people."""

    username: str
    reason: str


class Unauthenticated(NamedTuple):
    """There is no answer to a challenge in it; `username` is whom to ask the HLR for, empty where unknown."""

    username: str


AkaVerdict = Accepted | Resynchronise | Stale | Refused | Unauthenticated


class _Challenge(NamedTuple):
    """One that waits for its answer."""

    username: str
    vector: AkaVector
    algorithms: tuple[str, ...]
    until: float


class Aka:
    """The open challenges of a realm: at most `most`, each for `lifetime` seconds.

    `who` makes one name of all the ways in which a user may be named.
    """

    def __init__(
        self,
        realm: str,
        *,
        lifetime: float = 60.0,
        most: int = 100_000,
        who: Callable[[str], str] = str,
    ) -> None:
        if not realm or not realm.isascii() or not realm.isprintable() or set(realm) & set('"\\'):
            raise LocalError("not a realm")
        self._realm = realm.encode("ascii")
        self._lifetime = lifetime
        self._most = most
        self._who = who
        self._open: OrderedDict[bytes, _Challenge] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def challenge(
        self,
        username: str,
        vector: AkaVector,
        now: float,
        *,
        algorithm: str = "AKAv1-MD5",
        stale: bool = False,
    ) -> str:
        """The value of a WWW-Authenticate; CK and IK stay here (RFC 3310 §3.2)."""
        return self.challenges(username, vector, now, algorithms=(algorithm,), stale=stale)[0]

    def challenges(
        self,
        username: str,
        vector: AkaVector,
        now: float,
        *,
        algorithms: Sequence[str] = ALGORITHMS,
        stale: bool = False,
    ) -> list[str]:
        """One for each algorithm, over the same vector; the phone answers one (RFC 7616 §3.7)."""
        if (len(vector.rand), len(vector.autn)) != (_RAND, _AUTN) or not set(algorithms) <= set(ALGORITHMS):
            raise LocalError("not a vector, or no algorithm of AKA")
        nonce = b64encode(vector.rand + vector.autn)
        self._open.pop(nonce, None)
        while len(self._open) >= self._most:
            self._open.popitem(last=False)
        until = now + self._lifetime
        self._open[nonce] = _Challenge(self._who(username), vector, tuple(algorithms), until)
        again = ", stale=true" if stale else ""
        head = f'Digest realm="{self._realm.decode("ascii")}", nonce="{nonce.decode("ascii")}"'
        return [f'{head}, algorithm={each}, qop="auth"{again}' for each in algorithms]

    def check(self, authorization: bytes | None, method: bytes, uri: bytes, now: float) -> AkaVerdict:
        """Look at an Authorization, DecodeError where it is none; its answer uses a challenge up."""
        said = None if authorization is None else credentials(authorization)
        if said is None:
            return Unauthenticated("")
        username = said.username.decode("latin-1")
        if not said.nonce or not said.response:  # TS 24.229 §5.1.1.2.2: the first REGISTER names the user
            return Unauthenticated(username)
        asked = self._open.pop(said.nonce, None)
        if asked is None or asked.until <= now:
            return Stale(username, said.nonce.decode("latin-1"))
        wrong = self._wrong(said, asked, uri)
        return self._judge(said, asked, method) if wrong is None else Refused(username, wrong)

    def expire(self, now: float) -> None:
        """Forget what nobody has answered."""
        while (when := self.deadline()) is not None and when <= now:
            self._open.popitem(last=False)

    def deadline(self) -> float | None:
        """When the oldest is over."""
        return next(iter(self._open.values())).until if self._open else None

    def _wrong(self, said: Credentials, asked: _Challenge, uri: bytes) -> str | None:
        """Whether it answers this challenge at all."""
        if self._who(said.username.decode("utf-8", "replace")) != asked.username or said.realm != self._realm:
            return "another user or realm than was asked"
        if said.algorithm not in [each.lower() for each in asked.algorithms]:
            return "another algorithm than was asked for"
        cnonce = said.cnonce.decode("latin-1")
        if said.qop != "auth" or not (cnonce.isascii() and cnonce.isprintable() and cnonce):
            return "qop auth with a cnonce was asked for"
        if not said.nc.strip("0"):
            return "qop auth with nc and cnonce was asked for"
        return None if _same_resource(said.uri, uri) else "for another URI"

    def _judge(self, said: Credentials, asked: _Challenge, method: bytes) -> AkaVerdict:
        username = said.username.decode("latin-1")
        hashed = HASHES[said.algorithm.partition("-")[2]]
        if said.auts:
            auts = _auts(said.auts)
            if auts is None or not _equal(digest_response(said, method, b"", hashed), said.response):
                return Refused(username, "resynchronisation that is none")
            return Resynchronise(username, asked.vector.rand, auts)
        password = aka_password(asked.vector, said.algorithm)
        if not _equal(digest_response(said, method, password, hashed), said.response):
            return Refused(username, "response is wrong")
        rspauth = digest_response(said, b"", password, hashed)
        return Accepted(username, rspauth, said.cnonce.decode("latin-1"), said.nc)


def aka_password(vector: AkaVector, algorithm: str) -> bytes:
    """RES itself (RFC 3310 §3.3), or RES, IK and CK hashed as the algorithm says (RFC 4169 §3)."""
    version, _, name = algorithm.lower().partition("-")
    if version == "akav1":
        return vector.xres
    key = vector.xres + vector.ik + vector.ck
    return b64encode(hmac.digest(key, _LABEL, name.replace("-", "")))


def _equal(one: str, other: str) -> bool:
    """In a time that does not tell how much of it is right."""
    return hmac.compare_digest(one, other)


def _auts(value: bytes) -> bytes | None:
    try:
        octets = b64decode(value, validate=True)
    except (Error, ValueError):
        return None
    return octets if len(octets) == _AUTS else None


def _same_resource(said: bytes, uri: bytes) -> bool:
    """RFC 7616 §3.4.6: the same resource, however it is written."""
    if said == uri:
        return True
    try:
        one, other = parse_uri(said.decode("latin-1")), parse_uri(uri.decode("latin-1"))
    except DecodeError:
        return False
    return isinstance(one, SipUri) and isinstance(other, SipUri) and one[:3] == other[:3]
