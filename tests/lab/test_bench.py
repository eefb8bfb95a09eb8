"""The bench measures what it says: its messages are real, its accounts add up, and it runs."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import msgspec
import pytest

from lab.bench.__main__ import Figures
from lab.bench.frames import OTHER_PREFIX, Template, field, number_in, ok, semi_octets, transaction_id
from lab.bench.ledger import Ledger, Run, Step
from lab.bench.measure import KINDS, Cost, Kind, System
from lab.bench.rehearsal import registers, rehearse
from lab.bench.stages import Stages
from lab.bench.stories import Originating, Terminating
from lab.bench.verdict import journal_faults, result
from sipbridge import Limits, parse
from tests.lab.desk import Desk

ROOT = Path(__file__).parents[2]


# Templates.


def test_a_template_fills_its_holes_wherever_they_are() -> None:
    template = Template.of(b"100% of A and B, A", {b"a": b"A", b"b": b"B"})
    assert template.fill({b"a": b"x", b"b": b"yy"}) == b"100% of x and yy, x"


def test_a_template_without_a_place_for_a_hole_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        Template.of(b"nothing", {b"a": b"A"})


def test_the_mo_message_is_readable_and_carries_its_number() -> None:
    submit = rehearse(Random(1)).submit
    octets = submit.fill({b"id": b"0000002a", b"msisdn": b"15551234567", b"number": semi_octets("00000042")})
    message = parse(octets, Limits())
    assert message.method == b"MESSAGE"
    assert message.fields[b"Call-ID"] == b"bench-call-0000002a"
    assert len(message.vias) == 2
    assert b"tel:+15551234567" in message.fields[b"P-Asserted-Identity"]
    assert number_in(octets) == 42


def test_an_answer_repeats_what_a_response_repeats() -> None:
    octets = rehearse(Random(1)).report.fill(
        {b"id": b"00000001", b"msisdn": b"15551234567", b"in_reply_to": b"x@y", b"body": b"\x02\x01"}
    )
    answer = parse(ok(octets), Limits())
    assert answer.status == 200
    assert answer.fields[b"Call-ID"] == field(octets, b"Call-ID") != b""


def test_the_mt_frame_carries_transaction_id_and_number() -> None:
    values = {
        b"tid": b"\1\2\3\4",
        b"imsi": semi_octets("001015551234567f"),
        b"number": semi_octets("87654321"),
    }
    frame = rehearse(Random(1)).begin.fill(values)
    assert transaction_id(frame, 0x48) == b"\1\2\3\4"
    assert number_in(frame) == 87654321


def test_a_frame_of_somebody_else_has_no_number() -> None:
    assert number_in(b"\0" * 80) == -1


def test_every_subscriber_has_a_register_of_his_own() -> None:
    messages = [parse(octets, Limits()) for octets in registers(3, Random(1))]
    assert len({message.fields[b"To"] for message in messages}) == 3
    assert len({message.vias[0] for message in messages}) == 3


# Accounts.


def _ledger(messages: int = 3, window: int = 2, burst: int = 8) -> Ledger:
    return Ledger(Run(messages, window, 10, burst=burst))


def test_no_more_messages_start_than_the_window_allows() -> None:
    ledger = _ledger()
    assert list(ledger.due()) == [10, 11]
    assert list(ledger.due()) == []
    ledger.note(11, Step.FINISHED)
    assert list(ledger.due()) == [12]


def test_a_message_counts_once_it_has_gone_every_step() -> None:
    ledger = _ledger(1)
    for step in (Step.ACCEPTED, Step.HANDED_ON):
        ledger.note(10, step)
    assert not ledger.done
    assert ledger.verdict() == ["1 messages did not end"]
    ledger.note(10, Step.FINISHED)
    assert ledger.done
    assert ledger.verdict() == []


def test_a_step_twice_and_a_strange_number_are_faults() -> None:
    ledger = _ledger(1)
    for step in Step:
        ledger.note(10, step)
    ledger.note(10, Step.FINISHED)
    ledger.note(99, Step.FINISHED)
    assert ledger.verdict() == ["1 packets twice", "1 packets of no message of ours"]


def test_requests_wait_while_too_many_are_unanswered() -> None:
    ledger = _ledger(burst=1)
    ledger.ask(b"one")
    ledger.ask(b"two")
    assert ledger.requests == [b"one"]
    ledger.note(10, Step.ACCEPTED)
    assert ledger.requests == [b"one", b"two"]


# The stories, against a gateway without sockets.


@pytest.mark.parametrize("kind", KINDS)
def test_fifty_messages_end_and_each_has_one_record(kind: Kind, tmp_path: Path) -> None:
    desk = Desk()
    story = desk.play(KINDS[kind], 50)
    assert story.ledger.verdict() == []
    journal = tmp_path / "cdr.jsonl"
    journal.write_bytes(desk.disk.content)
    assert journal_faults(journal, _played(kind, range(1, 51))) == []
    assert desk.gateway.open_work == 0


def test_the_recording_is_what_a_relay_has_to_send() -> None:
    desk = Desk()
    mo, mt = desk.play(Originating, 1).recording, desk.play(Terminating, 1).recording
    assert mo.accepted.startswith(b"SIP/2.0 202 ")
    assert mt.accepted.startswith(b"SIP/2.0 202 ")
    assert b"\r\nIn-Reply-To: bench-call-" in mo.message
    assert number_in(mt.message) == 2
    assert number_in(mo.frame) == 1
    assert transaction_id(mt.frame, 0x49) == (2).to_bytes(4)


def test_every_stage_is_played() -> None:
    stages = Stages(Random(1))
    stages.play([1, 2])
    assert len(stages.seconds) == 8


# The verdict.


def _played(kind: Kind, numbers: range) -> dict[Kind, list[range]]:
    played: dict[Kind, list[range]] = {each: [] for each in KINDS}
    played[kind].append(numbers)
    return played


def _line(number: int, outcome: str = "delivered") -> bytes:
    return msgspec.json.encode(
        {"record": "ISMSMO", "outcome": outcome, "other": f"{OTHER_PREFIX}{number:08d}"}
    )


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([], "MO 7: 0 charging records"),
        ([_line(7), _line(7)], "MO 7: 2 charging records"),
        ([_line(7, "congestion")], "ISMSMO of 447700000007: congestion"),
        ([_line(7), _line(8)], "MO of 447700000008: a record of no message of ours"),
    ],
)
def test_a_wrong_journal_is_seen(lines: list[bytes], fault: str, tmp_path: Path) -> None:
    journal = tmp_path / "cdr.jsonl"
    journal.write_bytes(b"\n".join(lines))
    assert journal_faults(journal, _played("MO", range(7, 8))) == [fault]


def test_the_ratio_is_that_of_the_medians() -> None:
    gateway = Cost(cpu=[30.0, 90.0, 40.0], rate=[1.0, 2.0, 3.0], group=[10.0, 20.0, 30.0])
    costs: dict[tuple[Kind, System], Cost] = {
        ("MO", "gateway"): gateway,
        ("MO", "relay"): Cost(cpu=[10.0, 10.0, 50.0]),
    }
    found = result("MO", costs)
    assert (found.gateway, found.relay, found.ratio, found.records_per_sync) == (40.0, 10.0, 4.0, 20.0)


# All of it, with processes and sockets.


def _bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lab.bench", "--rounds", "1", "--messages", "50", "--window", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*command, "--subscribers", "5", "--no-stages", "--no-codecs", "--no-msgin5g", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.wire
@pytest.mark.usefixtures("bench_network")
def test_the_bench_runs_and_tells_the_ratios(tmp_path: Path) -> None:
    done = _bench(tmp_path, "--goal", "100000", "--json", "figures.json")
    assert done.returncode == 0, done.stdout + done.stderr
    figures = msgspec.json.decode((tmp_path / "figures.json").read_bytes(), type=Figures)
    assert [each.kind for each in figures.gateway] == ["MO", "MT"]
    assert all(each.gateway > 0 and each.relay > 0 for each in figures.gateway)
    missed = _bench(tmp_path, "--goal", "0.001")
    assert missed.returncode == 1
    assert "MO costs" in missed.stdout
    assert "the goal is 0.001" in missed.stdout


@pytest.mark.wire
@pytest.mark.usefixtures("bench_network")
def test_the_bench_of_msgin5g_runs_and_tells_the_ratios(tmp_path: Path) -> None:
    few = ("--msgin5g", "--transfers", "20", "--phones", "10", "--msgin5g-goal", "100000")
    done = _bench(tmp_path, "--no-gateway", "--no-sip", *few, "--json", "figures.json")
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = msgspec.json.decode((tmp_path / "figures.json").read_bytes(), type=Figures).msgin5g
    assert found.to_phones > 0 < found.from_phones
    assert found.echo > 0
    assert found.phones.count == 10
    assert found.phones.bulk_cpu > 0 < found.phones.first_cpu
