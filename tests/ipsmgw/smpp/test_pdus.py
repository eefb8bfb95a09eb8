"""PDUs of SMPP: written and read again, and held against smpplib and smpp34, which we did not write."""

from dataclasses import fields

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st
from smpplib import smpp as smpplib_smpp

from ipsmgw.smpp import Command, DecodeError, LocalError, Status, Tag, Tlv, encode, header, read
from ipsmgw.smpp.codec import HEADER
from ipsmgw.smpp.pdu import PDUS, DataSmResp, DeliverSm, Pdu, QuerySm, SubmitMulti, SubmitSm, SubmitSmResp
from tests.ipsmgw.smpp.samples import SAMPLES, pdus, sample

# What smpplib does not have, so that tshark is the only second opinion (tests/interop).
NOT_IN_SMPPLIB = {
    Command.OUTBIND,
    Command.REPLACE_SM,
    Command.REPLACE_SM_RESP,
    Command.CANCEL_SM,
    Command.CANCEL_SM_RESP,
    Command.SUBMIT_MULTI,
    Command.SUBMIT_MULTI_RESP,
}
IN_SMPPLIB = sorted(PDUS.keys() - NOT_IN_SMPPLIB)


class Counting:
    """All that smpplib wants of a client to make a PDU."""

    def next_sequence(self) -> int:
        return 1


@given(pdus(), st.integers(1, 0x7FFFFFFF))
def test_what_is_written_is_read_again(pdu: Pdu, sequence: int) -> None:
    octets = encode(pdu, sequence)
    head, again = read(octets)
    assert again == pdu
    assert (head.command_length, head.sequence_number, head.command) == (len(octets), sequence, pdu.COMMAND)
    assert encode(again, sequence) == octets


@pytest.mark.parametrize("command", IN_SMPPLIB, ids=lambda command: command.name)
def test_smpplib_reads_what_we_write(command: Command) -> None:
    pdu = SAMPLES[command]
    theirs = smpplib_smpp.parse_pdu(encode(pdu, 7), client=Counting())
    assert (theirs.sequence, theirs.status) == (7, 0)
    for field in fields(pdu):
        value = getattr(pdu, field.name)
        if field.name != "tlvs":
            wanted = value.encode() if isinstance(value, str) else value
            assert getattr(theirs, field.name) == wanted, field.name


@given(st.data())
def test_smpp34_writes_the_same_octets(data: st.DataObject) -> None:
    text = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=15)
    octet = st.integers(0, 255)
    values: dict[str, str] = {"source_addr": data.draw(text), "destination_addr": data.draw(text)}
    numbers = {name: data.draw(octet) for name in ("esm_class", "protocol_id", "data_coding")}
    message = data.draw(st.binary(max_size=254))
    tlv = data.draw(st.binary(min_size=2, max_size=2))
    for ours, theirs in ((SubmitSm, smpp34.SubmitSm), (DeliverSm, smpp34.DeliverSm)):
        pdu = ours(
            source_addr=values["source_addr"],
            destination_addr=values["destination_addr"],
            short_message=message,
            esm_class=numbers["esm_class"],
            protocol_id=numbers["protocol_id"],
            data_coding=numbers["data_coding"],
            tlvs=(Tlv(Tag.USER_MESSAGE_REFERENCE, tlv),),
        )
        foreign = theirs(
            values["source_addr"],
            values["destination_addr"],
            message,
            esm_class=numbers["esm_class"],
            protocol_id=numbers["protocol_id"],
            data_coding=numbers["data_coding"],
            tlvs=[smpp34.Tlv(Tag.USER_MESSAGE_REFERENCE, tlv)],
            sequence_number=9,
        )
        assert foreign.encode() == encode(pdu, 9)
        assert read(foreign.encode())[1] == pdu


@pytest.mark.parametrize("command", sorted(PDUS), ids=lambda command: command.name)
def test_smpp34_frames_every_pdu(command: Command) -> None:
    octets = encode(SAMPLES[command], 3)
    found = smpp34.decode(octets)
    assert (found.command_id, found.sequence_number) == (command, 3)
    if isinstance(found, smpp34.RawPdu):
        assert found.body == octets[HEADER.size :]


def read_or_status(octets: bytes) -> Pdu | Status:
    try:
        return read(octets)[1]
    except DecodeError as error:
        return error.status


@given(st.binary(max_size=80) | st.builds(bytes.__add__, st.just(bytes(3)), st.binary(max_size=80)))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    found = read_or_status(octets)
    assert isinstance(found, Pdu) or found is not Status.ROK
    if isinstance(found, Pdu):
        assert read(encode(found, 1))[1] == found


@given(pdus(), st.data())
def test_a_pdu_that_was_damaged_is_read_or_refused(pdu: Pdu, data: st.DataObject) -> None:
    octets = bytearray(encode(pdu, 1))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    del octets[data.draw(st.integers(16, len(octets))) :]
    octets[:4] = len(octets).to_bytes(4)
    found = read_or_status(bytes(octets))
    assert isinstance(found, Pdu) or found is not Status.ROK


SUBMIT = encode(SubmitSm(source_addr="1", destination_addr="2", short_message=b"text"), 1)


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        (b"", Status.RINVCMDLEN),
        (HEADER.pack(17, Command.UNBIND, 0, 1), Status.RINVCMDLEN),
        (HEADER.pack(16, 0x0C, 0, 1), Status.RINVCMDID),
        (HEADER.pack(22, Command.SUBMIT_SM, 0, 1) + b"123456", Status.RINVSERTYP),
        (HEADER.pack(20, Command.QUERY_SM, 0, 1) + b"1234", Status.RINVCMDLEN),
        (HEADER.pack(40, Command.SUBMIT_SM, 0, 1) + b"\0\1\1" + b"1" * 21, Status.RINVSRCADR),
        (HEADER.pack(43, Command.SUBMIT_SM, 0, 1) + b"\0\1\1\0\1\1" + b"1" * 21, Status.RINVDSTADR),
        (HEADER.pack(32, Command.BIND_RECEIVER, 0, 1) + b"1" * 16, Status.RINVSYSID),
        (HEADER.pack(26, Command.BIND_RECEIVER, 0, 1) + b"\0" + b"1" * 9, Status.RINVPASWD),
        (SUBMIT[:-5] + b"\xfftext", Status.RINVMSGLEN),
        ((len(SUBMIT) + 3).to_bytes(4) + SUBMIT[4:] + b"\2\4\0", Status.RINVOPTPARSTREAM),
        ((len(SUBMIT) + 5).to_bytes(4) + SUBMIT[4:] + b"\2\4\0\2x", Status.RINVOPTPARSTREAM),
        ((len(SUBMIT) + 5).to_bytes(4) + SUBMIT[4:] + b"\2\4\0\1x", Status.RINVPARLEN),
    ],
)
def test_what_is_wrong_is_told_by_its_status(octets: bytes, status: Status) -> None:
    with pytest.raises(DecodeError) as refused:
        read(octets)
    assert refused.value.status is status


def test_a_destination_must_be_an_sme_or_a_list() -> None:
    octets = bytearray(encode(SAMPLES[Command.SUBMIT_MULTI], 1))
    flag = octets.index(b"\1\1\1" + b"15551001002")
    octets[flag] = 3
    with pytest.raises(DecodeError) as refused:
        read(bytes(octets))
    assert refused.value.status is Status.RINVDESTFLAG


def test_a_refusal_goes_without_its_body_and_is_read_without() -> None:
    octets = encode(SubmitSmResp(), 5, Status.RTHROTTLED)
    assert len(octets) == HEADER.size
    head, pdu = read(octets)
    assert (head.command_status, pdu) == (Status.RTHROTTLED, SubmitSmResp())


def test_a_refusal_with_a_tlv_keeps_its_body() -> None:
    resp = DataSmResp(tlvs=(Tlv(Tag.DELIVERY_FAILURE_REASON, b"\3"),))
    assert read(encode(resp, 5, Status.RDELIVERYFAILURE))[1] == resp


def test_a_tlv_that_nobody_knows_is_kept() -> None:
    vendor = Tlv(0x1501, b"whatever")
    _, pdu = read(encode(sample(Command.SUBMIT_SM, vendor), 1))
    assert pdu.tlvs == (vendor,)
    assert pdu.tlv(Tag.MESSAGE_PAYLOAD) is None


@pytest.mark.parametrize(
    "pdu",
    [
        QuerySm(message_id="x" * 65),
        QuerySm(message_id="a\0b"),
        SubmitSm(esm_class=256),
        SubmitSm(short_message=bytes(255)),
        SubmitMulti(),
    ],
)
def test_a_value_that_does_not_fit_is_our_own_bug(pdu: Pdu) -> None:
    with pytest.raises(LocalError):
        encode(pdu, 1)


def test_a_header_can_be_had_of_any_octets() -> None:
    assert header(b"\0\0\0\x10") == (16, 0, 0, 0)
