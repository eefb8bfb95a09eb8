"""Keeps the configured associations connected: who connects to whom, back-off, batches, both media alike."""

import asyncio
import os
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
    """One association: its name, who connects, and the addresses; a remote port of 0 is any.

    SCTP may have more addresses at either end, with the same port (RFC 9260 §6.4).
    """

    name: str
    transport: str
    connect: bool
    local: tuple[str, int] | None = None
    remote: tuple[str, int] | None = None
    other_local: tuple[str, ...] = ()
    other_remote: tuple[str, ...] = ()

    @property
    def locals(self) -> list[tuple[str, int]]:
        """All addresses of our end."""
        return _all(self.local, self.other_local)

    @property
    def remotes(self) -> list[tuple[str, int]]:
        """All addresses of the peer that are known."""
        return _all(self.remote, self.other_remote)


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
        self._listeners: list[tuple[socket.socket, str]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.trouble: dict[str, str] = {}
        """Why an association is not there, or went away: the last reason, by its name."""

    async def start(self) -> None:
        """Listen, and begin to connect; a port that is taken is an `OSError` with the address in it."""
        listening: dict[tuple[tuple[str, int], ...], list[AssociationSpec]] = {}
        for spec in self._specs:
            if not spec.connect and spec.local is not None:
                listening.setdefault(tuple(spec.locals), []).append(spec)
        try:
            self.medium.open().close()  # whether there is such a transport at all
            for addresses, specs in listening.items():
                self._listen(addresses, specs)
        except OSError:
            await self.stop()
            raise
        for spec in self._specs:
            if spec.connect and spec.remote is not None:
                self._tasks.append(self._loop.create_task(self._keep_connected(spec)))

    async def stop(self) -> None:
        """Close everything; `on_down` is not called for it."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listener, _ in self._listeners:
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
        return [(host, listener.getsockname()[1]) for listener, host in self._listeners]

    # ---- connecting

    async def _keep_connected(self, spec: AssociationSpec) -> None:
        failures = 0
        while True:
            connected = await self._connect(spec)
            line = None if connected is None else self._attach(spec.name, connected)
            if line is not None:
                await asyncio.wait([line.closed])
                # whoever accepts and says nothing has refused us (see _accept)
                failures = 0 if line.heard else failures
            await asyncio.sleep(self._backoff.after(failures, self._rng))
            failures += 1

    async def _connect(self, spec: AssociationSpec) -> socket.socket | None:
        connecting = self.medium.open()
        try:
            if spec.locals:
                connecting.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self.medium.bind(connecting, spec.locals)
            if len(spec.remotes) == 1:
                await self._loop.sock_connect(connecting, spec.remotes[0])
            else:
                await self._connect_several(connecting, spec.remotes)
        except OSError as error:
            connecting.close()
            reason = os.strerror(error.errno) if error.errno else str(error)
            self.trouble[spec.name] = f"{_words(spec.remotes)}: {reason}"
            return None
        except asyncio.CancelledError:
            connecting.close()
            raise
        return connecting

    async def _connect_several(self, connecting: socket.socket, remotes: list[tuple[str, int]]) -> None:
        """Connect to an end with several addresses; OSError where none answers."""
        self.medium.begin(connecting, remotes)
        writable = self._loop.create_future()
        self._loop.add_writer(connecting.fileno(), _resolve, writable)
        try:
            await writable
        finally:
            self._loop.remove_writer(connecting.fileno())
        code = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))

    # ---- listening

    def _listen(self, addresses: Sequence[tuple[str, int]], specs: list[AssociationSpec]) -> None:
        listener = self.medium.open()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.medium.bind(listener, addresses)
            listener.listen()
        except OSError as error:
            listener.close()
            where = f"{self.medium.name} {_words(addresses)}"
            raise OSError(error.errno, f"{where}: {error.strerror}") from error
        self._listeners.append((listener, addresses[0][0]))
        self._loop.add_reader(listener.fileno(), self._accept, listener, specs)

    def _accept(self, listener: socket.socket, specs: list[AssociationSpec]) -> None:
        try:
            connected, _ = listener.accept()
        except OSError:
            return  # it went away again between the two calls
        try:
            remotes = self.medium.remotes(connected)
        except OSError:
            connected.close()
            return
        spec = self._expecting(specs, remotes)
        if spec is None:
            connected.close()
            self._turned_away(specs, remotes)
            return
        connected.setblocking(False)
        self._attach(spec.name, connected)

    def _expecting(
        self, specs: Iterable[AssociationSpec], remotes: Sequence[tuple[str, int]]
    ) -> AssociationSpec | None:
        """The free association that expects this peer; else a free one that expects nobody in particular."""
        free = [spec for spec in specs if spec.name not in self._lines]
        wanted = (*remotes, *((host, 0) for host, _ in remotes))
        known = next((spec for want in wanted for spec in free if want in spec.remotes), None)
        return known or next((spec for spec in free if spec.remote is None), None)

    def _turned_away(self, specs: Iterable[AssociationSpec], remotes: Sequence[tuple[str, int]]) -> None:
        """Whoever looks why nobody comes is told who came."""
        for spec in specs:
            if spec.name not in self._lines:
                expected = _words(spec.remotes)
                self.trouble[spec.name] = f"{_words(remotes)} came, and {expected} is expected"

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
        self.trouble.pop(name, None)
        self._on_up(flow, "")
        return line

    def _detach(self, name: str, line: Line, closed: "asyncio.Future[str]") -> None:
        if self._lines.get(name) is line:
            del self._lines[name]
            self.trouble[name] = closed.result()
            self._on_down(line.flow)


def _address(address: tuple[str, int]) -> tuple[str, int]:
    return address[0], address[1]


def _all(first: tuple[str, int] | None, others: tuple[str, ...]) -> list[tuple[str, int]]:
    return [] if first is None else [first, *((host, first[1]) for host in others)]


def _words(addresses: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{host}:{port}" if port else host for host, port in addresses)


def _resolve(writable: "asyncio.Future[None]") -> None:
    if not writable.done():
        writable.set_result(None)


def _check(spec: AssociationSpec, medium: Medium) -> None:
    if spec.transport != medium.name:
        raise ValueError(f"association {spec.name}: {spec.transport} is not {medium.name}")
    if not medium.multi_homed and (spec.other_local or spec.other_remote):
        raise ValueError(f"association {spec.name}: {medium.name} has one address at each end; use sctp")
    if (spec.remote if spec.connect else spec.local) is None:
        raise ValueError(f"association {spec.name} has no address to connect to, or to listen at")
