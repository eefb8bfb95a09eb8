"""A phone's memory: it was full, and has room again: RP-SMMA (TS 24.341 §5.3.2.5; TS 24.011 §6.3.3, §10)."""

from collections import OrderedDict
from collections.abc import Callable
from enum import Enum

from lab.elements.agenda import Entry, Work
from lab.elements.line import Line
from lab.elements.phone_ledger import PhoneLedger, Report, Smma
from sipbridge.events import Response
from sipbridge.rp import Direction, RpAck, RpCause, RpError, RpSmma

__all__ = ["TRANSITIONS", "MemoryInput", "MemoryState", "PhoneMemory"]

_ATTEMPTS = 3
_REMEMBERED = 256  # an RP-Message-Reference is one octet
_TEMPORARY = {
    RpCause.NETWORK_OUT_OF_ORDER,
    RpCause.TEMPORARY_FAILURE,
    RpCause.CONGESTION,
    RpCause.RESOURCES_UNAVAILABLE,
}


class MemoryState(Enum):
    """Where the notification stands."""

    IDLE = "nothing to say"
    SENT = "it waits for the report"
    WAITING = "it waits for TRAM"


class MemoryInput(Enum):
    """What can happen to it."""

    ROOM = "there is room again"
    DONE = "RP-ACK, or an RP-ERROR that is final"
    AGAIN = "another RP-ERROR, a refusal, no answer, or TR1M"
    LAST = "the same, once too often"
    TRAM = "TRAM"


_State, _Input = MemoryState, MemoryInput


class PhoneMemory:
    """Whom it has told that its memory is full, it tells that there is room; again after TRAM."""

    def __init__(self, line: Line, ledger: PhoneLedger, elsewhere: Callable[[float], bool]) -> None:
        self._line = line
        self._ledger = ledger
        self._elsewhere = elsewhere
        """Tells the domain that the phone is in, where that is not the IMS."""
        self.state = MemoryState.IDLE
        self._attempts = 0
        self._timer: Entry | None = None
        self._by_call_id: OrderedDict[str, Smma] = OrderedDict()

    @property
    def unfinished(self) -> bool:
        """Whether it has yet to come to its end."""
        return self.state is not MemoryState.IDLE

    def full(self, gateway: str) -> None:
        """A short message was refused; this is where the next word about it goes."""
        self._ledger.told_full = gateway or self._line.plan.sc_uri

    def room(self, now: float) -> None:
        """There is room: nobody has to hear of it who was never told otherwise."""
        if self._ledger.told_full:
            self._run(_Input.ROOM, now)

    def report(self, rpdu: RpAck | RpError, call_id: str, in_reply_to: str | None, now: float) -> bool:
        """Whether a report belongs to one of these; one of an earlier attempt changes nothing."""
        smma = self._by_call_id.get(in_reply_to or "")
        if smma is None or smma.rp_mr != rpdu.message_reference:
            return False
        smma.reports.append(Report(now, rpdu, call_id))
        if smma is self._ledger.smma[-1]:
            if isinstance(rpdu, RpError) and rpdu.cause in _TEMPORARY:
                self._fail(now)
            else:
                self._run(_Input.DONE, now)
        return True

    def _run(self, event: MemoryInput, now: float) -> None:
        self.state, action = TRANSITIONS[self.state, event]
        action(self, now)

    def _begin(self, now: float) -> None:
        self._attempts = 0
        self._send(now)

    def _send(self, now: float) -> None:
        if self._elsewhere(now):
            self._run(_Input.DONE, now)
            return
        self._attempts += 1
        line, ledger = self._line, self._ledger
        ledger.notices = (ledger.notices + 1) & 0xFF
        smma = Smma(ledger.told_full, ledger.notices, now)
        ledger.smma.append(smma)

        def on_final(status: int, response: Response | None, now: float) -> None:
            smma.status = status
            if status >= 300 and smma is ledger.smma[-1]:
                self._fail(now)

        octets = RpSmma(smma.rp_mr).encode(Direction.MS_TO_NETWORK)
        smma.call_id = line.message(smma.to, octets, now, on_final=on_final)
        self._by_call_id[smma.call_id] = smma
        if len(self._by_call_id) > _REMEMBERED:
            self._by_call_id.popitem(last=False)
        self._start(now + line.plan.timers.tr1m, self._fail)

    def _fail(self, now: float) -> None:
        """Another attempt is made after TRAM, as long as there is one left."""
        self._run(_Input.AGAIN if self._attempts < _ATTEMPTS else _Input.LAST, now)

    def _wait(self, now: float) -> None:
        self._start(now + self._line.plan.timers.tram, lambda now: self._run(_Input.TRAM, now))

    def _end(self, now: float) -> None:
        self._stop(now)
        self._ledger.told_full = ""

    def _nothing(self, now: float) -> None: ...

    def _start(self, when: float, work: Work) -> None:
        self._stop(when)
        self._timer = self._line.agenda.at(when, work)

    def _stop(self, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


Action = Callable[[PhoneMemory, float], None]
_nothing, _wait = PhoneMemory._nothing, PhoneMemory._wait

TRANSITIONS: dict[tuple[MemoryState, MemoryInput], tuple[MemoryState, Action]] = {
    (_State.IDLE, _Input.ROOM): (_State.SENT, PhoneMemory._begin),
    (_State.IDLE, _Input.DONE): (_State.IDLE, _nothing),
    (_State.IDLE, _Input.AGAIN): (_State.IDLE, _nothing),
    (_State.IDLE, _Input.LAST): (_State.IDLE, _nothing),
    (_State.IDLE, _Input.TRAM): (_State.IDLE, _nothing),
    (_State.SENT, _Input.ROOM): (_State.SENT, _nothing),
    (_State.SENT, _Input.DONE): (_State.IDLE, PhoneMemory._end),
    (_State.SENT, _Input.AGAIN): (_State.WAITING, _wait),
    (_State.SENT, _Input.LAST): (_State.IDLE, PhoneMemory._stop),
    (_State.SENT, _Input.TRAM): (_State.SENT, _nothing),
    (_State.WAITING, _Input.ROOM): (_State.WAITING, _nothing),
    (_State.WAITING, _Input.DONE): (_State.IDLE, PhoneMemory._end),
    (_State.WAITING, _Input.AGAIN): (_State.WAITING, _nothing),
    (_State.WAITING, _Input.LAST): (_State.WAITING, _nothing),
    (_State.WAITING, _Input.TRAM): (_State.SENT, PhoneMemory._send),
}
