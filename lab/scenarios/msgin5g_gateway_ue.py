"""Constrained UEs behind an MSGin5G Gateway UE, over MSGin5G-6."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.contact import Contact, Leg
from lab.msgin5g.plan import GatewayUePlan, Msgin5gPlan, UePlan
from lab.msgin5g.steps import SUCCESS, answered, ue, until, with_msgin5g
from lab.scenario import scenario

__all__ = ["msgin5g_gateway_ue", "msgin5g_gateway_ue_bulk", "msgin5g_gateway_ue_configures"]

_UES = (
    UePlan(name="valve", behind="hub", max_seg_size=128),
    UePlan(name="probe", behind="hub", max_seg_size=128),
    UePlan(name="stray", behind="hub"),
    UePlan(name="lamp"),
)


def _plan(wait: float) -> Msgin5gPlan:
    return Msgin5gPlan(ues=_UES, gateway_ues=(GatewayUePlan(name="hub", wait=wait),))


@scenario(
    clause="TS 23.554 §8.2.7; TS 24.538", what="messages through a Gateway UE", plan=with_msgin5g(_plan(0.0))
)
async def msgin5g_gateway_ue(carrier: Carrier) -> None:
    """The server knows the constrained UE by its own Service ID, and its messages pass unchanged."""
    hub, lamp = carrier.msgin5g.gateway_ues["hub"], await ue(carrier, "lamp")
    hub.register()
    await until(carrier, lambda: hub.registered, "the Gateway UE is registered")
    valve = await ue(carrier, "valve")
    registered = carrier.msgin5g.data.registered
    expect(
        registered[valve.address].contact == Contact(Leg.CLIENT, registered[hub.address].contact.address),
        "the server reaches valve by the Gateway UE",
    )
    (sent,) = lamp.send(valve.address, "open", report=True)
    await answered(carrier, sent)
    await until(carrier, lambda: valve.ledger.texts == ["open"], "valve has the message")
    id_ = valve.ledger.inbox[0].message.msg_id
    await until(carrier, lambda: lamp.ledger.report_of(id_) == [SUCCESS], "lamp has valve's report")
    await answered(carrier, *valve.send(lamp.address, "x" * 200))
    await until(carrier, lambda: lamp.ledger.texts == ["x" * 200], "lamp has valve's segments as one")
    await answered(carrier, *lamp.send(hub.address, "and you?"))
    await until(carrier, lambda: hub.ledger.texts == ["and you?"], "the Gateway UE is a UE itself")
    gone = valve.deregister()
    await answered(carrier, gone)
    expect(gone.code == 202 and valve.address not in registered, "valve leaves through it")


@scenario(
    clause="TS 23.554 §8.2.7, §8.2.8; TS 33.501 Y.6",
    what="bulk registration of constrained UEs",
    plan=with_msgin5g(_plan(0.5)),
)
async def msgin5g_gateway_ue_bulk(carrier: Carrier) -> None:
    """Registrations wait for each other, and go in one request; who may not use the Gateway UE is refused."""
    side = carrier.msgin5g
    hub = side.gateway_ues["hub"]
    hub.register()
    await until(carrier, lambda: hub.registered, "the Gateway UE is registered")
    names = ("valve", "probe", "stray")
    del side.data.subscriptions[side.plan.svc_id("stray")]
    asked = [side.ues[name].register() for name in names]
    await answered(carrier, *asked)
    expect([each.code for each in asked[:2]] == [201, 201], "valve and probe are registered")
    expect((asked[2].code, asked[2].cause) == (403, "NOT_PROVISIONED"), "stray alone is refused")
    bulks = [pdu for pdu in carrier.pdus if b'"BULKREG"' in pdu.data]
    expect(len(bulks) == 1 and b'"count":3' in bulks[0].data, "in one request for three")
    foreign = side.ues["lamp"].client.registration()
    refused = side.ues["valve"].ask(foreign)
    await answered(carrier, refused)
    expect((refused.code, refused.cause) == (403, "NOT_AUTHORIZED"), "lamp is not behind it")


_NEW = replace(_plan(0.5), unprovisioned=("valve", "probe"))


@scenario(
    clause="TS 23.554 §8.1, §8.2.7; TR 23.700-24",
    what="configuration of constrained UEs over MSGin5G-6, and their registration",
    plan=with_msgin5g(_NEW),
)
async def msgin5g_gateway_ue_configures(carrier: Carrier) -> None:
    """They know a Private ID only: the Gateway UE has them configured in one request, then registered."""
    side = carrier.msgin5g
    hub, names = side.gateway_ues["hub"], ("valve", "probe")
    hub.register()
    await until(carrier, lambda: hub.registered, "the Gateway UE is registered")
    valve = side.ues["valve"]
    early = valve.ask(side.ues["lamp"].client.registration())
    await answered(carrier, early)
    expect(early.cause == "NOT_AUTHORIZED", "nobody registers through it who is not behind it")
    asked = [side.ues[name].provision() for name in names]
    await answered(carrier, *asked)
    expect(all(each.taken for each in asked), "both are configured")
    bulks = [pdu for pdu in carrier.pdus if b"uePrivId" in pdu.data and b"count" in pdu.data]
    expect(len(bulks) == 1, "in one request for two")
    registrations = [side.ues[name].register() for name in names]
    await answered(carrier, *registrations)
    expect([each.code for each in registrations] == [201, 201], "and registered in one more")
    lamp = await ue(carrier, "lamp")
    await answered(carrier, *lamp.send(valve.address, "open"))
    await until(carrier, lambda: valve.ledger.texts == ["open"], "valve is reached by its new Service ID")
    foreign = valve.ask(side.ues["stray"].client.provisioning(side.settings.function_id), valve.function)
    await answered(carrier, foreign)
    expect((foreign.code, foreign.cause) == (403, "NOT_AUTHORIZED"), "who is not new is not configured")
