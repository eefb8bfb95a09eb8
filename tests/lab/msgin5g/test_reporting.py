"""A UE says a report again until its server answers, with waits that double, until a deadline."""

import pytest

from lab.msgin5g.reporting import Reporting
from msgin5g_bridge.coap import Responded, Unanswered
from msgin5g_bridge.message import DeliveryReport
from msgin5g_bridge.model import MessageId
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus
from tests.lab.msgin5g.world import LAMP, METER


def report(msg_id: str = "m1") -> DeliveryReport:
    success = ReportDeliveryStatus.REPT_DELY_SUCCESS
    return DeliveryReport(ori_addr=METER, dest_addr=LAMP, msg_id=MessageId(msg_id), deliv_st=success)


class Ue:
    """What it has said, and when; the time passes from deadline to deadline."""

    def __init__(self, **times: float) -> None:
        self.said: list[tuple[float, str]] = []
        self.reporting = Reporting(self._say, **times)

    def _say(self, one: DeliveryReport, now: float) -> int:
        self.said.append((now, one.msg_id))
        return len(self.said)

    def silence(self, now: float) -> None:
        """To what it has said last."""
        self.reporting.ended(Unanswered(len(self.said), report(), "no answer"), now)

    def hears(self, code: int, now: float, *, max_age: float = 0.0) -> None:
        self.reporting.ended(Responded(len(self.said), report(), code, None, max_age=max_age), now)

    def silent_for_ever(self) -> list[float]:
        """When it speaks; each time it is silence that follows, at once."""
        self.silence(self.said[-1][0])
        while (when := self.reporting.deadline()) is not None:
            self.reporting.expire(when)
            self.silence(when)
        return [when for when, _ in self.said]


def test_who_is_answered_says_nothing_more() -> None:
    ue = Ue()
    ue.reporting.put(report(), 0.0)
    ue.hears(204, 1.0)
    assert (len(ue.reporting), ue.reporting.deadline()) == (0, None)


def test_the_waits_double_until_the_deadline() -> None:
    ue = Ue(retry=10.0, deadline=160.0)
    ue.reporting.put(report(), 0.0)
    assert ue.silent_for_ever() == [0.0, 10.0, 30.0, 70.0, 150.0]
    assert (len(ue.reporting), ue.reporting.given_up) == (0, [report()])


def test_what_is_given_up_may_be_said_anew() -> None:
    ue = Ue(retry=10.0, deadline=5.0)
    ue.reporting.put(report(), 0.0)
    ue.silence(1.0)
    ue.reporting.put(report(), 2.0)
    assert ue.said == [(0.0, "m1"), (2.0, "m1")]


@pytest.mark.parametrize("code", [408, 429, 500, 503, 504])
def test_a_no_for_now_is_none(code: int) -> None:
    ue = Ue(retry=10.0)
    ue.reporting.put(report(), 0.0)
    ue.hears(code, 1.0)
    assert ue.reporting.deadline() == 11.0


def test_a_server_is_left_alone_as_long_as_it_wants() -> None:
    ue = Ue(retry=10.0)
    ue.reporting.put(report(), 0.0)
    ue.hears(503, 1.0, max_age=60.0)
    assert ue.reporting.deadline() == 61.0


@pytest.mark.parametrize("code", [400, 403, 404])
def test_a_no_for_good_is_an_answer(code: int) -> None:
    ue = Ue()
    ue.reporting.put(report(), 0.0)
    ue.hears(code, 1.0)
    assert (len(ue.reporting), ue.reporting.deadline()) == (0, None)


def test_who_is_given_the_message_again_does_not_wait() -> None:
    """But while the answer to the first report is awaited: that one CoAP repeats."""
    ue = Ue(retry=10.0)
    ue.reporting.put(report(), 0.0)
    ue.reporting.put(report(), 1.0)
    assert len(ue.said) == 1
    ue.silence(2.0)
    ue.reporting.put(report(), 3.0)
    assert ue.said == [(0.0, "m1"), (3.0, "m1")]
    ue.hears(204, 4.0)
    assert (len(ue.reporting), ue.reporting.deadline()) == (0, None)


def test_each_report_waits_for_itself() -> None:
    ue = Ue(retry=10.0)
    ue.reporting.put(report("m1"), 0.0)
    ue.silence(1.0)
    ue.reporting.put(report("m2"), 2.0)
    ue.reporting.ended(Responded(2, report("m2"), 204, None), 3.0)
    assert len(ue.reporting) == 1
    ue.reporting.expire(11.0)
    assert ue.said == [(0.0, "m1"), (2.0, "m2"), (11.0, "m1")]


def test_who_has_not_read_says_nothing_until_he_has() -> None:
    ue = Ue()
    ue.reporting.hold()
    ue.reporting.put(report("m1"), 0.0)
    ue.reporting.put(report("m2"), 1.0)
    assert (ue.said, ue.reporting.deadline(), len(ue.reporting)) == ([], None, 2)
    ue.reporting.release(2.0)
    assert ue.said == [(2.0, "m1"), (2.0, "m2")]


def test_answers_to_something_else_are_not_its_business() -> None:
    ue = Ue()
    ue.reporting.put(report(), 0.0)
    ue.reporting.ended(Responded(7, report(), 204, None), 1.0)
    assert len(ue.reporting) == 1
