"""What no REGISTER says: that a phone has gone without a word, and that one takes no short messages."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import delivered, registered, until_own

__all__ = ["gone_without_a_word", "no_short_messages"]

_CLAUSE = "TS 24.341 §5.3.3.2, TS 24.229 §5.7.1.1, RFC 3680"


def _watched(plan: Plan) -> Plan:
    return replace(plan, reg_event=True)


def _watched_and_short(plan: Plan) -> Plan:
    timers = replace(plan.timers, expires=plan.timers.expires // 20)
    return replace(plan, reg_event=True, timers=timers)


@scenario(clause=_CLAUSE, what="NOTIFY tells that a registration ran out", plan=_watched_and_short)
async def gone_without_a_word(carrier: Carrier) -> None:
    """SUBSCRIBE after the third-party REGISTER; a NOTIFY tells sooner than the gateway's own timer."""
    (alice,) = await registered(carrier, "alice")
    record = carrier.hlr.subscriber(alice.msisdn)
    begun, timers = carrier.now, carrier.plan.timers
    alice.mute()
    within = timers.expires + timers.settle
    await carrier.until(lambda: record.ip_sm_gw is None, "the HLR has no gateway for alice any more", within)
    expect(carrier.now - begun < timers.expires + timers.grace, "before the gateway's own timer has ended")
    await until_own(carrier, lambda: carrier.gateway.status()["bindings"] == 0, "the gateway has no binding")


@scenario(clause=_CLAUSE, what="a phone without smsip gets nothing until it has one", plan=_watched)
async def no_short_messages(carrier: Carrier) -> None:
    """The HLR does not keep the gateway's number; a refresh with +g.3gpp.smsip brings it back."""
    alice = carrier.phone("alice")
    record = carrier.hlr.subscriber(alice.msisdn)
    alice.announce(smsip=False)
    alice.register()
    await carrier.until(lambda: alice.registered, "alice is registered at the S-CSCF")
    await until_own(carrier, lambda: carrier.gateway.status()["bindings"] == 1, "the gateway has her binding")
    await until_own(
        carrier,
        lambda: record.ip_sm_gw is None and carrier.gateway.open_exchanges == 0,
        "the HLR has heard that it is to forget her",
    )
    await carrier.until(lambda: record.ip_sm_gw is None, "the HLR has no gateway for her")
    message = carrier.smsc.submit("when you can", alice.msisdn)
    await carrier.until(
        lambda: bool(message.attempts and message.attempts[0].outcome), "the first attempt has ended"
    )
    expect(not alice.received, "she has got nothing")

    alice.announce(smsip=True)
    await registered(carrier, "alice")
    await delivered(carrier, message)
    expect(message.state is MtState.DELIVERED, "the message is delivered after the alert")
    expect([got.text for got in alice.received] == ["when you can"], "alice got it once")
