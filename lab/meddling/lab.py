"""What rules need of a carrier to be carried out (a Carrier has it)."""

from random import Random
from typing import Protocol

from ipsmgw.drive import Clock
from lab.elements.phone import Phone
from lab.meddling.marks import MarkedTrace
from lab.plan import Plan

__all__ = ["Footing", "Lab"]


class Footing(Protocol):
    """The ground of a carrier."""

    @property
    def clock(self) -> Clock: ...
    @property
    def trace(self) -> MarkedTrace: ...
    def rng(self, name: str) -> Random: ...


class Lab(Protocol):
    """A carrier."""

    phones: dict[str, Phone]
    down: dict[str, float]

    @property
    def plan(self) -> Plan: ...
    @property
    def ground(self) -> Footing: ...
    @property
    def nodes(self) -> tuple[str, ...]: ...
    def cut(self, one: str, other: str) -> None: ...
    async def crash(self, node: str) -> None: ...
    async def revive(self, node: str) -> None: ...
    async def pause(self, seconds: float) -> None: ...
