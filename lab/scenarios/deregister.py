"""A phone leaves: the HLR must not send anything to the gateway for it."""

from lab.carrier import Carrier
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.scenario import scenario
from lab.seen import answers
from lab.steps import deregistered, expect_own, registered, until_own

__all__ = ["deregister"]


@scenario(clause="TS 23.204 §6.2, TR 23.804 §8.8", what="de-registration reaches the HLR")
async def deregister(carrier: Carrier) -> None:
    """REGISTER with Expires 0, third-party REGISTER, anyTimeModification(deactivate)."""
    (alice,) = await registered(carrier, "alice")
    await deregistered(carrier, alice)
    gone = "the S-CSCF has no contact of alice"
    expect_own(carrier, lambda: not carrier.scscf.registered(alice.impu, carrier.now), gone, of="scscf")
    await until_own(
        carrier, lambda: carrier.gateway.status()["bindings"] == 0, "the gateway has forgotten the binding"
    )

    expect(answers(carrier, "REGISTER", "ipsmgw", "scscf") == [200, 200], "the S-CSCF has its 200 OK, twice")
    message = carrier.smsc.submit("are you there?", alice.msisdn)
    await carrier.until(lambda: message.state is MtState.WAITING, "the SC waits for her")
    expect(
        message.outcome == "ABSENT_SUBSCRIBER_SM 11", "the HLR said that she is de-registered from the IMS"
    )
    expect(not alice.received, "alice got nothing")
