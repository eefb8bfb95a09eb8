"""Addresses by the octets before the user data: what is kept says what the general decoder says."""

from hypothesis import given
from hypothesis import strategies as st

from mapstack.m3ua.data import DataCodec
from mapstack.m3ua.settings import Association, Role
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import SccpMessage, SccpMessageType, encode
from mapstack.sccp.sccp import UnitData
from tests.mapstack.sccp.pair import A_GT, B_GT, FLOW, A, B, Pair

FROM_A = DataCodec(
    Association(name="a", role=Role.ASP, point_code=B, routing_context=3), opc=A, network_indicator=2
)
UDT = encode(SccpMessage(SccpMessageType.UDT, B_GT.encode(), A_GT.encode(), b"hello", 1, return_option=True))


def test_the_second_message_between_two_addresses_is_looked_up() -> None:
    pair = Pair()
    for data in (UDT, UDT[:-6] + b"\x02hi"):
        octets = FROM_A.encode(1, data)
        (event,) = pair.b.receive(octets, FLOW, 1.0)
        assert event == UnitData(B_GT, A_GT, data[-5:] if data is UDT else b"hi", 1)
        assert len(pair.b._heads) == 1


def test_parts_in_another_order_are_not_kept() -> None:
    called, calling = B_GT.encode(), A_GT.encode()
    data = b"\x01x"
    first = 3 + len(data)  # the user data come first
    pointers = bytes((first, first + len(called), 1))
    octets = b"\x09\x00" + pointers + data + bytes((len(called),)) + called + bytes((len(calling),)) + calling
    pair = Pair()
    for _ in range(2):
        assert pair.b.receive(FROM_A.encode(1, octets), FLOW, 1.0) == [UnitData(B_GT, A_GT, b"x", 1)]


def test_more_senders_than_are_kept_are_understood() -> None:
    pair = Pair()
    for number in range(10):
        sender = SccpAddress(Gt(f"1555000{number:04d}"), 8)
        data = encode(SccpMessage(SccpMessageType.UDT, B_GT.encode(), sender.encode(), b"x"))
        assert pair.b.receive(FROM_A.encode(1, data), FLOW, 1.0) == [UnitData(B_GT, sender, b"x", 1)]
        assert len(pair.b._heads) <= 3


@given(st.lists(st.tuples(st.integers(0, len(UDT) - 1), st.integers(0, 255)), max_size=3), st.integers(0, 9))
def test_changed_octets_mean_the_same_to_who_has_learned_and_to_who_has_not(
    changes: list[tuple[int, int]], cut: int
) -> None:
    octets = bytearray(UDT)
    for at, value in changes:
        octets[at] = value
    data = FROM_A.encode(1, bytes(octets[: len(octets) - cut]))
    learned, new = Pair(), Pair()
    learned.b.receive(FROM_A.encode(1, UDT), FLOW, 1.0)
    assert learned.b.receive(data, FLOW, 1.0) == new.b.receive(data, FLOW, 1.0)
    assert learned.b.take_output() == new.b.take_output()
