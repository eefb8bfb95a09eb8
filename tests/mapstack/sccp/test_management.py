"""SCCP management between nodes: tests, refusals, announcements and congestion (Q.714 §5)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.errors import LocalError
from mapstack.events import (
    DestinationStateChanged,
    PeerMisbehaved,
    RestrictionChanged,
    SubsystemStateChanged,
    UserPartUnavailable,
)
from mapstack.m3ua.destination import DestinationState
from mapstack.sccp.address import Gt, SccpAddress, decode_address
from mapstack.sccp.management import ScmgMessage, ScmgType, Subsystem, decode_scmg, encode_scmg
from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType, decode, encode
from mapstack.sccp.sccp import Notice, UnitData
from mapstack.sccp.scmg import Scmg, SubsystemService
from mapstack.sccp.settings import Concerned, GtRoute, SccpCongestion, SccpLimits, SccpSettings, StatusTest
from tests.mapstack.sccp.mesh import Mesh
from tests.mapstack.sccp.pair import FLOW, A, B, Pair, messages
from tests.mapstack.sccp.test_usual import FROM_A

SCMG = SccpAddress(ssn=1, route_on_gt=False)
HERE, PEER, OTHER = 1, 2, 3
IN, OUT, BUSY = SubsystemService.IN_SERVICE, SubsystemService.OUT_OF_SERVICE, SubsystemService.CONGESTED


def written(kind: ScmgType, ssn: int, point_code: int, level: int = 0) -> bytes:
    return encode_scmg(ScmgMessage(kind, Subsystem(ssn, point_code), congestion_level=level))


# ---- what B answers


def asked(data: bytes) -> list[bytes]:
    pair = Pair()
    octets = encode(SccpMessage(SccpMessageType.UDT, SCMG.encode(), SCMG.encode(), data))
    assert pair.b.receive(FROM_A.encode(3, octets), FLOW, 1.0) == []
    return messages(pair.b.take_output())


@pytest.mark.parametrize("ssn", [1, 8])
def test_an_equipped_subsystem_is_allowed(ssn: int) -> None:
    (answer,) = asked(bytes((3, ssn)) + B.to_bytes(2, "little") + b"\0")
    found = decode(answer)
    assert found.called == SccpAddress(ssn=1, point_code=A, route_on_gt=False).encode()
    assert found.calling == SccpAddress(ssn=1, point_code=B, route_on_gt=False).encode()
    assert found.data == bytes((1, ssn)) + B.to_bytes(2, "little") + b"\0"
    assert (found.protocol_class, found.return_option) == (0, False)


@pytest.mark.parametrize(
    "data",
    [
        bytes((3, 99)) + B.to_bytes(2, "little") + b"\0",  # a subsystem that is not here
        bytes((3, 8)) + A.to_bytes(2, "little") + b"\0",  # another node's
        bytes((1, 8)) + A.to_bytes(2, "little") + b"\0",  # SSA of what was never prohibited
        bytes((2, 1)) + A.to_bytes(2, "little") + b"\0",  # SSP, which SSN 1 cannot have
        bytes((4, 8)) + A.to_bytes(2, "little") + b"\0",  # SOR
        bytes((5, 8)) + A.to_bytes(2, "little") + b"\0",  # SOG
        bytes((6, 1)) + A.to_bytes(2, "little") + b"\0",  # SSC without its level
        bytes((6, 1)) + A.to_bytes(2, "little") + b"\0\x09",  # SSC of a level that is none
        bytes((7, 1)) + A.to_bytes(2, "little") + b"\0",
        bytes((3, 8)),
        b"\0",
        b"",
    ],
)
def test_everything_else_is_passed_over(data: bytes) -> None:
    assert asked(data) == []


@given(
    st.sampled_from(ScmgType),
    st.integers(0, 255),
    st.integers(0, 0x3FFF),
    st.integers(0, 3),
    st.integers(0, 8),
)
def test_a_message_is_read_as_it_was_written(
    kind: ScmgType, ssn: int, point_code: int, multiplicity: int, level: int
) -> None:
    level = level if kind is ScmgType.SSC else 0
    message = ScmgMessage(kind, Subsystem(ssn, point_code), multiplicity, level)
    assert decode_scmg(encode_scmg(message)) == message


def test_the_messages_are_those_of_the_recommendation() -> None:
    assert written(ScmgType.SSA, 254, 187).hex() == "01febb0000"
    assert written(ScmgType.SSC, 1, 0x1234, 5).hex() == "060134120005"


def test_management_comes_for_the_subsystem_and_not_for_a_title() -> None:
    """Else whoever can reach our title prohibits what he wants (Q.714 §5.1: routed on SSN)."""
    pair = Pair()
    called = SccpAddress(Gt("15550000002"), 1)
    data = written(ScmgType.SSP, 8, A)
    octets = encode(SccpMessage(SccpMessageType.UDT, called.encode(), SCMG.encode(), data))
    (event,) = pair.b.receive(FROM_A.encode(3, octets), FLOW, 1.0)
    assert event == PeerMisbehaved(FLOW, "sccp", "unequipped user, subsystem 1 of 15550000002")


@pytest.mark.parametrize("kind", [ScmgType.SSA, ScmgType.SSP, ScmgType.SSC])
@pytest.mark.parametrize("ssn", [1, 8])
def test_what_others_say_of_us_is_passed_over(kind: ScmgType, ssn: int) -> None:
    net = mesh()
    manage(net, written(kind, ssn, HERE, 3 if kind is ScmgType.SSC else 0))
    assert net.events[HERE] == []


def test_what_is_said_of_no_subsystem_is_passed_over() -> None:
    net = mesh()
    manage(net, written(ScmgType.SSP, 0, PEER))
    assert net.events[HERE] == []


# ---- between nodes


def mesh(here: SccpSettings | None = None) -> Mesh:
    node = replace(here or SccpSettings(), routes=(GtRoute(prefix="2", point_code=PEER),))
    peer = SccpSettings(routes=(GtRoute(prefix="1", point_code=HERE),))
    return Mesh({HERE: node, PEER: peer, OTHER: peer}, [(HERE, PEER), (HERE, OTHER)])


def manage(net: Mesh, data: bytes, *, opc: int = PEER, now: float = 1.0) -> None:
    net.inject(
        SccpMessage(SccpMessageType.UDT, SCMG.encode(), SCMG.encode(), data), opc=opc, to=HERE, now=now
    )


def management(net: Mesh, origin: int, to: int) -> list[bytes]:
    return [each.data for each in net.messages(origin, to) if decode_address(each.called).ssn == 1]


def test_a_prohibited_subsystem_is_tested_ever_more_seldom_until_it_answers() -> None:
    net = mesh(SccpSettings(status_test=StatusTest(first=10, longest=35)))
    net.nodes[PEER].subsystem(6, OUT, 0.0)
    manage(net, written(ScmgType.SSP, 6, PEER), now=0.0)
    node = net.nodes[HERE]
    for due in (10.0, 30.0, 65.0, 100.0):
        net.forget()
        node.expire(due - 0.1)
        net.run(due)
        assert management(net, HERE, PEER) == []
        node.expire(due)
        net.run(due)
        assert management(net, HERE, PEER) == [written(ScmgType.SST, 6, PEER)]
        assert management(net, PEER, HERE) == []  # a prohibited one is not answered for
    net.nodes[PEER].subsystem(6, IN, 100.0)
    node.expire(135.0)
    net.run(135.0)
    assert net.events[HERE] == [SubsystemStateChanged(PEER, 6, True)]
    net.forget()
    node.expire(1000.0)
    net.run(1000.0)
    assert management(net, HERE, PEER) == []


def test_a_message_for_a_subsystem_out_of_service_is_answered_with_an_ssp() -> None:
    net = mesh()
    net.nodes[PEER].subsystem(6, OUT, 0.0)
    called, calling = SccpAddress(Gt("2"), 6), SccpAddress(Gt("1"), 8)
    net.nodes[HERE].unitdata(called, calling, b"x", 1.0, sls=1)
    net.run()
    assert management(net, PEER, HERE) == [written(ScmgType.SSP, 6, PEER)]
    told = SubsystemStateChanged(PEER, 6, False)
    assert net.events[HERE] == [told, Notice(calling, called, ReturnCause.SUBSYSTEM_FAILURE, b"x")]
    assert [type(event) for event in net.events[PEER]] == [PeerMisbehaved]


def test_concerned_nodes_hear_of_a_subsystem_that_goes_and_comes() -> None:
    net = mesh(SccpSettings(concerned=(Concerned(point_code=PEER), Concerned(point_code=OTHER, ssn=8))))
    node = net.nodes[HERE]
    for service in (IN, BUSY, OUT, OUT, BUSY, IN):
        node.subsystem(6, service, 1.0)
    net.run()
    assert management(net, HERE, PEER) == [written(ScmgType.SSP, 6, HERE), written(ScmgType.SSA, 6, HERE)]
    assert management(net, HERE, OTHER) == []
    node.subsystem(8, OUT, 1.0)
    net.run()
    assert management(net, HERE, OTHER) == [written(ScmgType.SSP, 8, HERE)]
    with pytest.raises(LocalError):
        node.subsystem(99, OUT, 1.0)


def test_a_message_learned_by_its_head_does_not_reach_a_subsystem_out_of_service() -> None:
    net = mesh()
    called, calling = SccpAddress(Gt("2"), 6), SccpAddress(Gt("1"), 8)
    for _ in range(3):
        net.nodes[HERE].unitdata(called, calling, b"x", 1.0, sls=1)
    net.run()
    assert [type(event) for event in net.events[PEER]] == [UnitData] * 3
    net.nodes[PEER].subsystem(6, OUT, 1.0)
    net.nodes[HERE].unitdata(called, calling, b"x", 1.0, sls=1)
    net.run()
    assert [type(event) for event in net.events[PEER][3:]] == [PeerMisbehaved]


def test_a_congested_node_tells_the_first_and_every_eighth_sender() -> None:
    net = mesh()
    called, calling = SccpAddress(Gt("2"), 6), SccpAddress(Gt("1"), 8)
    net.nodes[HERE].unitdata(called, calling, b"x", 1.0, sls=1)
    net.run()
    net.nodes[PEER].congestion(3, 1.0)
    for _ in range(17):
        net.nodes[HERE].unitdata(called, calling, b"x", 1.0, sls=1)
    net.run()
    assert management(net, PEER, HERE) == [written(ScmgType.SSC, 1, PEER, 3)] * 3
    assert net.events[HERE] == [RestrictionChanged(PEER, 3)]
    net.nodes[PEER].congestion(0, 1.0)
    net.forget()
    net.nodes[HERE].unitdata(called, calling, b"x", 1.0, sls=1)
    net.run()
    assert management(net, PEER, HERE) == []


def test_a_node_that_is_congested_again_tells_so_at_once() -> None:
    net = mesh()
    called, calling = SccpAddress(Gt("2"), 6), SccpAddress(Gt("1"), 8)
    for level in (1, 2):
        net.nodes[PEER].congestion(level, 1.0)
        net.nodes[HERE].unitdata(called, calling, b"x", 1.0, sls=1)
        net.run()
    assert management(net, PEER, HERE) == [written(ScmgType.SSC, 1, PEER, level) for level in (1, 2)]


def test_the_less_important_does_not_go_to_a_congested_node_until_it_recovers() -> None:
    net = mesh(SccpSettings(importance=5, congestion=SccpCongestion(level_decay=5)))
    node = net.nodes[HERE]
    called, calling = SccpAddress(Gt("2"), 6), SccpAddress(Gt("1"), 8)
    assert node.unitdata(called, calling, b"x", 1.0, sls=1) is None
    manage(net, written(ScmgType.SSC, 1, PEER, 6), now=1.0)
    assert node.unitdata(called, calling, b"x", 1.0, sls=1) is ReturnCause.NETWORK_CONGESTION
    assert node.deadline() == 6.0
    assert node.expire(6.0) == [RestrictionChanged(PEER, 5)]
    assert node.unitdata(called, calling, b"x", 6.0, sls=1) is None
    for now in (11.0, 16.0, 21.0, 26.0, 31.0):
        node.expire(now)
    assert node.unitdata(called, calling, b"x", 31.0, sls=1) is None
    assert not node._scmg.is_restricted(PEER)


def test_without_its_sccp_a_node_is_tested_and_all_of_it_comes_back_together() -> None:
    net = mesh()
    node = net.nodes[HERE]
    manage(net, written(ScmgType.SSP, 6, PEER), now=0.0)
    net.forget()
    assert node._manage([UserPartUnavailable(PEER, 5, 0)], 1.0) == [UserPartUnavailable(PEER, 5, 0)]
    unavailable = UserPartUnavailable(PEER, 3, 0)
    assert node._manage([unavailable], 1.0) == [unavailable, SubsystemStateChanged(PEER, 1, False)]
    node.expire(11.0)
    net.run(11.0)
    assert management(net, HERE, PEER) == [written(ScmgType.SST, 1, PEER)]
    assert net.events[HERE] == [SubsystemStateChanged(PEER, 1, True), SubsystemStateChanged(PEER, 6, True)]


def test_a_node_without_any_sccp_is_not_tested() -> None:
    net = mesh()
    node = net.nodes[HERE]
    node.user_part_unavailable(PEER, 1, 0.0)
    node.expire(1000.0)
    net.run(1000.0)
    assert management(net, HERE, PEER) == []


def test_what_cannot_be_reached_is_not_tested_and_what_is_back_is_allowed() -> None:
    net = mesh()
    node = net.nodes[HERE]
    manage(net, written(ScmgType.SSP, 6, PEER), now=0.0)
    pause = DestinationStateChanged(PEER, DestinationState.UNAVAILABLE)
    resume = DestinationStateChanged(PEER, DestinationState.AVAILABLE)
    assert node._manage([pause], 1.0) == [pause]
    assert node._scmg.soonest is None
    assert node._manage([resume], 2.0) == [resume, SubsystemStateChanged(PEER, 6, True)]
    assert node._manage([resume], 3.0) == [resume]


def test_what_is_too_much_to_remember_does_not_stay_prohibited_for_ever() -> None:
    """There is no room to note that a second node is away: its test goes on."""
    net = mesh(SccpSettings(limits=SccpLimits(subsystems=1)))
    node = net.nodes[HERE]
    manage(net, written(ScmgType.SSP, 6, PEER), now=0.0)
    for state in (DestinationState.UNAVAILABLE, DestinationState.AVAILABLE):
        for point_code in (OTHER, PEER):
            node._manage([DestinationStateChanged(point_code, state)], 1.0)
    net.forget()
    node.expire(11.0)
    net.run(11.0)
    assert net.events[HERE] == [SubsystemStateChanged(PEER, 6, True)]


@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 255), st.integers(0, 0x3FFF), st.integers(0, 9)),
        max_size=30,
    )
)
def test_peers_cannot_make_us_keep_more_than_the_limit(found: list[tuple[int, int, int, int]]) -> None:
    sent: list[tuple[int, bytes]] = []
    settings = SccpSettings(limits=SccpLimits(subsystems=3))
    scmg = Scmg(settings, HERE, lambda point_code, octets: sent.append((point_code, octets)))
    for now, (kind, ssn, point_code, level) in enumerate(found):
        data = bytes((kind, ssn)) + point_code.to_bytes(2, "little") + bytes((0, level))
        scmg.receive(data, point_code, float(now))
        scmg.heard(point_code)
        scmg.destination(DestinationStateChanged(point_code, DestinationState.CONGESTED), float(now))
        scmg.destination(DestinationStateChanged(ssn, DestinationState.UNAVAILABLE), float(now))
        scmg.expire(float(now))
    assert len(scmg._remote) <= 3
    assert len(scmg._restrictions) <= 3
    assert len(scmg._ranks) <= 3
    for now in range(100, 4000, 10):
        scmg.expire(float(now))
    assert not len(scmg._restrictions)
    assert all(decode_scmg(octets) for _, octets in sent)


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong in (
        lambda: StatusTest(first=0),
        lambda: StatusTest(first=20, longest=10),
        lambda: SccpCongestion(attack=0),
        lambda: SccpCongestion(sublevels=0),
        lambda: Concerned(point_code=20000),
        lambda: Concerned(point_code=1, ssn=1),
        lambda: SccpSettings(importance=8),
        lambda: SccpSettings(max_long_message=10),
        lambda: SccpSettings(reassembly_timeout=0),
    ):
        with pytest.raises(ValueError, match=r"."):
            wrong()
