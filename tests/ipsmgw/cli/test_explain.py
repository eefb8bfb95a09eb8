"""`ipsmgw explain` asks a gateway that runs why a message went where it went."""

import json
import socket
from http.server import HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from ipsmgw.cli.commands import app
from tests.ipsmgw.asked import SUBMIT, octets
from tests.ipsmgw.cli.test_run import LIMIT, host, running, table, write
from tests.ipsmgw.cli.test_status import Other, api

pytestmark = pytest.mark.wire

SENDER = "15551234567"


def explain(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["explain", *arguments])
    return done.exit_code, done.output


def refused_message(call_id: str) -> None:
    """One MO that the policy refuses, from the MESSAGE to the answer to its report."""
    rpdu = octets(SUBMIT)
    head = [
        "MESSAGE tel:+15550000014 SIP/2.0",
        f"Via: SIP/2.0/UDP {host(12)}:5060;branch=z9hG4bK{call_id}",
        "Max-Forwards: 70",
        f"From: <tel:+{SENDER}>;tag=1",
        "To: <tel:+15550000014>",
        f"Call-ID: {call_id}",
        "CSeq: 1 MESSAGE",
        f"P-Asserted-Identity: <tel:+{SENDER}>",
        "Content-Type: application/vnd.3gpp.sms",
        f"Content-Length: {len(rpdu)}",
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as scscf:
        scscf.bind((host(12), 5060))
        scscf.settimeout(LIMIT)
        scscf.sendto("\r\n".join(head).encode() + b"\r\n\r\n" + rpdu, (host(11), 5060))
        while not scscf.recv(4000).startswith(b"MESSAGE"):
            pass


def test_a_message_is_explained_by_its_call_id_its_id_and_its_sender(tmp_path: Path) -> None:
    settings = table(tmp_path) | {"service_centre": {"allowed": ["1999"]}}
    with running(write(tmp_path, settings)) as (_, said):
        url = api(said)
        refused_message("one@scscf")
        code, text = explain("one@scscf", "--url", url)
        assert code == 0
        assert "mobile originated, unknownServiceCentre, there is no such service centre" in text
        assert "service_centre.allowed has it not" in text
        assert "RP-ERROR 1, Unassigned number" in text
        assert "MESSAGE RP-DATA SMS-SUBMIT" in text
        code, text = explain("one@scscf", "--url", url, "--json")
        whole = json.loads(text)
        assert (code, whole["outcome"]) == (0, "unknownServiceCentre")
        assert explain(whole["id"], "--url", url, "--json") == (0, text)
        code, text = explain(f"+{SENDER}", "--url", url)
        assert (code, text.splitlines()[0].endswith("MO to 15555576541: unknownServiceCentre")) == (0, True)
        for rubbish in ("nobody", "../status", "a/b?c#d", "%00", "é"):
            code, text = explain(rubbish, "--url", url)
            assert (code, text) == (
                1,
                f"ipsmgw explain: no message {rubbish!r} is under way or remembered ([trace])\n",
            )
    code, text = explain("one@scscf", "--url", url)
    assert (code, "does the gateway run" in text) == (2, True)
    wanted = "ipsmgw explain: 'foo' is no address: http://HOST:PORT or https://HOST:PORT is wanted\n"
    assert explain("one@scscf", "--url", "foo") == (2, wanted)


def test_who_is_no_gateway_is_said_to_be_none() -> None:
    with HTTPServer((host(12), 0), Other) as server:
        thread = Thread(target=server.handle_request, daemon=True)
        thread.start()
        code, text = explain("x", "--url", f"http://{host(12)}:{server.server_port}")
        thread.join(LIMIT)
    assert (code, "the answer is not that of a gateway" in text) == (2, True)


def test_a_url_and_a_configuration_exclude_each_other(tmp_path: Path) -> None:
    file = str(write(tmp_path, table(tmp_path)))
    assert explain("x", "-c", file, "--url", "http://x")[0] == 2
    assert explain("x", "-c", str(tmp_path / "missing.toml"))[0] == 2
