"""The phones of a carrier as a page shows them: who, where, with what in them."""

from collections.abc import Iterable

import msgspec

from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode
from lab.web.bubbles import Bubble
from lab.web.conversation import Became, conversation

__all__ = ["DomainView", "PhoneView", "phone_view", "phone_views"]

_MEMORY = {Mode.MEMORY_FULL: "full"}
_MANNERS = {Mode.NO_REPORT: "sends no report", Mode.REJECTING: "refuses what comes"}


class DomainView(msgspec.Struct):
    """How a phone stands in IMS, PS or CS."""

    domain: str
    present: bool
    """Whether it is registered, or attached."""
    state: str
    covered: bool


class PhoneView(msgspec.Struct, rename="camel", kw_only=True):
    """One phone; who has several devices has several of them, with one number."""

    name: str
    number: str
    imsi: str
    impu: str
    on: bool
    """False: its radio is silent in all domains."""
    memory: str
    manners: str
    domains: list[DomainView]
    devices: list[str]
    """All phones with its subscription, itself among them."""
    plain: bool
    """Whether it knows plain text only."""
    sent: int
    received: int
    """How many there are of each, shown or not."""
    messages: list[Bubble]


def phone_views(carrier: Carrier, phones: Iterable[Phone]) -> list[PhoneView]:
    """Of several."""
    became = Became(carrier.sc_data if carrier.own("smsc") else None)
    return [phone_view(carrier, phone, became) for phone in phones]


def phone_view(carrier: Carrier, phone: Phone, became: Became) -> PhoneView:
    subscriber, ledger = phone.subscriber, phone.ledger
    domains = [_domain(phone, domain) for domain in (Domain.IMS, *carrier.plan.domains)]
    return PhoneView(
        name=subscriber.name,
        number="" if subscriber.msisdn_less else phone.msisdn,
        imsi=subscriber.imsi,
        impu=phone.impu,
        on=any(domain.covered for domain in domains),
        memory=_MEMORY.get(phone.mode, "room"),
        manners=_MANNERS.get(phone.mode, ""),
        domains=domains,
        devices=carrier.plan.devices(subscriber.imsi),
        plain=subscriber.name in carrier.plan.texting,
        sent=len(ledger.sent) + len(ledger.texts),
        received=len(ledger.received),
        messages=conversation(ledger, phone.msisdn, became),
    )


def _domain(phone: Phone, domain: Domain) -> DomainView:
    covered = phone.covered(domain)
    if domain is Domain.IMS:
        return DomainView("ims", phone.registered, phone.registration.value, covered)
    refused = phone.refused.get(domain)
    state = "attached" if phone.attached(domain) else f"refused, cause {refused}" if refused else "off"
    return DomainView(domain.value, phone.attached(domain), state, covered)
