"""The SS7 side of the bench: real stacks that bring an association up, and that rehearse dialogues."""

from random import Random

from lab.bench.place import PLAN, SMSC
from lab.plan import Plan
from mapstack import AddressString, Flow, Invoked, MapSettings, MapStack
from mapstack.events import AspStateChanged
from mapstack.m3ua.asp import AspState
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.map import AnyTimeModificationRes
from mapstack.sccp.settings import GtRoute, SccpSettings

__all__ = ["Peer", "gateway_stack"]


def _settings(plan: Plan, node: str, peer: str, role: Role) -> MapSettings:
    numbers = {"ipsmgw": plan.gateway_number, **plan.ss7}
    association = Association(
        name=peer,
        role=role,
        point_code=plan.point_code(peer),
        routing_context=plan.point_code("ipsmgw"),
    )
    route = GtRoute(prefix=numbers[peer], point_code=plan.point_code(peer))
    return MapSettings(
        m3ua=M3uaSettings(point_code=plan.point_code(node), associations=(association,)),
        sccp=SccpSettings(routes=(route,)),
        own_gt=numbers[node],
    )


def gateway_stack(rng: Random, plan: Plan = PLAN, peer: str = SMSC) -> MapStack:
    """What the gateway under test has inside, for the rehearsal."""
    return MapStack(_settings(plan, "ipsmgw", peer, Role.ASP), rng)


class Peer:
    """HLR, SM-SC or SGSN, SGP for the gateway: manages the association, answers anyTimeModification."""

    def __init__(self, node: str, rng: Random, plan: Plan = PLAN) -> None:
        self.stack = MapStack(_settings(plan, node, "ipsmgw", Role.SGP), rng)
        self.flow = Flow("tcp", plan.m3ua(node), (plan.host("ipsmgw"), 0), "ipsmgw")
        self.invoked: list[Invoked] = []
        self.modified = 0
        """How many anyTimeModifications were answered."""
        self.active = False

    def link_up(self, now: float) -> None:
        """The gateway has connected."""
        self.stack.link_up(self.flow, "", now)

    def link_down(self, now: float) -> None:
        """The gateway has died."""
        self.stack.link_down(self.flow, now)
        self.active = False

    def receive(self, frames: list[bytes], now: float) -> list[bytes]:
        """The answers to what has come; what the peer cannot answer by itself is kept in `invoked`."""
        for frame in frames:
            for event in self.stack.receive(frame, self.flow, now):
                if isinstance(event, Invoked):
                    self._answer(event, now)
                elif isinstance(event, AspStateChanged):
                    self.active = event.new is AspState.ACTIVE
        return [frame for frame, _ in self.stack.take_output()]

    def _answer(self, event: Invoked, now: float) -> None:
        if event.operation.result is AnyTimeModificationRes:
            result = AnyTimeModificationRes(service_centre_address=AddressString(PLAN.sc_number))
            self.stack.result(event.dialogue, result, now)
            self.modified += 1
        else:
            self.invoked.append(event)
