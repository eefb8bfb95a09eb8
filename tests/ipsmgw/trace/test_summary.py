"""Every PDU has a label of one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.smpp import Status
from ipsmgw.smpp import encode as encode_smpp
from ipsmgw.smpp.pdu import SubmitSm, SubmitSmResp
from ipsmgw.trace import Pdu, Summaries, summary
from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType, Segmentation
from mapstack.sccp.message import encode as encode_sccp
from mapstack.tcap.component import InvokeProblem, ProblemType, encode_reject, encode_return_error
from mapstack.tcap.message import MessageType as TcapType
from mapstack.tcap.message import PAbortCause, encode_message, p_abort
from tests.ipsmgw.trace.dialogues import DIALOGUES, data

__all__: list[str] = []

ADDRESS = bytes.fromhex("1208001104515500000002")
HEAD = b"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\n"


def sip(start: bytes, method: bytes, body: bytes = b"") -> bytes:
    kind = b"Content-Type: application/vnd.3gpp.sms\r\n" if body else b""
    return b"%b SIP/2.0\r\n%bCSeq: 1 %b\r\n%b\r\n%b" % (start, HEAD, method, kind, body)


def udt(tcap: bytes) -> bytes:
    return data(encode_sccp(SccpMessage(SccpMessageType.UDT, ADDRESS, ADDRESS, tcap)))


SUBMIT = bytes.fromhex("00020007913386094000f01001840a816000000000000004d4f29c0e")
NO_TPDU = bytes.fromhex("010107913386094000f00002ffff")
UNEQUIPPED = ReturnCause.UNEQUIPPED_USER
RETURNED = SccpMessage(SccpMessageType.UDTS, ADDRESS, ADDRESS, b"x", cause=UNEQUIPPED)
SEGMENT = SccpMessage(
    SccpMessageType.XUDT, ADDRESS, ADDRESS, b"x", segmentation=Segmentation(True, True, 1, 7)
)
REJECT = encode_reject(1, ProblemType.INVOKE, InvokeProblem.MISTYPED_PARAMETER)


def carried(body: bytes) -> bytes:
    return sip(b"MESSAGE sip:b", b"MESSAGE", body)


def end(components: bytes) -> bytes:
    return udt(encode_message(TcapType.END, b"\x49\1\1", b"", components))


@pytest.mark.parametrize(
    ("octets", "label"),
    [
        (sip(b"REGISTER sip:b", b"REGISTER"), "REGISTER"),
        (sip(b"MESSAGE sip:b", b"MESSAGE"), "MESSAGE"),
        (carried(SUBMIT), "MESSAGE RP-DATA SMS-SUBMIT"),
        (carried(bytes.fromhex("020141020000")), "MESSAGE RP-ACK"),
        (carried(bytes.fromhex("05050126")), "MESSAGE RP-ERROR 38"),
        (carried(bytes.fromhex("0609")), "MESSAGE RP-SMMA"),
        (carried(b"hello").replace(b"application/vnd.3gpp.sms", b"Text/Plain;charset=utf-8"), "MESSAGE text"),
        (carried(b"\xff"), "MESSAGE RP malformed"),
        (carried(NO_TPDU), "MESSAGE RP-DATA TPDU malformed"),
        (b"SIP/2.0 202 Accepted\r\n%bCSeq: 1 MESSAGE\r\n\r\n" % HEAD, "202 Accepted"),
        (b"SIP/2.0 480\r\n%bCSeq: 1 MESSAGE\r\n\r\n" % HEAD, "480"),
        (b"nonsense", "SIP malformed, 8 octets"),
    ],
)
def test_sip(octets: bytes, label: str) -> None:
    assert summary("sip", octets) == label


@pytest.mark.parametrize(
    ("octets", "label"),
    [
        (encode(MessageType.ASPUP), "ASPUP"),
        (encode(MessageType.ASPAC_ACK), "ASPAC ACK"),
        (encode(MessageType.ERR, (Tag.ERROR_CODE, 0x19)), "ERR invalid routing context"),
        (encode(MessageType.NTFY, (Tag.STATUS, 0x10003)), "NTFY as active"),
        (encode(MessageType.DATA, (Tag.PROTOCOL_DATA, bytes(12))), "DATA SI 0"),
        (data(bytes.fromhex("090003070b0443bb00fe0443b900fe03000131")), "UDT"),
        (data(encode_sccp(RETURNED)), "UDTS unequipped user"),
        (data(encode_sccp(SEGMENT)), "XUDT segment, 1 to come"),
        (udt(p_abort(b"\1", PAbortCause.RESOURCE_LIMITATION)), "P-Abort resource limitation"),
        (udt(encode_message(TcapType.ABORT, b"\x49\1\1", b"", b"")), "U-Abort"),
        (udt(encode_message(TcapType.CONTINUE, b"\x48\1\1\x49\1\1", b"", b"")), "Continue"),
        (end(REJECT), "MAP reject, invoke problem 2"),
        (end(encode_return_error(1, 99, b"")), "MAP error error99"),
        (b"\1", "M3UA malformed, 1 octets"),
    ],
)
def test_m3ua(octets: bytes, label: str) -> None:
    assert summary("m3ua", octets) == label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("sccp-udt-sri-sm-invoke", "sendRoutingInfoForSM"),
        ("sccp-udt-sri-sm-result", "sendRoutingInfoForSM result"),
        ("gen-mt-fsm-v3-invoke", "mt-ForwardSM"),
        ("gen-mt-fsm-v3-result", "mt-ForwardSM result"),
        ("gen-mo-fsm-v3-result", "mo-ForwardSM result"),
        ("gen-mt-fsm-error-memoryCapacityExceeded", "mt-ForwardSM error sm-DeliveryFailure"),
        ("gen-sri-sm-error-absentSubscriberSM-imsi", "sendRoutingInfoForSM error absentSubscriberSM"),
        ("gen-atm-ipsmgw-register", "anyTimeModification"),
        ("gen-ready-for-sm-ims-present", "readyForSM"),
        ("sccp-udt-update-location-v3-invoke", "updateLocation"),
    ],
)
def test_map(name: str, label: str) -> None:
    assert summary("m3ua", data(DIALOGUES[name])) == label


def test_an_error_without_a_context_is_named_by_the_invoke_before_it() -> None:
    begin = DIALOGUES["gen-mt-fsm-v3-invoke"]
    labels = Summaries(limit=1)
    assert labels.label(Pdu(0, "SC", "gw", "m3ua", data(begin))) == "mt-ForwardSM"
    answer = udt(encode_message(TcapType.END, b"\x49\4\0\0\0\1", b"", encode_return_error(1, 34, b"")))
    assert labels.label(Pdu(1, "gw", "SC", "m3ua", answer)) == "mt-ForwardSM error systemFailure"
    assert labels.label(Pdu(1, "gw", "HLR", "m3ua", answer)) == "MAP error systemFailure"


def test_the_last_segment_is_named_after_the_whole() -> None:
    whole = encode_message(TcapType.END, b"\x49\1\1", b"", REJECT)

    def part(octets: bytes, place: Segmentation) -> Pdu:
        message = SccpMessage(SccpMessageType.XUDT, ADDRESS, ADDRESS, octets, segmentation=place)
        return Pdu(0.0, "a", "b", "m3ua", data(encode_sccp(message)))

    labels = Summaries()
    assert labels.label(part(whole[:5], Segmentation(True, True, 1, 7))) == "XUDT segment, 1 to come"
    last = part(whole[5:], Segmentation(False, True, 0, 7))
    assert labels.label(last) == "MAP reject, invoke problem 2 (XUDT, last segment)"
    assert labels.label(last) == "unknown (XUDT, last segment)"


def test_a_protocol_that_is_not_known_has_a_label_too() -> None:
    assert summary("diameter", b"xyz") == "diameter, 3 octets"


@given(st.sampled_from(("sip", "m3ua")), st.binary(max_size=200))
def test_any_octets_have_a_label(protocol: str, octets: bytes) -> None:
    assert summary(protocol, octets)


@given(st.sampled_from(sorted(DIALOGUES)), st.integers(0, 400), st.integers(0, 255))
def test_any_broken_dialogue_has_a_label(name: str, at: int, octet: int) -> None:
    octets = bytearray(data(DIALOGUES[name]))
    octets[at % len(octets)] = octet
    assert summary("m3ua", bytes(octets))


def test_smpp_is_told_by_its_command_and_its_status() -> None:
    assert summary("smpp", encode_smpp(SubmitSm(), 1)) == "submit_sm"
    assert (
        summary("smpp", encode_smpp(SubmitSmResp(), 1, Status.RTHROTTLED)) == "submit_sm_resp ESME_RTHROTTLED"
    )
    assert summary("smpp", b"\0\0\0\x10") == "SMPP malformed, 4 octets"
