"""SCCP as a layer: N-UNITDATA there, N-NOTICE back, segments when it does not fit, and any octets."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mapstack.events import PeerMisbehaved
from mapstack.m3ua import message as m3ua_message
from mapstack.m3ua.data import DataCodec
from mapstack.m3ua.message import MessageType, Tag
from mapstack.m3ua.message import encode as message_of
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import (
    ReturnCause,
    SccpMessage,
    SccpMessageType,
    decode,
    encode,
)
from mapstack.sccp.sccp import Notice, Sccp, UnitData
from mapstack.sccp.settings import GtRoute, Messages, SccpSettings
from tests.mapstack.sccp.pair import A_GT, B_GT, FLOW, ROUTES, A, B, Pair, messages
from tests.mapstack.vectors import octets_of

UNKNOWN_SSN = replace(B_GT, ssn=99)
FROM_A = DataCodec(
    Association(name="a", role=Role.ASP, point_code=B, routing_context=3), opc=A, network_indicator=2
)


def test_unitdata_arrives_as_it_was_sent() -> None:
    pair = Pair()
    assert pair.a.unitdata(B_GT, A_GT, b"hello", 1.0, sls=21) is None
    pair.run()
    assert pair.b_events == [UnitData(B_GT, A_GT, b"hello", 5)]  # the SLS has four bits


@pytest.mark.parametrize("in_sequence", [False, True])
@pytest.mark.parametrize("return_option", [False, True])
def test_what_is_sent_is_the_message_that_the_codec_makes(in_sequence: bool, return_option: bool) -> None:
    pair = Pair()
    pair.a.unitdata(B_GT, A_GT, b"hello", 1.0, sls=1, in_sequence=in_sequence, return_option=return_option)
    expected = SccpMessage(
        SccpMessageType.UDT,
        B_GT.encode(),
        A_GT.encode(),
        b"hello",
        protocol_class=int(in_sequence),
        return_option=return_option,
    )
    assert messages(pair.a.take_output()) == [encode(expected)]


@given(size=st.integers(0, 3900))
def test_a_message_of_any_size_arrives_whole(size: int) -> None:
    pair = Pair()
    data = bytes(i & 0xFF for i in range(size))
    refused = pair.a.unitdata(B_GT, A_GT, data, 1.0, sls=1)
    output = pair.a.take_output()
    assert all(len(message) <= 268 for message in messages(output))
    if refused is not None:
        assert (refused, output, size > 3500) == (ReturnCause.SEGMENTATION_FAILURE, [], True)
        return
    for octets, flow in output:
        pair.b_events += pair.b.receive(octets, flow, 1.0)
    assert pair.b_events == [UnitData(B_GT, A_GT, data, 1)]


def test_every_segmented_message_has_a_reference_of_its_own() -> None:
    pair = Pair()
    for _ in range(3):
        pair.a.unitdata(B_GT, A_GT, bytes(300), 1.0, sls=1)
    places = [decode(message).segmentation for message in messages(pair.a.take_output())]
    references = [place.local_reference for place in places if place is not None]
    assert len(references) == 6
    assert len(set(references)) == 3


@pytest.mark.parametrize(
    ("called", "cause"),
    [
        (SccpAddress(Gt("4477"), 6), ReturnCause.NO_TRANSLATION_FOR_ADDRESS),
        (SccpAddress(None, 6), ReturnCause.NO_TRANSLATION_FOR_NATURE),
        (SccpAddress(None, 6, None, False), ReturnCause.UNQUALIFIED),
        (SccpAddress(None, 6, 77, False), ReturnCause.MTP_FAILURE),
        (A_GT, ReturnCause.MTP_FAILURE),
    ],
)
def test_what_cannot_be_routed_is_refused_with_its_cause(called: SccpAddress, cause: ReturnCause) -> None:
    pair = Pair()
    for _ in range(2):
        assert pair.a.unitdata(called, A_GT, b"x", 1.0, sls=1) is cause
        assert pair.a.unitdata(called, A_GT, bytes(400), 1.0, sls=1) is cause
    assert pair.a.take_output() == []


def test_the_longest_prefix_decides_and_a_point_code_needs_no_title() -> None:
    pair = Pair()
    assert pair.b.unitdata(A_GT, B_GT, b"to A", 1.0, sls=1) is None
    by_ssn = SccpAddress(ssn=6, point_code=B, route_on_gt=False)
    assert pair.a.unitdata(by_ssn, A_GT, b"to B", 1.0, sls=1) is None
    pair.run()
    assert pair.a_events == [UnitData(A_GT, B_GT, b"to A", 1)]
    assert pair.b_events == [UnitData(by_ssn, A_GT, b"to B", 1)]


def test_without_an_active_association_the_cause_is_mtp_failure() -> None:
    pair = Pair()
    pair.a.link_down(FLOW, 1.0)
    assert pair.a.unitdata(B_GT, A_GT, b"x", 1.0, sls=1) is ReturnCause.MTP_FAILURE


def test_a_full_queue_of_a_pending_as_is_network_congestion() -> None:
    pair = Pair()
    pair.b.link_down(FLOW, 1.0)
    outcomes = {pair.b.unitdata(A_GT, B_GT, b"x", 1.0, sls=1) for _ in range(1001)}
    assert outcomes == {None, ReturnCause.NETWORK_CONGESTION}


@pytest.mark.parametrize("size", [5, 240])
def test_a_subsystem_that_is_not_equipped_sends_the_message_back(size: int) -> None:
    pair = Pair()
    data = bytes(size)
    pair.a.unitdata(UNKNOWN_SSN, A_GT, data, 1.0, sls=1)
    pair.run()
    assert [type(event) for event in pair.b_events] in ([PeerMisbehaved], [PeerMisbehaved] * 2)
    assert {(e.called, e.calling, e.cause) for e in pair.a_events if isinstance(e, Notice)} == {
        (A_GT, UNKNOWN_SSN, ReturnCause.UNEQUIPPED_USER)
    }
    assert b"".join(event.data for event in pair.a_events if isinstance(event, Notice)) == data


def test_without_the_return_option_nothing_comes_back() -> None:
    pair = Pair()
    pair.a.unitdata(UNKNOWN_SSN, A_GT, b"x", 1.0, sls=1, return_option=False)
    pair.a.unitdata(UNKNOWN_SSN, A_GT, bytes(300), 1.0, sls=1, return_option=False)
    pair.run()
    assert pair.a_events == []


def test_what_has_no_way_to_its_sender_goes_back_where_it_came_from() -> None:
    pair = Pair()
    stranger = SccpAddress(Gt("99999"), 8)
    pair.a.unitdata(UNKNOWN_SSN, stranger, b"x", 1.0, sls=1)
    pair.run()
    assert pair.a_events == [Notice(stranger, UNKNOWN_SSN, ReturnCause.UNEQUIPPED_USER, b"x")]


def test_a_service_message_is_never_answered_with_one() -> None:
    pair = Pair()
    returned = SccpMessage(
        SccpMessageType.UDTS,
        UNKNOWN_SSN.encode(),
        A_GT.encode(),
        b"x",
        cause=ReturnCause.SUBSYSTEM_FAILURE,
    )
    events = pair.b.receive(FROM_A.encode(1, encode(returned)), FLOW, 1.0)
    assert events == [Notice(UNKNOWN_SSN, A_GT, ReturnCause.SUBSYSTEM_FAILURE, b"x")]
    assert pair.b.take_output() == []


def test_a_message_whose_segments_stay_away_comes_back_after_the_timeout() -> None:
    pair = Pair()
    pair.a.unitdata(B_GT, A_GT, bytes(300), 1.0, sls=1)
    first, _ = pair.a.take_output()
    assert pair.b.receive(*first, 1.0) == []
    assert pair.b.deadline() == 11.0
    assert pair.b.expire(11.0) == []
    pair.run(11.0)
    (notice,) = pair.a_events
    assert isinstance(notice, Notice)
    assert notice.cause is ReturnCause.ERROR_IN_MESSAGE_TRANSPORT
    assert pair.b.deadline() == 30.0


def test_segments_that_overtake_each_other_are_put_together() -> None:
    pair = Pair()
    data = bytes(i & 0xFF for i in range(700))
    pair.a.unitdata(B_GT, A_GT, data, 1.0, sls=1)
    for octets, flow in reversed(pair.a.take_output()):
        pair.b_events += pair.b.receive(octets, flow, 1.0)
    assert pair.b_events == [UnitData(B_GT, A_GT, data, 1)]


def test_a_segment_that_cannot_belong_to_the_others_comes_back() -> None:
    pair = Pair()
    pair.a.unitdata(B_GT, A_GT, bytes(300), 1.0, sls=1)
    (first, flow), _ = pair.a.take_output()
    assert pair.b.receive(first, flow, 1.0) == []
    again = decode(messages([(first, flow)])[0])
    assert again.segmentation is not None
    stranger = again._replace(segmentation=again.segmentation._replace(first=False))
    events = pair.b.receive(FROM_A.encode(1, encode(stranger)), FLOW, 1.0)
    assert [type(event) for event in events] == [PeerMisbehaved]
    pair.run(1.0)
    (notice,) = pair.a_events
    assert isinstance(notice, Notice)
    assert notice.cause is ReturnCause.ERROR_IN_MESSAGE_TRANSPORT


@pytest.mark.parametrize("in_sequence", [False, True])
@pytest.mark.parametrize("kind", [Messages.AS_NEEDED, Messages.LUDT])
def test_the_segments_of_a_message_keep_together(in_sequence: bool, kind: Messages) -> None:
    """Q.714 §4.1.1.2: class 1 and one SLS, so that association, stream and order are the same for all."""
    associations = tuple(Association(name=name, role=Role.SGP, point_code=A) for name in "abc")
    node = Sccp(
        M3uaSettings(point_code=B, associations=associations),
        SccpSettings(routes=ROUTES, messages=kind, max_long_message=268),
        Random(1),
    )
    for name in "abc":
        flow = FLOW._replace(connection=name)
        node.link_up(flow, "", 0.0)
        node.receive(message_of(MessageType.ASPUP), flow, 0.0)
        node.receive(message_of(MessageType.ASPAC), flow, 0.0)
    node.take_output()
    used = set()
    for sls in range(16):
        assert node.unitdata(A_GT, B_GT, bytes(700), 1.0, sls=sls, in_sequence=in_sequence) is None
        output = node.take_output()
        assert len(output) > 2
        ((flow, told),) = {(flow, octets[23]) for octets, flow in output}
        assert told == sls
        used.add(flow)
        segments = [decode(octets[24 : 8 + int.from_bytes(octets[10:12])]) for octets, _ in output]
        assert {each.protocol_class for each in segments} == {1}
    assert {flow.connection for flow in used} == {"a", "b", "c"}


def test_more_messages_under_way_than_allowed_cannot_be_reassembled() -> None:
    pair = Pair()
    for _ in range(3):
        pair.a.unitdata(B_GT, A_GT, bytes(300), 1.0, sls=1)
    for first in pair.a.take_output()[::2]:
        pair.b.receive(*first, 1.0)
    pair.run(1.0)
    (notice,) = pair.a_events
    assert isinstance(notice, Notice)
    assert notice.cause is ReturnCause.DESTINATION_CANNOT_REASSEMBLE


def test_a_message_for_another_point_code_is_reported() -> None:
    pair = Pair()
    elsewhere = DataCodec(
        Association(name="a", role=Role.ASP, point_code=9, routing_context=3), opc=A, network_indicator=2
    )
    (event,) = pair.b.receive(elsewhere.encode(1, b"x"), FLOW, 1.0)
    assert event == PeerMisbehaved(FLOW, "sccp", "a message for point code 9, which is not here")


def test_an_asp_is_told_that_a_point_code_cannot_be_reached_through_us() -> None:
    """RFC 4666 §3.4.1: DUNA answers a message to an unreachable destination; a gateway is told nothing."""
    pair = Pair()
    for node, dpc, answers in ((pair.b, 9, 1), (pair.b, 0xFF00_0009, 0), (pair.a, 9, 0)):
        label = A.to_bytes(4) + dpc.to_bytes(4) + b"\x03\x02\0\x01"
        parameters = (Tag.ROUTING_CONTEXT, 3), (Tag.PROTOCOL_DATA, label + b"x")
        node.receive(m3ua_message.encode(MessageType.DATA, *parameters), FLOW, 1.0)
        found = [m3ua_message.decode(octets) for octets, _ in node.take_output()]
        assert [one.kind for one in found] == [MessageType.DUNA] * answers
        assert [one.numbers(Tag.AFFECTED_POINT_CODE) for one in found] == [(dpc,)] * answers


def test_more_pairs_of_addresses_than_templates_are_served_all_the_same() -> None:
    pair = Pair()
    for last in range(10):
        called = SccpAddress(Gt(f"1555000{last}"), 6)
        assert pair.a.unitdata(called, A_GT, b"x", 1.0, sls=1) is None
    pair.run()
    assert len(pair.b_events) == 10


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong in (
        lambda: GtRoute(prefix="+44", point_code=1),
        lambda: GtRoute(prefix="44", point_code=16384),
        lambda: SccpSettings(max_message=20),
        lambda: SccpSettings(hop_counter=0),
        lambda: M3uaSettings(point_code=1, network_indicator=4),
        lambda: Association(name="a", role=Role.ASP, point_code=1, streams=1),
    ):
        with pytest.raises(ValueError, match=r"."):
            wrong()


# ---- any octets

VECTORS = list(octets_of("sccp").values())


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    octets = bytearray(draw(st.sampled_from(VECTORS)))
    for _ in range(draw(st.integers(0, 5))):
        octets[draw(st.integers(0, min(60, len(octets) - 1)))] = draw(st.integers(0, 255))
    return bytes(octets[: draw(st.integers(1, len(octets)))] if draw(st.booleans()) else octets)


@given(st.lists(mutated() | st.binary(max_size=40), max_size=10))
def test_any_octets_in_data_are_answered_or_reported_and_never_raise(found: list[bytes]) -> None:
    pair = Pair()
    for now, octets in enumerate(found):
        for event in pair.b.receive(FROM_A.encode(1, octets), FLOW, float(now)):
            if isinstance(event, UnitData):  # whoever can be heard can be answered
                pair.b.unitdata(event.calling, event.called, b"x", float(now), sls=event.sls)
        pair.b.expire(float(now))
    for message in messages(pair.b.take_output()):
        decode(message)


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_any_octets_of_an_association_never_raise(found: list[bytes]) -> None:
    pair = Pair()
    for octets in found:
        for at in range(len(octets)):
            pair.b.receive(octets[at : at + 1], FLOW, 1.0)
        pair.b.receive(octets, FLOW, 1.0)


def test_the_same_seed_has_the_same_references() -> None:
    def octets(seed: int) -> list[bytes]:
        association = Association(name="a", role=Role.SGP, point_code=A)
        sccp = Sccp(
            M3uaSettings(point_code=B, associations=(association,)),
            SccpSettings(routes=(GtRoute(prefix="", point_code=A),)),
            Random(seed),
        )
        pair = Pair()
        sccp.link_up(FLOW, "", 0.0)
        pair.a.link_down(FLOW, 0.0)
        pair.a.link_up(FLOW, "", 0.0)
        for _ in range(3):
            for data, flow in pair.a.take_output():
                sccp.receive(data, flow, 0.0)
            for data, flow in sccp.take_output():
                pair.a.receive(data, flow, 0.0)
        sccp.unitdata(A_GT, B_GT, bytes(300), 0.0, sls=1)
        return [data for data, _ in sccp.take_output()]

    assert len(octets(1)) == 2
    assert octets(1) == octets(1) != octets(2)
