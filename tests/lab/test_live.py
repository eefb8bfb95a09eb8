"""The carrier as its user runs it: up, send from another terminal, Ctrl-C."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

pytestmark = pytest.mark.wire

JSON = {"content-type": "application/json"}

ROOT = Path(__file__).parents[2]
LIMIT = 60.0
LIFE = 600.0  # of a lab whose test is killed
COMMAND = [sys.executable, "-c", "from lab.cli import main; main()"]
FIRST_LADDER = (
    "MESSAGE RP-DATA SMS-SUBMIT",
    "202 Accepted",
    "mo-ForwardSM",
    "mo-ForwardSM result",
    "MESSAGE RP-ACK",
    "sendRoutingInfoForSM",
    "sendRoutingInfoForSM result",
    "mt-ForwardSM",
    "MESSAGE RP-DATA SMS-DELIVER",
    "mt-ForwardSM result",
)


@pytest.fixture
def network(worker_id: str) -> int:
    """Each worker of xdist has its own addresses, and none that the scenarios use."""
    number = re.search(r"\d+", worker_id)
    return 150 + int(number[0] if number else 0)


def lab(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, timeout=LIMIT, check=False, cwd=ROOT
    )


def message(text: str, to: str = "bob") -> dict[str, str]:
    return {"from": "alice", "to": to, "text": text}


@contextmanager
def running(network: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A lab that has sent its first message, and what it has printed until then."""
    words = [*COMMAND, "up", "--network", str(network), "--for", str(LIFE), "--no-msgin5g"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("send more"):
                break
        yield process, "".join(said)
    finally:
        process.kill()
        process.communicate()


def test_a_user_sees_the_first_message_sends_more_and_ends_it(network: int) -> None:
    with running(network) as (process, said):
        for label in FIRST_LADDER:
            assert re.search(rf" {re.escape(label)}$", said, re.MULTILINE), label
        assert f"M3UA tcp 127.0.{network}.13:2905" in said

        sent = lab("send", "--network", str(network), "bob", "alice", "and back")
        assert (sent.returncode, sent.stderr) == (0, "")
        assert "service centre: delivered" in sent.stdout
        assert "mt-ForwardSM result" in sent.stdout

        nobody = lab("send", "--network", str(network), "alice", "15550001234", "is there anybody")
        assert nobody.returncode == 1
        assert "failed (unknownSubscriber)" in nobody.stdout

        stranger = lab("send", "--network", str(network), "carol", "bob", "hello")
        assert stranger.returncode == 2
        assert stranger.stdout == "refused: no phone 'carol' here; there are alice, bob\n"

        process.send_signal(signal.SIGINT)
        rest, complaints = process.communicate(timeout=LIMIT)
        assert (process.returncode, rest.strip(), complaints) == (0, "stopped", "")


def test_a_user_asks_why_a_message_went_where_it_went(network: int) -> None:
    with running(network):
        listed = lab("explain", "--network", str(network), "15551001002")
        (line,) = listed.stdout.splitlines()
        assert line.endswith("15551001002 MT from 15551001001: delivered")
        last = lab("explain", "--network", str(network), line.split()[1])
        assert (last.returncode, "mobile terminated, delivered" in last.stdout) == (0, True)
        assert "crossed the whole carrier" in last.stdout, "the lab shows what messages say"
        unknown = lab("explain", "--network", str(network), "nobody")
        assert unknown.stdout == "no message 'nobody' is under way or remembered\n"
        assert unknown.returncode == 1


def test_the_api_refuses_rubbish_with_a_sentence(network: int) -> None:
    with running(network):
        api = f"http://127.0.{network}.10:8080/api"
        status = httpx.get(f"{api}/status").json()
        assert status["phones"] == {"alice": "registered", "bob": "registered"}
        assert status["gateway"]["cdrs_written"] == 2
        for body, sentence in (
            (b"{", "Input data was truncated"),
            (
                b'{"from": "alice", "to": "bob"}',
                "what shall be sent? A text, or octets as tpdu or rp: one of them",
            ),
            (b'{"from": "alice", "to": "bob", "text": 1}', "Expected `str | null`, got `int` - at `$.text`"),
            (
                b'{"from": "alice", "to": "x", "text": "y"}',
                "'x' is neither a phone here (alice, bob) nor a number",
            ),
            (msgspec.json.encode(message("x" * 50_000)), "the text needs 327 short messages"),
        ):
            answer = httpx.post(f"{api}/send", content=body, headers=JSON)
            assert answer.status_code == 400
            assert sentence in answer.json()["error"]
        assert httpx.post(f"{api}/send", content=b" " * 100_000, headers=JSON).status_code == 413


def test_a_user_sets_a_fault_sees_it_strike_and_clears_it(network: int) -> None:
    where = ("--network", str(network))
    with running(network):
        none = lab("fault", *where)
        assert (none.returncode, none.stdout) == (0, "no faults are set\n")
        rule = "smsc mo-ForwardSM 1 x error systemFailure, then ok"
        listed = lab("fault", *where, rule)
        assert listed.stdout == f"  1  struck 0 of 0  {rule}\n"

        refused = lab("send", *where, "alice", "bob", "first")
        assert "alice's phone: refused: SIP 202, RP-ERROR 38 (Network out of order)" in refused.stdout
        assert "mo-ForwardSM error systemFailure (forged)" in refused.stdout
        taken = lab("send", *where, "alice", "bob", "second")
        assert "alice's phone: acknowledged: SIP 202, RP-ACK" in taken.stdout

        assert lab("fault", *where).stdout == f"  1  struck 1 of 2  {rule}\n"
        wrong = lab("fault", *where, "hlr", "mo-Forward", "silence")
        assert wrong.returncode == 1
        assert "there is no message or fault 'mo-Forward'; did you mean mo-ForwardSM" in wrong.stdout
        assert lab("fault", *where, "--clear", "7").stdout == "refused: there is no rule 7; there are 1\n"
        assert lab("fault", *where, "--clear", "soon").returncode == 1
        assert lab("fault", *where, "--clear", "1").stdout == "no faults are set\n"


def test_the_api_sets_faults_and_clears_them(network: int) -> None:
    with running(network):
        api = f"http://127.0.{network}.10:8080/api/faults"
        answer = httpx.post(api, json={"rule": "bob memory-full 1 s"}).json()
        assert answer == {
            "number": 1, "rule": "bob memory-full 1 s", "seen": 0, "struck": 1,
            "by_fault": {"memory-full 1 s": 1},
        }  # fmt: skip
        for body, sentence in ((b"{", "truncated"), (b'{"rule": "x y z"}', "there is no element 'x'")):
            refused = httpx.post(api, content=body, headers=JSON)
            assert (refused.status_code, sentence in refused.json()["error"]) == (400, True)
        assert httpx.post(api, content=b" " * 100_000, headers=JSON).status_code == 413
        assert httpx.delete(f"{api}/2").status_code == 404
        assert [each["number"] for each in httpx.delete(api).json()["faults"]] == [1]
        assert httpx.get(api).json() == {"faults": []}


def test_a_user_sends_what_no_phone_would_write(network: int) -> None:
    where = ("--network", str(network))
    with running(network):
        rubbish = lab("send", *where, "alice", "--tpdu", "ffffff")
        assert "alice's phone: SIP 202, RP-ERROR 38 (Network out of order)" in rubbish.stdout
        broken = lab("send", *where, "alice", "--rp", "00")
        assert (broken.returncode, "alice's phone: SIP 400" in broken.stdout) == (1, True)
        past = lab("send", *where, "alice", "ipsmgw", "--rp", "00010004")
        assert "alice's phone: SIP 403" in past.stdout
        for words, sentence in (
            (("alice", "--rp", "xy"), "rp: 'xy' is not hexadecimal"),
            (("alice", "--tpdu", ""), "tpdu: 1 to 255 octets, not 0"),
            (("alice", "--tpdu", "00", "--rp", "00"), "what shall be sent?"),
            (("alice",), "what shall be sent?"),
            (("alice", "nobody", "--rp", "00"), "there is no element 'nobody'"),
        ):
            refused = lab("send", *where, *words)
            assert (refused.returncode, sentence in refused.stdout) == (2, True), refused.stdout


def test_each_of_two_senders_hears_of_its_own_message(network: int) -> None:
    with running(network), ThreadPoolExecutor() as pool:
        url = f"http://127.0.{network}.10:8080/api/send"
        bodies = [message("hello"), message("is there anybody", to="15550001234")] * 4
        answers = list(pool.map(lambda body: httpx.post(url, json=body, timeout=LIMIT).json(), bodies))
    assert [answer["delivered"] for answer in answers] == [True, False] * 4
    assert [len(answer["delivery"]) for answer in answers] == [1] * 8


def test_a_taken_port_is_one_clear_line(network: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((f"127.0.{network}.12", 5060))
        refused = lab("up", "--network", str(network))
    assert refused.returncode == 1
    assert refused.stderr == ""
    assert refused.stdout.splitlines()[-1] == (
        f"the lab cannot run: scscf: udp 127.0.{network}.12:5060: Address already in use"
    )


def test_without_a_lab_send_says_how_to_start_one(network: int) -> None:
    unheard = lab("send", "--network", str(network + 50), "alice", "bob", "hello")
    assert unheard.returncode == 2
    assert "make lab" in unheard.stdout
    assert len(unheard.stdout.splitlines()) == 1
