"""The open dialogues: how they are asked for, where they wait, and what is sent in them (Q.774 §3)."""

from math import inf

import msgspec

from mapstack.errors import LocalError
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import ReturnCause
from mapstack.sccp.sccp import Sccp
from mapstack.tcap.application_context import ApplicationContext
from mapstack.tcap.component import Component
from mapstack.tcap.dialogue import Dialogue
from mapstack.tcap.dialogue_portion import encode_abrt
from mapstack.tcap.machine import STEPS, TRANSITIONS, Action, Input, State
from mapstack.tcap.message import MessageType, encode_message
from mapstack.tcap.settings import TcapSettings
from mapstack.tcap.transaction_id import TransactionIds
from mapstack.timers import Fifo

__all__ = [
    "INVOKE_ID",
    "MAX_WAITING",
    "Cancelled",
    "Dialogues",
    "Indication",
    "Misbehaved",
    "TcapEvent",
    "Unidirectional",
]

INVOKE_ID = 1  # of the first invoke in a dialogue of ours

_OTID, _DTID = b"\x48\x04", (b"", b"\x49\x01", b"\x49\x02", b"\x49\x03", b"\x49\x04")
# An enumeration's members are slow to find.
_BEGIN, _CONTINUE, _END = MessageType.BEGIN, MessageType.CONTINUE, MessageType.END
_IDLE, _INIT_RECEIVED = State.IDLE, State.INIT_RECEIVED
_SEND_END, _SEND_CONTINUE, _NOTHING = Action.SEND_END, Action.SEND_CONTINUE, Action.NOTHING
_SENDING = (_SEND_END, _SEND_CONTINUE)
_OPENED = TRANSITIONS[_IDLE, Input.TC_BEGIN][0]
_INVOKE_IDS = 256
MAX_WAITING = 3500
"""Octets of components that wait for a way, or for the first answer: one message must carry them."""
_TID_BITS = 32


class Indication(msgspec.Struct, frozen=True, gc=False):
    """Something came about a dialogue; the rest says what ended it, if it has ended."""

    dialogue: Dialogue
    input: Input
    components: list[Component]
    detail: str = ""
    provider: bool = False
    """The peer's provider has ended it, not its user."""
    version: int | None = None
    """The peer may take this version of the context, or an older one."""
    user_information: bytes = b""


class Cancelled(msgspec.Struct, frozen=True, gc=False):
    """The timer of one of our further invokes has run out (TC-L-CANCEL); the dialogue is still open."""

    dialogue: Dialogue
    invoke_id: int
    detail: str


class Unidirectional(msgspec.Struct, frozen=True, gc=False):
    """TC-UNI: components outside of any dialogue; the context is None where none is named."""

    context: ApplicationContext | None
    components: list[Component]


class Misbehaved(msgspec.Struct, frozen=True, gc=False):
    """The peer's octets were answered as Q.774 says, or dropped."""

    reason: str


TcapEvent = Indication | Cancelled | Unidirectional | Misbehaved


class Dialogues:
    """By transaction id; it does not know what operations mean."""

    def __init__(
        self, sccp: Sccp, transaction_ids: TransactionIds, own_gt: Gt, settings: TcapSettings
    ) -> None:
        self._sccp = sccp
        self._transaction_ids = transaction_ids
        self._own_gt = own_gt
        self._abort = encode_abrt(settings.user_abort)
        self._guard: Fifo[int] = Fifo(settings.guard)
        self._idle: Fifo[int] = Fifo(settings.idle)
        self._by_duration: dict[float, Fifo[int]] = {}
        self._timers: list[Fifo[int]] = [self._guard, self._idle]
        self._max_dialogues = settings.max_dialogues
        self._dialogues: dict[int, Dialogue] = {}
        self._locals: dict[int | None, SccpAddress] = {}

    def __len__(self) -> int:
        """How many dialogues are open."""
        return len(self._dialogues)

    def timer(self, duration: float) -> Fifo[int]:
        """The timers of invokes of this duration."""
        timer = self._by_duration.get(duration)
        if timer is None:
            timer = self._by_duration[duration] = Fifo(duration)
            self._timers.append(timer)
        return timer

    def local_address(self, ssn: int | None) -> SccpAddress:
        """Our own address with this subsystem; there are at most 256 of them."""
        address = self._locals.get(ssn)
        if address is None:
            address = self._locals[ssn] = SccpAddress(self._own_gt, ssn)
        return address

    def new_tid(self) -> int:
        """A transaction id for a dialogue that does not come about."""
        return self._transaction_ids.allocate(self._dialogues)

    def find(self, tid: int) -> Dialogue | None:
        """A dialogue if it is open."""
        return self._dialogues.get(tid)

    def dialogue(self, tid: int) -> Dialogue:
        """An open dialogue; `LocalError` if it is not open."""
        dialogue = self._dialogues.get(tid)
        if dialogue is None:
            raise LocalError(f"dialogue {tid:08x} is not open")
        return dialogue

    def awaits_answer(self, tid: int) -> bool:
        """Whether a peer waits for our answer in this dialogue."""
        dialogue = self._dialogues.get(tid)
        return dialogue is not None and bool(dialogue.received)

    # ---- requests from above

    def begin(
        self,
        context: ApplicationContext,
        called: SccpAddress,
        calling: SccpAddress,
        *,
        code: int,
        invoke: bytes,
        portion: bytes,
        timer: Fifo[int],
        now: float,
        request: object,
        tid: int = 0,
        held: bytes = b"",
    ) -> tuple[int, str]:
        """TC-BEGIN for one invoke: the dialogue, and why it could not leave; what is `held` leaves later."""
        dialogues, own = self._dialogues, {INVOKE_ID: code}
        tid = tid or self._transaction_ids.allocate(dialogues)
        if len(dialogues) >= self._max_dialogues:
            return tid, f"resource limitation: {self._max_dialogues} dialogues are open"
        data = encode_message(_BEGIN, _OTID + tid.to_bytes(4), portion, invoke)
        refused = self._sccp.unitdata(called, calling, data, now, sls=tid)
        if refused is not None:
            return tid, refused.name
        dialogues[tid] = Dialogue(
            tid, _OPENED, context, calling, called, timer, b"", True, own, {}, held, request, None, False, 1
        )
        timer.add(tid, now)
        return tid, ""

    def next_invoke_id(self, dialogue: Dialogue) -> int:
        """One that does not wait for an outcome (Q.774 §3.2.1.1)."""
        for _ in range(_INVOKE_IDS):
            dialogue.last_id = dialogue.last_id + 1 if dialogue.last_id < 127 else -128
            if dialogue.last_id not in dialogue.sent:
                return dialogue.last_id
        raise LocalError(f"every invoke id of dialogue {dialogue.tid:08x} is in use")

    def invoked(self, dialogue: Dialogue, invoke_id: int, code: int, timer: Fifo[int], now: float) -> None:
        """A further invoke of ours waits for its outcome, with a timer of its own."""
        dialogue.sent[invoke_id] = code
        timer.add(_key(dialogue, invoke_id), now)
        if dialogue.timers is None:
            dialogue.timers = {}
        dialogue.timers[invoke_id] = timer
        self.settle(dialogue, now)

    def concluded(self, dialogue: Dialogue, invoke_id: int) -> None:
        """An invoke of ours has its outcome."""
        del dialogue.sent[invoke_id]
        if dialogue.timers is not None and (timer := dialogue.timers.pop(invoke_id, None)):
            timer.discard(_key(dialogue, invoke_id))

    def settle(self, dialogue: Dialogue, now: float) -> None:
        """The dialogue goes on: what it waits for now says which timer runs."""
        timer, tid = dialogue.timer, dialogue.tid
        wanted: Fifo[int] | None = self._idle
        if dialogue.ours and len(dialogue.sent) > len(dialogue.timers or ()):
            wanted = timer  # of the first invoke, which bounds all that happens until its outcome
        elif dialogue.received or dialogue.kept is not None:
            wanted = self._guard
        elif dialogue.sent:
            wanted = None  # each further invoke has its own timer
        if wanted is timer and wanted is not self._idle and tid in timer:
            return  # it runs already
        timer.discard(tid)
        if wanted is not None:
            dialogue.timer = wanted
            wanted.add(tid, now)

    def request(
        self, dialogue: Dialogue, request: Input, components: bytes, now: float, portion: bytes | None = None
    ) -> ReturnCause | None:
        """TC-CONTINUE, TC-END, TC-U-ABORT; what SCCP says if it cannot leave: an answer is kept then."""
        step = STEPS[dialogue.state][request]
        if step is None:
            raise LocalError(f"{request.name} for dialogue {dialogue.tid:08x} in {dialogue.state.name}")
        if portion is None:
            portion = dialogue.context.accept if dialogue.state is _INIT_RECEIVED else b""
        if dialogue.kept is not None:
            components = _together(dialogue.kept[1], components) if step[1] in _SENDING else b""
            dialogue.kept = None
        refused = self._send(dialogue, step[1], portion, components, now)
        if refused is not None and components:
            dialogue.kept = request, components
        else:
            self._enter(dialogue, step[0])
        return refused

    def resume(self, now: float) -> None:
        """There may be a way again: what was kept leaves, unless the dialogue has ended meanwhile."""
        for dialogue in [each for each in self._dialogues.values() if each.kept is not None]:
            request, _ = dialogue.kept or (Input.TC_END, b"")
            if self.request(dialogue, request, b"", now) is None and dialogue.state is not _IDLE:
                self.settle(dialogue, now)

    def _enter(self, dialogue: Dialogue, state: State) -> None:
        dialogue.state = state
        if state is _IDLE:
            tid = dialogue.tid
            del self._dialogues[tid]
            dialogue.timer.discard(tid)
            if dialogue.share is not None:
                dialogue.share.open -= 1
            if dialogue.timers:
                for invoke_id, timer in dialogue.timers.items():
                    timer.discard(_key(dialogue, invoke_id))

    def _send(
        self, dialogue: Dialogue, action: Action, portion: bytes, components: bytes, now: float
    ) -> ReturnCause | None:
        peer = dialogue.peer_tid
        tids = _DTID[len(peer)] + peer
        in_sequence = False
        if action is _SEND_END:
            data = encode_message(_END, tids, portion, components)
        elif action is _SEND_CONTINUE:
            tids = _OTID + dialogue.tid.to_bytes(4) + tids
            data = encode_message(_CONTINUE, tids, portion, components)
            in_sequence = True  # TS 29.002 §16.1.2.7: what accepts the dialogue must not be overtaken
        elif action is _NOTHING:
            return None
        else:
            # Version 1 has no dialogue portion to say why.
            data = encode_message(MessageType.ABORT, tids, portion or self._abort_of(dialogue), b"")
        return self._sccp.unitdata(
            dialogue.remote, dialogue.local, data, now, sls=dialogue.tid, in_sequence=in_sequence
        )

    def _abort_of(self, dialogue: Dialogue) -> bytes:
        return self._abort if dialogue.context.request else b""

    # ---- time

    def expire(self, now: float) -> list[TcapEvent]:
        """Dialogues whose time is up."""
        events: list[TcapEvent] = []
        for timer in self._timers:
            for key in timer.due(now):
                tid = key & (1 << _TID_BITS) - 1
                dialogue = self._dialogues.get(tid)
                if dialogue is None:
                    continue  # it has ended in this turn
                detail = f"{timer.duration:g} s without an answer"
                if key != tid:
                    invoke_id = (key >> _TID_BITS) - _INVOKE_IDS
                    events.append(Cancelled(dialogue, invoke_id, detail))
                    continue
                events.append(self._time_out(dialogue, detail, now))
        return events

    def _time_out(self, dialogue: Dialogue, detail: str, now: float) -> Indication:
        state, action = TRANSITIONS[dialogue.state, Input.TIMER]
        self._enter(dialogue, state)
        if action is Action.ABORT_AND_INDICATE:
            self._send(dialogue, action, b"", b"", now)
        return Indication(dialogue, Input.TIMER, [], detail)

    def deadline(self) -> float | None:
        """The soonest end of a timer."""
        soonest = min([timer.soonest for timer in self._timers])
        return soonest if soonest < inf else None


def _together(kept: bytes, components: bytes) -> bytes:
    """For one message; what does not fit into it any more is lost, and its timer tells."""
    return kept + components if len(kept) + len(components) <= MAX_WAITING else kept


def _key(dialogue: Dialogue, invoke_id: int) -> int:
    """Of the timer of a further invoke; that of the dialogue itself has its transaction id."""
    return (invoke_id + _INVOKE_IDS) << _TID_BITS | dialogue.tid
