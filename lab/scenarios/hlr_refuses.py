"""The HLR does not know who registers, or does not answer: the gateway does not believe it has been told."""

from dataclasses import replace

from ipsmgw.identity import Imsi
from lab.carrier import Carrier
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import expect_own, hlr_dialogues, until_own

__all__ = [
    "hlr_knows_nobody",
    "hlr_knows_nobody_to_serve",
    "hlr_silent",
    "hlr_silent_of_a_location",
]


def _as_sgsn(plan: Plan) -> Plan:
    return replace(plan, registration="updateGprsLocation", service_info="imsi={imsi}")


@scenario(clause="TS 29.002 §8.11.4", what="anyTimeModification: unknownSubscriber")
async def hlr_knows_nobody(carrier: Carrier) -> None:
    """The S-CSCF has her, the HLR does not: it is asked once for each REGISTER, and not again."""
    await _unknown(carrier)


@scenario(clause="TS 29.002 §8.1.7", what="updateGprsLocation: unknownSubscriber", plan=_as_sgsn)
async def hlr_knows_nobody_to_serve(carrier: Carrier) -> None:
    """The S-CSCF has her, the HLR does not: it is asked once for each REGISTER, and not again."""
    await _unknown(carrier)


@scenario(clause="TS 29.002 §8.11.4, TS 23.204 §6.1", what="anyTimeModification: silence, told again")
async def hlr_silent(carrier: Carrier) -> None:
    """The HLR does not answer; it is told again until it does, of the end as well."""
    await _silent(carrier)


@scenario(clause="TS 29.002 §8.1.7, §8.1.6", what="updateGprsLocation: silence, told again", plan=_as_sgsn)
async def hlr_silent_of_a_location(carrier: Carrier) -> None:
    """The HLR does not answer; it is told again until it does, of the end as well."""
    await _silent(carrier)


async def _unknown(carrier: Carrier) -> None:
    alice = carrier.phone("alice")
    record = carrier.hlr_data.by_imsi.pop(Imsi(alice.subscriber.imsi))
    alice.register()
    await carrier.until(lambda: alice.registered, "alice is registered at the S-CSCF")
    await until_own(
        carrier,
        lambda: carrier.gateway.status()["bindings"] == 1 and carrier.gateway.open_exchanges == 0,
        "the HLR has refused her",
    )
    before = hlr_dialogues(carrier)
    await carrier.pause(carrier.plan.timers.hlr_retry * 1.2)
    expect(hlr_dialogues(carrier) == before == 1, "it is not asked again")
    expect(record.ip_sm_gw is None, "the HLR has no gateway for her")


async def _silent(carrier: Carrier) -> None:
    alice, timers = carrier.phone("alice"), carrier.plan.timers
    record = carrier.hlr.subscriber(alice.msisdn)
    within = timers.hlr_answer + timers.hlr_retry + timers.settle
    carrier.hlr.mute()
    alice.register()
    await until_own(carrier, lambda: carrier.gateway.status()["bindings"] == 1, "the gateway has her binding")
    await carrier.pause(timers.hlr_answer)
    expect(record.ip_sm_gw is None, "the HLR has not taken it")
    carrier.hlr.unmute()
    await carrier.until(lambda: record.ip_sm_gw is not None, "it is told again, and takes it", within)

    carrier.hlr.mute()
    alice.deregister()
    await carrier.until(lambda: not alice.registered, "alice is de-registered")
    await carrier.pause(timers.hlr_answer)
    expect(record.ip_sm_gw is not None, "the HLR has not heard of the end")
    expect_own(
        carrier, lambda: carrier.gateway.status()["bindings"] == 1, "so the gateway has not forgotten it"
    )
    carrier.hlr.unmute()
    await carrier.until(lambda: record.ip_sm_gw is None, "it is told again, and takes it", within)
    await until_own(
        carrier, lambda: carrier.gateway.status()["bindings"] == 0, "the gateway has forgotten her"
    )
