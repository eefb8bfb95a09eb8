"""An operation and the abort of its dialogue in one batch: no answer goes out (TS 29.002 §23.3.1)."""

import pytest

import mapstack
from mapstack import Gt, SccpAddress
from mapstack.asn1 import Sequence
from mapstack.map import (
    ALERT_SERVICE_CENTRE,
    MT_FORWARD_SM,
    SEND_ROUTING_INFO_FOR_SM,
    AddressString,
    AlertServiceCentreArg,
    MtForwardSmArg,
    RoutingInfoForSmArg,
    SmRpDa,
    SmRpOa,
)
from mapstack.map.operations import Operation
from mapstack.tcap.component import encode_invoke
from mapstack.tcap.message import MessageType, PAbortCause, encode_message, p_abort
from tests.ipsmgw.asked import records
from tests.ipsmgw.home import Home, found
from tests.ipsmgw.node import IMSI, Node

_OWN_TID = b"\x48\x04gmsc"
_CENTRE = AddressString("15550000014")
_FLOW = mapstack.Flow("tcp", ("127.0.0.1", 1), ("127.0.0.1", 2), "smsc")


class Hasty:
    """A GMSC that opens a dialogue without a word, asks when it may, and gives up in the same breath."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.heard: list[bytes] = []
        node.gateway.map.send = lambda batch: self.heard.extend(data for data, _ in batch)

    def say(self, *tcap: bytes) -> None:
        """In one batch."""
        peer, gateway = self._node.peer, SccpAddress(Gt("15550000011"), 8)
        for message in tcap:
            peer._sccp.unitdata(gateway, SccpAddress(Gt(_CENTRE.digits), 8), message, 100.0, sls=0)
        self._node.gateway.map.receive([(data, _FLOW) for data, _ in peer.take_output()])

    def ask_and_give_up(self, operation: Operation, arg: Sequence) -> None:
        self.say(encode_message(MessageType.BEGIN, _OWN_TID, operation.context.request, b""))
        (answer,) = self.heard
        at = answer.index(b"\x48\x04") + 2
        gateway = answer[at : at + 4]
        tids = _OWN_TID + b"\x49\x04" + gateway
        invoke = encode_invoke(1, operation.code, arg.encode_element())
        self.heard.clear()
        self.say(
            encode_message(MessageType.CONTINUE, tids, b"", invoke),
            p_abort(gateway, PAbortCause.RESOURCE_LIMITATION),
        )


@pytest.mark.parametrize(("imsi", "outcome"), [(IMSI, "abandonedByGMSC"), ("9" * 15, "imsDeregistered")])
def test_an_mt_whose_abort_came_with_it_is_recorded_and_not_answered(
    registered: Node, imsi: str, outcome: str
) -> None:
    gmsc = Hasty(registered)
    arg = MtForwardSmArg(
        sm_rp_da=SmRpDa(imsi=imsi), sm_rp_oa=SmRpOa(service_centre_address_oa=_CENTRE), sm_rp_ui=b"\x04"
    )
    gmsc.ask_and_give_up(MT_FORWARD_SM, arg)
    registered.synced()
    assert [record.outcome for record in records(registered)] == [outcome]
    assert (gmsc.heard, registered.gateway.open_work, registered.gateway.driver.bugs) == ([], 0, 0)


def test_an_operation_that_is_not_ours_is_not_refused_after_its_abort(registered: Node) -> None:
    gmsc = Hasty(registered)
    arg = AlertServiceCentreArg(msisdn=_CENTRE, service_centre_address=_CENTRE)
    gmsc.ask_and_give_up(ALERT_SERVICE_CENTRE, arg)
    assert (gmsc.heard, registered.gateway.driver.bugs) == ([], 0)


def test_who_has_asked_where_somebody_is_and_given_up_gets_no_correlation_id() -> None:
    home = Home()
    hears = home.node.gateway.map.send
    assert hears is not None
    gmsc = Hasty(home.node)
    arg = RoutingInfoForSmArg(msisdn=_CENTRE, sm_rp_pri=True, service_centre_address=_CENTRE)
    gmsc.ask_and_give_up(SEND_ROUTING_INFO_FOR_SM, arg)
    home.node.gateway.map.send = hears
    hears([(data, _FLOW) for data in gmsc.heard])
    home.hlr_says(found())
    gateway = home.node.gateway
    assert (gateway.status()["correlations"], gateway.kept, gateway.driver.bugs) == (0, 0, 0)
