"""An SMS-GMSC that forwards by a name which the gateway has not given it (TS 23.204 §6.4)."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.elements.gmsc import Intrusion
from lab.elements.phone import Phone
from lab.elements.sc_ledger import MtMessage, MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import delivered, registered, settled

__all__ = ["correlation_of_another_centre", "correlation_over", "correlation_unknown"]

_CLAUSE = "TS 23.204 §6.4, TS 23.040 §3.2.7a, TS 29.002 §12.9"
_GUESS = "001015559999999"


def _home(plan: Plan) -> Plan:
    return replace(plan, procedures="ts-23.204")


@scenario(clause=_CLAUSE, what="by an IMSI that the gateway has never given", plan=_home)
async def correlation_unknown(carrier: Carrier) -> None:
    """mt-ForwardSM without a question before: unidentifiedSubscriber, and the phone hears nothing."""
    (bob,) = await registered(carrier, "bob")
    await _turned_away(carrier, bob, Intrusion(_GUESS, carrier.plan.sc_number))


@scenario(clause=_CLAUSE, what="by a name that another service centre was given", plan=_home)
async def correlation_of_another_centre(carrier: Carrier) -> None:
    """The name is good, the service centre is not the one that has asked: unidentifiedSubscriber."""
    (bob,) = await registered(carrier, "bob")
    given = await _given(carrier, bob)
    await _turned_away(carrier, bob, Intrusion(given, carrier.plan.sc_number + "7"))


@scenario(clause=_CLAUSE, what="by a name whose time is over", plan=_home)
async def correlation_over(carrier: Carrier) -> None:
    """The service centre keeps the name for longer than it is good: unidentifiedSubscriber."""
    (bob,) = await registered(carrier, "bob")
    given = await _given(carrier, bob)
    await carrier.pause(carrier.plan.timers.correlation + 0.5)
    await _turned_away(carrier, bob, Intrusion(given, carrier.plan.sc_number))


async def _given(carrier: Carrier, phone: Phone) -> str:
    """The MT Correlation ID of a message that has been delivered."""
    message = carrier.smsc.submit("as it should be", phone.msisdn)
    await delivered(carrier, message)
    expect(message.state is MtState.DELIVERED, "who asks before gets through")
    return message.attempts[0].forwards[0].imsi


async def _turned_away(carrier: Carrier, phone: Phone, intrusion: Intrusion) -> None:
    """The attempt is refused; the same message, asked for as it should be, gets through."""
    before = len(phone.received)
    carrier.smsc.intrude(intrusion)
    message = carrier.smsc.submit("you do not know me", phone.msisdn)
    await carrier.until(lambda: message.state is MtState.WAITING, "the SC has its answer")
    expect(message.outcome == "UNIDENTIFIED_SUBSCRIBER", "the SC was told that there is no such subscriber")
    expect(len(phone.received) == before, "bob has heard nothing")
    carrier.smsc.intrude(None)
    await _asked_again(carrier, message)
    expect(message.state is MtState.DELIVERED, "asked for, it gets through")
    expect(len(phone.received) == before + 1, "bob has it once")
    await settled(carrier)


async def _asked_again(carrier: Carrier, message: MtMessage) -> None:
    timers = carrier.plan.timers
    await delivered(carrier, message, within=timers.sc_retries[0] + timers.settle)
