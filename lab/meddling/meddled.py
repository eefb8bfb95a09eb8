"""A stack with somebody at its port who meddles with what it sends and hears: sans-IO, as the stack is."""

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from typing import Generic, NamedTuple, TypeVar

from ipsmgw.drive import Resending, Stack
from lab.meddling.effects import Cut, Effect, Onward, Restart
from lab.meddling.marks import MarkedTrace
from lab.meddling.meddler import Meddler

__all__ = ["Meddled", "Post"]

EventT = TypeVar("EventT")
FlowT = TypeVar("FlowT")

_OK = b"SIP/2.0 2"


class Post(NamedTuple):
    """What a meddled stack knows of its surroundings."""

    node: str
    meddler: Meddler
    trace: MarkedTrace
    protocol: Callable[[object], str]
    """Of a flow."""
    peer: Callable[[object], str]
    """Who is at the other end of a flow."""
    sender: Callable[[object, bytes], str]
    recipient: Callable[[object, bytes], str]
    """Of a PDU on a flow, behind whose other end there may be others."""
    is_ours: Callable[[str], bool]
    """Whether what that one sends is meddled with where it is sent."""
    now: Callable[[], float]


class Meddled(Generic[EventT, FlowT]):
    """`ipsmgw.drive.Stack` around a stack; without rules it does nothing."""

    def __init__(self, stack: Stack[EventT, FlowT], post: Post) -> None:
        self._stack = stack
        self._post = post
        self._forged: list[tuple[bytes, FlowT]] = []
        self._held: list[tuple[float, int, bool, bytes, FlowT, str]] = []
        self._numbers = 0
        self._flows: dict[str, FlowT] = {}
        self._refused: set[FlowT] = set()
        self._silent = False
        self.last_words: float | None = None
        """After its next 2xx it is gone for so long: a battery was pulled."""

    # What comes.

    def receive(self, data: bytes, flow: FlowT, now: float) -> Sequence[EventT]:
        post = self._post
        if self._silent:
            return []
        if not post.meddler.watching or post.is_ours(peer := post.sender(flow, data)):
            return self._stack.receive(data, flow, now)
        effect = post.meddler.effect((peer, post.node), post.protocol(flow), data, now)
        if effect is None:
            return self._stack.receive(data, flow, now)
        fate = _fate(effect, data)
        if fate:
            post.trace.amend(now, (peer, post.node), post.protocol(flow), data, fate)
        self._act(effect)
        for octets in effect.back:
            self._forge(octets, flow, "forged")
        return self._hear(effect.onward, flow, now)

    def _hear(self, onward: Sequence[Onward], flow: FlowT, now: float) -> list[EventT]:
        events: list[EventT] = []
        for octets, _, delay in onward:
            if delay:
                self._hold(now + delay, octets, flow, inward=True)
            else:
                events += self._stack.receive(octets, flow, now)
        return events

    def link_up(self, flow: FlowT, identity: str, now: float) -> Sequence[EventT]:
        post = self._post
        peer = post.peer(flow)
        if post.meddler.refuses(post.node, peer, now):
            self._refused.add(flow)
            post.meddler.perform(Cut(post.node, peer))
            return []
        self._flows[peer] = flow
        return self._stack.link_up(flow, identity, now)

    def link_down(self, flow: FlowT, now: float) -> Sequence[EventT]:
        """What is late on it does not come any more."""
        self._held = [held for held in self._held if held[4] != flow]
        heapify(self._held)
        if flow in self._refused:
            self._refused.discard(flow)
            return []
        return self._stack.link_down(flow, now)

    def unsent(self, batch: Sequence[tuple[bytes, FlowT]], now: float) -> Sequence[EventT]:
        return self._stack.unsent(batch, now) if isinstance(self._stack, Resending) else []

    # Time.

    def deadline(self) -> float | None:
        mine, its = (self._held[0][0] if self._held else None), self._stack.deadline()
        if mine is None or its is None:
            return its if mine is None else mine
        return min(mine, its)

    def expire(self, now: float) -> Sequence[EventT]:
        events = list(self._stack.expire(now))
        while self._held and self._held[0][0] <= now:
            _, _, inward, octets, flow, fate = heappop(self._held)
            if not inward:
                self._forge(octets, flow, fate)
            elif not self._silent:
                if fate:
                    post = self._post
                    post.trace.pdu(
                        now, post.sender(flow, octets), post.node, post.protocol(flow), octets, fate
                    )
                events += self._stack.receive(octets, flow, now)
        return events

    # What leaves.

    def take_output(self) -> list[tuple[bytes, FlowT]]:
        leaves, self._forged = self._forged, []
        said = self._stack.take_output()
        if self._silent or self.last_words is not None:
            said = self._before_silence(said)
        if not said or not self._post.meddler.watching:
            return [*leaves, *said]
        now = self._post.now()
        for data, flow in said:
            leaves += self._sent(data, flow, now)
        return leaves

    def _sent(self, data: bytes, flow: FlowT, now: float) -> list[tuple[bytes, FlowT]]:
        post = self._post
        peer, protocol = post.recipient(flow, data), post.protocol(flow)
        effect = post.meddler.effect((post.node, peer), protocol, data, now)
        if effect is None:
            return [(data, flow)]
        leaves: list[tuple[bytes, FlowT]] = []
        for octets, fate, delay in effect.onward:
            if delay:
                self._hold(now + delay, octets, flow, fate=fate)
                continue
            if fate:
                post.trace.mark(post.node, octets, fate)
            leaves.append((octets, flow))
        if not effect.onward:
            post.trace.pdu(now, post.node, peer, protocol, data, "withheld")
        for octets in effect.back:
            self._hold(now, octets, flow, inward=True, fate="forged")
        self._act(effect)
        return leaves

    def _before_silence(self, said: list[tuple[bytes, FlowT]]) -> list[tuple[bytes, FlowT]]:
        """What leaves before the battery is out; the rest never was on a link."""
        post = self._post
        heard: list[tuple[bytes, FlowT]] = []
        for data, flow in said:
            if self._silent:
                peer, protocol = post.recipient(flow, data), post.protocol(flow)
                post.trace.pdu(post.now(), post.node, peer, protocol, data, "withheld")
                continue
            heard.append((data, flow))
            if self.last_words is not None and data.startswith(_OK):
                self._silent = True
                post.meddler.perform(Restart(post.node, self.last_words))
        return heard

    # What acts want of it.

    def say(self, peer: str, data: bytes) -> bool:
        """Send something unasked; whether there is an association with that peer."""
        flow = self._flows.get(peer)
        if flow is not None:
            self._forge(data, flow, "forged")
        return flow is not None

    def hear(self, peer: str, data: bytes) -> bool:
        """Be told something that nobody has said."""
        flow = self._flows.get(peer)
        if flow is not None:
            self._hold(self._post.now(), data, flow, inward=True, fate="forged")
        return flow is not None

    def _forge(self, data: bytes, flow: FlowT, fate: str) -> None:
        if fate:
            self._post.trace.mark(self._post.node, data, fate)
        self._forged.append((data, flow))

    def _hold(self, when: float, data: bytes, flow: FlowT, *, inward: bool = False, fate: str = "") -> None:
        self._numbers += 1
        heappush(self._held, (when, self._numbers, inward, data, flow, fate))

    def _act(self, effect: Effect) -> None:
        for act in effect.acts:
            self._post.meddler.perform(act)


def _fate(effect: Effect, data: bytes) -> str:
    """What became of a PDU that was already on its link."""
    if not effect.onward:
        return "withheld"
    return effect.onward[-1].fate
