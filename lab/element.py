"""`ipsmgw-lab element`: some elements of a carrier as a process; the others are somebody else's."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from ipsmgw.app import AddressTaken, until_signal
from ipsmgw.settings import Address
from lab.addresses import elements_table
from lab.carrier import Carrier
from lab.describing import CARRIER, carrier_of
from lab.plan import MAX_NETWORK, Plan, PlanTimers
from lab.seats import Place, Seat
from lab.up import api_address, running

__all__ = ["alone", "element_command"]

_PHONES = "ue"
_LOOK = 1.0
_API_PORT = 8080
_out = Console(soft_wrap=True)
_err = Console(stderr=True, soft_wrap=True)


def element_command(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME…",
            help="hlr, smsc, msc, sgsn, scscf, ipsmgw; m5s and others by their names; ue: all phones.",
        ),
    ],
    *,
    carrier: Annotated[Path | None, CARRIER] = None,
    network: Annotated[
        int, typer.Option(min=1, max=MAX_NETWORK, help="Without a file: 127.0.NETWORK.x.")
    ] = 1,
    api: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where it answers status and send.")] = "",
    register: Annotated[bool, typer.Option(help="Whether phones register and attach at once.")] = True,
    seconds: Annotated[
        float | None, typer.Option("--for", metavar="SECONDS", min=0, help="End by itself after so long.")
    ] = None,
) -> None:
    """Run some elements of a carrier as a process, and take all others for external; Ctrl-C ends it."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    plan = carrier_of(carrier, PlanTimers(), network=network)
    nodes = _nodes(plan, names)
    try:
        address = Address.parse(api) if api else _api(plan, nodes)
    except ValueError as fault:
        _refuse(f"--api: {fault}")
    raise typer.Exit(asyncio.run(_run(alone(plan, nodes), address, register=register, seconds=seconds)))


def alone(plan: Plan, nodes: list[str]) -> Plan:
    """The same carrier, of which only these are the lab's."""
    seats = {node: _seat(plan, node, here=node in nodes) for node in plan.nodes}
    others = tuple(seat for seat in plan.seats if seat.node not in seats)
    return replace(plan, seats=(*seats.values(), *others))


def _seat(plan: Plan, node: str, *, here: bool) -> Seat:
    return replace(plan.seat(node), place=Place.HERE if here else Place.EXTERNAL)


def _nodes(plan: Plan, names: list[str]) -> list[str]:
    """What is meant, each once; ends the command where there is no such element."""
    phones = [subscriber.name for subscriber in plan.subscribers]
    known = [node for node in plan.nodes if node not in phones]
    for name in names:
        if name in ("msc", "sgsn") and name not in known:
            _refuse(f'the carrier has no {name}: a description with [element.{name}] is = "here" has')
        if (name != _PHONES and not plan.present(name)) or name not in (*known, *phones, _PHONES):
            _refuse(f"there is no element {name!r}; there are {', '.join(known)}, ue and the phones by name")
    wanted = [node for name in names for node in (_played(plan, phones) if name == _PHONES else [name])]
    return list(dict.fromkeys(wanted))


def _played(plan: Plan, phones: list[str]) -> list[str]:
    return [name for name in phones if plan.here(name)]


def _api(plan: Plan, nodes: list[str]) -> Address:
    """With all phones it answers where a whole lab does, so that `ipsmgw-lab send` finds it."""
    if set(nodes) >= set(_played(plan, [subscriber.name for subscriber in plan.subscribers])):
        return api_address(plan.network)
    host = plan.host(nodes[0])
    return Address.parse(f"[{host}]:{_API_PORT}" if ":" in host else f"{host}:{_API_PORT}")


async def _run(plan: Plan, api: Address, *, register: bool, seconds: float | None) -> int:
    """Until a signal; the exit status."""
    loop = asyncio.get_running_loop()
    stop = until_signal(loop)
    try:
        async with running(plan, api) as carrier:
            await carrier.open()
            _out.print(elements_table(plan, str(api), only_here=True), markup=False, highlight=False)
            for phone in carrier.phones.values() if register else ():
                phone.register()
                phone.attach()
            if register:
                carrier.msgin5g.join()
            if seconds is not None:
                loop.call_later(seconds, stop.set)
            await _tell(carrier, stop)
            _out.print("stopped")
            return 0
    except AddressTaken as fault:
        _out.print(f"the lab cannot run: {fault}", style="red", markup=False, highlight=False)
        return 1


async def _tell(carrier: Carrier, stop: asyncio.Event) -> None:
    """A line for everything that changes, until the end."""
    known: dict[str, str] = {}

    def news() -> dict[str, str]:
        return {what: state for what, state in _states(carrier) if known.get(what) != state}

    while not stop.is_set():
        for what, state in news().items():
            known[what] = state
            _out.print(f"{what}: {state}", markup=False, highlight=False)
        await carrier.ground.waiting.until(lambda: stop.is_set() or bool(news()), _LOOK)


def _states(carrier: Carrier) -> Iterator[tuple[str, str]]:
    missing = set(carrier.unlinked())
    for node, peer in carrier.ends():
        yield f"{node} – {peer}", "no association" if (node, peer) in missing else "active"
    for name, phone in carrier.phones.items():
        yield name, phone.registration.value


def _refuse(sentence: str) -> NoReturn:
    _err.print(f"ipsmgw-lab: {sentence}", markup=False, highlight=False)
    raise typer.Exit(2)
