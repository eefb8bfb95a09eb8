"""Two SCCP layers over one association that is up: node A (point code 1) as ASP, node B (2) as SGP."""

from random import Random

from mapstack.flow import Flow
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.sccp import Sccp, SccpEvent
from mapstack.sccp.settings import GtRoute, SccpLimits, SccpSettings

__all__ = ["A_GT", "B_GT", "FLOW", "ROUTES", "A", "B", "Pair", "messages"]

A, B = 1, 2
A_GT, B_GT = SccpAddress(Gt("15550000001"), 8), SccpAddress(Gt("15550000002"), 6)
FLOW = Flow("sctp", ("10.0.0.1", 2905), ("10.0.0.2", 2905), "a", 1)
ROUTES = (GtRoute(prefix="15550000001", point_code=A), GtRoute(prefix="1555", point_code=B))


def layer(point_code: int, peer: int, role: Role) -> Sccp:
    association = Association(name="a", role=role, point_code=peer, routing_context=3)
    return Sccp(
        M3uaSettings(point_code=point_code, associations=(association,)),
        SccpSettings(routes=ROUTES, limits=SccpLimits(reassemblies=2, templates=3)),
        Random(point_code),
    )


class Pair:
    """A and B, and what each was told."""

    def __init__(self) -> None:
        self.a = layer(A, B, Role.ASP)
        self.b = layer(B, A, Role.SGP)
        self.a_events: list[SccpEvent] = []
        self.b_events: list[SccpEvent] = []
        self.b.link_up(FLOW, "", 0.0)
        self.a.link_up(FLOW, "", 0.0)
        self.run()
        self.a_events.clear()
        self.b_events.clear()

    def run(self, now: float = 0.0) -> None:
        """Carry messages both ways until there are none."""
        while (up := self.a.take_output()) + (down := self.b.take_output()):
            for octets, flow in up:
                self.b_events += self.b.receive(octets, flow, now)
            for octets, flow in down:
                self.a_events += self.a.receive(octets, flow, now)


def messages(output: list[tuple[bytes, Flow]]) -> list[bytes]:
    """The SCCP messages of DATA with routing context 3 and nothing else before it."""
    found = []
    for octets, _ in output:
        size = int.from_bytes(octets[18:20])
        found.append(octets[32 : 16 + size])
    return found
