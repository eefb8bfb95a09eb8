"""Components: Invoke, ReturnResult, ReturnError, Reject (Q.773 §3.3, X.880 §9)."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from struct import Struct
from typing import NamedTuple

import msgspec

from mapstack.ber import LENGTHS, UNUSUAL, encode_integer, headers, read_header
from mapstack.errors import DecodeError, LocalError

__all__ = [
    "Component",
    "ComponentType",
    "GeneralProblem",
    "InvokeProblem",
    "ProblemType",
    "ReturnErrorProblem",
    "ReturnResultProblem",
    "decode_components",
    "encode_invoke",
    "encode_reject",
    "encode_return_error",
    "encode_return_result",
    "encode_return_result_not_last",
    "problem_name",
    "read_components",
]

_INTEGER, _NULL, _OID, _SEQUENCE, _LINKED = 0x02, 0x05, 0x06, 0x30, 0x80
_SHORT = b"\x02\x01"  # an INTEGER of one octet, as ids and codes are
_SIGNED = tuple(octet - (octet >> 7 << 8) for octet in range(256))
MAX_COMPONENTS = 32  # of one message
MAX_CONTENTS = 4000  # octets of one component: what SCCP carries (Q.714 §4.1.1.1)


_LENGTHS = LENGTHS[: MAX_CONTENTS + 1]


class ComponentType(IntEnum):
    """Tags of the components; MALFORMED is what cannot be read as one: its `problem` rejects it."""

    MALFORMED = 0
    INVOKE = 0xA1
    RETURN_RESULT_LAST = 0xA2
    RETURN_ERROR = 0xA3
    REJECT = 0xA4
    RETURN_RESULT_NOT_LAST = 0xA7


class ProblemType(IntEnum):
    """What a Reject complains of, as its tag."""

    GENERAL = 0x80
    INVOKE = 0x81
    RETURN_RESULT = 0x82
    RETURN_ERROR = 0x83


class GeneralProblem(IntEnum):
    """A component that is none."""

    UNRECOGNIZED_COMPONENT = 0
    MISTYPED_COMPONENT = 1
    BADLY_STRUCTURED_COMPONENT = 2


class InvokeProblem(IntEnum):
    """An Invoke that cannot be done."""

    DUPLICATE_INVOKE_ID = 0
    UNRECOGNIZED_OPERATION = 1
    MISTYPED_PARAMETER = 2
    RESOURCE_LIMITATION = 3
    INITIATING_RELEASE = 4
    UNRECOGNIZED_LINKED_ID = 5
    LINKED_RESPONSE_UNEXPECTED = 6
    UNEXPECTED_LINKED_OPERATION = 7


class ReturnResultProblem(IntEnum):
    """A result that nobody waits for, or not such a one."""

    UNRECOGNIZED_INVOKE_ID = 0
    RETURN_RESULT_UNEXPECTED = 1
    MISTYPED_PARAMETER = 2


class ReturnErrorProblem(IntEnum):
    """An error that nobody waits for, or not such a one."""

    UNRECOGNIZED_INVOKE_ID = 0
    RETURN_ERROR_UNEXPECTED = 1
    UNRECOGNIZED_ERROR = 2
    UNEXPECTED_ERROR = 3
    MISTYPED_PARAMETER = 4


class Component(msgspec.Struct, frozen=True, gc=False):
    """One component; `code` is the operation or error, `tag` 0 says that there is no parameter."""

    kind: ComponentType
    invoke_id: int | None
    code: int | None = None
    tag: int = 0
    start: int = 0
    stop: int = 0
    linked_id: int | None = None
    problem: tuple[ProblemType, int] | None = None


_KINDS = {int(kind): kind for kind in ComponentType if kind}
_PROBLEMS = {int(problem): problem for problem in ProblemType}
# An enumeration's members are slow to find.
_INVOKE, _RESULT = ComponentType.INVOKE, ComponentType.RETURN_RESULT_LAST


class _Usual(NamedTuple):
    """How a component of one size looks if it is as usual: all but its invoke id and its code."""

    kind: ComponentType
    parts: tuple[bytes, bytes, bytes]
    """What stands before the id, between it and the code, and after that."""
    read: Callable[[bytes, int], tuple[bytes, int, bytes, int, bytes]]
    size: int
    """Of all that, up to the contents of the SEQUENCE."""


def _usual(kind: ComponentType, middles: Sequence[bytes]) -> dict[int, _Usual]:
    """Such components by their sizes; `middles`: what stands before the code, by the size of the rest."""
    usual: dict[int, _Usual] = {}
    for size, head in enumerate(headers(kind, _SHORT)):
        rest = max(0, size - len(head) - 1)
        middle = middles[rest]
        last = _SEQUENCES[max(0, rest - len(middle) - 1)]
        layout = Struct(f"{len(head)}sb{len(middle)}sb{len(last)}s")
        if layout.size <= size:  # else there is no such component of that size
            usual[size] = _Usual(kind, (head, middle, last), layout.unpack_from, layout.size)
    return usual


_SEQUENCES = headers(_SEQUENCE)
_INVOKES = _usual(_INVOKE, (_SHORT,) * UNUSUAL)
_RESULTS = _usual(_RESULT, headers(_SEQUENCE, _SHORT))


def decode_components(data: bytes, pos: int, end: int) -> list[Component]:
    """Read a component portion; `DecodeError.code` is the general problem to reject with."""
    usual = _decode_usual(data, pos, end)
    if usual is not None:
        return [usual]
    components: list[Component] = []
    broken = _read_into(components, data, pos, end)
    if broken is not None:
        raise broken[0]
    return components


def read_components(data: bytes, pos: int, end: int) -> list[Component]:
    """The same, up to the first that is MALFORMED: what comes after it is discarded (Q.774 §3.2.1.4)."""
    usual = _decode_usual(data, pos, end)
    if usual is not None:
        return [usual]
    components: list[Component] = []
    broken = _read_into(components, data, pos, end)
    if broken is not None:
        error, at = broken
        problem = ProblemType.GENERAL, error.code or 0
        invoke_id = _readable_invoke_id(data, error.offset, end)
        # A Reject is none the less one: it is never rejected.
        kind = ComponentType.REJECT if data[at] == ComponentType.REJECT else ComponentType.MALFORMED
        components.append(Component(kind, invoke_id, problem=problem))
    return components


def _read_into(
    components: list[Component], data: bytes, pos: int, end: int
) -> tuple[DecodeError, int] | None:
    """Add the components; what is wrong with the first that is none, and where it is.

    The `offset` of the error is where its contents are.
    """
    at = start = pos
    try:
        while pos < end:
            at = start = pos
            tag, start, stop, pos = read_header(data, pos, end)
            kind = _KINDS.get(tag)
            if kind is None or len(components) == MAX_COMPONENTS:
                code = GeneralProblem.UNRECOGNIZED_COMPONENT
                raise DecodeError("tcap", f"component {tag:#x}", offset=start, code=code)
            components.append(_READERS[kind](kind, data, start, stop))
    except DecodeError as error:
        bad = GeneralProblem.BADLY_STRUCTURED_COMPONENT if error.code is None else error.code
        return DecodeError("tcap", error.reason, offset=start, code=bad), at
    return None


def _readable_invoke_id(data: bytes, at: int, end: int) -> int | None:
    """Q.774 §3.2.1.4: a Reject carries the invoke id if that much can be read."""
    try:
        return _read_invoke_id(data, at, end)[0]
    except DecodeError:
        return None


def _decode_usual(data: bytes, pos: int, end: int) -> Component | None:
    """One Invoke or ReturnResultLast with a SEQUENCE, id and code of one octet; None for others."""
    usual = (_INVOKES if data[pos : pos + 1] == b"\xa1" else _RESULTS).get(end - pos)
    if usual is None or end != len(data):
        return None
    kind, parts, read, size = usual
    head, invoke_id, middle, code, last = read(data, pos)
    if (head, middle, last) != parts:
        return None
    return Component(kind, invoke_id, code, _SEQUENCE, pos + size, end)


def _mistyped(what: str, at: int) -> DecodeError:
    return DecodeError("tcap", what, offset=at, code=GeneralProblem.MISTYPED_COMPONENT)


def _read_integer(data: bytes, at: int, end: int, what: str) -> tuple[int, int]:
    tag, start, stop, after = read_header(data, at, end)
    if tag != _INTEGER or not 1 <= stop - start <= 4:
        raise _mistyped(what, at)
    return int.from_bytes(data[start:stop], signed=True), after


def _read_invoke_id(data: bytes, at: int, end: int) -> tuple[int, int]:
    if data[at : at + 2] == _SHORT and at + 3 <= end:
        return _SIGNED[data[at + 2]], at + 3
    invoke_id, after = _read_integer(data, at, end, "invoke id")
    if not -128 <= invoke_id <= 127:
        raise _mistyped("invoke id", at)
    return invoke_id, after


def _read_code(data: bytes, at: int, end: int, what: str) -> tuple[int | None, int]:
    """A local code; None for a global one: MAP has none, TS 29.002 §15.1 lets peers have private ones."""
    if at < end and data[at] == _OID:
        return None, read_header(data, at, end)[3]
    return _read_integer(data, at, end, what)


def _read_invoke(kind: ComponentType, data: bytes, at: int, end: int) -> Component:
    if at + 6 < end and data[at : at + 2] == _SHORT == data[at + 3 : at + 5]:
        tag, start, stop = _read_parameter(data, at + 6, end)
        return Component(kind, _SIGNED[data[at + 2]], _SIGNED[data[at + 5]], tag, start, stop)
    invoke_id, at = _read_invoke_id(data, at, end)
    linked_id = None
    if at < end and data[at] == _LINKED:
        _, start, stop, after = read_header(data, at, end)
        if stop - start != 1:
            raise _mistyped("linked id", at)
        linked_id, at = _SIGNED[data[start]], after
    code, at = _read_code(data, at, end, "operation code")
    tag, start, stop = _read_parameter(data, at, end)
    return Component(kind, invoke_id, code, tag, start, stop, linked_id)


def _read_parameter(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    if at == end:
        return 0, end, end
    tag, start, stop, after = read_header(data, at, end)
    if after != end:
        raise _mistyped("more than one parameter", after)
    return tag, start, stop


def _read_result(kind: ComponentType, data: bytes, at: int, end: int) -> Component:
    if data[at : at + 2] == _SHORT and at + 3 == end:
        return Component(kind, _SIGNED[data[at + 2]])
    invoke_id, at = _read_invoke_id(data, at, end)
    if at == end:
        return Component(kind, invoke_id)
    tag, start, stop, after = read_header(data, at, end)
    if tag != _SEQUENCE or after != end:
        raise _mistyped("result", at)
    if data[start : start + 2] == _SHORT and start + 3 < stop:
        code: int | None = _SIGNED[data[start + 2]]
        at = start + 3
    else:
        code, at = _read_code(data, start, stop, "operation code")
    tag, start, stop = _read_parameter(data, at, stop)
    return Component(kind, invoke_id, code, tag, start, stop)


def _read_error(kind: ComponentType, data: bytes, at: int, end: int) -> Component:
    invoke_id, at = _read_invoke_id(data, at, end)
    code, at = _read_code(data, at, end, "error code")
    tag, start, stop = _read_parameter(data, at, end)
    return Component(kind, invoke_id, code, tag, start, stop)


def _read_reject(kind: ComponentType, data: bytes, at: int, end: int) -> Component:
    invoke_id: int | None = None
    if at < end and data[at] == _NULL:
        at = read_header(data, at, end)[3]
    else:
        invoke_id, at = _read_invoke_id(data, at, end)
    tag, start, stop, _ = read_header(data, at, end)
    problem = _PROBLEMS.get(tag)
    if problem is None or stop - start != 1:
        raise _mistyped("problem", at)
    return Component(kind, invoke_id, problem=(problem, data[start]))


_READERS = {
    ComponentType.INVOKE: _read_invoke,
    ComponentType.RETURN_RESULT_LAST: _read_result,
    ComponentType.RETURN_RESULT_NOT_LAST: _read_result,
    ComponentType.RETURN_ERROR: _read_error,
    ComponentType.REJECT: _read_reject,
}


def _component(tag: bytes, contents: bytes) -> bytes:
    try:
        return tag + _LENGTHS[len(contents)] + contents
    except IndexError:
        raise LocalError(f"a component of {len(contents)} octets") from None


def _integer(value: int) -> bytes:
    contents = encode_integer(value)
    return bytes((_INTEGER, len(contents))) + contents


_INTEGERS = {value: _integer(value) for value in range(-128, 128)}


def encode_invoke(invoke_id: int, code: int, parameter: bytes, linked_id: int | None = None) -> bytes:
    """`parameter` is a whole element, or nothing."""
    if linked_id is None:
        return _component(b"\xa1", _INTEGERS[invoke_id] + _INTEGERS[code] + parameter)
    linked = b"\x80" + _INTEGERS[linked_id][1:]
    return _component(b"\xa1", _INTEGERS[invoke_id] + linked + _INTEGERS[code] + parameter)


def encode_return_result(invoke_id: int, code: int, parameter: bytes) -> bytes:
    """ReturnResultLast; without a parameter it has no operation code either."""
    contents = _INTEGERS[invoke_id]
    if parameter:
        contents += _component(b"\x30", _INTEGERS[code] + parameter)
    return _component(b"\xa2", contents)


def encode_return_result_not_last(invoke_id: int, code: int, parameter: bytes) -> bytes:
    """A part of a result; `parameter` is a whole element."""
    contents = _INTEGERS[invoke_id] + _component(b"\x30", _INTEGERS[code] + parameter)
    return _component(b"\xa7", contents)


def encode_return_error(invoke_id: int, code: int, parameter: bytes) -> bytes:
    """`parameter` is a whole element, or nothing."""
    return _component(b"\xa3", _INTEGERS[invoke_id] + _INTEGERS[code] + parameter)


def encode_reject(invoke_id: int | None, problem: ProblemType, value: int) -> bytes:
    """A Reject; what has no invoke id is rejected with NULL."""
    contents = b"\x05\x00" if invoke_id is None else _INTEGERS[invoke_id]
    contents += bytes((problem, 1, value))
    return bytes((ComponentType.REJECT, len(contents))) + contents


_WORDS: dict[ProblemType, type[IntEnum]] = {
    ProblemType.GENERAL: GeneralProblem,
    ProblemType.INVOKE: InvokeProblem,
    ProblemType.RETURN_RESULT: ReturnResultProblem,
    ProblemType.RETURN_ERROR: ReturnErrorProblem,
}


def problem_name(problem: tuple[ProblemType, int] | None) -> str:
    """A problem in words, the number where it has none."""
    kind, value = problem or (ProblemType.GENERAL, -1)
    try:
        return f"{kind.name} problem {_WORDS[kind](value).name}"
    except ValueError:
        return f"{kind.name} problem {value}"
