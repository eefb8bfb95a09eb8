"""TCAP over SCCP: dialogues by transaction id, refusals, aborts and timers (Q.774 §3)."""

from collections.abc import Iterable

import msgspec

from mapstack.errors import DecodeError, LocalError
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import ReturnCause
from mapstack.sccp.sccp import Notice, Sccp, UnitData
from mapstack.tcap.application_context import ApplicationContext
from mapstack.tcap.component import Component, ProblemType, decode_components, encode_reject
from mapstack.tcap.contexts import Contexts, Refusal
from mapstack.tcap.dialogue import Dialogue
from mapstack.tcap.dialogue_portion import encode_abrt
from mapstack.tcap.machine import STEPS, TRANSITIONS, Action, Input, State
from mapstack.tcap.message import (
    Message,
    MessageType,
    PAbortCause,
    decode_message,
    encode_message,
    p_abort,
    readable_tids,
)
from mapstack.tcap.transaction_id import TransactionIds
from mapstack.timers import Fifo

__all__ = ["INVOKE_ID", "Indication", "Misbehaved", "Tcap", "TcapEvent"]

INVOKE_ID = 1  # of the one invoke that a dialogue of ours has

_number = int.from_bytes
_OTID, _DTID = b"\x48\x04", (b"", b"\x49\x01", b"\x49\x02", b"\x49\x03", b"\x49\x04")
# An enumeration's members are slow to find.
_BEGIN, _CONTINUE, _END = MessageType.BEGIN, MessageType.CONTINUE, MessageType.END
_IDLE, _INIT_SENT, _INIT_RECEIVED = State.IDLE, State.INIT_SENT, State.INIT_RECEIVED
_SEND_END = Action.SEND_END
_TC_END = Input.TC_END
_BEGAN, _CONTINUED, _ABORTED = Input.BEGIN, Input.CONTINUE, Input.ABORT
_INPUTS = {_CONTINUE: _CONTINUED, _END: Input.END, MessageType.ABORT: _ABORTED}
# X.690 tags of the messages whose DTID is ours.
_BACKWARD = {int(kind) for kind in _INPUTS}


# How a dialogue starts, from either side.
_OPENED = TRANSITIONS[_IDLE, Input.TC_BEGIN][0]
_BEGUN = TRANSITIONS[_IDLE, _BEGAN][0]


class Indication(msgspec.Struct, frozen=True, gc=False):
    """Something came about a dialogue; `detail` says what ended it, `provider` that a P-Abort did."""

    dialogue: Dialogue
    input: Input
    components: list[Component]
    detail: str = ""
    provider: bool = False


class Misbehaved(msgspec.Struct, frozen=True, gc=False):
    """The peer's octets were answered as Q.774 says, or dropped."""

    reason: str


TcapEvent = Indication | Misbehaved


class Tcap:
    """The layer; it does not know what operations mean."""

    def __init__(
        self,
        sccp: Sccp,
        contexts: Iterable[ApplicationContext],
        transaction_ids: TransactionIds,
        *,
        own_gt: Gt,
        user_abort: bytes,
        guard: float,
        max_dialogues: int,
    ) -> None:
        self._sccp = sccp
        self._contexts = Contexts(contexts)
        self._transaction_ids = transaction_ids
        self._own_gt = own_gt
        self._abort = encode_abrt(user_abort)
        self._guard: Fifo[int] = Fifo(guard)
        self._timers: dict[float, Fifo[int]] = {guard: self._guard}
        self._max_dialogues = max_dialogues
        self._dialogues: dict[int, Dialogue] = {}
        self._locals: dict[int | None, SccpAddress] = {}

    def __len__(self) -> int:
        """How many dialogues are open."""
        return len(self._dialogues)

    # ---- requests from above

    def timer(self, duration: float) -> Fifo[int]:
        """The timers of this duration."""
        return self._timers.setdefault(duration, Fifo(duration))

    def local_address(self, ssn: int | None) -> SccpAddress:
        """Our own address with this subsystem; there are at most 256 of them."""
        address = self._locals.get(ssn)
        if address is None:
            address = self._locals[ssn] = SccpAddress(self._own_gt, ssn)
        return address

    def dialogue(self, tid: int) -> Dialogue:
        """An open dialogue; `LocalError` if it is not open."""
        dialogue = self._dialogues.get(tid)
        if dialogue is None:
            raise LocalError(f"dialogue {tid:08x} is not open")
        return dialogue

    def awaits_answer(self, tid: int) -> bool:
        """Whether this is a peer's dialogue with an invoke that we have not answered."""
        dialogue = self._dialogues.get(tid)
        return dialogue is not None and not dialogue.ours and dialogue.code is not None

    def begin(
        self,
        context: ApplicationContext,
        called: SccpAddress,
        calling: SccpAddress,
        *,
        code: int,
        invoke: bytes,
        timer: Fifo[int],
        now: float,
    ) -> tuple[int, str]:
        """TC-BEGIN with one invoke: the dialogue, and why it could not leave, if it could not."""
        dialogues = self._dialogues
        tid = self._transaction_ids.allocate(dialogues)
        if len(dialogues) >= self._max_dialogues:
            return tid, f"resource limitation: {self._max_dialogues} dialogues are open"
        data = encode_message(_BEGIN, _OTID + tid.to_bytes(4), context.request, invoke)
        refused = self._sccp.unitdata(called, calling, data, now, sls=tid)
        if refused is not None:
            return tid, refused.name
        dialogues[tid] = Dialogue(
            tid, _OPENED, context, calling, called, timer, b"", True, code, INVOKE_ID, b""
        )
        timer.add(tid, now)
        return tid, ""

    def request(
        self, dialogue: Dialogue, request: Input, components: bytes, now: float
    ) -> ReturnCause | None:
        """TC-CONTINUE, TC-END, TC-U-ABORT; what SCCP says if it cannot leave. An End is kept then."""
        step = STEPS[dialogue.state][request]
        if step is None:
            raise LocalError(f"{request.name} for dialogue {dialogue.tid:08x} in {dialogue.state.name}")
        portion = dialogue.context.accept if dialogue.state is _INIT_RECEIVED else b""
        refused = self._send(dialogue, step[1], portion, components, now)
        if refused is not None and step[1] is _SEND_END:
            dialogue.answer, dialogue.code = components, None
        else:
            self._enter(dialogue, step[0])
        return refused

    def resume(self, now: float) -> None:
        """There may be a way again: what was kept leaves, unless the dialogue has ended meanwhile."""
        for dialogue in [each for each in self._dialogues.values() if each.answer is not None]:
            self.request(dialogue, _TC_END, dialogue.answer or b"", now)

    def _enter(self, dialogue: Dialogue, state: State) -> None:
        dialogue.state = state
        if state is _IDLE:
            del self._dialogues[dialogue.tid]
            dialogue.timer.discard(dialogue.tid)

    def _send(
        self, dialogue: Dialogue, action: Action, portion: bytes, components: bytes, now: float
    ) -> ReturnCause | None:
        peer = dialogue.peer_tid
        tids = _DTID[len(peer)] + peer
        if action is _SEND_END:
            data = encode_message(_END, tids, portion, components)
        elif action is Action.SEND_CONTINUE:
            tids = _OTID + dialogue.tid.to_bytes(4) + tids
            data = encode_message(_CONTINUE, tids, portion, components)
        elif action is Action.NOTHING:
            return None
        else:
            data = encode_message(MessageType.ABORT, tids, self._abort, b"")
        return self._sccp.unitdata(dialogue.remote, dialogue.local, data, now, sls=dialogue.tid)

    # ---- time

    def expire(self, now: float) -> list[TcapEvent]:
        """Dialogues whose time is up."""
        events: list[TcapEvent] = []
        for timer in self._timers.values():
            for tid in timer.due(now):
                dialogue = self._dialogues[tid]
                state, action = TRANSITIONS[dialogue.state, Input.TIMER]
                self._enter(dialogue, state)
                if action is Action.ABORT_AND_INDICATE:
                    self._send(dialogue, action, b"", b"", now)
                events.append(
                    Indication(dialogue, Input.TIMER, [], f"{timer.duration:g} s without an answer")
                )
        return events

    def deadline(self) -> float | None:
        """The soonest end of a timer."""
        deadlines = [
            deadline for timer in self._timers.values() if (deadline := timer.deadline()) is not None
        ]
        return min(deadlines) if deadlines else None

    # ---- from the network

    def receive(self, unit: UnitData, now: float) -> list[TcapEvent]:
        """A message has come."""
        try:
            message = decode_message(unit.data)
        except DecodeError as error:
            return self._malformed(unit, error, now)
        if message.kind is _BEGIN:
            return self._begin(message, unit, now)
        arrived = _INPUTS.get(message.kind)
        if arrived is None:
            return [Misbehaved("unidirectional, which MAP does not use")]
        return self._backward(message, arrived, unit, now)

    def _reply(self, unit: UnitData, data: bytes, now: float) -> None:
        """To who sent `unit`; outside of a dialogue nobody waits for it, so that it may be lost."""
        self._sccp.unitdata(unit.calling, self.local_address(unit.called.ssn), data, now, sls=unit.sls)

    def _begin(self, message: Message, unit: UnitData, now: float) -> list[TcapEvent]:
        context = self._contexts.requested(message)
        if isinstance(context, Refusal):
            self._reply(unit, context.abort, now)
            return [Misbehaved(context.reason)]
        if len(self._dialogues) >= self._max_dialogues:
            self._reply(unit, p_abort(message.otid, PAbortCause.RESOURCE_LIMITATION), now)
            return [Misbehaved(f"resource limitation: {self._max_dialogues} dialogues are open")]
        dialogue = self._open(message, context, unit, now)
        try:
            components = decode_components(unit.data, message.start, message.stop)
        except DecodeError as error:
            self.request(dialogue, _TC_END, _reject(error), now)
            return [Misbehaved(error.reason)]
        if not components:
            # TS 29.002 §23.3.1: the argument comes when we have answered.
            self.request(dialogue, Input.TC_CONTINUE, b"", now)
            return []
        return [Indication(dialogue, _BEGAN, components)]

    def _open(self, message: Message, context: ApplicationContext, unit: UnitData, now: float) -> Dialogue:
        tid = self._transaction_ids.allocate(self._dialogues)
        ssn = unit.called.ssn
        local = self._locals.get(ssn) or self.local_address(ssn)
        dialogue = self._dialogues[tid] = Dialogue(
            tid, _BEGUN, context, local, unit.calling, self._guard, message.otid, False, None, 0, b""
        )
        self._guard.add(tid, now)
        return dialogue

    def _find(self, dtid: bytes) -> Dialogue | None:
        return self._dialogues.get(_number(dtid)) if len(dtid) == 4 else None

    def _backward(self, message: Message, arrived: Input, unit: UnitData, now: float) -> list[TcapEvent]:
        """Continue, End and Abort, which are for a transaction that must be open."""
        dtid = message.dtid
        dialogue = self._dialogues.get(_number(dtid)) if len(dtid) == 4 else None
        if dialogue is None or (step := STEPS[dialogue.state][arrived]) is None:
            return self._unknown(message, unit, now)
        if arrived is _CONTINUED and dialogue.state is _INIT_SENT:
            # Q.774 §3.2.1: the first backward message may come from another address than the Begin went to.
            dialogue.peer_tid, dialogue.remote = message.otid, unit.calling
        detail = self._contexts.refused(message.dialogue)
        if arrived is _ABORTED:
            self._enter(dialogue, step[0])
            provider = message.p_abort is not None
            return [
                Indication(
                    dialogue, arrived, [], _p_abort_name(message.p_abort) if provider else detail, provider
                )
            ]
        if detail:
            return self._break(dialogue, arrived, detail, b"", now)
        try:
            components = decode_components(unit.data, message.start, message.stop)
        except DecodeError as error:
            return self._break(dialogue, arrived, error.reason, _reject(error), now)
        self._enter(dialogue, step[0])
        return [Indication(dialogue, arrived, components)]

    def _break(
        self, dialogue: Dialogue, arrived: Input, detail: str, components: bytes, now: float
    ) -> list[TcapEvent]:
        """A message of an open dialogue cannot be used: the dialogue ends, here and at the peer."""
        if arrived is Input.CONTINUE:
            self._send(dialogue, Action.SEND_END if components else Action.SEND_ABORT, b"", components, now)
        self._enter(dialogue, TRANSITIONS[dialogue.state, Input.MALFORMED][0])
        return [Misbehaved(detail), Indication(dialogue, Input.MALFORMED, [], detail)]

    def _unknown(self, message: Message, unit: UnitData, now: float) -> list[TcapEvent]:
        if message.kind is MessageType.CONTINUE:
            self._reply(unit, p_abort(message.otid, PAbortCause.UNRECOGNIZED_TRANSACTION_ID), now)
        return [Misbehaved(f"{message.kind.name.lower()} for {message.dtid.hex()}, which is not open")]

    def _malformed(self, unit: UnitData, error: DecodeError, now: float) -> list[TcapEvent]:
        """Q.774 §3.3.4.2: who can be told is told, what can be ended is ended."""
        kind = unit.data[0] if unit.data else 0
        otid, dtid = readable_tids(unit.data)
        bad = PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION
        if otid:
            self._reply(unit, p_abort(otid, bad if error.code is None else PAbortCause(error.code)), now)
        events: list[TcapEvent] = [Misbehaved(error.reason)]
        dialogue = self._find(dtid) if kind in _BACKWARD else None
        step = None if dialogue is None else STEPS[dialogue.state][Input.MALFORMED]
        if dialogue is not None and step is not None:
            self._enter(dialogue, step[0])
            events.append(Indication(dialogue, Input.MALFORMED, [], error.reason))
        return events

    def notice(self, notice: Notice) -> list[TcapEvent]:
        """A message of ours came back; what it carries may be a first segment only."""
        kind = notice.data[0] if notice.data else 0
        otid, _ = readable_tids(notice.data)
        dialogue = self._find(otid) if kind in (_BEGIN, _CONTINUE) else None
        step = None if dialogue is None else STEPS[dialogue.state][Input.NOTICE]
        if dialogue is None or step is None:
            return []
        self._enter(dialogue, step[0])
        return [Indication(dialogue, Input.NOTICE, [], notice.cause.name)]


def _reject(error: DecodeError) -> bytes:
    """L-REJECT of a component portion that cannot be read (Q.774 §3.2.1.4)."""
    return encode_reject(None, ProblemType.GENERAL, error.code or 0)


def _p_abort_name(cause: int | None) -> str:
    try:
        return PAbortCause(cause or 0).name
    except ValueError:
        return f"P-Abort cause {cause}"
