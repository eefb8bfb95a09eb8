"""Whatever happens between IMS and service centre: a message ends once, and its report tells the truth."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ipsmgw.smpp import MessageState, Status
from ipsmgw.smpp.pdu import SubmitSm
from msgin5g_bridge.apis import DELIVER_REPORT, L3G_DELIVER_MESSAGE
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, ReportDeliveryStatus
from msgin5g_bridge.problem import Problem
from tests.ipsmgw.by_centre import LONG, SMPP
from tests.ipsmgw.msgin5g import answer, crash, deliver_in, gateway, join, message, ring, rows
from tests.ipsmgw.node import Node

PHONE = ["take", "refuse", "full", "ignore", "leave", "join"]
CENTRE = ["cut", "up", "late", "prompt", "answer", "throttle", "wrong", "receive", "fail", "lose"]
HAPPENINGS = ["post", "crash", "wait", "deaf", "hears", *PHONE, *CENTRE]


class Story:
    """One message of two parts to a phone that may be in the IMS, or only at its service centre."""

    def __init__(self) -> None:
        self.node = node = gateway(
            smpp=SMPP | {"late": 100.0}, retry=20.0, validity=400.0, remember=5_000.0, pool=["15559001"]
        )
        node.centre.up(node.watch.time)
        join(node)
        node.server.take()
        self.got: set[int] = set()
        """Parts that the phone has taken."""
        self.settled: set[int] = set()
        """Messages of the service centre that have come to their end there."""
        self.posted = False
        self.heard: list[DeliveryStatusReport] = []

    def happen(self, what: str) -> None:
        node = self.node
        if what == "post":
            status = node.server.deliver(L3G_DELIVER_MESSAGE, message(payload=LONG))
            node.exchange()
            assert status().status == 204
            self.posted = True
        elif what == "crash":
            crash(node)
        elif what == "wait":
            node.pass_time(25.0)
            node.synced()
        elif what in ("deaf", "hears"):
            node.server.refusals = {DELIVER_REPORT: Problem(status=503)} if what == "deaf" else {}
        elif what in PHONE:
            self._phone(what)
        else:
            self._centre(what)
        self._listen()

    def _phone(self, what: str) -> None:
        if what in ("leave", "join"):
            join(self.node, expires=0 if what == "leave" else 6_000)
            return
        for came in ring(self.node):
            if what == "take":
                self.got.add(_place(deliver_in(came).tp_ud))
            if what != "ignore":
                answer(self.node, came, {"take": None, "refuse": 111, "full": 22}[what])

    def _centre(self, what: str) -> None:
        centre, now = self.node.centre, self.node.watch.time
        if what == "cut":
            centre.cut()
        elif what == "up":
            centre.up(now)
        elif what in ("late", "prompt"):
            centre.late = what == "late"
        elif what == "answer":
            centre.answer()
        elif what in ("throttle", "wrong"):
            centre.verdicts = [Status.RTHROTTLED if what == "throttle" else Status.RINVDSTADR]
        else:
            self._settle_one(what)

    def _settle_one(self, what: str) -> None:
        """The first of its messages that is under way comes to its end; `lose`: nobody is told."""
        centre = self.node.centre
        open_ = [n for n in range(len(centre.submitted)) if n not in self.settled and self._has(n)]
        if not open_ or not (centre.bound or what == "lose"):
            return
        self.settled.add(open_[0])
        if what != "fail":
            self.got.add(_place(centre.submitted[open_[0]].short_message))
        if what != "lose":
            states = {"receive": MessageState.DELIVERED, "fail": MessageState.UNDELIVERABLE}
            centre.receipt(open_[0], states[what])

    def _has(self, number: int) -> bool:
        """Whether the service centre has it: what it has refused it has not."""
        return not self.node.centre.answered.get(number)

    def _listen(self) -> None:
        """What the server takes of what it is told."""
        self.node.exchange()
        refused = DELIVER_REPORT in self.node.server.refusals
        told = self.node.server.take(DELIVER_REPORT)
        if not refused:
            self.heard += [each for each in told if isinstance(each, DeliveryStatusReport)]

    def settle(self) -> None:
        """All are there and take everything, and time passes."""
        for what in ("hears", "join", "up", "prompt", "answer", *["wait", "up", "receive", "take"] * 30):
            self.happen(what)


def _place(user_data: bytes) -> int:
    """Of a part, by its header."""
    return user_data[6]


def again(submitted: list[SubmitSm], answered: dict[int, Status]) -> list[int]:
    """Parts that were submitted once more, though the service centre had said in time that it has them."""
    told = [_place(submitted[n].short_message) for n, status in answered.items() if status is Status.ROK]
    return [part for part in set(told) if told.count(part) > 1]


@given(st.lists(st.sampled_from(HAPPENINGS), max_size=18))
@settings(max_examples=80, deadline=None)
def test_a_message_ends_once_and_its_report_tells_the_truth(happenings: list[str]) -> None:
    story = Story()
    for what in happenings:
        story.happen(what)
    story.settle()
    assert len(story.heard) == story.posted
    for report in story.heard:
        delivered = report.deliv_st == ReportDeliveryStatus.REPT_DELY_SUCCESS
        assert not delivered or story.got == {1, 2}
        assert delivered != bool(report.failure_cause)
    kept: Node = story.node
    assert not again(kept.centre.submitted, kept.centre.answered)
    assert {row.phase for row in rows(kept).transfers} <= {"ended"}
    assert kept.gateway.open_work == 0
    assert kept.gateway.driver.bugs == 0
