"""A gateway that is a Message Gateway too, with alice registered, and what her phone hears."""

from collections.abc import Iterator

from ipsmgw.sms import Deliver, Direction, decode
from ipsmgw.store import TableStore
from msgin5g_bridge.l3gdelivery import Address, AddressType, L3gMessageDelivery
from msgin5g_bridge.model import MessageId
from sipbridge.rp import RpAck, RpData, RpError
from tests.ipsmgw.asked import octets
from tests.ipsmgw.broken import Table, sound
from tests.ipsmgw.node import IMSI, Node, Sip

__all__ = [
    "AS",
    "DEVICE",
    "PHONE",
    "UE",
    "answer",
    "crash",
    "deliver_in",
    "delivered",
    "gateway",
    "join",
    "joined",
    "message",
    "ring",
    "rows",
    "table",
]

UE = f"ue-{IMSI}"
PHONE = Address(addr_type=AddressType.UE, addr=UE)
DEVICE = Address(addr_type=AddressType.UE, addr="device-7")
AS = Address(addr_type=AddressType.AS, addr="meter")


def table(**changed: object) -> Table:
    """Only what MSGin5G has to have, and this."""
    found = sound()
    assert isinstance(found["map"], dict)
    found["map"]["registration"] = "none"
    found["msgin5g"] = {
        "enabled": True,
        "service_id": "gw",
        "server": "http://server:80",
        "listen": "127.0.0.11:8082",
        "credential": "secret",
        **changed,
    }
    return found


def gateway(**changed: object) -> Node:
    return Node(table(**changed))


def joined(**changed: object) -> Node:
    """With alice in the service."""
    node = gateway(**changed)
    join(node)
    node.server.take()
    return node


def join(node: Node, expires: int = 6000) -> None:
    """Alice registers in the IMS, or leaves it; the server hears of it."""
    node.register(expires=expires)
    node.exchange()
    node.sip = [each for each in node.sip if each.line.startswith("MESSAGE")]


def rows(node: Node) -> TableStore:
    """What a restart would find."""
    node.gateway.driver.turn(lambda now: None)
    return TableStore(node.database)


def crash(node: Node) -> None:
    """The gateway is gone at once, with what was not on disk; and the next one begins."""
    node.gateway.driver.close()
    node.watch.alarms.clear()
    node.paper = node.paper.crash()
    node.born()
    node.exchange()


def message(msg_id: str = "m1", payload: str = "21 °C", *, report: bool = True) -> L3gMessageDelivery:
    """From the device to alice."""
    return L3gMessageDelivery(
        ori_addr=DEVICE,
        dest_addr=PHONE,
        msg_id=MessageId(msg_id),
        payload=payload,
        deliv_st_req_ind=report,
    )


def ring(node: Node) -> list[Sip]:
    """MESSAGEs that have come to her phone, each once, however often it was sent."""
    came = [each for each in node.take_sip() if each.line.startswith("MESSAGE")]
    return list({each.headers["Call-ID"]: each for each in came}.values())


def answer(node: Node, came: Sip, cause: int | None = None) -> None:
    """Her phone takes it, or refuses it with this cause; and the disk does its work."""
    reference = came.rpdu.message_reference
    node.respond(came, 200)
    rpdu = RpAck(reference) if cause is None else RpError(reference, cause)
    node.message(octets(rpdu), reply_to=came.headers["Call-ID"])
    node.synced()


def delivered(node: Node) -> Iterator[Deliver]:
    """All parts of what comes, each taken by the phone."""
    while came := ring(node):
        assert len(came) == 1
        yield deliver_in(came[0])
        answer(node, came[0])


def deliver_in(came: Sip) -> Deliver:
    """What has come."""
    assert isinstance(came.rpdu, RpData)
    tpdu = decode(came.rpdu.user_data, direction=Direction.TO_UE)
    assert isinstance(tpdu, Deliver)
    return tpdu
