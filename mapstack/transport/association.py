"""Keeps the configured associations connected: who connects to whom, back-off, batches, both media alike."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from errno import EADDRNOTAVAIL, EMFILE, ENFILE, ENOBUFS, ENOMEM
from functools import partial
from random import Random
from typing import ClassVar

from mapstack.flow import Flow
from mapstack.transport.line import Batch, Line, Medium, in_words

__all__ = ["AssociationSpec", "Attempts", "Backoff", "Transport", "TransportUnavailable"]

MAX_BACKLOG = 4 * 1024 * 1024
CONNECTING = 20.0  # seconds: several attempts of the kernel
NO_ROOM = frozenset((EMFILE, ENFILE, ENOBUFS, ENOMEM))
REST = 0.1  # seconds without accepting: a listener whose queue nobody can empty stays readable
LEAVING = 1.0  # seconds: a few round trips


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
    reconnect: float = 30.0
    """Longest wait before the next attempt to connect, in seconds."""

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


class Attempts:
    """Of one association: those that brought nothing, in a row."""

    __slots__ = ("_backoff", "_failures", "_rng", "_waited")

    def __init__(self, backoff: Backoff, rng: Random) -> None:
        self._backoff = backoff
        self._rng = rng
        self._failures = 0
        self._waited = 0.0

    def connected(self, lived: float, *, heard: bool) -> None:
        """Whoever accepts and says nothing has refused us, and so has who hangs up sooner than we waited."""
        if heard and lived > self._waited:
            self._failures = 0

    def wait(self) -> float:
        """How long to wait before the next one."""
        self._waited = self._backoff.after(self._failures, self._rng)
        self._failures += 1
        return self._waited


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
        on_unsent: Callable[[Batch], None] | None = None,
    ) -> None:
        """`on_unsent` is given, after `on_down`, what has never left of what a lost connection had taken."""
        for spec in specs:
            _check(spec, self.medium)
        self._loop = loop
        self._specs = specs
        self._on_batch, self._on_up, self._on_down = on_batch, on_up, on_down
        self._on_unsent = on_unsent
        self._rng = rng
        self._backoff = backoff or Backoff()
        self._lines: dict[str, Line] = {}
        self._listeners: list[tuple[socket.socket, str]] = []
        self._resting: dict[socket.socket, asyncio.TimerHandle] = {}
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
        """Close everything, within a second or so; `on_down` is not called for it."""
        self._on_unsent = None
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listener, _ in self._listeners:
            self._loop.remove_reader(listener.fileno())
            listener.close()
        for timer in self._resting.values():
            timer.cancel()
        lines, self._lines, self._listeners = self._lines, {}, []
        await asyncio.gather(*(line.leave("stopped", LEAVING) for line in lines.values()))

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
            line.abort("cut")

    @property
    def listening(self) -> list[tuple[str, int]]:
        """The addresses that are listened at, with their real ports."""
        return [(host, listener.getsockname()[1]) for listener, host in self._listeners]

    # ---- connecting

    async def _keep_connected(self, spec: AssociationSpec) -> None:
        backoff = replace(self._backoff, longest=min(spec.reconnect, self._backoff.longest))
        attempts = Attempts(backoff, self._rng)
        while True:
            connected = await self._connect(spec)
            line = None if connected is None else self._attach(spec.name, connected)
            if line is not None:
                began = self._loop.time()
                await asyncio.wait([line.closed])
                attempts.connected(self._loop.time() - began, heard=line.heard)
            await asyncio.sleep(attempts.wait())

    async def _connect(self, spec: AssociationSpec) -> socket.socket | None:
        try:
            connecting = self.medium.open()
        except OSError as error:  # this machine has nothing left for a socket
            self.trouble[spec.name] = f"{_words(spec.remotes)}: {_why(error)}"
            return None
        try:
            self._bind(connecting, spec)
            # the kernel asks ever more rarely, for minutes: a path that is back would not be noticed
            async with asyncio.timeout(CONNECTING):
                if len(spec.remotes) == 1:
                    await self._loop.sock_connect(connecting, spec.remotes[0])
                else:
                    await self._connect_several(connecting, spec.remotes)
        except (OSError, UnicodeError) as error:  # a host that can be no name is the latter
            connecting.close()
            self.trouble[spec.name] = f"{_words(spec.remotes)}: {_why(error)}"
            return None
        except asyncio.CancelledError:
            connecting.close()
            raise
        return connecting

    def _bind(self, connecting: socket.socket, spec: AssociationSpec) -> None:
        if spec.locals:
            connecting.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                self.medium.bind(connecting, spec.locals)
            except OSError as error:
                raise OSError(f"cannot be from {_words(spec.locals)}, {in_words(error)}") from error

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
        except OSError as error:  # as a rule it went away again between the two calls
            if error.errno in NO_ROOM:
                self._rest(listener, specs)
            return
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

    def _rest(self, listener: socket.socket, specs: list[AssociationSpec]) -> None:
        """Who waits in the listener's queue waits a little longer; everybody else is served meanwhile."""
        self._loop.remove_reader(listener.fileno())
        again = partial(self._loop.add_reader, listener.fileno(), self._accept, listener, specs)
        self._resting[listener] = self._loop.call_later(REST, again)

    def _expecting(
        self, specs: Iterable[AssociationSpec], remotes: Sequence[tuple[str, int]]
    ) -> AssociationSpec | None:
        """The association that expects this peer; else a free one that expects nobody in particular.

        A peer that connects again has lost the connection that we still believe in.
        """
        since = {name: n for n, name in enumerate(self._lines, 1)}
        for wanted in (*remotes, *((host, 0) for host, _ in remotes)):
            known = [spec for spec in specs if wanted in spec.remotes]
            if known:
                return min(known, key=lambda spec: since.get(spec.name, 0))  # a free one, else the oldest
        return next((spec for spec in specs if spec.remote is None and spec.name not in since), None)

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
        before = self._lines.pop(name, None)
        if before is not None:
            before.close("a new connection has taken its place")
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
        if line.unsent and self._on_unsent is not None:
            self._on_unsent([(data, line.flow) for data, _ in line.unsent])


def _address(address: tuple[str, int]) -> tuple[str, int]:
    return address[0], address[1]


def _all(first: tuple[str, int] | None, others: tuple[str, ...]) -> list[tuple[str, int]]:
    return [] if first is None else [first, *((host, first[1]) for host in others)]


def _words(addresses: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{host}:{port}" if port else host for host, port in addresses)


def _why(error: Exception) -> str:
    """Why no connection comes about."""
    if isinstance(error, OSError) and error.errno == EADDRNOTAVAIL:
        return "there is a connection between the same addresses and ports"
    return in_words(error) or "no answer"


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
