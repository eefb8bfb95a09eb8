"""The non-INVITE server transaction (RFC 3261 §17.2.2, figure 8; RFC 4320) for all requests at once."""

from collections import deque
from collections.abc import Callable
from enum import IntEnum

from msgspec import Struct
from msgspec.structs import replace

from sipbridge.events import ServerTx
from sipbridge.flow import Flow
from sipbridge.message import Message
from sipbridge.settings import Limits, Timers
from sipbridge.timers import Generations
from sipbridge.via import back_to_sender

__all__ = ["TRANSITIONS", "Answering", "ServerInput", "ServerState", "ServerTransactions"]


class ServerState(IntEnum):
    """The states of figure 8; a transaction that is not known is terminated."""

    TRYING = 0
    PROCEEDING = 1
    COMPLETED = 2
    TERMINATED = 3


class ServerInput(IntEnum):
    """What can happen to a server transaction."""

    REQUEST = 0
    PROVISIONAL = 1
    FINAL = 2
    TRYING_DUE = 3
    GIVE_UP = 4
    TIMER_J = 5
    TRANSPORT_ERROR = 6


class Answering(Struct, frozen=True, gc=False):
    """What answering a request needs: the request, its top Via as stamped, and the flow back."""

    message: Message
    via: bytes
    flow: Flow
    arrived: float


_TRYING, _PROCEEDING = ServerState.TRYING, ServerState.PROCEEDING
_COMPLETED, _TERMINATED = ServerState.COMPLETED, ServerState.TERMINATED
_REQUEST, _PROVISIONAL, _FINAL = ServerInput.REQUEST, ServerInput.PROVISIONAL, ServerInput.FINAL
_DUE, _GIVE_UP, _ERROR = ServerInput.TRYING_DUE, ServerInput.GIVE_UP, ServerInput.TRANSPORT_ERROR

_CANCELLED = (b"INVITE", b"MESSAGE", b"REGISTER", b"SUBSCRIBE", b"NOTIFY", b"OPTIONS")

Action = Callable[["ServerTransactions", ServerTx, bytes], bytes | None]


class ServerTransactions:
    """All server transactions: the open ones, and the final answers of the finished ones until timer J.

    A finished transaction is its key and a status; the answer to a retransmission is written again from the
    retransmission itself. Only answers with headers or a body of their own are kept, within `kept_octets`.
    """

    def __init__(self, timers: Timers, limits: Limits) -> None:
        self._limits = limits
        self._most = limits.transactions
        self._give_up_after = timers.f
        self._trying_after = timers.e_at_t2
        self._open: dict[ServerTx, Answering] = {}
        self._provisional: dict[ServerTx, bytes] = {}
        self._completed: Generations[int | bytes] = Generations(timers.f, limits.remembered)
        self._kept: deque[tuple[float, int]] = deque()
        self._kept_octets = 0
        self._due: deque[tuple[float, ServerTx]] = deque()
        self._guard: deque[tuple[float, ServerTx]] = deque()

    def __len__(self) -> int:
        return len(self._open)

    @property
    def remembered(self) -> int:
        """How many finished transactions are remembered."""
        return len(self._completed)

    def knows(self, tx: ServerTx) -> bool:
        """Whether a request of this transaction has come before, and timer J has not ended it."""
        completed = self._completed
        return tx in self._open or tx in completed.young or tx in completed.old

    def cancelled(self, tx: ServerTx) -> tuple[ServerTx, int]:
        """What a CANCEL means, and the answer to it (RFC 3261 §9.2). It stops nothing but an INVITE, and none
        waits here.
        """
        found = (ServerTx(tx.removesuffix(b"CANCEL") + method) for method in _CANCELLED)
        asked = next(filter(self.knows, found), None)
        return (tx, 481) if asked is None else (asked, 200)

    def state(self, tx: ServerTx) -> ServerState:
        """Where a transaction stands."""
        if tx in self._open:
            return _PROCEEDING if tx in self._provisional else _TRYING
        completed = self._completed
        return _COMPLETED if tx in completed.young or tx in completed.old else _TERMINATED

    def open(self, tx: ServerTx, answering: Answering) -> bool:
        """A new request has come; False where it is one too many."""
        if len(self._open) >= self._most:
            return False
        self._open[tx] = answering
        self._due.append((answering.arrived + self._trying_after, tx))
        return True

    def answering(self, tx: ServerTx) -> Answering | None:
        """What is needed to answer; None where it has been answered or it is too late."""
        return self._open.get(tx)

    def run(self, tx: ServerTx, event: ServerInput, octets: bytes = b"") -> bytes | None:
        """One input of the table; returns octets to send."""
        state = self.state(tx)
        after, action = TRANSITIONS[state, event]
        sent = action(self, tx, octets)
        if after is _TERMINATED:
            self._forget(tx)
        return sent

    def finish(self, tx: ServerTx, status: int, octets: bytes, *, plain: bool, now: float) -> None:
        """The final answer of an open transaction; a plain one can be written again from its status."""
        del self._open[tx]  # from Trying as from Proceeding a final response leads to Completed
        if self._provisional:
            self._provisional.pop(tx, None)
        if plain or self._kept_octets + len(octets) > self._limits.kept_octets:
            self._completed.put(tx, status, now)
            return
        self._completed.put(tx, octets, now)
        self._kept.append((now + 2 * self._give_up_after, len(octets)))
        self._kept_octets += len(octets)

    def final(self, tx: ServerTx) -> int | bytes | None:
        """The final answer of a finished transaction: its status, or the octets."""
        return self._completed.get(tx)

    def expire(self, now: float) -> list[ServerTx]:
        """End what nobody can answer any more; returns the transactions that owe their client a 100 (RFC
        4320 §4.1).
        """
        slow: list[ServerTx] = []
        while self._due and self._due[0][0] <= now:
            tx = self._due.popleft()[1]
            answering = self._open.get(tx)
            if answering is None:
                continue
            self._guard.append((answering.arrived + self._give_up_after, tx))
            if tx not in self._provisional:
                slow.append(tx)
        while self._guard and self._guard[0][0] <= now:
            tx = self._guard.popleft()[1]
            if tx in self._open:
                self.run(tx, _GIVE_UP)
        while self._kept and self._kept[0][0] <= now:
            self._kept_octets -= self._kept.popleft()[1]
        self._completed.expire(now)
        return slow

    def deadline(self) -> float | None:
        """When `expire` has work; entries of answered requests are dropped here."""
        soonest, opened = self._completed.turn, self._open
        for queue in (self._due, self._guard):
            while queue and queue[0][1] not in opened:
                queue.popleft()
            if queue and (soonest is None or queue[0][0] < soonest):
                soonest = queue[0][0]
        return soonest

    def link_down(self, connection: Flow) -> None:
        """A connection is gone: the answer takes one of ours to sent-by (§18.2.2); where that is what is
        gone, nobody is left to answer (figure 8, transport error).
        """
        for tx, answering in [each for each in self._open.items() if each[1].flow == connection]:
            back = back_to_sender(answering.via, connection) if connection.accepted else connection
            if back == connection:
                self.run(tx, _ERROR)
            else:
                self._open[tx] = replace(answering, flow=back)

    def _forget(self, tx: ServerTx) -> None:
        self._open.pop(tx, None)
        self._provisional.pop(tx, None)
        self._completed.discard(tx)

    def _discard(self, tx: ServerTx, octets: bytes) -> bytes | None:
        return None

    def _silence(self, tx: ServerTx, octets: bytes) -> bytes | None:
        """The client has given up: what it sends once more is no new request, and is not answered."""
        answering = self._open.pop(tx)
        self._provisional.pop(tx, None)
        self._completed.put(tx, b"", answering.arrived + self._give_up_after)
        return None

    def _send(self, tx: ServerTx, octets: bytes) -> bytes | None:
        return octets

    def _send_provisional(self, tx: ServerTx, octets: bytes) -> bytes | None:
        self._provisional[tx] = octets
        return octets

    def _repeat_provisional(self, tx: ServerTx, octets: bytes) -> bytes | None:
        return self._provisional[tx]


# RFC 3261 §17.2.2, figure 8. TRYING_DUE is the 100 of RFC 4320 §4.1; GIVE_UP ends a transaction whose
# client's timer F has ended it: no answer, and no 408 either, is of use then (RFC 4320 §4.2), but a
# retransmission may still be on its way. TIMER_J comes a generation at a time.
TRANSITIONS: dict[tuple[ServerState, ServerInput], tuple[ServerState, Action]] = {
    (_TRYING, _REQUEST): (_TRYING, ServerTransactions._discard),
    (_TRYING, _PROVISIONAL): (_PROCEEDING, ServerTransactions._send_provisional),
    (_TRYING, _FINAL): (_COMPLETED, ServerTransactions._send),
    (_TRYING, _DUE): (_PROCEEDING, ServerTransactions._send_provisional),
    (_TRYING, _GIVE_UP): (_COMPLETED, ServerTransactions._silence),
    (_TRYING, _ERROR): (_TERMINATED, ServerTransactions._discard),
    (_PROCEEDING, _REQUEST): (_PROCEEDING, ServerTransactions._repeat_provisional),
    (_PROCEEDING, _PROVISIONAL): (_PROCEEDING, ServerTransactions._send_provisional),
    (_PROCEEDING, _FINAL): (_COMPLETED, ServerTransactions._send),
    (_PROCEEDING, _GIVE_UP): (_COMPLETED, ServerTransactions._silence),
    (_PROCEEDING, _ERROR): (_TERMINATED, ServerTransactions._discard),
    (_COMPLETED, _REQUEST): (_COMPLETED, ServerTransactions._send),
    (_COMPLETED, _FINAL): (_COMPLETED, ServerTransactions._discard),
    (_COMPLETED, _PROVISIONAL): (_COMPLETED, ServerTransactions._discard),
    (_COMPLETED, _ERROR): (_TERMINATED, ServerTransactions._discard),
    (_COMPLETED, ServerInput.TIMER_J): (_TERMINATED, ServerTransactions._discard),
}
