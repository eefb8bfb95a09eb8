"""An application at the SM-SC: messages to a phone with receipts, messages of phones to its number."""

from dataclasses import replace

from ipsmgw.smpp import MessageState, Status
from ipsmgw.smpp.pdu import CancelSm, CancelSmResp, QuerySm, QuerySmResp
from ipsmgw.sms import Address, Submit, compose
from lab.carrier import Carrier
from lab.elements.esme import RECEIVER, Esme
from lab.elements.esme_ledger import Asked
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import finished, registered

__all__ = ["bound", "esme_cancel", "esme_expired", "esme_receipt", "esme_undeliverable", "short_code"]

_NAME, _NOBODY = "weather", "15551009999"


def with_esme(plan: Plan) -> Plan:
    """The lab plays the application itself."""
    return replace(plan, esmes=(_NAME,))


async def bound(carrier: Carrier) -> Esme:
    """The application, as a transceiver."""
    esme = carrier.esme(_NAME)
    esme.bind()
    await carrier.until(lambda: esme.bound, "the application is bound")
    return esme


async def answered(carrier: Carrier, asked: Asked) -> None:
    await carrier.until(lambda: asked.status is not None, "the SM-SC has answered")
    expect(asked.status == Status.ROK, f"the answer is ESME_ROK, not {asked.status}")


async def receipted(carrier: Carrier, esme: Esme, asked: Asked, within: float | None = None) -> MessageState:
    """What the first receipt of a message says."""

    def states() -> list[MessageState]:
        return [receipt.state for receipt in esme.receipts if receipt.message_id == asked.message_id]

    await carrier.until(lambda: bool(states()), "the receipt has come", within)
    expect(len(states()) == 1, "there is one receipt")
    return states()[0]


@scenario(
    clause="SMPP v3.4 §4.4, §4.6, appendix B", what="submit_sm, delivered over IMS, receipt", plan=with_esme
)
async def esme_receipt(carrier: Carrier) -> None:
    """The application's message reaches bob by the gateway, and deliver_sm says so."""
    (bob,) = await registered(carrier, "bob")
    esme = await bound(carrier)
    asked = esme.send("Sunny, then rain", bob.msisdn)
    await answered(carrier, asked)
    expect(await receipted(carrier, esme, asked) is MessageState.DELIVERED, "the receipt says DELIVRD")
    expect([got.text for got in bob.received] == ["Sunny, then rain"], "bob reads it")
    expect(bob.received[0].sender == "4242", "from the short code")


@scenario(
    clause="SMPP v3.4 §4.6, TS 23.040 §3.2.7",
    what="a phone's message waits for its application",
    plan=with_esme,
)
async def short_code(carrier: Carrier) -> None:
    """Alice asks 4242: her RP-ACK says that the SC has it; the application is told when it is bound."""
    (alice,) = await registered(carrier, "alice")
    esme = carrier.esme(_NAME)
    sent = alice.submit(_question(), "4242")
    await finished(carrier, sent)
    (message,) = carrier.smsc.mt
    await carrier.until(lambda: message.state is MtState.WAITING, "no receiver is bound, so it waits")
    esme.bind(RECEIVER)
    await carrier.until(lambda: bool(esme.messages), "the application has it")
    (taken,) = esme.messages
    expect((taken.short_message, taken.source_addr) == (b"weather?", alice.msisdn), "it reads what she wrote")
    await carrier.until(lambda: message.state is MtState.DELIVERED, "the SC is done with it")


@scenario(
    clause="SMPP v3.4 §5.2.28, appendix B",
    what="nobody has the number: the receipt says UNDELIV",
    plan=with_esme,
)
async def esme_undeliverable(carrier: Carrier) -> None:
    """unknownSubscriber is permanent, and its number is in the receipt."""
    esme = await bound(carrier)
    asked = esme.send("anybody?", _NOBODY)
    await answered(carrier, asked)
    expect(await receipted(carrier, esme, asked) is MessageState.UNDELIVERABLE, "the receipt says UNDELIV")
    expect(esme.receipts[0].error == 1, "and why: unknownSubscriber is error 1")


@scenario(
    clause="SMPP v3.4 §7.1.1, appendix B", what="absent until the validity ends: EXPIRED", plan=with_esme
)
async def esme_expired(carrier: Carrier) -> None:
    """Bob is nowhere; the message is valid for a few seconds, and its receipt says that they are over."""
    esme = await bound(carrier)
    asked = esme.send("too late", carrier.phone("bob").msisdn, validity="000000000003000R")
    await answered(carrier, asked)
    limit = 3 + carrier.plan.timers.settle
    expect(await receipted(carrier, esme, asked, limit) is MessageState.EXPIRED, "the receipt says EXPIRED")


@scenario(clause="SMPP v3.4 §4.8, §4.9", what="query_sm, cancel_sm, and nothing is sent", plan=with_esme)
async def esme_cancel(carrier: Carrier) -> None:
    """A message that waits for bob is asked after and taken back."""
    esme = await bound(carrier)
    bob = carrier.phone("bob")
    asked = esme.send("never mind", bob.msisdn)
    await answered(carrier, asked)
    (message,) = carrier.smsc.mt
    await carrier.until(lambda: message.state is MtState.WAITING, "bob is absent, so it waits")
    source = esme.application.numbers[0]
    query = esme.ask(QuerySm(message_id=asked.message_id, source_addr=source))
    await answered(carrier, query)
    expect(_state(query) == MessageState.ENROUTE, "query_sm says ENROUTE")
    cancel = esme.ask(CancelSm(message_id=asked.message_id, source_addr=source))
    await answered(carrier, cancel)
    expect(isinstance(cancel.answer, CancelSmResp), "it is cancelled")
    expect(await receipted(carrier, esme, asked) is MessageState.DELETED, "the receipt says DELETED")
    again = esme.ask(CancelSm(message_id=asked.message_id, source_addr=source))
    await carrier.until(lambda: again.status is not None, "the second cancel_sm is answered")
    expect(again.status == Status.RCANCELFAIL, "what is gone cannot be cancelled")
    await registered(carrier, "bob")
    expect(not bob.received, "bob never gets it")


def _question() -> bytes:
    """To a short code: a number of no country."""
    (part,) = compose("weather?")
    return Submit.of(0, Address.of_digits("4242"), udl=part.udl, ud=part.ud, dcs=part.dcs).encode()


def _state(query: Asked) -> int:
    return query.answer.message_state if isinstance(query.answer, QuerySmResp) else 0
