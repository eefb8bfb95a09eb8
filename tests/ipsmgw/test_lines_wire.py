"""A non-3GPP UE of plain sockets at a gateway process: what `nc` would see (docs/msgin5g.md)."""

import json
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ipsmgw.broken import Table
from tests.ipsmgw.cli.test_run import end, host, running, write
from tests.ipsmgw.cli.test_run import table as where
from tests.sipbridge.certificates import Authority

pytestmark = pytest.mark.wire
PORT = 7700
HELLO = {"op": "hello", "seq": 1, "ue": "valve", "credential": "a secret of its own"}


def settings(folder: Path, **n3g: object) -> Table:
    """With a server that nobody is."""
    found = where(folder)
    found["msgin5g"] = {
        "enabled": True,
        "service_id": "gw@lab",
        "server": f"http://{host(40)}:8080",
        "listen": f"{host(11)}:8082",
        "credential": "secret",
        "n3g": {
            "listen": f"{host(11)}:{PORT}",
            "ue": [{"name": "valve", "secret": "a secret of its own"}],
            **n3g,
        },
    }
    return found


@contextmanager
def connected(tls: ssl.SSLContext | None = None) -> Iterator[socket.SocketIO]:
    with socket.create_connection((host(11), PORT), timeout=10) as plain:
        one = plain if tls is None else tls.wrap_socket(plain, server_hostname="gateway.example")
        with one, one.makefile("rwb", buffering=0) as lines:
            yield lines


def say(lines: socket.SocketIO, said: object) -> dict[str, object]:
    """One line, and the next that is heard."""
    lines.write(said if isinstance(said, bytes) else json.dumps(said).encode() + b"\n")
    return hear(lines)


def hear(lines: socket.SocketIO) -> dict[str, object]:
    found = json.loads(lines.readline() or b"{}")
    assert isinstance(found, dict)
    return found


def test_a_ue_of_plain_sockets_is_told_what_is_right_and_what_is_wrong(tmp_path: Path) -> None:
    with running(write(tmp_path, settings(tmp_path, longest=256))) as (process, said):
        assert process.stdout is not None
        assert f"N3G: tcp {host(11)}:{PORT}" in (*said, process.stdout.readline().strip())
        with connected() as lines:
            assert say(lines, {**HELLO, "credential": "guessed"})["cause"] == "NOT_AUTHENTICATED"
            assert (hear(lines)["op"], lines.readline()) == ("bye", b"")
        with connected() as lines:
            assert say(lines, HELLO) == {"op": "result", "seq": 1, "ok": True}
            assert say(lines, {"op": "ping", "seq": 2}) == {"op": "result", "seq": 2, "ok": True}
            bad = {"op": "message", "seq": 3, "to": {"type": "AS"}, "text": "x"}
            assert say(lines, bad)["detail"] == "/to/address: missing"
            good = {"op": "message", "seq": 4, "to": {"type": "AS", "address": "r"}, "text": "x"}
            assert say(lines, good)["cause"] == "NOT_REGISTERED"
            assert say(lines, b"\xff\x00 rubbish\r\n")["cause"] == "BAD_LINE"
            assert say(lines, b"x" * 300)["cause"] == "LINE_TOO_LONG"
            assert lines.readline() == b""
        assert end(process, signal.SIGTERM)[0] == 0


def test_with_a_certificate_it_speaks_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    files = authority.vouch("gateway.example", "DNS:gateway.example")
    secure = settings(tmp_path, certificate=str(files.certificate), key=str(files.key))
    with running(write(tmp_path, secure)) as (process, _):
        assert process.stdout is not None
        assert process.stdout.readline().startswith("N3G: ")
        trusting = ssl.create_default_context(cafile=authority.certificate)
        with connected(trusting) as lines:
            assert say(lines, HELLO) == {"op": "result", "seq": 1, "ok": True}
        assert end(process, signal.SIGTERM)[0] == 0
