"""The dialog of a subscription: its requests, and which NOTIFY belongs to it (RFC 6665 §4, RFC 3261 §12)."""

from dataclasses import dataclass, field

from sipbridge import build
from sipbridge.errors import DecodeError
from sipbridge.flow import Flow
from sipbridge.header import parameter
from sipbridge.message import Message
from sipbridge.reg_event import REGINFO, RegView
from sipbridge.uri import parse_name_addr, parse_uri

__all__ = [
    "Dialog",
    "Watched",
    "checked_cseq",
    "checked_tag",
    "end_reason",
    "first_notify_or_answer",
    "seconds",
    "subscribe",
    "subscription_state",
]

_LONGEST_ROUTE = 16


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose registration is watched, and how the S-CSCF is reached; `asserted` is this node's own URI."""

    aor: str
    route: str
    flow: Flow
    asserted: str
    expires: int


@dataclass(slots=True)
class Dialog:
    """Tags, targets and numbers of one dialog (RFC 3261 §12.1.2), and what its documents say."""

    call_id: bytes
    local_tag: bytes
    cseq: int = 0
    remote_cseq: int = -1
    remote_tag: bytes | None = None
    target: bytes = b""
    routes: list[bytes] = field(default_factory=list)
    view: RegView = field(default_factory=RegView)

    @property
    def established(self) -> bool:
        """Whether the other side has named itself."""
        return self.remote_tag is not None


def subscribe(
    watched: Watched, dialog: Dialog, expires: int, branch: bytes, host: bytes, *, contact: bytes
) -> bytes:
    """A SUBSCRIBE that opens the dialog, refreshes it, or with 0 ends it (TS 24.229 §5.7.1.1)."""
    dialog.cseq += 1
    aor = build.checked_uri(watched.aor).encode("ascii")
    own = build.checked_uri(watched.asserted).encode("ascii")
    tag = b";tag=" + dialog.remote_tag if dialog.remote_tag else b""
    lines = [
        b"Via: SIP/2.0/%b %b;branch=%b" % (watched.flow.transport.upper().encode("ascii"), host, branch),
        b"Max-Forwards: 70",
        *_routes(watched, dialog),
        b"From: <%b>;tag=%b" % (own, dialog.local_tag),
        b"To: <%b>%b" % (aor, tag),
        b"Call-ID: " + dialog.call_id,
        b"CSeq: %d SUBSCRIBE" % dialog.cseq,
        b"Contact: <%b>" % (_secured(contact) if _is_secure(watched, dialog) else contact),
        b"P-Asserted-Identity: <%b>" % own,
        b"Event: reg",
        b"Accept: " + REGINFO.encode("ascii"),
        b"Expires: %d" % expires,
    ]
    return build.request(b"SUBSCRIBE", dialog.target or aor, lines, b"")


def _routes(watched: Watched, dialog: Dialog) -> list[bytes]:
    """RFC 3261 §12.2.1.1: the route set in a dialog; outside one the S-CSCF of the user."""
    if dialog.established:
        return [b"Route: " + route for route in dialog.routes]
    route = build.checked_uri(watched.route)
    return [b"Route: <%b>" % (route if ";lr" in route.lower() else f"{route};lr").encode("ascii")]


def _is_secure(watched: Watched, dialog: Dialog) -> bool:
    """Whether TLS is asked of every hop: then the Contact has to be sips too (RFC 3261 §8.1.1.8)."""
    first = (dialog.routes or [b""])[0] if dialog.established else watched.route.encode("ascii")
    return first.lstrip(b"<")[:5].lower() == b"sips:" or dialog.target[:5].lower() == b"sips:"


def _secured(contact: bytes) -> bytes:
    return b"sips:" + contact.removeprefix(b"sip:").removesuffix(b";transport=tls")


def first_notify_or_answer(dialog: Dialog, message: Message) -> None:
    """Whichever is first makes the dialog (RFC 6665 §4.1.2.4); others move its target (RFC 3261 §12.2)."""
    answer = bool(message.status)
    if not dialog.established:
        dialog.remote_tag = parameter(message.fields[b"To" if answer else b"From"], b"tag") or b""
        routes = message.listed(b"Record-Route")[:_LONGEST_ROUTE]
        dialog.routes = routes[::-1] if answer else routes
    contacts = message.listed(b"Contact")
    if not contacts:
        return
    target = parse_name_addr(contacts[0]).uri
    parse_uri(target)
    dialog.target = target.encode("ascii")


def seconds(value: bytes | None) -> int | None:
    """A number of seconds, also with what may follow in a Retry-After (RFC 3261 §20.33)."""
    digits = (value or b"").partition(b";")[0].partition(b"(")[0].strip()
    return int(digits) if digits.isdigit() and len(digits) <= 10 else None


def checked_tag(message: Message, dialog: Dialog) -> bool:
    """Whether a NOTIFY comes from the other side of this dialog."""
    tag = parameter(message.fields[b"From"], b"tag") or b""
    return dialog.remote_tag in (None, tag)


def checked_cseq(message: Message, dialog: Dialog) -> None:
    """In order (RFC 3261 §12.2.2)."""
    number = int(message.fields[b"CSeq"].split()[0])
    if number <= dialog.remote_cseq:
        raise DecodeError("NOTIFY out of order", status=500)
    dialog.remote_cseq = number


def subscription_state(message: Message) -> bytes:
    """What a NOTIFY of this package must have (RFC 6665 §4.1.3, §8.2); its Subscription-State."""
    event = (message.first(b"Event") or b"").partition(b";")[0].strip().lower()
    if event != b"reg":
        raise DecodeError("NOTIFY of another package", status=489)
    state = message.first(b"Subscription-State")
    if not state:
        raise DecodeError("NOTIFY without Subscription-State")
    kind = (message.first(b"Content-Type") or b"").partition(b";")[0].strip().lower()
    if message.body and kind != REGINFO.encode("ascii"):
        raise DecodeError("NOTIFY with another body", status=415)
    return state


def end_reason(state: bytes) -> bytes | None:
    """Why it is terminated; None where it is not."""
    value, _, rest = state.partition(b";")
    if value.strip().lower() != b"terminated":
        return None
    return (parameter(b"x;" + rest, b"reason") or b"").lower()
