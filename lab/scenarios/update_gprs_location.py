"""The gateway as an SGSN of the HLR, as TR 23.804 reuses Gr: the HLR tells the MSISDN, and may end it."""

from dataclasses import replace

from ipsmgw.identity import Msisdn
from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import delivered, deregistered, finished, hlr_dialogues, registered, told, until_own

__all__ = ["location_cancelled", "location_purged", "location_updated", "renumbered", "roaming_not_allowed"]

_REGISTRATION = "TR 23.804 §5.1.3.1, §8.7, TS 29.002 §8.1.7, §8.8.1"


def _as_sgsn(plan: Plan) -> Plan:
    """The S-CSCF tells the IMSI and nothing else."""
    return replace(plan, registration="updateGprsLocation", service_info="imsi={imsi}")


@scenario(clause=_REGISTRATION, what="updateGprsLocation: the HLR tells the MSISDN", plan=_as_sgsn)
async def location_updated(carrier: Carrier) -> None:
    """updateGprsLocation, insertSubscriberData in the same dialogue, its result, the result; MO and MT."""
    alice, bob = await registered(carrier, "alice", "bob")
    await told(carrier)
    sent = alice.send("by way of Gr", to=bob.msisdn)
    await finished(carrier, sent)
    expect(
        [got.oa for got in carrier.smsc.mo] == [alice.msisdn],
        "the SC has her message under the MSISDN of the HLR",
    )
    (message,) = carrier.smsc.mt
    await delivered(carrier, message)
    expect([got.text for got in bob.received] == ["by way of Gr"], "bob has it once")


@scenario(clause="TR 23.804 §8.8, TS 29.002 §8.1.6", what="de-registration by purgeMS", plan=_as_sgsn)
async def location_purged(carrier: Carrier) -> None:
    """REGISTER with Expires 0, purgeMS."""
    (alice,) = await registered(carrier, "alice")
    await told(carrier)
    await deregistered(carrier, alice)
    await _forgotten(carrier)
    message = carrier.smsc.submit("are you there?", alice.msisdn)
    await carrier.until(lambda: message.state is MtState.WAITING, "the SC waits for her")
    expect(message.outcome == "ABSENT_SUBSCRIBER_SM 11", "the HLR said that she is not registered")


@scenario(clause="TS 29.002 §8.1.3", what="the HLR ends the subscription: cancelLocation", plan=_as_sgsn)
async def location_cancelled(carrier: Carrier) -> None:
    """cancelLocation(subscriptionWithdraw); a refresh at the S-CSCF does not bring her back."""
    (alice,) = await registered(carrier, "alice")
    await told(carrier)
    carrier.hlr.withdraw(alice.msisdn)
    await _forgotten(carrier)
    await carrier.until(lambda: carrier.hlr.open_work == 0, "the HLR has its answer")
    await _refused(carrier, alice)


@scenario(clause=_REGISTRATION, what="the HLR lets a subscriber not roam here", plan=_as_sgsn)
async def roaming_not_allowed(carrier: Carrier) -> None:
    """updateGprsLocation is refused with roamingNotAllowed: the S-CSCF has her, and that is all."""
    alice = carrier.phone("alice")
    carrier.hlr.subscriber(alice.msisdn).roaming_allowed = False
    await _refused(carrier, alice)
    sent = alice.send("may I?", to=carrier.plan.subscriber("bob").msisdn)
    await finished(carrier, sent)
    expect(not carrier.smsc.mo, "nobody knows under which number she would send")


@scenario(clause="TS 29.002 §8.8.1", what="a new MSISDN, by insertSubscriberData", plan=_as_sgsn)
async def renumbered(carrier: Carrier) -> None:
    """insertSubscriberData in a dialogue of its own: from then on she sends under the new number."""
    alice, old = carrier.phone("alice"), Msisdn("15551008888")
    carrier.hlr.renumber(alice.msisdn, old)
    record = carrier.hlr.subscriber(old)
    alice.register()
    await carrier.until(lambda: record.ip_sm_gw is not None, "the HLR has the gateway's number for her")
    await told(carrier)
    carrier.hlr.renumber(old, alice.msisdn)
    await carrier.until(lambda: carrier.hlr.open_work == 0, "the gateway knows the new number")
    sent = alice.send("my new number", to=carrier.plan.subscriber("bob").msisdn)
    await finished(carrier, sent)
    expect(
        [got.oa for got in carrier.smsc.mo] == [alice.msisdn], "the SC has her message under the new number"
    )


async def _forgotten(carrier: Carrier) -> None:
    await until_own(
        carrier, lambda: carrier.gateway.status()["bindings"] == 0, "the gateway has forgotten the binding"
    )


async def _refused(carrier: Carrier, phone: Phone) -> None:
    """She registers, and the HLR will not have it."""
    phone.register()
    await carrier.until(lambda: phone.registered, "she is registered at the S-CSCF")
    await until_own(carrier, lambda: carrier.gateway.status()["bindings"] == 1, "the gateway has her binding")
    await told(carrier)
    expect(carrier.hlr.subscriber(phone.msisdn).ip_sm_gw is None, "the HLR has no gateway for her")
    before = hlr_dialogues(carrier)
    expect(before > 0, "it was asked")
    await carrier.pause(carrier.plan.timers.hlr_retry * 1.2)
    expect(hlr_dialogues(carrier) == before, "it is not asked again")
