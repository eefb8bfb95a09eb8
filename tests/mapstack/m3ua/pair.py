"""Two M3UA layers at the ends of associations, and the messages that one sent."""

from mapstack.flow import Flow
from mapstack.m3ua.m3ua import M3ua, M3uaEvent
from mapstack.m3ua.message import M3uaMessage, MessageType, decode
from mapstack.m3ua.settings import Association, M3uaSettings, Role, TrafficMode

__all__ = [
    "ASP_POINT_CODE",
    "SGP_POINT_CODE",
    "Pair",
    "asp_of",
    "association",
    "flow_of",
    "kinds",
    "sent",
    "sgp_of",
]

ASP_POINT_CODE, SGP_POINT_CODE = 101, 202


def flow_of(connection: str, stream: int = 0, transport: str = "sctp") -> Flow:
    return Flow(transport, ("10.0.0.1", 2905), ("10.0.0.2", 2905), connection, stream)


def association(
    role: Role,
    name: str = "a",
    *,
    mode: TrafficMode | None = TrafficMode.LOADSHARE,
    context: int | None = 7,
    identifier: int | None = None,
    appearance: int | None = None,
) -> Association:
    return Association(
        name=name,
        role=role,
        point_code=SGP_POINT_CODE if role is Role.ASP else ASP_POINT_CODE,
        routing_context=context,
        traffic_mode=mode,
        asp_identifier=identifier,
        network_appearance=appearance,
    )


def asp_of(*associations: Association) -> M3ua:
    return M3ua(M3uaSettings(point_code=ASP_POINT_CODE, associations=associations))


def sgp_of(*associations: Association) -> M3ua:
    return M3ua(M3uaSettings(point_code=SGP_POINT_CODE, associations=associations))


def sent(layer: M3ua) -> list[M3uaMessage]:
    return [decode(octets) for octets, _ in layer.take_output()]


def kinds(layer: M3ua) -> list[MessageType]:
    return [message.kind for message in sent(layer)]


class Pair:
    """An ASP and an SGP, joined by every association that both have."""

    def __init__(self, asp: M3ua, sgp: M3ua) -> None:
        self.asp = asp
        self.sgp = sgp
        self.asp_events: list[M3uaEvent] = []
        self.sgp_events: list[M3uaEvent] = []

    def link_up(self, connection: str = "a", now: float = 0.0) -> None:
        self.sgp_events += self.sgp.link_up(flow_of(connection), "", now)
        self.asp_events += self.asp.link_up(flow_of(connection), "", now)
        self.run(now)

    def run(self, now: float = 0.0) -> None:
        """Carry messages both ways until there are none."""
        while (up := self.asp.take_output()) + (down := self.sgp.take_output()):
            for octets, flow in up:
                self.sgp_events += self.sgp.receive(octets, flow, now)
            for octets, flow in down:
                self.asp_events += self.asp.receive(octets, flow, now)


def active_pair(mode: TrafficMode = TrafficMode.LOADSHARE, *names: str) -> Pair:
    names = names or ("a",)
    pair = Pair(
        asp_of(*[association(Role.ASP, name, mode=mode) for name in names]),
        sgp_of(*[association(Role.SGP, name, mode=mode) for name in names]),
    )
    for name in names:
        pair.link_up(name)
    return pair
