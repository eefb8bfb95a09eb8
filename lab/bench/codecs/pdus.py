"""A PDU of each operation's argument, of its result, and of each error: as the stack writes and reads it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, cast

from lab.bench.codecs import typical
from mapstack.asn1 import Sequence
from mapstack.map.errors import ErrorCode, MapError, decode_error, encode_error_parameter
from mapstack.map.operations import OPERATIONS, Operation
from mapstack.tcap.component import (
    ComponentType,
    decode_components,
    encode_invoke,
    encode_return_error,
    encode_return_result,
)
from mapstack.tcap.dialogue_portion import DialoguePdu, decode_dialogue
from mapstack.tcap.message import MessageType, decode_message, encode_message

__all__ = [
    "Pdu",
    "argument",
    "error",
    "name_of",
    "newest",
    "others",
    "pdus",
    "result",
    "version_of",
    "versions",
]

_TID = b"\x01\x02\x03\x04"
_OTID, _DTID = b"\x48\x04" + _TID, b"\x49\x04" + _TID
_INVOKE_ID = 1
_INVOKE, _RESULT = ComponentType.INVOKE, ComponentType.RETURN_RESULT_LAST
_BEGIN, _END = MessageType.BEGIN, MessageType.END
_known: dict[bytes, DialoguePdu | None] = {b"": None}
"""Dialogue portions that have come; the stack learns them too (mapstack/tcap/contexts.py)."""


class Pdu(NamedTuple):
    """A TCAP message with one component."""

    name: str
    encode: Callable[[], bytes]
    decode: Callable[[bytes], object]


def pdus() -> list[Pdu]:
    """All of them."""
    return [*_of_operations(), *_of_errors()]


def others(octets: bytes) -> list[bytes]:
    """The same message in several transactions: none comes twice in a row, as on a line."""
    return [octets.replace(_TID, _TID[:3] + bytes((last,)), 1) for last in range(1, 11)]


# Operations and their versions.


def version_of(operation: Operation) -> int:
    """The application context's."""
    return operation.context.oid[-1]


def versions() -> list[Operation]:
    """Each operation in each version, in one of its contexts."""
    found: dict[tuple[str, int], Operation] = {}
    for each in OPERATIONS:
        if typical.of_operation(typical.ARGUMENTS, each.name, version_of(each)) is not None:
            found.setdefault((each.name, version_of(each)), each)
    return list(found.values())


def newest() -> list[Operation]:
    """Each operation in its newest version."""
    found: dict[str, Operation] = {}
    for each in sorted(versions(), key=version_of, reverse=True):
        found.setdefault(each.name, each)
    return [each for each in versions() if found[each.name] is each]


def name_of(operation: Operation) -> str:
    """With its version, if it is an old one."""
    return operation.name if operation in newest() else f"{operation.name} v{version_of(operation)}"


def argument(operation: Operation) -> Sequence:
    """A typical one."""
    octets = typical.of_operation(typical.ARGUMENTS, operation.name, version_of(operation))
    found: object = operation.argument.decode(octets or b"")
    return cast(Sequence, found)


def result(operation: Operation) -> Sequence | None:
    """A typical one; None where a result has no parameter."""
    if operation.result is None:
        return None
    octets = typical.of_operation(typical.RESULTS, operation.name, version_of(operation))
    found: object = operation.result.decode(octets or b"")
    return cast(Sequence, found)


def error(code: int) -> MapError:
    """A typical one."""
    octets = typical.error_parameter(code)
    return decode_error(code, octets, octets[0] if octets else 0, 2, len(octets))


def _of_operations() -> Iterator[Pdu]:
    for each in versions():
        name, read = name_of(each), partial(_decode, each)
        yield Pdu(name, partial(_begin, each, argument(each)), read)
        if each.operation_class == 1:
            yield Pdu(f"{name}, result", partial(_result, each, result(each)), read)


def _of_errors() -> Iterator[Pdu]:
    for code in ErrorCode:
        operation = next((each for each in OPERATIONS if code in each.errors), None)
        if operation is not None:
            name = code.name.lower().replace("_", " ")
            yield Pdu(name, partial(_error, operation, error(code)), partial(_decode, operation))


# What the stack does with one message, without the dialogue that it belongs to.


def _request(operation: Operation) -> bytes:
    """Version 1 has no dialogue portions (TS 29.002 §5.2)."""
    return operation.context.request if version_of(operation) > 1 else b""


def _accept(operation: Operation) -> bytes:
    return operation.context.accept if version_of(operation) > 1 else b""


def _begin(operation: Operation, arg: Sequence) -> bytes:
    invoke = encode_invoke(_INVOKE_ID, operation.code, arg.encode_element())
    return encode_message(_BEGIN, _OTID, _request(operation), invoke)


def _result(operation: Operation, res: Sequence | None) -> bytes:
    parameter = b"" if res is None else res.encode_element()
    answer = encode_return_result(_INVOKE_ID, operation.code, parameter)
    return encode_message(_END, _DTID, _accept(operation), answer)


def _error(operation: Operation, no: MapError) -> bytes:
    answer = encode_return_error(_INVOKE_ID, no.code, encode_error_parameter(no))
    return encode_message(_END, _DTID, _accept(operation), answer)


def _decode(operation: Operation, data: bytes) -> object:
    """Transaction and dialogue portion, the component, and its parameter."""
    message = decode_message(data)
    if message.dialogue not in _known:
        _known[message.dialogue] = decode_dialogue(message.dialogue)
    (component,) = decode_components(data, message.start, message.stop)
    kind, tag, start, stop = component.kind, component.tag, component.start, component.stop
    if kind is _INVOKE:
        return operation.argument.decode_element(data, tag, start, stop)
    if kind is not _RESULT:
        return decode_error(component.code or 0, data, tag, start, stop)
    if operation.result is None or not tag:
        return None
    return operation.result.decode_element(data, tag, start, stop)
