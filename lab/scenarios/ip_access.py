"""The IP access flag of the study: the service centre hears that a message came, or went, over IP."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import delivered, finished, registered, settled

__all__ = ["ip_access"]


def _flagged(plan: Plan) -> Plan:
    return replace(plan, map_settings=("ip_access_flag = true",))


@scenario(clause="TR 23.804 §7", what="the IP access flag, to the SC", plan=_flagged)
async def ip_access(carrier: Carrier) -> None:
    """An ExtensionContainer in mo-ForwardSM, and in the result of mt-ForwardSM."""
    alice, bob = await registered(carrier, "alice", "bob")
    sent = alice.send("over IP", to=bob.msisdn)
    await finished(carrier, sent)
    (message,) = carrier.smsc.mt
    await delivered(carrier, message)
    await settled(carrier)
    expect([got.over_ip for got in carrier.smsc.mo] == [True], "mo-ForwardSM says that it has come over IP")
    (forward,) = message.attempts[0].forwards
    expect(forward.over_ip, "the result of mt-ForwardSM says that it has gone over IP")
