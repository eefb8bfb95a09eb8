"""MO as pure functions: what goes to the SC, what the phone hears, and what is charged."""

import pytest
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cdr import decode as decode_cdr
from ipsmgw.cdr import encode
from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.map_error import cause_of, error_of
from ipsmgw.procedures import mo
from ipsmgw.procedures.decision import Answer, Decision, ForwardMo, SubmitReport
from ipsmgw.procedures.mo import MoSms, Sender
from ipsmgw.sms import Address, Command, Submit, compose
from ipsmgw.store import Binding, HlrState
from mapstack.map import AddressString, ErrorCode, MapError, MoForwardSmArg, SmRpDa, SmRpOa
from mapstack.map.errors import encode_error_parameter
from sipbridge.rp import Direction, RpAck, Rpdu, RpError, decode

NOW = 1000.0
PART = compose("hello")[0]
TPDU = Submit.of(7, Address.international("15557654321"), udl=PART.udl, ud=PART.ud).encode()
SENDER = Sender(
    Impu("sip:alice@ims.example"), Msisdn("15551234567"), Imsi("001010000000001"), "sip:127.0.0.12:5060"
)
BINDING = Binding(SENDER.impu, Imsi("001010000000001"), SENDER.msisdn, SENDER.scscf, 2000.0, HlrState.ACTIVE)
SMS = MoSms("gw-0.1-1", SENDER, "call@phone", 42, AddressString("15550000014"), TPDU, 998.5)
FROM_SC = (
    Cause.UNKNOWN_SERVICE_CENTRE,
    Cause.SC_CONGESTION,
    Cause.INVALID_SME_ADDRESS,
    Cause.SUBSCRIBER_NOT_SC_SUBSCRIBER,
    Cause.FACILITY_NOT_SUPPORTED,
    Cause.SYSTEM_FAILURE,
    Cause.UNEXPECTED_DATA_VALUE,
)


def report(decision: Decision[MoSms]) -> Rpdu:
    """The RPDU that the phone hears last."""
    last = decision.actions[-1]
    assert isinstance(last, SubmitReport)
    return decode(last.rpdu, Direction.NETWORK_TO_MS)


def outcome(decision: Decision[MoSms]) -> str:
    assert decision.cdr is not None
    return decision.cdr.outcome


def test_who_has_no_msisdn_yet_hears_of_a_temporary_failure() -> None:
    sender = Binding(BINDING.impu, BINDING.imsi, None, BINDING.scscf, 2000.0, HlrState.ACTIVATING)
    decision = mo.submit(replace(SMS, sender=sender), NOW)
    assert decision.actions[0] == Answer(202)
    assert report(decision) == RpError(42, 41)
    assert decision.cdr is not None
    assert (decision.cdr.outcome, decision.cdr.msisdn, decision.cdr.imsi) == (
        "msisdnUnknown",
        "",
        "001010000000001",
    )


def test_an_rp_data_is_accepted_and_forwarded_to_the_service_centre() -> None:
    arg = MoForwardSmArg(
        sm_rp_da=SmRpDa(service_centre_address_da=AddressString("15550000014")),
        sm_rp_oa=SmRpOa(msisdn=AddressString("15551234567")),
        sm_rp_ui=TPDU,
        imsi="001010000000001",
    )
    assert mo.submit(SMS, NOW) == Decision(SMS, (Answer(202), ForwardMo("15550000014", arg)))


def test_a_sender_whose_imsi_is_not_known_is_forwarded_without() -> None:
    decision = mo.submit(replace(SMS, sender=replace(SENDER, imsi=None)), NOW)
    forward = decision.actions[1]
    assert isinstance(forward, ForwardMo)
    assert forward.arg.imsi is None
    assert forward.arg.encode_element()


@pytest.mark.parametrize("digits", ["", "*#", "1555a"])
def test_a_service_centre_that_is_no_number_is_refused_with_a_report(digits: str) -> None:
    decision = mo.submit(replace(SMS, service_centre=AddressString(digits)), NOW)
    assert decision.actions[0] == Answer(202)
    assert report(decision) == RpError(42, 96)
    assert outcome(decision) == "invalidMandatoryInformation"


def test_a_tpdu_that_map_cannot_carry_is_refused_with_a_report() -> None:
    assert mo.submit(replace(SMS, tpdu=bytes(200)), NOW).record is not None
    assert report(mo.submit(replace(SMS, tpdu=bytes(201)), NOW)) == RpError(42, 96)


def test_the_result_of_the_sc_is_an_rp_ack_with_its_submit_report() -> None:
    decision = mo.sc_took(SMS, b"\x01\x00", NOW)
    assert decision.record is None
    assert report(decision) == RpAck(42, b"\x01\x00")
    assert outcome(decision) == "delivered"


def test_a_result_without_a_submit_report_is_a_bare_rp_ack() -> None:
    assert report(mo.sc_took(SMS, None, NOW)) == RpAck(42)


@pytest.mark.parametrize("cause", FROM_SC, ids=lambda cause: cause.name)
def test_each_error_of_the_sc_is_its_rp_error(cause: Cause) -> None:
    decision = mo.sc_refused(SMS, error_of(cause), NOW)
    assert report(decision) == RpError(42, cause.rp_cause)
    assert outcome(decision) == cause.cdr
    assert decision.record is None


def test_the_submit_report_of_a_refusing_sc_reaches_the_phone() -> None:
    error = error_of(Cause.SC_CONGESTION, b"\x01\xc0\x00")
    assert report(mo.sc_refused(SMS, error, NOW)) == RpError(42, 42, b"\x01\xc0\x00")


def test_an_error_that_nobody_knows_is_a_failure_of_the_sc() -> None:
    decision = mo.sc_refused(SMS, MapError(99), NOW)
    assert report(decision) == RpError(42, 38)
    assert outcome(decision) == "systemFailure"


def test_a_silent_sc_is_a_network_out_of_order() -> None:
    decision = mo.sc_silent(SMS, NOW)
    assert report(decision) == RpError(42, 38)
    assert outcome(decision) == "networkOutOfOrder"


@pytest.mark.parametrize("cause", [Cause.FACILITY_NOT_SUPPORTED, Cause.SEMANTICALLY_INCORRECT])
def test_what_is_not_forwarded_is_accepted_and_then_refused(cause: Cause) -> None:
    decision = mo.refused(SMS, cause, NOW)
    assert decision.record is None
    assert decision.actions[0] == Answer(202)
    assert report(decision) == RpError(42, cause.rp_cause)
    assert outcome(decision) == cause.cdr


def test_the_charging_record_says_who_sent_what_to_whom_and_when() -> None:
    cdr = mo.sc_took(SMS, None, NOW).cdr
    assert cdr is not None
    assert (cdr.id, cdr.record, cdr.time, cdr.received) == ("gw-0.1-1", "ISMSMO", NOW, 998.5)
    assert (cdr.msisdn, cdr.imsi, cdr.impu) == ("15551234567", "001010000000001", "sip:alice@ims.example")
    assert (cdr.service_centre, cdr.other, cdr.message_reference) == ("15550000014", "15557654321", 7)
    assert (cdr.size, cdr.call_id) == (len(TPDU), "call@phone")


def test_the_charging_record_of_a_command_says_its_reference_and_of_which_number_it_is() -> None:
    command = Command.of(9, Address.international("15557654321"), ct=2, mn=7)
    cdr = mo.sc_took(replace(SMS, tpdu=command.encode()), None, NOW).cdr
    assert cdr is not None
    assert (cdr.other, cdr.message_reference) == ("15557654321", 9)


def test_a_registered_sender_is_his_binding() -> None:
    registered = replace(SMS, sender=BINDING)
    assert mo.submit(registered, NOW).actions == mo.submit(SMS, NOW).actions
    assert mo.sc_took(registered, None, NOW).cdr == mo.sc_took(SMS, None, NOW).cdr


@pytest.mark.parametrize("sender", [SENDER, BINDING, replace(SENDER, imsi=None)])
def test_a_charging_record_can_be_written(sender: Sender | Binding) -> None:
    cdr = mo.sc_took(replace(SMS, sender=sender), None, NOW).cdr
    assert cdr is not None
    assert decode_cdr(encode(cdr)) == cdr


@pytest.mark.parametrize(
    "tpdu",
    [
        b"",
        b"\x01",
        b"\x01\x07",
        b"\x01\x07\x0b",
        b"\x01\x07\x0b\x91",
        b"\x01\x07\x0b\x91\x51\x55\x56\x54\x23",
        b"\x01\x07\x15\x91" + bytes(20),
        b"\x02\x01\x00",
        b"\xff" * 20,
    ],
)
def test_a_tpdu_that_cannot_be_read_is_charged_without_its_recipient(tpdu: bytes) -> None:
    cdr = mo.sc_took(replace(SMS, tpdu=tpdu), None, NOW).cdr
    assert cdr is not None
    assert (cdr.other, cdr.message_reference, cdr.size) == ("", -1, len(tpdu))


@pytest.mark.parametrize("cause", list(Cause), ids=lambda cause: cause.name)
def test_each_cause_has_an_error_that_can_be_sent_and_is_read_back_as_what_it_means(cause: Cause) -> None:
    error = error_of(cause)
    encode_error_parameter(error)
    assert error.code in list(ErrorCode)
    assert cause_of(error).map_cause == cause.map_cause
