"""Who is registered by which contacts: the rules of a registrar (RFC 3261 §10.3; RFC 5626 §6)."""

from dataclasses import dataclass
from typing import NamedTuple

from sipbridge.build import Headers
from sipbridge.errors import DecodeError
from sipbridge.flow import Flow
from sipbridge.register import AskedContact, Register
from sipbridge.uri import SipUri, parse_uri

__all__ = ["Contact", "Denied", "Registered", "RegistrarRules", "contact_key", "register", "usual_contact"]

_HOUR = 3600  # §10.3 step 7: only what is shorter may be too brief


class Contact(NamedTuple):
    """One device, until `until`; `key` is what a later REGISTER finds it by, `q` in thousandths."""

    key: str
    uri: str
    until: float
    call_id: str
    cseq: int
    flow: Flow
    q: int = 1000
    smsip: bool = True
    outbound: bool = False
    """It registered this very flow (RFC 5626 §4.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrarRules:
    """How long a registration may last, in seconds, and how many devices a user may have."""

    usual: int = 3600
    """What a REGISTER gets that asks for nothing."""
    shortest: int = 60
    longest: int = 600_000
    contacts: int = 5


class Registered(NamedTuple):
    """All contacts from now on, and those that the request has ended."""

    contacts: tuple[Contact, ...]
    ended: tuple[Contact, ...] = ()


class Denied(NamedTuple):
    """The request changes nothing."""

    status: int
    headers: Headers = ()


def register(
    held: tuple[Contact, ...], asked: Register, now: float, rules: RegistrarRules
) -> Registered | Denied:
    """All of what a REGISTER asks for, or nothing of it.

    Where a device is one too many, that one gives way that has been silent for longest: who has got a new
    address and no instance id would be shut out by what he was before.
    """
    known = {contact.key: contact for contact in held if contact.until > now}
    before = dict(known)
    if asked.everything:
        if any(_is_old(contact, asked) for contact in known.values()):
            return Denied(500)
        return Registered((), tuple(known.values()))
    for one in asked.contacts:
        denied = _take(known, one, asked, now, rules)
        if denied is not None:
            return denied
    excess = len(known) - max(rules.contacts, len(before))
    if excess > 0:
        silent = [key for key, contact in known.items() if before.get(key) is contact]
        if len(silent) < excess:
            return Denied(403)
        for key in silent[:excess]:
            del known[key]
    ended = tuple(contact for key, contact in before.items() if key not in known)
    return Registered(tuple(known.values()), ended)


def usual_contact(contacts: tuple[Contact, ...], now: float) -> Contact | None:
    """Where a short message goes: of the devices that take some the one most wished for, then the last
    (RFC 3261 §16.6; TS 24.341 §5.3.2.4).
    """
    able = [contact for contact in contacts if contact.smsip and contact.until > now]
    return max(reversed(able), key=lambda contact: contact.q, default=None)


def contact_key(one: AskedContact, *, outbound: bool) -> str:
    """Instance and reg-id (RFC 5626 §6), the instance alone, or the URI as §19.1.4 compares it."""
    if one.instance:
        return f"{one.instance};{one.reg_id}" if outbound and one.reg_id else one.instance
    try:
        uri = parse_uri(one.uri)
    except DecodeError:
        return one.uri
    if not isinstance(uri, SipUri):
        return one.uri
    marks = "".join(f";{name}={value.lower()}" for name, value in sorted(uri.parameters))
    return f"{uri.user}@{uri.host}:{uri.port or ''}{marks}"


def _take(
    known: dict[str, Contact], one: AskedContact, asked: Register, now: float, rules: RegistrarRules
) -> Denied | None:
    """One contact (§10.3 step 7)."""
    outbound = asked.outbound and bool(one.instance and one.reg_id)
    key = contact_key(one, outbound=outbound)
    expires = _expires(one, asked, rules)
    if 0 < expires < min(rules.shortest, _HOUR):
        return Denied(423, (("Min-Expires", str(rules.shortest)),))
    if key in known and _is_old(known[key], asked):
        return Denied(500)
    known.pop(key, None)
    if expires:
        known[key] = Contact(
            key=key,
            uri=one.uri,
            until=now + expires,
            call_id=asked.call_id,
            cseq=asked.cseq,
            flow=asked.flow,
            q=one.q,
            smsip=one.smsip,
            outbound=outbound,
        )
    return None


def _is_old(contact: Contact, asked: Register) -> bool:
    """A request that came after a later one of its series."""
    return contact.call_id == asked.call_id and contact.cseq >= asked.cseq


def _expires(one: AskedContact, asked: Register, rules: RegistrarRules) -> int:
    said = one.expires if one.expires is not None else asked.expires
    return min(rules.usual if said is None else said, rules.longest)
