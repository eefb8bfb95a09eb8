"""What `ipsmgw check` says of [web]: what others can reach is not open to everybody."""

import pytest

from ipsmgw.settings import parse
from tests.ipsmgw.broken import Table, sound, toml
from tests.ipsmgw.test_settings import faults

TLS = {"certificate": "own.pem", "key": "key.pem"}
TOKEN = "a-token-that-nobody-guesses"


@pytest.mark.parametrize(("table", "said"), [
    (
        {"listen": "192.0.2.1:80", "token": TOKEN},
        "web.tls.certificate: 192.0.2.1:80 is no loopback address: TLS is wanted",
    ),
    ({"listen": "web.example:80", "tls": TLS}, "web.token: web.example:80 is no loopback address: who asks"),
    ({"tls": {"certificate": "own.pem"}}, "web.tls.key: certificate and key are wanted"),
    ({"tls": {"key": "key.pem"}}, "web.tls.certificate: certificate and key are wanted"),
    ({"token": "guess me"}, "web.token: at least 16 letters, digits"),
    ({"token": "no spaces are allowed"}, "web.token: at least 16 letters, digits"),
])  # fmt: skip
def test_what_others_can_reach_wants_a_token_and_tls(table: Table, said: str) -> None:
    (fault,) = faults(sound() | {"web": table})
    assert fault.startswith(f"gateway.toml: {said}")


@pytest.mark.parametrize("table", [
    {"listen": "127.0.0.1:80"},
    {"listen": "[::1]:80"},
    {"listen": "192.0.2.1:443", "token": TOKEN, "tls": TLS},
])  # fmt: skip
def test_loopback_is_open_and_the_rest_is_not(table: Table) -> None:
    assert parse(toml(sound() | {"web": table})).web.listen is not None
