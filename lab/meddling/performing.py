"""Acts of rules, done: at once, or soon where they take time."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

from ipsmgw.drive import Driver
from lab.elements.domain import Domain
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode
from lab.meddling.clock import ElementClock
from lab.meddling.effects import (
    Act,
    Battery,
    Clock,
    Cut,
    Hear,
    Manner,
    Refuse,
    Restart,
    Say,
    Withhold,
)
from lab.meddling.lab import Lab

__all__ = ["Performing", "Place", "Port"]

_DISTURBANCES = 10_000  # that are remembered
_MODES = {"memory-full": Mode.MEMORY_FULL, "no-report": Mode.NO_REPORT}


class Port(Protocol):
    """A stack that is meddled with."""

    last_words: float | None

    def say(self, peer: str, data: bytes) -> bool: ...
    def hear(self, peer: str, data: bytes) -> bool: ...


class Place(NamedTuple):
    """A port, and the Driver of its element."""

    port: Port
    driver: Driver


class Performing:
    """What the acts of a carrier's rules need."""

    def __init__(self, lab: Lab, clocks: dict[str, ElementClock], ports: dict[str, list[Place]]) -> None:
        self._lab = lab
        self._clocks = clocks
        self._ports = ports
        self._tasks: set[asyncio.Task[None]] = set()
        self.disturbances: deque[float] = deque(maxlen=_DISTURBANCES)
        """When something was done to associations that is no cut."""
        self.begin: Callable[[Refuse | Withhold, float], None] = lambda act, now: None

    def __call__(self, act: Act) -> None:
        """One act."""
        if isinstance(act, Refuse | Withhold | Say):
            self.disturbances.append(self._lab.ground.clock.now())
        match act:
            case Cut(one, other):
                self._soon(lambda: self._lab.cut(one, other))
            case Refuse() | Withhold():
                self.begin(act, self._lab.ground.clock.now())
            case Say(source, target, data):
                self._have(source, lambda port: port.say(target, data))
            case Hear(source, target, data):
                self._have(target, lambda port: port.hear(source, data))
            case _:
                self._to_element(act)

    def _to_element(self, act: Restart | Manner | Battery | Clock) -> None:
        match act:
            case Restart():
                self._restart(act)
            case Manner():
                self._manner(act, self._lab.ground.clock.now())
            case Battery(phone, seconds):
                for place in self._ports.get(phone, ()):
                    place.port.last_words = seconds
            case Clock(node, offset, rate):
                self._clocks[node].skew(offset, rate)
                self._wake(node)

    def close(self) -> None:
        """What still waits does not happen."""
        for task in self._tasks:
            task.cancel()

    def _soon(self, work: Callable[[], None]) -> None:
        """By an event of its own: who acts may stand on a stack's shoulders."""
        clock = self._lab.ground.clock
        clock.call_at(clock.now(), work)

    def _have(self, node: str, do: Callable[[Port], bool]) -> None:
        for place in self._ports.get(node, ()):
            do(place.port)
        self._wake(node)

    def _wake(self, node: str) -> None:
        """What it has to say leaves, and its timer is set."""
        for place in self._ports.get(node, ())[:1]:
            self._soon(partial(place.driver.turn, lambda now: None))

    def _manner(self, act: Manner, now: float) -> None:
        phone, lab = self._lab.phones[act.phone], self._lab
        begin, end = _MANNERS[act.manner]
        begin(phone)
        lab.ground.clock.call_at(now + act.seconds, lambda: end(lab.phones[act.phone]))

    def _restart(self, act: Restart) -> None:
        task = asyncio.get_running_loop().create_task(self._die(act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _die(self, act: Restart) -> None:
        lab, node = self._lab, act.node
        if node in lab.down:
            return
        phone = lab.phones.get(node)
        registered = phone is not None and phone.registered
        await lab.crash(node)
        await lab.pause(act.seconds)
        if node in lab.down:
            await lab.revive(node)
        if registered:
            lab.phones[node].register()  # as phones do when they are switched on


def _behaving(mode: Mode) -> Callable[[Phone], None]:
    return lambda phone: phone.behave(mode)


def _mute(phone: Phone) -> None:
    phone.mute(*Domain)


def _unmute(phone: Phone) -> None:
    phone.unmute(*Domain)


_MANNERS: dict[str, tuple[Callable[[Phone], None], Callable[[Phone], None]]] = {
    "off": (_mute, _unmute),
    **{name: (_behaving(mode), _behaving(Mode.OBEDIENT)) for name, mode in _MODES.items()},
}
