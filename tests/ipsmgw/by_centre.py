"""A gateway with a service centre for ESMEs, and alice, who is in the service and not in the IMS."""

from collections.abc import Mapping
from types import MappingProxyType

from msgin5g_bridge.apis import DELIVER_REPORT, L3G_DELIVER_MESSAGE
from msgin5g_bridge.l3gdelivery import L3gMessageDelivery
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, ReportDeliveryStatus
from tests.ipsmgw.msgin5g import gateway, join
from tests.ipsmgw.node import Node

__all__ = ["LONG", "SMPP", "away", "post", "reports"]

SMPP = {"server": "127.0.0.14:2775", "system_id": "mgw", "password": "secret"}
NOTHING: Mapping[str, object] = MappingProxyType({})
LONG = "It goes on and on. " * 12


def away(msgin5g: Mapping[str, object] = NOTHING, /, **smpp: object) -> Node:
    """Alice has been in the service, and has left the IMS; the service centre is there."""
    node = gateway(smpp=SMPP | smpp, pool=["15559001"], **msgin5g)
    node.centre.up(node.watch.time)
    join(node)
    join(node, expires=0)
    node.server.take()
    return node


def post(node: Node, said: L3gMessageDelivery) -> None:
    status = node.server.deliver(L3G_DELIVER_MESSAGE, said)
    node.exchange()
    assert status().status == 204


def reports(node: Node) -> list[str]:
    """What the server has heard: nothing for a success, else the cause."""
    node.exchange()
    told = [each for each in node.server.take(DELIVER_REPORT) if isinstance(each, DeliveryStatusReport)]
    for each in told:
        assert (each.deliv_st == ReportDeliveryStatus.REPT_DELY_SUCCESS) != bool(each.failure_cause)
    return [str(each.failure_cause or "") for each in told]
