"""SSNM: what is told of destinations, and the answer to an audit (RFC 4666 §3.4, §4.5)."""

from collections.abc import Iterable, Mapping

from mapstack.m3ua.association import Peer
from mapstack.m3ua.destination import AVAILABLE, UNAVAILABLE, Destination, DestinationState
from mapstack.m3ua.message import MessageType, Tag
from mapstack.m3ua.routing_key import PointCodes, Ranges

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
    """Answer DAUD: of a range with all that is known in it; what is congested is available too (§4.5.3)."""
    single: list[PointCodes] = []
    ranges: dict[tuple[int, int], PointCodes] = {}
    for codes in asked:
        if codes.mask:
            ranges[codes.key] = codes
        else:
            single.append(codes)
    states = {codes: known.get(codes.point_code, UNAVAILABLE) for codes in single}
    lookup = Ranges(ranges.values())
    for point_code, state in known.items():
        for key in lookup.covering(point_code):
            states[PointCodes(0, point_code)] = state
            ranges.pop(key, None)
    states |= dict.fromkeys(ranges.values(), UNAVAILABLE)
    congested = [one for one in states.items() if one[1].state is DestinationState.CONGESTED]
    tell(peer, [*(states | dict.fromkeys((codes for codes, _ in congested), AVAILABLE)).items()])
    tell(peer, congested)
