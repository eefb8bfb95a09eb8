"""The SM-SC for ESMEs: what it takes and refuses, and when, in virtual time (SMPP v3.4 §4)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from ipsmgw.identity import Msisdn
from ipsmgw.smpp import Destination, MessageState, Status, Tag, Tlv, Unsuccessful
from ipsmgw.smpp.pdu import (
    CancelSm,
    DataSm,
    Pdu,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    SubmitMulti,
    SubmitMultiResp,
    SubmitSm,
)
from ipsmgw.smpp.times import absolute
from lab.carrier import Carrier
from lab.elements.esme import RECEIVER, TRANSMITTER, Esme
from lab.elements.esme_ledger import Asked
from lab.elements.sc_ledger import MtState
from lab.plan import APPLICATIONS, Application, Plan
from lab.runner import run
from lab.scenario import Scenario
from lab.scenarios.esme import bound
from lab.steps import registered

BOB, NOBODY = "15551001002", "15551009999"
HOUR = 3600.0
SUBMIT = SubmitSm(
    source_addr="4242", dest_addr_ton=1, dest_addr_npi=1, destination_addr=BOB, short_message=b"hello"
)


def play(story: Callable[[Carrier], Awaitable[None]], **changes: object) -> None:
    """A story of its own, after which the laws hold."""

    def plan(usual: Plan) -> Plan:
        return replace(usual, esmes=("weather",), **changes)  # type: ignore[arg-type]  # fields of a Plan

    verdict = run(Scenario("story", "SMPP v3.4", "a story", story, plan))
    assert verdict.broken is None, verdict.ladder()


async def status_of(carrier: Carrier, esme: Esme, pdu: Pdu) -> Asked:
    asked = esme.ask(pdu)
    await carrier.until(lambda: asked.status is not None, "it is answered")
    return asked


@pytest.mark.parametrize(
    ("pdu", "status"),
    [
        (replace(SUBMIT, destination_addr=""), Status.RINVDSTADR),
        (replace(SUBMIT, destination_addr="bob"), Status.RINVDSTADR),
        (replace(SUBMIT, dest_addr_ton=2), Status.RINVDSTADR),
        (replace(SUBMIT, source_addr_ton=5, source_addr="a name too long"), Status.RINVSRCADR),
        (replace(SUBMIT, esm_class=2), Status.RINVESMCLASS),
        (replace(SUBMIT, esm_class=4), Status.RINVESMCLASS),
        (replace(SUBMIT, registered_delivery=3), Status.RINVREGDLVFLG),
        (replace(SUBMIT, validity_period="200101000000000+"), Status.RINVEXPIRY),
        (replace(SUBMIT, validity_period="soon"), Status.RINVEXPIRY),
        (replace(SUBMIT, schedule_delivery_time="200101000000000+"), Status.RINVSCHED),
        (replace(SUBMIT, data_coding=8), Status.RINVMSGLEN),
        (replace(SUBMIT, data_coding=5), Status.RSUBMITFAIL),
        (SubmitMulti(destinations=(Destination(0, 0, "", "friends"),)), Status.RINVDLNAME),
        (QuerySm(message_id="x"), Status.RINVMSGID),
        (CancelSm(message_id="x"), Status.RINVMSGID),
        (CancelSm(source_addr="4242", destination_addr=BOB), Status.RCANCELFAIL),
        (ReplaceSm(message_id="x"), Status.RINVMSGID),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_status(pdu: Pdu, status: Status) -> None:
    async def story(carrier: Carrier) -> None:
        asked = await status_of(carrier, await bound(carrier), pdu)
        assert asked.status == status
        assert not carrier.smsc.mt

    play(story)


@pytest.mark.parametrize(("password", "known"), [("rain", True), ("sunshine", False)])
def test_a_stranger_is_not_bound(password: str, known: bool) -> None:
    async def story(carrier: Carrier) -> None:
        esme = carrier.esme("weather")
        esme.password = password
        if not known:
            object.__setattr__(esme, "application", Application("stranger", "sunshine"))
        esme.bind()
        await carrier.until(lambda: esme.refusal is not None, "it is refused")
        assert esme.refusal == (Status.RINVPASWD if known else Status.RINVSYSID)
        assert not carrier.smsc.bound

    play(story)


def test_one_message_for_several_tells_who_does_not_get_it() -> None:
    async def story(carrier: Carrier) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        esme = await bound(carrier)
        several = (Destination(1, 1, alice.msisdn), Destination(1, 1, "x"), Destination(1, 1, bob.msisdn))
        pdu = SubmitMulti(
            source_addr="4242", destinations=several, short_message=b"to all", registered_delivery=1
        )
        asked = await status_of(carrier, esme, pdu)
        assert isinstance(asked.answer, SubmitMultiResp)
        assert asked.answer.unsuccessful == (Unsuccessful(1, 1, "x", Status.RINVDSTADR),)
        await carrier.until(lambda: len(esme.receipts) == 2, "a receipt for each")
        assert [phone.received[0].text for phone in (alice, bob)] == ["to all"] * 2

    play(story)


def test_a_long_payload_is_divided_and_read_whole() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        text = b"all the weather of the week " * 20
        payload = Tlv(Tag.MESSAGE_PAYLOAD, text)
        pdu = DataSm(
            source_addr="4242", dest_addr_ton=1, destination_addr=BOB, registered_delivery=1, tlvs=(payload,)
        )
        esme = await bound(carrier)
        await status_of(carrier, esme, pdu)
        await carrier.until(lambda: bool(esme.receipts), "one receipt")
        assert list(bob.ledger.inbox) == [text.decode()]
        assert len(bob.received) == 4
        assert len(esme.receipts) == 1

    play(story)


def test_a_scheduled_message_goes_at_its_time_also_when_the_sc_was_down() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        esme = await bound(carrier)
        when = absolute(carrier.now + 60)
        asked = await status_of(carrier, esme, replace(SUBMIT, schedule_delivery_time=when))
        assert asked.status == Status.ROK
        await carrier.pause(20)
        await carrier.restart("smsc", after=5)
        await carrier.pause(30)
        assert not bob.received
        await carrier.pause(10)
        assert [got.text for got in bob.received] == ["hello"]

    play(story)


def test_a_scheduled_message_can_be_cancelled() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        esme = await bound(carrier)
        pdu = replace(SUBMIT, schedule_delivery_time="000000000100000R")
        await status_of(carrier, esme, pdu)
        cancel = CancelSm(source_addr="4242", dest_addr_ton=1, dest_addr_npi=1, destination_addr=BOB)
        assert (await status_of(carrier, esme, cancel)).status == Status.ROK
        await carrier.pause(100)
        assert not bob.received

    play(story)


def test_a_message_that_waits_is_replaced() -> None:
    async def story(carrier: Carrier) -> None:
        esme, bob = await bound(carrier), carrier.phone("bob")
        asked = await status_of(carrier, esme, SUBMIT)
        (message,) = carrier.smsc.mt
        await carrier.until(lambda: message.state is MtState.WAITING, "bob is absent")
        wrong = ReplaceSm(message_id=asked.message_id, source_addr="9999")
        assert (await status_of(carrier, esme, wrong)).status == Status.RREPLACEFAIL
        right = ReplaceSm(message_id=asked.message_id, source_addr="4242", short_message=b"goodbye")
        assert (await status_of(carrier, esme, right)).status == Status.ROK
        again = await status_of(
            carrier, esme, replace(SUBMIT, replace_if_present_flag=1, short_message=b"good night")
        )
        assert again.message_id == asked.message_id
        await registered(carrier, "bob")
        await carrier.until(lambda: message.state.final, "bob has it")
        assert [got.text for got in bob.received] == ["good night"]
        assert (await status_of(carrier, esme, right)).status == Status.RREPLACEFAIL

    play(story)


def test_a_query_tells_the_state_and_only_to_who_has_sent_it() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        esme = await bound(carrier)
        asked = await status_of(carrier, esme, SUBMIT)
        await carrier.until(lambda: bool(bob.received), "bob has it")
        await carrier.pause(1)
        query = await status_of(carrier, esme, QuerySm(message_id=asked.message_id))
        assert isinstance(query.answer, QuerySmResp)
        assert query.answer.message_state == MessageState.DELIVERED
        assert query.answer.final_date
        wrong = QuerySm(message_id=asked.message_id, source_addr="1")
        assert (await status_of(carrier, esme, wrong)).status == Status.RQUERYFAIL

    play(story)


def test_receipts_wait_for_a_receiver_also_when_the_sc_was_down() -> None:
    async def story(carrier: Carrier) -> None:
        await registered(carrier, "bob")
        esme = carrier.esme("weather")
        esme.bind(TRANSMITTER)
        await carrier.until(lambda: esme.bound, "bound as transmitter")
        esme.send("hello", BOB)
        await carrier.pause(10)
        assert not esme.receipts
        assert carrier.smpp_data.receipts["weather"]
        await carrier.restart("smsc", after=5)
        esme.unbind()
        esme.bind(RECEIVER)
        await carrier.until(lambda: bool(esme.receipts), "the receipt has come", within=30)
        await carrier.until(lambda: not carrier.smpp_data.receipts["weather"], "the SC knows that it has it")

    play(story)


def test_a_receipt_of_failures_only_comes_of_failures_only() -> None:
    async def story(carrier: Carrier) -> None:
        await registered(carrier, "bob")
        esme = await bound(carrier)
        good, bad = esme.send("hello", BOB, registered=2), esme.send("hello", NOBODY, registered=2)
        await carrier.until(lambda: bool(esme.receipts), "one has come")
        await carrier.pause(30)
        assert [receipt.message_id for receipt in esme.receipts] == [bad.message_id] != [good.message_id]

    play(story)


def test_a_receipt_repeats_the_reference_of_its_sender() -> None:
    async def story(carrier: Carrier) -> None:
        await registered(carrier, "bob")
        esme = await bound(carrier)
        reference = Tlv(Tag.USER_MESSAGE_REFERENCE, b"\0\7")
        await status_of(carrier, esme, replace(SUBMIT, registered_delivery=1, tlvs=(reference,)))
        await carrier.until(lambda: bool(esme.receipts), "the receipt has come")
        assert esme.ledger.taken[-1].pdu.tlv(Tag.USER_MESSAGE_REFERENCE) == b"\0\7"

    play(story)


def test_a_full_service_centre_says_so() -> None:
    async def story(carrier: Carrier) -> None:
        carrier.sc_data.limit = 1
        esme = await bound(carrier)
        assert (await status_of(carrier, esme, SUBMIT)).status == Status.ROK
        assert (await status_of(carrier, esme, SUBMIT)).status == Status.RMSGQFUL

    play(story)


def test_more_than_the_rate_is_throttled_and_the_next_second_is_not() -> None:
    async def story(carrier: Carrier) -> None:
        esme = await bound(carrier)
        several = [esme.ask(SUBMIT) for _ in range(4)]
        await carrier.until(lambda: all(asked.status is not None for asked in several), "all are answered")
        assert [asked.status for asked in several].count(Status.RTHROTTLED) == 2
        await carrier.pause(1)
        assert (await status_of(carrier, esme, SUBMIT)).status == Status.ROK

    play(story, smpp_rate=2.0)


def test_messages_of_phones_go_on_when_the_window_has_room() -> None:
    async def story(carrier: Carrier) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        esme = await bound(carrier)
        for number in (*APPLICATIONS[0].numbers, *APPLICATIONS[0].numbers):
            for phone in (alice, bob):
                phone.send(f"to {number}", Msisdn(number))
        await carrier.until(lambda: len(esme.messages) == 8, "the application has all of them")

    play(story, smpp_window=1)


@pytest.mark.parametrize(
    ("status", "state"), [(Status.RX_P_APPN, MtState.FAILED), (Status.RX_T_APPN, MtState.WAITING)]
)
def test_an_application_may_refuse_for_good_or_for_now(status: Status, state: MtState) -> None:
    async def story(carrier: Carrier) -> None:
        (alice,) = await registered(carrier, "alice")
        esme = await bound(carrier)
        esme.status = status
        alice.send("weather?", Msisdn("15550004242"))
        await carrier.until(lambda: bool(carrier.smsc.mt), "the SC has it")
        (message,) = carrier.smsc.mt
        await carrier.until(lambda: message.state is state, "the application has refused it")
        esme.status = Status.ROK
        await carrier.pause(carrier.plan.timers.sc_retries[0] + 1)
        assert bool(esme.messages) == (state is MtState.WAITING)

    play(story)


def test_an_application_writes_to_an_application() -> None:
    async def story(carrier: Carrier) -> None:
        esme = await bound(carrier)
        pdu = SubmitSm(source_addr="4242", destination_addr="4242", short_message=b"to myself")
        assert (await status_of(carrier, esme, pdu)).status == Status.ROK
        await carrier.until(lambda: bool(esme.messages), "it has its own message")

    play(story)
