"""Messages of the network: relayed where that is wanted, else ours or back with the cause (Q.714 §2.3.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mapstack.events import PeerMisbehaved
from mapstack.sccp.address import Gt, SccpAddress, decode_address
from mapstack.sccp.gt_translation import GtDestination, GtRewrite, GtRoute, GtTranslation
from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType, Segmentation, decode
from mapstack.sccp.sccp import Notice, UnitData
from mapstack.sccp.scmg import SubsystemService
from mapstack.sccp.settings import SccpSettings
from tests.mapstack.sccp.mesh import Mesh
from tests.mapstack.vectors import octets_of

ORIGIN, RELAY, END = 1, 2, 3
ROUTES = (
    GtRoute(prefix="1", point_code=ORIGIN),
    GtRoute(prefix="2", point_code=RELAY),
    GtRoute(prefix="3", point_code=END),
)
TO_END, FROM_ORIGIN = SccpAddress(Gt("3000"), 6), SccpAddress(Gt("1000"), 8)
KINDS = (SccpMessageType.UDT, SccpMessageType.XUDT, SccpMessageType.LUDT)
SERVICES = {
    SccpMessageType.UDT: SccpMessageType.UDTS,
    SccpMessageType.XUDT: SccpMessageType.XUDTS,
    SccpMessageType.LUDT: SccpMessageType.LUDTS,
}


def mesh(*translations: GtTranslation, transit: bool = True) -> Mesh:
    relay = SccpSettings(routes=ROUTES, translations=translations, transit=transit)
    via_relay = tuple(GtRoute(prefix=prefix, point_code=RELAY) for prefix in ("1", "2", "3"))
    end = SccpSettings(routes=via_relay)
    return Mesh({ORIGIN: end, RELAY: relay, END: end}, [(ORIGIN, RELAY), (END, RELAY)])


def message(
    called: SccpAddress = TO_END,
    calling: SccpAddress = FROM_ORIGIN,
    *,
    kind: SccpMessageType = SccpMessageType.XUDT,
    hop_counter: int = 15,
    return_option: bool = True,
) -> SccpMessage:
    hops = hop_counter if kind is not SccpMessageType.UDT else 15
    return SccpMessage(kind, called.encode(), calling.encode(), b"hello", 1, return_option, hop_counter=hops)


def returned(net: Mesh) -> list[tuple[SccpMessageType, ReturnCause | None]]:
    return [(each.kind, each.cause) for each in net.messages(RELAY, ORIGIN)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_relayed_message_has_one_hop_less_and_is_otherwise_as_it_was(kind: SccpMessageType) -> None:
    net = mesh()
    sent = message(kind=kind, hop_counter=7)
    net.inject(sent, opc=ORIGIN, to=RELAY)
    (relayed,) = net.messages(RELAY, END)
    assert relayed == sent._replace(hop_counter=15 if kind is SccpMessageType.UDT else 6)
    assert net.events[END] == [UnitData(TO_END, FROM_ORIGIN, b"hello", 5)]
    assert net.events[RELAY] == []


def test_segments_are_relayed_one_by_one() -> None:
    net = mesh()
    data = bytes(i & 0xFF for i in range(700))
    assert net.nodes[ORIGIN].unitdata(TO_END, FROM_ORIGIN, data, 1.0, sls=3) is None
    net.run()
    assert net.events[END] == [UnitData(TO_END, FROM_ORIGIN, data, 3)]
    assert [each.segmentation.remaining for each in net.messages(RELAY, END) if each.segmentation] == [
        2,
        1,
        0,
    ]


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize("hops", [0, 1])
def test_the_last_hop_is_not_taken(kind: SccpMessageType, hops: int) -> None:
    for transit in (True, False):
        net = mesh(transit=transit)
        net.inject(message(kind=kind, hop_counter=hops), opc=ORIGIN, to=RELAY)
        assert returned(net) == [(SERVICES[kind], ReturnCause.HOP_COUNTER_VIOLATION)]
        assert net.messages(RELAY, END) == []


def test_a_loop_ends_with_a_hop_counter_violation() -> None:
    loop = SccpSettings(routes=(GtRoute(prefix="3", point_code=RELAY),), transit=True)
    back = SccpSettings(
        routes=(GtRoute(prefix="3", point_code=ORIGIN), GtRoute(prefix="1", point_code=ORIGIN)), transit=True
    )
    net = Mesh({ORIGIN: loop, RELAY: back}, [(ORIGIN, RELAY)])
    net.inject(message(hop_counter=15), opc=ORIGIN, to=RELAY)
    returns = [each for each in (*net.messages(RELAY, ORIGIN), *net.messages(ORIGIN, RELAY)) if each.cause]
    assert {each.cause for each in returns} == {ReturnCause.HOP_COUNTER_VIOLATION}
    assert 15 <= len(net.sent) <= 32


def test_a_title_is_translated_on_the_way() -> None:
    rule = GtTranslation(
        prefix="39",
        rewrite=GtRewrite(digits="300"),
        destinations=(GtDestination(point_code=END, ssn=7, route_on_ssn=True),),
    )
    net = mesh(rule)
    net.inject(message(SccpAddress(Gt("3999"), 6)), opc=ORIGIN, to=RELAY)
    (relayed,) = net.messages(RELAY, END)
    assert relayed.called == SccpAddress(Gt("300"), 7, None, False).encode()
    assert relayed.calling == FROM_ORIGIN.encode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("point_code", [RELAY, 77])
def test_the_point_code_that_a_relayed_message_came_with_does_not_go_on(
    kind: SccpMessageType, point_code: int
) -> None:
    """The next node would take it for the one to go to: back to us."""
    last = GtTranslation(prefix="39", destinations=(GtDestination(point_code=END, route_on_ssn=True),))
    for digits in ("3000", "3900"):
        net = mesh(last)
        net.inject(message(SccpAddress(Gt(digits), 6, point_code), kind=kind), opc=ORIGIN, to=RELAY)
        (relayed,) = net.messages(RELAY, END)
        assert decode_address(relayed.called).point_code in (None, END)
        assert [type(event) for event in net.events[END]] == [UnitData]
        assert net.events[RELAY] == []


def test_our_point_code_beside_a_title_that_we_do_not_know_does_not_make_it_ours() -> None:
    called = SccpAddress(Gt("99"), 8, RELAY)
    net = mesh()
    net.inject(message(called), opc=ORIGIN, to=RELAY)
    assert returned(net) == [(SccpMessageType.XUDTS, ReturnCause.NO_TRANSLATION_FOR_ADDRESS)]
    assert [type(event) for event in net.events[RELAY]] == [PeerMisbehaved]
    net = mesh(transit=False)
    net.inject(message(called), opc=ORIGIN, to=RELAY)
    assert net.events[RELAY] == [UnitData(called, FROM_ORIGIN, b"hello", 5)]


def test_titles_that_we_share_with_another_node_are_ours_when_they_come_to_us() -> None:
    """Two relays that handed them to each other would do so for ever: a UDT counts no hops."""
    ours = GtTranslation(
        prefix="39", destinations=(GtDestination(point_code=END), GtDestination(point_code=RELAY, ssn=8))
    )
    net = mesh(ours)
    for sls in range(4):
        net.inject(message(SccpAddress(Gt("3900"), 6), kind=SccpMessageType.UDT), opc=ORIGIN, to=RELAY)
        assert net.nodes[RELAY].unitdata(SccpAddress(Gt("3900"), 6), FROM_ORIGIN, b"x", 1.0, sls=sls) is None
    net.run()
    assert net.events[RELAY] == [UnitData(SccpAddress(Gt("3900"), 8), FROM_ORIGIN, b"hello", 5)] * 4
    assert len(net.messages(RELAY, END)) == 4


def test_a_calling_subsystem_without_a_node_gets_the_node_that_it_came_from() -> None:
    net = mesh()
    net.inject(message(calling=SccpAddress(None, 8, None, False)), opc=ORIGIN, to=RELAY)
    calling = SccpAddress(None, 8, ORIGIN, False)
    assert net.events[END] == [UnitData(TO_END, calling, b"hello", 5)]


@pytest.mark.parametrize("octets", ["4208", "0208"])
def test_a_calling_subsystem_is_completed_however_it_says_that_it_is_routed(octets: str) -> None:
    """There is no title to route on: some stacks leave the bit at zero all the same."""
    net = mesh(transit=False)
    calling = bytes.fromhex(octets)
    net.inject(message(SccpAddress(Gt("2"), 6))._replace(calling=calling), opc=ORIGIN, to=RELAY)
    completed = SccpAddress(None, 8, ORIGIN, False)
    assert net.events[RELAY] == [UnitData(SccpAddress(Gt("2"), 6), completed, b"hello", 5)]
    assert net.nodes[RELAY].unitdata(completed, SccpAddress(Gt("2"), 6), b"answer", 1.0, sls=1) is None
    place = Segmentation(True, True, 1, 77)
    first = message(SccpAddress(Gt("2"), 6))._replace(calling=calling, segmentation=place)
    net.events[RELAY].clear()
    for segment in (first, first._replace(segmentation=Segmentation(False, True, 0, 77))):
        for opc in (ORIGIN, END):
            net.inject(segment, opc=opc, to=RELAY)
    told = [event for event in net.events[RELAY] if isinstance(event, UnitData)]
    assert [(each.calling.point_code, each.data) for each in told] == [
        (opc, b"hellohello") for opc in (ORIGIN, END)
    ]


def test_a_calling_subsystem_is_one_of_the_node_that_the_message_came_from() -> None:
    net = mesh(transit=False)
    sent = message(SccpAddress(Gt("2"), 6), SccpAddress(None, 8, None, False), kind=SccpMessageType.UDT)
    place = Segmentation(True, True, 1, 77)
    first = sent._replace(kind=SccpMessageType.XUDT, segmentation=place)
    for segment in (first, first._replace(segmentation=Segmentation(False, True, 0, 77))):
        for opc in (ORIGIN, END):
            net.inject(segment, opc=opc, to=RELAY)
    for opc in (ORIGIN, END, ORIGIN):
        net.inject(sent, opc=opc, to=RELAY)
    told = [event for event in net.events[RELAY] if isinstance(event, UnitData)]
    assert [(event.calling.point_code, event.data) for event in told] == [
        *((opc, b"hellohello") for opc in (ORIGIN, END)),
        *((opc, b"hello") for opc in (ORIGIN, END, ORIGIN)),
    ]


def test_services_find_their_way_back_through_a_relay() -> None:
    net = mesh()
    unknown = replace(TO_END, ssn=99)
    net.nodes[ORIGIN].unitdata(unknown, FROM_ORIGIN, b"hello", 1.0, sls=1)
    net.run()
    assert net.events[ORIGIN] == [Notice(FROM_ORIGIN, unknown, ReturnCause.UNEQUIPPED_USER, b"hello")]


CASES = {
    "a number that nobody knows": (SccpAddress(Gt("99"), 6), ReturnCause.NO_TRANSLATION_FOR_ADDRESS),
    "no title to translate": (SccpAddress(None, 6), ReturnCause.NO_TRANSLATION_FOR_NATURE),
    "a node that no association leads to": (SccpAddress(None, 6, 77, False), ReturnCause.MTP_FAILURE),
    "a subsystem that is not here": (SccpAddress(Gt("2"), 99), ReturnCause.UNEQUIPPED_USER),
    "no subsystem": (SccpAddress(Gt("2"), None), ReturnCause.UNEQUIPPED_USER),
    "a subsystem of ours that is not here": (
        SccpAddress(None, 99, RELAY, False),
        ReturnCause.UNEQUIPPED_USER,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("called", "cause"), CASES.values(), ids=CASES)
def test_what_cannot_be_relayed_goes_back(
    kind: SccpMessageType, called: SccpAddress, cause: ReturnCause
) -> None:
    net = mesh()
    net.inject(message(called, kind=kind), opc=ORIGIN, to=RELAY)
    (service,) = net.messages(RELAY, ORIGIN)
    assert service == SccpMessage(
        SERVICES[kind], FROM_ORIGIN.encode(), called.encode(), b"hello", cause=cause, hop_counter=15
    )
    assert [type(event) for event in net.events[RELAY]] == [PeerMisbehaved]
    net.forget()
    net.inject(message(called, kind=kind, return_option=False), opc=ORIGIN, to=RELAY)
    assert net.messages(RELAY, ORIGIN) == []


@pytest.mark.parametrize("transit", [False, True])
def test_a_kind_of_title_that_cannot_be_read_goes_back(transit: bool) -> None:
    net = mesh(transit=transit)
    called = bytes.fromhex("160601234567")  # global title indicator 5
    net.inject(message()._replace(called=called), opc=ORIGIN, to=RELAY)
    assert returned(net) == [(SccpMessageType.XUDTS, ReturnCause.NO_TRANSLATION_FOR_NATURE)]


def test_a_node_that_relays_nothing_takes_all_titles_for_its_own() -> None:
    net = mesh(transit=False)
    net.inject(message(), opc=ORIGIN, to=RELAY)
    assert net.events[RELAY] == [UnitData(TO_END, FROM_ORIGIN, b"hello", 5)]


def test_a_node_that_relays_nothing_sends_back_what_is_for_another_node() -> None:
    net = mesh(transit=False)
    net.inject(message(SccpAddress(None, 6, END, False)), opc=ORIGIN, to=RELAY)
    assert returned(net) == [(SccpMessageType.XUDTS, ReturnCause.UNQUALIFIED)]
    net.inject(message(SccpAddress(None, 6, RELAY, False)), opc=ORIGIN, to=RELAY)
    assert isinstance(net.events[RELAY][-1], UnitData)


def test_a_title_of_ours_may_name_our_subsystem() -> None:
    rule = GtTranslation(prefix="29", destinations=(GtDestination(point_code=RELAY, ssn=8),))
    for transit in (False, True):
        net = mesh(rule, transit=transit)
        net.inject(message(SccpAddress(Gt("29"))), opc=ORIGIN, to=RELAY)
        assert net.events[RELAY] == [UnitData(SccpAddress(Gt("29"), 8), FROM_ORIGIN, b"hello", 5)]


def test_a_subsystem_out_of_service_or_congested_sends_back() -> None:
    net = mesh()
    called = SccpAddress(Gt("2"), 6)
    for service, cause in (
        (SubsystemService.CONGESTED, ReturnCause.SUBSYSTEM_CONGESTION),
        (SubsystemService.OUT_OF_SERVICE, ReturnCause.SUBSYSTEM_FAILURE),
    ):
        for kind in (SccpMessageType.UDT, SccpMessageType.XUDT):
            net.nodes[RELAY].subsystem(6, SubsystemService.IN_SERVICE, 1.0)
            net.inject(message(called, kind=kind), opc=ORIGIN, to=RELAY)
            assert isinstance(net.events[RELAY][-1], UnitData)
            net.nodes[RELAY].subsystem(6, service, 1.0)
            net.forget()
            net.inject(message(called, kind=kind), opc=ORIGIN, to=RELAY)
            assert returned(net)[-1] == (SERVICES[kind], cause)


def test_what_a_segment_says_comes_back_with_it() -> None:
    net = mesh()
    place = Segmentation(True, True, 2, 77)
    sent = message(SccpAddress(Gt("2"), 99))._replace(segmentation=place, importance=5)
    net.inject(sent, opc=ORIGIN, to=RELAY)
    (service,) = net.messages(RELAY, ORIGIN)
    assert (service.segmentation, service.importance) == (place, 5)


def test_what_cannot_reach_its_sender_by_title_goes_back_where_it_came_from() -> None:
    net = mesh(GtTranslation(prefix="9", destinations=(GtDestination(point_code=99),)))
    net.inject(message(SccpAddress(Gt("2"), 99), SccpAddress(Gt("9"), 8)), opc=ORIGIN, to=RELAY)
    assert returned(net) == [(SccpMessageType.XUDTS, ReturnCause.UNEQUIPPED_USER)]


def test_a_service_message_that_leads_nowhere_is_dropped() -> None:
    net = mesh()
    service = SccpMessage(
        SccpMessageType.UDTS,
        SccpAddress(Gt("99"), 6).encode(),
        FROM_ORIGIN.encode(),
        b"x",
        cause=ReturnCause.MTP_FAILURE,
    )
    net.inject(service, opc=ORIGIN, to=RELAY)
    assert net.messages(RELAY, ORIGIN) == net.messages(RELAY, END) == []


VECTORS = list(octets_of("sccp").values())


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    octets = bytearray(draw(st.sampled_from(VECTORS)))
    for _ in range(draw(st.integers(0, 5))):
        octets[draw(st.integers(0, min(60, len(octets) - 1)))] = draw(st.integers(0, 255))
    return bytes(octets[: draw(st.integers(1, len(octets)))] if draw(st.booleans()) else octets)


@given(st.lists(mutated() | st.binary(max_size=60), max_size=10))
def test_a_relay_survives_any_octets_and_emits_only_what_can_be_read(found: list[bytes]) -> None:
    everywhere = GtTranslation(
        rewrite=GtRewrite(prepend="39"), destinations=(GtDestination(point_code=END, route_on_ssn=True),)
    )
    net = mesh(everywhere)
    for octets in found:
        net.inject(octets, opc=ORIGIN, to=RELAY)
    for _, _, octets in net.sent:
        decode(octets)
