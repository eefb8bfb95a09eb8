"""Performing MAP service: invokes of peers, and the dialogues that they open (TS 29.002 §15.2.2, 15.5)."""

from collections.abc import Callable
from operator import attrgetter

from mapstack.asn1 import members_of
from mapstack.errors import DecodeError
from mapstack.events import PeerMisbehaved
from mapstack.flow import Flow
from mapstack.map.dialogue_information import MapOpenInfo, decode_user_information
from mapstack.map.operation import Operation, Parameter
from mapstack.map.operations import OPERATIONS, OPERATIONS_OF
from mapstack.map.outcome import Outcomes, closed
from mapstack.map_events import Invoked, MapEvent, Unidirectional
from mapstack.sccp.sccp import UnitData
from mapstack.tcap.component import Component, ComponentType, InvokeProblem, ProblemType, encode_reject
from mapstack.tcap.dialogue import Dialogue
from mapstack.tcap.dialogues import Indication
from mapstack.tcap.dialogues import Unidirectional as TcUni
from mapstack.tcap.machine import Input, State
from mapstack.tcap.tcap import Tcap

__all__ = ["MAY_HAVE_MORE", "Perform", "Performing", "rejected", "unidirectional"]

# An enumeration's members are slow to find.
_BEGAN, _CONTINUED, _INVOKE = Input.BEGIN, Input.CONTINUE, ComponentType.INVOKE
_IDLE, _INIT_RECEIVED, _TC_END = State.IDLE, State.INIT_RECEIVED, Input.TC_END
_AT_ONCE = 8  # TS 29.002 §8.8.1: an HLR sends the data of a subscriber in pieces, and need not wait between
_BY_CODE = {operation.code: operation for operation in reversed(OPERATIONS)}

MAY_HAVE_MORE: dict[Operation, Callable[[Parameter], bool]] = {
    operation: attrgetter("more_messages_to_send")
    for operation in OPERATIONS
    if "more_messages_to_send" in members_of(operation.argument)
}
"""TS 29.002 §23.3.1: whose argument says that the dialogue stays open for the next message."""


def rejected(component: Component, flow: Flow) -> PeerMisbehaved:
    """What is told of a component that is answered with a Reject."""
    return PeerMisbehaved(flow, "map", f"{component.kind.name} {component.code} is rejected")


class Perform:
    """An invoke of a peer: told, or rejected with what is wrong with it."""

    def __init__(self, max_messages: int) -> None:
        """`max_messages`: short messages of a peer that may wait for our answer in a dialogue of his."""
        self._max_messages = max_messages

    def __call__(
        self, component: Component, dialogue: Dialogue, unit: UnitData, events: list[MapEvent]
    ) -> bytes:
        """Add the event of an invoke, or give the Reject that says why there is none."""
        operation = OPERATIONS_OF[dialogue.context].get(component.code or 0)
        if operation is None:
            return _problem(component, InvokeProblem.UNRECOGNIZED_OPERATION)
        received, invoke_id = dialogue.received, component.invoke_id or 0
        answered = operation.operation_class != 4
        if received or dialogue.state is not _INIT_RECEIVED or component.linked_id is not None:
            problem = self._unusual(component, dialogue, operation)
            if problem is not None:
                return _problem(component, problem)
        try:
            arg = operation.argument.decode_element(unit.data, component.tag, component.start, component.stop)
        except DecodeError:
            return _problem(component, InvokeProblem.MISTYPED_PARAMETER)
        if answered:
            received[invoke_id] = operation.code
            more = MAY_HAVE_MORE.get(operation)
            if more is not None:
                dialogue.more = more(arg)
        map_open = dialogue.request
        events.append(
            Invoked(
                dialogue.tid,
                operation,
                arg,
                unit.calling,
                unit.called,
                invoke_id,
                component.linked_id,
                map_open if type(map_open) is MapOpenInfo else None,
            )
        )
        return b""

    def _unusual(
        self, component: Component, dialogue: Dialogue, operation: Operation
    ) -> InvokeProblem | None:
        """What is wrong with an invoke beside others, later than the Begin, or linked to one of ours."""
        if component.linked_id is not None:
            problem = _linked_problem(dialogue, component.linked_id, operation)
            if problem is not None:
                return problem
        elif dialogue.ours and operation.operation_class != 4 and operation.context is dialogue.context:
            # What has this very context is for who opens the dialogue to invoke (TS 29.002 §17.3.2).
            return InvokeProblem.UNRECOGNIZED_OPERATION
        if component.invoke_id in dialogue.received:
            return InvokeProblem.DUPLICATE_INVOKE_ID
        if operation.operation_class == 4:
            return None
        if dialogue.state is _IDLE:
            return InvokeProblem.INITIATING_RELEASE  # it came in an End: nobody can answer it
        # While there is no way to the peer, its answers would only pile up.
        one_by_one = operation in MAY_HAVE_MORE and not dialogue.ours
        most = self._max_messages if one_by_one else _AT_ONCE
        full = dialogue.kept is not None or len(dialogue.received) >= most
        return InvokeProblem.RESOURCE_LIMITATION if full else None


def _linked_problem(dialogue: Dialogue, linked_id: int, operation: Operation) -> InvokeProblem | None:
    """Q.774 §3.2.1.4: it must be linked to an invoke of ours that expects it."""
    parent = dialogue.sent.get(linked_id)
    if parent is None:
        return InvokeProblem.UNRECOGNIZED_LINKED_ID
    linked = OPERATIONS_OF[dialogue.context][parent].linked
    if not linked:
        return InvokeProblem.LINKED_RESPONSE_UNEXPECTED
    return None if operation.code in linked else InvokeProblem.UNEXPECTED_LINKED_OPERATION


def _problem(component: Component, problem: InvokeProblem) -> bytes:
    return encode_reject(component.invoke_id, ProblemType.INVOKE, problem)


class Performing:
    """Turns what comes in a dialogue of a peer into events, and rejects what cannot be done."""

    def __init__(self, tcap: Tcap, perform: Perform, outcomes: Outcomes) -> None:
        self._tcap = tcap
        self._perform = perform
        self._outcomes = outcomes

    def indicate(
        self, indication: Indication, unit: UnitData, flow: Flow, now: float, events: list[MapEvent]
    ) -> None:
        """Something came about a dialogue that a peer opened: add what there is to tell."""
        dialogue, arrived = indication.dialogue, indication.input
        if arrived is _BEGAN and dialogue.request and not self._opened(dialogue, flow, now, events):
            return
        if dialogue.kept is not None and dialogue.kept[0] is _TC_END:
            return  # answered already: the End waits for a way
        for component in indication.components:
            invoked = component.kind is _INVOKE
            take = self._perform if invoked else self._outcomes.take
            reject = take(component, dialogue, unit, events)
            if reject:
                events.append(rejected(component, flow))
                self._outcomes.hold(reject, dialogue)
        if arrived is _BEGAN and dialogue.received:
            return  # it waits for our answer
        if arrived is _BEGAN or arrived is _CONTINUED:
            self._go_on(indication, now)
        else:
            self._outcomes.ended(indication, events)
            closed(indication, events)

    def _go_on(self, indication: Indication, now: float) -> None:
        """Wait for our user or the peer; where neither has anything to do, the dialogue ends."""
        dialogue = indication.dialogue
        if dialogue.received:
            self._tcap.settle(dialogue, now)
        elif dialogue.sent or dialogue.more or not indication.components:
            held, dialogue.held = dialogue.held, b""
            if held or dialogue.state is _INIT_RECEIVED:
                # TS 29.002 §23.3.1: an empty Begin is accepted, and the argument comes then.
                self._tcap.request(dialogue, Input.TC_CONTINUE, held, now)
            self._tcap.settle(dialogue, now)
        else:
            self._tcap.request(dialogue, _TC_END, dialogue.held, now)

    def _opened(self, dialogue: Dialogue, flow: Flow, now: float, events: list[MapEvent]) -> bool:
        """Read the user information of a Begin; what cannot be read is refused (TS 29.002 §15.2.2)."""
        contents = dialogue.request
        try:
            pdu = decode_user_information(contents) if isinstance(contents, bytes) else None
            if pdu is not None and pdu.map_open is None:
                raise DecodeError("map", "user information of a Begin that is no map-open")
        except DecodeError as error:
            dialogue.request = None
            self._outcomes.provider_abort(dialogue, now)
            events.append(PeerMisbehaved(flow, "map", error.reason))
            return False
        dialogue.request = pdu.map_open if pdu is not None else None
        return True


def unidirectional(indication: TcUni, unit: UnitData, flow: Flow, events: list[MapEvent]) -> None:
    """TC-UNI, which MAP does not use (TS 29.002 §16.1): told, and never answered."""
    if not indication.components:
        events.append(PeerMisbehaved(flow, "map", "unidirectional: nothing in it"))
    table = _BY_CODE if indication.context is None else OPERATIONS_OF[indication.context]
    for component in indication.components:
        operation = table.get(component.code or 0) if component.kind is _INVOKE else None
        try:
            if operation is None:
                raise DecodeError("map", f"{component.kind.name} {component.code}")
            arg = operation.argument.decode_element(unit.data, component.tag, component.start, component.stop)
        except DecodeError as error:
            events.append(PeerMisbehaved(flow, "map", f"unidirectional: {error.reason}"))
        else:
            events.append(Unidirectional(operation, arg, unit.calling, unit.called))
