"""`ipsmgw-lab up`: a whole carrier, one message through it, and then whatever its user sends."""

import asyncio
import webbrowser
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from rich.console import Console

from ipsmgw.app import AddressTaken, until_signal
from ipsmgw.settings import Address
from ipsmgw.web import Served, listen
from lab.addresses import elements_table
from lab.carrier import Carrier
from lab.expectation import Broken
from lab.ground import WireGround
from lab.msgin5g.show import can_be_shown, show
from lab.plan import Plan
from lab.steps import registered
from lab.web import LabFace, picture, send

__all__ = ["Wishes", "api_address", "running", "unless_stopped", "up"]

_GREETING = "Hello {}, this crossed the whole carrier."


def api_address(network: int) -> Address:
    """Where the lab answers: an address beside those of its elements."""
    return Address.parse(f"127.0.{network}.10:8080")


class Wishes(NamedTuple):
    """What its user wants besides: rules of misbehaviour once it runs, its page in a browser, and what to
    type to ask the MSGin5G Server by hand.
    """

    rules: Sequence[str] = ()
    browser: bool = False
    by_hand: bool = False


async def up(console: Console, plan: Plan, seconds: float | None, wishes: Wishes) -> int:
    """Run until a signal, or for some seconds after the start; the exit status."""
    stop = until_signal(asyncio.get_running_loop())
    try:
        async with running(plan, api_address(plan.network)) as carrier:
            await unless_stopped(stop, _demonstrate(console, carrier, wishes))
            if seconds is not None:
                asyncio.get_running_loop().call_later(seconds, stop.set)
            await stop.wait()
            console.print("stopped")
            return 0
    except (AddressTaken, Broken) as fault:
        console.print(f"the lab cannot run: {fault}", style="red", markup=False, highlight=False)
        return 1


@asynccontextmanager
async def running(plan: Plan, address: Address) -> AsyncIterator[Carrier]:
    """A carrier on the wire that answers the lab's API there; in the end all of it is gone."""
    ground = WireGround(plan, seed=1)
    carrier, served = Carrier(plan, ground), None
    page = LabFace(carrier)
    try:
        served = _serve(page, address)
        yield carrier
    finally:
        await page.close()
        if served is not None:
            await served.close()
        await carrier.stop()
        await ground.end()


def _serve(page: LabFace, address: Address) -> Served:
    """Raises `AddressTaken`."""
    try:
        return Served(listen(address), page.app)
    except OSError as fault:
        raise AddressTaken(
            f"lab: tcp {address}: {fault.strerror}; does another lab run? --network 2 has other addresses"
        ) from None


async def unless_stopped(stop: asyncio.Event, story: Coroutine[None, None, None]) -> None:
    """Whoever presses Ctrl-C does not have to wait for the end of the first message."""
    playing, stopped = asyncio.create_task(story), asyncio.create_task(stop.wait())
    await asyncio.wait((playing, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if playing.done():
        playing.result()
    playing.cancel()
    await asyncio.gather(playing, stopped, return_exceptions=True)


async def _demonstrate(console: Console, carrier: Carrier, wishes: Wishes) -> None:
    """Start, register, one message from phone to phone; with a ladder of each."""
    plan = carrier.plan
    console.print(f"[bold]ipsmgw lab[/]: {_who(carrier)}", highlight=False)
    if plan.external:
        console.print(f"waits for {', '.join(plan.external)}, which the lab does not play", highlight=False)
    await carrier.start()
    console.print("[green]✓[/] every element listens, all M3UA associations are active")
    if len(carrier.phones) > 1:
        await _first_message(console, carrier, *list(carrier.phones)[:2])
    if plan.msgin5g is not None and can_be_shown(carrier):
        await show(console, carrier, by_hand=wishes.by_hand)
    elif plan.msgin5g is not None:
        carrier.msgin5g.join()
    for rule in wishes.rules:
        console.print(f"fault: {carrier.fault(rule).text}", markup=False, highlight=False)
    console.print(elements_table(plan, str(api_address(plan.network))), markup=False, highlight=False)
    address = f"http://{api_address(plan.network)}/"
    console.print(f"\n[bold]the page of this lab: [link={address}]{address}[/link][/]", highlight=False)
    if wishes.browser and not await asyncio.to_thread(webbrowser.open, address):
        console.print("no browser is to be found here: open that address yourself", style="yellow")
    console.print(_how_to_send(carrier), markup=False, highlight=False)


def _who(carrier: Carrier) -> str:
    phones = [subscriber.name for subscriber in carrier.plan.subscribers]
    elements = [node for node in carrier.nodes if node not in phones and node not in carrier.plan.esmes]
    return f"{', '.join(elements)} and {sum(map(carrier.own, phones))} phones"


async def _first_message(console: Console, carrier: Carrier, one: str, other: str) -> None:
    if not carrier.own("hlr"):
        return
    sender, reader = await registered(carrier, one, other)
    console.print(f"[green]✓[/] {one} and {other} are registered in IMS, and the HLR knows it")
    of_sms = [pdu for pdu in carrier.pdus if pdu.protocol in ("sip", "m3ua")]
    console.print(picture(carrier, of_sms), markup=False, highlight=False)
    greeting = _GREETING.format(other.capitalize())
    console.print(f"\n{one} → {other}: {greeting!r}", highlight=False)
    outcome = await send(carrier, sender, reader.msisdn, greeting)
    console.print(outcome.ladder, markup=False, highlight=False)
    if not outcome.delivered:
        raise Broken("the first message was delivered")
    console.print(f"[green]✓[/] {other} reads {reader.received[-1].text!r}\n", highlight=False)


def _how_to_send(carrier: Carrier) -> str:
    network, (one, other, *_) = carrier.plan.network, (*carrier.phones, "FROM", "TO")
    where = "" if network == 1 else f" --network {network}"
    return f"send more: .venv/bin/ipsmgw-lab send{where} {one} {other} 'a text'        Ctrl-C ends"
