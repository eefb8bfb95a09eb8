"""SSNM: what is told of destinations, and the answer to an audit (RFC 4666 §3.4, §4.5)."""

from collections.abc import Iterable, Mapping

from mapstack.m3ua.association import Peer
from mapstack.m3ua.destination import Destination, DestinationState
from mapstack.m3ua.message import MessageType, Tag
from mapstack.m3ua.routing_key import PointCodes

__all__ = ["answer_audit", "tell"]

_KINDS = {
    DestinationState.UNAVAILABLE: MessageType.DUNA,
    DestinationState.AVAILABLE: MessageType.DAVA,
    DestinationState.RESTRICTED: MessageType.DRST,
    DestinationState.CONGESTED: MessageType.SCON,
}


def tell(peer: Peer, destinations: Iterable[tuple[PointCodes, Destination]]) -> None:
    """Tell a peer how destinations can be reached: one message for all that are in one state."""
    grouped: dict[Destination, list[PointCodes]] = {}
    for codes, destination in destinations:
        grouped.setdefault(destination, []).append(codes)
    for destination, some in grouped.items():
        level = destination.level or None
        peer.send_ssnm(_KINDS[destination.state], some, (Tag.CONGESTION_INDICATIONS, level))


def answer_audit(peer: Peer, asked: Iterable[PointCodes], known: Mapping[int, Destination]) -> None:
    """Answer DAUD with the best state that it covers; what is congested is available too (§4.5.3)."""
    answers: list[tuple[PointCodes, Destination]] = []
    congested: list[tuple[PointCodes, Destination]] = []
    for codes in asked:
        states = [state for point_code, state in known.items() if codes.covers(point_code)]
        best = min(states, key=_order, default=Destination(DestinationState.UNAVAILABLE))
        if best.state is DestinationState.CONGESTED:
            congested.append((codes, best))
            best = Destination(DestinationState.AVAILABLE)
        answers.append((codes, best))
    tell(peer, answers)
    tell(peer, congested)


def _order(destination: Destination) -> tuple[int, int]:
    return [*DestinationState].index(destination.state), destination.level
