"""MSGin5G, everything at once at random: sending, leaving, refusing, and what goes down meanwhile."""

from collections.abc import Awaitable, Callable
from functools import partial
from random import Random

from lab.carrier import Carrier
from lab.msgin5g.plan import M5S, GatewayPlan, Msgin5gPlan, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.rest_node import RestNode
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.problem import Problem

__all__ = ["msgin5g_mixed"]

_PHONES = ("phone", "phone2")
_SETTINGS = ServerSettings(
    keep=40.0, report=20.0, retry=0.5, retry_most=8.0, transit=5.0, errand=20.0, aggregate_wait=0.2
)
_SOUTH = Msgin5gPlan(
    name="south",
    domain="msgin5g.south.example",
    ues=(UePlan(name="kettle"),),
    application_servers=("clerk",),
    server=_SETTINGS,
    follows=(M5S,),
)
_PLAN = Msgin5gPlan(
    ues=(UePlan(name="meter", max_seg_size=700), UePlan(name="lamp"), UePlan(name="horn")),
    gateways=(GatewayPlan(name="l3g", phones=_PHONES),),
    groups={"team": ("meter", "lamp", "horn", "phone", "kettle")},
    server=_SETTINGS,
    others=(_SOUTH,),
    follows=("south",),
)
_NEWS = "news"
_ACTS = 80
_TEXTS = ("short", "x" * 100, "It goes on and on. " * 150)
_OUTAGE = 0.5
_AGES = 300.0
"""Seconds after which everything that can end has ended: longer than keep, report and retransmissions."""


@scenario(
    clause="DESIGN §10; TS 23.554",
    what="MSGin5G at random, with restarts; what else happens depends on --faults",
    plan=with_msgin5g(_PLAN),
    robust=True,
)
async def msgin5g_mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every transfer has come to its end, and law 9 has looked at each."""
    await _Play(carrier, carrier.ground.rng("story")).play()


class _Play:
    """Draws what happens when, and has it happen."""

    def __init__(self, carrier: Carrier, rng: Random) -> None:
        self._carrier = carrier
        self._side = carrier.msgin5g
        self._rng = rng
        several = address(AddressType.GROUP, "team"), address(AddressType.TOPIC, _NEWS)
        names = (*self._side.client_ledgers, "reader", "clerk", *_PHONES)
        self._people: list[Address] = [*map(self._side.plan.address, names), *several]

    async def play(self) -> None:
        carrier = self._carrier
        self._register_all()
        await carrier.pause(0.1)
        pause = carrier.plan.timers.busy / _ACTS
        for _ in range(_ACTS):
            await carrier.pause(self._rng.uniform(0, 2 * pause))
            await self._act()()
        await self._peace()

    async def _peace(self) -> None:
        """Everybody is there again, and does what he should."""
        carrier = self._carrier
        carrier.ground.calm()
        for node in list(carrier.down):
            await carrier.revive(node)
        for ue in self._side.ues.values():
            ue.refuses = None
        for called in self._called():
            called.problem = None
        self._register_all()
        await carrier.until(self._all_over, "every transfer has ended", within=_AGES)

    def _all_over(self) -> bool:
        """Also what a client has half."""
        homes = self._side.homes.values()
        over = all(each.state.final for home in homes for each in home.data.transfers.values())
        return over and not any(ue.client.deadline() for ue in self._side.ues.values())

    def _register_all(self) -> None:
        for ue in self._side.ues.values():
            ue.register()
        for reader in self._side.application_servers.values():
            reader.register()
        self._side.gateways["l3g"].register_all([self._side.plan.svc_id(phone) for phone in _PHONES])

    # What may happen.

    def _act(self) -> Callable[[], Awaitable[None]]:
        acts: list[Callable[[], Awaitable[None]]] = [
            partial(self._at_once, self._send),
            partial(self._at_once, self._come_or_go),
            partial(self._at_once, self._sulk),
            self._restart,
        ]
        return self._rng.choices(acts, (12, 3, 2, 2))[0]

    async def _at_once(self, deed: Callable[[], None]) -> None:
        deed()

    def _send(self) -> None:
        rng, to = self._rng, self._rng.choice(self._people)
        report, keep = rng.random() < 0.6, rng.random() < 0.6
        who = rng.choice((*self._side.ues, *self._side.application_servers, "l3g"))
        if who in self._side.ues:
            self._side.ues[who].send(to, rng.choice(_TEXTS), report=report, keep=keep)
        elif who in self._side.application_servers:
            reader = self._side.application_servers[who]
            reader.send(to, rng.choice(_TEXTS[:2]), report=report, keep=keep)
        else:
            sender = self._side.plan.svc_id(rng.choice(_PHONES))
            self._side.gateways[who].send(sender, to, rng.choice(_TEXTS[:2]), report=report, keep=keep)

    def _come_or_go(self) -> None:
        client = self._rng.choice(list(self._side.ues.values()))
        deeds = (
            client.register,
            client.deregister,
            lambda: client.ask(client.client.subscription(_NEWS)),
            lambda: client.ask(client.client.unsubscription(_NEWS)),
        )
        self._rng.choice(deeds)()

    def _sulk(self) -> None:
        """Somebody refuses what comes, or takes it again."""
        causes = (None, FailureCause.OVERLOAD, FailureCause.PAYLOAD_NOT_SUPPORTED)
        problems = (None, Problem(status=503, cause="OVERLOAD"), Problem(status=403, cause="BARRED"))
        if self._rng.random() < 0.5:
            self._rng.choice(list(self._side.ues.values())).refuses = self._rng.choice(causes)
        else:
            self._rng.choice(self._called()).problem = self._rng.choice(problems)

    def _called(self) -> list[RestNode]:
        """Whom the server calls."""
        return [*self._side.gateways.values(), *self._side.application_servers.values()]

    async def _restart(self) -> None:
        node = self._rng.choice(self._side.nodes)
        await self._carrier.restart(node, self._rng.uniform(0.01, _OUTAGE))
