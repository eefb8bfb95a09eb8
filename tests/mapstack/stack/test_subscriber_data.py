"""insertSubscriberData within updateLocation: both sides invoke in one dialogue, in any version (§19.1.1)."""

import pytest

from mapstack import AddressString, Answered, Invoked, MapLimits, Operation
from mapstack.ber import element
from mapstack.events import PeerMisbehaved
from mapstack.map.location_management import UpdateLocationArg, UpdateLocationRes
from mapstack.map.operation import Parameter
from mapstack.map.operations import INSERT_SUBSCRIBER_DATA, UPDATE_LOCATION
from mapstack.map.subscriber_data import InsertSubscriberDataArg, InsertSubscriberDataRes
from mapstack.map.versions import arg_in
from mapstack.tcap.component import encode_invoke, encode_return_result
from mapstack.tcap.message import MessageType, encode_message
from tests.mapstack.stack.network import HLR, Network

NUMBER = AddressString("15550000003")
ARG = UpdateLocationArg(imsi="001010123456789", msc_number=NUMBER, vlr_number=NUMBER)
RES = UpdateLocationRes(hlr_number=AddressString("15550000001"))
DATA = InsertSubscriberDataArg(msisdn=AddressString("15551230001"))
FORMS: list[Operation] = [UPDATE_LOCATION]
while FORMS[-1].older is not None:
    FORMS.append(FORMS[-1].older)


def _only(events: list[object]) -> Invoked:
    (event,) = events
    assert isinstance(event, Invoked)
    return event


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_data_come_before_the_location_is_updated(form: Operation) -> None:
    network = Network()
    arg: Parameter | None = arg_in(UPDATE_LOCATION, form, ARG)
    assert arg is not None
    ours = network.sc.invoke(form, HLR, arg, network.now)
    update = _only([*network.exchange()[1]])
    for part in range(1, 4):
        assert network.hlr.invoke_in(update.dialogue, INSERT_SUBSCRIBER_DATA, DATA, network.now) == part
        data = _only([*network.exchange()[0]])
        assert (data.dialogue, data.operation.version, data.invoke_id) == (ours, form.version, part)
        network.sc.result(ours, InsertSubscriberDataRes(), network.now)
        (answered,) = network.exchange()[1]
        assert isinstance(answered, Answered)
        assert (answered.operation, answered.invoke_id) == (INSERT_SUBSCRIBER_DATA, part)
    network.hlr.result(update.dialogue, RES, network.now)
    (done,) = network.exchange()[0]
    assert isinstance(done, Answered)
    assert done.operation is form
    assert len(network.sc) == len(network.hlr) == 0


def test_data_may_be_inserted_all_at_once() -> None:
    network = Network()
    ours = network.sc.invoke(UPDATE_LOCATION, HLR, ARG, network.now)
    update = _only([*network.exchange()[1]])
    for _ in range(3):
        network.hlr.invoke_in(update.dialogue, INSERT_SUBSCRIBER_DATA, DATA, network.now)
    network.hlr.result(update.dialogue, RES, network.now)
    told = network.exchange()[0]
    assert [type(each) for each in told] == [Invoked, Invoked, Invoked, Answered]
    for invoke_id in (2, 1, 3):
        network.sc.result(ours, InsertSubscriberDataRes(), network.now, invoke_id=invoke_id)
    assert [type(each) for each in network.exchange()[1]] == [Answered] * 3
    assert len(network.sc) == len(network.hlr) == 0


def test_data_in_pieces_may_come_in_one_message_however_few_invokes_a_peer_may_begin_with() -> None:
    network = Network(limits=MapLimits(invokes=1))
    ours = network.sc.invoke(UPDATE_LOCATION, HLR, ARG, network.now)
    network.from_sc()
    pieces = b"".join(encode_invoke(each, INSERT_SUBSCRIBER_DATA.code, DATA.encode()) for each in range(9))
    tids = element(0x48, bytes(4)) + element(0x49, ours.to_bytes(4))
    goes_on = encode_message(MessageType.CONTINUE, tids, UPDATE_LOCATION.context.accept, pieces)
    told = network.to_sc(goes_on)
    assert [type(each) for each in told] == [Invoked] * 8 + [PeerMisbehaved]
    for each in range(8):
        network.sc.result(ours, InsertSubscriberDataRes(), network.now, invoke_id=each)


def test_what_comes_with_the_end_cannot_be_answered_and_is_not_told() -> None:
    network = Network()
    ours = network.sc.invoke(UPDATE_LOCATION, HLR, ARG, network.now)
    network.from_sc()
    invoke = encode_invoke(1, INSERT_SUBSCRIBER_DATA.code, DATA.encode())
    answer = encode_return_result(1, UPDATE_LOCATION.code, RES.encode())
    tids = element(0x49, ours.to_bytes(4))
    end = encode_message(MessageType.END, tids, UPDATE_LOCATION.context.accept, invoke + answer)
    assert [type(each) for each in network.to_sc(end)] == [PeerMisbehaved, Answered]
    assert len(network.sc) == 0


def test_nothing_of_a_dialogue_is_left_when_it_is_aborted() -> None:
    network = Network()
    network.sc.invoke(UPDATE_LOCATION, HLR, ARG, network.now)
    update = _only([*network.exchange()[1]])
    network.hlr.invoke_in(update.dialogue, INSERT_SUBSCRIBER_DATA, DATA, network.now)
    network.hlr.abort(update.dialogue, network.now)
    assert network.hlr._tcap.deadline() is None
