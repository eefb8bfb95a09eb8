"""Several AS on one association: contexts acknowledged in parts, every refusal (RFC 4666 §4.3.4.3)."""

import pytest

from mapstack.events import AspStateChanged, PeerMisbehaved
from mapstack.m3ua.application_server import AsState
from mapstack.m3ua.asp import AspState
from mapstack.m3ua.codes import ErrorCode, Status
from mapstack.m3ua.data import MtpTransfer
from mapstack.m3ua.m3ua import M3ua, TransferRefused
from mapstack.m3ua.message import MessageType, Tag, decode, encode
from mapstack.m3ua.settings import (
    Association,
    M3uaSettings,
    MtpRoute,
    PointCodes,
    Role,
    RoutingKey,
    Served,
    TrafficMode,
)
from tests.mapstack.m3ua.pair import Pair, flow_of, kinds, sent

SGP, EAST, WEST, HERE, HLR, SMSC = 500, 501, 502, 600, 701, 702
I, A = AspState.INACTIVE, AspState.ACTIVE  # noqa: E741 - the states of the figure


def servers(
    *codes: int, mode: TrafficMode | None = None, appearance: int | None = None
) -> tuple[Served, ...]:
    """AS 501 with routing context 1, AS 502 with 2, and so on."""
    return tuple(
        Served(point_code=code, routing_context=n, traffic_mode=mode, network_appearance=appearance)
        for n, code in enumerate(codes, 1)
    )


def sgp(*served: Served) -> M3ua:
    association = Association(name="a", role=Role.SGP, servers=served or servers(EAST, WEST))
    layer = M3ua(M3uaSettings(point_code=SGP, associations=(association,)))
    layer.link_up(flow_of("a"), "", 0.0)
    layer.receive(encode(MessageType.ASPUP), flow_of("a"), 0.0)
    layer.take_output()
    return layer


def asp(*served: Served) -> M3ua:
    association = Association(name="a", role=Role.ASP, servers=served or servers(HLR, SMSC))
    return M3ua(M3uaSettings(point_code=HERE, associations=(association,)))


def contexts(*numbers: int) -> tuple[Tag, bytes]:
    return Tag.ROUTING_CONTEXT, b"".join(number.to_bytes(4) for number in numbers)


def data(context: int | None, payload: bytes, *, dpc: int = SGP, opc: int = EAST) -> bytes:
    label = opc.to_bytes(4) + dpc.to_bytes(4) + b"\x03\x02\0\x05"
    return encode(MessageType.DATA, (Tag.ROUTING_CONTEXT, context), (Tag.PROTOCOL_DATA, label + payload))


def test_an_asp_asks_for_all_its_as_at_once_and_takes_the_answers_in_parts() -> None:
    layer = asp()
    layer.link_up(flow_of("a"), "", 0.0)
    layer.receive(encode(MessageType.ASPUP_ACK), flow_of("a"), 0.0)
    up, active = sent(layer)
    assert (up.kind, active.kind, active.numbers(Tag.ROUTING_CONTEXT)) == (
        MessageType.ASPUP,
        MessageType.ASPAC,
        (1, 2),
    )
    events = layer.receive(encode(MessageType.ASPAC_ACK, contexts(2)), flow_of("a"), 0.1)
    assert events[0] == AspStateChanged("a", I, A, f"AS {SMSC}")
    assert layer.transfer(SMSC, 0, b"x") is None
    assert layer.transfer(HLR, 0, b"x") is TransferRefused.UNREACHABLE
    layer.take_output()
    layer.expire(2.0)
    (again,) = sent(layer)
    assert again.numbers(Tag.ROUTING_CONTEXT) == (1,)
    layer.receive(encode(MessageType.ASPAC_ACK, contexts(1)), flow_of("a"), 2.1)
    assert layer.transfer(HLR, 0, b"x") is None


def test_each_message_names_the_as_that_it_belongs_to() -> None:
    pair = Pair(asp(Served(routing_context=1, point_code=SGP)), sgp(*servers(HERE)))
    pair.link_up()
    layer = sgp()
    layer.receive(encode(MessageType.ASPAC), flow_of("a"), 0.1)
    layer.take_output()
    for code, context in ((EAST, 1), (WEST, 2)):
        layer.transfer(code, 0, b"x")
        assert [message.numbers(Tag.ROUTING_CONTEXT) for message in sent(layer)] == [(context,)]


def test_contexts_are_acknowledged_as_far_as_they_exist_and_the_others_refused() -> None:
    layer = sgp()
    layer.receive(encode(MessageType.ASPAC, contexts(2, 9)), flow_of("a"), 0.1)
    error, ack, notify = sent(layer)[:3]
    assert (error.number(Tag.ERROR_CODE), error.numbers(Tag.ROUTING_CONTEXT)) == (
        ErrorCode.INVALID_ROUTING_CONTEXT,
        (9,),
    )
    assert (ack.kind, ack.numbers(Tag.ROUTING_CONTEXT)) == (MessageType.ASPAC_ACK, (2,))
    assert (notify.number(Tag.STATUS), notify.numbers(Tag.ROUTING_CONTEXT)) == (Status.AS_ACTIVE, (2,))
    layer.receive(encode(MessageType.ASPAC, contexts(9)), flow_of("a"), 0.2)
    assert [one.number(Tag.ERROR_CODE) for one in sent(layer)] == [ErrorCode.INVALID_ROUTING_CONTEXT]
    layer.receive(encode(MessageType.ASPIA, contexts(2)), flow_of("a"), 0.3)
    assert sent(layer)[0].numbers(Tag.ROUTING_CONTEXT) == (2,)


def test_a_mode_that_one_as_does_not_take_is_refused_for_that_one() -> None:
    modes = (TrafficMode.LOADSHARE, TrafficMode.OVERRIDE)
    layer = sgp(
        *(
            Served(point_code=code, routing_context=code, traffic_mode=mode)
            for code, mode in zip((EAST, WEST), modes, strict=True)
        )
    )
    layer.receive(encode(MessageType.ASPAC, (Tag.TRAFFIC_MODE_TYPE, 2)), flow_of("a"), 0.1)
    error, ack = sent(layer)[:2]
    assert (error.number(Tag.ERROR_CODE), error.numbers(Tag.ROUTING_CONTEXT)) == (
        ErrorCode.UNSUPPORTED_TRAFFIC_MODE_TYPE,
        (WEST,),
    )
    assert (ack.kind, ack.numbers(Tag.ROUTING_CONTEXT)) == (MessageType.ASPAC_ACK, (EAST,))


def test_data_is_read_for_the_as_that_are_active_and_refused_for_the_others() -> None:
    layer = sgp()
    layer.receive(encode(MessageType.ASPAC, contexts(1)), flow_of("a"), 0.1)
    layer.take_output()
    expected = MtpTransfer(EAST, SGP, 5, b"x")
    assert [layer.receive(data(1, b"x"), flow_of("a", 1), 0.2) for _ in range(2)] == [[expected]] * 2
    for context, code in (
        (2, ErrorCode.UNEXPECTED_MESSAGE),
        (9, ErrorCode.INVALID_ROUTING_CONTEXT),
        (None, ErrorCode.NO_CONFIGURED_AS_FOR_ASP),
    ):
        assert isinstance(layer.receive(data(context, b"x"), flow_of("a", 1), 0.3)[0], PeerMisbehaved)
        assert [one.number(Tag.ERROR_CODE) for one in sent(layer)] == [code]


def test_with_two_active_as_both_are_read_without_looking_for_parameters() -> None:
    for appearance in (None, 8):
        layer = sgp(*servers(EAST, WEST, appearance=appearance))
        layer.receive(encode(MessageType.ASPAC), flow_of("a"), 0.1)
        for context, opc in ((1, EAST), (2, WEST)):
            label = opc.to_bytes(4) + SGP.to_bytes(4) + b"\x03\x02\0\x05"
            octets = encode(
                MessageType.DATA,
                (Tag.NETWORK_APPEARANCE, appearance),
                (Tag.ROUTING_CONTEXT, context),
                (Tag.PROTOCOL_DATA, label + b"x"),
            )
            assert layer.transferred(octets, flow_of("a", 1), 0.2) == MtpTransfer(opc, SGP, 5, b"x")


def test_an_as_may_be_named_by_a_route_and_served_over_two_associations() -> None:
    one = Served(name="home", routing_context=4)
    associations = tuple(Association(name=name, role=Role.ASP, servers=(one,)) for name in "ab")
    routes = (MtpRoute(point_code=HLR, via="home"),)
    layer = M3ua(M3uaSettings(point_code=HERE, associations=associations, routes=routes))
    for name in "ab":
        layer.link_up(flow_of(name), "", 0.0)
        for kind in (MessageType.ASPUP_ACK, MessageType.ASPAC_ACK):
            layer.receive(encode(kind), flow_of(name), 0.0)
    layer.take_output()
    for sls in range(4):
        layer.transfer(HLR, sls, b"x")
    assert [flow.connection for _, flow in layer.take_output()] == ["a", "b", "a", "b"]


# ---- what an SGP does for its AS


def as_of(layer: M3ua, point_code: int = EAST) -> AsState:
    return layer._network.servers[f"AS {point_code}"].state


def several(*identifiers: int, required: int = 1, mode: TrafficMode | None = TrafficMode.LOADSHARE) -> M3ua:
    """An AS with several ASPs, all up; the identifier of each is its own."""
    associations = tuple(
        Association(
            name=str(identifier),
            role=Role.SGP,
            servers=(Served(point_code=EAST, routing_context=1, traffic_mode=mode, required=required),),
        )
        for identifier in identifiers
    )
    layer = M3ua(M3uaSettings(point_code=SGP, associations=associations))
    for identifier in identifiers:
        flow = flow_of(str(identifier))
        layer.link_up(flow, "", 0.0)
        layer.receive(encode(MessageType.ASPUP, (Tag.ASP_IDENTIFIER, identifier)), flow, 0.0)
    layer.take_output()
    return layer


def statuses(layer: M3ua) -> list[tuple[str, int | None, int | None]]:
    """NTFY that has been sent: to whom, what, and which ASP it is about."""
    messages = [(flow.connection, decode(octets)) for octets, flow in layer.take_output()]
    return [
        (name, one.number(Tag.STATUS), one.number(Tag.ASP_IDENTIFIER))
        for name, one in messages
        if one.kind is MessageType.NTFY
    ]


def test_the_failure_of_an_asp_and_the_lack_of_others_are_told_to_those_that_stand_by() -> None:
    layer = several(1, 2, 3, required=2)
    for name in "12":
        layer.receive(encode(MessageType.ASPAC), flow_of(name), 0.1)
    layer.take_output()
    layer.link_down(flow_of("1"), 0.2)
    assert statuses(layer) == [
        ("3", Status.ASP_FAILURE, 1),
        ("3", Status.INSUFFICIENT_ASP_RESOURCES, 3),
    ]
    layer.receive(encode(MessageType.ASPIA), flow_of("2"), 0.3)
    assert as_of(layer) is AsState.PENDING
    assert [status for _, status, _ in statuses(layer)] == [Status.AS_PENDING] * 2


def test_an_identifier_that_another_asp_of_the_as_has_is_refused() -> None:
    layer = several(1, 2)
    flow = flow_of("2")
    layer.link_up(flow, "", 1.0)
    layer.receive(encode(MessageType.ASPUP, (Tag.ASP_IDENTIFIER, 1)), flow, 1.0)
    assert [one.number(Tag.ERROR_CODE) for one in sent(layer)] == [ErrorCode.INVALID_ASP_IDENTIFIER]


def test_without_a_mode_of_its_own_an_as_has_that_of_its_first_asp() -> None:
    layer = several(1, 2, mode=None)
    layer.receive(encode(MessageType.ASPAC, (Tag.TRAFFIC_MODE_TYPE, 1)), flow_of("1"), 0.1)
    layer.take_output()
    layer.receive(encode(MessageType.ASPAC, (Tag.TRAFFIC_MODE_TYPE, 2)), flow_of("2"), 0.2)
    assert [one.number(Tag.ERROR_CODE) for one in sent(layer)] == [ErrorCode.UNSUPPORTED_TRAFFIC_MODE_TYPE]
    layer.receive(encode(MessageType.ASPAC, (Tag.TRAFFIC_MODE_TYPE, 1)), flow_of("2"), 0.3)
    assert ("1", Status.ALTERNATE_ASP_ACTIVE, 1) in statuses(layer)


def test_a_broadcast_reaches_every_asp_and_the_first_of_each_flow_is_tagged() -> None:
    layer = several(1, 2, mode=TrafficMode.BROADCAST)
    layer.receive(encode(MessageType.ASPAC), flow_of("1"), 0.1)
    layer.take_output()
    for sls in (3, 3, 4):
        layer.transfer(EAST, sls, b"x")
    assert [one.number(Tag.CORRELATION_ID) for one in sent(layer)] == [1, None, 2]
    layer.receive(encode(MessageType.ASPAC), flow_of("2"), 0.2)
    layer.take_output()
    for _ in range(2):
        layer.transfer(EAST, 3, b"x")
    output = layer.take_output()
    assert [flow.connection for _, flow in output] == ["1", "2", "1", "2"]
    assert [decode(octets).number(Tag.CORRELATION_ID) for octets, _ in output] == [3, 3, None, None]
    assert len({octets for octets, _ in output[:2]}) == 1
    there = M3ua(
        M3uaSettings(
            point_code=EAST,
            associations=(Association(name="1", role=Role.ASP, point_code=SGP, routing_context=1),),
        )
    )
    there.link_up(flow_of("1"), "", 0.0)
    there.receive(encode(MessageType.ASPUP_ACK), flow_of("1"), 0.0)
    for octets, flow in output[::2]:
        assert there.receive(octets, flow, 0.0) == [MtpTransfer(SGP, EAST, 3, b"x")]


def test_a_peer_that_is_blocked_is_told_so() -> None:
    association = Association(name="a", role=Role.SGP, point_code=EAST, blocked=True)
    layer = M3ua(M3uaSettings(point_code=SGP, associations=(association,)))
    layer.link_up(flow_of("a"), "", 0.0)
    layer.receive(encode(MessageType.ASPUP), flow_of("a"), 0.0)
    assert [one.number(Tag.ERROR_CODE) for one in sent(layer)] == [ErrorCode.REFUSED_MANAGEMENT_BLOCKING]


def test_where_no_as_is_configured_an_asp_cannot_become_active() -> None:
    layer = M3ua(
        M3uaSettings(
            point_code=SGP,
            associations=(Association(name="a", role=Role.SGP, grants=(PointCodes(14, 0),)),),
        )
    )
    layer.link_up(flow_of("a"), "", 0.0)
    for kind in (MessageType.ASPUP, MessageType.ASPAC):
        layer.receive(encode(kind), flow_of("a"), 0.0)
    assert kinds(layer) == [MessageType.ASPUP_ACK, MessageType.ERR]


WRONG: dict[str, tuple[Served, ...]] = {
    "needs a routing context": (Served(point_code=1), Served(point_code=2)),
    "twice: 7": (Served(point_code=1, routing_context=7), Served(point_code=2, routing_context=7)),
    "one name: AS 1": (Served(point_code=1, routing_context=7), Served(point_code=1, routing_context=8)),
    "needs the point code": (Served(routing_context=7),),
    "double exchange": (Served(point_code=1, own_context=7),),
    "grants them": (Served(point_code=1, register=RoutingKey()),),
}


@pytest.mark.parametrize("reason", WRONG)
def test_servers_that_contradict_each_other_are_refused(reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Association(name="a", role=Role.SGP, servers=WRONG[reason])


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="not in both"):
        Association(name="a", role=Role.ASP, point_code=1, servers=servers(EAST))
    with pytest.raises(ValueError, match="blocks nobody"):
        Association(name="a", role=Role.ASP, blocked=True)
    with pytest.raises(ValueError, match="'elsewhere'"):
        M3uaSettings(point_code=1, routes=(MtpRoute(point_code=2, via="elsewhere"),))
    for wrong in ({"mask": 15}, {"priority": 0}, {"point_code": 1 << 14}):
        with pytest.raises(ValueError, match=r"of the route|point code"):
            MtpRoute(**{"point_code": 2, "via": "a"} | wrong)  # type: ignore[arg-type]  # that is the test
