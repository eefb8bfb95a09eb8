"""What may happen to one message of the MSGin5G Server to a phone, and what must be so in the end."""

from collections.abc import Iterable, Sequence

from hypothesis import strategies as st

from msgin5g_bridge.apis import DELIVER_REPORT, L3G_DELIVER_MESSAGE
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, ReportDeliveryStatus
from msgin5g_bridge.problem import Problem
from tests.ipsmgw.msgin5g import answer, crash, deliver_in, join, message, ring, rows
from tests.ipsmgw.node import Node

__all__ = ["HAPPENINGS", "TransferStory", "place", "told"]

_PHONE = ("take", "refuse", "full", "ignore")
HAPPENINGS = ("post", "crash", "wait", "deaf", "hears", "leave", "join", *_PHONE)


class TransferStory:
    """One message of two parts; `happen` has one of `HAPPENINGS` come about."""

    def __init__(self, node: Node, payload: str) -> None:
        self.node = node
        self._payload = payload
        self.got: set[int] = set()
        """Parts that the phone has taken."""
        self.posted = False
        self.heard: list[DeliveryStatusReport] = []

    def happen(self, what: str) -> None:
        node = self.node
        if what == "post":
            status = node.server.deliver(L3G_DELIVER_MESSAGE, message(payload=self._payload))
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
        elif what in ("leave", "join"):
            join(node, expires=0 if what == "leave" else 6_000)
        else:
            self._phone(what)
        self.listen()

    def _phone(self, what: str) -> None:
        for came in ring(self.node):
            if what == "take":
                self.got.add(place(deliver_in(came).tp_ud))
            if what != "ignore":
                answer(self.node, came, {"take": None, "refuse": 111, "full": 22}[what])

    def listen(self) -> None:
        """What the server takes of what it is told."""
        self.node.exchange()
        refused = DELIVER_REPORT in self.node.server.refusals
        told = self.node.server.take(DELIVER_REPORT)
        if not refused:
            self.heard += [each for each in told if isinstance(each, DeliveryStatusReport)]

    def ends_well(self, happenings: Iterable[str]) -> None:
        """After these it has ended once, and its report tells the truth."""
        for what in happenings:
            self.happen(what)
        assert len(self.heard) == self.posted
        for report in self.heard:
            delivered = report.deliv_st == ReportDeliveryStatus.REPT_DELY_SUCCESS
            assert not delivered or self.got == {1, 2}
            assert delivered != bool(report.failure_cause)
        assert {row.phase for row in rows(self.node).transfers} <= {"ended"}
        assert self.node.gateway.open_work == 0
        assert self.node.gateway.driver.bugs == 0


def told(happenings: Sequence[str], most: int) -> st.SearchStrategy[list[str]]:
    """Some of these before the message is posted, and up to so many behind that."""
    some = st.sampled_from(happenings)
    parts = st.tuples(st.lists(some, max_size=3), st.just(["post"]), st.lists(some, max_size=most))
    return parts.map(lambda each: [*each[0], *each[1], *each[2]])


def place(user_data: bytes) -> int:
    """Which part it is, by its header (TS 23.040 §9.2.3.24.1)."""
    return user_data[6] if user_data[1] == 8 else user_data[5]
