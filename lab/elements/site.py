"""What an element is told of the world: its name, its clock, where octets go, its randomness (DESIGN §10)."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple, Protocol, TypeVar

import sipbridge.flow
from ipsmgw.drive import Clock, Driver, ExchangePort, Network, Port
from ipsmgw.smpp import Flow, SessionSpec
from lab.elements.air import AirEvent
from lab.exchange_spec import ExchangeSpec

__all__ = ["LabNetwork", "Site"]

EventT = TypeVar("EventT")


class LabNetwork(Network, Protocol):
    """Where elements plug in more than a gateway does."""

    def sessions(self, node: str, spec: SessionSpec, port: Port[EventT, Flow]) -> None: ...
    def air(self, node: str, local: tuple[str, int], port: Port[AirEvent, sipbridge.flow.Flow]) -> None: ...
    def exchanges(self, node: str, spec: ExchangeSpec, port: ExchangePort[EventT]) -> None: ...


class Site(NamedTuple):
    """One life of a node; `boot` counts the lives, `changed` is called after each of its inputs.

    `drive` makes the Driver of a clock: one that lets somebody meddle with what the stacks send and hear.
    """

    node: str
    clock: Clock
    network: LabNetwork
    rng: Random
    boot: int
    changed: Callable[[], None]
    drive: Callable[[Clock], Driver] = Driver

    def driver(self) -> Driver:
        """The Driver of this node."""
        driver = self.drive(self.clock)
        driver.watch(_Asleep(), lambda now: self.changed())
        return driver


class _Asleep:
    """A Timed without deadlines: it is there for what is called after each input."""

    def expire(self, now: float) -> None: ...

    def deadline(self) -> float | None:
        return None
