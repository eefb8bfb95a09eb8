"""Access tokens by client credentials: what is asked and what is answered (RFC 6749 §4.4; TS 29.510)."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlencode

import msgspec

from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.exchange import Headers, Request, Response
from msgin5g_bridge.model import ABSENT, Absent, Body, decode, encode
from msgin5g_bridge.rest_events import ClientCredentials
from msgin5g_bridge.ts29571 import AccessTokenErr, AccessTokenError

__all__ = [
    "AccessTokenReq",
    "AccessTokenRsp",
    "token_error",
    "token_of",
    "token_request",
    "token_request_in",
    "token_response",
]

_FORM = "application/x-www-form-urlencoded"
_NOT_KEPT = (("cache-control", "no-store"), ("pragma", "no-cache"))
_CHALLENGE = ("www-authenticate", 'Basic realm="msgin5g"')


class AccessTokenReq(msgspec.Struct, frozen=True):
    """What a client asks a token for."""

    client_id: str
    client_secret: str
    scope: str


class AccessTokenRsp(Body, kw_only=True, rename=None):
    """The names are OAuth's."""

    access_token: str
    token_type: str
    expires_in: int | Absent = ABSENT
    scope: str | Absent = ABSENT


def token_request(
    credentials: ClientCredentials, scope: str, path: str, query: str = "", *, in_form: bool = False
) -> Request:
    """POST of the form; the client's name is nfInstanceId for an NRF and client_id for others.

    Its secret goes by Basic, which every server has to take; not each takes it `in_form` (RFC 6749 §2.3.1).
    """
    name, secret = credentials.client_id, credentials.client_secret
    form = {"grant_type": "client_credentials", "nfInstanceId": name, "client_id": name, "scope": scope}
    headers: Headers = (("content-type", _FORM), ("accept", "application/json"))
    if in_form:
        form["client_secret"] = secret
    elif secret:
        word = base64.b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".encode()).decode()
        headers = (*headers, ("authorization", f"Basic {word}"))
    return Request("POST", path, headers, urlencode(form).encode(), query)


def token_request_in(request: Request) -> AccessTokenReq | AccessTokenError:
    """What a client asks for, as the server of tokens reads it."""
    media = (request.header("content-type") or "").partition(";")[0].strip().lower()
    try:
        pairs = parse_qsl(request.body.decode("ascii"), max_num_fields=50, errors="strict")
    except ValueError:
        return AccessTokenError.invalid_request
    form = dict(pairs)
    if media != _FORM or len(form) != len(pairs):
        return AccessTokenError.invalid_request
    if form.get("grant_type") != "client_credentials":
        return AccessTokenError.unsupported_grant_type
    client = _client_of(request.header("authorization"), form)
    if isinstance(client, AccessTokenError):
        return client
    return AccessTokenReq(*client, form.get("scope", ""))


def _client_of(authorization: str | None, form: Mapping[str, str]) -> tuple[str, str] | AccessTokenError:
    """Name and secret: in the form, or by Basic, which every server takes; never both (RFC 6749 §2.3)."""
    if authorization is None:
        name = form.get("client_id") or form.get("nfInstanceId") or ""
        return name, form.get("client_secret", "")
    scheme, _, word = authorization.partition(" ")
    try:
        text = base64.b64decode(word.strip(), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return AccessTokenError.invalid_client
    name, colon, secret = text.partition(":")
    if scheme.lower() != "basic" or not colon:
        return AccessTokenError.invalid_client
    named = unquote_plus(name)
    if "client_secret" in form or form.get("client_id", named) != named:
        return AccessTokenError.invalid_request
    return named, unquote_plus(secret)


def token_response(token: str, expires_in: int, scope: str) -> Response:
    """200 with the token."""
    body = AccessTokenRsp(
        access_token=token, token_type="Bearer", expires_in=expires_in, scope=scope or ABSENT
    )
    return Response(200, (("content-type", "application/json"), *_NOT_KEPT), encode(body))


def token_error(error: AccessTokenError) -> Response:
    """400, or 401 and how to prove who one is for a client that is not known (RFC 6749 §5.2)."""
    unknown = error is AccessTokenError.invalid_client
    status, challenge = (401, (_CHALLENGE,)) if unknown else (400, ())
    headers = (("content-type", "application/json"), *_NOT_KEPT, *challenge)
    return Response(status, headers, encode(AccessTokenErr(error=error)))


def token_of(response: Response) -> AccessTokenRsp | str:
    """The token, or in words why there is none."""
    if response.status != 200:
        try:
            said = decode(AccessTokenErr, response.body)
        except DecodeError:
            return f"no access token: {response.status}"
        return f"no access token: {response.status} {said.error}"
    try:
        token = decode(AccessTokenRsp, response.body)
    except DecodeError as fault:
        return f"no access token: {fault}"
    if token.token_type.lower() != "bearer" or not token.access_token.isascii():
        return f"no access token: its type is {token.token_type[:20]}"
    return token
