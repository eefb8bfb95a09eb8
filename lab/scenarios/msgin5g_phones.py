"""Phones that know short messages only, in the MSGin5G service by the gateway of the carrier (MSGin5G-2)."""

from dataclasses import replace

from ipsmgw.identity import Msisdn
from ipsmgw.sms import Address as Number
from ipsmgw.sms import Direction, StatusReport, Submit, compose, decode
from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode
from lab.expectation import expect
from lab.msgin5g.plan import FIRST_CODE, NAME_CODE, REPLY_NUMBERS, Msgin5gPlan, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, handed, server, ue, until
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import deregistered, finished, registered, settled
from msgin5g_bridge.l3gdelivery import Address, AddressType
from sipbridge.rp import RpAck, RpError

__all__ = [
    "joined",
    "msgin5g_phone_and_app",
    "msgin5g_phone_and_device",
    "msgin5g_phone_away",
    "msgin5g_phone_crash",
    "msgin5g_phone_refuses",
]

_SERVICE = Msgin5gPlan(own_gateway=True, ues=(UePlan(name="meter", max_seg_size=128),))
_LONG = "The boiler in the cellar says that it is far too warm for this time of the year. " * 4


def _in_service(plan: Plan) -> Plan:
    return replace(plan, msgin5g=_SERVICE)


async def joined(carrier: Carrier, name: str = "alice") -> tuple[Phone, Address]:
    """A phone that is registered in the IMS and at the MSGin5G Server; with its Service ID."""
    (phone,) = await registered(carrier, name)
    data, key = carrier.msgin5g.data, (AddressType.UE, str(phone.subscriber.imsi))
    await until(carrier, lambda: key in data.private_ids, f"{name} has a Service ID")
    who = address(AddressType.UE, data.private_ids[key])
    await until(carrier, lambda: who in data.registered, f"{name} is registered at the MSGin5G Server")
    return phone, who


@scenario(
    clause="TS 23.554 §8.7.1, §8.7.3; TS 29.538 §6",
    what="an AS and a phone, there and back",
    plan=_in_service,
)
async def msgin5g_phone_and_app(carrier: Carrier) -> None:
    """A long message of the AS with its report; a long one of the phone with its status report."""
    reader = await server(carrier)
    alice, who = await joined(carrier)
    call = reader.send(who, _LONG, report=True)
    await answered(carrier, call)
    await until(carrier, lambda: list(alice.ledger.inbox) == [_LONG], "alice reads it, whole")
    expect(alice.received[0].sender == str(FIRST_CODE), "it comes from the short code of the AS")
    expect(call.ack is not None, "the server has taken it")
    id_ = call.ack.msg_id if call.ack else ""
    await until(carrier, lambda: reader.ledger.report_of(id_) == [SUCCESS], "the AS is told, once")

    (part,) = compose("Call a plumber €")
    to = Number.of_digits(str(FIRST_CODE))
    submit = Submit.of(7, to, udl=part.udl, ud=part.ud, dcs=part.dcs, status_report=True)
    sent = alice.submit(submit.encode(), str(FIRST_CODE))
    await finished(carrier, sent)
    expect(isinstance(sent.report, RpAck), "alice has her RP-ACK")
    await until(carrier, lambda: reader.ledger.texts == ["Call a plumber €"], "the AS has it")
    await until(carrier, lambda: len(_status_reports(alice)) == 1, "alice gets the status report")
    (report,) = _status_reports(alice)
    expect((report.tp_mr, report.tp_st) == (sent.tpdu[1], 0), "it says that all is well")
    expect(not carrier.smsc.mo, "the service centre has seen nothing of it")
    await settled(carrier)


def _status_reports(phone: Phone) -> list[StatusReport]:
    tpdus = (decode(each.tpdu, direction=Direction.TO_UE) for each in phone.received)
    return [each for each in tpdus if isinstance(each, StatusReport)]


@scenario(
    clause="TS 23.554 §8.7.1, §8.7.3",
    what="an IoT device and a phone: reply, and first contact",
    plan=_in_service,
)
async def msgin5g_phone_and_device(carrier: Carrier) -> None:
    """The phone replies to the number that the device was given, and names it in front of a text."""
    meter = await ue(carrier, "meter")
    alice, who = await joined(carrier)
    await answered(carrier, *meter.send(who, "21 °C", report=True))
    await until(carrier, lambda: list(alice.ledger.inbox) == ["21 °C"], "alice reads it")
    number = alice.received[0].sender
    expect(number == f"+{REPLY_NUMBERS[0]}", "it comes from a number to reply to")
    await until(carrier, lambda: len(meter.ledger.reports) == 1, "the device is told")
    expect(meter.ledger.reports[0].deliv_st == SUCCESS, "that alice has it")

    reply = alice.send("Thank you", to=Msisdn.parse(number))
    named = alice.send_long("@meter " + "How warm is it? " * 12, to=Msisdn(NAME_CODE))
    await finished(carrier, reply)
    expect(isinstance(reply.report, RpAck), "the reply has its RP-ACK")
    await until(carrier, lambda: meter.ledger.texts[:1] == ["Thank you"], "the device has the reply")
    for part in named:
        await finished(carrier, part)
    await until(carrier, lambda: len(meter.ledger.texts) == 2, "and what names it, in one piece")
    nobody = alice.send("Hello?", to=Msisdn(REPLY_NUMBERS[1]))
    await finished(carrier, nobody)
    expect(nobody.report == RpError(nobody.rp_mr, 21), "a number that nobody has written from is nobody's")


@scenario(clause="TS 23.554 §8.7.1", what="a phone that is away when the message comes", plan=_in_service)
async def msgin5g_phone_away(carrier: Carrier) -> None:
    """The server keeps what is to be stored until the gateway registers the phone again."""
    reader = await server(carrier)
    alice, who = await joined(carrier)
    await deregistered(carrier, alice)
    await until(carrier, lambda: who not in carrier.msgin5g.data.registered, "alice has left the service")
    call = reader.send(who, "Are you there?", report=True, keep=True)
    await answered(carrier, call)
    expect(not alice.ledger.inbox, "she does not get it")
    await joined(carrier)
    await until(carrier, lambda: list(alice.ledger.inbox) == ["Are you there?"], "she has it, once")
    id_ = call.ack.msg_id if call.ack else ""
    await until(carrier, lambda: reader.ledger.report_of(id_) == [SUCCESS], "the AS is told, once")


@scenario(clause="TS 23.554 §8.3.4", what="a phone that refuses, and one that is full", plan=_in_service)
async def msgin5g_phone_refuses(carrier: Carrier) -> None:
    """What is refused for good is told at once, with a cause; a full phone gets it when it has room."""
    reader = await server(carrier)
    alice, who = await joined(carrier)
    alice.behave(Mode.REJECTING)
    call = reader.send(who, "No thanks", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: len(reader.ledger.reports) == 1, "the AS is told")
    told = reader.ledger.reports[0]
    expect((told.deliv_st, told.failure_cause) == (FAILURE, "PAYLOAD_NOT_SUPPORTED"), "that alice refuses it")

    alice.behave(Mode.MEMORY_FULL)
    call = reader.send(who, "One more", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: bool(alice.received), "alice has no room for it")
    alice.behave(Mode.OBEDIENT)
    await carrier.until(
        lambda: list(alice.ledger.inbox) == ["One more"],
        "it comes again, and alice has it",
        within=2 * carrier.plan.timers.hlr_retry + 10,
    )
    id_ = call.ack.msg_id if call.ack else ""
    await until(carrier, lambda: reader.ledger.report_of(id_) == [SUCCESS], "the AS is told, once")


@scenario(
    clause="DESIGN §4, §5", what="a crash of the gateway after its 204", plan=_in_service, needs=("ipsmgw",)
)
async def msgin5g_phone_crash(carrier: Carrier) -> None:
    """What the server was told 204 for is delivered by the next life, and reported."""
    reader = await server(carrier)
    alice, who = await joined(carrier)
    alice.mute()
    call = reader.send(who, "Hold on", report=True)
    await answered(carrier, call)
    await handed(carrier)
    await carrier.restart("ipsmgw", after=1.0)
    alice.unmute()
    await carrier.until(
        carrier.linked, "the gateway's associations are active again", within=carrier.plan.timers.start
    )
    await until(carrier, lambda: list(alice.ledger.inbox) == ["Hold on"], "alice has it")
    id_ = call.ack.msg_id if call.ack else ""
    await until(carrier, lambda: reader.ledger.report_of(id_) == [SUCCESS], "the AS is told, once")
