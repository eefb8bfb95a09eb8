"""Steps that stories of MSGin5G share, with what one may expect of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.application_server import ApplicationServer
from lab.msgin5g.asked import Asked
from lab.msgin5g.message_gateway import MessageGateway
from lab.msgin5g.plan import Msgin5gPlan
from lab.msgin5g.rest_node import Call
from lab.msgin5g.transfer import State
from lab.msgin5g.ue import Msgin5gUe
from lab.plan import Plan
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus, StoreAndForwardParameters

__all__ = [
    "FAILURE",
    "SUCCESS",
    "answered",
    "gateway",
    "handed",
    "moment",
    "server",
    "ue",
    "until",
    "with_msgin5g",
]

SUCCESS, FAILURE = ReportDeliveryStatus.REPT_DELY_SUCCESS, ReportDeliveryStatus.REPT_DELY_FAILED


def with_msgin5g(plan: Msgin5gPlan) -> Callable[[Plan], Plan]:
    """The carrier with this MSGin5G service, and without phones."""
    return lambda carrier: replace(carrier, msgin5g=plan, subscribers=())


async def ue(carrier: Carrier, name: str, *, registered: bool = True) -> Msgin5gUe:
    """An MSGin5G UE, registered."""
    element = carrier.msgin5g.ues[name]
    if registered:
        await answered(carrier, element.register())
        expect(element.registered, f"{name} is registered")
    return element


async def server(carrier: Carrier, name: str = "reader") -> ApplicationServer:
    """An AS, registered."""
    element = carrier.msgin5g.application_servers[name]
    call = element.register()
    await answered(carrier, call)
    expect(call.status == 201, f"{name} is registered with 201")
    return element


async def gateway(carrier: Carrier, name: str, *phones: str) -> MessageGateway:
    """A Message Gateway, with these UEs registered."""
    element = carrier.msgin5g.gateways[name]
    for phone in phones:
        call = element.register(carrier.msgin5g.plan.svc_id(phone))
        await answered(carrier, call)
        expect(call.status == 201, f"{phone} is registered with 201")
    return element


async def answered(carrier: Carrier, *asked: Asked | Call) -> None:
    """The server has answered."""
    limit = carrier.plan.timers.settle + 20
    await carrier.until(lambda: all(each.over for each in asked), "the MSGin5G Server has answered", limit)


async def until(carrier: Carrier, condition: Callable[[], bool], what: str) -> None:
    """Wait for what takes a few requests."""
    await carrier.until(condition, what, carrier.plan.timers.settle + 20)


async def handed(carrier: Carrier) -> None:
    """The gateway of the only message has said that it has it."""
    transfers = carrier.msgin5g.data.transfers
    await until(
        carrier,
        lambda: [each.state for each in transfers.values()] == [State.HANDED],
        "the gateway has told the server that it has it",
    )


def moment(carrier: Carrier, after: float) -> StoreAndForwardParameters:
    """Stored until so many seconds from now."""
    return StoreAndForwardParameters(expr_time=datetime.fromtimestamp(carrier.now + after, UTC))
