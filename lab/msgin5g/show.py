"""What `ipsmgw-lab up --msgin5g` shows: an IoT device and an application server, there and back."""

from rich.console import Console

from ipsmgw.trace import ladder
from lab.carrier import Carrier
from lab.msgin5g.steps import server, ue, until

__all__ = ["show"]

_PROTOCOLS = ("coap", "http")
_READING = "42.7 kWh"


async def show(console: Console, carrier: Carrier) -> None:
    """Register both, send one message each way, with a ladder and the server's explanation."""
    began = len(carrier.pdus)
    meter, reader = await ue(carrier, "meter"), await server(carrier)
    console.print("[green]✓[/] meter and reader are registered with the MSGin5G Server", highlight=False)
    reader.send(meter.address, "read yourself", report=True)
    await until(carrier, lambda: bool(reader.ledger.reports), "reader knows that meter has it")
    meter.send(reader.address, _READING, report=True)
    await until(carrier, lambda: bool(meter.ledger.reports), "meter knows that reader has it")
    pdus = [pdu for pdu in carrier.pdus[began:] if pdu.protocol in _PROTOCOLS]
    nodes = ("reader", "m5s", "meter")
    console.print(ladder(pdus, nodes, width=console.width), markup=False, highlight=False)
    for line in carrier.msgin5g.m5s.server.explain(reader.ledger.inbox[-1].msg_id):
        console.print(line, markup=False, highlight=False)
    console.print(f"[green]✓[/] reader reads {reader.ledger.texts[-1]!r}\n", highlight=False)
