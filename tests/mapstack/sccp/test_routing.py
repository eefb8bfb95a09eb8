"""Several ways: the load is shared, what is away is avoided, and what is back is used again (Q.714 §2.5)."""

from collections import Counter
from random import Random

import pytest

from mapstack.events import DestinationStateChanged, SubsystemStateChanged
from mapstack.m3ua.destination import DestinationState
from mapstack.m3ua.m3ua import M3ua
from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.gt_translation import GtDestination, GtTranslation
from mapstack.sccp.management import ScmgMessage, ScmgType, Subsystem, encode_scmg
from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType
from mapstack.sccp.routing import Way
from mapstack.sccp.routing_control import Label, RoutingControl
from mapstack.sccp.sccp import Sccp, UnitData
from mapstack.sccp.scmg import Scmg
from mapstack.sccp.settings import SccpSettings
from tests.mapstack.sccp.mesh import Mesh, flow_of, name_of

OWN, FIRST, SECOND, THIRD = 1, 2, 3, 4
CALLED, CALLING = SccpAddress(Gt("4412"), 6), SccpAddress(Gt("4499"), 8)
SCMG = SccpAddress(None, 1, None, False).encode()


def destinations(*point_codes: int) -> tuple[GtDestination, ...]:
    return tuple(GtDestination(point_code=each, route_on_ssn=True) for each in point_codes)


SHARED = GtTranslation(prefix="44", destinations=destinations(FIRST, SECOND), backup=destinations(THIRD))


def mesh(rule: GtTranslation = SHARED) -> Mesh:
    peer = SccpSettings(local_subsystems=frozenset({6, 8}))
    nodes = {OWN: SccpSettings(translations=(rule,))} | dict.fromkeys((FIRST, SECOND, THIRD), peer)
    return Mesh(nodes, [(OWN, FIRST), (OWN, SECOND), (OWN, THIRD)])


def spread(net: Mesh, *, in_sequence: bool = False) -> dict[int, int]:
    """Where a message goes to, by its SLS."""
    where = {}
    for sls in range(16):
        net.forget()
        assert net.nodes[OWN].unitdata(CALLED, CALLING, b"x", 1.0, sls=sls, in_sequence=in_sequence) is None
        net.run()
        ((origin, where[sls], _),) = net.sent
        assert origin == OWN
    return where


def tell(node: Sccp, peer: int, kind: MessageType, *codes: int) -> list[object]:
    """SSNM of the signalling gateway at that association."""
    affected = b"".join(code.to_bytes(4) for code in codes)
    return [
        *node.receive(encode(kind, (Tag.AFFECTED_POINT_CODE, affected)), flow_of(name_of(OWN, peer)), 1.0)
    ]


def manage(net: Mesh, kind: ScmgType, ssn: int, point_code: int) -> None:
    data = encode_scmg(ScmgMessage(kind, Subsystem(ssn, point_code)))
    net.inject(SccpMessage(SccpMessageType.UDT, SCMG, SCMG, data), opc=point_code, to=OWN)


def test_the_load_is_shared_by_the_sls() -> None:
    assert Counter(spread(mesh()).values()) == {FIRST: 8, SECOND: 8}
    assert Counter(spread(mesh(), in_sequence=True).values()) == {FIRST: 8, SECOND: 8}


def test_every_association_to_every_destination_gets_its_share() -> None:
    """Of two that share the load the SLS chooses one, and then an association to it: with other bits."""
    names = {name: peer for peer in (FIRST, SECOND) for name in (f"{peer}a", f"{peer}b")}
    node = Sccp(
        M3uaSettings(
            point_code=OWN,
            associations=tuple(
                Association(name=name, role=Role.SGP, point_code=peer) for name, peer in names.items()
            ),
        ),
        SccpSettings(translations=(SHARED,)),
        Random(1),
    )
    for name in names:
        node.link_up(flow_of(name), "", 0.0)
        node.receive(encode(MessageType.ASPUP), flow_of(name), 0.0)
        node.receive(encode(MessageType.ASPAC), flow_of(name), 0.0)
    node.take_output()
    for in_sequence in (False, True):
        for sls in range(16):
            assert node.unitdata(CALLED, CALLING, b"x", 1.0, sls=sls, in_sequence=in_sequence) is None
        assert Counter(flow.connection for _, flow in node.take_output()) == dict.fromkeys(names, 4)


@pytest.mark.parametrize("several", [1, 2, 3, 4, 5, 8, 16])
def test_each_destination_gets_as_much_as_the_others(several: int) -> None:
    ways = tuple(Way(point_code, CALLED) for point_code in range(several))
    for in_sequence in (False, True):
        first = [
            RoutingControl._shared(
                RoutingControl(
                    M3ua(M3uaSettings(point_code=OWN)), Scmg(SccpSettings(), OWN, lambda *_: None)
                ),
                ways,
                Label(sls, in_sequence, 4),
            )[0].point_code
            for sls in range(16)
        ]
        assert {16 // several, -(-16 // several)} >= {*Counter(first).values()}
        assert len({*first}) == several


def test_the_called_address_says_what_the_translation_says() -> None:
    net = mesh()
    spread(net)
    told = [*net.events[FIRST], *net.events[SECOND]]
    assert {event.called for event in told if isinstance(event, UnitData)} == {
        SccpAddress(Gt("4412"), 6, None, False)
    }


def test_that_there_are_several_ways_is_remembered() -> None:
    net = mesh()
    spread(net)
    node = net.nodes[OWN]
    assert [template.room for template in node._templates.values()] == [-1]
    manage(net, ScmgType.SSP, 6, FIRST)
    assert not node._templates


def test_class_0_is_spread_evenly_over_what_is_there() -> None:
    net = mesh(GtTranslation(prefix="44", destinations=destinations(FIRST, SECOND, THIRD)))
    tell(net.nodes[OWN], THIRD, MessageType.DUNA, THIRD)
    assert Counter(spread(net).values()) == {FIRST: 8, SECOND: 8}


def test_class_1_keeps_its_way_when_another_one_goes() -> None:
    net = mesh(GtTranslation(prefix="44", destinations=destinations(FIRST, SECOND, THIRD)))
    before = spread(net, in_sequence=True)
    net.cut(OWN, THIRD)
    after = spread(net, in_sequence=True)
    assert {sls for sls in before if before[sls] != after[sls]} == {
        sls for sls in before if before[sls] == THIRD
    }
    assert set(after.values()) == {FIRST, SECOND}


def test_backup_takes_over_when_no_association_leads_to_the_others_and_gives_back() -> None:
    net = mesh()
    net.cut(OWN, FIRST)
    assert set(spread(net).values()) == {SECOND}
    net.cut(OWN, SECOND)
    assert set(spread(net).values()) == {THIRD}
    net.cut(OWN, THIRD)
    assert net.nodes[OWN].unitdata(CALLED, CALLING, b"x", 1.0, sls=1) is ReturnCause.MTP_FAILURE
    net.join(OWN, FIRST)
    assert set(spread(net).values()) == {FIRST}
    net.join(OWN, SECOND)
    assert Counter(spread(net).values()) == {FIRST: 8, SECOND: 8}


def test_what_the_network_says_of_a_destination_decides() -> None:
    net = mesh()
    node = net.nodes[OWN]
    assert tell(node, FIRST, MessageType.DUNA, FIRST) == [
        DestinationStateChanged(FIRST, DestinationState.UNAVAILABLE)
    ]
    assert set(spread(net).values()) == {SECOND}
    tell(node, SECOND, MessageType.DRST, SECOND)
    assert set(spread(net).values()) == {THIRD}
    tell(node, THIRD, MessageType.DUNA, THIRD)
    assert set(spread(net).values()) == {SECOND}
    tell(node, SECOND, MessageType.DAVA, SECOND)
    tell(node, FIRST, MessageType.DAVA, FIRST)
    assert Counter(spread(net).values()) == {FIRST: 8, SECOND: 8}


def test_a_prohibited_subsystem_is_avoided_until_it_is_allowed() -> None:
    net = mesh()
    manage(net, ScmgType.SSP, 6, FIRST)
    assert net.events[OWN] == [SubsystemStateChanged(FIRST, 6, False)]
    assert set(spread(net).values()) == {SECOND}
    manage(net, ScmgType.SSP, 6, SECOND)
    assert set(spread(net).values()) == {THIRD}
    manage(net, ScmgType.SSP, 6, THIRD)
    assert net.nodes[OWN].unitdata(CALLED, CALLING, b"x", 1.0, sls=1) is ReturnCause.SUBSYSTEM_FAILURE
    manage(net, ScmgType.SSA, 6, FIRST)
    assert set(spread(net).values()) == {FIRST}


@pytest.mark.parametrize("size", [1, 400])
def test_a_single_way_is_refused_while_its_subsystem_is_prohibited(size: int) -> None:
    net = mesh(GtTranslation(prefix="44", destinations=destinations(FIRST)))
    node, data = net.nodes[OWN], bytes(size)
    for _ in range(2):
        assert node.unitdata(CALLED, CALLING, data, 1.0, sls=1) is None
    manage(net, ScmgType.SSP, 6, FIRST)
    for _ in range(2):
        assert node.unitdata(CALLED, CALLING, data, 1.0, sls=1) is ReturnCause.SUBSYSTEM_FAILURE
    manage(net, ScmgType.SSA, 6, FIRST)
    assert node.unitdata(CALLED, CALLING, data, 1.0, sls=1) is None


def test_where_a_title_is_translated_again_the_subsystem_does_not_matter() -> None:
    net = mesh(GtTranslation(prefix="44", destinations=(GtDestination(point_code=FIRST),)))
    manage(net, ScmgType.SSP, 6, FIRST)
    assert net.nodes[OWN].unitdata(CALLED, CALLING, b"x", 1.0, sls=1) is None


def test_a_node_without_its_sccp_gets_nothing() -> None:
    net = mesh(GtTranslation(prefix="44", destinations=(GtDestination(point_code=FIRST),)))
    node = net.nodes[OWN]
    assert node.user_part_unavailable(FIRST, 2, 1.0) == [SubsystemStateChanged(FIRST, 1, False)]
    assert node.unitdata(CALLED, CALLING, b"x", 1.0, sls=1) is ReturnCause.SCCP_FAILURE
    manage(net, ScmgType.SSA, 1, FIRST)
    assert node.unitdata(CALLED, CALLING, b"x", 1.0, sls=1) is None


def test_a_segmented_message_stays_together() -> None:
    net = mesh()
    for sls in range(4):
        net.forget()
        assert net.nodes[OWN].unitdata(CALLED, CALLING, bytes(700), 1.0, sls=sls) is None
        net.run()
        assert len(net.sent) == 3
        assert len({to for _, to, _ in net.sent}) == 1


def test_more_than_one_title_is_remembered_but_not_more_than_allowed() -> None:
    net = mesh()
    for number in range(10_000):
        called = SccpAddress(Gt(f"44{number:05d}"), 6)
        assert net.nodes[OWN].unitdata(called, CALLING, b"x", 1.0, sls=number) is None
    net.nodes[OWN].take_output()
    assert len(net.nodes[OWN]._translation._found) <= 4096
