"""The application server side of ISC: third-party REGISTER, MESSAGE with RPDUs (TS 24.341 §5.3.3)."""

from random import Random
from typing import NamedTuple

from msgspec import Struct

from sipbridge import build, rp
from sipbridge.body import media_type, parts, service_info
from sipbridge.errors import DecodeError
from sipbridge.events import ClientTx, NoAnswer, PeerMisbehaved, Request, Response, ServerTx
from sipbridge.flow import Flow
from sipbridge.header import canonical, parameter
from sipbridge.identity import Asserted, asserted_identities, associated_uris
from sipbridge.message import Message
from sipbridge.rp import Direction, Rpdu
from sipbridge.settings import SipSettings
from sipbridge.stack import SipStack
from sipbridge.uri import parse_name_addr, parse_uri

__all__ = ["SMS", "IscEvent", "IscStack", "SmMessage", "SmUnreadable", "ThirdPartyRegister"]

SMS = "application/vnd.3gpp.sms"
_SMS = SMS.encode()
_FROM_PHONE = Direction.MS_TO_NETWORK
_ALLOW = ("Allow", "MESSAGE, REGISTER, OPTIONS")
_ACCEPT = ("Accept", SMS)
_SCHEMES = (b"sip:", b"sips:", b"tel:")
_DEFAULT_EXPIRES = 3600  # RFC 3261 §10.3 step 7: where nobody says anything, the registrar chooses
_LONGEST_EXPIRES = 2**32 - 1


class ThirdPartyRegister(NamedTuple):
    """The S-CSCF says that a user is registered, or no longer with `expires` 0 (TS 24.229 §5.4.1.7).

    `scscf` is where requests for the user are routed; the REGISTER of the user and its 200 may ride in the
    body.
    """

    tx: ServerTx
    impu: str
    expires: int
    scscf: str
    service_info: str | None
    associated: tuple[str, ...]
    register_request: bytes | None
    register_response: bytes | None
    flow: Flow


class SmMessage(Struct, frozen=True, gc=False):
    """A MESSAGE that carries an RPDU from a phone (TS 24.341 §5.3.3.2, §5.3.3.4)."""

    tx: ServerTx
    rpdu: Rpdu
    call_id: str
    in_reply_to: str | None
    asserted: Asserted
    request_uri: str
    flow: Flow


class SmUnreadable(NamedTuple):
    """A MESSAGE whose RPDU makes no sense but has a reference: to be accepted, then refused with RP-ERROR
    `cause`.
    """

    tx: ServerTx
    octets: bytes
    message_reference: int
    cause: int
    call_id: str
    asserted: Asserted
    flow: Flow


IscEvent = ThirdPartyRegister | SmMessage | SmUnreadable | Response | NoAnswer | PeerMisbehaved


class IscStack:
    """A SIP stack with the face of an IP-SM-GW; answers itself what needs no knowledge of users (table F)."""

    def __init__(self, settings: SipSettings, rng: Random) -> None:
        self.sip = SipStack(settings, rng)
        self.respond = self.sip.respond
        self.deadline = self.sip.deadline
        self.take_output = self.sip.take_output
        self._most_cached = settings.limits.cached_addresses
        self._uris: dict[str, bytes] = {}
        self._templates: dict[tuple[str, str, Flow], bytes] = {}
        self._call_id_tail = b"@" + build.checked_uri(settings.host).encode("ascii")

    @property
    def cached(self) -> int:
        """How many encoded addresses are cached."""
        return len(self._uris) + len(self._templates)

    def receive(self, data: bytes, flow: Flow, now: float) -> list[IscEvent]:
        """One message from the S-CSCF."""
        for event in self.sip.receive(data, flow, now):  # one, or none
            told = self._take(event, now) if isinstance(event, Request) else event
            return [] if told is None else [told]
        return []

    def expire(self, now: float) -> list[IscEvent]:
        """A deadline has passed."""
        return [event for event in self.sip.expire(now) if not isinstance(event, Request)]

    def link_up(self, flow: Flow, identity: str, now: float) -> list[IscEvent]:
        """A connection to an S-CSCF stands."""
        return [event for event in self.sip.link_up(flow, identity, now) if not isinstance(event, Request)]

    def link_down(self, flow: Flow, now: float) -> list[IscEvent]:
        """A connection to an S-CSCF is gone."""
        return [event for event in self.sip.link_down(flow, now) if not isinstance(event, Request)]

    def message(
        self,
        request_uri: str,
        route: str,
        body: bytes,
        now: float,
        *,
        flow: Flow,
        asserted: str,
        in_reply_to: str | None = None,
        headers: build.Headers = (),
    ) -> tuple[ClientTx, str]:
        """Send a short message or a report towards a phone by its S-CSCF (TS 24.341 §5.3.3.3, §5.3.3.4).

        `asserted` is this node's own URI: a phone addresses its report to it. Returns transaction and
        Call-ID.
        """
        uri = self._uris.get(request_uri) or self._encoded(request_uri)
        template = self._templates.get((route, asserted, flow))
        if template is None:
            template = self._template(route, asserted, flow)
        new = self.sip.identifiers.new()
        more = b"" if in_reply_to is None else b"In-Reply-To: %b\r\n" % build.clean(in_reply_to)
        if headers:
            more += b"\r\n".join(build.header_lines(headers)) + b"\r\n"
        call_id = new + self._call_id_tail
        octets = template % (uri, new, new, uri, call_id, more, len(body), body)
        return self.sip.start(ClientTx(b"z9hG4bK" + new), octets, flow, now), call_id.decode("ascii")

    def _encoded(self, request_uri: str) -> bytes:
        if len(self._uris) >= self._most_cached:
            self._uris.clear()
        uri = self._uris[request_uri] = build.checked_uri(request_uri).encode("ascii")
        return uri

    def _template(self, route: str, asserted: str, flow: Flow) -> bytes:
        """All that does not change between two messages, for the `%` operator."""
        if len(self._templates) >= self._most_cached:
            self._templates.clear()
        own = build.checked_uri(asserted).replace("%", "%%")
        loose = build.checked_uri(route).replace("%", "%%")
        loose = loose if ";lr" in loose.lower() else f"{loose};lr"
        sent_by = self.sip.sent_by(flow).decode("ascii").replace("%", "%%")
        text = (
            "MESSAGE %b SIP/2.0\r\n"
            f"Via: SIP/2.0/{flow.transport.upper()} {sent_by};branch=z9hG4bK%b\r\n"
            f"Max-Forwards: 70\r\nRoute: <{loose}>\r\nFrom: <{own}>;tag=%b\r\n"
            "To: <%b>\r\nCall-ID: %b\r\nCSeq: 1 MESSAGE\r\n"
            f"P-Asserted-Identity: <{own}>\r\nRequest-Disposition: no-fork\r\n"
            "Accept-Contact: *;+g.3gpp.smsip;require;explicit\r\n%b"
            f"Content-Type: {SMS}\r\nContent-Transfer-Encoding: binary\r\nContent-Length: %d\r\n\r\n%b"
        )
        template = self._templates[route, asserted, flow] = text.encode("ascii")
        return template

    def _take(self, request: Request, now: float) -> IscEvent | None:
        message = request.message
        refused = _refusal(message)
        if refused is not None:
            self.respond(request.tx, refused[0], now, headers=refused[1])
            return None
        try:
            if message.method == b"MESSAGE":
                return self._take_message(request, now)
            if message.method == b"REGISTER":
                return self._take_register(request)
        except DecodeError as error:
            self.respond(request.tx, error.status, now)
            return PeerMisbehaved(request.flow, "ISC", error.reason)
        if message.method == b"OPTIONS":
            self.respond(request.tx, 200, now, headers=[_ALLOW, _ACCEPT])
        else:
            self.respond(request.tx, 405, now, headers=[_ALLOW])
        return None

    def _take_message(self, request: Request, now: float) -> IscEvent | None:
        tx, message, flow = request.tx, request.message, request.flow
        fields = message.fields
        kind = fields.get(b"Content-Type")
        if kind != _SMS and message.body and (kind is None or media_type(kind) != _SMS):
            self.respond(tx, 415, now, headers=[_ACCEPT])
            return None
        if b"Content-Encoding" in fields:
            self.respond(tx, 415, now, headers=[_ACCEPT, ("Accept-Encoding", "identity")])
            return None
        asserted = asserted_identities(message.every(b"P-Asserted-Identity"))
        call_id = _call_id(fields[b"Call-ID"])
        try:
            rpdu = rp.decode(message.body, _FROM_PHONE)
        except DecodeError as error:
            if error.reference is None or error.cause is None:
                raise
            return SmUnreadable(tx, message.body, error.reference, error.cause, call_id, asserted, flow)
        return SmMessage(
            tx, rpdu, call_id, _in_reply_to(fields), asserted, message.uri.decode("latin-1"), flow
        )

    def _take_register(self, request: Request) -> IscEvent:
        tx, message, flow = request.tx, request.message, request.flow
        impu, scscf = parse_name_addr(message.fields[b"To"]).uri, _scscf(message)
        for uri in (impu, scscf):
            parse_uri(uri)
        bodies = parts(message.fields.get(b"Content-Type", b""), message.body) if message.body else []
        sip = [part.octets for part in bodies if part.media_type == b"message/sip"]
        xml = next((part.octets for part in bodies if part.media_type == b"application/3gpp-ims+xml"), b"")
        return ThirdPartyRegister(
            tx,
            impu,
            _expires(message),
            scscf,
            service_info(xml),
            associated_uris(message.every(b"P-Associated-URI")),
            next((octets for octets in sip if not octets.startswith(b"SIP/")), None),
            next((octets for octets in sip if octets.startswith(b"SIP/")), None),
            flow,
        )


def _refusal(message: Message) -> tuple[int, build.Headers] | None:
    """What a UAS checks in any request: the scheme of the Request-URI, and Require (RFC 3261 §8.2.2)."""
    if not message.uri.startswith(_SCHEMES) and not message.uri.lower().startswith(_SCHEMES):
        return 416, ()
    if b"Require" not in message.fields:
        return None
    options = [option.decode("latin-1") for option in message.listed(b"Require") if canonical(option)]
    return 420, [("Unsupported", ", ".join(options))]


def _call_id(value: bytes) -> str:
    """A Call-ID that can be quoted in an In-Reply-To (RFC 3261 §25.1: words of printable ASCII)."""
    text = value.decode("latin-1")
    if not text.isascii() or not text.isprintable():
        raise DecodeError("Call-ID malformed")
    return text.strip()


def _in_reply_to(fields: dict[bytes, bytes]) -> str | None:
    """The first Call-ID of In-Reply-To (RFC 3261 §20.21)."""
    value = fields.get(b"In-Reply-To")
    return None if value is None else value.partition(b",")[0].strip().decode("latin-1")


def _expires(message: Message) -> int:
    """Expires, else the Contact's parameter (RFC 3261 §10.2.1.1)."""
    value = message.first(b"Expires")
    if value is None:
        contacts = message.listed(b"Contact")
        value = parameter(contacts[0], b"expires") if contacts else None
    if value is None:
        return _DEFAULT_EXPIRES
    if not value.isdigit() or len(value) > 10:
        raise DecodeError("Expires is no number")
    return min(int(value), _LONGEST_EXPIRES)


def _scscf(message: Message) -> str:
    """The S-CSCF registers itself as the contact, from its own URI (TS 24.229 §5.4.1.7)."""
    contacts = message.listed(b"Contact")
    if contacts and contacts[0] != b"*":
        return parse_name_addr(contacts[0]).uri
    return parse_name_addr(message.fields[b"From"]).uri
