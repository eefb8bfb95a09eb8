"""A phone has no room for another short message."""

from lab.carrier import Carrier
from lab.elements.phone_reception import Mode
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import delivered, registered

__all__ = ["memory_full"]


@scenario(
    clause="TS 23.040 §3.3.2, TS 29.002 §23.3.7, §23.5", what="RP-ERROR 22, reported to the HLR, tried again"
)
async def memory_full(carrier: Carrier) -> None:
    """RP-ERROR 22 becomes memoryCapacityExceeded; the HLR notes it, and the SC's schedule delivers later."""
    (bob,) = await registered(carrier, "bob")
    record = carrier.hlr.subscriber(bob.msisdn)
    bob.behave(Mode.MEMORY_FULL)
    message = carrier.smsc.submit("one more", bob.msisdn)
    await carrier.until(lambda: record.mcef, "the HLR notes that bob's memory is full")
    expect(message.outcome == "SM_DELIVERY_FAILURE MEMORY_CAPACITY_EXCEEDED", "the SC was told why")
    expect(record.waiting == [carrier.plan.sc_number], "the SC is in the MWD")
    expect(not bob.ledger.inbox, "bob has not kept it")

    bob.behave(Mode.OBEDIENT)
    timers = carrier.plan.timers
    await delivered(carrier, message, within=timers.sc_retries[0] + timers.settle)
    expect(message.state is MtState.DELIVERED, "the SC's next attempt delivers it")
    expect(list(bob.ledger.inbox) == ["one more"], "bob has it once")
    await carrier.until(lambda: not record.mcef and not record.waiting, "the HLR has cleared its flags")
