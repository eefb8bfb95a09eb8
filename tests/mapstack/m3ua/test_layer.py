"""M3UA as a layer: start-up, DATA, heartbeat and AS-PENDING, at both ends."""

from mapstack.events import (
    AspStateChanged,
    AssociationFailed,
    AsStateChanged,
    DestinationStateChanged,
    ManagementKind,
    ManagementNotified,
    PeerMisbehaved,
)
from mapstack.m3ua.application_server import AsState
from mapstack.m3ua.asp import AspState
from mapstack.m3ua.codes import ErrorCode, Status
from mapstack.m3ua.data import MtpTransfer, Unsent
from mapstack.m3ua.destination import DestinationState
from mapstack.m3ua.m3ua import M3ua, TransferRefused
from mapstack.m3ua.message import MessageType, Tag, decode, encode
from mapstack.m3ua.settings import M3uaLimits, M3uaSettings, M3uaTimers, Role, TrafficMode
from tests.mapstack.m3ua.pair import (
    ASP_POINT_CODE,
    SGP_POINT_CODE,
    Pair,
    active_pair,
    asp_of,
    association,
    flow_of,
    kinds,
    sent,
    sgp_of,
)

D, I, A = AspState.DOWN, AspState.INACTIVE, AspState.ACTIVE  # noqa: E741 - the states of the figure
STARTED = [
    ManagementNotified("a", ManagementKind.NTFY, Status.AS_INACTIVE, "as inactive"),
    ManagementNotified("a", ManagementKind.NTFY, Status.AS_ACTIVE, "as active"),
]


def test_an_association_comes_up_by_itself() -> None:
    pair = active_pair()
    there, here = (
        DestinationStateChanged(code, DestinationState.AVAILABLE) for code in (SGP_POINT_CODE, ASP_POINT_CODE)
    )
    changes = [AspStateChanged("a", D, I), AspStateChanged("a", I, A), there]
    assert [event for event in pair.asp_events if event not in STARTED] == changes
    assert [event for event in pair.asp_events if event not in changes] == STARTED
    assert pair.sgp_events == [
        AspStateChanged("a", D, I),
        AsStateChanged(f"AS {ASP_POINT_CODE}", AsState.DOWN, AsState.INACTIVE),
        AspStateChanged("a", I, A),
        AsStateChanged(f"AS {ASP_POINT_CODE}", AsState.INACTIVE, AsState.ACTIVE),
        here,
    ]


def test_data_goes_both_ways_and_its_sls_chooses_the_stream() -> None:
    pair = active_pair()
    for sls in range(16):
        assert pair.asp.transfer(SGP_POINT_CODE, sls, b"up") is None
        assert pair.sgp.transfer(ASP_POINT_CODE, sls, b"down") is None
    up = pair.asp.take_output()
    assert [flow.stream for _, flow in up] == [1 + sls % 9 for sls in range(16)]
    octets, flow = up[5]
    assert pair.sgp.receive(octets, flow, 1.0) == [MtpTransfer(ASP_POINT_CODE, SGP_POINT_CODE, 5, b"up")]
    octets, flow = pair.sgp.take_output()[7]
    assert pair.asp.receive(octets, flow, 1.0) == [MtpTransfer(SGP_POINT_CODE, ASP_POINT_CODE, 7, b"down")]


def test_stream_0_is_not_for_data_where_there_are_streams() -> None:
    pair = active_pair()
    pair.asp.transfer(SGP_POINT_CODE, 5, b"up")
    ((octets, _),) = pair.asp.take_output()
    stream_0, over_tcp = flow_of("a"), flow_of("a", transport="tcp")
    assert pair.sgp.receive(octets, stream_0, 1.0) == [PeerMisbehaved(stream_0, "m3ua", "DATA on stream 0")]
    assert sent(pair.sgp)[0].number(Tag.ERROR_CODE) == ErrorCode.INVALID_STREAM_IDENTIFIER
    transfer = MtpTransfer(ASP_POINT_CODE, SGP_POINT_CODE, 5, b"up")
    assert pair.sgp.receive(octets, over_tcp, 1.0) == [transfer]


def test_before_an_association_is_active_nothing_can_be_transferred() -> None:
    pair = Pair(asp_of(association(Role.ASP)), sgp_of(association(Role.SGP)))
    assert pair.asp.transfer(SGP_POINT_CODE, 0, b"x") is TransferRefused.UNREACHABLE
    assert pair.sgp.transfer(ASP_POINT_CODE, 0, b"x") is TransferRefused.UNREACHABLE
    pair.link_up()
    assert pair.asp.transfer(999, 0, b"x") is TransferRefused.UNREACHABLE
    assert pair.asp.transfer(SGP_POINT_CODE, 0, b"x") is None


def test_requests_are_repeated_each_t_ack_until_acknowledged() -> None:
    asp = asp_of(association(Role.ASP, identifier=4))
    asp.link_up(flow_of("a"), "", 0.0)
    assert kinds(asp) == [MessageType.ASPUP]
    assert asp.deadline() == 2.0
    assert asp.expire(1.9) == []
    asp.expire(2.0)
    (again,) = sent(asp)
    assert (again.kind, again.number(Tag.ASP_IDENTIFIER)) == (MessageType.ASPUP, 4)
    asp.receive(encode(MessageType.ASPUP_ACK), flow_of("a"), 2.5)
    (active,) = sent(asp)
    assert (active.number(Tag.TRAFFIC_MODE_TYPE), active.numbers(Tag.ROUTING_CONTEXT)) == (2, (7,))
    asp.expire(4.5)
    assert kinds(asp) == [MessageType.ASPAC]
    asp.receive(encode(MessageType.ASPAC_ACK), flow_of("a"), 4.6)
    assert asp.deadline() == 30.0


def test_a_notification_before_its_ack_and_acks_without_parameters_are_lived_with() -> None:
    asp = asp_of(association(Role.ASP))
    asp.link_up(flow_of("a"), "", 0.0)
    notify = [
        encode(MessageType.NTFY, (Tag.STATUS, status)) for status in (Status.AS_INACTIVE, Status.AS_ACTIVE)
    ]
    for octets in (notify[0], encode(MessageType.ASPUP_ACK), notify[1], encode(MessageType.ASPAC_ACK)):
        asp.receive(octets, flow_of("a"), 0.1)
    assert kinds(asp) == [MessageType.ASPUP, MessageType.ASPAC, MessageType.DAUD]
    assert asp.transfer(SGP_POINT_CODE, 0, b"x") is None


def test_an_asp_that_is_put_down_unasked_comes_up_again() -> None:
    for kind in (MessageType.ASPDN_ACK, MessageType.ASPIA_ACK, MessageType.ASPUP_ACK):
        pair = active_pair()
        pair.asp.receive(encode(kind), flow_of("a"), 1.0)
        assert pair.asp.transfer(SGP_POINT_CODE, 0, b"x") is TransferRefused.UNREACHABLE
        pair.run(1.0)
        assert pair.asp.transfer(SGP_POINT_CODE, 0, b"x") is None


def test_data_may_overtake_the_ack_of_aspac() -> None:
    pair = active_pair()
    pair.sgp.transfer(ASP_POINT_CODE, 3, b"early")
    ((octets, flow),) = pair.sgp.take_output()
    asp = asp_of(association(Role.ASP))
    asp.link_up(flow_of("a"), "", 0.0)
    assert asp.receive(octets, flow, 0.1) == [PeerMisbehaved(flow, "m3ua", "DATA in ASP-DOWN")]
    asp.receive(encode(MessageType.ASPUP_ACK), flow_of("a"), 0.1)
    assert asp.receive(octets, flow, 0.2) == [MtpTransfer(SGP_POINT_CODE, ASP_POINT_CODE, 3, b"early")]


# ---- heartbeat


def test_each_side_beats_and_answers_the_beat_of_the_other() -> None:
    pair = active_pair()
    for now in (30.0, 60.0, 90.0, 120.0):
        assert pair.asp.deadline() == pair.sgp.deadline() == now
        assert pair.asp.expire(now) == []
        assert pair.sgp.expire(now) == []
        (beat,) = sent(pair.asp)
        pair.sgp.take_output()
        answer = encode(MessageType.BEAT, *[(Tag(tag), value) for tag, value in beat.parameters])
        assert pair.sgp.receive(answer, flow_of("a"), now) == []
        ((octets, _),) = pair.sgp.take_output()
        assert decode(octets) == beat._replace(kind=MessageType.BEAT_ACK)
        assert pair.asp.receive(octets, flow_of("a"), now) == []


def test_a_peer_that_is_silent_for_two_heartbeats_is_given_up() -> None:
    pair = active_pair()
    pair.asp.expire(30.0)
    assert pair.asp.deadline() == 60.0
    events = pair.asp.expire(60.0)
    assert events == [
        AssociationFailed(flow_of("a"), "a", "silent for two heartbeats"),
        AspStateChanged("a", A, D),
        DestinationStateChanged(SGP_POINT_CODE, DestinationState.UNAVAILABLE),
    ]
    assert pair.asp.deadline() is None
    assert pair.asp.transfer(SGP_POINT_CODE, 0, b"x") is TransferRefused.UNREACHABLE
    assert pair.asp.link_down(flow_of("a"), 61.0) == []


def test_any_message_is_a_sign_of_life() -> None:
    pair = active_pair()
    pair.asp.transfer(SGP_POINT_CODE, 1, b"x")
    ((octets, flow),) = pair.asp.take_output()
    pair.sgp.receive(octets, flow, 29.0)
    pair.sgp.expire(30.0)
    pair.sgp.expire(60.0)
    assert kinds(pair.sgp) == [MessageType.BEAT, MessageType.BEAT]
    assert pair.sgp.deadline() == 89.0
    assert pair.sgp.expire(89.0)[0] == AssociationFailed(flow_of("a"), "a", "silent for two heartbeats")


def test_without_a_heartbeat_silence_is_borne() -> None:
    settings = M3uaSettings(
        point_code=ASP_POINT_CODE,
        associations=(association(Role.ASP),),
        timers=M3uaTimers(t_beat=None, t_audit=None),
    )
    pair = Pair(M3ua(settings), sgp_of(association(Role.SGP)))
    pair.link_up()
    assert pair.asp.deadline() is None
    assert (pair.asp.expire(1e6), pair.asp.take_output()) == ([], [])
    assert pair.asp.transfer(SGP_POINT_CODE, 0, b"x") is None


def test_a_node_that_stops_says_so_and_hears_no_more() -> None:
    pair = active_pair()
    events = pair.asp.stop(1.0)
    assert AspStateChanged("a", A, D) in events
    for octets, flow in pair.asp.take_output():
        pair.sgp_events += pair.sgp.receive(octets, flow, 1.0)
    assert AspStateChanged("a", I, D) in pair.sgp_events
    for octets, flow in pair.sgp.take_output():
        assert pair.asp.receive(octets, flow, 1.0) == []
    assert (pair.asp.stop(2.0), pair.asp.take_output()) == ([], [])


# ---- the application server


def test_traffic_for_a_pending_as_waits_for_its_asp() -> None:
    pair = active_pair()
    events = pair.sgp.link_down(flow_of("a"), 1.0)
    assert events[-1] == AsStateChanged(f"AS {ASP_POINT_CODE}", AsState.ACTIVE, AsState.PENDING)
    assert pair.sgp.deadline() == 3.0
    assert pair.sgp.transfer(ASP_POINT_CODE, 4, b"kept") is None
    pair.asp.link_down(flow_of("a"), 1.0)
    pair.link_up(now=2.0)
    assert pair.asp_events[-1] == MtpTransfer(SGP_POINT_CODE, ASP_POINT_CODE, 4, b"kept")
    assert pair.sgp.deadline() == 32.0


def test_after_t_r_a_pending_as_is_down_and_refuses() -> None:
    pair = active_pair()
    pair.sgp.link_down(flow_of("a"), 1.0)
    pair.sgp.transfer(ASP_POINT_CODE, 4, b"lost")
    assert pair.sgp.expire(2.9) == []
    name = f"AS {ASP_POINT_CODE}"
    assert pair.sgp.expire(3.0) == [
        AsStateChanged(name, AsState.PENDING, AsState.DOWN),
        DestinationStateChanged(ASP_POINT_CODE, DestinationState.UNAVAILABLE),
        Unsent(ASP_POINT_CODE, 4, b"lost"),
    ]
    assert pair.sgp.transfer(ASP_POINT_CODE, 4, b"x") is TransferRefused.UNREACHABLE
    pair.asp.link_down(flow_of("a"), 3.0)
    pair.link_up(now=4.0)
    assert not any(isinstance(event, MtpTransfer) for event in pair.asp_events)


def test_an_asp_that_turned_inactive_is_told_that_its_as_is_pending_and_takes_over() -> None:
    pair = active_pair()
    pair.sgp.receive(encode(MessageType.ASPIA), flow_of("a"), 1.0)
    messages = sent(pair.sgp)
    assert [message.kind for message in messages] == [MessageType.ASPIA_ACK, MessageType.NTFY]
    assert messages[1].number(Tag.STATUS) == Status.AS_PENDING
    pair.asp.receive(encode(MessageType.ASPIA_ACK), flow_of("a"), 1.0)
    pair.run(1.0)
    assert pair.asp_events[-1] == STARTED[1]


def test_a_pending_as_keeps_a_bounded_number_of_messages() -> None:
    settings = M3uaSettings(
        point_code=SGP_POINT_CODE,
        associations=(association(Role.SGP),),
        limits=M3uaLimits(pending_messages=2),
    )
    pair = Pair(asp_of(association(Role.ASP)), M3ua(settings))
    pair.link_up()
    pair.sgp.link_down(flow_of("a"), 1.0)
    outcomes = [pair.sgp.transfer(ASP_POINT_CODE, 0, b"x") for _ in range(3)]
    assert outcomes == [None, None, TransferRefused.CONGESTED]


def test_loadshare_spreads_over_the_active_asps_by_sls() -> None:
    pair = active_pair(TrafficMode.LOADSHARE, "a", "b")
    for sls in range(4):
        pair.sgp.transfer(ASP_POINT_CODE, sls, b"x")
    assert [flow.connection for _, flow in pair.sgp.take_output()] == ["a", "b", "a", "b"]
    pair.sgp.link_down(flow_of("a"), 1.0)
    assert AsState.PENDING not in [getattr(event, "new", None) for event in pair.sgp_events]
    pair.sgp.transfer(ASP_POINT_CODE, 0, b"x")
    assert [flow.connection for _, flow in pair.sgp.take_output()] == ["b"]


def test_when_an_asp_leaves_the_traffic_of_the_others_stays_in_sequence() -> None:
    pair = active_pair(TrafficMode.LOADSHARE, "a", "b", "c")

    def taken() -> str:
        for sls in range(16):
            pair.sgp.transfer(ASP_POINT_CODE, sls, b"x")
        return "".join(flow.connection for _, flow in pair.sgp.take_output())

    assert taken() == "abcabcabcabcabca"
    pair.sgp.link_down(flow_of("b"), 1.0)
    pair.sgp.take_output()
    assert taken() == "aacacc" * 2 + "aaca"
    pair.sgp.link_down(flow_of("a"), 1.0)
    pair.sgp.take_output()
    assert taken() == "c" * 16


def test_an_asp_that_comes_later_is_told_how_its_as_stands() -> None:
    pair = Pair(asp_of(), sgp_of(association(Role.SGP, "a"), association(Role.SGP, "b")))
    for connection in ("a", "b"):
        pair.sgp.link_up(flow_of(connection), "", 0.0)
    for kind in (MessageType.ASPUP, MessageType.ASPAC):
        pair.sgp.receive(encode(kind), flow_of("a"), 0.0)
    pair.sgp.take_output()
    pair.sgp.receive(encode(MessageType.ASPUP), flow_of("b"), 0.0)
    pair.sgp.receive(encode(MessageType.ASPUP), flow_of("b"), 0.0)
    output = pair.sgp.take_output()
    assert {flow.connection for _, flow in output} == {"b"}
    ack, told, again = (decode(octets) for octets, _ in output)
    assert (ack.kind, told.number(Tag.STATUS), again.kind) == (
        MessageType.ASPUP_ACK,
        Status.AS_ACTIVE,
        MessageType.ASPUP_ACK,
    )


def test_override_displaces_the_asp_that_was_active() -> None:
    pair = active_pair(TrafficMode.OVERRIDE, "a", "b")
    alternate = ManagementNotified(
        "a", ManagementKind.NTFY, Status.ALTERNATE_ASP_ACTIVE, "alternate asp active"
    )
    assert alternate in pair.asp_events
    assert AspStateChanged("a", A, I) in pair.asp_events
    pair.sgp.transfer(ASP_POINT_CODE, 0, b"x")
    assert [flow.connection for _, flow in pair.sgp.take_output()] == ["b"]
    pair.sgp_events += pair.sgp.link_down(flow_of("b"), 1.0)
    pair.run(1.0)
    pair.sgp.transfer(ASP_POINT_CODE, 0, b"x")
    assert [flow.connection for _, flow in pair.sgp.take_output()] == ["a"]


def test_a_new_connection_replaces_the_one_that_was_never_seen_to_end() -> None:
    pair = active_pair()
    assert pair.sgp.link_up(flow_of("a"), "", 1.0)[0] == AspStateChanged("a", A, D)
    assert pair.sgp.transfer(ASP_POINT_CODE, 0, b"kept") is None
