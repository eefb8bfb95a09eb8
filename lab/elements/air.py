"""The air interface as datagrams: CP entities with TC1*, and mobility management (TS 24.011 §5, §6.2).

One Air stands at each end. The layers between it and a real radio are left out: a CP-DATA that nobody
acknowledges is a page that nobody answers.
"""

from typing import NamedTuple

from lab.elements import mobility
from lab.elements.mobility import Mobility
from sipbridge import cp
from sipbridge.cp import CpAck, CpCause, CpData, CpError, CpMessage, Ti
from sipbridge.errors import DecodeError
from sipbridge.flow import Flow

__all__ = ["DTAP", "Air", "AirEvent", "Heard", "Moved", "NoCpAck", "Rubbish", "Transaction"]

DTAP = "gsm_a_dtap"
"""What these datagrams are called in a trace: the name of Wireshark's dissector."""

_ATTEMPTS = 3  # TS 24.011 §5.3.2.1: retransmissions are at most 1 to 3
_VALUES = 7


class Transaction(NamedTuple):
    """Two RPDUs that belong together, over one way; `ours`: who is here has begun it."""

    flow: Flow
    value: int
    ours: bool


class Heard(NamedTuple):
    """An RPDU: the first of a transaction of the peer, or the answer in one of ours."""

    transaction: Transaction
    rpdu: bytes


class NoCpAck(NamedTuple):
    """A transaction of ours has ended before the peer has taken what began it."""

    transaction: Transaction


class Moved(NamedTuple):
    """A message of mobility management."""

    message: Mobility
    flow: Flow


class Rubbish(NamedTuple):
    """Octets that are nothing."""

    flow: Flow


AirEvent = Heard | NoCpAck | Moved | Rubbish


class _Sent:
    """A CP-DATA; `until` is None when it was acknowledged."""

    __slots__ = ("attempts", "octets", "until")

    def __init__(self, octets: bytes, until: float) -> None:
        self.octets = octets
        self.attempts = 1
        self.until: float | None = until


class Air:
    """A stack (DESIGN §3); while it is off, or not covered, nothing is heard and nothing leaves."""

    def __init__(self, tc1: float) -> None:
        self._tc1 = tc1
        self._open: dict[Transaction, _Sent] = {}
        self._heard: dict[Transaction, bytes] = {}
        self._output: list[tuple[bytes, Flow]] = []
        self._value = 0
        self.on = self.covered = True

    def __len__(self) -> int:
        """Transactions that have not ended here."""
        return len(self._open)

    # What is asked of it.

    def begin(self, flow: Flow, rpdu: bytes, now: float) -> Transaction:
        """A new transaction, with this RPDU."""
        while (transaction := Transaction(flow, self._value, True)) in self._open:
            self._value = (self._value + 1) % _VALUES
        self._value = (self._value + 1) % _VALUES
        self._send(transaction, rpdu, now)
        return transaction

    def answer(self, transaction: Transaction, rpdu: bytes, now: float) -> None:
        """The second RPDU of a transaction that the peer has begun."""
        self._send(transaction, rpdu, now)

    def forget(self, transaction: Transaction) -> None:
        """Nobody waits for its answer any more."""
        self._open.pop(transaction, None)

    def move(self, message: Mobility, flow: Flow) -> None:
        """Say something of mobility management; nobody repeats it."""
        self._output.append((message.encode(), flow))

    # The contract of a stack.

    def receive(self, data: bytes, flow: Flow, now: float) -> list[AirEvent]:
        if not (self.on and self.covered):
            return []
        try:
            if data[:1] in (b"\x05", b"\x08"):
                return [Moved(mobility.decode(data), flow)]
            return self._take(cp.decode(data), flow)
        except DecodeError:
            return [Rubbish(flow)]

    def link_up(self, flow: Flow, identity: str, now: float) -> list[AirEvent]:
        return []

    def link_down(self, flow: Flow, now: float) -> list[AirEvent]:
        return []

    def deadline(self) -> float | None:
        return min([sent.until for sent in self._open.values() if sent.until is not None], default=None)

    def expire(self, now: float) -> list[AirEvent]:
        """TC1*: once more, or nobody is there."""
        events: list[AirEvent] = []
        due = [each for each, sent in self._open.items() if sent.until is not None and sent.until <= now]
        for transaction in due:
            sent = self._open[transaction]
            if sent.attempts < _ATTEMPTS:
                sent.attempts, sent.until = sent.attempts + 1, now + self._tc1
                self._output.append((sent.octets, transaction.flow))
            else:
                events += self._lost(transaction)
        return events

    def take_output(self) -> list[tuple[bytes, Flow]]:
        output, self._output = self._output, []
        return output if self.on and self.covered else []

    # What comes.

    def _take(self, message: CpMessage, flow: Flow) -> list[AirEvent]:
        transaction = Transaction(flow, message.ti.value, message.ti.flag)
        match message:
            case CpData():
                return self._data(transaction, message)
            case CpAck():
                self._acknowledged(transaction)
                return []
            case CpError():
                return self._lost(transaction)

    def _data(self, transaction: Transaction, message: CpData) -> list[AirEvent]:
        again = self._heard.get(transaction) == message.user_data
        if transaction.ours and not again and transaction not in self._open:
            unknown = CpError(message.ti.back, CpCause.INVALID_TRANSACTION_IDENTIFIER)
            self._output.append((unknown.encode(), transaction.flow))
            return []
        self._output.append((CpAck(message.ti.back).encode(), transaction.flow))
        if again:
            return []
        self._heard[transaction] = message.user_data
        if transaction.ours:
            del self._open[transaction]  # it acknowledges what began it, too
        return [Heard(transaction, message.user_data)]

    def _acknowledged(self, transaction: Transaction) -> None:
        sent = self._open.get(transaction)
        if sent is None:
            return
        sent.until = None
        if not transaction.ours:
            del self._open[transaction]

    def _lost(self, transaction: Transaction) -> list[AirEvent]:
        """An answer that was not taken is lost: who waits for it has a timer."""
        known = self._open.pop(transaction, None)
        return [NoCpAck(transaction)] if known is not None and transaction.ours else []

    def _send(self, transaction: Transaction, rpdu: bytes, now: float) -> None:
        octets = CpData(Ti(transaction.value, not transaction.ours), rpdu).encode()
        self._open[transaction] = _Sent(octets, now + self._tc1)
        self._output.append((octets, transaction.flow))
