"""A node of ours on kernel SCTP, of the stack, the transport and the Driver that the gateway has."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random

from ipsmgw.drive import Driver
from ipsmgw.sockets import LoopClock, Sockets
from mapstack import (
    Answered,
    DialogueLost,
    Flow,
    Invoked,
    MapEvent,
    MapSettings,
    MapStack,
    Operation,
    Refused,
    SccpAddress,
)
from mapstack.asn1 import Sequence
from mapstack.events import AspStateChanged, AssociationFailed
from mapstack.m3ua.asp import AspState
from mapstack.m3ua.data import DATA_HEADER
from mapstack.transport import AssociationSpec
from tests.interop.sctp.samples import result
from tests.interop.sctp.stp import PATIENCE

__all__ = ["Node", "Outcome", "running"]

_DATA = DATA_HEADER[2:4]
Outcome = Answered | Refused | DialogueLost


class Node:
    """It answers what it is asked, unless `answer` is another, and remembers how its own questions ended."""

    def __init__(self, name: str, settings: MapSettings, specs: list[AssociationSpec]) -> None:
        self.name = name
        self.events: list[MapEvent] = []
        self.outcomes: dict[int, list[Outcome]] = {}
        self.active: set[str] = set()
        self.addresses = {spec.name: spec.local[0] for spec in specs if spec.local is not None}
        self.data: Counter[tuple[str, str]] = Counter()
        """DATA that it has sent and received, by association."""
        self.answer: Callable[[MapStack, Invoked, float], None] = _with_results
        self._changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        rng = Random(name)
        self.sockets = Sockets(loop, rng)
        self.driver = Driver(LoopClock(loop))
        self.stack = MapStack(settings, rng)
        self.port = self.driver.open(self.stack, self._on_event)
        self.sockets.associations(name, specs, self.port)
        self.port.tap = self._count

    async def until(self, condition: Callable[["Node"], bool], within: float = PATIENCE) -> None:
        """Events make it look again."""
        try:
            async with asyncio.timeout(within):
                while not condition(self):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name}: not so within {within:g} s; {self.events[-10:]}") from None

    def ask(self, operation: Operation, called: SccpAddress, arg: Sequence) -> int:
        """Invoke; how it ends comes into `outcomes`."""
        asked: list[int] = []
        self.driver.turn(lambda now: asked.append(self.stack.invoke(operation, called, arg, now)))
        return asked[0]

    async def outcome(self, dialogue: int) -> Outcome:
        """The one way in which it ended."""
        await self.until(lambda node: dialogue in node.outcomes)
        (only,) = self.outcomes[dialogue]
        return only

    @property
    def invoked(self) -> list[Invoked]:
        """What it has been asked."""
        return [event for event in self.events if isinstance(event, Invoked)]

    def cut(self, association: str) -> None:
        """End a connection; it is connected again."""
        self.port.cut(Flow("sctp", ("", 0), ("", 0), association))

    async def close(self) -> None:
        """The node is gone."""
        self.driver.close()
        await self.sockets.stop()

    def _count(self, now: float, sent: bool, data: bytes, flow: Flow) -> None:
        if data[2:4] == _DATA:
            self.data["sent" if sent else "received", flow.connection] += 1

    def _on_event(self, event: MapEvent, now: float) -> None:
        self.events.append(event)
        match event:
            case Invoked():
                self.answer(self.stack, event, now)
            case Answered() | Refused() | DialogueLost():
                self.outcomes.setdefault(event.dialogue, []).append(event)
            case AspStateChanged():
                (self.active.add if event.new is AspState.ACTIVE else self.active.discard)(event.association)
            case AssociationFailed():
                self.port.cut(event.flow)
            case _:
                pass
        self._changed.set()


def _with_results(stack: MapStack, asked: Invoked, now: float) -> None:
    if asked.operation.operation_class != 4:
        stack.result(asked.dialogue, result(asked.operation), now)


@asynccontextmanager
async def running(*nodes: Node) -> AsyncIterator[None]:
    """Connected as long as the context lasts; at its end nothing must have gone wrong in our code."""
    async with AsyncExitStack() as stack:
        for node in nodes:
            await node.sockets.start()
            stack.push_async_callback(node.close)
        yield
    assert {node.name: node.driver.bugs for node in nodes if node.driver.bugs} == {}
