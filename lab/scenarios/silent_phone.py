"""A registered phone does not answer; when it is back, the HLR alerts the service centre."""

from lab.carrier import Carrier
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import delivered, deregistered, registered

__all__ = ["silent_phone"]


@scenario(
    clause="TS 23.040 §3.2, TS 29.002 §23.5, §23.6, TR 23.804 §8.5, §8.6",
    what="absent, reported, alerted, delivered",
)
async def silent_phone(carrier: Carrier) -> None:
    """absentSubscriberSM and reportSM-DeliveryStatus; later alertServiceCentre, and delivery."""
    (bob,) = await registered(carrier, "bob")
    record = carrier.hlr.subscriber(bob.msisdn)
    bob.mute()
    message = carrier.smsc.submit("anybody there?", bob.msisdn)
    no_answer = 64 * carrier.plan.timers.t1
    await carrier.until(
        lambda: bool(message.attempts and message.attempts[0].outcome),
        "the first attempt has ended",
        within=no_answer + carrier.plan.timers.settle,
    )
    expect(message.outcome == "ABSENT_SUBSCRIBER_SM 12", "it is absentSubscriberSM, no response via IP-SM-GW")
    await carrier.until(lambda: record.waiting == [carrier.plan.sc_number], "the HLR notes the SC in its MWD")
    expect(record.unri, "and that bob is not reachable over IMS")

    bob.unmute()
    await deregistered(carrier, bob)
    attempts = len(message.attempts)
    await registered(carrier, "bob")
    await delivered(carrier, message)
    expect(message.state is MtState.DELIVERED, "the message is delivered after the alert")
    expect(len(message.attempts) == attempts + 1, "with the attempt that the alert caused")
    expect([got.text for got in bob.received] == ["anybody there?"], "bob got it once")
    await carrier.until(
        lambda: not record.waiting and not record.unri, "the HLR's waiting data is empty again"
    )
