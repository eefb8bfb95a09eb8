"""The gateway crashes between two messages: bindings and charging records survive."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import delivered, expect_own, finished, registered, settled
from sipbridge.rp import RpAck

__all__ = ["gateway_restart"]


@scenario(clause="DESIGN §5", what="after a crash the gateway knows who is registered", needs=("ipsmgw",))
async def gateway_restart(carrier: Carrier) -> None:
    """MO, crash, MO: nobody has to register again."""
    alice, bob = await registered(carrier, "alice", "bob")
    first = alice.send("before", to=bob.msisdn)
    await finished(carrier, first)
    await carrier.until(lambda: list(bob.ledger.inbox) == ["before"], "bob has the first message")
    await delivered(carrier, carrier.smsc.mt[0])
    await settled(carrier)

    await carrier.restart("ipsmgw", after=1.0)
    expect_own(carrier, lambda: carrier.gateway.status()["bindings"] == 2, "both bindings are still there")
    expect_own(
        carrier,
        lambda: carrier.ground.journal().count(b"\n") == 2,
        "and so are the charging records of the MO and the MT",
    )
    await carrier.until(
        carrier.linked, "the gateway's associations are active again", within=carrier.plan.timers.start
    )

    second = alice.send("after", to=bob.msisdn)
    await finished(carrier, second)
    expect(isinstance(second.report, RpAck), "the second MO has its RP-ACK")
    await carrier.until(
        lambda: list(bob.ledger.inbox) == ["before", "after"], "bob has both messages, once each"
    )
