"""A phone registers: the gateway learns it from the S-CSCF, and tells the HLR."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.scenario import scenario
from lab.seen import answers
from lab.steps import expect_own, registered

__all__ = ["register"]


@scenario(clause="TS 24.341 §5.3.2.2, TS 23.204 §6.1, TR 23.804 §8.7", what="registration reaches the HLR")
async def register(carrier: Carrier) -> None:
    """REGISTER, third-party REGISTER, anyTimeModification(activate); a refresh tells the HLR nothing new."""
    (alice,) = await registered(carrier, "alice")
    has_contact = "the S-CSCF has alice's contact"
    expect_own(carrier, lambda: carrier.scscf.registered(alice.impu, carrier.now), has_contact, of="scscf")
    expect_own(carrier, lambda: carrier.gateway.status()["bindings"] == 1, "the gateway has one binding")
    expect(
        carrier.hlr.subscriber(carrier.plan.subscriber("bob").msisdn).ip_sm_gw is None,
        "bob is not registered",
    )

    expect(answers(carrier, "REGISTER", "ipsmgw", "scscf") == [200], "the S-CSCF has its 200 OK, once")

    await carrier.pause(0.5)  # the answer of the HLR may still be under way
    before = sum(pdu.protocol == "m3ua" for pdu in carrier.pdus)
    alice.register()
    await carrier.until(lambda: alice.registered, "alice has refreshed her registration")
    await carrier.pause(1.0)
    expect(sum(pdu.protocol == "m3ua" for pdu in carrier.pdus) == before, "the refresh costs the HLR nothing")
    expect_own(carrier, lambda: carrier.gateway.status()["bindings"] == 1, "it is still the same binding")
