"""`ipsmgw-lab up`: the carrier on loopback, one message through it, and then whatever its user sends."""

import asyncio
from collections.abc import Coroutine, Iterator

from rich.console import Console
from rich.table import Table

from ipsmgw.app import AddressTaken, until_signal
from ipsmgw.settings import Address
from ipsmgw.web import Served, listen
from lab.carrier import Carrier
from lab.expectation import Broken
from lab.ground import WireGround
from lab.plan import Plan
from lab.steps import registered
from lab.web import picture, routes, send

__all__ = ["api_address", "up"]

_GREETING = "Hello Bob, this crossed the whole carrier."


def api_address(network: int) -> Address:
    """Where the lab answers: an address beside those of its elements."""
    return Address.parse(f"127.0.{network}.10:8080")


async def up(console: Console, network: int, seconds: float | None) -> int:
    """Run until a signal, or for some seconds after the start; the exit status."""
    stop = until_signal(asyncio.get_running_loop())
    plan = Plan(network=network)
    ground = WireGround(plan, seed=1)
    carrier = Carrier(plan, ground)
    served: Served | None = None
    try:
        served = _serve(carrier)
        await _unless_stopped(stop, _demonstrate(console, carrier))
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, stop.set)
        await stop.wait()
        console.print("stopped")
        return 0
    except (AddressTaken, Broken) as fault:
        console.print(f"the lab cannot run: {fault}", style="red", markup=False, highlight=False)
        return 1
    finally:
        if served is not None:
            await served.close()
        await carrier.stop()
        await ground.end()


def _serve(carrier: Carrier) -> Served:
    address = api_address(carrier.plan.network)
    try:
        return Served(listen(address), routes(carrier))
    except OSError as fault:
        raise AddressTaken(f"lab: tcp {address}: {fault.strerror}; does another lab run?") from None


async def _unless_stopped(stop: asyncio.Event, story: Coroutine[None, None, None]) -> None:
    """Whoever presses Ctrl-C does not have to wait for the end of the first message."""
    playing, stopped = asyncio.create_task(story), asyncio.create_task(stop.wait())
    await asyncio.wait((playing, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if playing.done():
        playing.result()
    playing.cancel()
    await asyncio.gather(playing, stopped, return_exceptions=True)


async def _demonstrate(console: Console, carrier: Carrier) -> None:
    """Start, register, one message from phone to phone; with a ladder of each."""
    console.print("[bold]ipsmgw lab[/]: HLR/HSS, SM-SC, S-CSCF, gateway and two phones, on loopback")
    await carrier.start()
    console.print("[green]✓[/] every element listens, all M3UA associations are active")
    alice, bob = await registered(carrier, "alice", "bob")
    console.print("[green]✓[/] alice and bob are registered in IMS, and the HLR knows it")
    console.print(picture(carrier, carrier.pdus), markup=False, highlight=False)
    console.print(f"\nalice → bob: {_GREETING!r}", highlight=False)
    outcome = await send(carrier, alice, bob.msisdn, _GREETING)
    console.print(outcome.ladder, markup=False, highlight=False)
    if not outcome.delivered:
        raise Broken("the first message was delivered")
    console.print(f"[green]✓[/] bob reads {bob.received[-1].text!r}\n", highlight=False)
    console.print(_addresses(carrier.plan))
    console.print(_how_to_send(carrier.plan.network), markup=False, highlight=False)


def _how_to_send(network: int) -> str:
    where = "" if network == 1 else f" --network {network}"
    return f"\nsend more: .venv/bin/ipsmgw-lab send{where} alice bob 'a text'        Ctrl-C ends"


def _addresses(plan: Plan) -> Table:
    table = Table("element", "listens on", "who it is", box=None, pad_edge=False, header_style="bold")
    for row in _rows(plan):
        table.add_row(*row)
    return table


def _rows(plan: Plan) -> Iterator[tuple[str, str, str]]:
    yield "hlr", _m3ua(plan, "hlr"), f"+{plan.hlr_number}, point code {plan.point_code('hlr')}"
    yield "smsc", _m3ua(plan, "smsc"), f"+{plan.sc_number}, point code {plan.point_code('smsc')}"
    for application in plan.applications:
        host, port = plan.smpp("smsc")
        who = (
            f"system_id {application.name}, password {application.password}: {', '.join(application.numbers)}"
        )
        yield "", f"SMPP tcp {host}:{port}", who
    yield "scscf", _sip(plan, "scscf"), plan.domain
    yield "ipsmgw", _sip(plan, "ipsmgw"), f"+{plan.gateway_number}, point code {plan.point_code('ipsmgw')}"
    for subscriber in plan.subscribers:
        yield subscriber.name, _sip(plan, subscriber.name), f"{subscriber.msisdn.tel}, IMSI {subscriber.imsi}"
    yield "lab", f"HTTP http://{api_address(plan.network)}", "/api/send, /api/explain, /api/status"


def _sip(plan: Plan, node: str) -> str:
    host, port = plan.sip(node)
    return f"SIP udp {host}:{port}"


def _m3ua(plan: Plan, node: str) -> str:
    host, port = plan.m3ua(node)
    return f"M3UA tcp {host}:{port}"
