"""Phones of the MSGin5G service in CS and PS: the gateway of the carrier is an ESME of its SM-SC."""

from dataclasses import replace

from ipsmgw.identity import Msisdn
from ipsmgw.sms import Address as Number
from ipsmgw.sms import Submit, compose
from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.phone import Phone
from lab.elements.phone_ledger import Sent
from lab.elements.phone_reception import Mode
from lab.expectation import expect
from lab.msgin5g.application_server import ApplicationServer
from lab.msgin5g.plan import Msgin5gPlan
from lab.msgin5g.records import address
from lab.msgin5g.rest_node import Call
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, server, until
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios.domains import everywhere
from lab.scenarios.msgin5g_phones import joined
from lab.steps import attached, deregistered, finished, settled
from msgin5g_bridge.l3gdelivery import Address, AddressType
from sipbridge.rp import RpAck

__all__ = [
    "by_configuration",
    "msgin5g_centre_absent",
    "msgin5g_centre_app",
    "msgin5g_centre_crash",
    "msgin5g_centre_cut",
    "msgin5g_centre_fall_back",
    "msgin5g_centre_long",
    "msgin5g_centre_refused",
    "msgin5g_centre_throttled",
]

_SERVICE = Msgin5gPlan(own_gateway=True, by_centre=True, always=("alice",))
_LONG = "The boiler in the cellar says that it is far too warm for this time of the year. " * 4
_CS, _PS = Domain.CS, Domain.PS


def _by_centre(plan: Plan) -> Plan:
    """Alice never comes to the IMS; bob does."""
    return replace(everywhere(plan), msgin5g=_SERVICE)


def _short(plan: Plan) -> Plan:
    """Messages that wait for a few seconds only."""
    return replace(everywhere(plan), msgin5g=replace(_SERVICE, validity=4.0))


def _slow_centre(plan: Plan) -> Plan:
    """An SM-SC that takes one message a second."""
    return replace(_by_centre(plan), smpp_rate=1.0)


async def by_configuration(carrier: Carrier, *domains: Domain, name: str = "alice") -> tuple[Phone, Address]:
    """A phone that is in the service by the configuration, in CS or PS; with its Service ID."""
    phone = await attached(carrier, name, *domains)
    data, key = carrier.msgin5g.data, (AddressType.UE, str(phone.subscriber.imsi))
    await until(carrier, lambda: key in data.private_ids, f"{name} has a Service ID")
    who = address(AddressType.UE, data.private_ids[key])
    await until(carrier, lambda: who in data.registered, f"{name} is registered at the MSGin5G Server")
    return phone, who


async def _told(carrier: Carrier, reader: ApplicationServer, call: Call, what: str) -> None:
    """The AS hears of a success, once."""
    id_ = call.ack.msg_id if call.ack else ""
    await until(carrier, lambda: reader.ledger.report_of(id_) == [SUCCESS], what)


def _ask(phone: Phone, text: str, number: str) -> Sent:
    """To a short code: a number of no country."""
    (part,) = compose(text)
    submit = Submit.of(1, Number.of_digits(number), udl=part.udl, ud=part.ud, dcs=part.dcs)
    return phone.submit(submit.encode(), number)


@scenario(
    clause="TS 23.554 §8.7.1, §8.7.3; SMPP v3.4 §4.4, §4.6",
    what="an AS and a phone in CS, there and back",
    plan=_by_centre,
)
async def msgin5g_centre_app(carrier: Carrier) -> None:
    """submit_sm, receipt, report; the phone's answer to the short code comes as deliver_sm."""
    reader = await server(carrier)
    alice, who = await by_configuration(carrier, _CS)
    call = reader.send(who, "Is it warm?", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: list(alice.ledger.inbox) == ["Is it warm?"], "alice reads it")
    expect(alice.received[0].domain is _CS, "over CS")
    (code,) = carrier.msgin5g.plan.codes
    expect(alice.received[0].sender == code, "from the short code of the AS")
    await _told(carrier, reader, call, "the AS is told, once")

    sent = _ask(alice, "As ever", code)
    await finished(carrier, sent)
    expect(isinstance(sent.report, RpAck), "alice has her RP-ACK of the SM-SC")
    await until(carrier, lambda: reader.ledger.texts == ["As ever"], "the AS has her answer")
    reply = reader.send(who, "Thanks", report=True)
    await answered(carrier, reply)
    await until(carrier, lambda: list(alice.ledger.inbox)[-1:] == ["Thanks"], "alice reads that, too")
    await settled(carrier)


@scenario(
    clause="TS 23.554 §8.7.1; TS 23.040 §9.2.3.24.1", what="a long text to a phone in PS", plan=_by_centre
)
async def msgin5g_centre_long(carrier: Carrier) -> None:
    """In parts, and one report when the phone has them all; a long text of the phone comes whole."""
    reader = await server(carrier)
    alice, who = await by_configuration(carrier, _PS)
    call = reader.send(who, _LONG, report=True)
    await answered(carrier, call)
    await until(carrier, lambda: list(alice.ledger.inbox) == [_LONG], "alice reads it, whole")
    expect({got.domain for got in alice.received} == {_PS}, "over PS")
    await _told(carrier, reader, call, "the AS is told, once")
    (code,) = carrier.msgin5g.plan.codes
    for part in alice.send_long("On and on it goes. " * 20, to=Msisdn(code)):
        await finished(carrier, part)
    await until(carrier, lambda: reader.ledger.texts == ["On and on it goes. " * 20], "the AS has it, whole")


@scenario(
    clause="TS 23.204 §6.5a, TS 23.554 §8.7.1", what="from the IMS to the service centre", plan=_by_centre
)
async def msgin5g_centre_fall_back(carrier: Carrier) -> None:
    """Bob is in the IMS and silent there; then he has left it, and stays in the service."""
    reader = await server(carrier)
    bob, who = await joined(carrier, "bob")
    await attached(carrier, "bob", _CS)
    bob.mute(Domain.IMS)
    call = reader.send(who, "By another way", report=True)
    await answered(carrier, call)
    timers = carrier.plan.timers
    await carrier.until(
        lambda: list(bob.ledger.inbox) == ["By another way"],
        "bob has it, once",
        within=2 * 64 * timers.t1 + 4 * timers.settle,
    )
    expect(bob.received[0].domain is _CS, "over CS")
    await _told(carrier, reader, call, "the AS is told, once")

    bob.unmute(Domain.IMS)
    await deregistered(carrier, bob)
    call = reader.send(who, "Still there?", report=True)
    await answered(carrier, call)
    await until(
        carrier, lambda: list(bob.ledger.inbox)[-1:] == ["Still there?"], "he is reached all the same"
    )
    await _told(carrier, reader, call, "the AS is told of this, too")


@scenario(clause="TS 23.554 §8.3.4; SMPP v3.4 §5.2.28", what="a phone that is nowhere", plan=_short)
async def msgin5g_centre_absent(carrier: Carrier) -> None:
    """The receipt says EXPIRED with the error of the network, and the report says why."""
    reader = await server(carrier)
    alice, who = await by_configuration(carrier, _CS)
    alice.detach(_CS)
    await until(carrier, lambda: not alice.attached(_CS), "alice is nowhere")
    call = reader.send(who, "Are you there?", report=True)
    await answered(carrier, call)
    await carrier.until(
        lambda: len(reader.ledger.reports) == 1, "the AS is told", 4.0 + 2 * carrier.plan.timers.settle
    )
    told = reader.ledger.reports[0]
    expect((told.deliv_st, told.failure_cause) == (FAILURE, "ABSENT_SUBSCRIBER"), "that alice is absent")


@scenario(clause="TS 23.554 §8.3.4; TS 29.002 §17.6.6", what="a phone in CS that refuses", plan=_by_centre)
async def msgin5g_centre_refused(carrier: Carrier) -> None:
    """What is refused for good is told at once, with a cause that the network has said."""
    reader = await server(carrier)
    alice, who = await by_configuration(carrier, _CS)
    alice.behave(Mode.REJECTING)
    call = reader.send(who, "No thanks", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: len(reader.ledger.reports) == 1, "the AS is told")
    told = reader.ledger.reports[0]
    expect((told.deliv_st, told.failure_cause) == (FAILURE, "SMS_PERMANENT_40"), "that alice refuses it")


@scenario(clause="SMPP v3.4 §2.2, §7.2", what="the session with the SM-SC is cut", plan=_by_centre)
async def msgin5g_centre_cut(carrier: Carrier) -> None:
    """What comes meanwhile waits for the next session; receipts that were missed come then."""
    reader = await server(carrier)
    alice, who = await by_configuration(carrier, _CS)
    await until(carrier, lambda: "ipsmgw" in carrier.smsc.bound, "the gateway is bound")
    first = reader.send(who, "Before", report=True)
    await answered(carrier, first)
    carrier.cut("smsc", "ipsmgw")
    second = reader.send(who, "Meanwhile", report=True)
    await answered(carrier, second)
    within = carrier.plan.timers.start + 4 * carrier.plan.timers.smpp_answer
    await carrier.until(
        lambda: sorted(alice.ledger.inbox) == ["Before", "Meanwhile"], "alice has both, once", within
    )
    await _told(carrier, reader, first, "the AS is told of the first")
    await _told(carrier, reader, second, "and of the second")


@scenario(
    clause="DESIGN §4, §5",
    what="a crash of the gateway behind a submit_sm",
    plan=_by_centre,
    needs=("ipsmgw",),
)
async def msgin5g_centre_crash(carrier: Carrier) -> None:
    """The receipt comes to the next life, and finds its message."""
    reader = await server(carrier)
    alice, who = await by_configuration(carrier, _CS)
    alice.mute(_CS)
    call = reader.send(who, "Hold on", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: bool(carrier.smsc.mt), "the SM-SC has it")
    await carrier.restart("ipsmgw", after=1.0)
    alice.unmute(_CS)
    timers = carrier.plan.timers
    await carrier.until(carrier.linked, "the gateway's associations are active again", within=timers.start)
    within = timers.sc_retries[0] + 4 * timers.smpp_answer + 4 * timers.tc1 + timers.settle
    await carrier.until(lambda: list(alice.ledger.inbox) == ["Hold on"], "alice has it, once", within)
    await _told(carrier, reader, call, "the AS is told, once")


@scenario(clause="SMPP v3.4 §5.1.3", what="an SM-SC that takes one message a second", plan=_slow_centre)
async def msgin5g_centre_throttled(carrier: Carrier) -> None:
    """ESME_RTHROTTLED: nothing is sent for a while, and in the end all is there, once."""
    reader = await server(carrier)
    alice, who = await by_configuration(carrier, _CS)
    texts = ["One", "Two", "Three"]
    for text in texts:
        await answered(carrier, reader.send(who, text, report=True))
    within = 3 * carrier.plan.timers.smpp_answer + 4 * carrier.plan.timers.settle
    await carrier.until(
        lambda: sorted(alice.ledger.inbox) == sorted(texts), "alice has them all, once", within
    )
    await until(carrier, lambda: len(reader.ledger.reports) == len(texts), "the AS is told of each")
    expect({each.deliv_st for each in reader.ledger.reports} == {SUCCESS}, "that alice has it")
