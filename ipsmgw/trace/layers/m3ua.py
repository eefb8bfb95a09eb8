"""The tree of an M3UA message (RFC 4666 §3)."""

from enum import IntEnum
from functools import partial
from struct import unpack_from
from typing import cast

from ipsmgw.trace.again import gives_back
from ipsmgw.trace.layers import sccp
from ipsmgw.trace.tree import Layer, Rows, Tree
from mapstack.errors import DecodeError
from mapstack.m3ua.codes import ErrorCode, Status, code_name
from mapstack.m3ua.data import SCCP, ProtocolData, protocol_data
from mapstack.m3ua.message import HEADER_SIZE, M3uaMessage, Parameter, Tag, decode, encode
from mapstack.m3ua.settings import TrafficMode

__all__ = ["layer"]

_LABEL = ("OPC", "DPC", "SI", "NI", "MP", "SLS")
_LABEL_SIZES = (4, 4, 1, 1, 1, 1)
_CODES: dict[int, type[IntEnum]] = {
    Tag.ERROR_CODE: ErrorCode,
    Tag.STATUS: Status,
    Tag.TRAFFIC_MODE_TYPE: TrafficMode,
}
_NUMBERS = frozenset(
    {
        Tag.ROUTING_CONTEXT,
        Tag.NETWORK_APPEARANCE,
        Tag.ASP_IDENTIFIER,
        Tag.CORRELATION_ID,
        Tag.AFFECTED_POINT_CODE,
    }
)
_TEXTS = frozenset({Tag.INFO_STRING})


def layer(octets: bytes, at: int) -> Layer:
    """The tree of one message; mapstack's DecodeError when it is none."""
    message = decode(octets)
    rows = [
        Tree(
            "message class and type",
            f"{message.kind >> 8}/{message.kind & 0xFF} {message.kind.name}",
            at + 2,
            at + 4,
        ),
        Tree("length", str(unpack_from(">I", octets, 4)[0]), at + 4, at + HEADER_SIZE),
    ]
    start = HEADER_SIZE
    carried: bool | None = True
    for parameter in message.parameters:
        end = start + 4 + len(parameter.value)
        inner: tuple[Tree, ...] = ()
        if parameter.tag == Tag.PROTOCOL_DATA:
            inner, carried = _protocol_data(protocol_data(message), at + start + 4)
        rows.append(Tree(_name(parameter.tag), _value(parameter), at + start, at + end, inner))
        start = end + -end % 4
    tree = Tree("M3UA", message.kind.name, at, at + len(octets), tuple(rows))
    return Layer(tree, gives_back(partial(_encode, message), octets) and carried)


def _encode(message: M3uaMessage) -> bytes:
    # Unknown tags are plain numbers, which the encoder writes as well as those that it knows.
    return encode(message.kind, *((cast(Tag, tag), value) for tag, value in message.parameters))


def _name(tag: int) -> str:
    return Tag(tag).name.lower().replace("_", " ") if tag in set(Tag) else f"unknown parameter {tag:#06x}"


def _value(parameter: Parameter) -> str:
    tag, value = parameter
    if tag == Tag.PROTOCOL_DATA:
        return ""
    if tag in _TEXTS:
        return value.decode("utf-8", "replace")
    numbers = [int.from_bytes(value[start : start + 4]) for start in range(0, len(value), 4)]
    if tag in _CODES:
        return f"{numbers[0]:#x} {code_name(_CODES[tag], numbers[0])}"
    return ", ".join(map(str, numbers)) if tag in _NUMBERS else value.hex()


def _protocol_data(data: ProtocolData, at: int) -> tuple[tuple[Tree, ...], bool | None]:
    rows = Rows(at)
    for name, value, size in zip(_LABEL, data, _LABEL_SIZES, strict=False):
        rows.add(name, str(value), size)
    inner, carried = _user_part(data, rows.at)
    rows.append(inner)
    return rows.tree("").children, carried


def _user_part(data: ProtocolData, at: int) -> tuple[Tree, bool | None]:
    octets, end = data.data, at + len(data.data)
    if data.service_indicator != SCCP:
        return Tree("user data", octets.hex(), at, end), True
    try:
        found = sccp.layer(octets, at)
    except DecodeError as error:
        return Tree("SCCP not decoded", f"{octets.hex()} ({error})", at, end), None
    return found.tree, found.reencoded
