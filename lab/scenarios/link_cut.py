"""The association to the SM-SC is cut while nothing is under way, and comes back."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import finished, registered
from sipbridge.rp import RpAck

__all__ = ["link_cut"]


@scenario(clause="RFC 4666 §4.3.1, §4.3.4", what="an association is cut and comes back; messages flow again")
async def link_cut(carrier: Carrier) -> None:
    """Cut, reconnect, ASPUP, ASPAC, and an MO in the new life of the association."""
    alice, bob = await registered(carrier, "alice", "bob")
    carrier.cut("ipsmgw", "smsc")
    await carrier.until(lambda: not carrier.linked(), "the SM-SC sees that the association is down")
    await carrier.until(carrier.linked, "the association is active again", within=carrier.plan.timers.start)
    await carrier.pause(0.5)

    sent = alice.send("still there?", to=bob.msisdn)
    await finished(carrier, sent)
    expect(isinstance(sent.report, RpAck), "the MO has its RP-ACK")
    await carrier.until(lambda: list(bob.ledger.inbox) == ["still there?"], "bob has the message")
