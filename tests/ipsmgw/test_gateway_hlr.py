"""The ways of telling the HLR, at the gateway with its real stacks (TR 23.804 §8.7; TS 29.002 §8)."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from ipsmgw.store import HlrState
from mapstack import Answered, ErrorCode, Gt, Invoked, MapError, Operation, Refused, SccpAddress
from mapstack.ber import element
from mapstack.m3ua.data import protocol_data
from mapstack.m3ua.message import decode
from mapstack.map import AddressString, AnyTimeModificationArg, RoamingNotAllowedParam
from mapstack.map.application_contexts import SUBSCRIBER_DATA_MNGT_V3
from mapstack.map.error_parameters import RoamingNotAllowedCause
from mapstack.map.location_management import (
    CancelLocationArg,
    CancelLocationRes,
    Identity,
    ImsiWithLmsi,
    PurgeMsArg,
    PurgeMsRes,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
)
from mapstack.map.operation import Parameter
from mapstack.map.operations import CANCEL_LOCATION, DELETE_SUBSCRIBER_DATA, INSERT_SUBSCRIBER_DATA
from mapstack.map.subscriber_data import (
    DeleteSubscriberDataArg,
    DeleteSubscriberDataRes,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
)
from mapstack.sccp.message import decode_udt
from mapstack.tcap.component import Component, ComponentType, decode_components, encode_invoke
from mapstack.tcap.message import MessageType, decode_message, encode_message
from tests.ipsmgw.asked import SUBMIT, invoked, octets, records, statuses
from tests.ipsmgw.broken import Table, sound
from tests.ipsmgw.node import ALICE, IMSI, MSISDN, Node

ONLY_IMSI = f"imsi={IMSI}"
OTHER = "15557654321"


def configured(**changed: object) -> Table:
    table = sound()
    sip, section = table["sip"], table["map"]
    assert isinstance(sip, dict)
    assert isinstance(section, dict)
    sip["service_info"] = "imsi={imsi}"
    section.update(changed)
    return table


def sgsn(**changed: object) -> Node:
    return Node(configured(registration="updateGprsLocation", hlr="15550000014", **changed))


def hlr_state(node: Node) -> list[tuple[str, str]]:
    return list(node.database.read("SELECT hlr, msisdn FROM binding", tuple[str, str]))


def one(node: Node) -> Invoked:
    (event,) = invoked(node)
    return event


def insert(node: Node, dialogue: int, msisdn: str | None = MSISDN) -> None:
    """The HLR tells the data of the subscriber in the dialogue of the location update."""
    arg = InsertSubscriberDataArg(msisdn=AddressString(msisdn) if msisdn else None)
    node.peer.invoke_in(dialogue, INSERT_SUBSCRIBER_DATA, arg, node.watch.time)
    node.exchange()


def accept(node: Node, dialogue: int) -> None:
    number = AddressString("15550000014")
    node.peer.result(dialogue, UpdateGprsLocationRes(hlr_number=number), node.watch.time)
    node.exchange()


def refuse(node: Node, dialogue: int, error: MapError) -> None:
    node.peer.error(dialogue, error, node.watch.time)
    node.exchange()


def located(**changed: object) -> Node:
    """Alice is registered, and the HLR has this node for her SGSN."""
    node = sgsn(**changed)
    node.register(info=ONLY_IMSI)
    dialogue = one(node).dialogue
    insert(node, dialogue)
    accept(node, dialogue)
    node.take_sip()
    node.told.clear()
    return node


def ask(node: Node, operation: Operation, arg: Parameter, ssn: int = 149) -> Answered | Refused:
    """The HLR asks in a dialogue of its own."""
    node.peer.invoke(operation, SccpAddress(Gt("15550000011"), ssn), arg, node.watch.time, calling_ssn=6)
    node.exchange()
    (outcome,) = [event for event in node.told if isinstance(event, Answered | Refused)]
    node.told.clear()
    return outcome


def refusal(outcome: Answered | Refused) -> int:
    assert isinstance(outcome, Refused)
    return outcome.error.code


# updateGprsLocation


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (None, "047f00000b"),
        ("192.0.2.7", "04c0000207"),
        ("2001:db8::7", "5020010db8000000000000000000000007"),
    ],
)
def test_the_hlr_hears_of_an_sgsn_with_our_number_and_address(address: str | None, said: str) -> None:
    node = sgsn(**({} if address is None else {"sgsn_address": address}))
    node.register(info=ONLY_IMSI)
    event = one(node)
    assert event.arg == UpdateGprsLocationArg(
        imsi=IMSI, sgsn_number=AddressString("15550000011"), sgsn_address=bytes.fromhex(said)
    )
    assert (event.called.ssn, event.calling.ssn) == (6, 149)


def test_without_a_number_the_hlr_is_found_by_the_imsi() -> None:
    table = configured(registration="updateGprsLocation")
    section = table["map"]
    assert isinstance(section, dict)
    section["route"] = [{"prefix": "0", "point_code": 14}]
    node = Node(table)
    node.register(info=ONLY_IMSI)
    assert one(node).called.gt == Gt(IMSI, plan=6)


def test_the_msisdn_is_what_the_hlr_tells_and_the_messages_go_under_it() -> None:
    node = sgsn()
    node.register(info=ONLY_IMSI)
    dialogue = one(node).dialogue
    assert hlr_state(node) == [(HlrState.ACTIVATING, "")]
    node.message(octets(SUBMIT))
    node.synced()
    assert records(node)[-1].outcome == "msisdnUnknown"
    node.told.clear()
    insert(node, dialogue)
    (answer,) = [event for event in node.told if isinstance(event, Answered)]
    assert answer.result == InsertSubscriberDataRes()
    accept(node, dialogue)
    assert hlr_state(node) == [(HlrState.ACTIVE, MSISDN)]
    node.pass_time(100.0)
    assert invoked(node) == []
    node.message(octets(SUBMIT), call_id="second")
    assert [event.operation.name for event in invoked(node)] == ["mo-ForwardSM"]


def test_an_hlr_that_tells_no_data_is_believed_too() -> None:
    node = sgsn()
    node.register(info=f"imsi={IMSI}")
    accept(node, one(node).dialogue)
    assert hlr_state(node) == [(HlrState.ACTIVE, "")]


def test_the_hlr_knows_better_than_the_s_cscf() -> None:
    table = configured(registration="updateGprsLocation", hlr="15550000014")
    sip = table["sip"]
    assert isinstance(sip, dict)
    sip["service_info"] = "imsi={imsi};msisdn={msisdn}"
    node = Node(table)
    node.register(info=f"imsi={IMSI};msisdn={OTHER}")
    assert hlr_state(node) == [(HlrState.ACTIVATING, OTHER)]
    dialogue = one(node).dialogue
    insert(node, dialogue)
    accept(node, dialogue)
    node.register(info=f"imsi={IMSI};msisdn={OTHER}")
    assert invoked(node) == []
    assert hlr_state(node) == [(HlrState.ACTIVE, MSISDN)]


def test_the_end_of_a_registration_is_purge_ms() -> None:
    node = located()
    node.register(expires=0, info=ONLY_IMSI)
    event = one(node)
    assert event.arg == PurgeMsArg(imsi=IMSI, sgsn_number=AddressString("15550000011"))
    node.peer.result(event.dialogue, PurgeMsRes(freeze_p_tmsi=True), node.watch.time)
    node.exchange()
    assert hlr_state(node) == []


@pytest.mark.parametrize(
    "error",
    [
        MapError(ErrorCode.UNKNOWN_SUBSCRIBER),
        MapError(
            ErrorCode.ROAMING_NOT_ALLOWED,
            RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.PLMN_ROAMING_NOT_ALLOWED),
        ),
        MapError(ErrorCode.UNEXPECTED_DATA_VALUE),
    ],
)
def test_a_location_that_is_refused_is_not_asked_for_again(error: MapError) -> None:
    node = sgsn()
    node.register(info=ONLY_IMSI)
    refuse(node, one(node).dialogue, error)
    assert hlr_state(node) == [(HlrState.REFUSED, "")]
    node.pass_time(100.0)
    assert invoked(node) == []


def test_an_hlr_that_has_failed_is_asked_again() -> None:
    """TS 29.002 §7.6.1: systemFailure says nothing of the subscriber."""
    node = sgsn()
    node.register(info=ONLY_IMSI)
    refuse(node, one(node).dialogue, MapError(ErrorCode.SYSTEM_FAILURE))
    assert hlr_state(node) == [(HlrState.ACTIVATING, "")]
    node.pass_time(30.0)
    assert isinstance(one(node).arg, UpdateGprsLocationArg)


# What an SGSN is told


def test_a_new_msisdn_is_taken() -> None:
    node = located()
    arg = InsertSubscriberDataArg(imsi=IMSI, msisdn=AddressString(OTHER))
    outcome = ask(node, INSERT_SUBSCRIBER_DATA, arg)
    assert isinstance(outcome, Answered)
    assert outcome.result == InsertSubscriberDataRes()
    assert hlr_state(node) == [(HlrState.ACTIVE, OTHER)]


@pytest.mark.parametrize(
    ("arg", "code"),
    [
        (InsertSubscriberDataArg(msisdn=AddressString(OTHER)), ErrorCode.DATA_MISSING),
        (InsertSubscriberDataArg(imsi="001019999999999"), ErrorCode.UNIDENTIFIED_SUBSCRIBER),
        (InsertSubscriberDataArg(imsi=IMSI, msisdn=AddressString("1555*")), ErrorCode.UNEXPECTED_DATA_VALUE),
    ],
)
def test_data_that_are_nobodys_or_make_no_sense_are_refused(
    arg: InsertSubscriberDataArg, code: ErrorCode
) -> None:
    node = located()
    assert refusal(ask(node, INSERT_SUBSCRIBER_DATA, arg)) == code
    assert hlr_state(node) == [(HlrState.ACTIVE, MSISDN)]


def test_data_in_pieces_may_begin_a_dialogue_of_the_hlr() -> None:
    """TS 29.002 §8.8.1: each piece is an invoke, and is answered."""
    node = located()
    number = AddressString(OTHER)
    pieces = (
        InsertSubscriberDataArg(imsi=IMSI, category=b"\x0a"),
        InsertSubscriberDataArg(imsi=IMSI, msisdn=number),
    )
    code = INSERT_SUBSCRIBER_DATA.code
    invokes = b"".join(encode_invoke(n, code, piece.encode()) for n, piece in enumerate(pieces, 1))
    portion = SUBSCRIBER_DATA_MNGT_V3.request
    begin = encode_message(MessageType.BEGIN, element(0x48, b"\0\0\0\7"), portion, invokes)
    gateway, hlr = SccpAddress(Gt("15550000011"), 149), SccpAddress(Gt("15550000014"), 6)
    node.peer._sccp.unitdata(gateway, hlr, begin, node.watch.time, sls=0)
    heard: list[bytes] = []
    node.gateway.map.send = lambda batch: heard.extend(data for data, _ in batch)
    node.exchange()
    assert [component.kind for component in answers(heard)] == [ComponentType.RETURN_RESULT_LAST] * 2
    assert hlr_state(node) == [(HlrState.ACTIVE, OTHER)]


def answers(heard: Iterable[bytes]) -> list[Component]:
    """The components in what the gateway has sent, M3UA and SCCP around them."""
    found = []
    for data in heard:
        _, _, _, user = decode_udt(protocol_data(decode(data)).data)
        message = decode_message(user)
        found += decode_components(user, message.start, message.stop)
    return found


def test_data_that_are_deleted_are_none_that_were_kept() -> None:
    node = located()
    outcome = ask(node, DELETE_SUBSCRIBER_DATA, DeleteSubscriberDataArg(imsi=IMSI, ss_list=[b"\x11"]))
    assert isinstance(outcome, Answered)
    assert outcome.result == DeleteSubscriberDataRes()
    stranger = DeleteSubscriberDataArg(imsi="001019999999999")
    assert refusal(ask(node, DELETE_SUBSCRIBER_DATA, stranger)) == ErrorCode.UNIDENTIFIED_SUBSCRIBER


@pytest.mark.parametrize(
    "identity",
    [Identity(imsi=IMSI), Identity(imsi_with_lmsi=ImsiWithLmsi(imsi=IMSI, lmsi=bytes(4)))],
)
def test_what_the_hlr_cancels_has_ended_and_the_hlr_is_not_told(identity: Identity) -> None:
    node = located()
    node.register("sip:alice2@ims.example", info=ONLY_IMSI)
    dialogue = one(node).dialogue
    accept(node, dialogue)
    node.told.clear()
    outcome = ask(node, CANCEL_LOCATION, CancelLocationArg(identity=identity))
    assert isinstance(outcome, Answered)
    assert outcome.result == CancelLocationRes()
    assert hlr_state(node) == []
    node.pass_time(1000.0)
    assert invoked(node) == []


def test_a_location_of_nobody_has_been_cancelled_already() -> None:
    node = located()
    arg = CancelLocationArg(identity=Identity(imsi="001019999999999"))
    assert isinstance(ask(node, CANCEL_LOCATION, arg), Answered)
    assert hlr_state(node) == [(HlrState.ACTIVE, MSISDN)]


def test_what_is_cancelled_while_the_hlr_is_being_told_of_it_is_purged_in_the_end() -> None:
    node = sgsn()
    node.register(info=ONLY_IMSI)
    dialogue = one(node).dialogue
    ask(node, CANCEL_LOCATION, CancelLocationArg(identity=Identity(imsi=IMSI)))
    assert hlr_state(node) == [(HlrState.DEACTIVATING, "")]
    accept(node, dialogue)
    node.pass_time(0.0)
    event = one(node)
    assert isinstance(event.arg, PurgeMsArg)
    node.peer.result(event.dialogue, PurgeMsRes(), node.watch.time)
    node.exchange()
    assert hlr_state(node) == []


def test_who_is_no_sgsn_is_told_nothing(registered: Node) -> None:
    """Else anybody in the network could end a registration."""
    asked: Iterable[tuple[Operation, Parameter]] = (
        (CANCEL_LOCATION, CancelLocationArg(identity=Identity(imsi=IMSI))),
        (INSERT_SUBSCRIBER_DATA, InsertSubscriberDataArg(imsi=IMSI, msisdn=AddressString(OTHER))),
        (DELETE_SUBSCRIBER_DATA, DeleteSubscriberDataArg(imsi=IMSI)),
    )
    for operation, arg in asked:
        assert refusal(ask(registered, operation, arg)) == ErrorCode.UNEXPECTED_DATA_VALUE
    assert hlr_state(registered) == [(HlrState.ACTIVE, MSISDN)]


# None, and who differs


def test_an_hlr_that_has_our_address_hears_nothing() -> None:
    node = Node(configured(registration="none", subscriber=[{"imsi": IMSI, "msisdn": MSISDN}]))
    node.register(info=ONLY_IMSI)
    assert statuses(node) == [200]
    assert hlr_state(node) == [(HlrState.ACTIVE, MSISDN)]
    node.register(expires=0, info=ONLY_IMSI)
    assert hlr_state(node) == []
    node.register(info=ONLY_IMSI)
    node.pass_time(700.0)
    assert hlr_state(node) == []
    assert invoked(node) == []


def test_who_has_no_msisdn_and_will_get_none_is_refused() -> None:
    node = Node(configured(registration="none", subscriber=[{"imsi": IMSI[:6]}]))
    node.register(info=ONLY_IMSI)
    assert statuses(node) == [403]


def test_subscribers_may_differ_by_the_longest_imsi() -> None:
    subscribers = [
        {"imsi": "00101", "registration": "none"},
        {"imsi": IMSI[:-1], "registration": "updateGprsLocation"},
        {"imsi": IMSI, "msisdn": MSISDN},
    ]
    node = Node(configured(subscriber=subscribers, hlr="15550000014"))
    node.register(info=ONLY_IMSI)
    assert isinstance(one(node).arg, UpdateGprsLocationArg)
    assert hlr_state(node) == [(HlrState.ACTIVATING, MSISDN)]
    node.register("sip:bob@ims.example", info="imsi=001010000000099")
    assert statuses(node) == [200, 403]
    node.register("sip:carol@ims.example", info="imsi=001020000000001")
    assert statuses(node) == [403]


def test_numbers_may_come_from_a_file_and_the_table_of_one_goes_before(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"# IMSI,MSISDN\n{IMSI},+{OTHER}\n\n001010000000002, 15557650002\n")
    node = Node(configured(msisdn_file=str(file), subscriber=[{"imsi": IMSI, "msisdn": MSISDN}]))
    node.register(info=ONLY_IMSI)
    node.register("sip:bob@ims.example", info="imsi=001010000000002")
    assert sorted(msisdn for _, msisdn in hlr_state(node)) == sorted([MSISDN, "15557650002"])


def test_others_are_told_of_as_usual() -> None:
    node = Node(configured(subscriber=[{"imsi": IMSI, "msisdn": MSISDN}]))
    node.register(ALICE, info=ONLY_IMSI)
    assert isinstance(one(node).arg, AnyTimeModificationArg)
