"""What is lost between the gateway and its service centre: answers, sessions, the gateway itself."""

from ipsmgw.smpp import Status
from tests.ipsmgw.by_centre import LONG, away, post, reports
from tests.ipsmgw.msgin5g import crash, message


def test_what_comes_while_the_service_centre_is_away_waits_for_it() -> None:
    node = away()
    node.centre.cut()
    post(node, message())
    assert not node.centre.submitted
    node.centre.up(node.watch.time)
    assert len(node.centre.submitted) == 1


def test_what_may_be_there_is_not_sent_again_while_a_receipt_may_tell() -> None:
    node = away(doubt=30.0)
    node.centre.silent = True
    post(node, message())
    node.centre.cut()
    node.centre.silent = False
    node.pass_time(100.0)
    node.centre.up(node.watch.time)
    node.pass_time(29.0)
    assert len(node.centre.submitted) == 1
    node.centre.receipt(0, id_="whatever")
    assert reports(node) == [""]
    node.pass_time(100.0)
    assert len(node.centre.submitted) == 1


def test_what_no_receipt_has_told_of_is_sent_again() -> None:
    node = away(doubt=30.0)
    node.centre.silent = True
    post(node, message())
    node.centre.cut()
    node.centre.silent = False
    node.centre.up(node.watch.time)
    node.pass_time(31.0)
    first, second = node.centre.submitted
    assert first.tlvs == second.tlvs
    node.centre.receipt(1)
    assert reports(node) == [""]


def test_a_receipt_finds_its_message_after_a_crash() -> None:
    node = away()
    post(node, message(payload=LONG))
    node.centre.receipt(0)
    crash(node)
    node.centre.up(node.watch.time)
    node.centre.receipt(1)
    assert reports(node) == [""]
    assert len(node.centre.submitted) == 2


def test_what_a_crash_has_left_in_doubt_waits_for_a_receipt() -> None:
    node = away(doubt=30.0)
    node.centre.silent = True
    post(node, message())
    crash(node)
    node.centre.silent = False
    node.centre.up(node.watch.time)
    node.pass_time(29.0)
    assert len(node.centre.submitted) == 1
    node.pass_time(2.0)
    assert len(node.centre.submitted) == 2
    node.centre.receipt(1)
    assert reports(node) == [""]


def test_a_receipt_that_overtakes_the_answer_counts() -> None:
    node = away(bind="transmitter and receiver")
    node.centre.late = True
    post(node, message(payload=LONG))
    node.centre.receipt(0, reference=False)
    assert not node.centre.answers
    node.centre.answer()
    node.centre.receipt(1)
    node.centre.answer()
    assert reports(node) == [""]
    assert [status for status, _ in node.centre.answers] == [Status.ROK] * 2


def test_a_receipt_of_nobody_is_taken_and_forgotten() -> None:
    node = away()
    node.centre.late = True
    post(node, message())
    node.centre.receipt(0, id_="nobody's", reference=False)
    node.pass_time(9.0)
    assert not node.centre.answers
    node.pass_time(2.0)
    assert [status for status, _ in node.centre.answers] == [Status.ROK]
    assert not reports(node)


def test_a_receipt_that_never_comes_ends_with_the_validity() -> None:
    node = away(late=50.0)
    post(node, message())
    node.watch.reach(node.watch.time + 86_400.0 + 49.0)
    assert not reports(node)
    node.watch.reach(node.watch.time + 2.0)
    assert reports(node) == ["TIMEOUT"]


def test_an_answer_that_is_late_counts() -> None:
    node = away(response=10.0, doubt=30.0)
    node.centre.late = True
    post(node, message(report=False))
    post(node, message("m2"))
    node.pass_time(11.0)
    node.centre.late = False
    node.centre.answer()
    node.pass_time(60.0)
    assert len(node.centre.submitted) == 3  # where no receipt is wanted none could have told
    node.centre.receipt(1)
    assert reports(node) == [""]


def test_a_refusal_that_is_late_counts() -> None:
    node = away()
    node.centre.late = True
    post(node, message())
    node.pass_time(11.0)
    node.centre.verdicts = [Status.RINVDSTADR]
    node.centre.answer()
    assert reports(node) == ["RECIPIENT_UNKNOWN"]
