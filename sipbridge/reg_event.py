"""The reg event package: reginfo documents, read and merged over versions (RFC 3680 §5, RFC 5628 §5)."""

import re
from typing import NamedTuple
from xml.parsers.expat import ExpatError, ParserCreate

from sipbridge.errors import DecodeError

__all__ = ["REGINFO", "ContactState", "RegInfo", "RegView", "RegistrationState", "read_reginfo"]

REGINFO = "application/reginfo+xml"
_MOST = 64  # registrations of a document, and contacts of a registration
_SMSIP = "+g.3gpp.smsip"
_STRAY = re.compile(rb"&(?!(?:#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);)")  # of a URI, as it was
_STATES = ("init", "active", "terminated")
_LONGEST_NUMBER = 10

Attributes = dict[str, str]


class ContactState(NamedTuple):
    """One device: `event` is why it is in its state, `expires` what is left, `gruu` its public GRUU."""

    id: str
    state: str
    event: str
    uri: str = ""
    expires: int | None = None
    smsip: bool = False
    gruu: str = ""

    @property
    def active(self) -> bool:
        """Whether the device can be reached."""
        return self.state == "active"


class RegistrationState(NamedTuple):
    """One public identity and its devices."""

    aor: str
    id: str
    state: str
    contacts: tuple[ContactState, ...] = ()

    @property
    def registered(self) -> bool:
        """Whether any device can be reached."""
        return self.state != "terminated" and any(contact.active for contact in self.contacts)

    @property
    def smsip(self) -> bool:
        """Whether one that takes short messages can (TS 24.341 §5.3.3.2): the last such device decides."""
        return self.registered and any(contact.active and contact.smsip for contact in self.contacts)


class RegInfo(NamedTuple):
    """One document: all that there is, or what has changed since the version before."""

    version: int
    full: bool
    registrations: tuple[RegistrationState, ...]


class RegView:
    """What the documents of one subscription say together (RFC 3680 §5.1)."""

    def __init__(self) -> None:
        self._version = -1
        self._known: dict[tuple[str, str], RegistrationState] = {}

    @property
    def empty(self) -> bool:
        """Whether nothing has been heard yet."""
        return self._version < 0

    @property
    def registrations(self) -> tuple[RegistrationState, ...]:
        """Everything as it is now."""
        return tuple(self._known.values())

    def take(self, info: RegInfo) -> bool | None:
        """Whether the document was news; None where one before it is missing.

        Numbers begin with 0, so who says 0 again counts anew, or like Clearwater not at all; that it is no
        older document is seen by the CSeq of its NOTIFY.
        """
        begins = info.full and not info.version
        if info.version <= self._version and not begins:
            return False
        if not info.full and info.version != self._version + 1:
            return None
        self._version = info.version
        if info.full:
            self._known.clear()
        for one in info.registrations:
            own = one.aor, one.id  # Clearwater has one id for a whole implicit set
            held = None if info.full else self._known.get(own)
            self._known[own] = one if held is None else _merged(held, one)
        while len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        return True


def _merged(held: RegistrationState, news: RegistrationState) -> RegistrationState:
    """A partial document tells of the contacts that have changed; those that ended are told of once."""
    contacts = {contact.id: contact for contact in held.contacts if contact.state != "terminated"}
    for contact in news.contacts:
        contacts.pop(contact.id, None)
        contacts[contact.id] = contact
    return news._replace(contacts=tuple(contacts.values())[-_MOST:])


def read_reginfo(xml: bytes) -> RegInfo:
    """Read a document without following anything that it refers to."""
    reader = _Reader()
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(_STRAY.sub(b"&amp;", xml), True)
    except DecodeError:
        raise
    except (ExpatError, LookupError, ValueError) as error:
        raise DecodeError("reginfo is no XML") from error
    if reader.info is None:
        raise DecodeError("no reginfo")
    return reader.info._replace(registrations=tuple(reader.registrations))


class _Reader:
    """Keeps the contact and the registration at hand; prefixes of names are not looked at."""

    def __init__(self) -> None:
        self.info: RegInfo | None = None
        self.registrations: list[RegistrationState] = []
        self._contacts: list[ContactState] = []
        self._registration: RegistrationState | None = None
        self._contact: ContactState | None = None
        self._parameter = ""
        self._pieces: list[str] = []

    def doctype(self, *_: object) -> None:
        """A document type is where the bombs and the foreign entities are: reginfo needs none."""
        raise DecodeError("reginfo with a document type")

    def text(self, piece: str) -> None:
        self._pieces.append(piece)

    def start(self, name: str, attributes: Attributes) -> None:
        self._pieces.clear()
        opened = _STARTS.get(_local(name))
        if opened is not None:
            opened(self, attributes)

    def end(self, name: str) -> None:
        closed = _ENDS.get(_local(name))
        if closed is not None:
            closed(self, "".join(self._pieces).strip())
        self._pieces.clear()

    def reginfo(self, attributes: Attributes) -> None:
        version = _number(attributes.get("version", ""))
        state = attributes.get("state", "")
        if version is None or state not in ("full", "partial") or self.info is not None:
            raise DecodeError("reginfo without version and state")
        self.info = RegInfo(version, state == "full", ())

    def registration(self, attributes: Attributes) -> None:
        state = attributes.get("state", "")
        if state not in _STATES or len(self.registrations) >= _MOST:
            raise DecodeError("registration of no state, or too many")
        aor = attributes.get("aor", "")
        self._registration = RegistrationState(aor, attributes.get("id", aor), state)
        self._contacts = []

    def registration_ends(self, _: str) -> None:
        if self._registration is not None:
            self.registrations.append(self._registration._replace(contacts=tuple(self._contacts)))
        self._registration = None

    def contact(self, attributes: Attributes) -> None:
        if len(self._contacts) >= _MOST:
            raise DecodeError("too many contacts")
        state, event = attributes.get("state", ""), attributes.get("event", "")
        expires = _number(attributes.get("expires", ""))
        self._contact = ContactState(attributes.get("id", ""), state, event, expires=expires)

    def contact_ends(self, _: str) -> None:
        if self._contact is not None and self._registration is not None:
            self._contacts.append(self._contact)
        self._contact = None

    def unknown_param(self, attributes: Attributes) -> None:
        self._parameter = attributes.get("name", "").lower()

    def unknown_param_ends(self, value: str) -> None:
        """RFC 3840 §9: a feature tag without value, or with TRUE, is there."""
        if self._parameter == _SMSIP and value.strip('"').upper() != "FALSE" and self._contact is not None:
            self._contact = self._contact._replace(smsip=True)
        self._parameter = ""

    def uri_ends(self, value: str) -> None:
        if self._contact is not None:
            self._contact = self._contact._replace(uri=value)

    def pub_gruu(self, attributes: Attributes) -> None:
        if self._contact is not None:
            self._contact = self._contact._replace(gruu=attributes.get("uri", ""))


_STARTS = {
    "reginfo": _Reader.reginfo,
    "registration": _Reader.registration,
    "contact": _Reader.contact,
    "unknown-param": _Reader.unknown_param,
    "pub-gruu": _Reader.pub_gruu,
}
_ENDS = {
    "registration": _Reader.registration_ends,
    "contact": _Reader.contact_ends,
    "unknown-param": _Reader.unknown_param_ends,
    "uri": _Reader.uri_ends,
}


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None
