"""MT as pure functions: what goes to the phone, what the SMS-GMSC hears, and what is charged."""

import pytest
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cdr import decode as decode_cdr
from ipsmgw.cdr import encode
from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.map_error import cause_of, diagnostic_info
from ipsmgw.procedures import mt
from ipsmgw.procedures.decision import Answer, Decision, Deliver, MtRefusal, MtResult
from ipsmgw.procedures.mt import MtSms, MtState
from ipsmgw.sms import Address, Timestamp, compose
from ipsmgw.sms import Deliver as SmsDeliver
from ipsmgw.store import Binding, HlrState
from mapstack.map import MT_FORWARD_SM, AddressString, MapError
from sipbridge.rp import Direction, RpAck, RpAddress, RpData, RpError, decode

NOW = 1000.0
PART = compose("hello")[0]
TPDU = SmsDeliver.of(
    Address.international("15557654321"), Timestamp(bytes(7)), udl=PART.udl, ud=PART.ud
).encode()
BINDING = Binding(
    Impu("sip:bob@ims.example"),
    Imsi("001010000000002"),
    Msisdn("15551234568"),
    "sip:127.0.0.12:5060",
    2000.0,
    HlrState.ACTIVE,
)
SMS = MtSms("gw-0.1-2", 77, BINDING.imsi, AddressString("15550000014"), TPDU, 999.5, BINDING, 9)


def refusal(decision: Decision[MtSms]) -> MapError:
    """The error that the SMS-GMSC hears."""
    assert decision.record is None
    last = decision.actions[-1]
    assert isinstance(last, MtRefusal)
    assert last.error.code in MT_FORWARD_SM.errors
    return last.error


def outcome(decision: Decision[MtSms]) -> str:
    assert decision.cdr is not None
    return decision.cdr.outcome


def test_an_mt_goes_to_the_phone_as_rp_data_from_its_service_centre() -> None:
    decision = mt.deliver(SMS, NOW)
    (action,) = decision.actions
    assert isinstance(action, Deliver)
    assert decode_of(action) == RpData(9, RpAddress("15550000014", 0x91), TPDU)
    assert (decision.record, decision.cdr) == (SMS, None)


def decode_of(action: Deliver) -> object:
    return decode(action.rpdu, Direction.NETWORK_TO_MS)


def test_nature_and_plan_of_the_service_centre_are_kept() -> None:
    (action,) = mt.deliver(replace(SMS, service_centre=AddressString("14", 2, 8)), NOW).actions
    assert isinstance(action, Deliver)
    assert decode_of(action) == RpData(9, RpAddress("14", 0xA8), TPDU)


@pytest.mark.parametrize("sms", [replace(SMS, binding=None), SMS], ids=["unknown", "expired"])
def test_who_is_not_registered_is_absent_because_of_it(sms: MtSms) -> None:
    decision = mt.deliver(sms, 2000.0)
    assert cause_of(refusal(decision)) is Cause.NOT_REGISTERED
    assert outcome(decision) == "imsDeregistered"


@pytest.mark.parametrize(
    "sms",
    [
        replace(SMS, service_centre=AddressString("")),
        replace(SMS, service_centre=AddressString("1" * 21)),
        replace(SMS, tpdu=b""),
    ],
)
def test_what_rp_cannot_carry_is_unexpected(sms: MtSms) -> None:
    assert cause_of(refusal(mt.deliver(sms, NOW))) is Cause.UNEXPECTED_DATA_VALUE


def test_a_phone_that_has_every_reference_to_report_on_gets_no_more() -> None:
    decision = mt.deliver(replace(SMS, reference=-1), NOW)
    assert cause_of(refusal(decision)) is Cause.SYSTEM_FAILURE
    assert outcome(decision) == "congestion"


@pytest.mark.parametrize("status", [200, 202, 299])
def test_a_200_is_not_a_delivery(status: int) -> None:
    assert mt.answered(SMS, status, NOW) == Decision(replace(SMS, state=MtState.REPORT), ())


@pytest.mark.parametrize("status", [300, *range(400, 700)])
def test_each_answer_of_the_ims_has_a_cause_that_the_gmsc_may_hear(status: int) -> None:
    decision = mt.answered(SMS, status, NOW)
    assert outcome(decision) == Cause.from_sip(status).cdr
    assert refusal(decision).code == Cause.from_sip(status).map_cause.code


def test_a_silent_phone_does_not_answer_over_the_ims() -> None:
    decision = mt.silent(SMS, NOW)
    assert cause_of(refusal(decision)) is Cause.NO_RESPONSE
    assert outcome(decision) == "noResponseViaIPSMGW"


@pytest.mark.parametrize("state", list(MtState))
def test_an_rp_ack_is_a_delivery_whether_or_not_the_200_came_first(state: MtState) -> None:
    decision = mt.reported(replace(SMS, state=state), RpAck(9, b"\x00\x00"), NOW)
    assert decision.record is None
    assert decision.actions == (Answer(202), MtResult(b"\x00\x00"))
    assert outcome(decision) == "delivered"


@pytest.mark.parametrize("cause", range(128))
def test_each_rp_error_of_a_phone_has_a_cause_that_the_gmsc_may_hear(cause: int) -> None:
    decision = mt.reported(SMS, RpError(9, cause, b"\x00\xd3\x00"), NOW)
    assert decision.actions[0] == Answer(202)
    assert outcome(decision) == Cause.from_rp(cause).cdr
    assert diagnostic_info(refusal(decision)) == b"\x00\xd3\x00"


def test_a_full_memory_is_said_to_be_full() -> None:
    decision = mt.reported(SMS, RpError(9, 22), NOW)
    assert cause_of(refusal(decision)) is Cause.MEMORY_CAPACITY_EXCEEDED
    assert diagnostic_info(refusal(decision)) is None


@pytest.mark.parametrize(
    "report", [RpAck(9, bytes(201)), RpError(9, 22, bytes(201)), RpAck(9, b""), RpError(9, 22, b"")]
)
def test_a_report_that_map_cannot_carry_counts_without_its_tpdu(report: RpAck | RpError) -> None:
    last = mt.reported(SMS, report, NOW).actions[-1]
    if isinstance(last, MtResult):
        assert last.sm_rp_ui is None
    else:
        assert isinstance(last, MtRefusal)
        assert diagnostic_info(last.error) is None


def test_a_gmsc_that_gave_up_hears_nothing_and_the_record_tells() -> None:
    decision = mt.abandoned(SMS, NOW)
    assert (decision.record, decision.actions) == (None, ())
    assert outcome(decision) == "abandonedByGMSC"


def test_the_charging_record_says_who_got_what_from_whom_and_when() -> None:
    cdr = mt.reported(SMS, RpAck(9), NOW).cdr
    assert cdr is not None
    assert (cdr.id, cdr.record, cdr.time, cdr.received) == ("gw-0.1-2", "ISMSMT", NOW, 999.5)
    assert (cdr.msisdn, cdr.imsi, cdr.impu) == ("15551234568", "001010000000002", "sip:bob@ims.example")
    assert (cdr.service_centre, cdr.other, cdr.size) == ("15550000014", "15557654321", len(TPDU))
    assert cdr.dialogue == 77


def test_the_charging_record_says_the_name_of_a_sender_without_digits() -> None:
    named = SmsDeliver.of(Address.alphanumeric("My Bank"), Timestamp(bytes(7)), udl=PART.udl, ud=PART.ud)
    cdr = mt.reported(replace(SMS, tpdu=named.encode()), RpAck(9), NOW).cdr
    assert cdr is not None
    assert cdr.other == "My Bank"


@pytest.mark.parametrize("binding", [BINDING, None])
def test_a_charging_record_can_be_written(binding: Binding | None) -> None:
    cdr = mt.silent(replace(SMS, binding=binding), NOW).cdr
    assert cdr is not None
    assert decode_cdr(encode(cdr)) == cdr


@pytest.mark.parametrize(
    "tpdu",
    [
        b"",
        b"\x04",
        b"\x04\x0b",
        b"\x04\x0b\x91",
        b"\x04\x0b\x91\x51\x55\x56\x54\x23",
        b"\x04\x15\x91" + bytes(20),
        b"\xff" * 3,
        b"\x06\x00",
    ],
)
def test_a_tpdu_that_cannot_be_read_is_charged_without_its_originator(tpdu: bytes) -> None:
    cdr = mt.silent(replace(SMS, tpdu=tpdu, binding=None), NOW).cdr
    assert cdr is not None
    assert (cdr.other, cdr.msisdn, cdr.impu) == ("", "", "")
