"""A MAP node in the place of the gateway: it asks the HLR what a test wants to ask."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ipsmgw.stacks import association_specs, map_settings
from lab.carrier import Carrier
from lab.elements.signalling import HLR_SSN, SGSN_SSN, address
from lab.gateway_file import gateway_settings
from lab.plan import Plan
from lab.runner import Verdict, run
from lab.scenario import Scenario
from mapstack import Answered, DialogueLost, Invoked, MapEvent, MapStack, Operation, Refused
from mapstack.events import AspStateChanged
from mapstack.m3ua.asp import AspState
from mapstack.map.operation import Parameter

__all__ = ["Asker", "play"]

Outcome = Answered | Refused | DialogueLost


class Asker:
    """It has the gateway's addresses and number, since the HLR is linked to nobody else."""

    def __init__(self, carrier: Carrier) -> None:
        site = carrier.ground.site("ipsmgw")
        self._carrier = carrier
        self._driver = site.driver()
        settings = gateway_settings(carrier.plan)
        self.stack = MapStack(map_settings(settings, site.boot), site.rng)
        self._port = self._driver.open(self.stack, self._on_event)
        site.network.associations(site.node, association_specs(settings.map), self._port)
        self._active: set[str] = set()
        self._ended: dict[int, Outcome] = {}
        self.invoked: list[Invoked] = []
        self.on_invoked: Callable[[Invoked, float], None] = lambda event, now: None

    @classmethod
    @asynccontextmanager
    async def at(cls, carrier: Carrier) -> AsyncIterator["Asker"]:
        """The gateway is gone, and this is there instead."""
        await carrier.crash("ipsmgw")
        asker = cls(carrier)
        await asker.linked()
        yield asker
        await carrier.ground.close("ipsmgw", crash=False)
        asker._driver.close()

    async def linked(self) -> None:
        """All associations are there."""
        peers = set(self._carrier.plan.ss7)
        await self._carrier.until(lambda: self._active == peers, "it is linked", within=60.0)

    async def ask(self, operation: Operation, arg: Parameter) -> Outcome:
        """How it ends."""
        dialogue = self.begin(operation, arg)
        await self._carrier.until(lambda: dialogue in self._ended, "the HLR answers", within=60.0)
        return self._ended.pop(dialogue)

    def begin(self, operation: Operation, arg: Parameter) -> int:
        """The dialogue."""
        dialogues: list[int] = []
        hlr = address(self._carrier.plan.hlr_number, HLR_SSN)
        self._driver.turn(
            lambda now: dialogues.append(self.stack.invoke(operation, hlr, arg, now, calling_ssn=SGSN_SSN))
        )
        return dialogues[0]

    def _on_event(self, event: MapEvent, now: float) -> None:
        if isinstance(event, AspStateChanged):
            change = self._active.add if event.new is AspState.ACTIVE else self._active.discard
            change(event.association)
        elif isinstance(event, Invoked):
            self.invoked.append(event)
            self.on_invoked(event, now)
        elif isinstance(event, Answered | Refused | DialogueLost):
            self._ended[event.dialogue] = event


def play(
    story: Callable[[Carrier, Asker], Awaitable[None]], plan: Callable[[Plan], Plan] = lambda plan: plan
) -> Verdict:
    """A carrier in virtual time with an asker in it; what does not hold raises in the story itself."""

    async def whole(carrier: Carrier) -> None:
        async with Asker.at(carrier) as asker:
            await story(carrier, asker)

    verdict = run(Scenario("test", "", "", whole, plan), judges=())
    assert verdict.broken is None, f"{verdict.broken}\n{verdict.ladder()}"
    return verdict
