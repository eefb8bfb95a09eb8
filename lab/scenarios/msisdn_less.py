"""Two people without numbers: SIP URIs say who writes to whom (TS 23.204 §6.0a, §6.3a, §6.4a)."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import delivered, finished, registered, settled
from sipbridge.rp import RpAck

__all__ = ["msisdn_less"]


def _by_uri(plan: Plan) -> Plan:
    """Nobody tells the gateway a number."""
    subscribers = tuple(replace(each, msisdn_less=True) for each in plan.subscribers)
    without = ("msisdn_less = true",)
    return replace(plan, subscribers=subscribers, service_info="imsi={imsi}", map_settings=without)


@scenario(
    clause="TS 23.204 §6.0a, §6.3a, §6.4a, TS 24.341 B.7",
    what="MO and MT between people without numbers",
    plan=_by_uri,
)
async def msisdn_less(carrier: Carrier) -> None:
    """URIs beside the RP-DATA, correlationID in mo- and mt-ForwardSM, and both reports."""
    alice, bob = await registered(carrier, "alice", "bob")
    sent = alice.send("we have no numbers", to=bob.impu)
    await finished(carrier, sent)
    expect(isinstance(sent.report, RpAck), "alice has her RP-ACK")
    (got,) = carrier.smsc.mo
    expect(got.imsi == alice.subscriber.imsi, "the SC has her IMSI")
    (message,) = carrier.smsc.mt
    named = message.named
    expect(named is not None and named.sip_uri_a == alice.impu.encode(), "and her URI")
    expect(named is not None and named.sip_uri_b == bob.impu.encode(), "and bob's")
    await delivered(carrier, message)
    expect(message.state is MtState.DELIVERED, "the SC knows that bob has it")
    expect(list(bob.ledger.inbox) == ["we have no numbers"], "bob reads it")
    await settled(carrier)
