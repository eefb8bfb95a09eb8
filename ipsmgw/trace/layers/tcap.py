"""The tree of a TCAP message with the MAP parameters that it carries (Q.773 §3, TS 29.002 §17)."""

from collections.abc import Callable
from functools import partial

from ipsmgw.trace.again import encoded, gives_back
from ipsmgw.trace.layers import undeclared
from ipsmgw.trace.layers.map import Walk
from ipsmgw.trace.layers.names import CAP_ERRORS, CAP_OPERATIONS, MAP_ERRORS, MAP_OPERATIONS
from ipsmgw.trace.layers.undeclared import Part
from ipsmgw.trace.tree import Layer, Tree
from mapstack.asn1 import Choice, Sequence
from mapstack.ber import LENGTHS, element, read_header
from mapstack.errors import DecodeError
from mapstack.map.errors import decode_error, encode_error_parameter
from mapstack.map.operation import Operation, Parameter
from mapstack.map.operations import OPERATIONS, OPERATIONS_OF, OPERATIONS_V1
from mapstack.tcap.component import (
    Component,
    ComponentType,
    decode_components,
    encode_invoke,
    encode_reject,
    encode_return_error,
    encode_return_result,
)
from mapstack.tcap.dialogue_portion import (
    Aare,
    Aarq,
    DialoguePdu,
    decode_dialogue,
    encode_aare,
    encode_aarq,
    encode_abrt,
)
from mapstack.tcap.message import Message, MessageType, PAbortCause, decode_message, encode_message

__all__ = ["Parts", "application_context", "layer", "parts"]

_OTID, _DTID, _P_ABORT, _DIALOGUE, _COMPONENTS = 0x48, 0x49, 0x4A, 0x6B, 0x6C
_PARTS = {Part.ARGUMENT: "argument", Part.RESULT: "result", Part.ERROR: "parameter"}
_ENUMERATED = 0x0A  # a word alone, where version 3 has a SEQUENCE (GSM 09.02 §17.6.6)
_NAMES = {_OTID: "otid", _DTID: "dtid", _P_ABORT: "P-Abort cause"}
_BY_CODE: dict[int, list[Operation]] = {}
for _operation in sorted(OPERATIONS, key=lambda each: -each.version):
    _BY_CODE.setdefault(_operation.code, []).append(_operation)
_CONTEXTS = {context.oid: context for context in OPERATIONS_OF}


class Parts:
    """A message taken apart: what every reader of one needs."""

    def __init__(self, octets: bytes) -> None:
        self.message: Message = decode_message(octets)
        portion = self.message.dialogue
        self.dialogue: DialoguePdu | None = decode_dialogue(portion) if portion else None
        self.components = decode_components(octets, self.message.start, self.message.stop)
        asked = self.dialogue.name if isinstance(self.dialogue, Aarq | Aare) else ()
        self.cap = undeclared.is_cap(asked)

    def operation_name(self, code: int | None) -> str:
        """The specification's name of a local operation code."""
        if code is None:
            return ""
        if known := self.operations(code):
            return known[0].name
        names = CAP_OPERATIONS if self.cap else {**CAP_OPERATIONS, **MAP_OPERATIONS}
        return names.get(code, f"operation {code}")

    def error_name(self, code: int | None) -> str:
        """The specification's name of a local error code."""
        return (CAP_ERRORS if self.cap else MAP_ERRORS).get(code or 0, f"error{code}")

    def operations(self, code: int | None) -> list[Operation]:
        """What a code may mean here, the likeliest first; nothing in a context that we do not speak."""
        if code is None:
            return []
        if isinstance(self.dialogue, Aarq | Aare):
            context = _CONTEXTS.get(self.dialogue.name)
            known = OPERATIONS_OF[context].get(code) if context else None
            return [known] if known else []
        if self.message.kind is MessageType.BEGIN and code in OPERATIONS_V1:  # TS 29.002 §5.2
            return [OPERATIONS_V1[code], *_BY_CODE[code]]
        return _BY_CODE.get(code, [])


def parts(octets: bytes) -> Parts:
    """Takes a message apart; mapstack's DecodeError when it is none."""
    return Parts(octets)


def application_context(oid: tuple[int, ...]) -> str:
    """The name of a context that we speak, else its numbers."""
    context = _CONTEXTS.get(oid)
    return context.name if context else ".".join(map(str, oid))


def layer(octets: bytes, at: int) -> Layer:
    """The tree of one message; mapstack's DecodeError when it is none."""
    return _Reader(octets, at).layer()


class _Reader:
    """Reads one message and writes it again beside, to see whether the octets are the same."""

    def __init__(self, octets: bytes, at: int) -> None:
        if len(octets) >= len(LENGTHS):
            raise DecodeError("tcap", f"{len(octets)} octets, no SCCP message carries so many")
        self._octets = octets
        self._at = at
        self._parts = Parts(octets)
        self._written = b""
        self._reencoded: bool | None = True

    def layer(self) -> Layer:
        """All of it."""
        octets, message = self._octets, self._parts.message
        _, start, end, _ = read_header(octets, 0, len(octets))
        rows = []
        body = dialogue = b""
        while start < end:
            tag, first, last, after = read_header(octets, start, end)
            span = start, after
            if tag == _COMPONENTS:
                rows.append(self._tree("components", "", span, *self._components(first, last)))
            elif tag == _DIALOGUE:
                dialogue = self._encoded(self._write_dialogue)
                rows.append(self._dialogue(span))
            else:
                body += element(tag, octets[first:last])
                rows.append(self._tree(_NAMES[tag], self._value(tag, octets[first:last]), span))
            start = after
        same = gives_back(partial(encode_message, message.kind, body, dialogue, self._written), octets)
        tree = self._tree("TCAP", message.kind.name.capitalize(), (0, len(octets)), *rows)
        return Layer(tree, self._reencoded and same)

    def _tree(self, name: str, value: str, span: tuple[int, int], *children: Tree) -> Tree:
        return Tree(name, value, self._at + span[0], self._at + span[1], children)

    def _value(self, tag: int, value: bytes) -> str:
        if tag != _P_ABORT:
            return value.hex()
        number = int.from_bytes(value)
        return (
            PAbortCause(number).name.lower().replace("_", " ") if number in set(PAbortCause) else str(number)
        )

    # ---- dialogue portion

    def _write_dialogue(self) -> bytes:
        match self._parts.dialogue:
            case Aarq() as pdu:
                return encode_aarq(pdu.name)
            case Aare() as pdu:
                return encode_aare(pdu)
            case None:
                return b""
            case pdu:
                return encode_abrt(pdu.user_information)

    def _dialogue(self, span: tuple[int, int]) -> Tree:
        pdu = self._parts.dialogue
        rows = []
        if isinstance(pdu, Aarq | Aare):
            rows.append(self._tree("application context", application_context(pdu.name), span))
        if isinstance(pdu, Aare):
            who = "provider" if pdu.by_provider else "user"
            result = "accepted" if pdu.result == 0 else f"rejected ({pdu.result})"
            rows.append(self._tree("result", f"{result}, {who} diagnostic {pdu.diagnostic}", span))
        if pdu is not None and pdu.user_information:
            rows.append(self._tree("user information", pdu.user_information.hex(), span))
        return self._tree("dialogue portion", type(pdu).__name__.upper(), span, *rows)

    # ---- components

    def _components(self, start: int, end: int) -> list[Tree]:
        rows = []
        for component in self._parts.components:
            after = read_header(self._octets, start, end)[3]
            rows.append(self._component(component, (start, after)))
            start = after
        return rows

    def _component(self, component: Component, span: tuple[int, int]) -> Tree:
        rows = [self._tree("invoke id", str(component.invoke_id), span)]
        kind, code = component.kind, component.code
        parameter = b""
        if kind is ComponentType.RETURN_ERROR:
            name = self._parts.error_name(code)
            parameter = self._error(component, rows)
        elif kind is ComponentType.REJECT:
            problem, value = component.problem or ("", 0)
            name = f"{getattr(problem, 'name', '').lower().replace('_', ' ')} problem {value}"
        else:
            name = self._parts.operation_name(code)
            parameter = self._argument_or_result(component, rows)
        self._written += self._encoded(partial(self._write, component, parameter))
        return self._tree(kind.name.lower().replace("_", " "), name, span, *rows)

    def _argument_or_result(self, component: Component, rows: list[Tree]) -> bytes:
        invoke = component.kind is ComponentType.INVOKE
        name = "argument" if invoke else "result"
        if not component.tag:
            return b""
        span = component.start, component.stop
        reason = ""
        for operation in self._parts.operations(component.code):
            declared = operation.argument if invoke else operation.result
            if declared is not None:
                try:
                    value = declared.decode_element(self._octets, component.tag, *span)
                except DecodeError as error:
                    reason = reason or str(error)
                else:
                    rows.append(self._declared(name, value, component.tag, span))
                    return self._encoded(value.encode_element)
        return self._undeclared(Part.ARGUMENT if invoke else Part.RESULT, component, rows, reason)

    def _error(self, component: Component, rows: list[Tree]) -> bytes:
        span = component.start, component.stop
        try:
            error = decode_error(component.code or 0, self._octets, component.tag, *span)
        except DecodeError as reason:
            return self._undeclared(Part.ERROR, component, rows, str(reason))
        match error.parameter:
            case None if component.tag:
                return self._undeclared(Part.ERROR, component, rows)
            case Sequence() | Choice() as value:
                rows.append(self._declared("parameter", value, component.tag, span))
            case bytes() as octets:
                rows.append(self._tree("parameter", octets.hex(), span))
        return self._encoded(partial(encode_error_parameter, error))

    def _declared(self, name: str, value: Parameter, tag: int, span: tuple[int, int]) -> Tree:
        walk = self._walk()
        if isinstance(value, Choice):
            return self._tree(name, type(value).__name__, span, *walk.choice(value, tag, span))
        if tag == _ENUMERATED:
            return self._tree(name, walk.alone(value), span)
        rows = walk.members(value, *span)
        self._reencoded = self._reencoded and walk.reencoded
        return self._tree(name, type(value).__name__, span, *rows)

    def _encoded(self, encode: Callable[[], bytes]) -> bytes:
        octets = encoded(encode)
        if octets is None:
            self._reencoded = False
        return octets or b""

    def _walk(self) -> Walk:
        return Walk(self._octets, self._at)

    def _undeclared(self, part: Part, component: Component, rows: list[Tree], reason: str = "") -> bytes:
        """A parameter that mapstack cannot read: what pycrate makes of it, else its octets."""
        self._reencoded = None
        span = component.start, component.stop
        contents = self._octets[slice(*span)]
        octets, at, code = element(component.tag, contents), self._tree("", "", span), component.code or 0
        read = partial(undeclared.parameter, octets, part, code, span=(at.start, at.end))
        found = read(cap=self._parts.cap)
        if found is None and self._parts.dialogue is None:
            found = read(cap=True)  # nothing here says whose dialogue it is
        why = reason or "not declared"
        if found:
            rows.append(self._tree(_PARTS[part], f"{found.name} ({why}: read by pycrate)", span, *found.rows))
        else:
            rows.append(self._tree(_PARTS[part], f"{contents.hex()} ({why}, nor read by pycrate)", span))
        return octets

    def _write(self, component: Component, parameter: bytes) -> bytes:
        invoke_id, code = component.invoke_id, component.code or 0
        match component.kind:
            case ComponentType.INVOKE:
                return encode_invoke(invoke_id or 0, code, parameter)
            case ComponentType.RETURN_ERROR:
                return encode_return_error(invoke_id or 0, code, parameter)
            case ComponentType.REJECT if component.problem:
                return encode_reject(invoke_id, *component.problem)
            case _:
                return encode_return_result(invoke_id or 0, code, parameter)
