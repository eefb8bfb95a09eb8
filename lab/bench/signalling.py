"""The SS7 side of the bench: real stacks that bring an association up, and that rehearse dialogues."""

from random import Random

from lab.bench.place import HLR, PLAN, SMSC
from mapstack import AddressString, Flow, Invoked, MapSettings, MapStack
from mapstack.events import AspStateChanged
from mapstack.m3ua.asp import AspState
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.map import AnyTimeModificationRes
from mapstack.sccp.settings import GtRoute, SccpSettings

__all__ = ["Peer", "gateway_stack"]

_NUMBERS = {"ipsmgw": PLAN.gateway_number, HLR: PLAN.hlr_number, SMSC: PLAN.sc_number}


def _settings(node: str, peers: tuple[str, ...], role: Role) -> MapSettings:
    associations = tuple(
        Association(
            name=peer,
            role=role,
            point_code=PLAN.point_code(peer),
            routing_context=PLAN.point_code("ipsmgw"),
        )
        for peer in peers
    )
    routes = tuple(GtRoute(prefix=_NUMBERS[peer], point_code=PLAN.point_code(peer)) for peer in peers)
    return MapSettings(
        m3ua=M3uaSettings(point_code=PLAN.point_code(node), associations=associations),
        sccp=SccpSettings(routes=routes),
        own_gt=_NUMBERS[node],
    )


def gateway_stack(rng: Random) -> MapStack:
    """What the gateway under test has inside, for the rehearsal."""
    return MapStack(_settings("ipsmgw", (SMSC,), Role.ASP), rng)


class Peer:
    """HLR or SM-SC, SGP for the gateway: manages the association, answers anyTimeModification."""

    def __init__(self, node: str, rng: Random) -> None:
        self.stack = MapStack(_settings(node, ("ipsmgw",), Role.SGP), rng)
        self.flow = Flow("tcp", PLAN.m3ua(node), (PLAN.host("ipsmgw"), 0), "ipsmgw")
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
