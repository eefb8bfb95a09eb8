"""Phones by their names or numbers, as somebody writes them (DESIGN §10)."""

import re
from itertools import islice

from ipsmgw.identity import Impu, Msisdn
from lab.carrier import Carrier
from lab.elements.phone import Phone

__all__ = ["name_of", "number_of", "phone_of", "recipient"]

_BETWEEN = re.compile(r"[\s().-]+")
"""What people write between digits."""
_SOME = 12


def phone_of(carrier: Carrier, who: str) -> Phone:
    """ValueError with a sentence where there is none."""
    for name, phone in carrier.phones.items():
        if who == name or who.lstrip("+") == phone.msisdn:
            return phone
    raise ValueError(f"no phone {who!r} here; there are {', '.join(carrier.phones)}")


def number_of(carrier: Carrier, who: str) -> Msisdn:
    """Of a phone, or as it is written; ValueError with a sentence."""
    phone = carrier.phones.get(who)
    if phone is not None:
        return phone.msisdn
    try:
        return Msisdn.parse(_BETWEEN.sub("", who))
    except ValueError:
        known = ", ".join(islice(carrier.phones, _SOME)) + (", …" if len(carrier.phones) > _SOME else "")
        raise ValueError(
            f"{who!r} is neither a phone here ({known}) nor a number of 1 to 15 digits"
            if who.strip()
            else "to whom? A phone's name, or a number"
        ) from None


def name_of(carrier: Carrier, number: str) -> str:
    """The first phone with this number; nothing where it is nobody's."""
    found = (name for name, phone in carrier.phones.items() if phone.msisdn == number)
    return next(found, "")


def recipient(carrier: Carrier, who: str) -> Msisdn | Impu:
    """Of a message: a phone's name, or any number; who has no number has a URI."""
    phone = carrier.phones.get(who)
    if phone is not None and phone.subscriber.msisdn_less:
        return phone.impu
    return number_of(carrier, who)
