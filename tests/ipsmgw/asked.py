"""What the tests of the gateway ask of a node: what was answered, invoked, recorded."""

from ipsmgw.cdr import Cdr, decode
from mapstack import Invoked, Refused
from mapstack.map import AnyTimeModificationArg, ModificationInstruction
from mapstack.tcap.dialogue_portion import Aare, encode_aare
from mapstack.tcap.machine import Input
from sipbridge.rp import Direction, RpAck, RpAddress, RpData, RpError, RpSmma
from tests.ipsmgw.node import Node

__all__ = ["SUBMIT", "invoked", "news", "octets", "only", "records", "refusal", "statuses"]

SUBMIT = RpData(5, RpAddress("15550000014"), bytes.fromhex("0107 0b91 5155 5567 45f1 0000 05e8329bfd06"))


def octets(rpdu: RpData | RpAck | RpError | RpSmma) -> bytes:
    return rpdu.encode(Direction.MS_TO_NETWORK)


def statuses(node: Node) -> list[int]:
    return [message.status for message in node.take_sip()]


def invoked(node: Node) -> list[Invoked]:
    """Operations that the peer was asked for since it was last looked at."""
    found = [event for event in node.told if isinstance(event, Invoked)]
    node.told.clear()
    return found


def only(node: Node, version: int) -> None:
    """The peer does not know the version that it was asked in, and ends the dialogue with its own."""
    event = invoked(node)[-1]
    tcap, now = node.peer._tcap, node.watch.time
    older = encode_aare(Aare((*event.operation.context.oid[:-1], version), 1, 2))
    tcap.request(tcap.dialogue(event.dialogue), Input.TC_U_ABORT, b"", now, portion=older)
    node.exchange()


def news(node: Node) -> list[tuple[int, ModificationInstruction | int | None]]:
    """What the HLR was told, with the dialogue."""
    said = []
    for event in invoked(node):
        assert isinstance(event.arg, AnyTimeModificationArg)
        data = event.arg.modification_request_for_ip_sm_gw_data
        assert data is not None
        said.append((event.dialogue, data.modify_registration_status))
    return said


def records(node: Node) -> list[Cdr]:
    return [decode(line) for line in node.paper.read().splitlines()]


def refusal(node: Node) -> Refused:
    """The one error that the SMS-GMSC has got."""
    (refused,) = [event for event in node.told if isinstance(event, Refused)]
    return refused
