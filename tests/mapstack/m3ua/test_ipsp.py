"""IPSP: both ends are alike, and one exchange or two make them active (RFC 4666 §4.3.1, §5.5)."""

import pytest

from mapstack.m3ua.asp import AspState
from mapstack.m3ua.data import MtpTransfer
from mapstack.m3ua.m3ua import M3ua, TransferRefused
from mapstack.m3ua.message import MessageType, Tag, decode, encode
from mapstack.m3ua.settings import Association, M3uaSettings, Role, Served
from tests.mapstack.m3ua.pair import Pair, flow_of, kinds

HERE, THERE = 101, 202
SINGLE, DOUBLE = Role.IPSP_SINGLE, Role.IPSP_DOUBLE


def ipsp(role: Role, own: int, peer: int) -> M3ua:
    """Routing contexts are point codes: with a single exchange both ends agree on one."""
    context = HERE if role is SINGLE else peer
    served = Served(point_code=peer, routing_context=context, own_context=own if role is DOUBLE else None)
    return M3ua(
        M3uaSettings(point_code=own, associations=(Association(name="a", role=role, servers=(served,)),))
    )


def pair_of(role: Role) -> Pair:
    return Pair(ipsp(role, HERE, THERE), ipsp(role, THERE, HERE))


@pytest.mark.parametrize("role", [SINGLE, DOUBLE])
def test_two_ipsps_come_up_whoever_begins_and_exchange_data(role: Role) -> None:
    pair = pair_of(role)
    pair.link_up()
    assert pair.asp.transfer(THERE, 1, b"there") is None
    assert pair.sgp.transfer(HERE, 2, b"back") is None
    pair.run(0.1)
    assert pair.sgp_events[-1] == MtpTransfer(HERE, THERE, 1, b"there")
    assert pair.asp_events[-1] == MtpTransfer(THERE, HERE, 2, b"back")
    assert pair.asp.take_output() == []


def test_with_a_single_exchange_a_peer_that_only_answers_is_enough() -> None:
    layer = ipsp(SINGLE, HERE, THERE)
    layer.link_up(flow_of("a"), "", 0.0)
    assert kinds(layer) == [MessageType.ASPUP]
    layer.receive(encode(MessageType.ASPUP_ACK), flow_of("a"), 0.0)
    assert kinds(layer) == [MessageType.ASPAC]
    layer.receive(encode(MessageType.ASPAC_ACK), flow_of("a"), 0.0)
    assert layer.transfer(THERE, 0, b"x") is None


def test_with_a_single_exchange_a_peer_that_only_asks_is_enough() -> None:
    layer = ipsp(SINGLE, HERE, THERE)
    layer.link_up(flow_of("a"), "", 0.0)
    layer.take_output()
    layer.receive(encode(MessageType.ASPUP), flow_of("a"), 0.0)
    assert kinds(layer)[0] is MessageType.ASPUP_ACK
    layer.receive(encode(MessageType.ASPAC, (Tag.ROUTING_CONTEXT, HERE)), flow_of("a"), 0.0)
    assert MessageType.ASPAC_ACK in kinds(layer)
    assert layer.transfer(THERE, 0, b"x") is None
    layer.take_output()
    layer.receive(encode(MessageType.ASPIA), flow_of("a"), 1.0)
    layer.expire(3.0)  # T(r)
    assert layer.transfer(THERE, 0, b"x") is TransferRefused.UNREACHABLE
    assert kinds(layer)[0] is MessageType.ASPIA_ACK


def test_with_double_exchange_each_end_decides_on_the_traffic_that_it_gets() -> None:
    layer = ipsp(DOUBLE, HERE, THERE)
    layer.link_up(flow_of("a"), "", 0.0)
    layer.receive(encode(MessageType.ASPUP_ACK), flow_of("a"), 0.0)
    layer.receive(encode(MessageType.ASPAC_ACK, (Tag.ROUTING_CONTEXT, HERE)), flow_of("a"), 0.0)
    assert layer.transfer(THERE, 0, b"x") is TransferRefused.UNREACHABLE  # the peer has not asked for it
    label = THERE.to_bytes(4) + HERE.to_bytes(4) + b"\x03\x02\0\0"
    octets = encode(MessageType.DATA, (Tag.ROUTING_CONTEXT, HERE), (Tag.PROTOCOL_DATA, label + b"x"))
    assert layer.receive(octets, flow_of("a", 1), 0.0) == [MtpTransfer(THERE, HERE, 0, b"x")]
    layer.take_output()
    layer.receive(encode(MessageType.ASPUP), flow_of("a"), 0.0)
    layer.receive(encode(MessageType.ASPAC, (Tag.ROUTING_CONTEXT, THERE)), flow_of("a"), 0.0)
    assert layer.transfer(THERE, 0, b"x") is None
    sent = [decode(octets) for octets, _ in layer.take_output()]
    assert sent[-1].numbers(Tag.ROUTING_CONTEXT) == (THERE,)


@pytest.mark.parametrize("role", [SINGLE, DOUBLE])
def test_a_lost_association_is_made_up_for(role: Role) -> None:
    pair = pair_of(role)
    pair.link_up()
    for layer in (pair.asp, pair.sgp):
        layer.link_down(flow_of("a"), 1.0)
    assert pair.asp.transfer(THERE, 0, b"kept") is None  # the peer's AS is pending
    pair.link_up(now=2.0)
    assert MtpTransfer(HERE, THERE, 0, b"kept") in pair.sgp_events
    states = [member.state for member in pair.asp._peers["a"].members]
    assert set(states) == {AspState.ACTIVE}
