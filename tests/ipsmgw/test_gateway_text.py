"""The gateway between phones that write plain text and a service centre that has short messages."""

import pytest

from ipsmgw.cause import Cause
from ipsmgw.map_error import error_of
from ipsmgw.settings import BadSettings, parse
from ipsmgw.sms import Address, Deliver, DeliverReport, Direction, FailureCause, Submit, Timestamp, compose
from ipsmgw.sms import decode as decode_tpdu
from ipsmgw.sms import text as text_of
from mapstack import Answered, Invoked, Refused
from mapstack.map import (
    MT_FORWARD_SM,
    ModificationInstruction,
    MoForwardSmArg,
    MoForwardSmRes,
    MtForwardSmRes,
    SmDeliveryFailureCause,
)
from sipbridge.rp import RpData
from tests.ipsmgw.asked import SUBMIT, invoked, news, octets, records, statuses
from tests.ipsmgw.broken import Table, sound, toml
from tests.ipsmgw.node import ALICE, Node, Sip
from tests.ipsmgw.test_gateway_hlr import ONLY_IMSI, configured

CENTRE = "15550000014"
BOB = "tel:+15557654321"


def on(**more: object) -> Table:
    return sound() | {"text": {"enabled": True, "service_centre": CENTRE}} | more


@pytest.fixture
def node() -> Node:
    node = Node(on())
    node.register()
    for dialogue, _ in news(node):
        node.confirm(dialogue)
    node.take_sip()
    return node


def write(node: Node, text: str, to: str = BOB, *, call_id: str = "t1", sender: str = ALICE) -> None:
    lines = [
        f"From: <{sender}>;tag=1", f"To: <{to}>", f"Call-ID: {call_id}", f"P-Asserted-Identity: <{sender}>",
        "Content-Type: text/plain;charset=utf-8",
    ]  # fmt: skip
    node.request("MESSAGE", lines, text.encode(), uri=to)


def submitted(node: Node) -> list[tuple[Invoked, MoForwardSmArg]]:
    return [(event, event.arg) for event in invoked(node) if isinstance(event.arg, MoForwardSmArg)]


def take(node: Node, event: Invoked) -> None:
    node.peer.result(event.dialogue, MoForwardSmRes(), node.watch.time)
    node.exchange()


# From the phone


def test_a_text_is_answered_once_the_sc_has_it_and_the_record_is_on_disk(node: Node) -> None:
    write(node, "Grüße")
    ((event, arg),) = submitted(node)
    assert arg.sm_rp_da.service_centre_address_da is not None
    assert arg.sm_rp_da.service_centre_address_da.digits == CENTRE
    submit = decode_tpdu(arg.sm_rp_ui, direction=Direction.FROM_UE)
    assert isinstance(submit, Submit)
    assert (submit.tp_da.text, text_of(submit)) == ("+15557654321", "Grüße")
    take(node, event)
    assert node.take_sip() == []
    node.synced()
    assert statuses(node) == [202]
    (record,) = records(node)
    assert (record.record, record.outcome, record.call_id, record.other) == (
        "ISMSMO", "delivered", "t1", "15557654321",
    )  # fmt: skip
    assert node.gateway.kept == node.gateway.open_work == 0


def test_a_long_text_is_answered_when_the_sc_has_all_of_it(node: Node) -> None:
    write(node, "a long text " * 40)
    events = submitted(node)
    assert len(events) == 4
    for event, _ in reversed(events):
        assert node.take_sip() == []
        take(node, event)
        node.synced()
    assert statuses(node) == [202]
    assert [record.outcome for record in records(node)] == ["delivered"] * 4
    assert {record.call_id for record in records(node)} == {"t1"}


def test_a_text_of_which_the_sc_refuses_a_part_is_refused(node: Node) -> None:
    write(node, "a long text " * 20)
    (first, _), (second, _) = submitted(node)
    take(node, first)
    node.peer.error(second.dialogue, error_of(Cause.SC_CONGESTION), node.watch.time)
    node.exchange()
    node.synced()
    (answer,) = node.take_sip()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert sorted(record.outcome for record in records(node)) == ["delivered", "sc-Congestion"]


def test_a_text_of_somebody_whose_number_the_hlr_has_not_told_is_refused() -> None:
    table = configured(registration="updateGprsLocation", hlr=CENTRE)
    node = Node(table | {"text": {"enabled": True, "service_centre": CENTRE}})
    node.register(info=ONLY_IMSI)
    node.take_sip()
    write(node, "a long text " * 20)
    node.synced()
    assert statuses(node) == [Cause.MSISDN_UNKNOWN.sip_status]
    assert node.gateway.kept == 0


def test_an_sc_that_is_silent_is_a_time_out_before_the_phone_gives_up(node: Node) -> None:
    write(node, "hello")
    node.pass_time(30.0)
    node.synced()
    assert [status for status in statuses(node) if status >= 200] == [504]
    assert records(node)[0].outcome == "networkOutOfOrder"


def test_a_text_of_somebody_else_is_not_taken_for_one_that_has_gone(node: Node) -> None:
    for sender in (ALICE, "tel:+15551234599"):
        lines = [
            f"From: <{sender}>;tag=1", f"To: <{BOB}>", "Call-ID: t1", f"P-Asserted-Identity: <{sender}>",
            "Content-Type: text/plain",
        ]  # fmt: skip
        node.request("MESSAGE", lines, b"hello", uri=BOB, cseq=7)
    assert len(submitted(node)) == 2


def test_a_text_that_comes_by_two_ways_is_sent_once_and_answered_on_both(node: Node) -> None:
    def again(branch: str) -> None:
        lines = [
            f"From: <{ALICE}>;tag=1", f"To: <{BOB}>", "Call-ID: t1", f"P-Asserted-Identity: <{ALICE}>",
            "Content-Type: text/plain",
        ]  # fmt: skip
        node.request("MESSAGE", lines, b"hello", uri=BOB, cseq=7, branch=branch)

    again("z9hG4bKa")
    again("z9hG4bKb")
    ((event, _),) = submitted(node)
    take(node, event)
    node.synced()
    assert statuses(node) == [202, 202]
    again("z9hG4bKc")
    assert statuses(node) == [202]
    assert submitted(node) == []
    assert len(records(node)) == 1


@pytest.mark.parametrize(("text", "to", "sender", "status"), [
    ("hello", "sip:bob@ims.example", ALICE, 404),
    ("hello", BOB, "sip:stranger@ims.example", 403),
    ("x" * (152 * 255 + 1), BOB, ALICE, 513),
])  # fmt: skip
def test_what_can_be_no_short_message_is_refused_at_once(
    node: Node, text: str, to: str, sender: str, status: int
) -> None:
    write(node, text, to, sender=sender)
    assert statuses(node) == [status]
    assert submitted(node) == []
    assert records(node) == []


def test_a_text_that_there_is_no_room_for_is_refused_whole() -> None:
    node = Node(on(limits={"in_flight": 2}))
    node.register()
    node.take_sip()
    write(node, "a long text " * 40)
    (answer,) = node.take_sip()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert submitted(node) == []
    write(node, "short", call_id="t2")
    assert len(submitted(node)) == 1


def test_a_text_of_somebody_who_may_not_assert_is_refused(node: Node) -> None:
    lines = [
        f"From: <{ALICE}>;tag=1", f"To: <{BOB}>", "Call-ID: t1", f"P-Asserted-Identity: <{ALICE}>",
        "Content-Type: text/plain",
    ]  # fmt: skip
    node.request("MESSAGE", lines, b"hello", ("127.0.0.99", 5060))
    assert statuses(node) == [403]


def test_without_the_setting_a_text_is_not_accepted() -> None:
    node = Node()
    node.register()
    write(node, "hello")
    assert statuses(node) == [200, 415]


# To the phone


def tpdu(text: str = "hello", *, pid: int = 0) -> bytes:
    (part,) = compose(text)
    address = Address.international("15557654321")
    return Deliver.of(address, Timestamp(bytes(7)), udl=part.udl, ud=part.ud, dcs=part.dcs, pid=pid).encode()


def is_text(message: Sip) -> bool:
    return message.headers["Content-Type"].startswith("text/plain")


def as_text(node: Node, octets: bytes, refusal: int = 480) -> tuple[int, Sip]:
    """An mt-ForwardSM, and the text that it becomes when there is no device for it."""
    dialogue = node.deliver(tpdu=octets)
    (message,) = node.take_sip()
    assert isinstance(message.rpdu, RpData)
    node.respond(message, refusal)
    (text,) = node.take_sip()
    assert is_text(text)
    return dialogue, text


@pytest.mark.parametrize("refusal", [404, 415, 480, 488])
def test_who_has_no_device_for_short_messages_gets_text(node: Node, refusal: int) -> None:
    dialogue, text = as_text(node, tpdu("Grüße"), refusal)
    assert text.body.decode() == "Grüße"
    assert text.headers["P-Asserted-Identity"] == "<tel:+15557654321>"
    assert text.line == f"MESSAGE {ALICE} SIP/2.0"
    assert text.headers["Route"] == "<sip:127.0.0.12:5060;lr>"
    node.told.clear()
    node.respond(text, 200)
    assert node.told == []
    node.synced()
    assert node.told == [Answered(dialogue, MT_FORWARD_SM, MtForwardSmRes())]
    (record,) = records(node)
    assert (record.outcome, record.call_id) == ("delivered", text.headers["Call-ID"])
    assert node.gateway.kept == 0


def test_what_was_learned_of_a_device_is_remembered_until_it_is_wrong(node: Node) -> None:
    _, text = as_text(node, tpdu())
    node.respond(text, 200)
    node.synced()
    node.deliver(tpdu=tpdu("again"))
    (second,) = node.take_sip()
    assert is_text(second)
    node.respond(second, 415)
    node.synced()
    node.deliver(tpdu=tpdu("once more"))
    (third,) = node.take_sip()
    assert not is_text(third)


def test_a_device_that_takes_neither_is_told_of_with_its_answer(node: Node) -> None:
    _, text = as_text(node, tpdu())
    node.told.clear()
    node.respond(text, 480)
    node.synced()
    (refused,) = [event for event in node.told if isinstance(event, Refused)]
    assert refused.error == error_of(Cause.NOT_REGISTERED)
    assert [record.outcome for record in records(node)] == ["imsDeregistered"]


def test_a_device_that_does_not_answer_is_not_asked_again(node: Node) -> None:
    node.deliver(tpdu=tpdu())
    (message,) = node.take_sip()
    node.respond(message, 408)
    node.synced()
    assert node.take_sip() == []
    assert records(node)[0].outcome == "noResponseViaIPSMGW"


def test_what_is_no_text_is_refused_with_the_reason(node: Node) -> None:
    node.deliver(tpdu=tpdu(pid=0x40))
    (message,) = node.take_sip()
    node.told.clear()
    node.respond(message, 415)
    node.synced()
    (refused,) = [event for event in node.told if isinstance(event, Refused)]
    failure = refused.error.parameter
    assert isinstance(failure, SmDeliveryFailureCause)
    report = DeliverReport.of(fcs=FailureCause.SHORT_MESSAGE_TYPE_0_NOT_SUPPORTED).encode()
    assert failure.diagnostic_info == report
    (record,) = records(node)
    assert (record.outcome, record.call_id) == ("equipmentProtocolError", message.headers["Call-ID"])
    assert node.gateway.kept == 0


def test_a_device_that_says_it_has_no_short_messages_gets_text_at_once_and_the_hlr_knows_us() -> None:
    node = Node(on())
    node.register(sip=_user_register(""))
    assert [state for _, state in news(node)] == [ModificationInstruction.ACTIVATE]
    node.take_sip()
    node.deliver(tpdu=tpdu())
    (text,) = node.take_sip()
    assert is_text(text)
    node.register(sip=_user_register(";+g.3gpp.smsip"))
    node.take_sip()
    node.deliver(tpdu=tpdu())
    (message,) = node.take_sip()
    assert not is_text(message)


def test_without_the_setting_nothing_is_tried_as_text() -> None:
    node = Node()
    node.register()
    node.take_sip()
    node.deliver(tpdu=tpdu())
    (message,) = node.take_sip()
    node.respond(message, 415)
    node.synced()
    assert node.take_sip() == []
    assert records(node)[0].outcome == "equipmentNotSM-Equipped"


def test_a_short_message_of_a_phone_goes_the_usual_way_all_the_same(node: Node) -> None:
    node.message(octets(SUBMIT))
    assert statuses(node) == [202]
    assert len(submitted(node)) == 1


def _user_register(tags: str) -> str:
    return (
        "REGISTER sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n"
        f"To: <sip:a@h>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@192.0.2.1>{tags}\r\n\r\n"
    )


# Settings


@pytest.mark.parametrize(("table", "said"), [
    ({"text": {"enabled": True}}, r"text\.service_centre: a number is wanted"),
    ({"text": {"enabled": True, "service_centre": "4477"}}, r"text\.service_centre: no route leads to 4477"),
    ({"timers": {"mo_answer": 32.0}}, r"timers\.mo_answer: a phone waits for 64 times"),
])  # fmt: skip
def test_settings_that_cannot_be_kept_are_said(table: Table, said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        parse(toml(on() | table))
