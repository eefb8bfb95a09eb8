"""The application server side of ISC: third-party REGISTER, MESSAGE with RPDUs (TS 24.341 §5.3.3)."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from random import Random

from sipbridge import build, rp
from sipbridge.body import media_type, parts, untransferred
from sipbridge.errors import DecodeError, LocalError
from sipbridge.events import ClientTx, NoAnswer, PeerMisbehaved, Request, Response, SipEvent
from sipbridge.flow import Flow
from sipbridge.header import canonical
from sipbridge.identity import Asserted, asserted_identities
from sipbridge.isc_events import FlowFailed, IscEvent, SmMessage, SmUnreadable
from sipbridge.message import Message
from sipbridge.reg_event_notifier import RegEventNotifier
from sipbridge.reg_event_subscription import RegEvents
from sipbridge.register import read_register
from sipbridge.rp import Direction
from sipbridge.settings import SipSettings, host_of
from sipbridge.short_message_info import ShortMessageInfo, named_request, read_info
from sipbridge.stack import SipStack
from sipbridge.text import TEXT, TextMessage, read_text, text_request
from sipbridge.third_party_register import third_party_register
from sipbridge.uri import SipUri, parse_name_addr, parse_uri

__all__ = ["SMS", "IscStack"]

SMS = "application/vnd.3gpp.sms"
_SMS = SMS.encode()
_LARGEST_TYPE = 7  # first octet of an RPDU, its spare bits zero (TS 24.011 §8.2.2): no letter is one
_FROM_PHONE = Direction.MS_TO_NETWORK
_ALLOW = ("Allow", "MESSAGE, REGISTER, NOTIFY, OPTIONS")
_ALLOW_PHONES = ("Allow", "MESSAGE, REGISTER, SUBSCRIBE, NOTIFY, OPTIONS")
_OUTBOUND = frozenset((b"outbound",))
_ACCEPT = ("Accept", SMS)
_ACCEPT_TEXT = ("Accept", f"{SMS}, {TEXT}")
_TEXT = TEXT.encode()
_ONE_DEVICE = "Request-Disposition: no-fork\r\nAccept-Contact: *;+g.3gpp.smsip;require;explicit\r\n"
_THE_SENDER = "Request-Disposition: fork, parallel\r\nAccept-Contact: *;+g.3gpp.smsip\r\n"
"""A short message is for one device that takes them. A report is for the one that has sent, which no
header names, and which need not take any: the others answer 488 (TS 24.341 §5.3.1.2; RFC 3841 §7.2, §9.1).
"""
_SCHEMES = (b"sip:", b"sips:", b"tel:")
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.\-]*:")  # RFC 3986 §3.1
_METHODS = frozenset(  # RFC 3261, 3262, 3311, 3428, 3515, 3903, 6086, 6665
    b"ACK BYE CANCEL INFO INVITE PRACK PUBLISH REFER SUBSCRIBE UPDATE".split()
)


class IscStack:
    """A SIP stack with the face of an IP-SM-GW; answers itself what needs no knowledge of users (table F)."""

    def __init__(self, settings: SipSettings, rng: Random) -> None:
        self.sip = SipStack(settings, rng)
        self.respond = self.sip.respond
        self.take_output = self.sip.take_output
        self.reg_events = RegEvents(self.sip)
        self._subscribing = self.reg_events.waiting
        self._most_cached = settings.limits.cached_addresses
        self._phones: Callable[[Flow], bool] | None = None
        self._notifier: RegEventNotifier | None = None
        self._notifying: Mapping[ClientTx, object] = {}
        self._allow = _ALLOW
        self._known_options: frozenset[bytes] = frozenset()
        self._uris: dict[str, bytes] = {}
        self._templates: dict[tuple[str | None, str, Flow], bytes] = {}
        self._report_templates: dict[tuple[str | None, str, Flow], bytes] = {}
        self._accept = _ACCEPT_TEXT if settings.text else _ACCEPT
        # RFC 3265 §3.2.2: without it, a NOTIFY that comes out of order ends its subscription.
        self._later = [("Retry-After", str(settings.retry_after))]
        self._host = build.checked_uri(host_of(settings.host))
        host = self._host.replace("%", "%%")
        self._icid = f'icid-value="%b";icid-generated-at={host}'.encode("ascii")
        self._call_id_tail = b"@" + self._host.encode("ascii")

    @property
    def cached(self) -> int:
        """How many encoded addresses are cached."""
        return len(self._uris) + len(self._templates) + len(self._report_templates)

    def serve_phones(self, is_phone: Callable[[Flow], bool], notifier: RegEventNotifier) -> None:
        """Phones register here themselves: who sends over these flows is one (TR 23.804 §8.1)."""
        self._phones = is_phone
        self._notifier, self._notifying = notifier, notifier.waiting
        self._allow, self._known_options = _ALLOW_PHONES, _OUTBOUND

    def receive(self, data: bytes, flow: Flow, now: float) -> list[IscEvent]:
        """One message from the S-CSCF."""
        for event in self.sip.receive(data, flow, now):  # one, or none
            told: IscEvent | None
            if isinstance(event, Request):
                told = self._take(event, now)
            elif self._subscribing and isinstance(event, Response) and event.tx in self._subscribing:
                told = self.reg_events.answered(event, now)
            elif self._notifying and isinstance(event, Response) and event.tx in self._notifying:
                self._notify_answered(event)
                told = None
            else:
                told = event
            return [] if told is None else [told]
        return []

    def expire(self, now: float) -> list[IscEvent]:
        """A deadline has passed."""
        self.reg_events.expire(now)
        if self._notifier is not None:
            self._notifier.expire(now)
        return self._heard(self.sip.expire(now), now)

    def deadline(self) -> float | None:
        """When `expire` has work."""
        transaction, subscription = self.sip.deadline(), self.reg_events.deadline()
        if self._notifier is not None and (notify := self._notifier.deadline()) is not None:
            subscription = notify if subscription is None else min(notify, subscription)
        if transaction is None or subscription is None:
            return subscription if transaction is None else transaction
        return min(transaction, subscription)

    def link_up(self, flow: Flow, identity: str, now: float) -> list[IscEvent]:
        """A connection to an S-CSCF stands."""
        return self._heard(self.sip.link_up(flow, identity, now), now)

    def link_down(self, flow: Flow, now: float) -> list[IscEvent]:
        """A connection is gone."""
        events = self._heard(self.sip.link_down(flow, now), now)
        return events if self._phones is None else [*events, FlowFailed(flow)]

    def message(
        self,
        request_uri: str,
        route: str | None,
        body: bytes,
        now: float,
        *,
        flow: Flow,
        asserted: str,
        in_reply_to: str | None = None,
        charging: bytes = b"",
        headers: build.Headers = (),
        contact: str | None = None,
    ) -> tuple[ClientTx, str]:
        """Send a short message or a report towards a phone by its S-CSCF (TS 24.341 §5.3.3.3, §5.3.3.4), or
        with no route straight to its `contact`; returns transaction and Call-ID.

        `asserted` is this node's own URI: a phone addresses its report to it. Without the `charging` vector
        of the request that it follows, one begins here (TS 24.229 §5.7.3): the first half of its Call-ID.
        """
        to = target = self._uris.get(request_uri) or self._encoded(request_uri)
        way = flow
        if contact is not None:
            target, way = _straight(contact, flow)
        templates = self._templates if in_reply_to is None else self._report_templates
        template = templates.get((route, asserted, way))
        if template is None:
            template = self._template(route, asserted, way, report=in_reply_to is not None)
        new = self.sip.identifiers.new()
        more = b"P-Charging-Vector: %b\r\n" % (charging or self._icid % new)
        if b"\r" in charging or b"\n" in charging:
            raise LocalError("line end in a header")
        if headers:
            more = _with(headers, more)
        if in_reply_to is not None:
            more += b"In-Reply-To: %b\r\n" % build.clean(in_reply_to)
        call_id = new + self._call_id_tail
        octets = template % (target, new, new, to, call_id, more, len(body), body)
        return self.sip.start(ClientTx(b"z9hG4bK" + new), octets, flow, now), call_id.decode("ascii")

    def text(
        self, recipient: str, route: str, text: str, now: float, *, flow: Flow, sender: str, name: str = ""
    ) -> tuple[ClientTx, str]:
        """Send a text to a user, from somebody else (RFC 3428); returns transaction and Call-ID."""
        write = partial(text_request, recipient, text, route=route, sender=sender, name=name)
        return self._start(write, flow, now)

    def named_message(
        self,
        request_uri: str,
        route: str | None,
        body: bytes,
        now: float,
        *,
        flow: Flow,
        asserted: str,
        info: ShortMessageInfo,
        contact: str | None = None,
    ) -> tuple[ClientTx, str]:
        """As `message`, with the URIs of people without a number (TS 24.341 B.7)."""
        to = contact or request_uri, request_uri
        return self._start(partial(named_request, *to, body, info, route=route, asserted=asserted), flow, now)

    def _start(self, write: Callable[..., bytes], flow: Flow, now: float) -> tuple[ClientTx, str]:
        new = self.sip.identifiers.new()
        tx = ClientTx(b"z9hG4bK" + new)
        via = b"Via: SIP/2.0/%b %b;branch=%b" % (flow.transport.upper().encode(), self.sip.sent_by(flow), tx)
        octets = write(via=via, new=new, host=self._host)
        return self.sip.start(tx, octets, flow, now), f"{new.decode()}@{self._host}"

    def _heard(self, events: list[SipEvent], now: float) -> list[IscEvent]:
        """What happened to requests of ours; SUBSCRIBEs are nobody's above."""
        told: list[IscEvent | None] = []
        for event in events:
            if isinstance(event, NoAnswer) and event.tx in self._subscribing:
                told.append(self.reg_events.answered(event, now))
            elif isinstance(event, NoAnswer) and event.tx in self._notifying:
                self._notify_answered(event)
            elif not isinstance(event, Request):
                told.append(event)
        return [event for event in told if event is not None]

    def _notify_answered(self, event: Response | NoAnswer) -> None:
        if self._notifier is not None:
            self._notifier.answered(event.tx, event.status)

    def _encoded(self, request_uri: str) -> bytes:
        if len(self._uris) >= self._most_cached:
            self._uris.clear()
        uri = self._uris[request_uri] = build.checked_uri(request_uri).encode("ascii")
        return uri

    def _template(self, route: str | None, asserted: str, flow: Flow, *, report: bool) -> bytes:
        """All that does not change between two messages, for the `%` operator."""
        templates = self._report_templates if report else self._templates
        if len(templates) >= self._most_cached:
            templates.clear()
        own = build.checked_uri(asserted).replace("%", "%%")
        routes = "" if route is None else _route(build.checked_uri(route).replace("%", "%%"))
        sent_by = self.sip.sent_by(flow).decode("ascii").replace("%", "%%")
        text = (
            "MESSAGE %b SIP/2.0\r\n"
            f"Via: SIP/2.0/{flow.transport.upper()} {sent_by};branch=z9hG4bK%b\r\n"
            f"Max-Forwards: 70\r\n{routes}From: <{own}>;tag=%b\r\n"
            "To: <%b>\r\nCall-ID: %b\r\nCSeq: 1 MESSAGE\r\n"
            f"P-Asserted-Identity: <{own}>\r\n{_THE_SENDER if report else _ONE_DEVICE}%b"
            f"Content-Type: {SMS}\r\nContent-Transfer-Encoding: binary\r\nContent-Length: %d\r\n\r\n%b"
        )
        template = templates[route, asserted, flow] = text.encode("ascii")
        return template

    def _take(self, request: Request, now: float) -> IscEvent | None:
        message = request.message
        try:
            refused = _refusal(message, self._known_options)
            if refused is not None:
                self.respond(request.tx, refused[0], now, headers=refused[1])
                return None
            if message.method == b"MESSAGE":
                return self._take_message(request, now)
            if message.method == b"REGISTER":
                return self._take_register(request)
            if message.method == b"NOTIFY":
                return self.reg_events.notified(request, now)
        except DecodeError as error:
            self.respond(request.tx, error.status, now, headers=self._later if error.status == 500 else ())
            return PeerMisbehaved(request.flow, "ISC", error.reason)
        return self._take_other(request, now)

    def _take_register(self, request: Request) -> IscEvent:
        """Of a user by his S-CSCF, or of a phone for itself."""
        if self._phones is not None and self._phones(request.flow):
            return read_register(request)
        return third_party_register(request)

    def _take_other(self, request: Request, now: float) -> IscEvent | None:
        method = request.message.method
        if method == b"OPTIONS":
            self.respond(request.tx, 200, now, headers=[self._allow, self._accept])
        elif method == b"SUBSCRIBE" and self._phones is not None and self._phones(request.flow):
            return request
        else:  # RFC 3261 §8.2.1, §21.5.2: what nobody knows is not implemented
            self.respond(request.tx, 405 if method in _METHODS else 501, now, headers=[self._allow])
        return None

    def _take_message(self, request: Request, now: float) -> IscEvent | None:
        tx, message, flow = request.tx, request.message, request.flow
        fields = message.fields
        kind, body = fields.get(b"Content-Type"), message.body
        info = None
        if kind != _SMS and body:
            found = _short_message(kind or b"", body)
            if found is None:
                return self._take_other_body(request, kind or b"", now)
            info = read_info(kind or b"", body)
            body = found
        if b"Content-Encoding" in fields and fields[b"Content-Encoding"].strip().lower() != b"identity":
            self.respond(tx, 415, now, headers=[self._accept, ("Accept-Encoding", "identity")])
            return None
        if body and body[0] > _LARGEST_TYPE:
            body = untransferred(message.first(b"Content-Transfer-Encoding") or b"", body)
        asserted = asserted_identities(
            message.every(b"P-Asserted-Identity") or message.every(b"P-Served-User")[:1]
        )
        charging = fields.get(b"P-Charging-Vector", b"")
        call_id = _call_id(fields[b"Call-ID"])
        uri = message.uri.decode("latin-1")
        try:
            rpdu = rp.decode(body, _FROM_PHONE)
        except DecodeError as error:
            reference, cause = error.reference, error.cause
            if reference is None or cause is None:
                raise
            return SmUnreadable(tx, body, reference, cause, call_id, asserted, flow, charging, uri)
        return SmMessage(tx, rpdu, call_id, _in_reply_to(fields), asserted, uri, flow, charging, info)

    def _take_other_body(self, request: Request, kind: bytes, now: float) -> IscEvent | None:
        """A body that is no short message: text, where that is wanted."""
        message, fields = request.message, request.message.fields
        if media_type(kind) != _TEXT or not self.sip.settings.text or b"Content-Encoding" in fields:
            self.respond(request.tx, 415, now, headers=[self._accept])
            return None
        octets = untransferred(message.first(b"Content-Transfer-Encoding") or b"", message.body)
        return TextMessage(
            request.tx,
            read_text(kind, octets),
            _call_id(fields[b"Call-ID"]),
            fields[b"CSeq"].decode("latin-1"),
            _asserted(message),
            message.uri.decode("latin-1"),
            request.flow,
            fields.get(b"P-Charging-Vector", b""),
        )


def _asserted(message: Message) -> Asserted:
    return asserted_identities(message.every(b"P-Asserted-Identity") or message.every(b"P-Served-User")[:1])


def _with(headers: build.Headers, charging: bytes) -> bytes:
    """More header lines; one of them may be the charging vector."""
    own = any(name.lower() == "p-charging-vector" for name, _ in headers)
    return (b"" if own else charging) + b"\r\n".join(build.header_lines(headers)) + b"\r\n"


def _straight(contact: str, flow: Flow) -> tuple[bytes, Flow]:
    """The Request-URI of a contact, and what all flows of its listener share: one template serves them."""
    return build.checked_uri(contact).encode("ascii"), flow._replace(remote=("", 0), connection="")


def _route(uri: str) -> str:
    return f"Route: <{uri if ';lr' in uri.lower() else f'{uri};lr'}>\r\n"


def _refusal(message: Message, known: frozenset[bytes]) -> tuple[int, build.Headers] | None:
    """What a UAS checks in any request: Request-URI, To and From, and Require (RFC 3261 §8.2.2)."""
    uri, fields = message.uri, message.fields
    # RFC 5118 §4.2: an IPv6 address may have lost its brackets.
    if (b"?" in uri or uri.count(b":") > 2 or not uri.startswith(_SCHEMES)) and not _is_ours(uri):
        return 416, ()
    to, sender = fields[b"To"], fields[b"From"]
    if b'"' in to or b'"' in sender:
        parse_name_addr(to)
        parse_name_addr(sender)
    if b"Require" not in fields:
        return None
    listed = [option for option in message.listed(b"Require") if option and option.lower() not in known]
    if not listed:
        return None
    options = [option.decode("latin-1") for option in listed if canonical(option)]
    return 420, [("Unsupported", ", ".join(options))]


def _short_message(kind: bytes, body: bytes) -> bytes | None:
    """The RPDU of a body, also beside the names of a phone without a number (TS 24.341 §5.3.1.5)."""
    if media_type(kind) == _SMS:
        return body
    if not media_type(kind).startswith(b"multipart/"):
        return None
    return next((part.octets for part in parts(kind, body) if part.media_type == _SMS), None)


def _is_ours(uri: bytes) -> bool:
    """Whether the scheme is one of ours, in any case; headers have no place in it (§8.2.2.1, §19.1.1)."""
    if not _SCHEME.match(uri):
        raise DecodeError("Request-URI malformed")
    if not uri.lower().startswith(_SCHEMES):
        return False
    read = parse_uri(uri.decode("latin-1"))
    if isinstance(read, SipUri) and read.headers:
        raise DecodeError("Request-URI with headers")
    return True


def _call_id(value: bytes) -> str:
    """A Call-ID that can be quoted in an In-Reply-To (RFC 3261 §25.1: words of printable ASCII)."""
    text = value.strip().decode("latin-1")
    if not text.isascii() or not text.isprintable():
        raise DecodeError("Call-ID malformed")
    return text


def _in_reply_to(fields: dict[bytes, bytes]) -> str | None:
    """The first Call-ID of In-Reply-To (RFC 3261 §20.21)."""
    value = fields.get(b"In-Reply-To")
    return None if value is None else value.partition(b",")[0].strip().decode("latin-1")
