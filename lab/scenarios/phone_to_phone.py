"""One phone writes to the other, by way of the service centre; and back."""

from lab.carrier import Carrier
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import finished, registered
from sipbridge.rp import RpAck

__all__ = ["phone_to_phone"]


@scenario(clause="TR 23.804 §8.9, §8.10", what="MO and MT in one, there and back")
async def phone_to_phone(carrier: Carrier) -> None:
    """alice to bob, then bob to alice, each with submit report and delivery report."""
    alice, bob = await registered(carrier, "alice", "bob")
    there = alice.send("Do you read me?", to=bob.msisdn)
    await finished(carrier, there)
    await carrier.until(lambda: len(bob.ledger.inbox) == 1, "bob has alice's message")
    expect(bob.received[0].sender == alice.msisdn.international, "it says that it is from alice")
    back = bob.send("Loud and clear €", to=alice.msisdn)
    await finished(carrier, back)
    await carrier.until(lambda: len(alice.ledger.inbox) == 1, "alice has bob's message")

    expect(list(bob.ledger.inbox) == ["Do you read me?"], "bob reads what alice wrote")
    expect(list(alice.ledger.inbox) == ["Loud and clear €"], "alice reads what bob wrote")
    expect(all(isinstance(sent.report, RpAck) for sent in (there, back)), "both have their RP-ACK")
    await carrier.until(
        lambda: [message.state for message in carrier.smsc.mt] == [MtState.DELIVERED] * 2,
        "the SC knows that both were delivered",
    )
