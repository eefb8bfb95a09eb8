"""One session: its state, what waits for an answer each way, its timers (SMPP v3.4 §2.2, §2.9, §7.2)."""

from math import inf
from typing import NamedTuple

from ipsmgw.smpp.codec import MAX_SEQUENCE
from ipsmgw.smpp.codes import Command
from ipsmgw.smpp.errors import LocalError
from ipsmgw.smpp.flow import Flow
from ipsmgw.smpp.machine import BOUND, TRANSITIONS, Input, State
from ipsmgw.smpp.pdu import Pdu
from ipsmgw.smpp.settings import SmppSettings

__all__ = ["BINDS", "Due", "Pending", "Session"]

BINDS = {
    Command.BIND_TRANSMITTER: Input.BIND_TX,
    Command.BIND_RECEIVER: Input.BIND_RX,
    Command.BIND_TRANSCEIVER: Input.BIND_TRX,
}


class Pending(NamedTuple):
    """A request of ours that waits for its answer."""

    pdu: Pdu
    when: float


class Due(NamedTuple):
    """The next deadline, and what is to be done then."""

    when: float
    timer: str


class Session:
    """A record with a machine; what it means is for the stack."""

    def __init__(self, flow: Flow, settings: SmppSettings, now: float) -> None:
        self.flow = flow
        self.state = State.OPEN
        self.waiting: dict[int, Pending] = {}
        """Ours, in the order in which they were sent."""
        self.overdue: dict[int, Pdu] = {}
        """Ours that were given up; an answer may still come."""
        self.asked: dict[int, Pdu] = {}
        """The peer's."""
        self.since = now
        """In this state."""
        self.heard = now
        self.active = now
        self._settings = settings
        self._sequence = 0

    @property
    def bound(self) -> bool:
        return self.state in BOUND

    @property
    def binding(self) -> bool:
        """Whether a bind waits for its answer."""
        return any(pdu.COMMAND in BINDS for pdu in self.asked.values())

    @property
    def room(self) -> int:
        """How many requests of the user may be sent now: none where a bind or unbind is under way."""
        mine = sum(pending.pdu.COMMAND is not Command.ENQUIRE_LINK for pending in self.waiting.values())
        return max(0, self._settings.window - mine) if self.bound else 0

    def run(self, event: Input, now: float) -> tuple[State, State]:
        """The state before and the state after."""
        old = self.state
        new = TRANSITIONS.get((old, event))
        if new is None:
            raise LocalError(f"{event.name} in {old.name}")
        self.state, self.since = new, now
        return old, new

    def send(self, pdu: Pdu, now: float) -> int:
        """Note a request; its sequence_number, which no other that waits has (§5.1.4)."""
        while True:
            self._sequence = self._sequence % MAX_SEQUENCE + 1
            if self._sequence not in self.waiting:
                self.overdue.pop(self._sequence, None)
                break
        if pdu.COMMAND not in (Command.OUTBIND, Command.ALERT_NOTIFICATION):
            self.waiting[self._sequence] = Pending(pdu, now)
        return self._sequence

    def give_up(self, number: int) -> Pdu:
        """Its answer is not waited for any more."""
        pdu = self.waiting.pop(number).pdu
        self.overdue[number] = pdu
        while len(self.overdue) > self._settings.accepted:
            del self.overdue[next(iter(self.overdue))]
        return pdu

    def due(self) -> Due:
        """What happens next if nothing comes."""
        t = self._settings
        first = next(iter(self.waiting.values()), None)
        dues = [Due(first.when + t.response, "response")] if first else []
        if self.state is State.OPEN:
            dues.append(Due(self.since + t.session_init, "session_init"))
        elif self.state is State.UNBOUND:
            dues.append(Due(self.since + t.response, "unbound"))
        elif self.bound:
            if not any(pending.pdu.COMMAND is Command.ENQUIRE_LINK for pending in self.waiting.values()):
                dues.append(Due(self.heard + t.enquire_link, "enquire_link"))
            if t.inactivity:
                dues.append(Due(self.active + t.inactivity, "inactivity"))
        return min(dues, default=Due(inf, ""))
