"""M3UA as a layer: destinations, every ERR, and any octets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.events import (
    AspStateChanged,
    DestinationStateChanged,
    ManagementKind,
    ManagementNotified,
    PeerMisbehaved,
    UserPartUnavailable,
)
from mapstack.m3ua.codes import ErrorCode, Status
from mapstack.m3ua.destination import DestinationState
from mapstack.m3ua.m3ua import TransferRefused
from mapstack.m3ua.message import MessageType, Tag, decode, encode
from mapstack.m3ua.settings import Role
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

# ---- destinations


def test_what_ssnm_tells_of_a_destination_decides_whether_it_is_used() -> None:
    pair = active_pair()
    affected = (Tag.AFFECTED_POINT_CODE, SGP_POINT_CODE)

    def told(kind: MessageType, *more: tuple[Tag, int]) -> list[object]:
        return [*pair.asp.receive(encode(kind, affected, *more), flow_of("a"), 1.0)]

    assert told(MessageType.DUNA) == [DestinationStateChanged(SGP_POINT_CODE, DestinationState.UNAVAILABLE)]
    assert pair.asp.transfer(SGP_POINT_CODE, 0, b"x") is TransferRefused.UNREACHABLE
    assert told(MessageType.DUNA) == []
    assert told(MessageType.DRST) == [DestinationStateChanged(SGP_POINT_CODE, DestinationState.RESTRICTED)]
    assert pair.asp.transfer(SGP_POINT_CODE, 0, b"x") is None
    assert told(MessageType.SCON) == [DestinationStateChanged(SGP_POINT_CODE, DestinationState.CONGESTED)]
    clear = (Tag.CONGESTION_INDICATIONS, 0)
    available = [DestinationStateChanged(SGP_POINT_CODE, DestinationState.AVAILABLE)]
    assert told(MessageType.SCON, clear) == available
    assert told(MessageType.DAVA) == []
    unequipped = UserPartUnavailable(SGP_POINT_CODE, user=3, cause=1)
    assert told(MessageType.DUPU, (Tag.USER_CAUSE, 1 << 16 | 3)) == [unequipped]
    assert told(MessageType.SCON, (Tag.CONGESTION_INDICATIONS, 2)) == [
        DestinationStateChanged(SGP_POINT_CODE, DestinationState.CONGESTED, 2)
    ]


def test_a_mask_covers_a_range_and_other_point_codes_are_not_ours() -> None:
    pair = active_pair()
    for octets, concerned in ((8 << 24 | 0xFF, True), (SGP_POINT_CODE + 1, False), (24 << 24, True)):
        duna = encode(MessageType.DUNA, (Tag.AFFECTED_POINT_CODE, octets))
        assert bool(pair.asp.receive(duna, flow_of("a"), 1.0)) is concerned
        pair.asp.receive(encode(MessageType.DAVA, (Tag.AFFECTED_POINT_CODE, octets)), flow_of("a"), 1.0)


def test_an_audit_is_answered_for_what_can_be_reached() -> None:
    pair = active_pair()
    codes = b"".join(code.to_bytes(4) for code in (SGP_POINT_CODE, 999, ASP_POINT_CODE))
    pair.sgp.receive(encode(MessageType.DAUD, (Tag.AFFECTED_POINT_CODE, codes)), flow_of("a"), 1.0)
    available, unavailable = sent(pair.sgp)
    assert available.kind is MessageType.DAVA
    assert available.numbers(Tag.AFFECTED_POINT_CODE) == (SGP_POINT_CODE, ASP_POINT_CODE)
    assert unavailable.kind is MessageType.DUNA
    assert unavailable.numbers(Tag.AFFECTED_POINT_CODE) == (999,)


# ---- ERR


def data_message(*parameters: tuple[Tag, int], si: int = 3, ni: int = 2) -> bytes:
    label = ASP_POINT_CODE.to_bytes(4) + SGP_POINT_CODE.to_bytes(4) + bytes((si, ni, 0, 0))
    return encode(MessageType.DATA, *parameters, (Tag.PROTOCOL_DATA, label + b"x"))


KEY = encode(MessageType.REG_REQ, (Tag.ROUTING_KEY, b"\x02\x0a\0\x08\0\0\0\1"))
REFUSED = {
    "DATA on stream 0": (data_message(), 0, ErrorCode.INVALID_STREAM_IDENTIFIER),
    "the routing context of another": (
        data_message((Tag.ROUTING_CONTEXT, 8)),
        1,
        ErrorCode.INVALID_ROUTING_CONTEXT,
    ),
    "the network appearance of another": (
        data_message((Tag.NETWORK_APPEARANCE, 8)),
        1,
        ErrorCode.INVALID_NETWORK_APPEARANCE,
    ),
    "ISUP": (data_message(si=5), 1, ErrorCode.INVALID_PARAMETER_VALUE),
    "another network": (data_message(ni=0), 1, ErrorCode.INVALID_PARAMETER_VALUE),
    "an ACK at the SGP": (encode(MessageType.ASPUP_ACK), 0, ErrorCode.UNEXPECTED_MESSAGE),
    "NTFY at the SGP": (encode(MessageType.NTFY, (Tag.STATUS, 1)), 0, ErrorCode.UNEXPECTED_MESSAGE),
    "ASPUP in ASP-ACTIVE": (
        encode(MessageType.ASPUP, (Tag.ASP_IDENTIFIER, 4)),
        0,
        ErrorCode.UNEXPECTED_MESSAGE,
    ),
    "ASPUP without identifier": (encode(MessageType.ASPUP), 0, ErrorCode.ASP_IDENTIFIER_REQUIRED),
    "ASPUP of another": (
        encode(MessageType.ASPUP, (Tag.ASP_IDENTIFIER, 5)),
        0,
        ErrorCode.INVALID_ASP_IDENTIFIER,
    ),
    "override here": (
        encode(MessageType.ASPAC, (Tag.TRAFFIC_MODE_TYPE, 1)),
        0,
        ErrorCode.UNSUPPORTED_TRAFFIC_MODE_TYPE,
    ),
    "no such mode": (
        encode(MessageType.ASPAC, (Tag.TRAFFIC_MODE_TYPE, 9)),
        0,
        ErrorCode.UNSUPPORTED_TRAFFIC_MODE_TYPE,
    ),
    "ASPAC for another AS": (
        encode(MessageType.ASPAC, (Tag.ROUTING_CONTEXT, 9)),
        0,
        ErrorCode.INVALID_ROUTING_CONTEXT,
    ),
    "a routing key": (KEY, 0, ErrorCode.UNSUPPORTED_MESSAGE_CLASS),
    "nothing": (b"", 0, ErrorCode.PROTOCOL_ERROR),
    "version 2": (bytes.fromhex("0200030100000008"), 0, ErrorCode.INVALID_VERSION),
    "no such class": (bytes.fromhex("0100ff0100000008"), 0, ErrorCode.UNSUPPORTED_MESSAGE_CLASS),
    "no such type": (bytes.fromhex("0100030900000008"), 0, ErrorCode.UNSUPPORTED_MESSAGE_TYPE),
    "no protocol data": (encode(MessageType.DATA), 1, ErrorCode.MISSING_PARAMETER),
    "a parameter that stands twice": (
        encode(MessageType.ASPAC, (Tag.ROUTING_CONTEXT, 7), (Tag.ROUTING_CONTEXT, 7)),
        0,
        ErrorCode.UNEXPECTED_PARAMETER,
    ),
    "a short parameter": (
        bytes.fromhex("01000401000000100006000600010000"),
        0,
        ErrorCode.PARAMETER_FIELD_ERROR,
    ),
}


def identified_pair() -> Pair:
    pair = Pair(
        asp_of(association(Role.ASP, identifier=4, appearance=1)),
        sgp_of(association(Role.SGP, identifier=4, appearance=1)),
    )
    pair.link_up()
    return pair


@pytest.mark.parametrize(("octets", "stream", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_answered_with_its_err(octets: bytes, stream: int, code: ErrorCode) -> None:
    pair = identified_pair()
    events = pair.sgp.receive(octets, flow_of("a", stream), 1.0)
    error = next(message for message in sent(pair.sgp) if message.kind is MessageType.ERR)
    assert error.number(Tag.ERROR_CODE) == code
    answered_too = isinstance(events[0], AspStateChanged)  # then nothing was wrong with the octets
    assert error.get(Tag.DIAGNOSTIC_INFORMATION) == (None if answered_too else octets[:40] or None)
    if code is ErrorCode.INVALID_ROUTING_CONTEXT:
        assert error.numbers(Tag.ROUTING_CONTEXT) in [(8,), (9,)]
    if code is ErrorCode.INVALID_NETWORK_APPEARANCE:
        assert error.number(Tag.NETWORK_APPEARANCE) == 8


def test_before_it_is_up_an_asp_cannot_become_active() -> None:
    sgp = sgp_of(association(Role.SGP))
    sgp.link_up(flow_of("a"), "", 0.0)
    events = sgp.receive(encode(MessageType.ASPAC, (Tag.ROUTING_CONTEXT, 7)), flow_of("a"), 0.1)
    assert events == [PeerMisbehaved(flow_of("a"), "m3ua", "ASPAC in ASP-DOWN")]
    (error,) = sent(sgp)
    assert error.number(Tag.ERROR_CODE) == ErrorCode.UNEXPECTED_MESSAGE
    assert error.numbers(Tag.ROUTING_CONTEXT) == (7,)  # §3.8.1


def test_what_is_known_but_does_not_belong_here_and_what_is_not_known_is_passed_over() -> None:
    """Peers send both: a traffic mode in ASPUP, parameters of their own."""
    sgp = sgp_of(association(Role.SGP))
    sgp.link_up(flow_of("a"), "", 0.0)
    unknown = bytes.fromhex("80010008") + b"mine"
    octets = encode(MessageType.ASPUP, (Tag.TRAFFIC_MODE_TYPE, 2), (Tag.USER_CAUSE, 3)) + 2 * unknown
    sgp.receive(octets[:4] + len(octets).to_bytes(4) + octets[8:], flow_of("a"), 0.1)
    assert MessageType.ASPUP_ACK in kinds(sgp)


# ---- what is refused is asked for again, but not soon


@pytest.mark.parametrize("code", [ErrorCode.REFUSED_MANAGEMENT_BLOCKING, ErrorCode.INVALID_ASP_IDENTIFIER])
def test_an_asp_that_is_refused_does_not_knock_each_t_ack(code: ErrorCode) -> None:
    asp = asp_of(association(Role.ASP))
    asp.link_up(flow_of("a"), "", 0.0)
    refusal = encode(MessageType.ERR, (Tag.ERROR_CODE, code))
    for again in (0.0, 30.1):
        asp.expire(again)
        assert MessageType.ASPUP in kinds(asp)
        asp.receive(refusal, flow_of("a"), again + 0.1)
        for now in (2.0, 4.0, 29.0):
            asp.expire(again + now)
            assert MessageType.ASPUP not in kinds(asp)
    asp.expire(60.3)
    assert MessageType.ASPUP in kinds(asp)
    asp.receive(encode(MessageType.ASPUP_ACK), flow_of("a"), 60.4)
    assert kinds(asp) == [MessageType.ASPAC]
    asp.receive(
        encode(MessageType.ERR, (Tag.ERROR_CODE, ErrorCode.INVALID_ROUTING_CONTEXT)), flow_of("a"), 60.5
    )
    asp.expire(70.0)
    assert MessageType.ASPAC not in kinds(asp)
    asp.expire(90.5)
    assert MessageType.ASPAC in kinds(asp)


def test_other_errors_leave_the_rhythm_of_t_ack_as_it_is() -> None:
    asp = asp_of(association(Role.ASP))
    asp.link_up(flow_of("a"), "", 0.0)
    octets = encode(MessageType.ERR, (Tag.ERROR_CODE, ErrorCode.DESTINATION_STATUS_UNKNOWN))
    asp.receive(octets, flow_of("a"), 0.1)
    assert asp.deadline() == 2.0


def test_an_err_is_reported_and_never_answered() -> None:
    pair = active_pair()
    octets = encode(MessageType.ERR, (Tag.ERROR_CODE, ErrorCode.REFUSED_MANAGEMENT_BLOCKING))
    expected = ManagementNotified("a", ManagementKind.ERR, 0x0D, "refused management blocking")
    assert pair.asp.receive(octets, flow_of("a"), 1.0) == [expected]
    assert isinstance(pair.asp.receive(encode(MessageType.ERR), flow_of("a"), 1.0)[0], PeerMisbehaved)
    as_a_status = encode(MessageType.ERR, (Tag.ERROR_CODE, Status.AS_PENDING))
    assert len(pair.sgp.receive(as_a_status, flow_of("a"), 1.0)) == 1
    assert kinds(pair.asp) == kinds(pair.sgp) == []


def test_without_a_routing_context_of_its_own_an_sgp_acknowledges_that_of_the_asp() -> None:
    sgp = sgp_of(association(Role.SGP, context=None, mode=None))
    sgp.link_up(flow_of("a"), "", 0.0)
    sgp.receive(encode(MessageType.ASPUP), flow_of("a"), 0.1)
    sgp.take_output()
    request = encode(MessageType.ASPAC, (Tag.TRAFFIC_MODE_TYPE, 2), (Tag.ROUTING_CONTEXT, 33))
    sgp.receive(request, flow_of("a"), 0.2)
    ack = sent(sgp)[0]
    assert (ack.kind, ack.number(Tag.TRAFFIC_MODE_TYPE)) == (MessageType.ASPAC_ACK, 2)
    assert ack.numbers(Tag.ROUTING_CONTEXT) == (33,)


def test_octets_of_an_association_that_is_not_up_are_reported() -> None:
    sgp = sgp_of(association(Role.SGP))
    for flow in (flow_of("a"), flow_of("unknown")):
        assert isinstance(sgp.receive(encode(MessageType.ASPUP), flow, 0.0)[0], PeerMisbehaved)
    assert isinstance(sgp.link_up(flow_of("unknown"), "", 0.0)[0], PeerMisbehaved)
    assert sgp.link_down(flow_of("unknown"), 0.0) == []
    assert sgp.take_output() == []


# ---- any octets

GOOD = [
    *[octets for octets, _, _ in REFUSED.values()],
    *[encode(kind, (Tag.AFFECTED_POINT_CODE, 2)) for kind in MessageType if kind >> 8 == 2],
    *[encode(kind) for kind in MessageType if kind >> 8 in (3, 4)],
    *[encode(MessageType.NTFY, (Tag.STATUS, status)) for status in Status],
    encode(MessageType.ERR, (Tag.ERROR_CODE, Status.AS_PENDING)),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    octets = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 4))):
        if octets:
            octets[draw(st.integers(0, len(octets) - 1))] = draw(st.integers(0, 255))
    return bytes(octets[: draw(st.integers(0, len(octets)))] if draw(st.booleans()) else octets)


@given(
    role=st.sampled_from(Role),
    messages=st.lists(mutated() | st.binary(max_size=40), max_size=20),
    stream=st.integers(0, 1),
)
def test_any_octets_are_answered_or_reported_and_never_raise(
    role: Role, messages: list[bytes], stream: int
) -> None:
    layer = (asp_of if role is Role.ASP else sgp_of)(association(role))
    layer.link_up(flow_of("a", stream), "", 0.0)
    for now, octets in enumerate(messages):
        layer.receive(octets, flow_of("a", stream), float(now))
        for at in range(len(octets)):
            layer.receive(octets[at : at + 1], flow_of("a", stream), float(now))
        layer.expire(float(now))
    for octets, _ in layer.take_output():
        decode(octets)
