"""The service centre has a short message for a phone."""

from ipsmgw.sms import DeliverReport, Direction, RpMessage, decode
from lab.carrier import Carrier
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import delivered, expect_own, registered, settled

__all__ = ["mt"]


@scenario(clause="TS 23.204 §6.4, TS 24.341 §5.3.2.4, TR 23.804 §8.10", what="MT with its delivery report")
async def mt(carrier: Carrier) -> None:
    """sendRoutingInfoForSM, mt-ForwardSM, MESSAGE(RP-DATA), 200, MESSAGE(RP-ACK), 202, result."""
    (bob,) = await registered(carrier, "bob")
    message = carrier.smsc.submit("hello bob", bob.msisdn)
    await delivered(carrier, message)

    expect(message.state is MtState.DELIVERED, "the SC knows that it was delivered")
    expect(len(message.attempts) == 1, "at the first attempt")
    (forward,) = message.attempts[0].forwards
    expect(forward.node == carrier.plan.gateway_number, "by way of the gateway")
    expect(forward.imsi == bob.subscriber.imsi, "with bob's IMSI")
    expect(forward.sm_rp_ui is not None, "and has a report of bob's")
    report = decode(forward.sm_rp_ui or b"", direction=Direction.FROM_UE, rp=RpMessage.ACK)
    expect(isinstance(report, DeliverReport), "which is an SMS-DELIVER-REPORT")
    expect([got.text for got in bob.received] == ["hello bob"], "bob got it once")
    expect(bob.received[0].tpdu == message.tpdu, "octet for octet")
    await carrier.until(lambda: bob.received[0].reported == 202, "his report was answered 202 Accepted")
    await settled(carrier)
    expect_own(carrier, lambda: carrier.ground.journal().count(b"\n") == 1, "there is one charging record")
