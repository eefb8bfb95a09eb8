"""The gateway as a process on loopback: it says where it listens, answers, and ends when it is told to."""

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.ipsmgw.broken import Table, toml
from tests.ipsmgw.postgres import Server

pytestmark = pytest.mark.wire

ROOT = Path(__file__).parents[3]
LIMIT = 20.0
COMMAND = [sys.executable, "-c", "from ipsmgw.cli import main; main()", "run", "-c"]


def host(last: int) -> str:
    """Each worker of a parallel run has addresses of its own."""
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0)
    return f"127.77.{worker}.{last}"


def table(folder: Path) -> Table:
    association = {
        "name": "smsc",
        "transport": "tcp",
        "connect": False,
        "local": f"{host(11)}:2905",
        "point_code": 14,
    }
    return {
        "node": {"number": "15550000011"},
        "sip": {"listen": f"{host(11)}:5060", "uri": "sip:ipsmgw.example", "scscf": [host(12)]},
        "map": {"point_code": 11, "association": [association], "route": [{"prefix": "1", "point_code": 14}]},
        "store": {"url": f"sqlite:///{folder / 'ipsmgw.db'}"},
        "journal": {"file": str(folder / "new" / "cdr.jsonl")},
        "web": {"listen": f"{host(11)}:0"},
    }


def write(folder: Path, settings: Table) -> Path:
    file = folder / "gateway.toml"
    file.write_text(toml(settings))
    return file


@contextmanager
def running(file: Path, *before: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The process, started by the command `before`, and what it said when it began."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([*before, *COMMAND, str(file)], stdout=pipe, stderr=pipe, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        yield process, [process.stdout.readline().rstrip("\n") for _ in range(4)]
    finally:
        process.kill()
        process.communicate()


def end(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    process.send_signal(number)
    said, complained = process.communicate(timeout=LIMIT)
    return process.returncode, said, complained


def refused(file: Path) -> str:
    """What a gateway complains of that cannot start."""
    done = subprocess.run(
        [*COMMAND, str(file)], capture_output=True, text=True, timeout=LIMIT, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def ask(phone: socket.socket, method: str, *lines: str, body: bytes = b"") -> str:
    send(phone, method, *lines, body=body)
    return phone.recv(65_535).decode().split("\r\n")[0]


def send(phone: socket.socket, method: str, *lines: str, body: bytes = b"") -> None:
    head = [
        f"{method} sip:ipsmgw.example SIP/2.0",
        f"Via: SIP/2.0/UDP {host(12)}:{phone.getsockname()[1]};branch=z9hG4bK{method}",
        f"From: <sip:{host(12)}>;tag=1",
        "To: <sip:alice@ims.example>",
        f"Call-ID: {method}",
        f"CSeq: 1 {method}",
        *lines,
    ]
    phone.sendto("\r\n".join([*head, "", ""]).encode() + body, (host(11), 5060))


@pytest.fixture
def scscf() -> Iterator[socket.socket]:
    """Whom the gateway believes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.settimeout(LIMIT)
        bound.bind((host(12), 0))
        yield bound


SMS = ("Content-Type: application/vnd.3gpp.sms", "P-Asserted-Identity: <sip:+15551112222@ims.example>")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_answers_and_ends_cleanly(
    tmp_path: Path, number: signal.Signals, scscf: socket.socket
) -> None:
    with running(write(tmp_path, table(tmp_path))) as (process, said):
        where = f"{host(11)}:5060"
        assert said[:3] == [f"SIP: udp {where}", f"SIP: tcp {where}", f"M3UA: tcp {host(11)}:2905 (smsc)"]
        assert said[3].startswith(f"API: http://{host(11)}:")
        assert ask(scscf, "OPTIONS") == "SIP/2.0 200 OK"
        assert ask(scscf, "REGISTER", "Expires: 600", "Contact: <sip:x>") == "SIP/2.0 403 Forbidden"
        assert ask(scscf, "MESSAGE", *SMS, body=b"\x07\x01") == "SIP/2.0 202 Accepted"
        with urlopen(f"{said[3].removeprefix('API: ')}/api/status", timeout=LIMIT) as answer:
            assert json.load(answer)["cdrs_written"] == 1
        assert end(process, number) == (0, "", "")


def test_a_journal_that_is_full_ends_it_before_anybody_is_told_yes(
    tmp_path: Path, scscf: socket.socket
) -> None:
    room = 1 << 20
    settings = table(tmp_path)
    journal = tmp_path / "cdr.jsonl"
    journal.write_bytes(b"{}\n" * (room // 3))
    settings["journal"] = {"file": str(journal)}
    with running(write(tmp_path, settings)) as (process, _):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, room))
        send(scscf, "MESSAGE", *SMS, body=b"\x07\x01")
        _, complaint = process.communicate(timeout=LIMIT)
        assert process.returncode == 1
        assert complaint.endswith(f"cannot run: {journal}: File too large\n")
    scscf.setblocking(False)
    with pytest.raises(BlockingIOError):
        scscf.recv(65_535)


def test_it_ends_at_once_though_a_connection_to_its_api_stays_open(tmp_path: Path) -> None:
    with running(write(tmp_path, table(tmp_path))) as (process, said):
        there = re.search(r":(\d+)$", said[3])
        assert there is not None
        with socket.create_connection((host(11), int(there[1])), LIMIT):
            assert end(process, signal.SIGINT) == (0, "", "")


def test_it_can_be_started_again_on_what_it_left(tmp_path: Path) -> None:
    file = write(tmp_path, table(tmp_path))
    for _ in range(2):
        with running(file) as (process, said):
            assert len(said) == 4
            assert end(process, signal.SIGTERM)[0] == 0
    assert (tmp_path / "new" / "cdr.jsonl").read_bytes() == b""


@pytest.mark.parametrize(
    ("kind", "port", "said"),
    [
        (socket.SOCK_DGRAM, 5060, "udp {}:5060"),
        (socket.SOCK_STREAM, 2905, "tcp {}:2905"),
        (socket.SOCK_STREAM, 8080, "tcp {}:8080"),
    ],
)
def test_a_port_that_is_taken_is_one_clear_line(
    tmp_path: Path, kind: socket.SocketKind, port: int, said: str
) -> None:
    settings = table(tmp_path) | {"web": {"listen": f"{host(11)}:8080"}}
    with socket.socket(socket.AF_INET, kind) as taken:
        if kind is socket.SOCK_STREAM:  # connections of other tests may still be in TIME-WAIT there
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host(11), port))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        complaint = refused(write(tmp_path, settings))
    assert complaint == f"cannot run: ipsmgw: {said.format(host(11))}: Address already in use\n"


def test_a_store_in_use_is_one_clear_line(tmp_path: Path) -> None:
    file = write(tmp_path, table(tmp_path))
    with running(file):
        complaint = refused(file)
    assert complaint.endswith("ipsmgw.db: database is locked; does another gateway use it?\n")
    assert complaint.count("\n") == 1


def test_a_journal_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    settings = table(tmp_path) | {"journal": {"file": str(tmp_path)}}
    assert refused(write(tmp_path, settings)) == f"cannot run: {tmp_path}: Is a directory\n"


def test_a_store_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "ipsmgw.db").write_text("this is no database, whatever it is called " * 30)
    complaint = refused(write(tmp_path, table(tmp_path)))
    assert complaint.endswith("ipsmgw.db: file is not a database\n")
    assert complaint.count("\n") == 1


def test_a_database_that_is_gone_ends_it_and_it_begins_again_when_that_is_back(
    tmp_path: Path, own_postgres: Server
) -> None:
    url = own_postgres.schema()
    file = write(tmp_path, table(tmp_path) | {"store": {"url": url}})
    with running(file) as (process, said):
        assert len(said) == 4
        assert refused(file).endswith("locked; does another gateway use it?\n")
        own_postgres.stop()
        _, complaint = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert complaint.startswith(f"cannot run: {url}: ")
    assert complaint.endswith("server closed the connection unexpectedly\n")
    assert complaint.count("\n") == 1
    own_postgres.start()
    with running(file) as (process, said):
        assert end(process, signal.SIGTERM) == (0, "", "")
