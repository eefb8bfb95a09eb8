"""How invokes of ours end: each has exactly one outcome (TS 29.002 §15.5.1, §15.6.1)."""

from collections.abc import Callable

import msgspec

from mapstack.errors import DecodeError
from mapstack.map.dialogue_information import (
    MapDialoguePdu,
    MapProviderAbortInfo,
    MapProviderAbortReason,
    encode_user_information,
    in_words,
)
from mapstack.map.errors import MapError, decode_error
from mapstack.map.operation import Operation, Parameter
from mapstack.map.operations import OPERATIONS_OF
from mapstack.map.versions import PeerVersions, result_of
from mapstack.map_events import (
    Answered,
    AnsweredInPart,
    DialogueClosed,
    DialogueLost,
    LostReason,
    MapEvent,
    Refused,
)
from mapstack.sccp.address import SccpAddress
from mapstack.sccp.sccp import UnitData
from mapstack.tcap.component import (
    Component,
    ComponentType,
    InvokeProblem,
    ProblemType,
    ReturnErrorProblem,
    ReturnResultProblem,
    encode_reject,
    problem_name,
)
from mapstack.tcap.dialogue import Dialogue
from mapstack.tcap.dialogue_portion import encode_abrt
from mapstack.tcap.dialogues import Cancelled, Indication
from mapstack.tcap.machine import Input, State
from mapstack.tcap.tcap import Tcap

__all__ = ["Outcomes", "Requested", "closed", "lost"]

_ACTIVE = State.ACTIVE
# An enumeration's members are slow to find.
_RESULT, _NOT_LAST = ComponentType.RETURN_RESULT_LAST, ComponentType.RETURN_RESULT_NOT_LAST
_NOBODY_ASKED = {
    ComponentType.RETURN_RESULT_LAST: (ProblemType.RETURN_RESULT, ReturnResultProblem.UNRECOGNIZED_INVOKE_ID),
    _NOT_LAST: (ProblemType.RETURN_RESULT, ReturnResultProblem.UNRECOGNIZED_INVOKE_ID),
    ComponentType.RETURN_ERROR: (ProblemType.RETURN_ERROR, ReturnErrorProblem.UNRECOGNIZED_INVOKE_ID),
}
_LOST = {
    Input.TIMER: LostReason.TIMEOUT,
    Input.NOTICE: LostReason.NOTICE,
    Input.MALFORMED: LostReason.P_ABORT,
    Input.ABORT: LostReason.U_ABORT,
    Input.END: LostReason.REJECT,
}
# A Reject with these is about an answer of ours: the invokes that wait have other ids (Q.773 §3.3.7).
_OF_ANSWERS = (ProblemType.RETURN_RESULT, ProblemType.RETURN_ERROR)
_INVALID_PDU = encode_abrt(
    encode_user_information(
        MapDialoguePdu(
            map_provider_abort=MapProviderAbortInfo(
                map_provider_abort_reason=MapProviderAbortReason.INVALID_PDU
            )
        )
    )
)
_NOT_KNOWN = {
    (ProblemType.INVOKE, InvokeProblem.UNRECOGNIZED_OPERATION),
    (ProblemType.INVOKE, InvokeProblem.MISTYPED_PARAMETER),
}
_MAX_HELD = 256  # octets of Rejects that wait for the answer, to go with it
_SILENT = (2, 4)  # operation classes to which silence is a yes (Q.771 §3.1.3)


class Requested(msgspec.Struct, gc=False, eq=False):
    """What was asked for in a dialogue that is held in another version, or was opened in an unusual way."""

    operation: Operation
    arg: Parameter
    called: SccpAddress
    user_information: bytes
    """map-open, as it goes into the AARQ."""
    handshake: bool
    fallen: bool = False
    """A version of it has been refused."""


def _told_as(dialogue: Dialogue, invoke_id: int, spoken: Operation) -> Operation:
    """The form of the operation that was asked for."""
    asked = dialogue.told_as.get(invoke_id) if dialogue.told_as is not None else None
    return asked if isinstance(asked, Operation) else spoken


class Outcomes:
    """Answers to our invokes, in whosever dialogue."""

    def __init__(self, tcap: Tcap, versions: PeerVersions) -> None:
        self._tcap = tcap
        self._versions = versions

    def take(self, component: Component, dialogue: Dialogue, unit: UnitData, events: list[MapEvent]) -> bytes:
        """Add the outcome that a component is, or give the Reject that says why it is none."""
        invoke_id, kind = component.invoke_id, component.kind
        code = None if invoke_id is None else dialogue.sent.get(invoke_id)
        if code is None or invoke_id is None:
            return self._stray(component, dialogue, events)
        operation = OPERATIONS_OF[dialogue.context][code]
        result = operation.result
        if kind is _RESULT and component.tag and component.code == code and result is not None:
            # As nearly always: spelled out, it is a call less than `_result`.
            try:
                found = result.decode_element(unit.data, component.tag, component.start, component.stop)
                goes_on = dialogue.more and dialogue.state is _ACTIVE
                event: MapEvent = Answered(dialogue.tid, operation, found, invoke_id, goes_on)
                reject = b""
            except DecodeError:
                event, reject = _mistyped(component, dialogue)
        elif component.problem is not None and component.problem[0] in _OF_ANSWERS:
            return b""
        else:
            event, reject = _OUTCOMES[kind](component, dialogue, operation, unit.data)
        if dialogue.told_as is not None:
            event = _translated(event, dialogue, operation)
        events.append(event)
        if kind is not _NOT_LAST or reject:
            if dialogue.timers is None:
                del dialogue.sent[invoke_id]
            else:
                self._tcap.concluded(dialogue, invoke_id)
        return reject

    def _stray(self, component: Component, dialogue: Dialogue, events: list[MapEvent]) -> bytes:
        """No answer to an invoke that waits; a Reject is never rejected (Q.774 §3.2.1.4)."""
        kind, problem = component.kind, component.problem
        if problem is None:
            return encode_reject(component.invoke_id, *_NOBODY_ASKED[kind])
        if component.invoke_id is None and problem[0] not in _OF_ANSWERS:
            # Which of them it was about is not known, so that nobody can be sure of any.
            reason = LostReason.REJECT if kind is ComponentType.REJECT else LostReason.P_ABORT
            for invoke_id in list(dialogue.sent):
                events.append(lost(dialogue, invoke_id, reason, problem_name(problem)))
                self._tcap.concluded(dialogue, invoke_id)
        return b"" if kind is ComponentType.REJECT else encode_reject(component.invoke_id, *problem)

    @staticmethod
    def hold(reject: bytes, dialogue: Dialogue) -> None:
        """It goes with what leaves next; where much waits already, or nothing can leave, it is lost."""
        if len(dialogue.held) < _MAX_HELD and dialogue.kept is None:
            dialogue.held += reject

    def provider_abort(self, dialogue: Dialogue, now: float) -> None:
        """map-providerAbort: user information that makes no sense."""
        self._tcap.request(dialogue, Input.TC_U_ABORT, b"", now, portion=_INVALID_PDU)

    def ended(self, indication: Indication, events: list[MapEvent]) -> None:
        """A dialogue with invokes of ours has ended: each that waits has its outcome now."""
        dialogue, detail = indication.dialogue, indication.detail or "ended without an answer"
        reason = LostReason.P_ABORT if indication.provider else _LOST[indication.input]
        words = in_words(indication.user_information) if indication.user_information else ""
        if words:
            detail = f"{detail}: {words}"
            reason = LostReason.P_ABORT if words.startswith("map-provider") else reason
        if indication.version is not None:
            reason = LostReason.UNSUPPORTED
        silence = indication.input in (Input.END, Input.TIMER)
        for invoke_id, code in list(dialogue.sent.items()):
            operation = OPERATIONS_OF[dialogue.context][code]
            if silence and operation.operation_class in _SILENT:
                told = _told_as(dialogue, invoke_id, operation)
                events.append(Answered(dialogue.tid, told, None, invoke_id))
            else:
                events.append(lost(dialogue, invoke_id, reason, detail))
        dialogue.sent.clear()

    def cancelled(self, cancelled: Cancelled, now: float, events: list[MapEvent]) -> None:
        """The timer of a further invoke has run out (TC-L-CANCEL): only a silence that is a yes goes on."""
        dialogue, invoke_id = cancelled.dialogue, cancelled.invoke_id
        if dialogue.state is State.IDLE:
            return  # it has ended in this turn, and its end tells of all that waits
        operation = OPERATIONS_OF[dialogue.context][dialogue.sent[invoke_id]]
        if operation.operation_class in _SILENT:
            told = _told_as(dialogue, invoke_id, operation)
            events.append(Answered(dialogue.tid, told, None, invoke_id, dialogue.more))
            self._tcap.concluded(dialogue, invoke_id)
            self._tcap.settle(dialogue, now)
            return
        self._tcap.request(dialogue, Input.TC_U_ABORT, b"", now)
        events.extend(lost(dialogue, each, LostReason.TIMEOUT, cancelled.detail) for each in dialogue.sent)
        if dialogue.received:
            events.append(DialogueClosed(dialogue.tid, cancelled.detail))


def closed(indication: Indication, events: list[MapEvent]) -> None:
    """A dialogue has ended that the user may think open: what waits there for its answer waits no longer."""
    dialogue = indication.dialogue
    if dialogue.received or dialogue.more:
        words = in_words(indication.user_information)
        events.append(DialogueClosed(dialogue.tid, words or indication.detail))


def lost(dialogue: Dialogue, invoke_id: int, reason: LostReason, detail: str) -> DialogueLost:
    """An invoke without an answer."""
    operation = OPERATIONS_OF[dialogue.context][dialogue.sent[invoke_id]]
    told, goes_on = _told_as(dialogue, invoke_id, operation), dialogue.more and dialogue.state is _ACTIVE
    return DialogueLost(dialogue.tid, told, reason, detail, invoke_id, goes_on)


def _translated(event: MapEvent, dialogue: Dialogue, spoken: Operation) -> MapEvent:
    """The outcome, in the words of the version that was asked for."""
    if not isinstance(event, Answered | AnsweredInPart | Refused):
        return event
    operation = _told_as(dialogue, event.invoke_id, spoken)
    if isinstance(event, Refused):
        return msgspec.structs.replace(event, operation=operation)
    return msgspec.structs.replace(
        event, operation=operation, result=result_of(operation, spoken, event.result)
    )


# How our invoke ended, and the Reject if what came is no answer to it.


def _rejected(
    component: Component, dialogue: Dialogue, operation: Operation, data: bytes
) -> tuple[MapEvent, bytes]:
    problem = component.problem
    reason = LostReason.UNSUPPORTED if problem in _NOT_KNOWN else LostReason.REJECT
    return lost(dialogue, component.invoke_id or 0, reason, problem_name(problem)), b""


def _malformed(
    component: Component, dialogue: Dialogue, operation: Operation, data: bytes
) -> tuple[MapEvent, bytes]:
    problem = component.problem or (ProblemType.GENERAL, 0)
    event, invoke_id = _rejected(component, dialogue, operation, data)[0], component.invoke_id
    return event, encode_reject(invoke_id, *problem)


def _refused(
    component: Component, dialogue: Dialogue, operation: Operation, data: bytes
) -> tuple[MapEvent, bytes]:
    if operation.operation_class > 2:
        unexpected = ProblemType.RETURN_ERROR, ReturnErrorProblem.RETURN_ERROR_UNEXPECTED
        return _useless(component, dialogue, unexpected)
    goes_on = dialogue.more and dialogue.state is _ACTIVE
    error = _error(component, data)
    return Refused(dialogue.tid, operation, error, component.invoke_id or 0, goes_on), b""


def _error(component: Component, data: bytes) -> MapError:
    """TS 29.002 §15.6.1: the peer has said no; a parameter that makes no sense does not change that."""
    code = component.code or 0
    try:
        return decode_error(code, data, component.tag, component.start, component.stop)
    except DecodeError:
        return decode_error(code, b"", 0, 0, 0)


def _result(
    component: Component, dialogue: Dialogue, operation: Operation, data: bytes
) -> tuple[MapEvent, bytes]:
    if component.code != operation.code and component.code is not None:
        return _mistyped(component, dialogue)
    goes_on, invoke_id = dialogue.more and dialogue.state is _ACTIVE, component.invoke_id or 0
    if operation.result is None or (operation.result_optional and not component.tag):
        if operation.operation_class in _SILENT:
            return _unexpected(component, dialogue)
        return Answered(dialogue.tid, operation, None, invoke_id, goes_on), b""
    try:
        result = operation.result.decode_element(data, component.tag, component.start, component.stop)
    except DecodeError:
        return _mistyped(component, dialogue)
    return Answered(dialogue.tid, operation, result, invoke_id, goes_on), b""


def _part(
    component: Component, dialogue: Dialogue, operation: Operation, data: bytes
) -> tuple[MapEvent, bytes]:
    """Each part is of the type of the whole (TS 29.002 annex C.2.5)."""
    event, reject = _result(component, dialogue, operation, data)
    if not isinstance(event, Answered):
        return event, reject
    if operation.result is None:
        return _unexpected(component, dialogue)
    return AnsweredInPart(dialogue.tid, operation, event.result, event.invoke_id), b""


def _unexpected(component: Component, dialogue: Dialogue) -> tuple[MapEvent, bytes]:
    problem = ProblemType.RETURN_RESULT, ReturnResultProblem.RETURN_RESULT_UNEXPECTED
    return _useless(component, dialogue, problem)


def _mistyped(component: Component, dialogue: Dialogue) -> tuple[MapEvent, bytes]:
    problem = ProblemType.RETURN_RESULT, ReturnResultProblem.MISTYPED_PARAMETER
    return _useless(component, dialogue, problem)


def _useless(
    component: Component, dialogue: Dialogue, problem: tuple[ProblemType, int]
) -> tuple[MapEvent, bytes]:
    event = lost(dialogue, component.invoke_id or 0, LostReason.REJECT, problem_name(problem))
    return event, encode_reject(component.invoke_id, *problem)


_OUTCOMES: dict[ComponentType, Callable[[Component, Dialogue, Operation, bytes], tuple[MapEvent, bytes]]] = {
    ComponentType.RETURN_RESULT_LAST: _result,
    ComponentType.RETURN_RESULT_NOT_LAST: _part,
    ComponentType.RETURN_ERROR: _refused,
    ComponentType.REJECT: _rejected,
    ComponentType.MALFORMED: _malformed,
}
