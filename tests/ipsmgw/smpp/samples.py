"""One PDU of every kind, with a value in every parameter, and how hypothesis makes others."""

from dataclasses import fields
from typing import get_type_hints

from hypothesis import strategies as st

from ipsmgw.smpp import Command, Destination, Tag, Tlv, Unsuccessful
from ipsmgw.smpp.fields import Counted, CString, Destinations, Octet, UnsuccessfulList
from ipsmgw.smpp.pdu import PDUS, Pdu

__all__ = ["SAMPLES", "pdus", "sample"]

_TEXTS = {
    "service_type": "CMT",
    "system_id": "weather",
    "password": "sunshine",
    "system_type": "forecast",
    "address_range": "^4242",
    "source_addr": "4242",
    "destination_addr": "15551001002",
    "esme_addr": "4242",
    "message_id": "0000002a",
    "schedule_delivery_time": "261129120000000+",
    "validity_period": "000001000000000R",
    "final_date": "261129120000000+",
}
_NUMBERS = {"interface_version": 0x34, "message_state": 2, "registered_delivery": 1, "source_addr_ton": 3}


def _value(name: str, field: object) -> object:
    match field:
        case CString():
            return _TEXTS[name]
        case Octet():
            return _NUMBERS.get(name, 0 if name in ("data_coding", "esm_class", "protocol_id") else 1)
        case Counted():
            return b"Sunny, then rain"
        case Destinations():
            return (Destination(1, 1, "15551001002"), Destination(0, 0, "", "friends"))
        case _:
            return (Unsuccessful(1, 1, "15551009999", 0x0B),)


def _declared(kind: type[Pdu]) -> dict[str, object]:
    hints = get_type_hints(kind, include_extras=True)
    names = [field.name for field in fields(kind) if field.name != "tlvs"]
    return {name: hints[name].__metadata__[0] for name in names}


def _make(kind: type[Pdu], values: dict[str, object], tlvs: tuple[Tlv, ...]) -> Pdu:
    pdu = kind(tlvs=tlvs)
    for name, value in values.items():
        object.__setattr__(pdu, name, value)
    return pdu


def sample(command: Command, *tlvs: Tlv) -> Pdu:
    """Of a command."""
    kind = PDUS[command]
    return _make(kind, {name: _value(name, field) for name, field in _declared(kind).items()}, tlvs)


SAMPLES = {command: sample(command) for command in PDUS}

_CHARS = st.characters(min_codepoint=1, max_codepoint=255)
_OCTET = st.integers(0, 255)


def _any(field: object) -> st.SearchStrategy[object]:
    match field:
        case CString(size=size):
            return st.text(_CHARS, max_size=size - 1)
        case Octet():
            return _OCTET
        case Counted(most=most):
            return st.binary(max_size=most)
        case Destinations():
            one = st.tuples(_OCTET, _OCTET, st.text(_CHARS, max_size=20)).map(lambda it: Destination(*it))
            list_ = st.builds(
                lambda name: Destination(0, 0, "", name), st.text(_CHARS, min_size=1, max_size=20)
            )
            return st.lists(one | list_, min_size=1, max_size=5).map(tuple)
        case UnsuccessfulList():
            status = st.integers(0, 0xFFFFFFFF)
            bad = st.builds(Unsuccessful, _OCTET, _OCTET, st.text(_CHARS, max_size=20), status)
            return st.lists(bad, max_size=5).map(tuple)
    raise AssertionError(field)


_TLVS = st.lists(
    st.builds(Tlv, st.integers(0x1400, 0x3FFF), st.binary(max_size=70))
    | st.builds(Tlv, st.just(int(Tag.SAR_MSG_REF_NUM)), st.binary(min_size=2, max_size=2))
    | st.builds(Tlv, st.just(int(Tag.MESSAGE_PAYLOAD)), st.binary(max_size=300)),
    max_size=4,
).map(tuple)


@st.composite
def pdus(draw: st.DrawFn) -> Pdu:
    """Any PDU that can be written."""
    kind = PDUS[draw(st.sampled_from(sorted(PDUS)))]
    values = {name: draw(_any(field)) for name, field in _declared(kind).items()}
    return _make(kind, values, draw(_TLVS))
