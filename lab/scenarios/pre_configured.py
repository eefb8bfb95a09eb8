"""The HLR has the gateway's address of all subscribers already: it is told of no registration."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios.mixed import crowd, play
from lab.steps import delivered, hlr_dialogues, until_own

__all__ = ["pre_configured", "pre_configured_mixed"]


def _known(plan: Plan) -> Plan:
    return replace(plan, registration="none")


@scenario(
    clause="TR 23.804 §8.7 step 5, §8.8 step 5, TS 23.204 §6.6",
    what="the HLR has our address already",
    plan=_known,
)
async def pre_configured(carrier: Carrier) -> None:
    """Registration and its end cost the HLR nothing; the gateway itself says who is absent, and by
    readyForSM that he is there again.
    """
    bob = carrier.phone("bob")
    bob.register()
    await carrier.until(lambda: bob.registered, "bob registered at the S-CSCF")
    await until_own(carrier, lambda: carrier.gateway.status()["bindings"] == 1, "the gateway has his binding")
    await carrier.pause(1.0)
    expect(hlr_dialogues(carrier) == 0, "the HLR has heard of nobody")
    first = carrier.smsc.submit("here you are", bob.msisdn)
    await delivered(carrier, first)
    expect([got.text for got in bob.received] == ["here you are"], "bob has it once")

    bob.deregister()
    await until_own(
        carrier, lambda: carrier.gateway.status()["bindings"] == 0, "his binding has ended at once"
    )
    second = carrier.smsc.submit("and now?", bob.msisdn)
    await carrier.until(lambda: second.state is MtState.WAITING, "the SC waits for him")
    expect(second.outcome == "ABSENT_SUBSCRIBER_SM 11", "the gateway said that he is not registered")
    expect(bool(second.attempts[0].forwards), "it was asked: the HLR did not know")

    record = carrier.hlr.subscriber(bob.msisdn)
    await carrier.until(lambda: record.unri, "the HLR notes that he is not reachable")
    bob.register()
    await delivered(carrier, second)
    expect(second.state is MtState.DELIVERED, "it reaches him")
    expect(len(second.attempts) == 2 and len(carrier.sc_data.alerts) == 1, "by an alert")
    expect(not record.unri, "for the HLR has heard that he is present")
    expect(hlr_dialogues(carrier) == 1, "and nothing else of it all")


@scenario(
    clause="DESIGN §10",
    what="all of it at random, with an HLR that is told of no registration",
    plan=lambda plan: crowd(_known(plan)),
    robust=True,
)
async def pre_configured_mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every message has come to its end."""
    await play(carrier)
