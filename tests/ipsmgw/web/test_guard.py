"""Who may ask, and what a browser may do with the answers."""

import pytest

from ipsmgw.web import WebSection
from tests.ipsmgw.web.asked import JSON, ask, registered

TOKEN = "a-token-that-nobody-guesses"
ASKED = WebSection(token=TOKEN)


@pytest.mark.parametrize("host", [
    "127.0.0.1:8080", "127.0.1.10", "localhost:80", "LOCALHOST", "[::1]:8080", "[::1]",
])  # fmt: skip
def test_on_loopback_this_machine_is_asked_by_its_own_names(host: str) -> None:
    assert ask(registered(), "/api/status", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "192.0.2.1", "127.0.0.1.evil.example", ""]
)
def test_a_page_that_gave_its_own_name_our_address_learns_nothing(host: str) -> None:
    answer = ask(registered(), "/api/status", headers={"host": host})
    assert (answer.status_code, "bindings" in answer.text) == (421, False)


@pytest.mark.parametrize(
    "shown", ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer", f"Bearer x{TOKEN}"]
)
def test_without_the_token_nothing_is_told(shown: str) -> None:
    for path in ("/api/status", "/api/pdus", "/api/events", "/metrics", "/api/openapi.json", "/nothing"):
        answer = ask(registered(), path, section=ASKED, headers={"authorization": shown})
        assert (answer.status_code, list(answer.json())) == (401, ["error"])
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_with_the_token_all_is_told_whatever_the_name() -> None:
    headers = {"authorization": f"Bearer {TOKEN}", "host": "ipsmgw.example"}
    assert ask(registered(), "/api/status", section=ASKED, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/", "/page/app.js", "/page/app.css", "/health/live", "/health/ready"])
def test_the_page_that_asks_for_the_token_is_there_without_it(path: str) -> None:
    assert ask(registered(), path, section=ASKED).status_code == 200


@pytest.mark.parametrize("path", ["/", "/page/app.js", "/api/status", "/nothing", "/health/live"])
def test_browsers_load_nothing_from_elsewhere_and_guess_no_types(path: str) -> None:
    headers = ask(registered(), path).headers
    policy = headers["content-security-policy"].split("; ")
    assert policy[0] == "default-src 'self'"
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == ("no-store" if path.startswith("/api") else "no-cache")


def test_what_a_form_of_somebody_else_can_send_is_not_taken() -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = ask(registered(), "/api/deregister", method="POST", headers={"content-type": kind})
        assert answer.status_code == 415
    assert ask(registered(), "/api/deregister", method="POST", headers=JSON, body="{}").status_code == 400
