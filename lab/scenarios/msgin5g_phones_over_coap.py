"""The stories of phones in the MSGin5G service, with a server that is asked over CoAP (MSGin5G-1, -6)."""

from collections.abc import Callable
from dataclasses import replace

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.contact import Leg
from lab.msgin5g.plan import OWN, Msgin5gPlan, OwnGateway, UePlan
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios import msgin5g_phones as phones

__all__ = [
    "msgin5g_phone_coap_app",
    "msgin5g_phone_coap_away",
    "msgin5g_phone_coap_bulk",
    "msgin5g_phone_coap_crash",
    "msgin5g_phone_coap_device",
    "msgin5g_phone_coap_keys",
    "msgin5g_phone_coap_refuses",
]

_METER = (UePlan(name="meter", max_seg_size=128),)
_CLIENTS = Msgin5gPlan(own_gateway=True, own_as=OwnGateway.CLIENTS, ues=_METER)
_GATEWAY_UE = replace(_CLIENTS, own_as=OwnGateway.GATEWAY_UE)


def _with(service: Msgin5gPlan) -> Callable[[Plan], Plan]:
    return lambda plan: replace(plan, msgin5g=service)


def _with_keys(plan: Plan) -> Plan:
    """A key for each phone, after the Service ID that its IMSI gets."""
    names = tuple(f"ue-{phone.imsi}" for phone in plan.subscribers)
    server = replace(_CLIENTS.server, authenticated=True)
    ues = (UePlan(name="meter", max_seg_size=128, keyed=True),)
    return replace(plan, msgin5g=replace(_CLIENTS, own_keys=names, server=server, ues=ues))


def _posts(carrier: Carrier, words: bytes) -> int:
    """Requests of the gateway that say this."""
    return sum(words in each.data for each in carrier.pdus if (each.source, each.protocol) == (OWN, "coap"))


@scenario(
    clause="TS 23.554 §8.7.1, §8.7.3; TS 24.538",
    what="an AS and a phone, the gateway being its MSGin5G Client",
    plan=_with(_CLIENTS),
)
async def msgin5g_phone_coap_app(carrier: Carrier) -> None:
    """A long message of the AS with its report; a long one of the phone with its status report."""
    await phones.msgin5g_phone_and_app(carrier)
    registered = carrier.msgin5g.data.registered
    legs = {each.contact.leg for who, each in registered.items() if who.addr.startswith("ue-0")}
    expect(legs == {Leg.CLIENT}, "the server knows phones as MSGin5G UEs")
    expect(_posts(carrier, b'"REG"') > 0 and not _posts(carrier, b"BULKREG"), "each registers by itself")


@scenario(
    clause="TS 23.554 §8.7.1, §8.7.3; TS 24.538",
    what="an IoT device and a phone, both MSGin5G UEs to the server",
    plan=_with(_CLIENTS),
)
async def msgin5g_phone_coap_device(carrier: Carrier) -> None:
    """The phone replies to the number that the device was given, and names it in front of a text."""
    await phones.msgin5g_phone_and_device(carrier)


@scenario(
    clause="TS 23.554 §8.7.1; TS 24.538",
    what="a phone that is away, the gateway being its MSGin5G Client",
    plan=_with(_CLIENTS),
)
async def msgin5g_phone_coap_away(carrier: Carrier) -> None:
    """The server keeps what is to be stored until the gateway registers the phone again."""
    await phones.msgin5g_phone_away(carrier)


@scenario(
    clause="TS 23.554 §8.3.4; TS 24.538",
    what="a phone that refuses, and one that is full, over CoAP",
    plan=_with(_CLIENTS),
)
async def msgin5g_phone_coap_refuses(carrier: Carrier) -> None:
    """What is refused for good is told at once, with a cause; a full phone gets it when it has room."""
    await phones.msgin5g_phone_refuses(carrier)


@scenario(
    clause="DESIGN §4, §5; RFC 7252 §4.2",
    what="a crash of the gateway after its 2.04",
    plan=_with(_CLIENTS),
    needs=("ipsmgw",),
)
async def msgin5g_phone_coap_crash(carrier: Carrier) -> None:
    """What the server was told 2.04 for is delivered by the next life, and reported."""
    await phones.msgin5g_phone_crash(carrier)


@scenario(
    clause="TS 33.501 Y.2; RFC 8613",
    what="an OSCORE key for each phone of the gateway",
    plan=_with_keys,
)
async def msgin5g_phone_coap_keys(carrier: Carrier) -> None:
    """The server wants client-server security: each phone is known by its own key, all at one address."""
    await phones.msgin5g_phone_and_app(carrier)
    who = {each: one.identity for each, one in carrier.msgin5g.data.registered.items()}
    proved = {each.addr for each, identity in who.items() if identity == each.addr}
    expect(any(each.startswith("ue-0") for each in proved), "the phone has proved its own Service ID")


@scenario(
    clause="TS 23.554 §8.2.7; TS 24.538",
    what="phones behind an MSGin5G Gateway UE, which restarts",
    plan=_with(_GATEWAY_UE),
    needs=("ipsmgw",),
)
async def msgin5g_phone_coap_bulk(carrier: Carrier) -> None:
    """The gateway is registered first, and after its restart all of its phones are in one request."""
    await phones.msgin5g_phone_crash(carrier)
    expect(_posts(carrier, b'"BULKREG"') > 0, "phones are registered anew in bulk")
    own = carrier.msgin5g.plan.svc_id(OWN)
    data = carrier.msgin5g.data
    contacts = {each.contact for who, each in data.registered.items() if who.addr.startswith("ue-0")}
    mine = {each.contact for who, each in data.registered.items() if who.addr == own}
    expect(contacts == mine != set(), "they are reached where the gateway is")
