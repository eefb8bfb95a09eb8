"""Destinations behind signalling gateways: routes, SSNM at both ends, audits, and who takes over."""

import pytest

from mapstack.events import DestinationStateChanged, PeerMisbehaved, UserPartUnavailable
from mapstack.m3ua.destination import Destination, DestinationState, Told
from mapstack.m3ua.m3ua import M3ua, TransferRefused
from mapstack.m3ua.message import M3uaMessage, MessageType, Tag, decode, encode
from mapstack.m3ua.settings import (
    Association,
    M3uaLimits,
    M3uaSettings,
    M3uaTimers,
    MtpRoute,
    PointCodes,
    Role,
)
from tests.mapstack.m3ua.pair import ASP_POINT_CODE, flow_of, kinds, sent

STP_A, STP_B, HLR, SMSC = 301, 302, 0x1008, 0x1009
AVAILABLE, RESTRICTED = DestinationState.AVAILABLE, DestinationState.RESTRICTED
CONGESTED, UNAVAILABLE = DestinationState.CONGESTED, DestinationState.UNAVAILABLE


def stp(name: str, point_code: int | None = None) -> Association:
    return Association(name=name, role=Role.ASP, point_code=point_code)


def route(point_code: int, via: str, priority: int = 1, mask: int = 0) -> MtpRoute:
    return MtpRoute(point_code=point_code, via=via, priority=priority, mask=mask)


def come_up(layer: M3ua, *names: str, now: float = 0.0) -> None:
    for name in names:
        layer.link_up(flow_of(name), "", now)
        layer.receive(encode(MessageType.ASPUP_ACK), flow_of(name), now)
        layer.receive(encode(MessageType.ASPAC_ACK), flow_of(name), now)


def node(*routes: MtpRoute, names: str = "ab", audit: float | None = None) -> M3ua:
    """An ASP of some signalling gateways, all active."""
    settings = M3uaSettings(
        point_code=ASP_POINT_CODE,
        associations=tuple(stp(name) for name in names),
        routes=routes,
        timers=M3uaTimers(t_audit=audit),
        limits=M3uaLimits(destinations=10),
    )
    layer = M3ua(settings)
    come_up(layer, *names)
    layer.take_output()
    return layer


def tell(layer: M3ua, kind: MessageType, name: str, codes: int, *more: tuple[Tag, int]) -> list[object]:
    octets = encode(kind, (Tag.AFFECTED_POINT_CODE, codes), *more)
    return [*layer.receive(octets, flow_of(name), 1.0)]


def taken(layer: M3ua, point_code: int) -> list[str]:
    """The associations that the messages of four links take; none where it is refused."""
    for sls in range(4):
        layer.transfer(point_code, sls, b"x")
    return [flow.connection for _, flow in layer.take_output()]


def test_many_point_codes_are_reached_over_one_association() -> None:
    layer = node(route(HLR, "a"), route(SMSC, "a"), names="a")
    assert taken(layer, HLR) == taken(layer, SMSC) == ["a"] * 4
    layer.transfer(SMSC, 3, b"x")
    ((octets, _),) = layer.take_output()
    data = decode(octets).get(Tag.PROTOCOL_DATA) or b""
    assert (int.from_bytes(data[:4]), int.from_bytes(data[4:8])) == (ASP_POINT_CODE, SMSC)
    assert layer.transfer(SMSC + 1, 0, b"x") is TransferRefused.UNREACHABLE


def test_routes_of_equal_priority_share_the_load_and_the_next_priority_takes_over() -> None:
    shared = node(route(HLR, "a"), route(HLR, "b"))
    assert taken(shared, HLR) == ["a", "b", "a", "b"]
    assert taken(node(route(HLR, "a", priority=2), route(HLR, "b")), HLR) == ["b"] * 4
    layer = node(route(HLR, "a"), route(HLR, "b", priority=2))
    assert taken(layer, HLR) == ["a"] * 4
    assert layer.link_down(flow_of("a"), 1.0)[1:] == []  # the HLR is as reachable as before
    assert taken(layer, HLR) == ["b"] * 4
    assert DestinationStateChanged(HLR, UNAVAILABLE) in layer.link_down(flow_of("b"), 2.0)
    assert taken(layer, HLR) == []
    come_up(layer, "a", now=3.0)
    layer.take_output()
    assert taken(layer, HLR) == ["a"] * 4


def test_the_narrowest_route_wins_and_a_mask_leads_to_what_nobody_named() -> None:
    layer = node(route(HLR, "b", mask=4), route(HLR, "a"))
    assert (taken(layer, HLR), taken(layer, SMSC)) == (["a"] * 4, ["b"] * 4)
    tell(layer, MessageType.DUNA, "a", HLR)
    assert taken(layer, HLR) == ["b"] * 4
    assert taken(layer, HLR + 0x10) == []


def test_a_mask_of_ssnm_concerns_what_it_covers_on_that_way_only() -> None:
    layer = node(route(HLR, "a"), route(SMSC, "a"), route(SMSC, "b", priority=2))
    events = tell(layer, MessageType.DUNA, "a", 4 << 24 | HLR)
    assert events == [DestinationStateChanged(HLR, UNAVAILABLE)]
    assert (taken(layer, HLR), taken(layer, SMSC)) == ([], ["b"] * 4)
    assert tell(layer, MessageType.DAVA, "a", HLR) == [DestinationStateChanged(HLR, AVAILABLE)]
    assert (taken(layer, HLR), taken(layer, SMSC)) == (["a"] * 4, ["b"] * 4)
    assert tell(layer, MessageType.DAVA, "a", 14 << 24) == []
    assert taken(layer, SMSC) == ["a"] * 4


def test_a_restricted_way_is_taken_only_when_there_is_no_other() -> None:
    layer = node(route(HLR, "a"), route(HLR, "b", priority=2))
    assert tell(layer, MessageType.DRST, "a", HLR) == []
    assert taken(layer, HLR) == ["b"] * 4
    assert tell(layer, MessageType.DUNA, "b", HLR) == [DestinationStateChanged(HLR, RESTRICTED)]
    assert taken(layer, HLR) == ["a"] * 4


def test_congestion_is_told_with_its_level_and_still_used() -> None:
    layer = node(route(HLR, "a"), names="a")
    level = (Tag.CONGESTION_INDICATIONS, 2)
    assert tell(layer, MessageType.SCON, "a", HLR, level) == [DestinationStateChanged(HLR, CONGESTED, 2)]
    assert tell(layer, MessageType.SCON, "a", HLR, level) == [DestinationStateChanged(HLR, CONGESTED, 2)]
    assert taken(layer, HLR) == ["a"] * 4
    clear = tell(layer, MessageType.SCON, "a", HLR, (Tag.CONGESTION_INDICATIONS, 0))
    assert clear == [DestinationStateChanged(HLR, AVAILABLE)]


def test_dupu_is_told_for_known_point_codes_and_needs_its_cause() -> None:
    layer = node(route(HLR, "a"), names="a")
    assert tell(layer, MessageType.DUPU, "a", SMSC, (Tag.USER_CAUSE, 0x10003)) == []
    told = tell(layer, MessageType.DUPU, "a", HLR, (Tag.USER_CAUSE, 0x10003))
    assert told == [UserPartUnavailable(HLR, user=3, cause=1)]
    assert isinstance(tell(layer, MessageType.DUPU, "a", HLR)[0], PeerMisbehaved)


def test_after_a_cut_messages_take_the_new_connection() -> None:
    layer = node(route(HLR, "a"), names="a")
    again = flow_of("a")._replace(local=("10.0.0.1", 50_000))
    layer.link_up(again, "", 2.0)
    for kind in (MessageType.ASPUP_ACK, MessageType.ASPAC_ACK):
        layer.receive(encode(kind), again, 2.0)
    layer.take_output()
    layer.transfer(HLR, 3, b"x")
    assert [flow for _, flow in layer.take_output()] == [again._replace(stream=4)]


def test_what_a_gateway_told_is_forgotten_with_its_association() -> None:
    layer = node(route(HLR, "a"), names="a")
    tell(layer, MessageType.DUNA, "a", HLR)
    layer.link_down(flow_of("a"), 2.0)
    come_up(layer, "a", now=3.0)
    layer.take_output()
    assert taken(layer, HLR) == ["a"] * 4


def test_what_a_peer_can_make_us_keep_is_bounded() -> None:
    layer = node(route(0, "a", mask=14), names="a")
    for code in range(100):
        layer.transfer(code, 0, b"x")
        tell(layer, MessageType.DUNA, "a", code)
    assert len(layer._network.destinations) <= 10
    assert len(layer._peers["a"].told) <= 10
    told = Told(limit=2)
    for code in range(5):
        told.tell(PointCodes(0, code), Destination(UNAVAILABLE))
    assert [told.state(code).state for code in (2, 3, 4)] == [AVAILABLE, UNAVAILABLE, UNAVAILABLE]


# ---- audits


def audited(messages: list[M3uaMessage]) -> list[int]:
    return [
        code
        for one in messages
        if one.kind is MessageType.DAUD
        for code in one.numbers(Tag.AFFECTED_POINT_CODE)
    ]


def test_destinations_are_audited_when_traffic_starts_and_while_one_is_not_available() -> None:
    layer = node(route(HLR, "a"), route(SMSC, "a"), names="a", audit=10.0)
    layer.link_down(flow_of("a"), 1.0)
    come_up(layer, "a", now=2.0)
    assert audited(sent(layer)) == [HLR, SMSC]
    assert layer.deadline() == 12.0
    layer.expire(12.0)
    assert audited(sent(layer)) == []
    layer.receive(encode(MessageType.DUNA, (Tag.AFFECTED_POINT_CODE, SMSC)), flow_of("a"), 13.0)
    for now in (23.0, 33.0):
        assert layer.deadline() == now or layer.deadline() == 32.0
        layer.expire(now)
        assert audited(sent(layer)) == [SMSC]
    layer.receive(encode(MessageType.DAVA, (Tag.AFFECTED_POINT_CODE, SMSC)), flow_of("a"), 34.0)
    layer.expire(43.0)
    assert audited(sent(layer)) == []


# ---- as SGP

GATEWAY, EAST, WEST = 500, 501, 502


def gateway() -> M3ua:
    """A signalling gateway with the AS of two nodes, and an STP behind it that leads to the HLR."""
    served = tuple(
        Association(name=name, role=Role.SGP, point_code=code, routing_context=code)
        for name, code in (("east", EAST), ("west", WEST))
    )
    settings = M3uaSettings(
        point_code=GATEWAY, associations=(*served, stp("stp")), routes=(route(HLR, "stp"),)
    )
    layer = M3ua(settings)
    come_up(layer, "stp")
    up(layer, "east")
    layer.take_output()
    return layer


def up(layer: M3ua, name: str, now: float = 0.0) -> None:
    layer.link_up(flow_of(name), "", now)
    for kind in (MessageType.ASPUP, MessageType.ASPAC):
        layer.receive(encode(kind), flow_of(name), now)


def told(layer: M3ua) -> list[tuple[str, MessageType, tuple[int, ...]]]:
    """SSNM that has been sent: to whom, what, and of which point codes."""
    messages = [(flow.connection, decode(octets)) for octets, flow in layer.take_output()]
    return [
        (name, one.kind, one.numbers(Tag.AFFECTED_POINT_CODE)) for name, one in messages if one.kind >> 8 == 2
    ]


def test_a_gateway_tells_its_asps_of_each_other_and_of_what_lies_behind() -> None:
    layer = gateway()
    up(layer, "west", now=1.0)
    assert told(layer) == [("east", MessageType.DAVA, (WEST,))]
    tell(layer, MessageType.DUNA, "stp", HLR)
    assert told(layer) == [("east", MessageType.DUNA, (HLR,)), ("west", MessageType.DUNA, (HLR,))]
    tell(layer, MessageType.DRST, "stp", HLR)
    assert {kind for _, kind, _ in told(layer)} == {MessageType.DRST}
    tell(layer, MessageType.SCON, "stp", HLR, (Tag.CONGESTION_INDICATIONS, 3))
    levels = [message.number(Tag.CONGESTION_INDICATIONS) for message in sent(layer)]
    assert levels == [3, 3]
    tell(layer, MessageType.SCON, "stp", HLR, (Tag.CONGESTION_INDICATIONS, 3))
    assert {kind for _, kind, _ in told(layer)} == {MessageType.SCON}
    tell(layer, MessageType.DUPU, "stp", HLR, (Tag.USER_CAUSE, 0x20003))
    assert [one.number(Tag.USER_CAUSE) for one in sent(layer)] == [0x20003] * 2
    layer.link_down(flow_of("west"), 2.0)
    assert told(layer) == []  # it may be back within T(r)
    layer.expire(4.0)
    assert told(layer) == [("east", MessageType.DUNA, (WEST,))]


def test_an_asp_that_starts_is_told_what_it_cannot_reach() -> None:
    layer = gateway()
    tell(layer, MessageType.DUNA, "stp", HLR)
    layer.link_down(flow_of("east"), 1.0)
    layer.expire(5.0)
    layer.take_output()
    up(layer, "west", now=6.0)
    assert told(layer) == [("west", MessageType.DUNA, (EAST, HLR))]


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        (GATEWAY, [(MessageType.DAVA, (GATEWAY,))]),
        (HLR, [(MessageType.DAVA, (HLR,)), (MessageType.SCON, (HLR,))]),
        (WEST, [(MessageType.DUNA, (WEST,))]),
        (9, [(MessageType.DUNA, (9,))]),
    ],
)
def test_an_audit_is_answered_with_what_is_known(
    asked: int, answers: list[tuple[MessageType, tuple[int, ...]]]
) -> None:
    layer = gateway()
    tell(layer, MessageType.SCON, "stp", HLR, (Tag.CONGESTION_INDICATIONS, 1))
    layer.take_output()
    layer.receive(encode(MessageType.DAUD, (Tag.AFFECTED_POINT_CODE, asked)), flow_of("east"), 1.0)
    assert [(kind, codes) for _, kind, codes in told(layer)] == answers


def test_an_asp_asks_nobody_and_an_sgp_is_told_nothing() -> None:
    layer = gateway()
    for kind, name in ((MessageType.DAUD, "stp"), (MessageType.DUNA, "east"), (MessageType.DUPU, "east")):
        octets = encode(kind, (Tag.AFFECTED_POINT_CODE, HLR), (Tag.USER_CAUSE, 3))
        assert isinstance(layer.receive(octets, flow_of(name), 1.0)[0], PeerMisbehaved)
        assert kinds(layer) == [MessageType.ERR]


def test_an_empty_routing_context_is_none_as_osmo_stp_means_it() -> None:
    layer = node(route(HLR, "a"))
    duna = encode(MessageType.DUNA, (Tag.ROUTING_CONTEXT, b""), (Tag.AFFECTED_POINT_CODE, HLR))
    assert layer.receive(duna, flow_of("a"), 1.0) == [DestinationStateChanged(HLR, UNAVAILABLE)]
    assert sent(layer) == []
