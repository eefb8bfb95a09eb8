"""What `ipsmgw-lab up` shows of MSGin5G: a device and an application server write to a phone, it replies."""

from rich.console import Console

from ipsmgw.identity import Msisdn
from ipsmgw.trace import ladder
from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.msgin5g.how_to import how_to_provision
from lab.msgin5g.plan import FIRST_CODE, Msgin5gPlan, OwnGateway
from lab.msgin5g.records import address
from lab.msgin5g.steps import server, ue, until
from lab.steps import registered
from msgin5g_bridge.l3gdelivery import Address, AddressType

__all__ = ["can_be_shown", "show"]

_ALARM, _QUESTION, _REPLY = "The boiler is too warm.", "Shall we send a plumber?", "Yes, please €"
_QUIET = ("m3ua",)


def can_be_shown(carrier: Carrier) -> bool:
    """Whether all that it takes is there, the lab's, and able to."""
    service = carrier.plan.msgin5g
    if service is None or not service.own_gateway or not carrier.phones:
        return False
    nodes = (service.name, "meter", "reader", "ipsmgw", "scscf", "hlr")
    there = all(node in carrier.plan.nodes and carrier.own(node) for node in nodes)
    listens = all(ue.schedule is None for ue in service.ues if ue.name == "meter")
    known = not {*nodes} & {*service.unprovisioned}
    return there and listens and known and _registers(service, next(iter(carrier.phones)))


def _registers(service: Msgin5gPlan, phone: str) -> bool:
    """Whether the gateway has what it takes to register a phone; over CoAP no credential is needed."""
    over_rest = service.own_as is OwnGateway.MESSAGE_GATEWAY
    given = service.own_credential or service.own_credentials.get(phone) or service.server.credential_key
    return bool(given) or not over_rest


async def show(console: Console, carrier: Carrier, *, by_hand: bool = False) -> None:
    """Register all three, send what each has to say, with a ladder and the server's explanation.

    `by_hand`: and what to type to ask the server oneself.
    """
    meter, reader = await ue(carrier, "meter"), await server(carrier)
    phone, who = await _joined(carrier, next(iter(carrier.phones)))
    name = phone.subscriber.name
    console.print(
        f"[green]✓[/] meter, reader and {name} are registered with the MSGin5G Server", highlight=False
    )
    began, read = len(carrier.pdus), len(phone.ledger.inbox)
    meter.send(who, _ALARM, report=True)
    await until(carrier, lambda: bool(meter.ledger.reports), f"meter knows that {name} has it")
    reader.send(who, _QUESTION, report=True)
    await until(carrier, lambda: bool(reader.ledger.reports), f"reader knows that {name} has it")
    phone.send(_REPLY, to=Msisdn(str(FIRST_CODE)))
    await until(carrier, lambda: bool(reader.ledger.texts), "reader has the reply")
    await until(carrier, lambda: not carrier.msgin5g.m5s.open_work, "the server knows that it has it")

    pdus = [pdu for pdu in carrier.pdus[began:] if pdu.protocol not in _QUIET]
    nodes = (name, "scscf", "ipsmgw", "m5s", "meter", "reader")
    console.print(ladder(pdus, nodes, width=console.width), markup=False, highlight=False)
    console.print("\nwhat the server did with the reply:")
    for line in carrier.msgin5g.m5s.server.explain(reader.ledger.inbox[-1].msg_id):
        console.print(line, markup=False, highlight=False)
    for line in how_to_provision(carrier) if by_hand else ():
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    texts = " and ".join(repr(text) for text in list(phone.ledger.inbox)[read:])
    console.print(
        f"[green]✓[/] {name} reads {texts}; reader reads {reader.ledger.texts[-1]!r}\n", highlight=False
    )


async def _joined(carrier: Carrier, name: str) -> tuple[Phone, Address]:
    """A phone in the IMS, which the gateway has had provisioned and registered, and its Service ID."""
    (phone,) = await registered(carrier, name)
    data, key = carrier.msgin5g.data, (AddressType.UE, str(phone.subscriber.imsi))
    await until(
        carrier,
        lambda: key in data.private_ids and address(*_service_id(carrier, key)) in data.registered,
        f"{name} is registered with the MSGin5G Server",
    )
    return phone, address(*_service_id(carrier, key))


def _service_id(carrier: Carrier, key: tuple[AddressType, str]) -> tuple[AddressType, str]:
    return key[0], carrier.msgin5g.data.private_ids[key]
