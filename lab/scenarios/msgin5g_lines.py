"""Non-3GPP UEs that speak JSON lines, behind the gateway of the carrier (MSGin5G-4)."""

from collections.abc import Callable
from dataclasses import replace

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.application_server import ApplicationServer
from lab.msgin5g.line_ue import LineUe
from lab.msgin5g.plan import Msgin5gPlan, OwnGateway, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.rest_node import Call
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, handed, server, ue, until
from lab.plan import Plan
from lab.scenario import scenario
from msgin5g_bridge.l3gdelivery import Address, AddressType

__all__ = [
    "msgin5g_line_away",
    "msgin5g_line_coap",
    "msgin5g_line_crash",
    "msgin5g_line_refuses",
    "msgin5g_line_ue",
]

_SERVICE = Msgin5gPlan(own_gateway=True, ues=(UePlan(name="lamp"),), line_ues=("valve",))
_LONG = "shut by a hand's breadth, for the water is far too warm; " * 50


def _with(service: Msgin5gPlan) -> Callable[[Plan], Plan]:
    return lambda plan: replace(plan, msgin5g=service, subscribers=())


async def _joined(carrier: Carrier) -> tuple[LineUe, Address]:
    """It is connected, and registered at the server; with its Service ID."""
    data, key = carrier.msgin5g.data, (AddressType.UE, "valve")
    patience = 3 * carrier.plan.timers.hlr_retry + 10  # the server may begin after the gateway
    await carrier.until(lambda: key in data.private_ids, "valve has a Service ID", within=patience)
    who = address(AddressType.UE, data.private_ids[key])
    await carrier.until(lambda: who in data.registered, "valve is registered at the server", within=patience)
    valve = carrier.msgin5g.line_ues["valve"]
    await until(carrier, lambda: valve.welcome, "the gateway has welcomed it")
    return valve, who


async def _handed(carrier: Carrier, reader: ApplicationServer, who: Address, text: str) -> Call:
    """A message for a UE that is gone, which the gateway has."""
    await carrier.crash("valve")
    call = reader.send(who, text, report=True)
    await answered(carrier, call)
    await handed(carrier)
    return call


@scenario(
    clause="TS 23.554 §5.2, §8.7; TS 29.538 §9",
    what="a non-3GPP UE of JSON lines and a device, there and back",
    plan=_with(_SERVICE),
)
async def msgin5g_line_ue(carrier: Carrier) -> None:
    """A message in segments with its report; the answer of the UE with its own."""
    lamp = await ue(carrier, "lamp")
    valve, who = await _joined(carrier)
    (*_, last) = lamp.send(who, _LONG, report=True)
    await answered(carrier, last)
    await until(carrier, lambda: valve.ledger.texts == [_LONG], "valve has it, whole")
    got = valve.ledger.inbox[0]
    expect((got.sender.address, got.report) == (lamp.address.addr, True), "it says from whom it is")
    await until(carrier, lambda: lamp.ledger.report_of(got.id) == [SUCCESS], "lamp is told, once")
    sent = valve.send(lamp.address, "is shut", report=True)
    await until(carrier, lambda: sent.result is not None, "valve is answered")
    expect(sent.result is not None and sent.result.ok, "the server has taken it")
    await until(carrier, lambda: lamp.ledger.texts == ["is shut"], "lamp has the answer")
    await until(carrier, lambda: valve.ledger.report_of(sent.id) == [True], "valve has the report, once")
    nobody = valve.send(address(AddressType.UE, "nobody@elsewhere"), "?")
    await until(carrier, lambda: nobody.result is not None, "valve is answered again")
    expect(nobody.result is not None and nobody.result.cause == "RECIPIENT_UNKNOWN", "nobody is of that name")


@scenario(
    clause="TS 23.554 §8.7; TS 24.538",
    what="a non-3GPP UE of JSON lines, with a server over CoAP",
    plan=_with(replace(_SERVICE, own_as=OwnGateway.GATEWAY_UE)),
)
async def msgin5g_line_coap(carrier: Carrier) -> None:
    """The same, the gateway being an MSGin5G Gateway UE."""
    await msgin5g_line_ue(carrier)


@scenario(
    clause="TS 23.554 §8.7",
    what="a non-3GPP UE that is not connected",
    plan=_with(_SERVICE),
    needs=("valve",),
)
async def msgin5g_line_away(carrier: Carrier) -> None:
    """The gateway keeps what it was told 204 for, until the UE is there again."""
    reader = await server(carrier)
    _, who = await _joined(carrier)
    call = await _handed(carrier, reader, who, "are you there?")
    await carrier.revive("valve")
    ledger = carrier.msgin5g.line_ledgers["valve"]
    await until(carrier, lambda: ledger.texts == ["are you there?"], "valve has it, once")
    id_ = call.ack.msg_id if call.ack else ""
    await until(carrier, lambda: reader.ledger.report_of(id_) == [SUCCESS], "the AS is told, once")


@scenario(clause="TS 23.554 §8.3.4", what="a non-3GPP UE that refuses", plan=_with(_SERVICE))
async def msgin5g_line_refuses(carrier: Carrier) -> None:
    """The report has the cause that the UE gives."""
    reader = await server(carrier)
    valve, who = await _joined(carrier)
    valve.refuses = "MEMORY_FULL"
    call = reader.send(who, "one more", report=True)
    await answered(carrier, call)
    await until(carrier, lambda: len(reader.ledger.reports) == 1, "the AS is told")
    told = reader.ledger.reports[0]
    expect((told.deliv_st, told.failure_cause) == (FAILURE, "MEMORY_FULL"), "why valve has it not")


@scenario(
    clause="DESIGN §4, §5",
    what="a crash of the gateway, with a message for a non-3GPP UE",
    plan=_with(_SERVICE),
    needs=("ipsmgw", "valve"),
)
async def msgin5g_line_crash(carrier: Carrier) -> None:
    """What the server was told 204 for is told by the next life, and reported."""
    reader = await server(carrier)
    _, who = await _joined(carrier)
    call = await _handed(carrier, reader, who, "hold on")
    await carrier.restart("ipsmgw", after=1.0)
    await carrier.revive("valve")
    ledger = carrier.msgin5g.line_ledgers["valve"]
    await until(carrier, lambda: ledger.texts == ["hold on"], "valve has it, once")
    id_ = call.ack.msg_id if call.ack else ""
    await until(carrier, lambda: reader.ledger.report_of(id_) == [SUCCESS], "the AS is told, once")
