"""The S-CSCF: registrar, filter criteria for messages, stateful proxy (TS 24.229 §5.4; RFC 3261 §16)."""

import re

from ipsmgw.identity import Impu
from lab.elements.element import Element
from lab.elements.fork import Forks
from lab.elements.isc import Isc, asserted_identity
from lab.elements.line import sip_settings
from lab.elements.notifier import Notifier
from lab.elements.phone_text import TEXT
from lab.elements.registrar import Asked, Change, Contact, Registrar, Registrations
from lab.elements.site import Site
from lab.plan import Plan, Subscriber
from sipbridge.errors import DecodeError
from sipbridge.events import ClientTx, NoAnswer, Request, Response, SipEvent
from sipbridge.flow import Flow
from sipbridge.message import Message
from sipbridge.stack import SipStack
from sipbridge.uri import SipUri, parse_name_addr, parse_uri
from sipbridge.via import MAGIC_COOKIE

__all__ = ["Scscf"]

_SMS, _NAMED = b"application/vnd.3gpp.sms", b"multipart/mixed"
_DEFAULT_EXPIRES = 3600
_URI = re.compile(r"sips?:[!#-;=?-~]+")
"""Of a contact: as RFC 3261 §25.1 has it, without what ends its angle brackets."""


_REFUSALS = {Change.OUT_OF_ORDER: 500, Change.TOO_MANY: 403}
"""RFC 3261 §10.3, step 7; and a limit of ours."""


class Scscf(Element):
    """Whoever sends from the gateway's address is the application server; everybody else is a phone."""

    def __init__(self, site: Site, plan: Plan, registrations: Registrations) -> None:
        self._plan = plan
        self._stack = SipStack(sip_settings(site, plan, "ipsmgw-lab S-CSCF"), site.rng)
        self._isc = Isc(plan, self._stack.identifiers, site.rng)
        profiles = {plan.impu(subscriber): subscriber for subscriber in plan.subscribers}
        self._registrar = Registrar(registrations, profiles)
        self._notifier = Notifier(plan, self._stack, self._registrar)
        self._registrar.gone = self._notifier.gone
        self._forks = Forks(self._stack)
        named = any(subscriber.msisdn_less for subscriber in plan.subscribers)
        self._criteria = (_SMS, *((TEXT,) if plan.texting else ()), *((_NAMED,) if named else ()))
        """Content-Types that the initial filter criteria name."""
        self._reports = 0
        self._here = plan.sip("scscf")
        self._gateway = plan.sip("ipsmgw")
        super().__init__(site)
        self.driver.watch(self._registrar)
        self.driver.watch(self._notifier)
        port = self.driver.open(self._stack, self._on_event)
        site.network.datagrams(site.node, self._here, port)

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return self._stack.open_transactions

    def registered(self, impu: Impu, now: float) -> bool:
        """Whether a short message could reach this identity."""
        return self._registrar.contact(impu, now) is not None

    def _on_event(self, event: SipEvent, now: float) -> None:
        match event:
            case Request():
                self._on_request(event, now)
            case Response():
                self._on_response(event, now)
            case NoAnswer():
                if not self._notifier.answered(event.tx, 408):
                    self._forks.answered(event.tx, event.status, None, now)
            case _:
                pass  # somebody sent rubbish; the stack has answered

    def _on_request(self, event: Request, now: float) -> None:
        from_gateway = event.flow.remote[0] == self._gateway[0]
        match event.message.method:
            case b"MESSAGE" if from_gateway:
                self._terminate(event, now)
            case b"MESSAGE":
                self._originate(event, now)
            case b"REGISTER" if not from_gateway:
                self._register(event, now)
            case b"SUBSCRIBE" if from_gateway:
                self._notifier.subscribe(event, now)
            case _:
                self._stack.respond(event.tx, 405, now, headers=[("Allow", "REGISTER, MESSAGE")])

    def _on_response(self, event: Response, now: float) -> None:
        if event.status >= 200 and not self._notifier.answered(event.tx, event.status):
            self._forks.answered(event.tx, event.status, event, now)

    # REGISTER.

    def _register(self, event: Request, now: float) -> None:
        message = event.message
        impu = _impu(message.fields[b"To"])
        subscriber = None if impu is None else self._registrar.profile(impu)
        if impu is None or subscriber is None:
            self._stack.respond(event.tx, 403, now)
            return
        asked = self._asked(message, impu, now)
        before = self._registrar.contacts(impu, now)
        changes = [self._registrar.register(impu, one, now) for one in asked]
        refusal = next((status for change, status in _REFUSALS.items() if change in changes), None)
        if not asked and b"Contact" in message.fields:
            refusal = 400
        if refusal is not None:
            self._stack.respond(event.tx, refusal, now)
            return
        self._stack.respond(event.tx, 200, now, headers=self._bindings(impu, subscriber, now))
        for change, one in zip(changes, asked, strict=True):
            if change is Change.REGISTERED and (before or not self._plan.quirks.first_register_untold):
                self._tell_application_server(impu, one.expires + self._plan.timers.grace, now)
        if Change.DEREGISTERED in changes:
            self._tell_application_server(impu, 0, now)

    def _bindings(self, impu: Impu, subscriber: Subscriber, now: float) -> list[tuple[str, str]]:
        """What a 200 to REGISTER says (TS 24.229 §5.4.1.2.2F)."""
        contacts = [
            ("Contact", f"<{contact.uri}>;expires={round(contact.expires - now)}")
            for contact in self._registrar.contacts(impu, now)
        ]
        host, port = self._here
        return [
            *contacts,
            ("Service-Route", f"<sip:{host}:{port};lr>"),
            ("P-Associated-URI", asserted_identity(self._plan, subscriber)),
        ]

    def _asked(self, message: Message, impu: Impu, now: float) -> list[Asked]:
        call_id = (message.first(b"Call-ID") or b"").decode("latin-1")
        cseq = int((message.first(b"CSeq") or b"0").split()[0])
        values = message.listed(b"Contact")
        if values == [b"*"]:
            held = self._registrar.contacts(impu, now)
            return [Asked(contact.uri, 0, call_id, cseq, contact.key) for contact in held]
        default = _seconds(message.first(b"Expires"), _DEFAULT_EXPIRES)
        return [asked for value in values if (asked := _contact(value, call_id, cseq, default)) is not None]

    def _tell_application_server(self, impu: Impu, expires: int, now: float) -> None:
        """Once: whatever the application server answers changes nothing."""
        subscriber = self._registrar.profile(impu)
        if subscriber is None:
            return
        branch = MAGIC_COOKIE + self._stack.identifiers.new()
        octets = self._isc.third_party_register(impu, subscriber, expires, branch)
        self._stack.start(ClientTx(branch), octets, self._to(self._gateway), now)

    # MESSAGE.

    def _originate(self, event: Request, now: float) -> None:
        """From a phone: only a registered one, and short messages meet the filter criteria."""
        message = event.message
        said = _impu(message.first(b"P-Preferred-Identity") or message.fields[b"From"])
        impu = self._known_as(said)
        subscriber = None if impu is None else self._registrar.profile(impu)
        source = self._source(event.flow)
        if impu is None or subscriber is None or not self._registrar.came_from(impu, source, now):
            self._stack.respond(event.tx, 403, now)
        elif b"In-Reply-To" in message.fields and self._turns_away():
            self._stack.respond(event.tx, 488, now)
        elif not (message.first(b"Content-Type") or b"").lower().startswith(self._criteria):
            self._terminate(event, now)
        elif message.first(b"Max-Forwards") == b"0":
            self._stack.respond(event.tx, 483, now)
        else:
            branch = MAGIC_COOKIE + self._stack.identifiers.new()
            octets = self._isc.message(event, said or impu, subscriber, branch)
            tx = self._stack.start(ClientTx(branch), octets, self._to(self._gateway), now)
            self._forks.add(event.tx, [tx])

    def _known_as(self, impu: Impu | None) -> Impu | None:
        """The identity that a profile is kept under, of any of the implicit set."""
        if impu is None or self._registrar.profile(impu) is not None:
            return impu
        plan = self._plan
        for each in plan.subscribers:
            if impu in (*plan.identities(each), plan.temporary(each)):
                return plan.impu(each)
        return impu

    def _turns_away(self) -> bool:
        """Whether this delivery report is one of those that go no further."""
        every = self._plan.quirks.refused_report
        self._reports += 1
        return every > 0 and self._reports % every == 0

    def _terminate(self, event: Request, now: float) -> None:
        """To a phone: unknown 404, known but not registered 480 (as Kamailio's configuration does)."""
        impu = self._known_as(_impu(event.message.uri))
        if impu is None or self._registrar.profile(impu) is None:
            self._stack.respond(event.tx, 404, now)
            return
        contacts = self._targets(event.message, impu, now)
        if not contacts:
            self._stack.respond(event.tx, 480, now)
            return
        called = [("P-Called-Party-ID", f"<{impu}>")]
        branches = [
            self._stack.forward(event.tx, now, flow=self._to(address), uri=contact.uri, headers=called)
            for contact in contacts
            if (address := _address(contact.uri)) is not None
        ]
        self._forks.add(event.tx, [branch for branch in branches if branch is not None])

    def _targets(self, message: Message, impu: Impu, now: float) -> list[Contact]:
        """As the caller prefers (RFC 3841 §7.2, §9.1): a device with smsip, or at least one first."""
        wanted = message.first(b"Accept-Contact") or b""
        required = b"require" in wanted and b"+g.3gpp.smsip" in wanted
        contacts = self._registrar.targets(impu, now, required=required)
        return contacts[:1] if b"no-fork" in (message.first(b"Request-Disposition") or b"") else contacts

    def _source(self, flow: Flow) -> tuple[str, int]:
        """Where a phone is; a connection comes from another port than the one that the phone listens at."""
        return (flow.remote[0], self._plan.sip_port) if flow.accepted else flow.remote

    def _to(self, address: tuple[str, int]) -> Flow:
        return Flow("udp", self._here, address)


def _impu(value: bytes) -> Impu | None:
    try:
        return Impu.parse(value.decode("latin-1"))
    except ValueError:
        return None


def _address(uri: str) -> tuple[str, int] | None:
    """Where a contact is; the lab does not ask a DNS."""
    try:
        parsed = parse_uri(uri)
    except DecodeError:
        return None
    return (parsed.host, parsed.port or 5060) if isinstance(parsed, SipUri) else None


def _contact(value: bytes, call_id: str, cseq: int, default: int) -> Asked | None:
    try:
        address = parse_name_addr(value)
    except DecodeError:
        return None
    if not _URI.fullmatch(address.uri) or _address(address.uri) is None:
        return None
    return Asked(
        uri=address.uri,
        expires=_seconds(address.parameters.get(b"expires"), default),
        call_id=call_id,
        cseq=cseq,
        instance=address.parameters.get(b"+sip.instance", b"").decode("latin-1"),
        smsip=b"+g.3gpp.smsip" in address.parameters,
    )


def _seconds(value: bytes | None, default: int) -> int:
    return int(value) if value is not None and value.isdigit() and len(value) < 10 else default
