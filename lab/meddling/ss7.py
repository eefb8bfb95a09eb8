"""SS7 as a rule sees it: what a DATA message asks or answers, by operation (TS 29.002 §17.6)."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from mapstack.errors import DecodeError
from mapstack.m3ua import message as m3ua
from mapstack.m3ua.data import SCCP, ProtocolData, protocol_data
from mapstack.m3ua.message import M3uaMessage, MessageType
from mapstack.map.operation import Operation
from mapstack.map.operations import NEWER, OPERATIONS, OPERATIONS_OF, OPERATIONS_V1
from mapstack.sccp import message as sccp
from mapstack.sccp.message import SccpMessage, SccpMessageType
from mapstack.tcap.application_context import ApplicationContext
from mapstack.tcap.component import Component, ComponentType, decode_components
from mapstack.tcap.dialogue_portion import Aarq, decode_dialogue
from mapstack.tcap.message import Message, decode_message
from mapstack.tcap.message import MessageType as TcapType

__all__ = ["Dialogues", "Ss7", "names_of", "read_ss7"]

_UNIT_DATA = frozenset((SccpMessageType.UDT, SccpMessageType.XUDT, SccpMessageType.LUDT))
_CONTEXTS = {operation.context.oid: operation.context for operation in OPERATIONS}
_BY_CODE = {operation.code: operation for operation in reversed(OPERATIONS)}
_REMEMBERED = 20_000  # dialogues


@cache
def names_of(operation: Operation) -> frozenset[str]:
    """What it may be called: forwardSM of version 1 became mo-ForwardSM and mt-ForwardSM."""
    newer = (names_of(each) for each in NEWER[operation])
    return frozenset({operation.name}).union(*newer)


@dataclass(slots=True)
class _Dialogue:
    context: ApplicationContext | None = None
    invoked: dict[int, Operation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ss7:
    """An M3UA message, read as deep as it can be."""

    message: M3uaMessage
    label: ProtocolData | None = None
    unit: SccpMessage | None = None
    transaction: Message | None = None
    context: ApplicationContext | None = None
    invoke: Component | None = None
    operation: Operation | None = None
    """What is invoked first."""
    answered: frozenset[str] = frozenset()
    """Names of the operations that are answered."""
    answers: tuple[int, Operation] | None = None
    """The first invoke that is answered by a component."""

    def as_asked(self) -> "Ss7":
        """An answer, as if it were what it answers."""
        invoke_id, operation = self.answers or (None, None)
        return replace(self, invoke=Component(ComponentType.INVOKE, invoke_id), operation=operation)


class Dialogues:
    """Who has invoked what in which transaction; the oldest are forgotten."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, bytes], _Dialogue] = OrderedDict()

    def of(self, node: str, tid: bytes) -> _Dialogue:
        """What a node is known to have invoked under a transaction id of its own."""
        return self._known.get((node, tid)) or _Dialogue()

    def note(self, node: str, tid: bytes, context: ApplicationContext | None) -> _Dialogue:
        """The same, to be kept."""
        found = self._known.setdefault((node, tid), _Dialogue())
        found.context = context or found.context
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found


def read_ss7(data: bytes, source: str, target: str, dialogues: Dialogues) -> Ss7 | None:
    """None where it is not even M3UA; what lies deeper and cannot be read is not there."""
    try:
        message = m3ua.decode(data)
    except DecodeError:
        return None
    if message.kind is not MessageType.DATA:
        return Ss7(message)
    label = protocol_data(message)
    try:
        unit = sccp.decode(label.data) if label.service_indicator == SCCP else None
        if unit is None or unit.kind not in _UNIT_DATA or unit.segmentation is not None:
            return Ss7(message, label, unit)
        transaction = decode_message(unit.data)
        components = decode_components(unit.data, transaction.start, transaction.stop)
    except DecodeError:
        return Ss7(message, label)
    return _read_dialogue(Ss7(message, label, unit, transaction), components, (source, target), dialogues)


def _read_dialogue(
    found: Ss7, components: list[Component], way: tuple[str, str], dialogues: Dialogues
) -> Ss7:
    source, target = way
    transaction = found.transaction
    assert transaction is not None
    theirs = dialogues.of(target, transaction.dtid)
    context = _context(transaction) or theirs.context
    invokes = [each for each in components if each.kind is ComponentType.INVOKE]
    if transaction.otid:
        own = dialogues.note(source, transaction.otid, context)
        context = context or own.context
        for each in invokes:
            if (operation := _operation(each, context)) is not None and each.invoke_id is not None:
                own.invoked[each.invoke_id] = operation
    first = invokes[0] if invokes else None
    answers = list(_answers(components, theirs))
    answered = [operation for _, operation in answers]
    if transaction.kind is TcapType.ABORT or (transaction.kind is TcapType.END and not components):
        answered += theirs.invoked.values()  # it answers all that was asked
    return replace(
        found,
        context=context,
        invoke=first,
        operation=None if first is None else _operation(first, context),
        answered=frozenset[str]().union(*map(names_of, answered)),
        answers=answers[0] if answers else None,
    )


def _answers(components: list[Component], asked: _Dialogue) -> Iterator[tuple[int, Operation]]:
    for each in components:
        if each.kind is not ComponentType.INVOKE and each.invoke_id in asked.invoked:
            yield each.invoke_id, asked.invoked[each.invoke_id]


def _context(transaction: Message) -> ApplicationContext | None:
    if transaction.kind is not TcapType.BEGIN or not transaction.dialogue:
        return None
    try:
        portion = decode_dialogue(transaction.dialogue)
    except DecodeError:
        return None
    return _CONTEXTS.get(portion.name) if isinstance(portion, Aarq) else None


def _operation(component: Component, context: ApplicationContext | None) -> Operation | None:
    code = component.code
    if code is None:
        return None
    if context is not None:
        return OPERATIONS_OF[context].get(code) or _BY_CODE.get(code)
    return OPERATIONS_V1.get(code) or _BY_CODE.get(code)
