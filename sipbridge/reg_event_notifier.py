"""The reg event package from the side of the registrar: subscriptions and NOTIFYs (RFC 3680, 6665 §4.2)."""

import heapq
from collections.abc import Callable
from typing import NamedTuple

from sipbridge import build
from sipbridge.build import Headers
from sipbridge.errors import DecodeError
from sipbridge.events import ClientTx, Request
from sipbridge.flow import Flow
from sipbridge.header import parameter
from sipbridge.message import Message
from sipbridge.reg_event import REGINFO, RegistrationState
from sipbridge.reg_event_dialog import seconds
from sipbridge.reginfo import write_reginfo
from sipbridge.stack import SipStack
from sipbridge.uri import parse_name_addr, parse_uri
from sipbridge.via import MAGIC_COOKIE

__all__ = ["NotifierRules", "RegEventNotifier", "Registrations"]

Registrations = Callable[[str, float], tuple[RegistrationState, ...]]
"""What is registered with an identity, now."""

_SLACK = 64
_LONGEST_ROUTE = 16


class NotifierRules(NamedTuple):
    """Seconds and numbers; an S-CSCF like Kamailio's sends no NOTIFY to a refresh, nor to an end."""

    most: int = 100_000
    each: int = 0
    """Of one identity, whose oldest gives way then: its devices forget dialogs when they restart; 0: any."""
    shortest: int = 60
    usual: int = 600_000
    longest: int = 600_000
    silent: bool = False
    reason: str | None = None
    """Of the 200 to a SUBSCRIBE."""


class _Subscription:
    """One dialog (RFC 3261 §12.1.1)."""

    __slots__ = ("aor", "call_id", "cseq", "flow", "local", "remote", "remote_cseq", "routes", "target",
                 "until", "version")  # fmt: skip

    def __init__(self, aor: str, message: Message, tag: bytes, flow: Flow) -> None:
        fields = message.fields
        self.aor = aor
        self.call_id = fields[b"Call-ID"].strip()
        self.local = fields[b"To"] + b";tag=" + tag
        self.remote = fields[b"From"]
        self.target = _target(message)
        self.routes = message.listed(b"Record-Route")[:_LONGEST_ROUTE]
        self.flow = flow
        self.remote_cseq = _number(message)
        self.cseq = 0
        self.version = -1
        self.until = 0.0


class RegEventNotifier:
    """All subscriptions of an element, by dialog; a NOTIFY that gets 481, or no answer, ends its own."""

    def __init__(self, sip: SipStack, registrations: Registrations, rules: NotifierRules) -> None:
        self._sip = sip
        self._registrations = registrations
        self._rules = rules
        self._held: dict[tuple[bytes, bytes], _Subscription] = {}
        self._of: dict[str, list[_Subscription]] = {}
        self._due: list[tuple[float, int, _Subscription]] = []
        self._count = 0
        self.waiting: dict[ClientTx, _Subscription] = {}
        """NOTIFYs that wait for their answer."""

    def __len__(self) -> int:
        return len(self._held)

    @property
    def kept(self) -> int:
        """Entries that hold, of all tables."""
        return len(self._held) + sum(map(len, self._of.values())) + len(self.waiting)

    def subscribe(self, request: Request, aor: str, now: float) -> None:
        """A SUBSCRIBE of somebody who may: answered here, and followed by a NOTIFY."""
        try:
            refusal = self._subscribe(request, aor, now)
        except DecodeError as error:
            refusal = error.status, ()
        if refusal is not None:
            self._sip.respond(request.tx, refusal[0], now, headers=refusal[1])

    def changed(self, aor: str, now: float, ended: tuple[RegistrationState, ...] = ()) -> None:
        """Something has changed; `ended` in place of what is registered, where that is to be told once."""
        for held in list(self._of.get(aor, ())):
            self._notify(held, now, ended=ended)

    def terminate(self, aor: str, reason: str, now: float, ended: tuple[RegistrationState, ...] = ()) -> None:
        """The last NOTIFY of all who watch an identity."""
        for held in list(self._of.get(aor, ())):
            self._notify(held, now, reason, ended)
            self._forget(held)

    def answered(self, tx: ClientTx, status: int) -> None:
        """The answer to one of the NOTIFYs in `waiting`, or 408 or 503 for none (RFC 6665 §4.2.2)."""
        if status < 200:
            return
        held = self.waiting.pop(tx)
        if status in (404, 408, 410, 416, 481, 489, 501, 503, 604):
            self._forget(held)

    def expire(self, now: float) -> None:
        """Subscriptions that nobody has refreshed."""
        while (when := self.deadline()) is not None and when <= now:
            held = heapq.heappop(self._due)[2]
            self._forget(held)
            if not self._rules.silent:
                self._notify(held, now, "timeout")

    def deadline(self) -> float | None:
        """The soonest that holds."""
        due = self._due
        while due:
            when, _, held = due[0]
            if held.until == when and self._known(held):
                return when
            heapq.heappop(due)
        return None

    # Inside.

    def _subscribe(self, request: Request, aor: str, now: float) -> tuple[int, Headers] | None:
        message, rules = request.message, self._rules
        refusal = _refusal(message)
        if refusal is not None:
            return refusal
        said = seconds(message.first(b"Expires"))
        expires = min(rules.usual if said is None else said, rules.longest)
        if 0 < expires < rules.shortest:
            return 423, [("Min-Expires", str(rules.shortest))]
        tag = parameter(message.fields[b"To"], b"tag")
        if tag is not None:
            return self._refresh(request, aor, tag, expires, now)
        if len(self._held) >= rules.most:
            return 503, [("Retry-After", str(self._sip.settings.retry_after))]
        tag = self._sip.to_tag(request.tx)
        held = _Subscription(aor, message, tag, request.flow)
        self._held[held.call_id, tag] = held
        watchers = self._of.setdefault(aor, [])
        watchers.append(held)
        self._accept(request, held, expires, now)
        if 0 < rules.each < len(watchers):
            oldest = watchers[0]
            self._notify(oldest, now, "rejected")
            self._forget(oldest)
        return None

    def _refresh(
        self, request: Request, aor: str, tag: bytes, expires: int, now: float
    ) -> tuple[int, Headers] | None:
        message = request.message
        held = self._held.get((message.fields[b"Call-ID"].strip(), tag))
        if held is None or held.until <= now or held.aor != aor or not _same_tag(held, message):
            return 481, ()
        number = _number(message)
        if number <= held.remote_cseq:
            return 500, ()
        held.remote_cseq = number
        held.target = _target(message)
        held.flow = request.flow
        self._accept(request, held, expires, now, first=False)
        return None

    def _accept(
        self, request: Request, held: _Subscription, expires: int, now: float, *, first: bool = True
    ) -> None:
        """The NOTIFY follows the 200, also where the first SUBSCRIBE asks for nothing more (§4.2.1.4)."""
        headers = [("Expires", str(expires)), ("Contact", self._contact(held.flow))]
        self._sip.respond(request.tx, 200, now, reason=self._rules.reason, headers=headers)
        held.until = now + expires
        if not expires:
            self._forget(held)
        else:
            self._arm(held)
        if not self._rules.silent or (first and expires):
            self._notify(held, now, "" if expires else "timeout")

    def _notify(
        self,
        held: _Subscription,
        now: float,
        reason: str = "",
        ended: tuple[RegistrationState, ...] = (),
    ) -> None:
        held.cseq += 1
        held.version += 1
        registrations = ended or self._registrations(held.aor, now)
        left = max(0, round(held.until - now))
        state = f"terminated;reason={reason}" if reason else f"active;expires={left}"
        branch = MAGIC_COOKIE + self._sip.identifiers.new()
        flow = held.flow
        transport = flow.transport.upper().encode("ascii")
        lines = [
            b"Via: SIP/2.0/%b %b;branch=%b" % (transport, self._sip.sent_by(flow), branch),
            *(b"Route: " + route for route in held.routes),
            b"From: " + held.local,
            b"To: " + held.remote,
            b"Call-ID: " + held.call_id,
            *build.header_lines(
                [
                    ("CSeq", f"{held.cseq} NOTIFY"),
                    ("Max-Forwards", "70"),
                    ("Contact", self._contact(flow)),
                    ("Event", "reg"),
                    ("Subscription-State", state),
                    ("Content-Type", REGINFO),
                ]
            ),
        ]
        body = write_reginfo(held.version, registrations)
        tx = ClientTx(branch)
        self.waiting[tx] = held
        self._sip.start(tx, build.request(b"NOTIFY", held.target, lines, body), flow, now)

    def _contact(self, flow: Flow) -> str:
        """Where the next SUBSCRIBE of a dialog goes."""
        transport = "" if flow.transport == "udp" else f";transport={flow.transport}"
        return f"<sip:{self._sip.sent_by(flow).decode('ascii')}{transport}>"

    def _known(self, held: _Subscription) -> bool:
        return held in self._of.get(held.aor, ())

    def _forget(self, held: _Subscription) -> None:
        watchers = self._of.get(held.aor, [])
        if held not in watchers:
            return
        watchers.remove(held)
        if not watchers:
            del self._of[held.aor]
        self._held.pop((held.call_id, parameter(held.local, b"tag") or b""), None)

    def _arm(self, held: _Subscription) -> None:
        self._count += 1
        heapq.heappush(self._due, (held.until, self._count, held))
        if len(self._due) > 2 * len(self._held) + _SLACK:
            self._due = [(one.until, i, one) for i, one in enumerate(self._held.values())]
            self._count = len(self._due)
            heapq.heapify(self._due)


def _refusal(message: Message) -> tuple[int, Headers] | None:
    """What no subscription can come of (RFC 6665 §4.2.1.1, RFC 3680 §4.3)."""
    if (message.first(b"Event") or b"").partition(b";")[0].strip().lower() != b"reg":
        return 489, [("Allow-Events", "reg")]
    accepted = [each.partition(b";")[0].strip().lower() for each in message.listed(b"Accept")]
    if accepted and REGINFO.encode() not in accepted and b"*/*" not in accepted:
        return 406, [("Accept", REGINFO)]
    return None


def _target(message: Message) -> bytes:
    contacts = message.listed(b"Contact")
    if len(contacts) != 1:
        raise DecodeError("a SUBSCRIBE has one Contact")
    uri = parse_name_addr(contacts[0]).uri
    try:
        parse_uri(uri)
    except DecodeError as error:
        raise DecodeError(error.reason) from error
    return uri.encode("ascii")


def _number(message: Message) -> int:
    return int(message.fields[b"CSeq"].split()[0])


def _same_tag(held: _Subscription, message: Message) -> bool:
    return parameter(held.remote, b"tag") == parameter(message.fields[b"From"], b"tag")
