"""MSGin5G messages between UEs, application servers, groups, areas and topics, with their reports."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.contact import Leg
from lab.msgin5g.plan import GatewayPlan, Msgin5gPlan, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, gateway, server, ue, until, with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import MessageResponse
from msgin5g_bridge.msgdelivery import DeliveryStatus
from msgin5g_bridge.names import FailureCause

__all__ = [
    "msgin5g_app_to_point",
    "msgin5g_broadcast",
    "msgin5g_group",
    "msgin5g_non_3gpp",
    "msgin5g_point_to_app",
    "msgin5g_point_to_point",
    "msgin5g_topic",
    "msgin5g_unknown",
]

_TWO = Msgin5gPlan(ues=(UePlan(name="meter", max_seg_size=128), UePlan(name="lamp")))
_WITH_PHONE = Msgin5gPlan(
    gateways=(GatewayPlan(name="l3g", phones=("phone",)),), groups={"team": ("meter", "lamp", "phone")}
)
_NON_3GPP = Msgin5gPlan(gateways=(GatewayPlan(name="n3g", leg=Leg.N3G, phones=("valve",)),))
_AREA = Msgin5gPlan(gateways=(GatewayPlan(name="bmg", leg=Leg.BMG),), areas={"town": "bmg"})
_JSON_POST = b"\x42\x02"


@scenario(
    clause="TS 23.554 §8.3; TS 24.538", what="MSG from UE to UE, and its IMDN back", plan=with_msgin5g(_TWO)
)
async def msgin5g_point_to_point(carrier: Carrier) -> None:
    """A constrained UE and another: once with a report that was asked for, once without."""
    meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp")
    (sent,) = meter.send(lamp.address, "on", report=True)
    await answered(carrier, sent)
    expect(sent.code == 204, "the server takes it with 2.04")
    await until(carrier, lambda: lamp.ledger.texts == ["on"], "lamp has it, once")
    message = lamp.ledger.inbox[0].message
    expect(message.ori_addr == meter.address, "it says that it is from meter")
    await until(carrier, lambda: meter.ledger.report_of(message.msg_id) == [SUCCESS], "meter is told, once")

    (back,) = lamp.send(meter.address, "is on")
    await answered(carrier, back)
    await until(carrier, lambda: meter.ledger.texts == ["is on"], "meter has the answer")
    await until(carrier, lambda: not carrier.open_work, "nothing more is said")
    expect(not lamp.ledger.reports, "nobody reports what nobody asked for")
    posts = [pdu.data[:2] for pdu in carrier.pdus if pdu.protocol == "coap" and pdu.source == "meter"]
    expect(bool(posts) and _JSON_POST in posts, "it asks by confirmable POST")


@scenario(
    clause="TS 29.538 §5; TS 23.554 §8.3", what="AS to UE, with its report", plan=with_msgin5g(Msgin5gPlan())
)
async def msgin5g_app_to_point(carrier: Carrier) -> None:
    """deliver-as-message over REST becomes a MSG over CoAP, and its IMDN a report over REST."""
    reader, meter = await server(carrier), await ue(carrier, "meter")
    call = reader.send(meter.address, "read yourself", report=True)
    await answered(carrier, call)
    expect(call.ack is not None and not call.ack.status, "the server's 200 says that all is well so far")
    await until(carrier, lambda: meter.ledger.texts == ["read yourself"], "meter has it")
    id_ = meter.ledger.inbox[0].message.msg_id
    await until(carrier, lambda: reader.ledger.report_of(id_) == [SUCCESS], "the AS is told")


@scenario(
    clause="TS 29.538 §5; TS 23.554 §8.3", what="UE to AS, with its report", plan=with_msgin5g(Msgin5gPlan())
)
async def msgin5g_point_to_app(carrier: Carrier) -> None:
    """A MSG over CoAP becomes a call at the targetUri of the AS, which reports."""
    reader, meter = await server(carrier), await ue(carrier, "meter")
    (sent,) = meter.send(reader.address, "42.7 kWh €", report=True)
    await answered(carrier, sent)
    await until(carrier, lambda: reader.ledger.texts == ["42.7 kWh €"], "the AS has it, octet for octet")
    id_ = reader.ledger.inbox[0].msg_id
    await until(carrier, lambda: meter.ledger.report_of(id_) == [SUCCESS], "meter is told")


@scenario(
    clause="TS 23.554 §8.7.4; TS 29.538 §9",
    what="a group of UEs of different kinds",
    plan=with_msgin5g(_WITH_PHONE),
)
async def msgin5g_group(carrier: Carrier) -> None:
    """Each member gets a copy, the phone by its gateway, and each reports; who is not there fails."""
    reader, meter = await server(carrier), await ue(carrier, "meter")
    l3g = await gateway(carrier, "l3g", "phone")
    call = reader.send(address(AddressType.GROUP, "team"), "to all", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: len(reader.ledger.reports) == 3, "there is a report for each member")
    plan = carrier.msgin5g.plan
    told = {report.ori_addr: report.deliv_st for report in reader.ledger.reports}
    expect(
        told == {meter.address: SUCCESS, plan.address("phone"): SUCCESS, plan.address("lamp"): FAILURE},
        "meter and the phone have it, lamp is not registered",
    )
    expect(meter.ledger.texts == ["to all"] == l3g.ledger.texts, "one copy each")
    via = meter.ledger.inbox[0].message.via_addr
    expect(via == address(AddressType.GROUP, "team"), "the copy says by which group")


@scenario(
    clause="TS 29.538 §9, MSGG_BGDelivery", what="a broadcast area by its gateway", plan=with_msgin5g(_AREA)
)
async def msgin5g_broadcast(carrier: Carrier) -> None:
    """The Broadcast Message Gateway sees area and payload, and nobody reports."""
    reader, bmg = await server(carrier), carrier.msgin5g.gateways["bmg"]
    area = address(AddressType.BC, "town")
    call = reader.send(area, "boil your water", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: bmg.ledger.texts == ["boil your water"], "the gateway has it")
    expect(bmg.ledger.inbox[0].dest_addr == area, "and its area")
    await until(carrier, lambda: not carrier.open_work, "nothing more is said")
    expect(not reader.ledger.reports, "a broadcast has no report")


@scenario(clause="TS 23.554 §8.8; TS 29.538 §5", what="Messaging Topics", plan=with_msgin5g(Msgin5gPlan()))
async def msgin5g_topic(carrier: Carrier) -> None:
    """UE and AS subscribe; who has unsubscribed gets nothing any more."""
    reader, meter, lamp = await server(carrier), await ue(carrier, "meter"), await ue(carrier, "lamp")
    topic = address(AddressType.TOPIC, "alarms")
    subscribed = (reader.subscribe("alarms"), lamp.ask(lamp.client.subscription("alarms")))
    await answered(carrier, *subscribed)
    expect(all(each.taken for each in subscribed), "both are subscribed")
    await answered(carrier, *meter.send(topic, "fire"))
    await until(carrier, lambda: reader.ledger.texts == lamp.ledger.texts == ["fire"], "both have it")
    await answered(carrier, reader.unsubscribe("alarms"))
    await answered(carrier, *meter.send(topic, "out"))
    await until(carrier, lambda: lamp.ledger.texts == ["fire", "out"], "lamp has the next too")
    expect(reader.ledger.texts == ["fire"], "the AS has not")


@scenario(
    clause="TS 29.538 §9, MSGG_N3GDelivery",
    what="a non-3GPP UE behind its gateway",
    plan=with_msgin5g(_NON_3GPP),
)
async def msgin5g_non_3gpp(carrier: Carrier) -> None:
    """The Non-3GPP Message Gateway gets message and report."""
    n3g, lamp = await gateway(carrier, "n3g", "valve"), await ue(carrier, "lamp")
    plan = carrier.msgin5g.plan
    await answered(carrier, *lamp.send(plan.address("valve"), "open"))
    await until(carrier, lambda: n3g.ledger.texts == ["open"], "the gateway has it")
    call = n3g.send(plan.svc_id("valve"), lamp.address, "is open", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: lamp.ledger.texts == ["is open"], "lamp has the answer")
    id_ = lamp.ledger.inbox[0].message.msg_id
    await until(carrier, lambda: n3g.ledger.report_of(id_) == [SUCCESS], "the gateway has the report")


@scenario(clause="TS 23.554 §8.3.3", what="recipients that are not there", plan=with_msgin5g(Msgin5gPlan()))
async def msgin5g_unknown(carrier: Carrier) -> None:
    """Who is unknown is refused, who is not registered fails; over CoAP and over REST alike."""
    reader, meter = await server(carrier), await ue(carrier, "meter")
    nobody, lamp = address(AddressType.UE, "nobody@elsewhere"), carrier.msgin5g.plan.address("lamp")
    (refused,), (failed,) = meter.send(nobody, "?"), meter.send(lamp, "?", report=True)
    unknown, absent = reader.send(nobody, "?"), reader.send(lamp, "?", report=True)
    await answered(carrier, refused, failed, unknown, absent)
    expect((refused.code, refused.cause) == (404, FailureCause.RECIPIENT_UNKNOWN), "4.04 over CoAP")
    expect((unknown.status, unknown.cause) == (404, FailureCause.RECIPIENT_UNKNOWN), "404 over REST")
    body = failed.body
    expect(
        isinstance(body, MessageResponse) and body.failure_cause == FailureCause.RECIPIENT_NOT_REGISTERED,
        "a MSGRESP says that who is not registered has not got it",
    )
    ack = absent.ack
    expect(ack is not None and ack.status == DeliveryStatus.DELY_FAILED, "so does the acknowledgement")
    await until(carrier, lambda: not carrier.open_work, "nothing more is said")
    expect(not meter.ledger.reports and not reader.ledger.reports, "what was told at once is told once")
