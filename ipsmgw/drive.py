"""The Driver runs the stacks of one node; it alone arms a timer (DESIGN §3)."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar, runtime_checkable

import mapstack.flow
import sipbridge.flow
from ipsmgw.smpp import Flow as SmppFlow
from ipsmgw.smpp import SessionSpec
from mapstack.transport import AssociationSpec
from msgin5g_bridge.exchange import ExchangeStack, Incoming, Outgoing
from sipbridge.transport import SipSpec

__all__ = [
    "Clock",
    "Driver",
    "ExchangePort",
    "Handle",
    "Keep",
    "Network",
    "Port",
    "Sender",
    "Stack",
    "Tap",
    "Timed",
    "surviving",
]

FlowT = TypeVar("FlowT")
EventT = TypeVar("EventT")
EventCo = TypeVar("EventCo", covariant=True)
FlowContra = TypeVar("FlowContra", contravariant=True)
ResultT = TypeVar("ResultT")

_log = logging.getLogger(__name__)


class Handle(Protocol):
    """What `Clock.call_at` returns."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Seconds since 1970 that never go back, and a call at a time."""

    def now(self) -> float: ...
    def call_at(self, when: float, callback: Callable[[], None]) -> Handle: ...


class Timed(Protocol):
    """Something with deadlines and no octets of its own: the gateway, or an element of the lab."""

    def expire(self, now: float) -> object: ...
    def deadline(self) -> float | None: ...


class Stack(Protocol[EventCo, FlowT]):
    """The one contract: octets and time in, events and octets out (DESIGN §3)."""

    def receive(self, data: bytes, flow: FlowT, now: float) -> Sequence[EventCo]: ...
    def link_up(self, flow: FlowT, identity: str, now: float) -> Sequence[EventCo]: ...
    def link_down(self, flow: FlowT, now: float) -> Sequence[EventCo]: ...
    def expire(self, now: float) -> Sequence[EventCo]: ...
    def deadline(self) -> float | None: ...
    def take_output(self) -> list[tuple[bytes, FlowT]]: ...


@runtime_checkable
class Resending(Protocol[EventCo, FlowContra]):
    """A stack that has another use for what its transport had taken and never sent."""

    def unsent(self, batch: Sequence[tuple[bytes, FlowContra]], now: float) -> Sequence[EventCo]: ...


class Sender(Protocol[FlowT]):
    """Where the octets of a stack go: a transport, or a link of the lab."""

    def __call__(self, batch: list[tuple[bytes, FlowT]], /) -> None: ...


Tap = Callable[[float, bool, bytes, FlowT], None]
"""Called with (now, sent?, octets, flow) for every datagram or message of a port."""

Keep = Callable[[float, bool, Sequence[tuple[bytes, FlowT]]], None]
"""Called with (now, sent?, batch), once for all that comes or leaves together."""


class Network(Protocol):
    """Where ports are plugged in: real sockets (`ipsmgw.app`), or the lab's virtual links."""

    def datagrams(
        self, node: str, local: tuple[str, int], port: "Port[EventT, sipbridge.flow.Flow]"
    ) -> None: ...
    def signalling(self, node: str, spec: SipSpec, port: "Port[EventT, sipbridge.flow.Flow]") -> None: ...
    def associations(
        self, node: str, specs: Sequence[AssociationSpec], port: "Port[EventT, mapstack.flow.Flow]"
    ) -> None: ...
    def sessions(self, node: str, spec: SessionSpec, port: "Port[EventT, SmppFlow]") -> None: ...


def _nothing_to_cut(flow: object) -> None:
    """Datagrams have no connection."""


class _Expiring(Protocol[EventCo]):
    """What any stack is to its port: deadlines, and the events of those that have passed."""

    def expire(self, now: float) -> Sequence[EventCo]: ...
    def deadline(self) -> float | None: ...


class _AnyPort(Generic[EventT]):
    """What ports of both kinds have: a place at the Driver, and who decides on the events."""

    _stack: _Expiring[EventT]

    def __init__(
        self, driver: "Driver", stack: _Expiring[EventT], sink: Callable[[EventT, float], None]
    ) -> None:
        self._driver = driver
        self._stack = stack
        self._sink = sink

    def deadline(self) -> float | None:
        return self._stack.deadline()

    def expire(self, now: float) -> None:
        self._dispatch(self._stack.expire(now), now)

    def _dispatch(self, events: Sequence[EventT], now: float) -> None:
        self._driver.dispatch(events, self._sink, now)


class Port(_AnyPort[EventT], Generic[EventT, FlowT]):
    """One stack at its node's Driver: what a network feeds, and what feeds the network."""

    _stack: Stack[EventT, FlowT]

    def __init__(
        self, driver: "Driver", stack: Stack[EventT, FlowT], sink: Callable[[EventT, float], None]
    ) -> None:
        super().__init__(driver, stack, sink)
        self.send: Sender[FlowT] | None = None
        self.cut: Callable[[FlowT], None] = _nothing_to_cut
        self.trouble: Callable[[], Mapping[str, str]] = dict
        """Why which association is not there, as far as the network knows."""
        self.behind: Callable[[], bool] = bool
        """Whether the network holds more than it has handed on, as far as it knows."""
        self.tap: Tap[FlowT] | None = None
        self.keep: Keep[FlowT] | None = None
        self.received = self.sent = 0
        """PDUs."""

    def receive(self, batch: Sequence[tuple[bytes, FlowT]]) -> None:
        """Octets have come: each is one datagram, or one message of an association."""
        self.receive_all((batch,))

    def receive_all(self, batches: Iterable[Sequence[tuple[bytes, FlowT]]]) -> None:
        """What comes while it is read: what is decided leaves together, and is recorded together."""
        clock = self._driver.clock
        for batch in batches:
            self._take(batch, clock.now())
        self._driver.settle(clock.now())

    def _take(self, batch: Sequence[tuple[bytes, FlowT]], now: float) -> None:
        receive, tap = self._stack.receive, self.tap
        self.received += len(batch)
        if self.keep is not None:
            self.keep(now, False, batch)
        if tap is not None:
            for data, flow in batch:
                tap(now, False, data, flow)
        # First all is read, then all is decided: code and data stay in the processor's caches.
        events: list[EventT] = []
        for data, flow in batch:
            try:
                events += receive(data, flow, now)
            except Exception as bug:  # a stack never raises (DESIGN §3): if it does, the batch goes on
                self._driver.supervise(bug, data, now)
        self._dispatch(events, now)

    def link_up(self, flow: FlowT, identity: str = "") -> None:
        now = self._driver.clock.now()
        self._dispatch(self._stack.link_up(flow, identity, now), now)
        self._driver.settle(now)

    def link_down(self, flow: FlowT) -> None:
        now = self._driver.clock.now()
        self._dispatch(self._stack.link_down(flow, now), now)
        self._driver.settle(now)

    def unsent(self, batch: Sequence[tuple[bytes, FlowT]]) -> None:
        """The network gives back what it had taken and never sent."""
        if isinstance(self._stack, Resending):
            now = self._driver.clock.now()
            self._dispatch(self._stack.unsent(batch, now), now)
            self._driver.settle(now)

    def flush(self, now: float) -> None:
        """Hand on what the stack has to say, in one batch."""
        batch = self._stack.take_output()
        if not batch or self.send is None:
            return
        self.sent += len(batch)
        if self.keep is not None:
            self.keep(now, True, batch)
        if self.tap is not None:
            for data, flow in batch:
                self.tap(now, True, data, flow)
        self.send(batch)


class ExchangePort(_AnyPort[EventT]):
    """The same for a stack of requests and answers: what its carrier feeds, and what feeds its carrier."""

    _stack: ExchangeStack[EventT]

    def __init__(
        self, driver: "Driver", stack: ExchangeStack[EventT], sink: Callable[[EventT, float], None]
    ) -> None:
        super().__init__(driver, stack, sink)
        self.send: Callable[[list[Outgoing]], None] | None = None
        self.tap: Callable[[float, bool, Incoming | Outgoing], None] | None = None

    def receive(self, incoming: Incoming) -> None:
        """A request, an answer, or that there is none."""
        self.receive_all((incoming,))

    def receive_all(self, batch: Sequence[Incoming]) -> None:
        """What has come together: what is decided leaves together, after one sync of the disk."""
        now = self._driver.clock.now()
        for incoming in batch:
            self._take(incoming, now)
        self._driver.settle(now)

    def _take(self, incoming: Incoming, now: float) -> None:
        if self.tap is not None:
            self.tap(now, False, incoming)
        try:
            events = self._stack.receive(incoming, now)
        except Exception as bug:  # a stack never raises (DESIGN §3)
            self._driver.supervise(bug, incoming, now)
            events = ()
        self._dispatch(events, now)

    def flush(self, now: float) -> None:
        """Hand on what the stack has to say."""
        batch = self._stack.take_output()
        if not batch or self.send is None:
            return
        if self.tap is not None:
            for outgoing in batch:
                self.tap(now, True, outgoing)
        self.send(batch)


class Driver:
    """The ports of one node: after each input all are flushed, and one timer is armed."""

    def __init__(self, clock: Clock, on_bug: Callable[[object, float], None] | None = None) -> None:
        self.clock = clock
        self._on_bug = on_bug
        self._timed: list[Timed] = []
        self._flush: list[Callable[[float], None]] = []
        self._armed: float | None = None
        self._timer: Handle | None = None
        self._closed = False
        self.bugs = 0

    def open(self, stack: Stack[EventT, FlowT], sink: Callable[[EventT, float], None]) -> Port[EventT, FlowT]:
        port = Port(self, stack, sink)
        self._timed.append(port)
        self._flush.append(port.flush)
        return port

    def open_exchanges(
        self, stack: ExchangeStack[EventT], sink: Callable[[EventT, float], None]
    ) -> ExchangePort[EventT]:
        """The same for requests and answers."""
        port = ExchangePort(self, stack, sink)
        self._timed.append(port)
        self._flush.append(port.flush)
        return port

    def dispatch(self, events: Sequence[EventT], sink: Callable[[EventT, float], None], now: float) -> None:
        """Each event to who decides on it."""
        for event in events:
            try:
                sink(event, now)
            except Exception as bug:  # the supervisor (DESIGN §6): our bug ends one message, not the node
                self.supervise(bug, event, now)

    def watch(self, timed: Timed, before_flush: Callable[[float], None] | None = None) -> None:
        """Let `timed` see its deadlines; `before_flush` runs after each input, before octets leave."""
        self._timed.append(timed)
        if before_flush is not None:
            self._flush.insert(0, before_flush)

    def turn(self, work: Callable[[float], object]) -> None:
        """Run work that came from elsewhere (a user's request, an element that begins) as an input."""
        now = self.clock.now()
        if not self._closed:
            work(now)
            self.settle(now)

    def turn_each(self, works: Iterable[Callable[[float], None]]) -> None:
        """The same for many works at once (what a finished sync releases): a bug in one spares the others."""
        if self._closed:
            return
        now = self.clock.now()
        for work in works:
            try:
                work(now)
            except Exception as bug:  # one message is lost, not those behind it
                self.supervise(bug, work, now)
        self.settle(now)

    def settle(self, now: float) -> None:
        """End of an input: everything that was decided leaves, and the next deadline is awaited."""
        for flush in self._flush:
            flush(now)
        self._arm(now)

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def supervise(self, bug: Exception, event: object, now: float) -> None:
        self.bugs += 1
        _log.error("bug while handling %r", event, exc_info=bug)
        if self._on_bug is None:
            return
        try:
            self._on_bug(event, now)
        except Exception as another:  # the batch goes on
            _log.error("bug while settling %r", event, exc_info=another)

    def deadline(self) -> float | None:
        """The soonest of all."""
        soonest = None
        for timed in self._timed:
            when = timed.deadline()
            if when is not None and (soonest is None or when < soonest):
                soonest = when
        return soonest

    def _arm(self, now: float) -> None:
        soonest = self.deadline()
        if soonest is None or self._closed:
            return
        when = max(soonest, now)
        if self._armed is not None and self._armed <= when:
            return  # the timer fires early and looks again: cheaper than moving it with every batch
        if self._timer is not None:
            self._timer.cancel()
        self._armed = when
        self._timer = self.clock.call_at(when, self._fire)

    def _fire(self) -> None:
        self._armed = self._timer = None
        now = self.clock.now()
        early = True
        for timed in self._timed:
            when = timed.deadline()
            if when is not None and when <= now:
                early = False
                try:
                    timed.expire(now)
                except Exception as bug:  # the others have deadlines too
                    self.supervise(bug, timed, now)
        if early:
            self._arm(now)  # what it was armed for has been answered
        else:
            self.settle(now)


def surviving(work: Callable[[], ResultT]) -> ResultT | Exception:
    """For who only looks at the node: our bug, where one ended the work, is for the caller to tell of."""
    try:
        return work()
    except Exception as bug:  # what is looked at besides is not ended by it
        return bug
