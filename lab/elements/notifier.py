"""The reg event package as Kamailio 5.6 offers it: silent of what comes, never of what goes (RFC 3680)."""

from dataclasses import dataclass
from html import escape

from ipsmgw.identity import Impu
from lab.elements.registrar import Contact, Registrar
from sipbridge.build import checked_header, request
from sipbridge.errors import DecodeError
from sipbridge.events import ClientTx, Request
from sipbridge.flow import Flow
from sipbridge.header import parameter
from sipbridge.message import Message, parse
from sipbridge.settings import Limits
from sipbridge.stack import SipStack
from sipbridge.uri import parse_name_addr
from sipbridge.via import MAGIC_COOKIE

__all__ = ["Notifier"]

_MOST = 10_000
_LONGEST = 600_000
_LIMITS = Limits()


@dataclass(slots=True)
class _Subscription:
    """One dialog, from the side of the notifier."""

    impu: Impu
    call_id: bytes
    own: bytes
    other: bytes
    target: str
    flow: Flow
    until: float
    cseq: int = 3
    version: int = 1


class Notifier:
    """Subscriptions by Call-ID; a NOTIFY that is refused with 481 ends its own."""

    def __init__(self, stack: SipStack, authority: str, registrar: Registrar) -> None:
        self._stack = stack
        self._authority = authority
        self._registrar = registrar
        self._held: dict[bytes, _Subscription] = {}
        self._sent: dict[ClientTx, bytes] = {}

    def __len__(self) -> int:
        return len(self._held)

    def subscribe(self, event: Request, now: float) -> None:
        """A SUBSCRIBE of the application server."""
        refusal = _refusal(event.message)
        if refusal is None:
            refusal = self._subscribe(event, now)
        if refusal is not None:
            self._stack.respond(event.tx, refusal, now)

    def gone(self, impu: Impu, contact: Contact, now: float) -> None:
        """A contact has left, or has run out."""
        for held in [held for held in self._held.values() if held.impu == impu]:
            if held.until > now:
                self._notify(held, contact, now)
            else:
                del self._held[held.call_id]

    def answered(self, tx: ClientTx, status: int) -> bool:
        """The answer to a NOTIFY, 408 for none; False: this is none of ours."""
        call_id = self._sent.pop(tx, None)
        if call_id is not None and status in (408, 481):
            self._held.pop(call_id, None)
        return call_id is not None

    def _subscribe(self, event: Request, now: float) -> int | None:
        message = event.message
        call_id, to = message.fields[b"Call-ID"], message.fields[b"To"]
        expires = _seconds(message)
        if parameter(to, b"tag") is not None:
            return self._refresh(event, expires, now)
        impu = _impu(to)
        if impu is None or self._registrar.profile(impu) is None:
            return 404
        if len(self._held) >= _MOST:
            return 503
        target = parse_name_addr(message.listed(b"Contact")[0]).uri
        self._accept(event, expires, now)
        own = parse(self._stack.output[-1][0], _LIMITS).fields[b"To"]
        if expires:
            other = message.fields[b"From"]
            held = _Subscription(impu, call_id, own, other, target, event.flow, now + expires)
            self._held[call_id] = held
            self._notify(held, None, now)
        return None

    def _refresh(self, event: Request, expires: int, now: float) -> int | None:
        """No NOTIFY follows, neither to a refresh nor to an end: that is how Kamailio is."""
        held = self._held.get(event.message.fields[b"Call-ID"])
        if held is None or held.until <= now:
            return 481
        held.until = now + expires
        if not expires:
            del self._held[held.call_id]
        self._accept(event, expires, now)
        return None

    def _accept(self, event: Request, expires: int, now: float) -> None:
        headers = [("Expires", str(expires)), ("Contact", f"<sip:{self._authority}>")]
        self._stack.respond(event.tx, 200, now, reason="Subscription to REG saved", headers=headers)

    def _notify(self, held: _Subscription, gone: Contact | None, now: float) -> None:
        held.cseq += 1
        held.version += 1
        body = self._reginfo(held, gone, now).encode()
        branch = MAGIC_COOKIE + self._stack.identifiers.new()
        via = b"Via: SIP/2.0/%b %b;branch=%b" % (
            held.flow.transport.upper().encode(), self._authority.encode(), branch,
        )  # fmt: skip
        fields = [
            ("CSeq", f"{held.cseq} NOTIFY"),
            ("Contact", f"<sip:{self._authority}>"),
            ("Event", "reg"),
            ("Max-Forwards", "70"),
            ("Subscription-State", f"active;expires={round(held.until - now)}"),
            ("Content-Type", "application/reginfo+xml"),
        ]
        dialog = [b"To: " + held.other, b"From: " + held.own, b"Call-ID: " + held.call_id]
        lines = [via, *dialog, *(checked_header(*field) for field in fields)]
        tx = ClientTx(branch)
        self._sent[tx] = held.call_id
        self._stack.start(tx, request(b"NOTIFY", held.target.encode(), lines, body), held.flow, now)

    def _reginfo(self, held: _Subscription, gone: Contact | None, now: float) -> str:
        """Always full, with a registration for each identity of the implicit set."""
        subscriber = self._registrar.profile(held.impu)
        staying = self._registrar.contacts(held.impu, now)
        contacts = [_contact(one, "active", round(one.expires - now)) for one in staying]
        if gone is not None:
            contacts.append(_contact(gone, "terminated", 0))
        state = "active" if staying else "terminated"
        aors = [held.impu] if subscriber is None else [held.impu, subscriber.msisdn.tel]
        registrations = "".join(
            f'\t<registration aor="{escape(aor)}" id="0x{i:x}" state="{state}">\n'
            f"{''.join(contacts)}\t</registration>\n"
            for i, aor in enumerate(aors, 1)
        )
        return (
            '<?xml version="1.0"?>\n<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" '
            f'version="{held.version}" state="full">\n{registrations}</reginfo>\n'
        )


def _contact(contact: Contact, state: str, expires: int) -> str:
    event = "registered" if state == "active" else "expired"
    tag = '\t\t<unknown-param name="+g.3gpp.smsip"></unknown-param>\n' if contact.smsip else ""
    return (
        f'\t\t<contact id="{escape(contact.key)}" state="{state}" event="{event}" '
        f'expires="{expires}" q="0.000">\n'
        f"\t\t\t<uri>{escape(contact.uri)}</uri>\n{tag}\t\t</contact>\n"
    )


def _refusal(message: Message) -> int | None:
    """What Kamailio looks at: the package, and who says that he is asking."""
    if (message.first(b"Event") or b"").partition(b";")[0].strip().lower() != b"reg":
        return 489
    contacts = message.listed(b"Contact")
    if not contacts or not _readable(contacts[0]):
        return 400
    return None if message.first(b"P-Asserted-Identity") else 403


def _readable(contact: bytes) -> bool:
    try:
        return bool(parse_name_addr(contact).uri)
    except DecodeError:
        return False


def _seconds(message: Message) -> int:
    value = message.first(b"Expires") or b""
    return min(int(value), _LONGEST) if value.isdigit() and len(value) < 10 else _LONGEST


def _impu(value: bytes) -> Impu | None:
    try:
        return Impu.parse(value.decode("latin-1"))
    except ValueError:
        return None
