"""Alerting as pure functions: what RP-SMMA becomes, and how a flag comes and goes."""

import pytest

from ipsmgw.cause import Cause
from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.map_error import cause_of
from ipsmgw.procedures import alert
from ipsmgw.procedures.alert import Smma
from ipsmgw.procedures.decision import Answer, Decision, ReadyForSm, SubmitReport
from ipsmgw.procedures.mo import Sender
from ipsmgw.store import Binding, HlrState, Unri
from mapstack.map import AlertReason, ErrorCode, MapError
from sipbridge.rp import Direction, RpAck, RpError

NOW = 1000.0
IMPU, IMSI, MSISDN = Impu("sip:alice@ims.example"), Imsi("001010000000001"), Msisdn("15551234567")
BINDING = Binding(IMPU, IMSI, MSISDN, "sip:127.0.0.12:5060", 1500.0, HlrState.ACTIVE)
SMMA = Smma(BINDING, "call", 9)
SET = Unri(IMSI, 12, NOW)


def report(rpdu: RpAck | RpError, cause: Cause | None = None) -> SubmitReport:
    return SubmitReport(rpdu.encode(Direction.NETWORK_TO_MS), cause)


def test_room_is_accepted_and_told() -> None:
    told = ReadyForSm(IMSI, AlertReason.MEMORY_AVAILABLE)
    assert alert.memory_available(SMMA) == Decision(SMMA, (Answer(202), told))


def test_who_has_no_imsi_cannot_be_named() -> None:
    nobody = Smma(Sender(IMPU, MSISDN, None, "sip:127.0.0.12:5060"), "call", 9)
    assert alert.memory_available(nobody) == Decision(
        None, (Answer(202), report(RpError(9, 38), Cause.NOT_REGISTERED))
    )


def test_what_the_hlr_takes_is_acknowledged_and_not_charged() -> None:
    assert alert.hlr_took(SMMA) == Decision(None, (report(RpAck(9)),), None)


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (ErrorCode.DATA_MISSING, 38),
        (ErrorCode.UNEXPECTED_DATA_VALUE, 38),
        (ErrorCode.SYSTEM_FAILURE, 38),
        (ErrorCode.UNKNOWN_SUBSCRIBER, 30),
        (ErrorCode.FACILITY_NOT_SUPPORTED, 69),
    ],
)
def test_what_the_hlr_refuses_is_refused_with_its_reason(code: int, cause: int) -> None:
    assert alert.hlr_refused(SMMA, MapError(code)) == Decision(
        None, (report(RpError(9, cause), cause_of(MapError(code))),)
    )


def test_silence_is_a_network_that_is_out_of_order() -> None:
    assert alert.hlr_silent(SMMA) == Decision(None, (report(RpError(9, 38), Cause.NETWORK_OUT_OF_ORDER),))


def test_what_is_refused_here_is_accepted_first() -> None:
    assert alert.refused(SMMA, Cause.LOCAL_FAILURE).actions == (
        Answer(202),
        report(RpError(9, 41), Cause.LOCAL_FAILURE),
    )


def test_the_first_message_without_an_answer_sets_the_flag() -> None:
    assert alert.unanswered(None, IMSI, 12, NOW) == SET
    assert alert.unanswered(SET, IMSI, 11, NOW + 1) is SET


def test_who_was_heard_and_does_not_answer_again_is_flagged_anew() -> None:
    assert alert.unanswered(alert.heard(SET), IMSI, 11, NOW + 1) == Unri(IMSI, 11, NOW + 1)


def test_what_the_hlr_has_heard_is_forgotten() -> None:
    heard = alert.heard(SET)
    assert heard.heard
    assert alert.told(heard, heard, again=False) is None
    assert alert.told(heard, heard, again=True) == heard


def test_what_the_hlr_has_heard_does_not_clear_a_flag_that_was_set_since() -> None:
    heard, since = alert.heard(SET), Unri(IMSI, 12, NOW + 5)
    assert alert.told(since, heard, again=False) == since
    assert alert.told(None, heard, again=True) is None
