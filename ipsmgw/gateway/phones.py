"""Phones that have registered here: their contacts, and the flows to them (RFC 5626; TR 23.804 §8.1)."""

from collections.abc import Iterator

from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.identity import Impu, Msisdn
from ipsmgw.procedures.nai import imsi_of, private_impu
from ipsmgw.store import Store
from sipbridge import Contact, DecodeError, Flow, Message, SipUri, parse_name_addr, parse_uri
from sipbridge.hop import PORTS
from sipbridge.registrar import usual_contact

__all__ = ["Phones"]

_LONGEST = 512  # of a From or To: what names are parsed is remembered, and strangers write these


class Phones:
    """Contacts by identity; what is kept survives a restart, but for connections."""

    def __init__(self, store: Store, realm: str, now: float) -> None:
        self._store = store
        self._realm = realm
        self._contacts: dict[Impu, tuple[Contact, ...]] = {}
        self._of_flow: dict[Flow, set[Impu]] = {}
        self._of_number: dict[Msisdn, Impu] = {}
        self._deadlines: Deadlines[Impu] = Deadlines()
        for impu, contacts in store.contacts().items():
            self._remember(impu, tuple(map(_after_failure, contacts)))

    def __len__(self) -> int:
        return len(self._contacts)

    def contacts(self, impu: Impu) -> tuple[Contact, ...]:
        """All of them, also those that have just run out."""
        return self._contacts.get(impu, ())

    def keep(self, impu: Impu, contacts: tuple[Contact, ...]) -> None:
        """These, and no others; with the commit at the end of the batch they are durable."""
        self._store.keep_contacts(impu, contacts)
        self._remember(impu, contacts)

    def number(self, impu: Impu, msisdn: Msisdn) -> None:
        """He may call himself by his number."""
        self._of_number[msisdn] = impu

    def way(self, impu: Impu, now: float, key: str = "") -> Contact | None:
        """The device with this key, or the one that short messages go to."""
        contacts = self._contacts.get(impu, ())
        one = next((each for each in contacts if key and each.key == key and each.until > now), None)
        return one or usual_contact(contacts, now)

    def sender(self, message: Message, flow: Flow, now: float) -> tuple[Impu, Contact] | None:
        """Whose request this is: who he says he is counts where it comes over a flow that is his."""
        said = self._identity(message.fields[b"From"])
        preferred = message.first(b"P-Preferred-Identity")
        if said is None or (preferred is not None and self._identity(preferred) != said):
            return None
        contacts = self._contacts.get(said, ())
        found = next((each for each in contacts if each.flow == flow and each.until > now), None)
        return None if found is None else (said, found)

    def known(self, value: bytes) -> Impu | None:
        """The identity in a To or From, where it is registered."""
        impu = self._identity(value)
        return impu if impu in self._contacts else None

    def flow_failed(self, flow: Flow) -> list[Impu]:
        """A connection is gone: whose contacts were behind it, and have to be looked at."""
        touched = list(self._of_flow.get(flow, ()))
        for impu in touched:
            contacts = (_after_failure(each) if each.flow == flow else each for each in self._contacts[impu])
            self.keep(impu, tuple(contacts))
        return touched

    def due(self, now: float) -> Iterator[Impu]:
        """Those of whom a contact has run out."""
        return self._deadlines.due(now)

    def deadline(self) -> float | None:
        return self._deadlines.deadline()

    def _identity(self, value: bytes) -> Impu | None:
        """As he is known here, however he is called."""
        if len(value) > _LONGEST:
            return None
        try:
            uri = parse_name_addr(value).uri
            imsi = imsi_of(uri, self._realm)
            if imsi is not None:
                return private_impu(imsi, self._realm)
            public = Impu.parse(uri)
        except ValueError:  # a DecodeError is one
            return None
        host = public.partition("@")[2]
        msisdn = public.msisdn if host in ("", self._realm) else None
        return None if msisdn is None else self._of_number.get(msisdn)

    def _remember(self, impu: Impu, contacts: tuple[Contact, ...]) -> None:
        for contact in self._contacts.pop(impu, ()):
            behind = self._of_flow.get(contact.flow, set())
            behind.discard(impu)
            if not behind:
                self._of_flow.pop(contact.flow, None)
        if not contacts:
            self._deadlines.discard(impu)
            return
        self._contacts[impu] = contacts
        self._deadlines.set(impu, min(each.until for each in contacts))
        for contact in contacts:
            if contact.flow.accepted:
                self._of_flow.setdefault(contact.flow, set()).add(impu)


def _after_failure(contact: Contact) -> Contact:
    """Without its connection: where it says itself that it listens, if it has come from there; else nowhere
    (RFC 5626 §5.3: nobody opens a connection to a phone behind a NAT, nor one by TLS).
    """
    flow = contact.flow
    if not flow.accepted:
        return contact
    try:
        uri = parse_uri(contact.uri)
    except DecodeError:
        uri = None
    host = flow.remote[0]
    if isinstance(uri, SipUri) and uri.host.strip("[]") == host and flow.transport == "tcp":
        back = Flow("tcp", flow.local, (host, uri.port or PORTS["tcp"]))
        if not contact.outbound:
            return contact._replace(flow=back)
    return contact._replace(until=0.0)
