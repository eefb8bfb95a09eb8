"""OAuth2 client credentials: tokens are fetched once, believed when signed, renewed when refused."""

from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from msgin5g_bridge import LocalError, encode
from msgin5g_bridge.access_token import (
    AccessTokenReq,
    token_error,
    token_request,
    token_request_in,
    token_response,
)
from msgin5g_bridge.apis import DELIVER_UE_MESSAGE, MSGS_MSGDELIVERY
from msgin5g_bridge.exchange import Answered, Ask, NoAnswer, Request, Response
from msgin5g_bridge.jws import AccessTokenClaims, Es256, Hs256, JwsVerifier, Signer, sign
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import (
    Called,
    ClientCredentials,
    RestEvent,
    RestSettings,
    Returned,
    Unanswered,
)
from msgin5g_bridge.ts29571 import AccessTokenError
from tests.msgin5g_bridge.test_rest import ACK, JSON, REPLY, ROOT
from tests.msgin5g_bridge.wire import ask

SCOPE = "msgs-msgdelivery"
CREDENTIALS = ClientCredentials(
    token_uri="http://nrf.example/oauth2/token", client_id="gw", client_secret="é&="
)
SECRET = Hs256(b"a secret of both")
PRIVATE = ec.derive_private_key(0x1234567, ec.SECP256R1())
PEM = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def token(signer: Signer = SECRET, *, aud: str = "server", scope: str = SCOPE, exp: int = 100) -> str:
    return sign(AccessTokenClaims(iss="nrf", sub="gw", aud=aud, scope=scope, exp=exp), signer)


def asks(stack: RestStack) -> list[Ask]:
    return [each for each in stack.take_output() if isinstance(each, Ask)]


@pytest.fixture
def client() -> RestStack:
    return RestStack((), RestSettings(), credentials=CREDENTIALS)


def test_the_first_calls_wait_for_one_token_and_the_next_have_it(client: RestStack) -> None:
    first, second = (client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0) for _ in range(2))
    (fetch,) = asks(client)
    assert (fetch.origin, fetch.request.path) == ("http://nrf.example", "/oauth2/token")
    assert token_request_in(fetch.request) == AccessTokenReq("gw", "é&=", SCOPE)
    client.receive(Answered(fetch.exchange, token_response("t1", 60, SCOPE)), 1.0)
    sent = asks(client)
    assert [each.exchange for each in sent] == [first, second]
    assert {each.request.header("authorization") for each in sent} == {"Bearer t1"}
    client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 50.0)
    assert len(asks(client)) == 1
    client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 58.0)
    assert [each.request.path for each in asks(client)] == ["/oauth2/token"]


def test_a_token_that_is_refused_is_fetched_anew_once(client: RestStack) -> None:
    exchange = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    for name in ("old", "new"):
        (fetch,) = asks(client)
        client.receive(Answered(fetch.exchange, token_response(name, 60, SCOPE)), 0.0)
        (sent,) = asks(client)
        assert sent.request.header("authorization") == f"Bearer {name}"
        events = client.receive(Answered(sent.exchange, Response(401)), 0.0)
    assert [type(event).__name__ for event in events] == ["Refused"]
    assert sent.exchange == exchange


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (token_error(AccessTokenError.invalid_client), "no access token: 401 invalid_client"),
        (Response(500), "no access token: 500"),
        (Response(200, JSON, b"{"), "no access token: body: Input data was truncated"),
        (Response(200, JSON, b'{"access_token":"t","token_type":"mac"}'), "no access token: its type is mac"),
    ],
)
def test_without_a_token_the_call_ends_and_the_next_one_asks_again(
    client: RestStack, answer: Response, reason: str
) -> None:
    exchange = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    events: list[RestEvent] = []
    while fetches := asks(client):  # once more where the secret may be wanted in the form
        (fetch,) = fetches
        events += client.receive(Answered(fetch.exchange, answer), 0.0)
    assert events == [Unanswered(exchange, DELIVER_UE_MESSAGE, reason)]
    client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    assert len(asks(client)) == 1


def test_the_secret_goes_by_basic_and_in_the_form_only_where_that_alone_is_taken(client: RestStack) -> None:
    """RFC 6749 §2.3.1: every server takes Basic, or should; both words are encoded as in a form."""
    client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    (first,) = asks(client)
    assert first.request.header("authorization") == "Basic Z3c6JUMzJUE5JTI2JTNE"  # gw:%C3%A9%26%3D
    assert b"secret" not in first.request.body
    client.receive(Answered(first.exchange, token_error(AccessTokenError.invalid_client)), 0.0)
    (second,) = asks(client)
    assert (second.request.header("authorization"), b"client_secret=" in second.request.body) == (None, True)
    assert token_request_in(second.request) == AccessTokenReq("gw", "é&=", SCOPE)
    client.receive(Answered(second.exchange, token_response("t1", 60, SCOPE)), 0.0)
    assert [each.request.header("authorization") for each in asks(client)] == ["Bearer t1"]
    client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 90.0)
    (renewed,) = asks(client)
    assert b"client_secret=" in renewed.request.body


@pytest.mark.parametrize("lasts", [10**400, -(10**400), 0])
def test_a_token_may_say_that_it_lasts_for_ever_or_not_at_all(client: RestStack, lasts: int) -> None:
    client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    (fetch,) = asks(client)
    body = b'{"access_token":"t","token_type":"Bearer","expires_in":%d}' % lasts
    assert client.receive(Answered(fetch.exchange, Response(200, JSON, body)), 1.0) == []
    assert [each.request.header("authorization") for each in asks(client)] == ["Bearer t"]


@pytest.mark.parametrize(
    ("uri", "path", "query"),
    [("http://nrf.example", "/", ""), ("http://nrf.example/token?p=policy&x", "/token", "p=policy&x")],
)
def test_the_address_of_tokens_is_asked_as_it_is(uri: str, path: str, query: str) -> None:
    """RFC 6749 §3.2: a query of it is kept."""
    credentials = ClientCredentials(token_uri=uri, client_id="gw", client_secret="s")
    client = RestStack((), RestSettings(), credentials=credentials)
    client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    (fetch,) = asks(client)
    assert (fetch.request.path, fetch.request.query) == (path, query)


def test_a_server_of_tokens_that_is_away_or_silent_ends_the_call(client: RestStack) -> None:
    away = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    (fetch,) = asks(client)
    reason = "no access token: connection refused"
    assert client.receive(NoAnswer(fetch.exchange, "connection refused"), 0.0) == [
        Unanswered(away, DELIVER_UE_MESSAGE, reason)
    ]
    silent = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    assert client.expire(10.0) == [Unanswered(silent, DELIVER_UE_MESSAGE, "no answer in time")]
    assert (len(client), client.deadline()) == (0, None)


def test_a_call_that_has_run_out_is_not_sent_when_the_token_comes(client: RestStack) -> None:
    client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0, within=1.0)
    (fetch,) = asks(client)
    client.expire(1.0)
    assert client.receive(Answered(fetch.exchange, token_response("t", 60, SCOPE)), 2.0) == []
    assert asks(client) == []


def signed(claims: bytes) -> str:
    """A token of these octets."""
    head, body = (
        urlsafe_b64encode(each).rstrip(b"=").decode() for each in (b'{"alg":"HS256","typ":"at+jwt"}', claims)
    )
    signature = urlsafe_b64encode(SECRET.sign(f"{head}.{body}".encode())).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


@pytest.mark.parametrize(
    ("dates", "good"),
    [
        ("100", True),
        ("10.5", True),  # RFC 7519 §2: seconds need not be whole
        ("1e2", True),
        ("9.5", False),
        ('100,"nbf":0', True),
        ('100,"nbf":10', True),
        ('100,"nbf":69.5', True),  # §4.1.5: its issuer's clock may be ahead
        ('100,"nbf":70.5', False),
        ("-1", False),
        ("null", False),
    ],
)
def test_a_token_is_good_from_its_first_second_to_its_last(dates: str, good: bool) -> None:
    said = f'{{"iss":"nrf","sub":"gw","aud":"server","scope":"{SCOPE}","exp":{dates}}}'
    subject = JwsVerifier(SECRET, "server").subject(signed(said.encode()), SCOPE, 10.0)
    assert subject == "gw" if good else isinstance(subject, Problem) and subject.status == 401


@pytest.mark.parametrize("signer", [SECRET, Es256(PEM)], ids=["HS256", "ES256"])
def test_a_signed_token_says_who_calls(signer: Signer) -> None:
    server = RestStack(MSGS_MSGDELIVERY, RestSettings(), JwsVerifier(signer, "server"))
    headers = (*JSON, ("authorization", f"Bearer {token(signer)}"))
    called = ask(server, Request("POST", DELIVER_UE_MESSAGE.path, headers, encode(REPLY)))
    assert isinstance(called, Called)
    assert called.caller.subject == "gw"


@pytest.mark.parametrize(
    ("authorization", "status", "challenge"),
    [
        (None, 401, 'Bearer realm="msgin5g"'),
        ("Basic Z3c6", 401, 'Bearer realm="msgin5g"'),
        ("Bearer x", 401, 'Bearer realm="msgin5g", error="invalid_token"'),
        (f"Bearer {token(exp=9)}", 401, 'Bearer realm="msgin5g", error="invalid_token"'),
        (f"Bearer {token(aud='other')}", 401, 'Bearer realm="msgin5g", error="invalid_token"'),
        (f"Bearer {token(Hs256(b'mine'))}", 401, 'Bearer realm="msgin5g", error="invalid_token"'),
        (f"Bearer {token(Es256(PEM))}", 401, 'Bearer realm="msgin5g", error="invalid_token"'),
        (f"Bearer {token(scope='other')}", 403, 'Bearer realm="msgin5g", error="insufficient_scope"'),
    ],
)
def test_who_has_no_token_of_ours_is_challenged(
    authorization: str | None, status: int, challenge: str
) -> None:
    server = RestStack(MSGS_MSGDELIVERY, RestSettings(), JwsVerifier(SECRET, "server"))
    headers = JSON if authorization is None else (*JSON, ("authorization", authorization))
    answer = ask(server, Request("POST", DELIVER_UE_MESSAGE.path, headers, encode(REPLY)), 10.0)
    assert isinstance(answer, Response)
    assert (answer.status, answer.header("www-authenticate")) == (status, challenge)


def test_a_public_key_verifies_what_the_private_one_has_signed() -> None:
    assert JwsVerifier(Es256(PUBLIC), "server").subject(token(Es256(PEM)), SCOPE, 0.0) == "gw"
    with pytest.raises(LocalError):
        Es256(PUBLIC).sign(b"")


def test_a_key_of_another_curve_is_refused() -> None:
    other = ec.derive_private_key(7, ec.SECP384R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    with pytest.raises(ValueError, match="P-256"):
        Es256(other)


@given(st.text(max_size=60) | st.builds("{}.{}.{}".format, st.text(), st.text(), st.text()))
def test_any_text_is_a_token_or_a_problem(text: str) -> None:
    assert isinstance(JwsVerifier(SECRET, "server").subject(text, SCOPE, 0.0), Problem)


def test_a_token_that_was_changed_is_worth_nothing() -> None:
    good = token()
    verifier = JwsVerifier(SECRET, "server")
    for at in range(len(good) - 1):
        changed = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
        assert isinstance(verifier.subject(changed, SCOPE, 0.0), Problem)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", AccessTokenError.unsupported_grant_type),
        (b"grant_type=password", AccessTokenError.unsupported_grant_type),
        (b"scope=a&scope=b", AccessTokenError.invalid_request),
        (b"\xff", AccessTokenError.invalid_request),
        (b"&".join([b"a=b"] * 60), AccessTokenError.invalid_request),
    ],
)
def test_a_form_that_asks_for_something_else_is_refused(body: bytes, error: AccessTokenError) -> None:
    form = token_request(CREDENTIALS, SCOPE, "/").headers
    assert token_request_in(Request("POST", "/", form, body)) is error
    assert token_request_in(Request("POST", "/", (), body)) in (error, AccessTokenError.invalid_request)


def test_a_fetched_token_opens_the_door() -> None:
    """The whole way, as the lab's server of tokens goes it."""
    client = RestStack((), RestSettings(), credentials=CREDENTIALS)
    server = RestStack(MSGS_MSGDELIVERY, RestSettings(prefix="/lab"), JwsVerifier(SECRET, "server"))
    exchange = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    (fetch,) = asks(client)
    client.receive(Answered(fetch.exchange, token_response(token(), 60, SCOPE)), 0.0)
    (sent,) = asks(client)
    assert isinstance(ask(server, sent.request), Called)
    events = client.receive(Answered(exchange, Response(200, JSON, encode(ACK))), 0.0)
    assert [type(event) for event in events] == [Returned]
