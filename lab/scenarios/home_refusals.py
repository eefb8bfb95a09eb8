"""What the HLR refuses is passed on by a gateway that was asked (TS 23.204 §6.4; TS 29.002 §23.3.2)."""

from dataclasses import replace

from ipsmgw.identity import Imsi
from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.phone_reception import Mode
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Gmsc, Plan
from lab.scenario import scenario
from lab.scenarios.domains import there
from lab.steps import delivered, registered
from mapstack.map import CallBarringCause

__all__ = ["guidance", "home_absence_told", "home_barred", "home_ims_only", "home_nowhere"]

_CLAUSE = "TS 23.204 §6.4, TS 29.002 §23.3.2"


def _home(plan: Plan) -> Plan:
    return replace(plan, procedures="ts-23.204")


def _guided(plan: Plan) -> Plan:
    return replace(_home(plan), gmsc=Gmsc(guidance=True))


def _with_nodes(plan: Plan) -> Plan:
    return replace(_home(plan), legs=("msc", "sgsn"))


def _pre_configured(plan: Plan) -> Plan:
    """The HLR asks the gateway about everybody."""
    return replace(_with_nodes(plan), registration="none")


@scenario(clause=_CLAUSE, what="callBarred of the HLR, passed on", plan=_home)
async def home_barred(carrier: Carrier) -> None:
    """The gateway asks, the HLR refuses, and the SMS-GMSC hears what the HLR has said."""
    (bob,) = await registered(carrier, "bob")
    carrier.hlr.subscriber(bob.msisdn).barred = CallBarringCause.OPERATOR_BARRING
    message = carrier.smsc.submit("are you allowed?", bob.msisdn)
    await delivered(carrier, message)
    expect(message.outcome == "CALL_BARRED OPERATOR_BARRING", "the SC hears that his operator has barred it")
    expect(message.state is MtState.FAILED, "and has given it up")
    expect(not message.attempts[0].forwards and not bob.received, "nothing was forwarded")


@scenario(clause=_CLAUSE, what="absent everywhere, and the IMSI stays at home", plan=_pre_configured)
async def home_nowhere(carrier: Carrier) -> None:
    """absentSubscriberSM with the IMSI, for the gateway may try; it has no binding, and keeps the IMSI."""
    await registered(carrier, "alice")
    bob = carrier.phone("bob")
    message = carrier.smsc.submit("where are you?", bob.msisdn)
    await carrier.until(lambda: message.state is MtState.WAITING, "the SC waits")
    expect(message.outcome.startswith("ABSENT_SUBSCRIBER_SM"), "the SC was told that he is absent")
    expect(not message.attempts[0].forwards, "nothing was forwarded")
    imsi = _tbcd(bob.subscriber.imsi)
    asked = [pdu for pdu in carrier.pdus if imsi in pdu.data and pdu.target == "ipsmgw"]
    told = [pdu for pdu in carrier.pdus if imsi in pdu.data and pdu.target == "smsc"]
    expect(bool(asked) and not told, "the gateway has heard his IMSI, and nobody else")


@scenario(clause=_CLAUSE, what="absent in CS and PS, and reached over IMS", plan=_with_nodes)
async def home_ims_only(carrier: Carrier) -> None:
    """absentSubscriberSM with the IMSI: UNRI is not set, so the gateway answers as ever, and delivers."""
    (bob,) = await registered(carrier, "bob")
    message = carrier.smsc.submit("there is one way", bob.msisdn)
    await delivered(carrier, message)
    expect(message.state is MtState.DELIVERED, "the SC knows that bob has it")
    expect([got.domain for got in bob.received] == [Domain.IMS], "bob has it once, over IMS")


@scenario(
    clause="TS 23.204 §6.5a, TS 29.002 §23.3.7", what="absence is told before all else", plan=_with_nodes
)
async def home_absence_told(carrier: Carrier) -> None:
    """No answer over IMS, RP-ERROR over PS and CS: the SMS-GMSC hears that he is absent."""
    bob = await there(carrier)
    bob.mute(Domain.IMS)
    bob.behave(Mode.REJECTING)
    message = carrier.smsc.submit("why not?", bob.msisdn)
    within = carrier.plan.timers.mt_answer + carrier.plan.timers.settle
    await carrier.until(
        lambda: bool(message.attempts and message.attempts[0].outcome), "it has failed", within
    )
    refused = [got.domain for got in bob.received]
    expect(refused == [Domain.PS, Domain.CS], "he has refused it over PS and CS")
    expect(message.outcome == "ABSENT_SUBSCRIBER_SM 12", "the SC hears that he did not answer over IMS")
    bob.unmute()
    bob.behave(Mode.OBEDIENT)
    await delivered(carrier, message, within=carrier.plan.timers.sc_retries[0] + within)
    expect(message.state is MtState.DELIVERED, "and tries again")


@scenario(clause="TS 29.002 §7.6.8, §12.1, TS 23.204 §6.4", what="how long it may take", plan=_guided)
async def guidance(carrier: Carrier) -> None:
    """ip-sm-gwGuidanceIndicator is answered with the least and the recommended delivery time."""
    (bob,) = await registered(carrier, "bob")
    message = carrier.smsc.submit("take your time", bob.msisdn)
    await delivered(carrier, message)
    said = message.attempts[0].guidance
    expect(said is not None, "the SMS-GMSC was told how long it may take")
    least, recommended = said or (0, 0)
    expect(30 <= least <= recommended <= 600, "from 30 to 600 s, the recommended time not below the least")


def _tbcd(imsi: Imsi) -> bytes:
    """As MAP writes it (TS 29.002 §17.7.8), but for the last digit, which stands beside the filler."""
    return bytes(int(low) | int(high) << 4 for low, high in zip(imsi[:-1:2], imsi[1:-1:2], strict=True))
