"""The test of a subsystem (SST) is answered when it is equipped, and nothing else is (Q.714 §5.3.4)."""

import pytest

from mapstack.sccp.address import SccpAddress
from mapstack.sccp.message import SccpMessage, SccpMessageType, decode, encode
from tests.mapstack.sccp.pair import FLOW, A, B, Pair, messages
from tests.mapstack.sccp.test_usual import FROM_A

SCMG = SccpAddress(ssn=1, route_on_gt=False)


def asked(data: bytes) -> list[bytes]:
    """What B answers."""
    pair = Pair()
    octets = encode(SccpMessage(SccpMessageType.UDT, SCMG.encode(), SCMG.encode(), data))
    assert pair.b.receive(FROM_A.encode(3, octets), FLOW, 1.0) == []
    return messages(pair.b.take_output())


def test_an_equipped_subsystem_is_allowed() -> None:
    (answer,) = asked(bytes((3, 8)) + B.to_bytes(2, "little") + b"\0")
    found = decode(answer)
    assert found.called == SccpAddress(ssn=1, point_code=A, route_on_gt=False).encode()
    assert found.calling == SccpAddress(ssn=1, point_code=B, route_on_gt=False).encode()
    assert found.data == bytes((1, 8)) + B.to_bytes(2, "little") + b"\0"
    assert (found.protocol_class, found.return_option) == (0, False)


@pytest.mark.parametrize(
    "data",
    [
        bytes((3, 99)) + B.to_bytes(2, "little") + b"\0",  # a subsystem that is not here
        bytes((3, 8)) + A.to_bytes(2, "little") + b"\0",  # another node's
        bytes((1, 8)) + A.to_bytes(2, "little") + b"\0",  # SSA
        bytes((3, 8)),
        b"\0",
    ],
)
def test_everything_else_is_passed_over(data: bytes) -> None:
    assert asked(data) == []
