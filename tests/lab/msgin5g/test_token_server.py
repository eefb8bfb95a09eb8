"""The lab's authorization server: who asks in order gets a token, others the error of RFC 6749 §5.2."""

import base64
from urllib.parse import quote_plus

import pytest
from msgspec.structs import replace

from lab.msgin5g.doors import signer_of, token_policy
from lab.msgin5g.plan import GatewayPlan, Msgin5gPlan
from lab.msgin5g.security import Security, secret_of
from lab.msgin5g.token_server import TOKEN_PATH, TokenStack
from msgin5g_bridge.access_token import AccessTokenRsp, token_of, token_request
from msgin5g_bridge.exchange import Asked, Peer, Reply, Request, Response
from msgin5g_bridge.jws import JwsVerifier
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.rest_events import ClientCredentials

READER, L3G, M5S = (f"{name}@msgin5g.lab.example" for name in ("reader", "l3g", "m5s"))
FORM = ("content-type", "application/x-www-form-urlencoded")
NOW = 1_000_000.0


def plan(security: Security) -> Msgin5gPlan:
    return Msgin5gPlan(gateways=(GatewayPlan(name="l3g"),), security=security)


def request(client: str = READER, scope: str = "msgs-msgdelivery", secret: str = "") -> Request:
    credentials = ClientCredentials(
        token_uri="https://x", client_id=client, client_secret=secret or secret_of(client)
    )
    return token_request(credentials, scope, TOKEN_PATH)


def answer(request: Request, security: Security | None = None) -> Response:
    stack = TokenStack(token_policy(plan(security or Security())))
    stack.receive(Asked(1, request, Peer("192.0.2.1:1", secure=True)), NOW)
    (reply,) = stack.take_output()
    assert isinstance(reply, Reply)
    return reply.response


@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
def test_a_token_is_believed_by_whom_it_is_for(algorithm: str) -> None:
    security = Security(algorithm="ES256" if algorithm == "ES256" else "HS256", lifetime=60)
    token = token_of(answer(request(), security))
    assert isinstance(token, AccessTokenRsp)
    mine = JwsVerifier(signer_of(security), M5S)
    assert mine.subject(token.access_token, "msgs-msgdelivery", NOW) == READER
    for verifier, scope, when, status in (
        (mine, "msgs-provisioning", NOW, 403),
        (mine, "msgs-msgdelivery", NOW + 61, 401),
        (JwsVerifier(signer_of(security), L3G), "msgs-msgdelivery", NOW, 401),
    ):
        refused = verifier.subject(token.access_token, scope, when)
        assert isinstance(refused, Problem)
        assert refused.status == status


def test_the_same_request_at_the_same_time_has_the_same_token() -> None:
    for security in (Security(), Security(algorithm="ES256")):
        assert answer(request(), security) == answer(request(), security)


def by_basic(name: str, secret: str, more: bytes = b"", scheme: str = "Basic") -> Request:
    """As most OAuth clients ask: the form has no secret."""
    word = base64.b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".encode()).decode()
    headers = (FORM, ("authorization", f"{scheme} {word}"))
    body = b"grant_type=client_credentials&scope=msgs-msgdelivery" + more
    return Request("POST", TOKEN_PATH, headers, body)


@pytest.mark.parametrize(
    ("scheme", "more"), [("Basic", b""), ("basic", f"&client_id={quote_plus(READER)}".encode())]
)
def test_a_client_may_prove_itself_by_basic(scheme: str, more: bytes) -> None:
    """RFC 6749 §2.3.1: every server takes that; the words are encoded as in a form."""
    token = token_of(answer(by_basic(READER, secret_of(READER), more, scheme)))
    assert isinstance(token, AccessTokenRsp)


def test_who_is_not_believed_hears_how_to_prove_who_he_is() -> None:
    challenge = answer(by_basic(READER, "guessed")).header("www-authenticate")
    assert challenge == 'Basic realm="msgin5g"'


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        (request(secret="guessed"), 401, b"invalid_client"),
        (request(client="nobody", secret="x"), 401, b"invalid_client"),
        (by_basic(READER, "guessed"), 401, b"invalid_client"),
        (by_basic(READER, secret_of(READER), scheme="Bearer"), 401, b"invalid_client"),
        (by_basic(READER, secret_of(READER), b"&client_secret=x"), 400, b"invalid_request"),
        (by_basic(READER, secret_of(READER), b"&client_id=other"), 400, b"invalid_request"),
        (
            replace(by_basic(READER, ""), headers=(FORM, ("authorization", "Basic =ä"))),
            401,
            b"invalid_client",
        ),
        (
            replace(by_basic(READER, ""), headers=(FORM, ("authorization", "Basic eA=="))),
            401,
            b"invalid_client",
        ),
        (request(scope="msgs-ueregistration"), 400, b"invalid_scope"),
        (request(scope=""), 400, b"invalid_scope"),
        (request(client=L3G, scope="msgs-asregistration"), 400, b"invalid_scope"),
        (replace(request(), body=b"grant_type=password"), 400, b"unsupported_grant_type"),
        (replace(request(), body=b"grant_type=client_credentials&grant_type=x"), 400, b"invalid_request"),
        (replace(request(), body=b"\xff\x00=%"), 400, b"invalid_request"),
        (replace(request(), headers=()), 400, b"invalid_request"),
        (replace(request(), method="GET"), 405, b"POST only"),
        (replace(request(), path="/token"), 404, b"nothing but"),
    ],
)
def test_who_asks_wrongly_gets_an_error_and_no_token(wrong: Request, status: int, error: bytes) -> None:
    response = answer(wrong)
    assert response.status == status
    assert error in response.body
    assert b"access_token" not in response.body
