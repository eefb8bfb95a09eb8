"""Two nodes that do what they may, over a bad line: each invoke has one outcome, and nothing stays open."""

from collections.abc import Callable
from random import Random

import pytest

from mapstack import (
    Answered,
    DialogueClosed,
    DialogueLost,
    Handshake,
    Invoked,
    LocalError,
    MapError,
    MapEvent,
    MapOpenInfo,
    MapStack,
    Operation,
    Refused,
    SccpAddress,
)
from mapstack.map.operation import Parameter
from mapstack.map.operations import MT_FORWARD_SM, OPERATIONS, OPERATIONS_OF
from mapstack.tcap.machine import State
from tests.mapstack.map.values import filled
from tests.mapstack.stack.network import FLOW, HLR, SC, Network
from tests.mapstack.stack.peer import FIRST

ARGUMENTS: dict[Operation, Parameter] = {each: filled(each.argument) for each in OPERATIONS}
RESULTS = {each: filled(each.result) if each.result else None for each in OPERATIONS}
ROUNDS, SEEDS = 40, 25  # walks of one test, and tests


class Node:
    """One of the two: what it has asked and not heard of, and what it is asked."""

    def __init__(self, stack: MapStack, peer: SccpAddress, rng: Random) -> None:
        self.stack, self.peer, self.rng = stack, peer, rng
        self.waiting: set[tuple[int, int]] = set()
        self.given_up: set[tuple[int, int]] = set()
        self.asked: dict[int, list[tuple[int, Operation]]] = {}

    def hear(self, events: list[MapEvent]) -> None:
        for event in events:
            if isinstance(event, Answered | Refused | DialogueLost):
                key = event.dialogue, event.invoke_id
                assert key in self.waiting or key in self.given_up, event
                self.waiting.discard(key)
            elif isinstance(event, Invoked) and event.operation.operation_class != 4:
                assert self.stack.is_open(event.dialogue), event
                self.asked.setdefault(event.dialogue, []).append((event.invoke_id, event.operation))
            elif isinstance(event, DialogueClosed):
                self.asked.pop(event.dialogue, None)

    def invoke(self, now: float) -> None:
        operation = self.rng.choice(OPERATIONS)
        arg = FIRST if operation is MT_FORWARD_SM and self.rng.random() < 0.5 else ARGUMENTS[operation]
        opened = MapOpenInfo() if self.rng.random() < 0.2 else None
        more = self.rng.random() < 0.3
        tid = self.stack.invoke(operation, self.peer, arg, now, more=more, map_open=opened)
        self.waiting.add((tid, 1))

    def invoke_in(self, now: float) -> None:
        tid = self._any()
        if tid is None:
            return
        operation = self.rng.choice([*OPERATIONS_OF[self.stack._tcap.dialogue(tid).context].values()])
        arg, more = ARGUMENTS[operation], self.rng.random() < 0.3
        self.waiting.add((tid, self.stack.invoke_in(tid, operation, arg, now, more=more)))

    def answer(self, now: float) -> None:
        if not self.asked:
            return
        tid = self.rng.choice([*self.asked])
        if not self.stack.is_open(tid):
            del self.asked[tid]
            return
        invoke_id, operation = self.asked[tid][0]
        chance, errors = self.rng.random(), sorted(operation.errors)
        last = chance > 0.2 or operation.result is None
        if last:
            del self.asked[tid][0]
        self.asked = {each: waiting for each, waiting in self.asked.items() if waiting}
        if last and chance < 0.5 and errors:
            error, more = MapError(self.rng.choice(errors)), self.rng.random() < 0.5
            self.stack.error(tid, error, now, invoke_id=invoke_id, more=more)
        else:
            self.stack.result(tid, RESULTS[operation], now, invoke_id=invoke_id, last=last)

    def give_up(self, now: float) -> None:
        tid = self._any()
        if tid is None:
            return
        dialogue = self.stack._tcap.dialogue(tid)
        ended = {(tid, invoke_id) for invoke_id in dialogue.sent}
        self.given_up |= ended
        self.waiting -= ended
        ways: list[Callable[[], None]] = [
            lambda: self.stack.abort(tid, now),
            lambda: self.stack.close(tid, now),
            lambda: self.stack.close(tid, now, prearranged=True),
        ]
        if dialogue.state is State.INIT_RECEIVED:
            ways.append(lambda: self.stack.refuse(tid, now))
        self.rng.choice(ways)()

    def _any(self) -> int | None:
        dialogues = [*self.stack._tcap._dialogues]
        return self.rng.choice(dialogues) if dialogues else None


class Walk:
    """A line that loses, doubles, mixes up and breaks what it carries, and is cut now and then."""

    def __init__(self, seed: int) -> None:
        rng = self.rng = Random(seed)
        handshakes = (Handshake(),) if rng.random() < 0.3 else ()
        guard, idle = rng.choice([20.0, 50.0, 240.0]), rng.choice([5.0, 60.0])
        self.network = Network(guard=guard, idle=idle, handshakes=handshakes)
        self.nodes = Node(self.network.sc, HLR, rng), Node(self.network.hlr, SC, rng)
        self.good = rng.random() < 0.4
        self.up = True
        self.line: list[tuple[Node, bytes]] = []

    def run(self) -> None:
        for _ in range(self.rng.randrange(5, 60)):
            node, now = self.rng.choice(self.nodes), self.network.now
            steps = [node.invoke, node.invoke_in, node.answer, node.answer, node.answer, node.give_up]
            step = self.rng.choices([*steps, self.cut, self.wait], [4, 3, 2, 2, 2, 1, 1, 2])[0]
            step(now)
            self.carry()
        for _ in range(8):
            self.wait(self.network.now, 241.0)
            for node in self.nodes:
                node.stack.take_output()
        for node in self.nodes:
            assert not node.waiting
            assert len(node.stack) == 0
            assert not any(len(timer) for timer in node.stack._tcap._timers)

    def cut(self, now: float) -> None:
        self.up = not self.up
        for node in self.nodes:
            stack = node.stack
            node.hear(stack.link_up(FLOW, "", now) if self.up else stack.link_down(FLOW, now))

    def wait(self, now: float, seconds: float | None = None) -> None:
        self.network.now = now + (seconds or self.rng.choice([0.5, 3.0, 10.0, 30.0, 61.0, 181.0]))
        for node in self.nodes:
            node.hear(node.stack.expire(self.network.now))

    def carry(self) -> None:
        """Bring over some of what is on its way, with what that brings forth."""
        self._take()
        rng = self.rng
        while self.line and (self.good or rng.random() < 0.8):
            node, octets = self.line.pop(rng.randrange(len(self.line)) if rng.random() < 0.2 else 0)
            if not self.good and rng.random() < 0.1:
                octets = _broken(octets, rng)
            node.hear(node.stack.receive(octets, FLOW, self.network.now))
            self._take()

    def _take(self) -> None:
        if not self.up:
            self.line.clear()
        for node, other in (self.nodes, self.nodes[::-1]):
            for octets, _ in node.stack.take_output():
                times = 1 if self.good else self.rng.choices([0, 1, 2], [1, 8, 1])[0]
                self.line += [(other, octets)] * (times if self.up else 0)


def _broken(octets: bytes, rng: Random) -> bytes:
    broken = bytearray(octets)
    if len(broken) > 60:  # not M3UA: it would cut the association
        broken[rng.randrange(50, len(broken))] = rng.randrange(256)
    return bytes(broken)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_two_nodes_do_it_ends_well(seed: int) -> None:
    for number in range(ROUNDS):
        walk = Walk(seed * ROUNDS + number)
        try:
            walk.run()
        except (AssertionError, LocalError) as error:
            error.add_note(f"Walk({seed * ROUNDS + number})")
            raise
