"""Whatever happens, in whatever order: a message of the server ends once, and its report tells the truth."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ipsmgw.sms import concatenation, read
from msgin5g_bridge.apis import DELIVER_REPORT, L3G_DELIVER_MESSAGE
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, ReportDeliveryStatus
from msgin5g_bridge.problem import Problem
from tests.ipsmgw.msgin5g import answer, crash, deliver_in, join, joined, message, ring, rows
from tests.ipsmgw.node import Node, Sip

HAPPENINGS = ["post", "take", "refuse", "full", "ignore", "crash", "wait", "leave", "join", "deaf", "hears"]


class Story:
    """One message of two parts, and what has become of it."""

    def __init__(self) -> None:
        self.node = joined(retry=20.0, validity=300.0, remember=5_000.0)
        self.got: set[int] = set()
        """Parts that the phone has taken."""
        self.posted = False
        self.heard: list[DeliveryStatusReport] = []

    def happen(self, what: str) -> None:
        node = self.node
        if what == "post":
            status = node.server.deliver(L3G_DELIVER_MESSAGE, message(payload="x" * 200))
            node.exchange()
            assert status().status == 204
            self.posted = True
        elif what == "crash":
            crash(node)
        elif what == "wait":
            node.pass_time(25.0)
            node.synced()
        elif what in ("leave", "join"):
            join(node, expires=0 if what == "leave" else 6_000)
        elif what == "deaf":
            node.server.refusals[DELIVER_REPORT] = Problem(status=503)
        elif what == "hears":
            node.server.refusals.clear()
        else:
            self._phone(what)
        self._listen()

    def _phone(self, what: str) -> None:
        for came in ring(self.node):
            if what == "take":
                self.got.add(_number(came))
            if what != "ignore":
                answer(self.node, came, {"take": None, "refuse": 111, "full": 22}[what])

    def _listen(self) -> None:
        """What the server takes of what it is told."""
        self.node.exchange()
        refused = DELIVER_REPORT in self.node.server.refusals
        told = self.node.server.take(DELIVER_REPORT)
        if not refused:
            self.heard += [each for each in told if isinstance(each, DeliveryStatusReport)]

    def settle(self) -> None:
        """The phone is there and takes everything, the server hears everything, and time passes."""
        for what in ("hears", "join", "take", "take", "take", *["wait", "take", "take"] * 40):
            self.happen(what)


def _number(came: Sip) -> int:
    content = read(deliver_in(came))
    assert content is not None
    place = concatenation(content.header)
    assert place is not None
    return place.sequence


@given(st.lists(st.sampled_from(HAPPENINGS), max_size=14))
@settings(max_examples=60, deadline=None)
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
    assert {row.phase for row in rows(kept).transfers} <= {"ended"}
    assert kept.gateway.open_work == 0
    assert kept.gateway.driver.bugs == 0
