"""Keeps the configured associations connected: who connects to whom, back-off, batches, both media alike."""

import asyncio
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import ClassVar

from mapstack.flow import Flow
from mapstack.transport.line import Batch, Line, Medium

__all__ = ["AssociationSpec", "Backoff", "Transport", "TransportUnavailable"]

MAX_BACKLOG = 4 * 1024 * 1024


class TransportUnavailable(OSError):
    """This machine has no such transport; `strerror` is one sentence."""


@dataclass(frozen=True, slots=True)
class AssociationSpec:
    """One association: its name, who connects, and the addresses; a remote port of 0 is any."""

    name: str
    transport: str
    connect: bool
    local: tuple[str, int] | None = None
    remote: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Seconds between attempts to connect: doubled each time, and less by up to half at random."""

    shortest: float = 0.2
    longest: float = 30.0

    def after(self, failures: int, rng: Random) -> float:
        """How long to wait after that many failures in a row."""
        wait: float = min(self.longest, self.shortest * 2.0 ** min(failures, 32))
        return wait * (0.5 + rng.random() / 2)


class Transport:
    """The associations of one node over one medium."""

    medium: ClassVar[Medium]

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        specs: Sequence[AssociationSpec],
        on_batch: Callable[[Batch], None],
        on_up: Callable[[Flow, str], None],
        on_down: Callable[[Flow], None],
        *,
        rng: Random,
        backoff: Backoff | None = None,
    ) -> None:
        for spec in specs:
            _check(spec, self.medium)
        self._loop = loop
        self._specs = specs
        self._on_batch, self._on_up, self._on_down = on_batch, on_up, on_down
        self._rng = rng
        self._backoff = backoff or Backoff()
        self._lines: dict[str, Line] = {}
        self._listeners: list[socket.socket] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Listen, and begin to connect; a port that is taken is an `OSError` with the address in it."""
        listening: dict[tuple[str, int], list[AssociationSpec]] = {}
        for spec in self._specs:
            if not spec.connect and spec.local is not None:
                listening.setdefault(spec.local, []).append(spec)
        try:
            self.medium.open().close()  # whether there is such a transport at all
            for local, specs in listening.items():
                self._listen(local, specs)
        except OSError:
            await self.stop()
            raise
        for spec in self._specs:
            if spec.connect and spec.remote is not None:
                self._tasks.append(self._loop.create_task(self._keep_connected(spec, spec.remote)))

    async def stop(self) -> None:
        """Close everything; `on_down` is not called for it."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listener in self._listeners:
            self._loop.remove_reader(listener.fileno())
            listener.close()
        lines, self._lines, self._listeners = self._lines, {}, []
        for line in lines.values():
            line.close("stopped")

    def send(self, batch: Batch) -> None:
        """Send messages, each to the association that its flow names; one that is not up loses them."""
        batches: dict[str, list[tuple[bytes, int]]] = {}
        messages: list[tuple[bytes, int]] = []
        last = None
        for data, flow in batch:
            connection = flow.connection
            if connection != last:  # most go where the one before went
                messages, last = batches.setdefault(connection, []), connection
            messages.append((data, flow.stream))
        for connection, messages in batches.items():
            line = self._lines.get(connection)
            if line is not None:
                line.send(messages, MAX_BACKLOG)

    def cut(self, connection: str) -> None:
        """End the connection of an association; `on_down` follows, and it is connected again."""
        line = self._lines.get(connection)
        if line is not None:
            line.close("cut")

    @property
    def listening(self) -> list[tuple[str, int]]:
        """The addresses that are listened at, with their real ports."""
        return [_address(listener.getsockname()) for listener in self._listeners]

    # ---- connecting

    async def _keep_connected(self, spec: AssociationSpec, remote: tuple[str, int]) -> None:
        failures = 0
        while True:
            connected = await self._connect(spec, remote)
            line = None if connected is None else self._attach(spec.name, connected)
            if line is not None:
                await asyncio.wait([line.closed])
                # whoever accepts and says nothing has refused us (see _accept)
                failures = 0 if line.heard else failures
            await asyncio.sleep(self._backoff.after(failures, self._rng))
            failures += 1

    async def _connect(self, spec: AssociationSpec, remote: tuple[str, int]) -> socket.socket | None:
        connecting = self.medium.open()
        try:
            if spec.local is not None:
                connecting.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                connecting.bind(spec.local)
            await self._loop.sock_connect(connecting, remote)
        except OSError:
            connecting.close()
            return None
        except asyncio.CancelledError:
            connecting.close()
            raise
        return connecting

    # ---- listening

    def _listen(self, local: tuple[str, int], specs: list[AssociationSpec]) -> None:
        listener = self.medium.open()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(local)
            listener.listen()
        except OSError as error:
            listener.close()
            address = f"{self.medium.name} {local[0]}:{local[1]}"
            raise OSError(error.errno, f"{address}: {error.strerror}") from error
        self._listeners.append(listener)
        self._loop.add_reader(listener.fileno(), self._accept, listener, specs)

    def _accept(self, listener: socket.socket, specs: list[AssociationSpec]) -> None:
        try:
            connected, remote = listener.accept()
        except OSError:
            return  # it went away again between the two calls
        spec = self._expecting(specs, _address(remote))
        if spec is None:
            connected.close()
            return
        connected.setblocking(False)
        self._attach(spec.name, connected)

    def _expecting(self, specs: Iterable[AssociationSpec], remote: tuple[str, int]) -> AssociationSpec | None:
        """The free association that expects this peer; else a free one that expects nobody in particular."""
        free = [spec for spec in specs if spec.name not in self._lines]
        wanted = (remote, (remote[0], 0), None)
        return next((spec for want in wanted for spec in free if spec.remote == want), None)

    # ---- the connection

    def _attach(self, name: str, connected: socket.socket) -> Line | None:
        try:
            local, remote = _address(connected.getsockname()), _address(connected.getpeername())
            wire = self.medium.wire(connected)
        except OSError:
            connected.close()
            return None  # it has gone already
        flow = Flow(self.medium.name, local, remote, name)
        line = self._lines[name] = Line(self._loop, connected, wire, flow)
        line.closed.add_done_callback(partial(self._detach, name, line))
        line.open(self._on_batch)
        self._on_up(flow, "")
        return line

    def _detach(self, name: str, line: Line, _: "asyncio.Future[str]") -> None:
        if self._lines.get(name) is line:
            del self._lines[name]
            self._on_down(line.flow)


def _address(address: tuple[str, int]) -> tuple[str, int]:
    return address[0], address[1]


def _check(spec: AssociationSpec, medium: Medium) -> None:
    if spec.transport != medium.name:
        raise ValueError(f"association {spec.name}: {spec.transport} is not {medium.name}")
    if (spec.remote if spec.connect else spec.local) is None:
        raise ValueError(f"association {spec.name} has no address to connect to, or to listen at")
