"""MT through the domains: late reports, an SMS-GMSC that gives up, and messages behind each other."""

import pytest

from ipsmgw.cause import Cause
from ipsmgw.map_error import error_of
from mapstack import MT_FORWARD_SM, Answered, Invoked, MapError
from mapstack.map import (
    ErrorCode,
    MtForwardSmArg,
    MtForwardSmRes,
    ReadyForSmArg,
    ReadyForSmRes,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    SmRpDa,
    SmRpOa,
)
from mapstack.map.short_message_v2 import ForwardSmArg
from tests.ipsmgw.asked import records, statuses
from tests.ipsmgw.home import DONE, TPDU, Home, final
from tests.ipsmgw.node import IMSI

V2 = MT_FORWARD_SM.older
V1 = V2.older if V2 else None


@pytest.fixture
def home() -> Home:
    """Alice is registered."""
    home = Home()
    home.register()
    return home


# Reports that come too late.


def test_a_late_report_is_answered_and_the_message_is_one_that_has_arrived(home: Home) -> None:
    dialogue, message = home.silent_ims()
    home.report(message)
    assert statuses(home.node) == [202]
    home.answer(home.heard(MtForwardSmArg)[0], error_of(Cause.EQUIPMENT_PROTOCOL_ERROR))
    home.node.synced()
    assert home.answered() == Answered(dialogue, MT_FORWARD_SM, MtForwardSmRes())
    home.answer(home.heard(ReadyForSmArg)[0], ReadyForSmRes())
    assert [each[2] for each in home.attempts()] == ["delivered", "equipmentProtocolError"]
    home.nothing_is_left()


def test_a_message_that_has_arrived_twice_is_charged_as_that(home: Home) -> None:
    _, message = home.silent_ims()
    home.report(message)
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    assert home.answered().result == DONE
    assert [each[::2] for each in home.attempts()] == [("ims", "delivered"), ("ps", "delivered")]


def test_a_refusal_that_comes_late_changes_nothing(home: Home) -> None:
    _, message = home.silent_ims()
    home.report(message, cause=22)
    home.report(message, cause=22)
    assert statuses(home.node) == [202, 202]
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    assert [each[2] for each in home.attempts()] == ["noResponseViaIPSMGW", "delivered"]


def test_a_report_after_the_end_is_answered_too(home: Home) -> None:
    _, message = home.silent_ims()
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    home.report(message)
    assert statuses(home.node) == [202]
    home.node.pass_time(0.0)
    home.answer(home.heard(ReadyForSmArg)[0], ReadyForSmRes())
    home.nothing_is_left()


# A GMSC that gives up.


def test_a_gmsc_that_gives_up_while_the_ims_is_tried_ends_it(home: Home) -> None:
    dialogue = home.second()
    message = home.message()
    home.abort(dialogue)
    home.node.synced()
    assert home.outcome() == "abandonedByGMSC"
    home.report(message)
    assert statuses(home.node) == [202]
    home.node.pass_time(60.0)
    assert [event for event in home.node.told if isinstance(event, Invoked)] == []
    home.nothing_is_left()


@pytest.mark.parametrize("said", [error_of(Cause.EQUIPMENT_PROTOCOL_ERROR), None], ids=str)
def test_a_gmsc_that_gives_up_while_a_node_is_tried_hears_nothing_and_the_record_tells(
    home: Home, said: MapError | None
) -> None:
    dialogue, _ = home.silent_ims(home.second())
    ps, _ = home.heard(MtForwardSmArg)
    home.abort(dialogue)
    if said is not None:
        home.answer(ps, said)
    home.node.pass_time(60.0)
    home.node.synced()
    assert home.outcome() == "abandonedByGMSC"
    assert [each[0] for each in home.attempts()] == ["ims", "ps"]
    home.nothing_is_left()


def test_a_gmsc_that_gives_up_does_not_know_of_what_arrives_then(home: Home) -> None:
    dialogue, message = home.silent_ims(home.second())
    ps, _ = home.heard(MtForwardSmArg)
    home.abort(dialogue)
    home.report(message)
    home.answer(ps, DONE)
    home.node.synced()
    assert home.outcome() == "abandonedByGMSC"
    assert [each[2] for each in home.attempts()] == ["delivered", "delivered"]


def test_a_gmsc_that_gives_up_while_the_record_is_written_is_not_answered(home: Home) -> None:
    dialogue, _ = home.silent_ims(home.second())
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.abort(dialogue)
    home.node.synced()
    assert home.outcome() == "delivered"
    home.nothing_is_left()


# More than one message.


def test_messages_that_follow_each_other_have_one_dialogue_with_the_node() -> None:
    home = Home(final(order=["cs"]))
    dialogue = home.forward(home.correlation(), more=True)
    leg, arg = home.heard(MtForwardSmArg)
    assert arg.more_messages_to_send
    home.answer(leg, DONE)
    home.node.synced()
    assert home.node.told == [Answered(dialogue, MT_FORWARD_SM, DONE, goes_on=True)]
    last = MtForwardSmArg(sm_rp_da=SmRpDa(no_sm_rp_da=True), sm_rp_oa=SmRpOa(no_sm_rp_oa=True), sm_rp_ui=TPDU)
    home.node.peer.invoke_in(dialogue, MT_FORWARD_SM, last, home.now)
    home.node.exchange()
    assert home.heard(MtForwardSmArg) == (leg, last)
    home.answer(leg, DONE)
    home.node.synced()
    assert [record.imsi for record in records(home.node)] == [IMSI, IMSI]
    assert len(home.node.peer) == 0
    home.nothing_is_left()


@pytest.mark.parametrize("seconds", [1.0, 100.0])
def test_a_line_to_a_node_that_nobody_needs_any_more_is_closed(seconds: float) -> None:
    home = Home(final(order=["cs"]))
    dialogue = home.forward(home.correlation(), more=True)
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    home.node.pass_time(seconds)
    if home.node.peer.is_open(dialogue):
        home.node.peer.close(dialogue, home.now)
        home.node.exchange()
    assert home.node.gateway.kept == len(home.node.peer) == 0
    home.nothing_is_left()


def test_a_node_of_version_1_is_asked_anew_for_each_message() -> None:
    """It has no more than one in a dialogue."""
    assert V1 is not None
    home = Home(final(order=["cs"]))
    home.forward(home.correlation(), more=True)
    home.speaks(1)
    home.answer(home.heard(ForwardSmArg)[0], MtForwardSmRes())
    home.node.synced()
    (answered,) = [event for event in home.node.told if isinstance(event, Answered)]
    assert answered.goes_on
    home.node.told.clear()
    last = MtForwardSmArg(sm_rp_da=SmRpDa(no_sm_rp_da=True), sm_rp_oa=SmRpOa(no_sm_rp_oa=True), sm_rp_ui=TPDU)
    home.node.peer.invoke_in(answered.dialogue, MT_FORWARD_SM, last, home.now)
    home.node.exchange()
    dialogue, arg = home.heard(ForwardSmArg)
    assert arg.sm_rp_da.imsi == IMSI
    home.answer(dialogue, MtForwardSmRes())
    home.node.synced()
    home.nothing_is_left()


def test_a_line_to_a_node_is_closed_when_the_last_message_has_gone_another_way() -> None:
    home = Home(final(order=["ims", "cs"]))
    dialogue = home.forward(home.correlation(), more=True)
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    home.answer(home.heard(ReportSmDeliveryStatusArg)[0], ReportSmDeliveryStatusRes())
    home.register()
    home.follow(dialogue)
    home.report(home.message())
    home.node.synced()
    home.node.pass_time(0.0)
    home.answer(home.heard(ReadyForSmArg)[0], ReadyForSmRes())
    assert len(home.node.peer) == 0


def test_a_line_to_a_node_is_closed_when_the_next_message_is_refused() -> None:
    """Its MT Correlation ID has had its time."""
    home = Home(final(order=["cs"], correlation_lifetime=1))
    correlation = home.correlation()
    dialogue = home.forward(correlation, more=True)
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    home.node.pass_time(2.0)
    home.follow(dialogue, more=True)
    home.node.synced()
    assert [record.imsi for record in records(home.node)] == [IMSI, correlation]
    assert home.refused().code == ErrorCode.UNIDENTIFIED_SUBSCRIBER
    assert home.node.gateway.kept == home.node.gateway.open_exchanges == len(home.node.peer) == 0
