"""The tree of a connectionless SCCP message (Q.713 §4)."""

from functools import partial

from ipsmgw.trace.again import gives_back
from ipsmgw.trace.layers import tcap
from ipsmgw.trace.tree import Layer, Tree
from mapstack.errors import DecodeError
from mapstack.sccp.address import decode_address
from mapstack.sccp.message import SccpMessage, SccpMessageType, decode, encode
from mapstack.tcap.message import MessageType

__all__ = ["carries_tcap", "layer"]

_SHORT = frozenset((SccpMessageType.UDT, SccpMessageType.UDTS))
_LONG = frozenset((SccpMessageType.LUDT, SccpMessageType.LUDTS))
_TCAP = frozenset(MessageType)
_INTERNATIONAL = 4


def carries_tcap(message: SccpMessage) -> bool:
    """Whether the user data is a whole TCAP message: no segment, and with the tag of one."""
    segmentation = message.segmentation
    whole = segmentation is None or (segmentation.first and segmentation.remaining == 0)
    return whole and message.data[:1] != b"" and message.data[0] in _TCAP


def layer(octets: bytes, at: int) -> Layer:
    """The tree of one message; mapstack's DecodeError when it is none."""
    message = decode(octets)
    called, calling, data = _parts(message.kind, octets)
    rows = [
        Tree("message type", message.kind.name, at, at + 1),
        Tree(*_class_or_cause(message), at + 1, at + 2),
    ]
    if message.kind not in _SHORT:
        rows.append(Tree("hop counter", str(message.hop_counter), at + 2, at + 3))
    rows.append(_address("called party", message.called, at, called))
    rows.append(_address("calling party", message.calling, at, calling))
    inner, carried = _data(message, at + data[0])
    rows += [inner, *_options(message, octets, at)]
    tree = Tree("SCCP", message.kind.name, at, at + len(octets), tuple(rows))
    return Layer(tree, gives_back(partial(encode, message), octets) and carried)


def _parts(kind: SccpMessageType, octets: bytes) -> list[tuple[int, int]]:
    """Start and end of called address, calling address and data (Q.713 §1.5, §4.20)."""
    if kind in _LONG:
        starts = [pointer + 1 + _two(octets, pointer) for pointer in (3, 5, 7)]
        end = starts[2] + 2 + _two(octets, starts[2])
        return [*(_sized(octets, start) for start in starts[:2]), (starts[2] + 2, end)]
    first = 2 if kind in _SHORT else 3
    return [_sized(octets, pointer + octets[pointer]) for pointer in range(first, first + 3)]


def _sized(octets: bytes, at: int) -> tuple[int, int]:
    return at + 1, at + 1 + octets[at]


def _two(octets: bytes, at: int) -> int:
    return int.from_bytes(octets[at : at + 2], "little")


def _class_or_cause(message: SccpMessage) -> tuple[str, str]:
    if message.cause is not None:
        return "return cause", message.cause.name.lower().replace("_", " ")
    returned = ", return on error" if message.return_option else ""
    return "protocol class", f"{message.protocol_class}{returned}"


def _address(name: str, octets: bytes, at: int, span: tuple[int, int]) -> Tree:
    start, end = at + span[0], at + span[1]
    try:
        address = decode_address(octets)
    except DecodeError as error:
        return Tree(name, f"{octets.hex()} ({error.reason})", start, end)
    rows = [Tree("routing", "on GT" if address.route_on_gt else "on SSN", start, start + 1)]
    if address.point_code is not None:
        rows.append(Tree("point code", str(address.point_code), start, end))
    if address.ssn is not None:
        rows.append(Tree("SSN", str(address.ssn), start, end))
    if address.gt is not None:
        gt = address.gt
        digits = ("+" if gt.nature == _INTERNATIONAL else "") + gt.digits
        kind = f"indicator {gt.indicator}, type {gt.translation_type}, plan {gt.plan}, nature {gt.nature}"
        value = f"{digits} ({kind})"
        rows.append(Tree("GT", value, start, end))
    return Tree(name, octets.hex(), start, end, tuple(rows))


def _data(message: SccpMessage, at: int) -> tuple[Tree, bool | None]:
    data = message.data
    if carries_tcap(message):
        try:
            found = tcap.layer(data, at)
        except DecodeError as error:
            return Tree("TCAP not decoded", f"{data.hex()} ({error})", at, at + len(data)), None
        return found.tree, found.reencoded
    return Tree("data", data.hex(), at, at + len(data)), True


def _options(message: SccpMessage, octets: bytes, at: int) -> list[Tree]:
    if message.segmentation is None and message.importance is None:
        return []
    options = 10 + _two(octets, 9) if message.kind in _LONG else 6 + octets[6]
    span = at + options, at + len(octets)
    rows = []
    if message.segmentation is not None:
        part = message.segmentation
        first = "first, " if part.first else ""
        reference = f"reference {part.local_reference:#08x}"
        rows.append(Tree("segmentation", f"{first}{part.remaining} remaining, {reference}", *span))
    if message.importance is not None:
        rows.append(Tree("importance", str(message.importance), *span))
    return rows
