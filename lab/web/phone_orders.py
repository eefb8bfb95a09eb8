"""What somebody has a phone do: register, roam, switch off, fill its memory; each ends within its time."""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode
from lab.elements.phone_registration import RegistrationState
from lab.web.asking import Refusal

__all__ = ["ORDERS", "PhoneOrder", "carry_out"]

Word = Literal[
    "register",
    "deregister",
    "attach",
    "detach",
    "on",
    "off",
    "memory-full",
    "memory-room",
    "no-report",
    "reject",
    "obey",
    "second-device",
]
_REJECTED = range(400, 700)
_OFF = 3.0
"""Seconds that a phone has for its farewell before its radio is off."""
_DEVICES = ("tablet", "watch", "laptop", "car")


class PhoneOrder(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/phones/NAME: what to do; `domain` is of attach and detach, `status` of reject."""

    order: Word
    domain: Literal["cs", "ps"] | None = None
    status: int = 488


async def carry_out(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    """Returns when it is so; Refusal with a sentence where it does not become so in time."""
    await ORDERS[order.order](carrier, phone, order)


async def _register(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    _must_be_on(phone, Domain.IMS)
    phone.register()
    await _becomes(carrier, lambda: phone.registered, f"{phone.subscriber.name} is registered", _why(phone))


async def _deregister(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    phone.deregister()
    await _becomes(
        carrier,
        lambda: phone.registration is RegistrationState.OFF,
        f"{phone.subscriber.name} has left",
        _why(phone),
    )


async def _attach(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    domain = _domain(carrier, order)
    _must_be_on(phone, domain)
    phone.attach(domain)

    def why() -> str:
        cause = phone.refused.get(domain)
        return f"it was refused with cause {cause}" if cause else "nobody has answered"

    await _becomes(
        carrier,
        lambda: phone.attached(domain),
        f"{phone.subscriber.name} is attached to {domain.value.upper()}",
        why,
    )


async def _detach(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    phone.detach(_domain(carrier, order))


async def _on(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    """It registers at once, as phones do; CS and PS are for its user."""
    phone.unmute()
    await _register(carrier, phone, order)


async def _off(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    """It says that it goes, and then it is silent, heard or not."""
    phone.deregister()
    phone.detach()
    await carrier.ground.waiting.until(lambda: phone.registration is RegistrationState.OFF, _OFF)
    phone.mute()


async def _full(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    phone.behave(Mode.MEMORY_FULL)


async def _silent(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    phone.behave(Mode.NO_REPORT)


async def _reject(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    if order.status not in _REJECTED:
        raise Refusal(400, f"a phone refuses with a status from 400 to 699, not {order.status}")
    phone.behave(Mode.REJECTING, order.status)


async def _obey(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    phone.behave(Mode.OBEDIENT)


async def _second(carrier: Carrier, phone: Phone, order: PhoneOrder) -> None:
    """One more device with the same subscription, which registers at once."""
    owner = carrier.plan.devices(phone.subscriber.imsi)[0]
    name = next((name for kind in _DEVICES if (name := f"{owner}s_{kind}") not in carrier.phones), None)
    if name is None:
        raise Refusal(409, f"{owner} has {len(_DEVICES) + 1} devices: an S-CSCF takes no more contacts")
    await _register(carrier, await carrier.add_device(phone.subscriber, name), order)


ORDERS: dict[Word, Callable[[Carrier, Phone, PhoneOrder], Awaitable[None]]] = {
    "register": _register,
    "deregister": _deregister,
    "attach": _attach,
    "detach": _detach,
    "on": _on,
    "off": _off,
    "memory-full": _full,
    "memory-room": _obey,
    "no-report": _silent,
    "reject": _reject,
    "obey": _obey,
    "second-device": _second,
}


def _domain(carrier: Carrier, order: PhoneOrder) -> Domain:
    if order.domain is None:
        raise Refusal(400, f"{order.order}: to which domain, cs or ps?")
    domain = Domain(order.domain)
    if domain not in carrier.plan.domains:
        node = {"cs": "MSC", "ps": "SGSN"}[order.domain]
        raise Refusal(409, f"this carrier has no {node}, so that there is no {order.domain.upper()}")
    return domain


def _must_be_on(phone: Phone, domain: Domain) -> None:
    if not phone.covered(domain):
        raise Refusal(409, f"{phone.subscriber.name} is switched off")


def _why(phone: Phone) -> Callable[[], str]:
    return lambda: f"it is {phone.registration.value}"


async def _becomes(carrier: Carrier, held: Callable[[], bool], what: str, why: Callable[[], str]) -> None:
    limit = carrier.plan.timers.settle
    if not await carrier.ground.waiting.until(held, limit):
        raise Refusal(504, f"expected within {limit:g} s, and not so: {what}; {why()}")
