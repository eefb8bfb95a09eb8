"""A node with a transport of its own, and what its stack would be told."""

import asyncio
from collections.abc import Callable
from random import Random

from mapstack.flow import Flow
from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.transport import AssociationSpec, Backoff, Transport
from mapstack.transport.line import Batch

__all__ = ["PATIENCE", "Node", "beat"]

PATIENCE = 10.0
QUICK = Backoff(shortest=0.001, longest=0.01)


def beat(text: str) -> bytes:
    return encode(MessageType.BEAT, (Tag.HEARTBEAT_DATA, text.encode()))


class Node:
    """One end; `until` waits for what the other end makes happen."""

    def __init__(
        self, opener: Callable[..., Transport], *specs: AssociationSpec, backoff: Backoff = QUICK
    ) -> None:
        self.batches: list[Batch] = []
        self.ups: list[Flow] = []
        self.downs: list[Flow] = []
        self.unsent: list[tuple[bytes, Flow]] = []
        self._changed = asyncio.Event()
        self.transport = opener(
            asyncio.get_running_loop(),
            specs,
            self._on_batch,
            self._on_up,
            self._on_down,
            rng=Random(1),
            backoff=backoff,
            on_unsent=self._on_unsent,
        )

    @property
    def heard(self) -> list[tuple[bytes, Flow]]:
        return [item for batch in self.batches for item in batch]

    async def until(self, condition: Callable[["Node"], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()

    def say(self, *texts: str, stream: int = 0) -> None:
        flow = self.ups[-1]._replace(stream=stream)
        self.transport.send([(beat(text), flow) for text in texts])

    def _on_batch(self, batch: Batch) -> None:
        self.batches.append(batch)
        self._changed.set()

    def _on_up(self, flow: Flow, identity: str) -> None:
        self.ups.append(flow)
        self._changed.set()

    def _on_down(self, flow: Flow) -> None:
        self.downs.append(flow)
        self._changed.set()

    def _on_unsent(self, batch: Batch) -> None:
        assert self.downs  # first it hears that the association is gone
        self.unsent += batch
        self._changed.set()
