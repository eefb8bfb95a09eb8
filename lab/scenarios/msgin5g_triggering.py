"""UEs that sleep are woken by a short message, by the rule that says when (TS 23.554 §8.9, TS 29.122)."""

from dataclasses import replace
from datetime import UTC, datetime

from ipsmgw.sms import Deliver, Direction, decode, ports, read
from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.phone_reception import DEVICE_TRIGGERING
from lab.expectation import expect
from lab.msgin5g.application_server import ApplicationServer
from lab.msgin5g.plan import SCEF, Msgin5gPlan, ScefPlan, UePlan
from lab.msgin5g.rest_node import Call
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, moment, server, ue, until
from lab.msgin5g.ue import Msgin5gUe
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import registered, settled
from mapstack.map import CallBarringCause
from msgin5g_bridge.msgdelivery import DeliveryStatus, Priority
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.registration import CommunicationAvailability

__all__ = [
    "msgin5g_trigger_asleep",
    "msgin5g_trigger_at_once",
    "msgin5g_trigger_expired",
    "msgin5g_trigger_refused",
    "msgin5g_trigger_restart",
    "msgin5g_trigger_window",
    "msgin5g_triggered",
]

_SERVICE = Msgin5gPlan(
    ues=(UePlan(name="meter", phone="alice"), UePlan(name="lamp")),
    scef=ScefPlan(),
    server=ServerSettings(retry=0.5, errand=1.0),
)
_WEEK = 7 * 86_400
_SOON, _SHORT = 1.0, 3.0


def _with_device(plan: Plan) -> Plan:
    return plan.with_msgin5g(_SERVICE)


async def _asleep(carrier: Carrier) -> tuple[ApplicationServer, Msgin5gUe, Phone]:
    """The AS, and a UE in alice's phone that has registered once and has left; the phone is in the IMS."""
    reader, meter = await server(carrier), await ue(carrier, "meter")
    await answered(carrier, meter.deregister())
    (alice,) = await registered(carrier, "alice")
    await carrier.until(lambda: carrier.msgin5g.scef.bound, "the SCEF is bound at the SM-SC")
    return reader, meter, alice


def _id(call: Call) -> str:
    return call.ack.msg_id if call.ack else ""


def _explained(carrier: Carrier, call: Call, what: str) -> bool:
    return any(what in line for line in carrier.msgin5g.m5s.server.explain(_id(call)))


async def _reported(carrier: Carrier, reader: ApplicationServer, call: Call, text: str) -> None:
    """The UE has the text, once, and the AS knows it."""
    meter = carrier.msgin5g.ues["meter"]
    await until(carrier, lambda: text in meter.ledger.texts, "the UE has woken, and has it")
    await until(carrier, lambda: reader.ledger.report_of(_id(call)) == [SUCCESS], "the AS is told, once")


@scenario(
    clause="TS 23.554 §8.9.2; TS 29.122 §5.7; TS 23.040 §9.2.3.9",
    what="stored, and the UE is triggered by SMS over IMS",
    plan=_with_device,
)
async def msgin5g_triggered(carrier: Carrier) -> None:
    """Server, SCEF, SM-SC, gateway, phone: the UE in it wakes, registers, and gets its message."""
    reader, meter, alice = await _asleep(carrier)
    call = reader.send(meter.address, "wake up", keep=True, report=True)
    await answered(carrier, call)
    expect(call.ack is not None and call.ack.status == DeliveryStatus.DELY_STORED, "the AS hears DELY_STORED")
    await _reported(carrier, reader, call, "wake up")
    expect(_explained(carrier, call, "stored and triggered"), "explain names the rule")

    tpdu = decode(alice.received[0].tpdu, direction=Direction.TO_UE)
    assert isinstance(tpdu, Deliver)
    content = read(tpdu)
    header = ports(content.header) if content else None
    expect(tpdu.tp_pid == DEVICE_TRIGGERING, "the phone got a Device Triggering Short Message")
    expect(header is not None and header.destination == _SERVICE.ues[0].port, "for the port of the client")
    expect(tpdu.tp_oa.digits == ScefPlan().number, "from the SCEF")
    expect(not alice.ledger.inbox, "nobody reads it")
    expect([each.outcome for each in carrier.smsc.mt] == ["delivered"], "the SC has delivered it")
    await settled(carrier)


@scenario(
    clause="TS 23.554 §8.9.2", what="triggered for what is not to be stored, and once", plan=_with_device
)
async def msgin5g_trigger_at_once(carrier: Carrier) -> None:
    """What may not be stored waits a moment for the UE; two messages wake it with one trigger."""
    reader, meter, alice = await _asleep(carrier)
    calls = [reader.send(meter.address, text, report=True) for text in ("now", "and this")]
    await answered(carrier, *calls)
    expect(all(each.ack and not each.ack.status for each in calls), "the AS hears that both are on their way")
    for call, text in zip(calls, ("now", "and this"), strict=True):
        await _reported(carrier, reader, call, text)
    expect(_explained(carrier, calls[0], "triggered, not stored"), "explain names the rule")
    expect(len(alice.received) == 1, "with one trigger")
    await answered(carrier, *carrier.msgin5g.ues["lamp"].send(meter.address, "not registered"))
    expect(not meter.ledger.texts[2:], "who is not registered may not wake anybody")


@scenario(clause="TS 23.554 §8.9.2", what="a UE that is registered, and does not listen", plan=_with_device)
async def msgin5g_trigger_asleep(carrier: Carrier) -> None:
    """Silence is a reason to trigger; a refusal is none."""
    reader, meter, alice = await _asleep(carrier)
    await ue(carrier, "meter")
    meter.deaf = True
    call = reader.send(meter.address, "are you there?", keep=True, report=True)
    await answered(carrier, call)
    await _reported(carrier, reader, call, "are you there?")
    expect(_explained(carrier, call, "(TIMEOUT)"), "explain says that it did not answer")
    expect(len(alice.received) == 1, "one trigger was enough")


@scenario(
    clause="TS 23.554 §8.2.1, §8.9", what="out of its window: stored only, or triggered", plan=_with_device
)
async def msgin5g_trigger_window(carrier: Carrier) -> None:
    """What can wait for the window does; what is urgent, or would expire before it, wakes the UE."""
    reader, meter, alice = await _asleep(carrier)
    opens = datetime.fromtimestamp(carrier.now + _WEEK, UTC)
    meter.client.settings = replace(
        meter.client.settings, schedule=CommunicationAvailability(sched_time=opens, duration=60)
    )
    await ue(carrier, "meter")
    later = moment(carrier, 2 * _WEEK)
    patient = reader.send(meter.address, "when you like", keep=True, params=later)
    await answered(carrier, patient)
    expect(_explained(carrier, patient, "stored only"), "what can wait for the window is stored only")
    await carrier.pause(_SOON)
    expect(not alice.received and not meter.ledger.texts, "nobody is woken for it")
    urgent = reader.send(meter.address, "fire", keep=True, params=later, priority=Priority.HIGH, report=True)
    await answered(carrier, urgent)
    await _reported(carrier, reader, urgent, "fire")
    await until(carrier, lambda: "when you like" in meter.ledger.texts, "the other comes while it is awake")
    expect(len(alice.received) == 1, "one trigger was enough")


@scenario(clause="TS 29.122 §5.7; TS 23.554 §8.9", what="nobody can be woken in time", plan=_with_device)
async def msgin5g_trigger_expired(carrier: Carrier) -> None:
    """The phone is away: message and trigger expire, the AS is told, and the phone is not woken later."""
    reader, meter, alice = await _asleep(carrier)
    alice.deregister()
    await carrier.until(lambda: not alice.registered, "the phone is away")
    call = reader.send(meter.address, "now", keep=True, report=True, params=moment(carrier, _SHORT))
    await answered(carrier, call)
    await until(carrier, lambda: reader.ledger.report_of(_id(call)) == [FAILURE], "the AS is told")
    expect(reader.ledger.reports[0].failure_cause in ("EXPIRED", "TRIGGER_EXPIRED"), "that it has expired")
    transactions = carrier.msgin5g.scef_data.transactions
    await until(carrier, lambda: all(each.over for each in transactions.values()), "the trigger has expired")
    await registered(carrier, "alice")
    await carrier.pause(_SOON)
    expect(not meter.ledger.texts and not meter.triggers, "the UE has never heard of it")


@scenario(
    clause="TS 29.122 §5.7, table 5.7.2.2.2-1", what="triggers that are refused, or fail", plan=_with_device
)
async def msgin5g_trigger_refused(carrier: Carrier) -> None:
    """The cause is in the report of what is not stored; what is stored waits until the UE comes by itself."""
    reader, meter, alice = await _asleep(carrier)
    scef = carrier.msgin5g.scef
    scef.problem = Problem(status=403, cause="QUOTA_EXCEEDED")
    call = reader.send(meter.address, "no quota", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: reader.ledger.report_of(_id(call)) == [FAILURE], "the AS is told")
    expect(reader.ledger.reports[0].failure_cause == "TRIGGER_REFUSED", "that the trigger was refused")
    expect(_explained(carrier, call, "QUOTA_EXCEEDED"), "explain says why")

    scef.problem = None
    carrier.hlr.subscriber(alice.msisdn).barred = CallBarringCause.OPERATOR_BARRING
    call = reader.send(meter.address, "barred", report=True)
    kept = reader.send(meter.address, "kept", keep=True, report=True)
    await answered(carrier, call, kept)
    await until(carrier, lambda: reader.ledger.report_of(_id(call)) == [FAILURE], "the AS is told")
    expect(reader.ledger.reports[1].failure_cause == "TRIGGER_FAILED", "that the trigger has failed")
    await ue(carrier, "meter")
    await _reported(carrier, reader, kept, "kept")


@scenario(
    clause="DESIGN §10; TS 29.122 §5.7", what="SCEF, server and SM-SC die in between", plan=_with_device
)
async def msgin5g_trigger_restart(carrier: Carrier) -> None:
    """Who is not there is asked again; what was accepted is done by the next life."""
    reader, meter, alice = await _asleep(carrier)
    await carrier.crash(SCEF)
    call = reader.send(meter.address, "patience", keep=True, report=True)
    await answered(carrier, call)
    await until(carrier, lambda: _explained(carrier, call, "asked for again"), "the SCEF is asked again")
    alice.mute()
    await carrier.revive(SCEF)
    transactions = carrier.msgin5g.scef_data.transactions
    await carrier.until(lambda: bool(transactions), "the SCEF has taken it", 3 * _SHORT)
    await carrier.restart("m5s", 0.1)
    await carrier.restart(SCEF, 0.1)
    alice.unmute()
    await carrier.until(
        lambda: "patience" in meter.ledger.texts,
        "the UE is woken, and has it",
        2 * carrier.plan.timers.mt_answer,
    )
    await until(carrier, lambda: reader.ledger.report_of(_id(call)) == [SUCCESS], "the AS is told, once")
