"""Requesting MAP service: what becomes of our own invokes (TS 29.002 §15.6.1)."""

from collections.abc import Callable

from mapstack.errors import DecodeError
from mapstack.flow import Flow
from mapstack.map.errors import MapError, decode_error
from mapstack.map.operations import OPERATIONS_OF, Operation
from mapstack.map.performing import perform, reject_answer, rejected
from mapstack.map_events import Answered, DialogueLost, LostReason, MapEvent, Refused
from mapstack.sccp.sccp import UnitData
from mapstack.tcap.component import (
    Component,
    ComponentType,
    ProblemType,
    ReturnResultProblem,
    encode_reject,
)
from mapstack.tcap.dialogue import Dialogue
from mapstack.tcap.machine import Input
from mapstack.tcap.tcap import Indication, Tcap

__all__ = ["Requesting"]

# An enumeration's members are slow to find.
_CONTINUED, _INVOKE = Input.CONTINUE, ComponentType.INVOKE
_LOST = {
    Input.TIMER: LostReason.TIMEOUT,
    Input.NOTICE: LostReason.NOTICE,
    Input.MALFORMED: LostReason.P_ABORT,
    Input.ABORT: LostReason.U_ABORT,
    Input.END: LostReason.REJECT,
}


class Requesting:
    """Turns what comes in a dialogue of ours into its outcome: exactly one event ends it."""

    def __init__(self, tcap: Tcap) -> None:
        self._tcap = tcap

    def indicate(
        self, indication: Indication, unit: UnitData, flow: Flow, now: float, events: list[MapEvent]
    ) -> None:
        """Something came about a dialogue that we opened: add what there is to tell."""
        dialogue = indication.dialogue
        if dialogue.code is None:
            return  # its outcome has been told
        operation = OPERATIONS_OF[dialogue.context][dialogue.code]
        rejects = b""
        for component in indication.components:
            if component.kind is _INVOKE:
                reject = perform(component, dialogue, unit, events)
            elif dialogue.code is None or component.invoke_id not in (dialogue.invoke_id, None):
                reject = reject_answer(component)
            else:
                dialogue.code = None
                outcome, reject = _OUTCOMES[component.kind](component, dialogue.tid, operation, unit.data)
                events.append(outcome)
            if reject:
                events.append(rejected(component, flow))
                rejects += reject
        if indication.input is _CONTINUED:
            self._go_on(dialogue, rejects, now)
        elif dialogue.code is not None:
            events.append(_lost(indication, operation))

    def _go_on(self, dialogue: Dialogue, rejects: bytes, now: float) -> None:
        """After a Continue the dialogue is still open at the peer: with the outcome known we end it."""
        if dialogue.code is None:
            self._tcap.request(dialogue, Input.TC_END, rejects, now)
        elif rejects:
            self._tcap.request(dialogue, Input.TC_CONTINUE, rejects, now)


def _lost(indication: Indication, operation: Operation) -> DialogueLost:
    """The dialogue ended without an outcome."""
    reason = LostReason.P_ABORT if indication.provider else _LOST[indication.input]
    detail = indication.detail or "ended without an answer"
    return DialogueLost(indication.dialogue.tid, operation, reason, detail)


# How our invoke ended, and the Reject if what came is no answer to it.


def _rejected(component: Component, tid: int, operation: Operation, data: bytes) -> tuple[MapEvent, bytes]:
    kind, value = component.problem or (ProblemType.GENERAL, 0)
    return DialogueLost(tid, operation, LostReason.REJECT, f"{kind.name} problem {value}"), b""


def _refused(component: Component, tid: int, operation: Operation, data: bytes) -> tuple[MapEvent, bytes]:
    return Refused(tid, operation, _error(component, data)), b""


def _unexpected(component: Component, tid: int, operation: Operation, data: bytes) -> tuple[MapEvent, bytes]:
    return _useless(component, tid, operation, ReturnResultProblem.RETURN_RESULT_UNEXPECTED)


def _error(component: Component, data: bytes) -> MapError:
    """TS 29.002 §15.6.1: the peer has said no; a parameter that makes no sense does not change that."""
    code = component.code or 0
    try:
        return decode_error(code, data, component.tag, component.start, component.stop)
    except DecodeError:
        return decode_error(code, b"", 0, 0, 0)


def _result(component: Component, tid: int, operation: Operation, data: bytes) -> tuple[MapEvent, bytes]:
    if component.code != operation.code and component.code is not None:
        return _useless(component, tid, operation, ReturnResultProblem.MISTYPED_PARAMETER)
    if operation.result is None or (operation.result_optional and not component.tag):
        return Answered(tid, operation, None), b""
    try:
        result = operation.result.decode_element(data, component.tag, component.start, component.stop)
    except DecodeError:
        return _useless(component, tid, operation, ReturnResultProblem.MISTYPED_PARAMETER)
    return Answered(tid, operation, result), b""


def _useless(
    component: Component, tid: int, operation: Operation, problem: ReturnResultProblem
) -> tuple[MapEvent, bytes]:
    reject = encode_reject(component.invoke_id, ProblemType.RETURN_RESULT, problem)
    return DialogueLost(tid, operation, LostReason.REJECT, problem.name), reject


_OUTCOMES: dict[ComponentType, Callable[[Component, int, Operation, bytes], tuple[MapEvent, bytes]]] = {
    ComponentType.RETURN_RESULT_LAST: _result,
    ComponentType.RETURN_RESULT_NOT_LAST: _unexpected,
    ComponentType.RETURN_ERROR: _refused,
    ComponentType.REJECT: _rejected,
}
