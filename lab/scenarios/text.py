"""A phone that knows plain text only, and the short messages that it is on the other side."""

from dataclasses import replace

from ipsmgw.sms import Address, Deliver, Timestamp, compose
from lab.carrier import Carrier
from lab.elements.iwmsc import CONGESTION
from lab.elements.phone_ledger import Text
from lab.elements.phone_reception import Mode
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import delivered, expect_own, registered, settled

__all__ = ["plain_text", "plain_text_refused"]

_CLAUSE = "RFC 3428 §7, TS 23.204 §5.1, TS 29.311 §6.1"


def _texting(plan: Plan) -> Plan:
    return replace(plan, texting=("alice",))


async def _answered(carrier: Carrier, sent: Text) -> None:
    await carrier.until(lambda: sent.status is not None, "the text is answered")


@scenario(clause=_CLAUSE, what="plain text there, short messages back", plan=_texting)
async def plain_text(carrier: Carrier) -> None:
    """A long text is answered when the SC has all of it; short messages come as text, once 480 was said."""
    alice, bob = await registered(carrier, "alice", "bob")
    words = "Grüße aus dem IMS — so lang, daß es mehr als eine Kurznachricht wird. " * 4
    sent = alice.send_text(words, bob.msisdn)
    await _answered(carrier, sent)
    expect(sent.status == 202, "the text was answered 202 Accepted")
    expect(len(carrier.smsc.mo) > 1, "the SC got it in parts")
    expect({mo.oa for mo in carrier.smsc.mo} == {alice.msisdn}, "under alice's MSISDN")
    await carrier.until(lambda: list(bob.ledger.inbox) == [words], "bob has it whole")
    expect(bob.received[0].sender == alice.msisdn.international, "from alice")

    back = [carrier.smsc.submit(text, alice.msisdn, bob.msisdn) for text in ("Danke €", "und tschüß")]
    for message in back:
        await delivered(carrier, message)
    expect([message.state for message in back] == [MtState.DELIVERED] * 2, "the SC knows that she has both")
    expect(list(alice.ledger.inbox) == ["Danke €", "und tschüß"], "she reads them")
    expect([got.sender for got in alice.received] == [bob.msisdn.tel] * 2, "from bob")
    await settled(carrier)
    records = len(carrier.smsc.mo) + len(carrier.smsc.mt)
    expect_own(
        carrier,
        lambda: carrier.ground.journal().count(b"\n") == records,
        "each short message has one charging record",
    )


@scenario(clause=_CLAUSE + ", TS 23.040 §9.2.3.22", what="what is refused on either side", plan=_texting)
async def plain_text_refused(carrier: Carrier) -> None:
    """An SC that is full, a number that is none, a phone that says no, and a short message nobody reads."""
    alice, bob = await registered(carrier, "alice", "bob")
    carrier.smsc.refuse(CONGESTION)
    sent = alice.send_text("no room for this", bob.msisdn)
    await _answered(carrier, sent)
    expect(sent.status == 500, "the SC's congestion is a 503 to the S-CSCF, and 500 to alice")
    carrier.smsc.refuse(None)

    alice.behave(Mode.REJECTING, 486)
    message = carrier.smsc.submit("not now", alice.msisdn)
    await carrier.until(
        lambda: bool(message.attempts and message.attempts[0].outcome), "the first attempt has ended"
    )
    expect(message.attempts[0].outcome is not None and not alice.received, "alice has got nothing")
    alice.behave(Mode.OBEDIENT)

    silent = carrier.smsc.submit_tpdu(_type_0(carrier), alice.msisdn)
    await delivered(carrier, message, within=carrier.plan.timers.validity)
    await delivered(carrier, silent, within=carrier.plan.timers.validity)
    expect(message.state is MtState.DELIVERED, "the first one is delivered later")
    expect(silent.state is MtState.FAILED, "the silent one never")
    expect(list(alice.ledger.inbox) == ["not now"], "and alice has not seen it")


def _type_0(carrier: Carrier) -> bytes:
    """A short message that no phone shows (TS 23.040 §9.2.3.9)."""
    (part,) = compose("ping")
    scts = Timestamp.at(carrier.now)
    return Deliver.of(
        Address.of_digits("1234"), scts, udl=part.udl, ud=part.ud, dcs=part.dcs, pid=0x40
    ).encode()
