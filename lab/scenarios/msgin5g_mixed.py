"""MSGin5G, everything at once at random: sending, leaving, refusing, and what goes down meanwhile."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from lab.carrier import Carrier
from lab.msgin5g.plan import M5S, GatewayPlan, Msgin5gPlan, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.rest_node import RestNode
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import with_msgin5g
from lab.scenario import scenario
from lab.scenarios.msgin5g_at_random import Act, AtRandom
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
_HOSTED = ("forecast",)
_UE = UePlan(name="meter", report_retry=0.5, report_deadline=30.0)
_PLAN = Msgin5gPlan(
    ues=(
        replace(_UE, max_seg_size=700),
        replace(_UE, name="lamp", max_retransmit=1),
        replace(_UE, name="horn"),
    ),
    hosted={"reader": _HOSTED},
    gateways=(GatewayPlan(name="l3g", phones=_PHONES),),
    groups={"team": ("meter", "lamp", "horn", "phone", "kettle")},
    server=_SETTINGS,
    others=(_SOUTH,),
    follows=("south",),
)
_NEWS = "news"
_TEXTS = ("short", "x" * 100, "It goes on and on. " * 150)


@scenario(
    clause="DESIGN §10; TS 23.554",
    what="MSGin5G at random, with restarts; what else happens depends on --faults",
    plan=with_msgin5g(_PLAN),
    robust=True,
)
async def msgin5g_mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every transfer has come to its end, and law 9 has looked at each."""
    await _Play(carrier).play()


class _Play(AtRandom):
    """Clients, gateways and application servers of two servers."""

    def __init__(self, carrier: Carrier) -> None:
        super().__init__(carrier)
        several = address(AddressType.GROUP, "team"), address(AddressType.TOPIC, _NEWS)
        names = (*self.side.client_ledgers, "reader", *_HOSTED, "clerk", *_PHONES)
        self._people: list[Address] = [*map(self.side.plan.address, names), *several]

    async def begin(self) -> None:
        self._register_all()
        await self.carrier.pause(0.1)

    def chances(self) -> Mapping[Act, int]:
        restart = partial(self.restart, *self.side.nodes)
        return {self._send: 12, self._come_or_go: 3, self._sulk: 2, restart: 2}

    def calm(self) -> None:
        for ue in self.side.ues.values():
            ue.refuses = None
        for called in self._called():
            called.problem = None
        self._register_all()

    def over(self) -> bool:
        """Also what a client has half, or has to report."""
        ues = self.side.ues.values()
        return super().over() and not any(ue.client.deadline() or len(ue.reporting) for ue in ues)

    def _register_all(self) -> None:
        for ue in self.side.ues.values():
            ue.register()
        for reader in self.side.application_servers.values():
            reader.join()
        self.side.gateways["l3g"].register_all([self.side.plan.svc_id(phone) for phone in _PHONES])

    # What may happen.

    def _send(self) -> None:
        rng, to = self.rng, self.rng.choice(self._people)
        report, keep = rng.random() < 0.6, rng.random() < 0.6
        who = rng.choice((*self.side.ues, *self.side.application_servers, "l3g"))
        if who in self.side.ues:
            self.side.ues[who].send(to, rng.choice(_TEXTS), report=report, keep=keep)
        elif who in self.side.application_servers:
            reader = self.side.application_servers[who]
            hosted = map(self.side.plan.address, self.side.plan.hosted.get(who, ()))
            name = rng.choice((None, *hosted))
            reader.send(to, rng.choice(_TEXTS[:2]), report=report, keep=keep, sender=name)
        else:
            sender = self.side.plan.svc_id(rng.choice(_PHONES))
            self.side.gateways[who].send(sender, to, rng.choice(_TEXTS[:2]), report=report, keep=keep)

    def _come_or_go(self) -> None:
        client = self.rng.choice(list(self.side.ues.values()))
        deeds = (
            client.register,
            client.deregister,
            lambda: client.ask(client.client.subscription(_NEWS)),
            lambda: client.ask(client.client.unsubscription(_NEWS)),
        )
        self.rng.choice(deeds)()

    def _sulk(self) -> None:
        """Somebody refuses what comes, or takes it again."""
        causes = (None, FailureCause.OVERLOAD, FailureCause.PAYLOAD_NOT_SUPPORTED)
        problems = (None, Problem(status=503, cause="OVERLOAD"), Problem(status=403, cause="BARRED"))
        if self.rng.random() < 0.5:
            self.rng.choice(list(self.side.ues.values())).refuses = self.rng.choice(causes)
        else:
            self.rng.choice(self._called()).problem = self.rng.choice(problems)

    def _called(self) -> list[RestNode]:
        """Whom the server calls."""
        return [*self.side.gateways.values(), *self.side.application_servers.values()]
