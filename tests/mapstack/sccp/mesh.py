"""SCCP nodes, any of which are linked, and what each was told; octets can be injected and looked at."""

from collections.abc import Mapping, Sequence
from random import Random

from mapstack.flow import Flow
from mapstack.m3ua.data import DataCodec
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.sccp.message import SccpMessage, decode, encode
from mapstack.sccp.sccp import Sccp, SccpEvent
from mapstack.sccp.settings import SccpSettings

__all__ = ["Mesh"]


def name_of(one: int, other: int) -> str:
    return f"{min(one, other)}-{max(one, other)}"


def flow_of(name: str) -> Flow:
    return Flow("sctp", ("10.0.0.1", 2905), ("10.0.0.2", 2905), name, 1)


class Mesh:
    """Nodes by point code; of a link the first is the ASP."""

    def __init__(self, nodes: Mapping[int, SccpSettings], links: Sequence[tuple[int, int]]) -> None:
        self.links = {name_of(*link): link for link in links}
        self.nodes = {point_code: self._node(point_code, settings) for point_code, settings in nodes.items()}
        self.events: dict[int, list[SccpEvent]] = {point_code: [] for point_code in nodes}
        self.sent: list[tuple[int, int, bytes]] = []
        for name, (asp, sgp) in self.links.items():
            self.nodes[sgp].link_up(flow_of(name), "", 0.0)
            self.nodes[asp].link_up(flow_of(name), "", 0.0)
        self.run()
        self.forget()

    def _node(self, point_code: int, settings: SccpSettings) -> Sccp:
        associations = tuple(
            Association(
                name=name,
                role=Role.ASP if asp == point_code else Role.SGP,
                point_code=sgp if asp == point_code else asp,
            )
            for name, (asp, sgp) in self.links.items()
            if point_code in (asp, sgp)
        )
        m3ua = M3uaSettings(point_code=point_code, associations=associations)
        return Sccp(m3ua, settings, Random(point_code))

    def run(self, now: float = 1.0) -> None:
        """Carry everything over until nothing is left."""
        while output := [(pc, *each) for pc, node in self.nodes.items() for each in node.take_output()]:
            for origin, octets, flow in output:
                asp, sgp = self.links[flow.connection]
                to = sgp if origin == asp else asp
                if (
                    octets[2:4] == b"\1\1"
                ):  # DATA without other parameters: 8 octets, 4 of the tag, 12 of the label
                    size = int.from_bytes(octets[10:12])
                    self.sent.append((origin, to, octets[24 : 8 + size]))
                if to in self.nodes:
                    self.events[to] += self.nodes[to].receive(octets, flow, now)

    def forget(self) -> None:
        """What was said and told until now."""
        self.sent.clear()
        for events in self.events.values():
            events.clear()

    def cut(self, one: int, other: int, now: float = 1.0) -> None:
        """The association between them is lost, at both ends."""
        flow = flow_of(name_of(one, other))
        for point_code in (one, other):
            self.events[point_code] += self.nodes[point_code].link_down(flow, now)

    def join(self, one: int, other: int, now: float = 1.0) -> None:
        """It is there again."""
        name = name_of(one, other)
        asp, sgp = self.links[name]
        self.nodes[sgp].link_up(flow_of(name), "", now)
        self.nodes[asp].link_up(flow_of(name), "", now)
        self.run(now)

    def inject(self, message: SccpMessage | bytes, *, opc: int, to: int, now: float = 1.0) -> None:
        """A message of `opc` comes to a node over the association between them."""
        octets = message if isinstance(message, bytes) else encode(message)
        association = Association(name="x", role=Role.ASP, point_code=to)
        data = DataCodec(association, opc=opc, network_indicator=2).encode(5, octets)
        self.events[to] += self.nodes[to].receive(data, flow_of(name_of(opc, to)), now)
        self.run(now)

    def messages(self, origin: int, to: int) -> list[SccpMessage]:
        """What one node has sent to the other."""
        return [decode(octets) for a, b, octets in self.sent if (a, b) == (origin, to)]
