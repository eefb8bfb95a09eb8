"""Several devices of one subscriber, of which each may come and go (TS 24.341 §5.3.2.4, B.4)."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import delivered, registered, settled

__all__ = ["last_device", "two_devices"]


def _two(plan: Plan) -> Plan:
    """Bob has a tablet with the same numbers."""
    bob = plan.subscriber("bob")
    return replace(plan, subscribers=(*plan.subscribers, replace(bob, name="bobs_tablet")))


def _two_watched(plan: Plan) -> Plan:
    return replace(_two(plan), reg_event=True)


async def _delivered_to_one(carrier: Carrier, text: str, *phones: Phone) -> None:
    message = carrier.smsc.submit(text, phones[0].msisdn)
    await delivered(carrier, message)
    expect(message.state is MtState.DELIVERED, "the SC knows that it was delivered")
    got = [phone for phone in phones if text in phone.ledger.inbox]
    expect(len(got) == 1, "one of his devices has it, and no other")
    await settled(carrier)


@scenario(clause="TS 24.341 §5.3.2.4, §5.3.3.4, RFC 3841 §9.1", what="two devices: one has it", plan=_two)
async def two_devices(carrier: Carrier) -> None:
    """no-fork and smsip: each message goes to one device; when one leaves, the other goes on."""
    phone, tablet = await registered(carrier, "bob", "bobs_tablet")
    await _delivered_to_one(carrier, "to one of you", phone, tablet)
    tablet.deregister()
    await carrier.until(lambda: not tablet.registered, "the tablet is gone")
    await carrier.pause(1.0)
    record = carrier.hlr.subscriber(phone.msisdn)
    expect(record.ip_sm_gw is not None, "the HLR still has the gateway for him")
    await _delivered_to_one(carrier, "to the one that is left", phone, tablet)
    expect("to the one that is left" in phone.ledger.inbox, "it is the phone that has it")


@scenario(
    clause="TS 24.341 §5.3.3.2, B.4, RFC 3680", what="the last device for short messages", plan=_two_watched
)
async def last_device(carrier: Carrier) -> None:
    """The phone leaves, a tablet without smsip stays: the HLR hears of the end; a refresh begins anew."""
    phone, tablet = carrier.phone("bob"), carrier.phone("bobs_tablet")
    tablet.announce(smsip=False)
    tablet.register()
    await carrier.until(lambda: tablet.registered, "the tablet is registered")
    await registered(carrier, "bob")
    await _delivered_to_one(carrier, "to the phone", phone, tablet)
    record = carrier.hlr.subscriber(phone.msisdn)
    phone.deregister()
    await carrier.until(
        lambda: record.ip_sm_gw is None, "the HLR has no gateway for him: the tablet takes no short messages"
    )
    expect(tablet.registered, "the tablet is still registered")
    tablet.announce(smsip=True)
    tablet.register()
    await carrier.until(lambda: record.ip_sm_gw is not None, "with smsip the tablet is served")
    await _delivered_to_one(carrier, "to the tablet", phone, tablet)
