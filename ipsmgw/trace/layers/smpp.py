"""The tree of a PDU of SMPP (SMPP v3.4 §3.2, §4, §5.3.2)."""

from ipsmgw.smpp import Header, Tag, Tlv, encode, read, status_name
from ipsmgw.smpp.codec import HEADER, parameters
from ipsmgw.trace.tree import Layer, Rows, Tree

__all__ = ["layer"]

_TAGS = {int(tag): tag.name.lower() for tag in Tag}
_TLV_HEADER = 4


def layer(octets: bytes, at: int) -> Layer:
    """One PDU; the SMPP DecodeError when it is none, or not whole."""
    head, pdu = read(octets)
    rows = Rows(at)
    _header(rows, head)
    for name, value, size in parameters(octets, head):
        if isinstance(value, bytes):  # its length stands before it
            rows.add("sm_length", str(len(value)), 1)
            rows.add(name, value.hex(), size - 1)
        else:
            rows.add(name, str(value), size)
    for tlv in pdu.tlvs:
        _tlv(rows, tlv)
    again = encode(pdu, head.sequence_number, head.command_status)
    return Layer(rows.tree(pdu.COMMAND.name.lower()), again == octets)


def _header(rows: Rows, head: Header) -> None:
    values = (
        str(head.command_length),
        f"{head.command_id:#010x}",
        status_name(head.command_status) if head.command_status else "0",
        str(head.sequence_number),
    )
    for name, value in zip(head._fields, values, strict=True):
        rows.add(name, value, HEADER.size // len(values))


def _tlv(rows: Rows, tlv: Tlv) -> None:
    at, size = rows.at, len(tlv.value)
    head = Tree("tag", f"{tlv.tag:#06x}", at, at + 2), Tree("length", str(size), at + 2, at + _TLV_HEADER)
    rows.add(_TAGS.get(tlv.tag, f"TLV {tlv.tag:#06x}"), tlv.value.hex(), _TLV_HEADER + size, *head)
