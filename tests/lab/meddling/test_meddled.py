"""A stack that is meddled with: sans-IO, what is late comes late, and a battery's last word is a 2xx."""

from collections.abc import Callable
from random import Random

from lab.faults import ALL
from lab.meddling.clock import ElementClock
from lab.meddling.effects import Act, Restart
from lab.meddling.grammar import Grammar
from lab.meddling.marks import MarkedTrace
from lab.meddling.meddled import Meddled, Post
from lab.meddling.meddler import Meddler
from lab.runner import run
from lab.scenarios import SCENARIOS
from sipbridge.flow import Flow

NODES = dict.fromkeys(("scscf", "bob"), True)
FLOW = Flow("udp", ("127.0.0.1", 1), ("127.0.0.2", 1))
REQUEST, REPORT = b"MESSAGE sip:bob SIP/2.0\r\n\r\n", b"MESSAGE sip:gw SIP/2.0\r\n\r\n"
ANSWER = b"SIP/2.0 200 OK\r\n\r\n"


class Echo:
    """A stack that hears everything, and says what it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, float]] = []
        self.says: list[tuple[bytes, Flow]] = []

    def receive(self, data: bytes, flow: Flow, now: float) -> list[bytes]:
        self.heard.append((data, now))
        return [data]

    def link_up(self, flow: Flow, identity: str, now: float) -> list[bytes]:
        return []

    def link_down(self, flow: Flow, now: float) -> list[bytes]:
        return []

    def expire(self, now: float) -> list[bytes]:
        return []

    def deadline(self) -> float | None:
        return None

    def take_output(self) -> list[tuple[bytes, Flow]]:
        says, self.says = self.says, []
        return says


class Bench:
    """Bob's stack with rules at its port; `acts` is what they wanted to have done."""

    def __init__(self, *rules: str) -> None:
        self.now = 0.0
        self.acts: list[Act] = []
        self.trace = MarkedTrace()
        self.stack = Echo()
        meddler = Meddler(Grammar(NODES, ("bob",), {}), lambda name: Random(name), self.acts.append)
        self.rules = [meddler.set(rule) for rule in rules]
        post = Post(
            node="bob",
            meddler=meddler,
            trace=self.trace,
            protocol=lambda flow: "sip",
            peer=lambda flow: "scscf",
            sender=lambda flow, data: "scscf",
            recipient=lambda flow, data: "scscf",
            is_ours=lambda node: node == "bob",
            now=lambda: self.now,
        )
        self.port = Meddled(self.stack, post)

    @property
    def fates(self) -> list[str]:
        return [pdu.fate for pdu in self.trace]


def test_without_rules_nothing_is_touched() -> None:
    bench = Bench()
    assert bench.port.receive(REQUEST, FLOW, 0.0) == [REQUEST]
    bench.stack.says.append((ANSWER, FLOW))
    assert bench.port.take_output() == [(ANSWER, FLOW)]
    assert bench.fates == []


def test_what_is_late_comes_when_its_time_has_come() -> None:
    bench = Bench("bob MESSAGE 1 x late 3 s")
    assert bench.port.receive(REQUEST, FLOW, 1.0) == []
    assert bench.port.deadline() == 4.0
    assert bench.port.expire(3.9) == []
    assert bench.port.expire(4.0) == [REQUEST]
    assert (bench.stack.heard, bench.fates) == ([(REQUEST, 4.0)], ["late"])


def test_an_answer_is_forged_to_who_has_asked() -> None:
    bench = Bench("bob MESSAGE 1 x sip 486, then ok")
    fields = b"\r\nVia: x\r\nFrom: a\r\nTo: b\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\n\r\n"
    request = REQUEST.replace(b"\r\n\r\n", fields)
    assert bench.port.receive(request, FLOW, 0.0) == []
    ((answer, flow),) = bench.port.take_output()
    assert answer.startswith(b"SIP/2.0 486 Busy Here\r\nVia: x\r\nFrom: a\r\nTo: b;tag=")
    assert answer.endswith(b"\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n")
    assert (flow, bench.fates, bench.rules[0].strikes) == (FLOW, ["withheld"], 1)
    assert bench.port.receive(request, FLOW, 1.0) == [request]


def test_a_battery_lasts_until_the_next_2xx_has_left() -> None:
    bench = Bench("bob MESSAGE battery 9 s")
    bench.port.receive(REQUEST, FLOW, 0.0)
    bench.port.last_words = 9.0  # what the act does
    bench.stack.says += [(b"SIP/2.0 100 Trying\r\n\r\n", FLOW), (ANSWER, FLOW), (REPORT, FLOW)]
    assert [data for data, _ in bench.port.take_output()] == [b"SIP/2.0 100 Trying\r\n\r\n", ANSWER]
    assert Restart("bob", 9.0) in bench.acts
    assert bench.fates == ["withheld"]
    assert bench.port.receive(REQUEST, FLOW, 1.0) == []


def test_a_turn_that_cannot_be_done_to_a_message_is_still_to_come() -> None:
    bench = Bench("bob * 1 x to-tag")
    assert bench.port.receive(ANSWER, FLOW, 0.0) == [ANSWER]
    (heard,) = bench.port.receive(REQUEST.replace(b"\r\n\r\n", b"\r\nTo: <sip:b>\r\n\r\n"), FLOW, 0.0)
    assert b"\r\nTo: <sip:b>;tag=meddled\r\n" in heard
    assert bench.rules[0].strikes == 1


class Call:
    """What waits for a time."""

    def __init__(self, when: float) -> None:
        self.when, self.waits = when, True

    def cancel(self) -> None:
        self.waits = False


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = 100.0
        self.calls: list[Call] = []

    def now(self) -> float:
        return self.time

    def call_at(self, when: float, callback: Callable[[], None]) -> Call:
        self.calls.append(Call(when))
        return self.calls[-1]

    def due(self) -> list[float]:
        return [call.when for call in self.calls if call.waits]


def test_a_clock_that_is_set_moves_what_waits_for_it() -> None:
    hand = Hand()
    clock = ElementClock(hand)
    clock.call_at(110.0, lambda: None)
    assert (clock.now(), clock.right) == (100.0, True)
    clock.skew(+30.0, 1.0)
    assert (clock.now(), clock.right, hand.due()) == (130.0, False, [80.0])
    clock.skew(0.0, 2.0)
    hand.time = 110.0
    assert clock.now() == 150.0
    clock.call_at(160.0, lambda: None)
    assert hand.due()[-1] == 115.0


RULES = (
    "smsc mo-ForwardSM 20% error systemFailure, 10% silence, 10% abort, 5% twice, 5% cut",
    "ipsmgw->smsc answer-to mt-ForwardSM 20% silence, 10% wrong-tid, 10% error systemFailure, 10% late 200 s",
    "scscf->ipsmgw * 5% silence, 5% late 10 s, 5% twice, 5% garbage",
    "ipsmgw->scscf MESSAGE 20% sip 480, 10% sip 503, 10% silence",
    "* RP-ACK 20% rp-error 22, 20% silence",
    "hlr * 3% restart 2 s, 3% silence",
    "ipsmgw DATA 2% restart 2 s",
)


def test_the_laws_hold_under_rules_and_the_weather() -> None:
    for seed, rule in enumerate(RULES, 1):
        verdict = run(SCENARIOS["mixed"], seed=seed, faults=ALL, rules=(rule,))
        assert verdict.broken is None, rule
