"""The non-INVITE client transaction (RFC 3261 §17.1.2, figure 6) for all requests of an element at once."""

from collections import deque
from collections.abc import Callable
from enum import IntEnum
from heapq import heappop, heappush
from math import inf

from sipbridge.events import ClientTx
from sipbridge.flow import Flow
from sipbridge.settings import Limits, Timers
from sipbridge.timers import Generations

__all__ = ["TRANSITIONS", "ClientInput", "ClientState", "ClientTransactions"]


class ClientState(IntEnum):
    """The states of figure 6; a transaction that is not known is terminated."""

    TRYING = 0
    PROCEEDING = 1
    COMPLETED = 2
    TERMINATED = 3


class ClientInput(IntEnum):
    """What can happen to a client transaction."""

    PROVISIONAL = 0
    FINAL = 1
    TIMER_E = 2
    TIMER_F = 3
    TIMER_K = 4
    TRANSPORT_ERROR = 5


_TRYING, _PROCEEDING = ClientState.TRYING, ClientState.PROCEEDING
_COMPLETED, _TERMINATED = ClientState.COMPLETED, ClientState.TERMINATED
_PROVISIONAL, _FINAL = ClientInput.PROVISIONAL, ClientInput.FINAL
_E, _F = ClientInput.TIMER_E, ClientInput.TIMER_F

Action = Callable[["ClientTransactions", ClientTx, float], bool]


class ClientTransactions:
    """All client transactions: a dict of what is open, a queue for each interval of timer E, a heap for
    timer F.

    An action returns whether the transaction user hears of it.
    """

    def __init__(self, timers: Timers, limits: Limits) -> None:
        self._timers = timers
        self._limit = limits.transactions
        self._open: dict[ClientTx, tuple[bytes, Flow, float]] = {}
        self._proceeding: set[ClientTx] = set()
        self._completed: Generations[bool] = Generations(timers.t4, limits.remembered)
        self._intervals = _intervals(timers)
        self._e: list[deque[tuple[float, ClientTx]]] = [deque() for _ in self._intervals]
        self._f: list[tuple[float, ClientTx]] = []
        self.output: list[tuple[bytes, Flow]] = []
        self.retransmitted = 0
        """Requests that were sent again, because nobody had answered."""

    def __len__(self) -> int:
        return len(self._open)

    def state(self, tx: ClientTx) -> ClientState:
        """Where a transaction stands."""
        if tx in self._open:
            return _PROCEEDING if tx in self._proceeding else _TRYING
        completed = self._completed
        return _COMPLETED if tx in completed.young or tx in completed.old else _TERMINATED

    def start(self, tx: ClientTx, octets: bytes, flow: Flow, now: float) -> bool:
        """Send a request and start its timers; False where it is one too many."""
        if len(self._open) >= self._limit:
            return False
        self._open[tx] = (octets, flow, now)
        if flow.transport == "udp":
            self._e[0].append((now + self._intervals[0], tx))
        else:
            heappush(self._f, (now + self._timers.f, tx))
        self.output.append((octets, flow))
        return True

    def receive(self, tx: ClientTx, status: int, now: float) -> bool | None:
        """A response: whether it goes up; None where it answers nothing of ours."""
        state = self.state(tx)
        if state is _TERMINATED:
            return None
        return self._run(tx, state, _PROVISIONAL if status < 200 else _FINAL, now)

    def link_down(self, connection: Flow, now: float, *, since: float = inf) -> list[ClientTx]:
        """A connection is gone: what waited for an answer over it gets none (§17.1.4).

        But what has just been sent over one that stood since before may have met the peer's close on its way:
        it goes once more, over a new one, and is the same transaction there.
        """
        lost = [tx for tx, (_, flow, _) in self._open.items() if flow == connection]
        if since < now and not connection.accepted:
            lost = [tx for tx in lost if not self._sent_again(tx, since, now)]
        return [tx for tx in lost if self._run(tx, self.state(tx), ClientInput.TRANSPORT_ERROR, now)]

    def _sent_again(self, tx: ClientTx, since: float, now: float) -> bool:
        octets, flow, started = self._open[tx]
        if not since < started <= now < started + self._timers.t1 or tx in self._proceeding:
            return False
        self.output.append((octets, flow))
        return True

    def expire(self, now: float) -> list[ClientTx]:
        """Retransmit what is due; returns the transactions that got no answer."""
        for step, queue in enumerate(self._e):
            while queue and queue[0][0] <= now:
                tx = queue.popleft()[1]
                if tx in self._open:
                    self._run(tx, self.state(tx), _E, now)
                    self._rearm(tx, step, now)
        silent: list[ClientTx] = []
        while self._f and self._f[0][0] <= now:
            tx = heappop(self._f)[1]
            if tx in self._open and self._run(tx, self.state(tx), _F, now):
                silent.append(tx)
        self._completed.expire(now)
        return silent

    def deadline(self) -> float | None:
        """When `expire` has work; entries of answered requests are dropped here."""
        soonest, opened = self._completed.turn, self._open
        for queue in self._e:
            while queue and queue[0][1] not in opened:
                queue.popleft()
            if queue and (soonest is None or queue[0][0] < soonest):
                soonest = queue[0][0]
        while self._f and self._f[0][1] not in opened:
            heappop(self._f)
        if self._f and (soonest is None or self._f[0][0] < soonest):
            soonest = self._f[0][0]
        return soonest

    def _run(self, tx: ClientTx, state: ClientState, event: ClientInput, now: float) -> bool:
        after, action = TRANSITIONS[state, event]
        told = action(self, tx, now)
        if after is not state:
            self._enter(tx, after, now)
        return told

    def _enter(self, tx: ClientTx, state: ClientState, now: float) -> None:
        if state is _PROCEEDING:
            self._proceeding.add(tx)
            return
        del self._open[tx]
        if self._proceeding:
            self._proceeding.discard(tx)
        if state is _COMPLETED:
            self._completed.put(tx, True, now)

    def _tell(self, tx: ClientTx, now: float) -> bool:
        return True

    def _absorb(self, tx: ClientTx, now: float) -> bool:
        return False

    def _retransmit(self, tx: ClientTx, now: float) -> bool:
        octets, flow, _ = self._open[tx]
        self.output.append((octets, flow))
        self.retransmitted += 1
        return False

    def _rearm(self, tx: ClientTx, step: int, now: float) -> None:
        """Timer E: T1, doubling up to T2; T2 at once where a provisional response has come (§17.1.2.2)."""
        last = len(self._intervals) - 1
        step = last if tx in self._proceeding else min(step + 1, last)
        due, end = now + self._intervals[step], self._open[tx][2] + self._timers.f
        if due < end:
            self._e[step].append((due, tx))
        else:
            heappush(self._f, (end, tx))


def _intervals(timers: Timers) -> list[float]:
    """T1, 2 × T1, … T2."""
    intervals = [timers.t1]
    while intervals[-1] < timers.t2:
        intervals.append(min(2 * intervals[-1], timers.t2))
    return intervals


# RFC 3261 §17.1.2.2, figure 6. Timers E and F stop when the transaction leaves Trying and Proceeding.
TRANSITIONS: dict[tuple[ClientState, ClientInput], tuple[ClientState, Action]] = {
    (_TRYING, _E): (_TRYING, ClientTransactions._retransmit),
    (_TRYING, _F): (_TERMINATED, ClientTransactions._tell),
    (_TRYING, ClientInput.TRANSPORT_ERROR): (_TERMINATED, ClientTransactions._tell),
    (_TRYING, _PROVISIONAL): (_PROCEEDING, ClientTransactions._tell),
    (_TRYING, _FINAL): (_COMPLETED, ClientTransactions._tell),
    (_PROCEEDING, _E): (_PROCEEDING, ClientTransactions._retransmit),
    (_PROCEEDING, _F): (_TERMINATED, ClientTransactions._tell),
    (_PROCEEDING, ClientInput.TRANSPORT_ERROR): (_TERMINATED, ClientTransactions._tell),
    (_PROCEEDING, _PROVISIONAL): (_PROCEEDING, ClientTransactions._tell),
    (_PROCEEDING, _FINAL): (_COMPLETED, ClientTransactions._tell),
    (_COMPLETED, _PROVISIONAL): (_COMPLETED, ClientTransactions._absorb),
    (_COMPLETED, _FINAL): (_COMPLETED, ClientTransactions._absorb),
    (_COMPLETED, ClientInput.TIMER_K): (_TERMINATED, ClientTransactions._absorb),  # a generation at a time
}
