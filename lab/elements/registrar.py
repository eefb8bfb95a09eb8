"""Who is registered, by which contacts: the S-CSCF's registrar (TS 24.229 §5.4.1; RFC 3261 §10.3)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from heapq import heappop, heappush

from ipsmgw.identity import Impu
from lab.plan import Subscriber

__all__ = ["Asked", "Change", "Contact", "Registrar", "Registrations"]

_CONTACTS = 5


class Change(Enum):
    """What a REGISTER, or the passing of time, has done to a subscriber."""

    REGISTERED = "registered"
    """A contact was added or refreshed: application servers are told."""
    FEWER = "fewer contacts"
    """One of several is gone: nobody is told, as Kamailio does it."""
    DEREGISTERED = "de-registered"
    """The last one is gone."""
    NOTHING = "nothing"
    """There was no such contact."""
    OUT_OF_ORDER = "out of order"
    """An old REGISTER that came late (RFC 3261 §10.3, step 7)."""
    TOO_MANY = "too many contacts"


@dataclass(frozen=True, slots=True)
class Contact:
    """One device; `key` is its instance id, or the URI where it has none."""

    key: str
    uri: str
    expires: float
    call_id: str
    cseq: int
    smsip: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What a REGISTER asks for."""

    uri: str
    expires: int
    call_id: str
    cseq: int
    instance: str = ""
    smsip: bool = True


@dataclass(slots=True)
class Registrations:
    """What survives a restart of the S-CSCF: contacts by public identity, then by key."""

    contacts: dict[Impu, dict[str, Contact]] = field(default_factory=dict)


Gone = Callable[[Impu, Contact, float], None]


class Registrar:
    """Decides over `Registrations`; the profiles of the HSS are given."""

    def __init__(
        self, data: Registrations, profiles: dict[Impu, Subscriber], gone: Gone | None = None
    ) -> None:
        self._data = data
        self._profiles = profiles
        self.gone = gone
        """Told of every contact that has left, or has run out."""
        self._due: list[tuple[float, Impu, str]] = []
        for impu, contacts in data.contacts.items():
            for contact in contacts.values():
                heappush(self._due, (contact.expires, impu, contact.key))

    def profile(self, impu: Impu) -> Subscriber | None:
        """The subscriber of this identity, None for a stranger."""
        return self._profiles.get(impu)

    def register(self, impu: Impu, asked: Asked, now: float) -> Change:
        """Add, refresh or remove one contact."""
        held = self._data.contacts.get(impu, {})
        key = asked.instance or asked.uri
        known = held.get(key)
        if known is not None and known.call_id == asked.call_id and known.cseq >= asked.cseq:
            return Change.OUT_OF_ORDER
        if asked.expires == 0:
            return Change.NOTHING if known is None else self._remove(impu, key, now)
        if known is None and len(held) >= _CONTACTS:
            return Change.TOO_MANY
        held = self._data.contacts.setdefault(impu, held)
        held.pop(key, None)
        contact = Contact(key, asked.uri, now + asked.expires, asked.call_id, asked.cseq, asked.smsip)
        held[key] = contact
        heappush(self._due, (contact.expires, impu, key))
        return Change.REGISTERED

    def contact(self, impu: Impu, now: float) -> Contact | None:
        """Where a short message goes: the device with smsip that registered last (TS 24.341 §5.3.2.4)."""
        held = self._data.contacts.get(impu, {})
        able = [contact for contact in held.values() if contact.smsip and contact.expires > now]
        return able[-1] if able else None

    def targets(self, impu: Impu, now: float, *, required: bool) -> list[Contact]:
        """Where a message may go, best first: those with smsip, then, unless it is required, the others."""
        last_first = self.contacts(impu, now)[::-1]
        able = [contact for contact in last_first if contact.smsip]
        return able if required else able + [contact for contact in last_first if not contact.smsip]

    def contacts(self, impu: Impu, now: float) -> list[Contact]:
        """All devices of an identity."""
        return [contact for contact in self._data.contacts.get(impu, {}).values() if contact.expires > now]

    def came_from(self, impu: Impu, source: tuple[str, int], now: float) -> bool:
        """Whether one of the identity's devices is at this address."""
        there = f"{source[0]}:{source[1]}"
        uris = [contact.uri.partition(";")[0] for contact in self.contacts(impu, now)]
        return any(uri.rpartition("@")[2] == there for uri in uris)

    def deadline(self) -> float | None:
        return self._due[0][0] if self._due else None

    def expire(self, now: float) -> None:
        """Contacts run out; Kamailio tells application servers of that by the reg event alone."""
        for impu, key in self._expired(now):
            self._remove(impu, key, now)

    def _expired(self, now: float) -> Iterator[tuple[Impu, str]]:
        while self._due and self._due[0][0] <= now:
            when, impu, key = heappop(self._due)
            contact = self._data.contacts.get(impu, {}).get(key)
            if contact is not None and contact.expires == when:
                yield impu, key

    def _remove(self, impu: Impu, key: str, now: float) -> Change:
        held = self._data.contacts[impu]
        contact = held.pop(key)
        if not held:
            del self._data.contacts[impu]
        if self.gone is not None:
            self.gone(impu, contact, now)
        return Change.FEWER if held else Change.DEREGISTERED
