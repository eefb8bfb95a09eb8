"""A PDU of each operation's argument, of its result, and of each error: as the stack writes and reads it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from lab.bench.codecs import typical
from mapstack.asn1 import Sequence
from mapstack.map.errors import ErrorCode, MapError, decode_error, encode_error_parameter
from mapstack.map.operations import OPERATIONS, OPERATIONS_OF, Operation
from mapstack.tcap.component import (
    ComponentType,
    decode_components,
    encode_invoke,
    encode_return_error,
    encode_return_result,
)
from mapstack.tcap.contexts import Contexts, Refusal
from mapstack.tcap.message import MessageType, decode_message, encode_message

__all__ = ["Pdu", "argument", "decode", "error", "others", "pdus", "result"]

_TID = b"\x01\x02\x03\x04"
_OTID, _DTID = b"\x48\x04" + _TID, b"\x49\x04" + _TID
_INVOKE_ID = 1
_INVOKE, _RESULT = ComponentType.INVOKE, ComponentType.RETURN_RESULT_LAST
_BEGIN, _END = MessageType.BEGIN, MessageType.END
_CONTEXTS = Contexts(OPERATIONS_OF)


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


def argument(operation: Operation) -> Sequence:
    """A typical one."""
    return operation.argument.decode(bytes.fromhex(typical.ARGUMENTS[operation.name]))


def result(operation: Operation) -> Sequence | None:
    """A typical one; None where a result has no parameter."""
    if operation.result is None:
        return None
    return operation.result.decode(bytes.fromhex(typical.RESULTS[operation.name]))


def error(code: int) -> MapError:
    """A typical one."""
    octets = typical.error_parameter(code)
    return decode_error(code, octets, octets[0] if octets else 0, 2, len(octets))


def _of_operations() -> Iterator[Pdu]:
    for each in OPERATIONS:
        read = partial(decode, each)
        yield Pdu(f"{each.name}", partial(_begin, each, argument(each)), read)
        if each.operation_class == 1:
            yield Pdu(f"{each.name}, result", partial(_result, each, result(each)), read)


def _of_errors() -> Iterator[Pdu]:
    for code in ErrorCode:
        operation = next((each for each in OPERATIONS if code in each.errors), None)
        if operation is not None:
            name = code.name.lower().replace("_", " ")
            yield Pdu(name, partial(_error, operation, error(code)), partial(decode, operation))


# What the stack does with one message, without the dialogue that it belongs to.


def _begin(operation: Operation, arg: Sequence) -> bytes:
    invoke = encode_invoke(_INVOKE_ID, operation.code, arg.encode_element())
    return encode_message(_BEGIN, _OTID, operation.context.request, invoke)


def _result(operation: Operation, res: Sequence | None) -> bytes:
    parameter = b"" if res is None else res.encode_element()
    answer = encode_return_result(_INVOKE_ID, operation.code, parameter)
    return encode_message(_END, _DTID, operation.context.accept, answer)


def _error(operation: Operation, no: MapError) -> bytes:
    answer = encode_return_error(_INVOKE_ID, no.code, encode_error_parameter(no))
    return encode_message(_END, _DTID, operation.context.accept, answer)


def decode(operation: Operation, data: bytes) -> object:
    """Transaction and dialogue portion, the component, and its parameter."""
    message = decode_message(data)
    if message.kind is _BEGIN:
        context = _CONTEXTS.requested(message)
        if isinstance(context, Refusal):
            raise ValueError(context.reason)
        operations = OPERATIONS_OF[context]
    elif refused := _CONTEXTS.refused(message.dialogue):
        raise ValueError(refused)
    (component,) = decode_components(data, message.start, message.stop)
    tag, start, stop = component.tag, component.start, component.stop
    if component.kind is _INVOKE:
        return operations[component.code or 0].argument.decode_element(data, tag, start, stop)
    if component.kind is not _RESULT:
        return decode_error(component.code or 0, data, tag, start, stop)
    if operation.result is None or not tag:
        return None
    return operation.result.decode_element(data, tag, start, stop)
