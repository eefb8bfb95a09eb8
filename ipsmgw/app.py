"""The gateway as a process: settings in, sockets open, until a signal ends it."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import SystemRandom

from ipsmgw.descriptors import within_descriptors
from ipsmgw.disk import WireDisk
from ipsmgw.gateway import Gateway, World
from ipsmgw.journal.closing import Closing
from ipsmgw.journal.segments import Segments
from ipsmgw.names import Names, resolver_settings
from ipsmgw.settings import Settings
from ipsmgw.sip_settings import listeners
from ipsmgw.sockets import AddressTaken, LoopClock, Sockets
from ipsmgw.store import DatabaseFault, Store, open_store, store_in_memory, without_password
from ipsmgw.web import Served, face, gateway_source, listen
from sipbridge.settings import sent_by

__all__ = [
    "AddressTaken",
    "CannotRun",
    "LoopClock",
    "Sockets",
    "WireDisk",
    "listening",
    "open_store",
    "run",
    "store_in_memory",
    "until_signal",
]

_STORE_LOOK = 2.0
_LAST_RECORDS = 1.0
_LOOK = 0.01


class CannotRun(Exception):
    """One sentence: what the gateway needs and has not, or has no more."""


async def run(settings: Settings, said: Callable[[str], None]) -> None:
    """Run the gateway alone; `said` is told each address, once it listens at all of them."""
    loop = asyncio.get_running_loop()
    stop = until_signal(loop)
    faults: list[str] = []

    def failed(fault: str) -> None:
        faults.append(fault)
        stop.set()

    settings, few = within_descriptors(settings)
    sockets = Sockets(loop, SystemRandom())
    store = _store(settings.store.url, failed)
    gateway = _gateway(settings, sockets, store, failed)
    looking = loop.create_task(_look_after(store, settings.store.url, failed))
    try:
        served = await _start(settings, sockets, gateway)
        for line in listening(settings, served):
            said(line)
        if few:
            said(few)
        await stop.wait()
        if served is not None:
            await served.close()
        await _recorded(gateway)
        if not faults:  # a disk or a store that has failed lets nothing leave
            gateway.take_leave()
    finally:
        looking.cancel()
        await sockets.stop()
        gateway.close()
    if faults:
        raise CannotRun(faults[0])


def until_signal(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    """Set by Ctrl-C and by SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def listening(settings: Settings, served: Served | None) -> list[str]:
    """A line for each address."""
    lines = [f"SIP: {kind} {sent_by(local)}" for kind, local in listeners(settings.sip)]
    lines += [
        f"M3UA: {association.transport} {association.local} ({association.name})"
        for association in settings.map.association
        if not association.connect
    ]
    if settings.msgin5g.enabled:
        lines.append(f"MSGin5G: {settings.msgin5g.our_root}")
    if settings.msgin5g.enabled and settings.msgin5g.n3g.listen is not None:
        lines.append(f"N3G: tcp {settings.msgin5g.n3g.listen}")
    return lines if served is None else [*lines, f"API: {served.url}"]


def _gateway(settings: Settings, sockets: Sockets, store: Store, failed: Callable[[str], None]) -> Gateway:
    clock = LoopClock(asyncio.get_running_loop())

    def disk_failed(fault: OSError) -> None:
        failed(f"{settings.journal.file}: {fault.strerror}")

    try:
        journal = Path(settings.journal.file)
        journal.parent.mkdir(parents=True, exist_ok=True)
        disk = Segments(WireDisk(journal, failed=disk_failed), settings.journal, _closing(settings), clock)
    except OSError as fault:
        store.close()
        raise CannotRun(f"{settings.journal.file}: {fault.strerror}") from None
    exchanges = partial(sockets.exchanging, settings.node.name, settings.msgin5g)
    names = _names(settings, sockets)
    return Gateway(settings, World(clock, sockets, store, disk, SystemRandom(), names, exchanges, clock.skew))


def _closing(settings: Settings) -> Closing:
    """Of the journal; its files say who has written them."""
    journal, section = Path(settings.journal.file), settings.journal
    folder = Path(section.folder) if section.folder else journal.parent / "cdr"
    return Closing(journal, folder, settings.node.name, settings.sip.listen.host, section.formats)


def _names(settings: Settings, sockets: Sockets) -> Names | None:
    if not settings.dns.enabled:
        return None
    return Names(resolver_settings(settings.dns), partial(sockets.resolving, settings.node.name))


def _store(url: str, failed: Callable[[str], None]) -> Store:
    public = without_password(url)
    try:
        return open_store(url, lambda fault: failed(f"{public}: {fault}"))
    except DatabaseFault as fault:
        raise CannotRun(f"{public}: {fault}") from None


async def _look_after(store: Store, url: str, failed: Callable[[str], None]) -> None:
    """A database that is gone may soon belong to another; it is missed also while nothing is kept."""
    while not (fault := store.fault()):
        await asyncio.sleep(_STORE_LOOK)
    failed(f"{without_password(url)}: {fault}")


async def _start(settings: Settings, sockets: Sockets, gateway: Gateway) -> Served | None:
    """Everything that can be refused comes first."""
    address = settings.web.listen
    try:
        bound = None if address is None else listen(address)
    except OSError as fault:
        raise AddressTaken(f"{settings.node.name}: tcp {address}: {fault.strerror}") from None
    try:
        await sockets.start()
    except AddressTaken:
        if bound is not None:
            bound.close()
        raise
    gc.freeze()  # what lives for ever is not looked at again (performance: DESIGN §8)
    gc.set_threshold(50_000, 20, 20)
    return None if bound is None else _served(settings, gateway, bound)


def _served(settings: Settings, gateway: Gateway, bound: socket.socket) -> Served:
    try:
        return Served(bound, face(gateway_source(gateway), settings.web), settings.web.tls)
    except OSError as fault:
        bound.close()
        raise CannotRun(f"web.tls: {fault}") from None


async def _recorded(gateway: Gateway) -> None:
    """Who waits for a charging record is still answered, if the disk does not take long."""
    for _ in range(round(_LAST_RECORDS / _LOOK)):
        if not gateway.recording:
            return
        await asyncio.sleep(_LOOK)
