"""Access tokens as signed JSON: JWS compact with HS256 or ES256 (RFC 7515, RFC 7518; TS 29.510 §6.3)."""

import base64
import binascii
import hmac
from typing import Literal, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from msgin5g_bridge.errors import DecodeError, LocalError
from msgin5g_bridge.exchange import Headers
from msgin5g_bridge.model import OneOrMore
from msgin5g_bridge.problem import Problem

__all__ = ["AccessTokenClaims", "Es256", "Hs256", "JwsVerifier", "Signer", "sign"]

_HALF = 32
_LONGEST = 8_192
_SKEW = 60.0
"""Seconds by which the clock of who issues tokens may be ahead of ours (RFC 7519 §4.1.5)."""
NumericDate = int | float
"""RFC 7519 §2: seconds, whole or not."""


class AccessTokenClaims(msgspec.Struct, frozen=True, kw_only=True):
    """Who has issued it, to whom, for what, until when, and from when on."""

    iss: str
    sub: str
    aud: str | OneOrMore[str]
    scope: str = ""
    exp: NumericDate
    nbf: NumericDate | msgspec.UnsetType = msgspec.UNSET


class _Header(msgspec.Struct, frozen=True):
    alg: str
    crit: msgspec.Raw | None = None


class Signer(Protocol):
    """A key of one algorithm; one that can only verify raises `LocalError` when it is to sign."""

    @property
    def alg(self) -> Literal["HS256", "ES256"]: ...
    def sign(self, octets: bytes) -> bytes: ...
    def verifies(self, octets: bytes, signature: bytes) -> bool: ...


class Hs256:
    """A secret that both ends have."""

    alg: Literal["HS256"] = "HS256"

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, octets: bytes) -> bytes:
        return hmac.digest(self._secret, octets, "sha256")

    def verifies(self, octets: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(self.sign(octets), signature)


class Es256:
    """A key on P-256 as PEM: public, or private for who issues tokens. ValueError for any other."""

    alg: Literal["ES256"] = "ES256"

    def __init__(self, pem: bytes) -> None:
        private = b"PRIVATE KEY" in pem
        key = load_pem_private_key(pem, None) if private else load_pem_public_key(pem)
        self._private = key if isinstance(key, ec.EllipticCurvePrivateKey) else None
        public = self._private.public_key() if self._private is not None else key
        if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
            raise ValueError("a key on the curve P-256 is wanted")
        self._public = public

    def sign(self, octets: bytes) -> bytes:
        if self._private is None:
            raise LocalError("a public key signs nothing")
        # RFC 6979: the same octets have the same signature, and no randomness is needed.
        algorithm = ec.ECDSA(SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self._private.sign(octets, algorithm))
        return r.to_bytes(_HALF) + s.to_bytes(_HALF)

    def verifies(self, octets: bytes, signature: bytes) -> bool:
        if len(signature) != 2 * _HALF:
            return False
        r, s = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
        try:
            self._public.verify(encode_dss_signature(r, s), octets, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def sign(claims: AccessTokenClaims, signer: Signer) -> str:
    """The token, as it is handed out."""
    header = msgspec.json.encode({"alg": signer.alg, "typ": "JWT"})
    octets = f"{_b64(header)}.{_b64(msgspec.json.encode(claims))}"
    return f"{octets}.{_b64(signer.sign(octets.encode()))}"


class JwsVerifier:
    """Reads tokens that were signed by this key for this audience (TS 33.501 §13.4.1)."""

    def __init__(self, signer: Signer, audience: str, *, any_scope: bool = False) -> None:
        self._signer = signer
        self._audience = audience
        self._any_scope = any_scope

    def subject(self, token: str, scope: str, now: float) -> str | Problem:
        """Whom it was issued to, or why it is worth nothing."""
        try:
            claims = self._claims(token)
        except DecodeError as fault:
            return _invalid(fault.reason)
        if claims.exp <= now:
            return _invalid("it has run out")
        if claims.nbf and claims.nbf > now + _SKEW:
            return _invalid("it is not good yet")
        audience = (claims.aud,) if isinstance(claims.aud, str) else claims.aud
        if self._audience not in audience:
            return _invalid("it is for somebody else")
        if not self._any_scope and scope not in claims.scope.split():
            headers = _challenge("insufficient_scope")
            return Problem(status=403, detail=f"the access token is not for {scope}", headers=headers)
        return claims.sub

    def _claims(self, token: str) -> AccessTokenClaims:
        parts = token.split(".") if len(token) <= _LONGEST else ()
        if len(parts) != 3:
            raise DecodeError("", "it is no JWS")
        signed, signature = f"{parts[0]}.{parts[1]}".encode(), _unb64(parts[2])
        try:
            header = msgspec.json.decode(_unb64(parts[0]), type=_Header)
            if header.alg != self._signer.alg or header.crit is not None:
                raise DecodeError("", f"its algorithm is not {self._signer.alg}")
            if not self._signer.verifies(signed, signature):
                raise DecodeError("", "its signature is wrong")
            return msgspec.json.decode(_unb64(parts[1]), type=AccessTokenClaims)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise DecodeError("", "its JSON makes no sense") from None


def _challenge(error: str) -> Headers:
    return (("www-authenticate", f'Bearer realm="msgin5g", error="{error}"'),)


def _invalid(why: str) -> Problem:
    return Problem(status=401, detail=f"the access token: {why}", headers=_challenge("invalid_token"))


def _b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise DecodeError("", "it is no JWS") from None
    return octets
