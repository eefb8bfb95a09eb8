"""Performing MAP service: invokes of peers in the dialogues that they opened (TS 29.002 §15.6.2)."""

from mapstack.errors import DecodeError
from mapstack.events import PeerMisbehaved
from mapstack.flow import Flow
from mapstack.map.operations import OPERATIONS_OF
from mapstack.map_events import DialogueClosed, Invoked, MapEvent
from mapstack.sccp.sccp import UnitData
from mapstack.tcap.component import (
    Component,
    ComponentType,
    InvokeProblem,
    ProblemType,
    ReturnErrorProblem,
    ReturnResultProblem,
    encode_reject,
)
from mapstack.tcap.dialogue import Dialogue
from mapstack.tcap.machine import Input
from mapstack.tcap.tcap import Indication, Tcap

__all__ = ["Performing", "perform", "reject_answer", "rejected"]

# An enumeration's members are slow to find.
_BEGAN, _CONTINUED, _INVOKE = Input.BEGIN, Input.CONTINUE, ComponentType.INVOKE
_MAX_HELD = 256  # octets of Rejects that wait for the answer, to go with it
_NOBODY_ASKED = {
    ComponentType.RETURN_RESULT_LAST: (ProblemType.RETURN_RESULT, ReturnResultProblem.UNRECOGNIZED_INVOKE_ID),
    ComponentType.RETURN_RESULT_NOT_LAST: (
        ProblemType.RETURN_RESULT,
        ReturnResultProblem.UNRECOGNIZED_INVOKE_ID,
    ),
    ComponentType.RETURN_ERROR: (ProblemType.RETURN_ERROR, ReturnErrorProblem.UNRECOGNIZED_INVOKE_ID),
}


class Performing:
    """Turns what comes in a dialogue of a peer into events, and rejects what cannot be done."""

    def __init__(self, tcap: Tcap) -> None:
        self._tcap = tcap

    def indicate(
        self, indication: Indication, unit: UnitData, flow: Flow, now: float, events: list[MapEvent]
    ) -> None:
        """Something came about a dialogue that a peer opened: add what there is to tell."""
        dialogue, arrived = indication.dialogue, indication.input
        if arrived is not _BEGAN and arrived is not _CONTINUED:
            if dialogue.code is not None:  # only of a dialogue that was told there is something to tell
                events.append(DialogueClosed(dialogue.tid))
            return
        if dialogue.answer is not None:
            return  # answered already: the End waits for a way
        for component in indication.components:
            invoked = component.kind is _INVOKE
            reject = perform(component, dialogue, unit, events) if invoked else reject_answer(component)
            if reject:
                events.append(rejected(component, flow))
                dialogue.held += reject if len(dialogue.held) < _MAX_HELD else b""
        if dialogue.code is None and indication.components:
            self._tcap.request(dialogue, Input.TC_END, dialogue.held, now)


def rejected(component: Component, flow: Flow) -> PeerMisbehaved:
    """What is told of a component that is answered with a Reject."""
    return PeerMisbehaved(flow, "map", f"{component.kind.name} {component.code} is rejected")


def reject_answer(component: Component) -> bytes:
    """What is said to an answer that nobody waits for; a Reject is never rejected (Q.774 §3.2.1.4)."""
    if component.kind is ComponentType.REJECT:
        return b""
    return encode_reject(component.invoke_id, *_NOBODY_ASKED[component.kind])


def perform(component: Component, dialogue: Dialogue, unit: UnitData, events: list[MapEvent]) -> bytes:
    """Add the event of an invoke, or give the Reject that says why there is none; one waits at a time."""
    operation = OPERATIONS_OF[dialogue.context].get(component.code or 0)
    if operation is None:
        return _problem(component, InvokeProblem.UNRECOGNIZED_OPERATION)
    answered = operation.operation_class != 4
    if answered and (dialogue.ours or dialogue.code is not None):
        return _problem(component, _unanswerable(component, dialogue))
    try:
        arg = operation.argument.decode_element(unit.data, component.tag, component.start, component.stop)
    except DecodeError:
        return _problem(component, InvokeProblem.MISTYPED_PARAMETER)
    if answered:
        dialogue.code, dialogue.invoke_id = operation.code, component.invoke_id or 0
    events.append(Invoked(dialogue.tid, operation, arg, unit.calling, unit.called))
    return b""


def _unanswerable(component: Component, dialogue: Dialogue) -> InvokeProblem:
    if dialogue.ours:
        return InvokeProblem.UNRECOGNIZED_OPERATION
    same = component.invoke_id == dialogue.invoke_id
    return InvokeProblem.DUPLICATE_INVOKE_ID if same else InvokeProblem.RESOURCE_LIMITATION


def _problem(component: Component, problem: InvokeProblem) -> bytes:
    return encode_reject(component.invoke_id, ProblemType.INVOKE, problem)
