"""Every element as a process of its own: together they are the carrier that `up` is."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.lab.test_live import COMMAND, LIMIT, ROOT, lab

pytestmark = pytest.mark.wire

PACED = '[timers]\npreset = "paced"\n'


@pytest.fixture
def network(worker_id: str) -> int:
    """Each worker of xdist has its own addresses, and none that others use."""
    number = re.search(r"\d+", worker_id)
    return 170 + int(number[0] if number else 0)


@pytest.fixture
def carrier(tmp_path: Path, network: int) -> Path:
    """A description, with the timers of the wire."""
    file = tmp_path / "carrier.toml"
    file.write_text(f"network = {network}\n{PACED}")
    return file


@contextmanager
def element(carrier: Path, *names: str, last: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that has said this line."""
    words = [*COMMAND, "element", *names, "-c", str(carrier)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        heard = []
        for line in process.stdout:
            heard.append(line)
            if line.startswith(last):
                break
        else:
            raise AssertionError("".join(heard))
        yield process
    finally:
        process.kill()
        process.communicate()


def end(process: "subprocess.Popen[str]") -> str:
    """Ctrl-C, and what it says then."""
    process.send_signal(signal.SIGINT)
    said, complained = process.communicate(timeout=LIMIT)
    assert (process.returncode, complained) == (0, "")
    return said


def test_five_processes_are_a_carrier(carrier: Path, network: int) -> None:
    with ExitStack() as processes:
        started = [
            processes.enter_context(element(carrier, *names, last=last))
            for names, last in (
                (("hlr",), "lab "),
                (("smsc",), "smsc – hlr: active"),
                (("scscf",), "lab "),
                (("ipsmgw",), "ipsmgw – smsc: active"),
                (("ue",), "bob: registered"),
            )
        ]
        sent = lab("send", "--network", str(network), "alice", "bob", "by five processes")
        assert (sent.returncode, sent.stderr) == (0, ""), sent.stdout
        assert "alice's phone: acknowledged" in sent.stdout
        assert re.search(r"scscf.*\n(.*\n)*.* MESSAGE RP-DATA SMS-DELIVER$", sent.stdout, re.MULTILINE)
        status = httpx.get(f"http://127.0.{network}.13:8080/api/status").json()
        assert status["associations"] == {"hlr": ["ipsmgw", "smsc"]}
        gateway = httpx.get(f"http://127.0.{network}.11:8080/api/status").json()["gateway"]
        assert (gateway["bindings"], gateway["cdrs_written"]) == (2, 2)
        for process in reversed(started):
            assert end(process).endswith("stopped\n")


def test_it_says_what_it_listens_on_and_what_is_not_there(carrier: Path, network: int) -> None:
    words = [*COMMAND, "element", "hlr", "alice", "-c", str(carrier), "--for", "1", "--no-register"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["hlr", "here", "M3UA", "tcp", f"127.0.{network}.13:2905"] in [line[:5] for line in lines]
    assert ["alice", "here", "SIP", "udp", f"127.0.{network}.21:5060"] in [line[:5] for line in lines]
    assert "hlr – ipsmgw: no association" in done.stdout
    assert "alice: not registered" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("msc",), 'the carrier has no msc: a description with [element.msc] is = "here" has'),
        (
            ("hrl",),
            "there is no element 'hrl'; there are scscf, ipsmgw, hlr, smsc, ue and the phones by name",
        ),
        (("hlr", "--api", "nowhere"), "--api: expected host:port, got 'nowhere'"),
    ],
)
def test_what_cannot_be_run_is_one_clear_line(words: tuple[str, ...], said: str) -> None:
    refused = lab("element", *words)
    assert (refused.returncode, refused.stderr) == (2, f"ipsmgw-lab: {said}\n")


def test_a_port_that_is_taken_is_one_clear_line(carrier: Path, network: int) -> None:
    with element(carrier, "scscf", last="lab "):
        words = [*COMMAND, "element", "scscf", "-c", str(carrier), "--api", f"127.0.{network}.99:0"]
        refused = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT, check=False, cwd=ROOT)
    assert refused.returncode == 1
    assert refused.stdout == (
        f"the lab cannot run: scscf: udp 127.0.{network}.12:5060: Address already in use\n"
    )


def test_up_and_the_gateway_apart(carrier: Path, network: int) -> None:
    """Started by `up -c` the lab waits for the gateway, which comes from another process."""
    text = carrier.read_text()
    carrier.write_text(f'{text}[element.ipsmgw]\nis = "external"\naddress = "127.0.{network}.11"\n')
    words = [*COMMAND, "up", "-c", str(carrier), "--for", str(LIMIT)]
    up = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        with element(carrier, "ipsmgw", last="ipsmgw – smsc: active"):
            assert up.stdout is not None
            said = []
            for line in up.stdout:
                said.append(line)
                if line.startswith("send more"):
                    break
        heard = "".join(said)
        assert "waits for ipsmgw, which the lab does not play" in heard
        assert re.search(r" mt-ForwardSM result$", heard, re.MULTILINE)
        assert re.search(rf"^ipsmgw +external +SIP udp 127.0.{network}.11:5060", heard, re.MULTILINE)
    finally:
        up.kill()
        up.communicate()
