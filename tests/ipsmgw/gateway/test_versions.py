"""SMS-GMSCs and service centres of older versions, and messages that follow each other in one dialogue."""

import pytest

from ipsmgw.store import TableStore
from mapstack import (
    MO_FORWARD_SM,
    MT_FORWARD_SM,
    Answered,
    ErrorCode,
    Gt,
    Invoked,
    MapOpenInfo,
    Operation,
    Refused,
    SccpAddress,
)
from mapstack.map import AddressString, MoForwardSmRes, MtForwardSmArg, MtForwardSmRes, SmRpDa, SmRpOa
from mapstack.map.operation import Parameter
from mapstack.map.versions import arg_in
from mapstack.tcap.dialogue_portion import Aare, encode_aare
from mapstack.tcap.machine import Input
from sipbridge.rp import Direction, RpAck, RpAddress, RpData
from tests.ipsmgw.node import IMSI, Node, Sip

CENTRE = AddressString("15550000014")
GATEWAY = SccpAddress(Gt("15550000011"), 8)
DONE = MtForwardSmRes(sm_rp_ui=b"\x00\x00")
FIRST = MtForwardSmArg(
    sm_rp_da=SmRpDa(imsi=IMSI),
    sm_rp_oa=SmRpOa(service_centre_address_oa=CENTRE),
    sm_rp_ui=b"\x04\x01",
    more_messages_to_send=True,
)
NEXT = MtForwardSmArg(
    sm_rp_da=SmRpDa(no_sm_rp_da=True), sm_rp_oa=SmRpOa(no_sm_rp_oa=True), sm_rp_ui=b"\x04\x02"
)
ALONE = MtForwardSmArg(
    sm_rp_da=SmRpDa(imsi=IMSI), sm_rp_oa=SmRpOa(service_centre_address_oa=CENTRE), sm_rp_ui=b"\x04\x03"
)
V2 = MT_FORWARD_SM.older
V1 = V2.older if V2 else None


def _in(form: Operation, arg: Parameter) -> Parameter:
    said = arg_in(MT_FORWARD_SM, form, arg)
    assert said is not None
    return said


def _message(node: Node) -> Sip:
    (message,) = [each for each in node.take_sip() if each.line.startswith("MESSAGE")]
    return message


def _taken(node: Node) -> bytes:
    """The phone takes a message: which."""
    message = _message(node)
    rpdu = message.rpdu
    assert isinstance(rpdu, RpData)
    node.respond(message, 200)
    report = RpAck(rpdu.message_reference, b"\x00\x00").encode(Direction.MS_TO_NETWORK)
    node.message(report, reply_to=message.headers["Call-ID"])
    node.synced()
    node.take_sip()
    return rpdu.user_data or b""


@pytest.mark.parametrize("form", [V2, V1], ids=str)
def test_a_gmsc_of_an_older_version_is_answered_in_it(registered: Node, form: Operation) -> None:
    dialogue = registered.peer.invoke(form, GATEWAY, _in(form, ALONE), registered.watch.time)
    registered.exchange()
    assert _taken(registered) == b"\x04\x03"
    assert registered.told == [Answered(dialogue, form, None)]


@pytest.mark.parametrize("form", [V2, V1], ids=str)
def test_a_gmsc_of_an_older_version_is_refused_in_it(node: Node, form: Operation) -> None:
    dialogue = node.peer.invoke(form, GATEWAY, _in(form, ALONE), node.watch.time)
    node.exchange()
    node.synced()
    (refused,) = [each for each in node.told if isinstance(each, Refused)]
    assert (refused.dialogue, refused.operation) == (dialogue, form)
    assert refused.error.code in form.errors
    assert refused.error.code == ErrorCode.ABSENT_SUBSCRIBER


@pytest.mark.parametrize("form", [MT_FORWARD_SM, V2], ids=str)
def test_two_messages_in_one_dialogue_are_delivered_one_after_the_other(
    registered: Node, form: Operation
) -> None:
    peer, now = registered.peer, registered.watch.time
    result = DONE if form is MT_FORWARD_SM else None
    dialogue = peer.invoke(form, GATEWAY, _in(form, FIRST), now)
    registered.exchange()
    assert _taken(registered) == b"\x04\x01"
    assert registered.told == [Answered(dialogue, form, result, goes_on=True)]
    peer.invoke_in(dialogue, form, _in(form, NEXT), now)
    registered.exchange()
    assert _taken(registered) == b"\x04\x02"
    assert registered.told[1:] == [Answered(dialogue, form, result, 2)]
    assert registered.gateway.kept == registered.gateway.open_exchanges == len(peer) == 0


def test_the_last_of_several_may_name_everybody_again(registered: Node) -> None:
    dialogue = registered.peer.invoke(MT_FORWARD_SM, GATEWAY, FIRST, registered.watch.time)
    registered.exchange()
    _taken(registered)
    registered.peer.invoke_in(dialogue, MT_FORWARD_SM, ALONE, registered.watch.time)
    registered.exchange()
    _taken(registered)
    assert registered.gateway.kept == registered.gateway.open_exchanges == len(registered.peer) == 0


def test_a_message_that_is_announced_and_never_comes_is_forgotten(registered: Node) -> None:
    registered.peer.invoke(MT_FORWARD_SM, GATEWAY, FIRST, registered.watch.time)
    registered.exchange()
    _taken(registered)
    assert registered.gateway.kept == 1
    registered.pass_time(61)
    assert registered.gateway.kept == 0


def test_a_refused_message_ends_the_series(node: Node) -> None:
    node.peer.invoke(MT_FORWARD_SM, GATEWAY, FIRST, node.watch.time)
    node.exchange()
    node.synced()
    assert [type(each) for each in node.told][-1] is Refused
    assert node.gateway.kept == len(node.peer) == 0


def test_a_message_for_nobody_is_refused(registered: Node) -> None:
    registered.peer.invoke(MT_FORWARD_SM, GATEWAY, NEXT, registered.watch.time)
    registered.exchange()
    registered.synced()
    (refused,) = registered.told
    assert isinstance(refused, Refused)
    assert refused.error.code == ErrorCode.UNEXPECTED_DATA_VALUE


def test_with_an_lmsi_the_subscriber_is_the_destination_reference(registered: Node) -> None:
    """TS 29.002 §23.3.1."""
    arg = MtForwardSmArg(sm_rp_da=SmRpDa(lmsi=b"\1\2\3\4"), sm_rp_oa=ALONE.sm_rp_oa, sm_rp_ui=b"\x04\x05")
    opened = MapOpenInfo(destination_reference=AddressString(IMSI, 1, 6))
    registered.peer.invoke(MT_FORWARD_SM, GATEWAY, arg, registered.watch.time, map_open=opened)
    registered.exchange()
    assert _taken(registered) == b"\x04\x05"


def _refuse_newest(node: Node) -> None:
    """The service centre does not know version 3; the end of its dialogue is all that the gateway hears."""
    (asked,) = [each for each in node.told if isinstance(each, Invoked)]
    node.told.clear()
    aare = encode_aare(Aare((*asked.operation.context.oid[:-1], 2), 1, 2))
    tcap, now = node.peer._tcap, node.watch.time
    tcap.request(tcap.dialogue(asked.dialogue), Input.TC_U_ABORT, b"", now, portion=aare)
    node.exchange()


def test_a_service_centre_of_an_older_version_is_asked_in_it_and_remembered(registered: Node) -> None:
    submit = RpData(5, RpAddress("15550000014"), b"\x01\x00\x00\x00\x00\x00\x00")
    registered.message(submit.encode(Direction.MS_TO_NETWORK))
    _refuse_newest(registered)
    (again,) = registered.told
    assert isinstance(again, Invoked)
    assert again.operation is MO_FORWARD_SM.older
    registered.peer.result(again.dialogue, MoForwardSmRes(sm_rp_ui=b"\x01\x00"), registered.watch.time)
    registered.exchange()
    registered.synced()
    assert registered.take_sip()[-1].rpdu == RpAck(5, None)
    (known,) = TableStore(registered.database).peer_versions()
    assert (known.peer, known.context, known.version) == ("15550000014", "shortMsgMO-RelayContext", 2)

    registered.told.clear()
    registered.gateway.close()


def test_what_is_known_of_a_service_centre_outlives_the_gateway(registered: Node) -> None:
    submit = RpData(5, RpAddress("15550000014"), b"\x01\x00\x00\x00\x00\x00\x00")
    registered.message(submit.encode(Direction.MS_TO_NETWORK))
    _refuse_newest(registered)
    (again,) = registered.told
    assert isinstance(again, Invoked)
    registered.peer.result(again.dialogue, None, registered.watch.time)
    registered.exchange()
    registered.synced()
    registered.told.clear()
    registered.born()
    registered.message(submit.encode(Direction.MS_TO_NETWORK))
    asked = [each.operation for each in registered.told if isinstance(each, Invoked)]
    assert MO_FORWARD_SM.older in asked
    assert MO_FORWARD_SM not in asked
