"""Steps that many stories share, with what one may expect of them."""

from collections.abc import Callable
from dataclasses import replace

from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.phone import Phone
from lab.elements.phone_ledger import Sent
from lab.elements.sc_ledger import MtMessage
from lab.expectation import expect
from lab.plan import Plan

__all__ = [
    "attached",
    "delivered",
    "deregistered",
    "expect_own",
    "finished",
    "hlr_dialogues",
    "patient",
    "registered",
    "settled",
    "told",
    "until_own",
]


_DATA, _BEGIN = b"\x01\x01", b"\x62"


async def registered(carrier: Carrier, *names: str) -> list[Phone]:
    """Register phones: returns when the HLR knows that they are served over IMS."""
    phones = [carrier.phone(name) for name in names]
    for phone in phones:
        phone.register()
    who = " and ".join(names)
    await carrier.until(lambda: all(phone.registered for phone in phones), f"{who} registered at the S-CSCF")
    records = [carrier.hlr.subscriber(phone.msisdn) for phone in phones]
    number = carrier.plan.gateway_number
    await carrier.until(
        lambda: all(record.ip_sm_gw == number for record in records),
        f"the HLR has the gateway's number for {who}",
    )
    return phones


async def attached(carrier: Carrier, name: str, *domains: Domain) -> Phone:
    """Attach a phone to MSC and SGSN, or to one of them: returns when the HLR and the phone know it."""
    phone = carrier.phone(name)
    wanted = domains or carrier.plan.domains
    phone.attach(*wanted)
    where = " and ".join(domain.value for domain in wanted)
    await carrier.until(lambda: all(map(phone.attached, wanted)), f"{name} is attached to {where}")
    return phone


async def deregistered(carrier: Carrier, phone: Phone) -> None:
    """De-register a phone: returns when the HLR knows."""
    phone.deregister()
    await carrier.until(lambda: not phone.registered, f"{phone.subscriber.name} is de-registered")
    record = carrier.hlr.subscriber(phone.msisdn)
    await carrier.until(
        lambda: record.ip_sm_gw is None, f"the HLR has no gateway for {phone.subscriber.name} any more"
    )


async def finished(carrier: Carrier, sent: Sent) -> None:
    """An MO has its submit report, or its end."""
    await carrier.until(lambda: sent.state.final, "the MO has ended")


async def delivered(carrier: Carrier, message: MtMessage, within: float | None = None) -> None:
    """An MT has ended at the SC."""
    await carrier.until(lambda: message.state.final, "the SC is done with the message", within)


def expect_own(carrier: Carrier, condition: Callable[[], bool], sentence: str, *, of: str = "ipsmgw") -> None:
    """Look into an element, where it is the lab's; of somebody else's this is expected of nobody."""
    if carrier.own(of):
        expect(condition(), sentence)


async def until_own(
    carrier: Carrier, condition: Callable[[], bool], what: str, within: float | None = None
) -> None:
    """Wait for something that only a look into the gateway shows; somebody else's is given a moment."""
    if carrier.own():
        await carrier.until(condition, what, within)
    else:
        await carrier.pause(carrier.plan.timers.unseen)


async def settled(carrier: Carrier) -> None:
    """Nothing is under way in the gateway, and all charging records are on disk."""
    await until_own(carrier, lambda: carrier.gateway.open_work == 0, "the gateway has nothing under way")


async def told(carrier: Carrier) -> None:
    """The gateway waits for nobody's answer: what the HLR was told it has taken or refused."""
    await until_own(carrier, lambda: carrier.gateway.open_exchanges == 0, "the HLR has answered")


def hlr_dialogues(carrier: Carrier) -> int:
    """What the gateway has begun with the HLR: a Begin in a DATA message of M3UA (RFC 4666 §3.1.2)."""
    sent = [pdu.data for pdu in carrier.pdus if (pdu.source, pdu.target) == ("ipsmgw", "hlr")]
    return sum(data[2:4] == _DATA and _BEGIN in data[40:70] for data in sent)


def patient(plan: Plan) -> Plan:
    """An SC that leaves it to the HLR's alert: nothing in a story takes as long as its first own retry."""
    retries = tuple(max(each, 10.0) for each in plan.timers.sc_retries)
    return replace(plan, timers=replace(plan.timers, sc_retries=retries))
