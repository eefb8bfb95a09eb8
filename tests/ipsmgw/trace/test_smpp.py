"""A PDU of SMPP is found out, and its tree covers it (SMPP v3.4 §3.2)."""

import pytest
from hypothesis import given

from ipsmgw.smpp import Command, Status, Tag, Tlv, encode
from ipsmgw.smpp.pdu import PDUS, Pdu, SubmitSmResp
from ipsmgw.trace import DecodeError, LayerName, decode
from tests.ipsmgw.smpp.samples import SAMPLES, pdus, sample

__all__: list[str] = []


@pytest.mark.parametrize("command", sorted(PDUS), ids=lambda command: command.name)
def test_every_pdu_is_found_out_and_covered(command: Command) -> None:
    octets = encode(SAMPLES[command], 7)
    found = decode(octets)
    assert (found.layer, found.reencoded, found.tree.name) == (LayerName.SMPP, True, command.name.lower())
    rows = found.tree.children
    assert [row.start for row in rows] == [0, *(row.end for row in rows[:-1])]
    assert rows[-1].end == len(octets)


@given(pdus())
def test_any_pdu_is_covered(pdu: Pdu) -> None:
    octets = encode(pdu, 1)
    assert decode(octets, LayerName.SMPP).tree.children[-1].end == len(octets)


def test_values_are_as_people_read_them() -> None:
    tlv = Tlv(Tag.MESSAGE_PAYLOAD, b"long")
    tree = decode(encode(sample(Command.DATA_SM, tlv, Tlv(0x1501, b"x")), 7)).tree
    values = {row.name: row.value for row in tree.children}
    assert values["destination_addr"] == "15551001002"
    assert values["message_payload"] == b"long".hex()
    assert values["TLV 0x1501"] == "78"
    refusal = decode(encode(SubmitSmResp(), 7, Status.RTHROTTLED)).tree
    assert refusal.children[2].value == "ESME_RTHROTTLED"


def test_what_breaks_off_says_why() -> None:
    octets = encode(SAMPLES[Command.SUBMIT_SM], 7)
    with pytest.raises(DecodeError, match="command_length"):
        decode(octets[:-1], LayerName.SMPP)
