"""Thousands of point codes in a message, ranges of them, and more in use than are remembered."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from mapstack.events import DestinationStateChanged, PeerMisbehaved
from mapstack.m3ua.codes import ErrorCode
from mapstack.m3ua.destination import AVAILABLE, UNAVAILABLE, Destination, DestinationState, Told
from mapstack.m3ua.m3ua import M3ua
from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.m3ua.settings import Association, M3uaLimits, M3uaSettings, MtpRoute, PointCodes, Role
from tests.mapstack.m3ua.pair import ASP_POINT_CODE, flow_of, sent
from tests.mapstack.m3ua.test_destinations import (
    EAST,
    GATEWAY,
    HLR,
    WEST,
    come_up,
    gateway,
    node,
    route,
    taken,
    tell,
    told,
    up,
)

MOST = 16_380  # in one message: a parameter has at most 65,535 octets
GONE, THERE = DestinationState.UNAVAILABLE, DestinationState.AVAILABLE


def calls(work: Callable[[], object]) -> int:
    """How many functions of Python run for it."""
    count = 0

    def note(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def ssnm(kind: MessageType, *codes: int) -> bytes:
    return encode(kind, (Tag.AFFECTED_POINT_CODE, b"".join(code.to_bytes(4) for code in codes)))


def knowing(limit: int = 1000) -> M3ua:
    """An ASP of an STP that leads everywhere, with as many point codes in use as are remembered."""
    settings = M3uaSettings(
        point_code=ASP_POINT_CODE,
        associations=(
            Association(name="a", role=Role.ASP),
            Association(name="asp", role=Role.SGP, point_code=5),
        ),
        routes=(MtpRoute(point_code=0, via="a", mask=14),),
        limits=M3uaLimits(destinations=limit),
    )
    layer = M3ua(settings)
    come_up(layer, "a")
    up(layer, "asp")
    for code in range(1000, 1000 + limit):
        layer.transfer(code, 0, b"x")
    layer.take_output()
    return layer


@pytest.mark.parametrize("mask", [0, 3])
@pytest.mark.parametrize(
    ("kind", "name"),
    [(MessageType.DUNA, "a"), (MessageType.DAVA, "a"), (MessageType.DAUD, "asp")],
)
def test_a_message_of_thousands_of_point_codes_is_work_for_thousands(
    kind: MessageType, name: str, mask: int
) -> None:
    layer = knowing()
    octets = ssnm(kind, *(mask << 24 | code for code in range(MOST)))
    assert calls(lambda: layer.receive(octets, flow_of(name), 1.0)) < 40 * MOST
    messages = sent(layer)
    assert all(len(one.numbers(Tag.AFFECTED_POINT_CODE)) <= 1024 for one in messages)


def test_to_say_how_thousands_stand_is_work_for_thousands() -> None:
    layer = knowing()
    assert calls(lambda: layer.status(1.0)) < 100 * 1000


def test_what_is_forgotten_of_those_in_use_is_not_said_to_be_gone() -> None:
    layer = node(route(0, "a", mask=14), names="a")  # it remembers ten
    for code in range(25):
        assert taken(layer, code) == ["a"] * 4
    assert tell(layer, MessageType.DUNA, "a", 100) == []
    assert taken(layer, 0) == ["a"] * 4
    assert len(layer._network.destinations) <= 10


def test_what_is_not_available_is_remembered_until_it_is() -> None:
    layer = node(route(0, "a", mask=14), names="a")
    for code in range(10):
        layer.transfer(code, 0, b"x")
        assert tell(layer, MessageType.DUNA, "a", code) == [DestinationStateChanged(code, GONE)]
    layer.take_output()
    for code in range(20, 40):
        assert taken(layer, code) == ["a"] * 4
    for code in range(10):
        assert tell(layer, MessageType.DAVA, "a", code) == [DestinationStateChanged(code, THERE)]


def test_the_last_word_about_a_point_code_counts_whatever_its_range() -> None:
    words = Told(limit=100)
    for codes, word in (
        (PointCodes(4, 0x10), UNAVAILABLE),
        (PointCodes(0, 0x11), AVAILABLE),
        (PointCodes(2, 0x14), AVAILABLE),
        (PointCodes(0, 0x15), Destination(DestinationState.RESTRICTED)),
    ):
        words.tell(codes, word)
    states = [words.state(code).state for code in (0x10, 0x11, 0x14, 0x15, 0x20)]
    assert states == [GONE, THERE, THERE, DestinationState.RESTRICTED, THERE]
    words.tell(PointCodes(24, 0), UNAVAILABLE)
    assert {words.state(code) for code in (0, 0x11, 0x15, 0x3FFF)} == {UNAVAILABLE}
    words.tell(PointCodes(200, 0), AVAILABLE)
    assert {words.state(code) for code in (0, 0x11, 0x15, 0x3FFF)} == {AVAILABLE}
    words.clear()
    words.tell(PointCodes(14, 0), AVAILABLE)
    assert len(words) == 0  # it is what holds without a word


# ---- audits


def audit(layer: M3ua, *asked: int, name: str = "east") -> list[tuple[MessageType, tuple[int, ...]]]:
    layer.receive(ssnm(MessageType.DAUD, *asked), flow_of(name), 1.0)
    return [(kind, codes) for _, kind, codes in told(layer)]


def test_of_a_range_all_that_is_known_is_told_one_by_one() -> None:
    layer = gateway()
    tell(layer, MessageType.SCON, "stp", HLR, (Tag.CONGESTION_INDICATIONS, 1))
    layer.take_output()
    assert audit(layer, 4 << 24 | GATEWAY) == [
        (MessageType.DAVA, (EAST, GATEWAY)),
        (MessageType.DUNA, (WEST,)),
    ]
    assert audit(layer, 4 << 24 | HLR) == [(MessageType.DAVA, (HLR,)), (MessageType.SCON, (HLR,))]
    assert audit(layer, 4 << 24) == [(MessageType.DUNA, (4 << 24,))]
    assert audit(layer, HLR, HLR, 2 << 24 | HLR) == audit(layer, HLR)


def test_who_is_not_active_is_told_nothing() -> None:
    layer = gateway()
    layer.link_up(flow_of("west"), "", 1.0)
    for kind in (MessageType.DAUD, MessageType.ASPUP, MessageType.DAUD):
        layer.receive(ssnm(kind, HLR) if kind is MessageType.DAUD else encode(kind), flow_of("west"), 1.0)
    errors = [one.number(Tag.ERROR_CODE) for one in sent(layer) if one.kind is MessageType.ERR]
    assert errors == [ErrorCode.UNEXPECTED_MESSAGE] * 2


def test_of_a_point_code_that_cannot_be_the_status_is_unknown() -> None:
    layer = gateway()
    layer.receive(ssnm(MessageType.DAUD, 1 << 14, HLR), flow_of("east"), 1.0)
    error, available = sent(layer)
    assert error.number(Tag.ERROR_CODE) == ErrorCode.DESTINATION_STATUS_UNKNOWN
    assert error.numbers(Tag.AFFECTED_POINT_CODE) == (1 << 14,)
    assert error.numbers(Tag.ROUTING_CONTEXT) == (EAST,)
    assert (available.kind, available.numbers(Tag.AFFECTED_POINT_CODE)) == (MessageType.DAVA, (HLR,))
    everything = audit(layer, 0xFFFF_FFFF)  # the mask covers what no point code has
    assert [kind for kind, _ in everything] == [MessageType.DAVA, MessageType.DUNA]


def test_dupu_is_of_one_point_code_without_a_mask() -> None:
    layer = node(route(HLR, "a"), names="a")
    for codes in (1 << 24 | HLR, HLR << 32 | HLR):
        octets = encode(
            MessageType.DUPU,
            (Tag.AFFECTED_POINT_CODE, codes.to_bytes(4 if codes < 1 << 32 else 8)),
            (Tag.USER_CAUSE, 3),
        )
        assert isinstance(layer.receive(octets, flow_of("a"), 1.0)[0], PeerMisbehaved)
        assert [one.number(Tag.ERROR_CODE) for one in sent(layer)] == [ErrorCode.INVALID_PARAMETER_VALUE]
