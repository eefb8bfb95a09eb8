"""Many application servers that one acts for: configured and registered in bulk (5GMARCH_Ph2)."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.application_server import ApplicationServer
from lab.msgin5g.plan import Msgin5gPlan
from lab.msgin5g.records import address
from lab.msgin5g.rest_node import Call
from lab.msgin5g.security import Security
from lab.msgin5g.steps import SUCCESS, answered, server, ue, until, with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge import apis
from msgin5g_bridge.asregistration import BulkASRegistrationAck
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.provisioning import (
    AsProvisioningRequest,
    BulkAsProvisioningRequest,
    BulkProvisioningResponse,
)

__all__ = ["msgin5g_bulk_applications", "msgin5g_hosted_applications", "msgin5g_hosted_elsewhere"]

_MANY = 1000
_HOST = Msgin5gPlan(application_servers=("platform",))
_HOSTED = Msgin5gPlan(application_servers=("platform", "reader"), hosted={"platform": ("weather", "traffic")})
_SAFE = replace(_HOSTED, security=Security())


def _statuses(call: Call) -> list[tuple[str, int, str]]:
    """Of each entry: the AS, the status of its result, and the cause."""
    entries = call.answer.list if isinstance(call.answer, BulkASRegistrationAck) else ()
    return [(each.as_svc_id, each.result.status or 0, each.result.cause or "") for each in entries]


async def _provisioned(carrier: Carrier, host: ApplicationServer) -> list[str]:
    """So many AS that know their Private ID only; their Service IDs, in that order."""
    entries = tuple(AsProvisioningRequest(as_priv_id=f"app{number}") for number in range(_MANY))
    body = BulkAsProvisioningRequest(count=len(entries), list=entries)
    call = host.call(apis.PROVISION_MANY_AS, body, host.function_root)
    await answered(carrier, call)
    results = call.answer.list if isinstance(call.answer, BulkProvisioningResponse) else ()
    return [each.config.svc_id for each in results if each.config]


@scenario(
    clause="5GMARCH_Ph2 b); TS 23.554 §8.1; TS 29.538 §5",
    what="a thousand application servers, configured and registered in one request each",
    plan=with_msgin5g(_HOST),
)
async def msgin5g_bulk_applications(carrier: Carrier) -> None:
    """Each has its own result, so one that is not provisioned hurts no other; then all leave."""
    host, meter = await server(carrier, "platform"), await ue(carrier, "meter")
    ids = await _provisioned(carrier, host)
    expect(len(set(ids)) == _MANY, "each has a Service ID of its own")
    call = host.register_all([*ids[:500], "nobody@msgin5g.lab.example", *ids[500:]])
    await answered(carrier, call)
    statuses = _statuses(call)
    expect([who for who, _, _ in statuses[:500]] == ids[:500], "there is a result for each, in their order")
    failed = [each for each in statuses if each[1] != 201]
    expect(
        failed == [("nobody@msgin5g.lab.example", 403, "NOT_PROVISIONED")], "all but the unknown one are in"
    )

    seventh = address(AddressType.AS, ids[7])
    await answered(carrier, *meter.send(seventh, "21 °C", report=True))
    await until(carrier, lambda: host.ledger.texts == ["21 °C"], "one of them is reached")
    await until(carrier, lambda: bool(meter.ledger.reports), "meter has a report")
    expect(meter.ledger.reports[0].ori_addr == seventh, "in the name of that one")
    await answered(carrier, host.send(meter.address, "Close the window", sender=seventh))
    await until(carrier, lambda: meter.ledger.texts == ["Close the window"], "it can send")
    expect(meter.ledger.inbox[0].message.ori_addr == seventh, "in its own name")

    gone = host.deregister_all([*ids, ids[0]])
    await answered(carrier, gone)
    statuses = _statuses(gone)
    expect({status for _, status, _ in statuses[:-1]} == {204}, "then all leave")
    expect(statuses[-1] == (ids[0], 403, "NOT_REGISTERED"), "nobody leaves twice")
    here = {each.addr for each in carrier.msgin5g.data.registered}
    expect(here == {host.address.addr, meter.address.addr}, "who has registered by himself is still there")


@scenario(
    clause="5GMARCH_Ph2 b); TS 33.501 Y.4",
    what="application servers that another one acts for, in a secured service",
    plan=with_msgin5g(_SAFE),
)
async def msgin5g_hosted_applications(carrier: Carrier) -> None:
    """Who has proved to be their host registers them; nobody else does, speaks for them, or lets them go."""
    plan = carrier.msgin5g.plan
    weather, traffic = plan.address("weather"), plan.address("traffic")
    host, reader = await server(carrier, "platform"), await server(carrier)
    meter = await ue(carrier, "meter")
    taken = reader.register_all([weather.addr])
    await answered(carrier, taken)
    expect(_statuses(taken) == [(weather.addr, 403, "NOT_AUTHORIZED")], "another AS may not")
    call = host.register_all([weather.addr, traffic.addr, reader.address.addr])
    await answered(carrier, call)
    wanted = [(weather.addr, 201, ""), (traffic.addr, 201, ""), (reader.address.addr, 403, "NOT_AUTHORIZED")]
    expect(_statuses(call) == wanted, "the host may, but for those that it acts for only")

    await answered(carrier, *meter.send(weather, "21 °C", report=True))
    await until(carrier, lambda: host.ledger.texts == ["21 °C"], "weather is reached at its host")
    await until(
        carrier, lambda: [each.deliv_st for each in meter.ledger.reports] == [SUCCESS], "meter is told, once"
    )
    forged = reader.send(meter.address, "All is well", sender=weather)
    await answered(carrier, forged)
    expect((forged.status, forged.cause) == (403, "NOT_AUTHORIZED"), "another AS may not speak for weather")
    gone = reader.deregister_all([weather.addr])
    await answered(carrier, gone)
    expect(_statuses(gone) == [(weather.addr, 403, "NOT_AUTHORIZED")], "nor let it go")
    await answered(carrier, host.send(meter.address, "Sun at noon", sender=weather))
    await until(carrier, lambda: meter.ledger.texts == ["Sun at noon"], "its host may")
    left = host.deregister_all([weather.addr, traffic.addr])
    await answered(carrier, left)
    expect([status for _, status, _ in _statuses(left)] == [204, 204], "and lets both go")


@scenario(
    clause="5GMARCH_Ph2 b); TS 23.554 §8.3.3",
    what="application servers that were registered in bulk, and a host that is away",
    plan=with_msgin5g(_HOSTED),
    needs=("platform",),
)
async def msgin5g_hosted_elsewhere(carrier: Carrier) -> None:
    """What is for one of them is stored, and goes to its host when that has registered all of them again."""
    weather = carrier.msgin5g.plan.address("weather")
    host, meter = carrier.msgin5g.application_servers["platform"], await ue(carrier, "meter")
    host.join()
    await until(carrier, lambda: weather in carrier.msgin5g.data.registered, "weather is registered")
    await carrier.crash("platform")
    (asked,) = meter.send(weather, "Hail", report=True, keep=True)
    await answered(carrier, asked)
    await carrier.revive("platform")
    carrier.msgin5g.application_servers["platform"].join()
    await until(carrier, lambda: host.ledger.texts == ["Hail"], "weather has it, once")
    id_ = meter.ledger.outbox[0].msg_id
    await until(carrier, lambda: meter.ledger.report_of(id_) == [SUCCESS], "meter is told, once")
