"""`ipsmgw status` asks a gateway that runs, and says by words and exit status how it stands."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from ipsmgw.cli.commands import app
from mapstack.m3ua.message import MessageType, encode
from tests.ipsmgw.broken import toml
from tests.ipsmgw.cli.test_run import LIMIT, host, running, table, write

pytestmark = pytest.mark.wire


def api(said: list[str]) -> str:
    """Where a gateway says that its API listens."""
    return next(line for line in said if line.startswith("API: ")).removeprefix("API: ")


def status(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["status", *arguments])
    return done.exit_code, done.output


def test_nobody_nothing_and_all_are_told_apart(tmp_path: Path) -> None:
    with running(write(tmp_path, table(tmp_path))) as (_, said):
        url = api(said)
        code, text = status("--url", url)
        assert code == 1
        assert f"smsc: not connected: nobody has come to {host(11)}:2905 yet" in text
        assert "point code 14: unavailable: no association that leads there is active" in text
        with socket.create_connection((host(11), 2905), timeout=LIMIT) as peer:
            for expected, answer in (
                (MessageType.ASPUP, MessageType.ASPUP_ACK),
                (MessageType.ASPAC, MessageType.ASPAC_ACK),
            ):
                assert int.from_bytes(peer.recv(1000)[2:4]) == expected
                peer.send(encode(answer))
            peer.recv(1000)  # the audit: it is active
            code, text = status("--url", url)
            assert (code, "ASP-ACTIVE" in text) == (0, True)
            code, text = status("--url", url, "--json")
            assert [one["state"] for one in json.loads(text)] == ["ASP-ACTIVE", "available"]
    code, text = status("--url", url)
    assert (code, "does the gateway run" in text) == (2, True)


def test_where_the_gateway_listens_is_read_from_its_configuration(tmp_path: Path) -> None:
    settings = table(tmp_path)
    settings["web"] = {"listen": f"{host(11)}:1"}
    code, text = status("-c", str(write(tmp_path, settings)))
    assert (code, f"http://{host(11)}:1: " in text) == (2, True)
    del settings["web"]
    (tmp_path / "gateway.toml").write_text(toml(settings))
    code, text = status("-c", str(tmp_path / "gateway.toml"))
    assert (code, "set web.listen" in text) == (2, True)
    assert status("-c", str(tmp_path / "gateway.toml"), "--url", "http://x")[0] == 2
    assert status("-c", str(tmp_path / "missing.toml"))[0] == 2


def test_a_gateway_that_is_told_to_end_takes_leave_of_its_peers(tmp_path: Path) -> None:
    with running(write(tmp_path, table(tmp_path))) as (process, _):
        with socket.create_connection((host(11), 2905), timeout=LIMIT) as peer:
            for answer in (MessageType.ASPUP_ACK, MessageType.ASPAC_ACK):
                peer.recv(1000)
                peer.send(encode(answer))
            peer.recv(1000)  # the audit
            process.send_signal(signal.SIGTERM)
            last = b""
            while octets := peer.recv(1000):
                last += octets
        assert last == encode(MessageType.ASPIA) + encode(MessageType.ASPDN)


WATCH = [sys.executable, "-c", "from ipsmgw.cli import main; main()", "status", "--watch", "--url"]
ROOT = Path(__file__).parents[3]


def test_a_watch_ends_with_what_it_saw_last(tmp_path: Path) -> None:
    with running(write(tmp_path, table(tmp_path))) as (_, said):
        watch = subprocess.Popen([*WATCH, api(said)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert watch.stdout is not None
        while "nobody has come" not in watch.stdout.readline():
            pass
        watch.send_signal(signal.SIGINT)
        watch.communicate(timeout=LIMIT)
        assert watch.returncode == 1


def test_a_watch_in_json_is_a_line_each_time_and_silence_is_no_line(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    with running(write(tmp_path, table(tmp_path))) as (gateway, said):
        command = [*WATCH, api(said), "--json"]
        watch = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)
        assert watch.stdout is not None
        assert watch.stderr is not None
        for _ in range(2):
            states = [one["state"] for one in json.loads(watch.stdout.readline())]
            assert states == ["not connected", "unavailable"]
        gateway.terminate()
        for _ in range(2):
            assert "does the gateway run" in watch.stderr.readline()
        watch.send_signal(signal.SIGINT)
        watch.communicate(timeout=LIMIT)
        assert watch.returncode == 2


def test_a_watch_has_a_screen_of_its_own_and_leaves_what_it_saw_last(tmp_path: Path) -> None:
    """A terminal whose size changes would show rests of what was drawn before."""
    enter, leave = "\x1b[?1049h", "\x1b[?1049l"
    with running(write(tmp_path, table(tmp_path))) as (_, said):
        ours, theirs = os.openpty()
        environment = {**os.environ, "TERM": "xterm"}
        watch = subprocess.Popen([*WATCH, api(said)], stdout=theirs, cwd=ROOT, env=environment)
        os.close(theirs)
        shown = ""
        while "nobody has come" not in shown:
            shown += os.read(ours, 65_536).decode()
        watch.send_signal(signal.SIGINT)
        with suppress(OSError):  # EIO: the other end has closed
            while piece := os.read(ours, 65_536):
                shown += piece.decode()
        os.close(ours)
        assert watch.wait(LIMIT) == 1
    before, _, screen = shown.partition(enter)
    screen, _, after = screen.partition(leave)
    assert ["nobody has come" in part for part in (before, screen, after)] == [False, True, True]


class Other(BaseHTTPRequestHandler):
    """Answers JSON, and is no gateway."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"m3ua": {"now": "yesterday"}}')

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_whoever_answers_and_is_no_gateway_is_not_believed() -> None:
    with HTTPServer((host(12), 0), Other) as server:
        thread = Thread(target=server.handle_request, daemon=True)
        thread.start()
        code, text = status("--url", f"http://{host(12)}:{server.server_port}")
        thread.join(LIMIT)
    assert (code, "is not that of a gateway" in text) == (2, True)
