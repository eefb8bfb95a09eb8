"""Subscriptions to the reg event package, from SUBSCRIBE to their end (RFC 6665 §4.1, TS 24.229 §5.7.1.1)."""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from sipbridge.errors import DecodeError
from sipbridge.events import ClientTx, NoAnswer, Request, Response
from sipbridge.header import parameter
from sipbridge.message import Message
from sipbridge.reg_event import RegistrationState, read_reginfo
from sipbridge.reg_event_dialog import (
    Dialog,
    Watched,
    checked_cseq,
    checked_tag,
    end_reason,
    first_notify_or_answer,
    seconds,
    subscribe,
    subscription_state,
)
from sipbridge.stack import SipStack
from sipbridge.via import MAGIC_COOKIE

__all__ = [
    "TRANSITIONS",
    "RegEvent",
    "RegEvents",
    "RegistrationsChanged",
    "SubscriptionEnded",
    "SubscriptionInput",
    "SubscriptionState",
]

_SLACK = 64
_FIRST_RETRY, _LONGEST_RETRY = 30, 3600
_LONGEST = 2**32 - 1
_BEFORE_END = 600  # TS 24.229 §5.7.1.1 leaves it open; as §5.1.1.3 has it for the phone


class RegistrationsChanged(NamedTuple):
    """What the S-CSCF says of the identity that is watched, and of those registered with it."""

    aor: str
    registrations: tuple[RegistrationState, ...]


class SubscriptionEnded(NamedTuple):
    """The S-CSCF ended it for good: `reason` as RFC 6665 §4.1.3 has it, or a status."""

    aor: str
    reason: str


RegEvent = RegistrationsChanged | SubscriptionEnded


class SubscriptionState(Enum):
    """Where a subscription stands; one that is not known is terminated."""

    SUBSCRIBING = "SUBSCRIBE sent"
    ACTIVE = "active"
    REFRESHING = "active, SUBSCRIBE sent again"
    WAITING = "to be tried again"
    TERMINATED = "terminated"


class SubscriptionInput(Enum):
    """What can happen to a subscription."""

    SUBSCRIBE = "it is wanted"
    RENEW = "it is wanted anew, since the S-CSCF does not tell of all that changes"
    UNSUBSCRIBE = "it is not wanted any more"
    ACCEPTED = "2xx"
    REFUSED = "another final answer, or none"
    UNKNOWN = "481"
    NOTIFIED = "NOTIFY, active or pending"
    GAP = "a NOTIFY is missing"
    ENDED = "NOTIFY, terminated: deactivated or timeout, or without a reason"
    LATER = "NOTIFY, terminated: probation or giveup"
    NEVER = "NOTIFY, terminated: rejected, noresource or invariant"
    TIMER = "time to refresh, or to try again"


_State, _Input = SubscriptionState, SubscriptionInput
_FINAL = frozenset((403, 404, 405, 410, 416, 482, 483, 484, 485, 489, 501, 604))
"""RFC 6665 §4.1.2.3: what asking again would not change; 403 beside them, as nobody asserts us otherwise."""
_REFUSALS = {481: _Input.UNKNOWN} | dict.fromkeys(_FINAL, _Input.NEVER)
_REASONS = {
    b"probation": _Input.LATER,
    b"giveup": _Input.LATER,
    b"rejected": _Input.NEVER,
    b"noresource": _Input.NEVER,
    b"invariant": _Input.NEVER,
}


class _Subscription:
    """One watched identity; `said` is what the last answer or NOTIFY says in seconds."""

    __slots__ = ("dialog", "due", "failures", "said", "state", "tx", "until", "watched")

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.state = _State.TERMINATED
        self.dialog = Dialog(b"", b"")
        self.tx: ClientTx | None = None
        self.due: float | None = None
        self.until = 0.0
        self.said: int | None = None
        self.failures = 0


class RegEvents:
    """All subscriptions of an element: by identity, by dialog, by transaction, and by when they are due."""

    def __init__(self, sip: SipStack) -> None:
        self._sip = sip
        self._most = sip.settings.limits.subscriptions
        self._watched: dict[str, _Subscription] = {}
        self._dialogs: dict[tuple[bytes, bytes], _Subscription] = {}
        self._due: list[tuple[float, str]] = []
        self.waiting: dict[ClientTx, _Subscription] = {}
        """SUBSCRIBEs that wait for their answer."""

    def __len__(self) -> int:
        return len(self._watched)

    @property
    def kept(self) -> int:
        """Entries that hold, of all tables."""
        due = sum(held.due is not None for held in self._watched.values())
        return len(self._watched) + len(self._dialogs) + due + len(self.waiting)

    def state(self, aor: str) -> SubscriptionState:
        """Where the subscription to this identity stands."""
        held = self._watched.get(aor)
        return _State.TERMINATED if held is None else held.state

    def subscribe(self, watched: Watched, now: float, *, anew: bool = False) -> bool:
        """Watch an identity; `anew` in a dialog of its own. False where it is one too many."""
        held = self._watched.get(watched.aor)
        if held is None:
            if len(self._watched) >= self._most:
                return False
            held = self._watched[watched.aor] = _Subscription(watched)
        moved = held.watched.route != watched.route
        held.watched = watched
        self._run(held, _Input.RENEW if anew or moved else _Input.SUBSCRIBE, now)
        return True

    def unsubscribe(self, aor: str, now: float) -> None:
        """Watch it no longer. Nothing is waited for: Kamailio sends no NOTIFY then."""
        held = self._watched.get(aor)
        if held is not None:
            self._run(held, _Input.UNSUBSCRIBE, now)

    def answered(self, event: Response | NoAnswer, now: float) -> RegEvent | None:
        """An answer to one of the SUBSCRIBEs in `waiting`."""
        if event.status < 200:
            return None
        held = self.waiting.pop(event.tx)
        if held.tx != event.tx:
            return None  # of a dialog that has been given up since
        held.tx = None
        message = event.message if isinstance(event, Response) else None
        if event.status < 300 and message is not None:
            self._accepted(held, message, now)
            return None
        return self._refused(held, event.status, message, now)

    def _accepted(self, held: _Subscription, message: Message, now: float) -> None:
        try:
            first_notify_or_answer(held.dialog, message)
        except DecodeError:
            held.said = None
            self._run(held, _Input.REFUSED, now)
            return
        said = seconds(message.first(b"Expires"))
        held.said = held.watched.expires if said is None else said
        self._run(held, _Input.ACCEPTED, now)

    def _refused(
        self, held: _Subscription, status: int, message: Message | None, now: float
    ) -> RegEvent | None:
        held.said = None if message is None else seconds(message.first(b"Retry-After"))
        if status == 423 and message is not None:
            held.said = 1
            least = seconds(message.first(b"Min-Expires")) or 0
            held.watched = replace(held.watched, expires=max(held.watched.expires, least))
        self._run(held, _REFUSALS.get(status, _Input.REFUSED), now)
        return SubscriptionEnded(held.watched.aor, str(status)) if status in _FINAL else None

    def notified(self, request: Request, now: float) -> RegEvent | None:
        """A NOTIFY: answered here; DecodeError with the status that refuses it."""
        message = request.message
        tag = parameter(message.fields[b"To"], b"tag") or b""
        held = self._dialogs.get((message.fields[b"Call-ID"].strip(), tag))
        if held is None or not checked_tag(message, held.dialog):
            self._sip.respond(request.tx, 481, now)  # of a life before, or of a dialog that was given up
            return None
        state = subscription_state(message)
        checked_cseq(message, held.dialog)
        first_notify_or_answer(held.dialog, message)
        known = read_reginfo(message.body) if message.body else None
        self._sip.respond(request.tx, 200, now)
        news = False if known is None else held.dialog.view.take(known)
        told = RegistrationsChanged(held.watched.aor, held.dialog.view.registrations) if news else None
        reason = end_reason(state)
        if reason is None:
            held.said = seconds(parameter(b"x;" + state.partition(b";")[2], b"expires"))
            self._run(held, _Input.GAP if news is None else _Input.NOTIFIED, now)
            return told
        held.said = seconds(parameter(b"x;" + state.partition(b";")[2], b"retry-after"))
        ended = _REASONS.get(reason, _Input.ENDED)
        self._run(held, ended, now)
        if ended is _Input.NEVER and told is None:
            return SubscriptionEnded(held.watched.aor, reason.decode("latin-1"))
        return told

    def expire(self, now: float) -> None:
        """Refresh what is due, and try again what has failed."""
        while (when := self.deadline()) is not None and when <= now:
            held = self._watched[heappop(self._due)[1]]
            held.due = None
            over = held.state is _State.ACTIVE and now >= held.until  # no refresh has brought it further
            self._run(held, _Input.RENEW if over else _Input.TIMER, now)

    def deadline(self) -> float | None:
        """The soonest that holds."""
        due = self._due
        while due:
            when, aor = due[0]
            held = self._watched.get(aor)
            if held is not None and held.due == when:
                return when
            heappop(due)
        return None

    def _run(self, held: _Subscription, event: SubscriptionInput, now: float) -> None:
        held.state, action = TRANSITIONS[held.state, event]
        action(self, held, now)

    # Actions.

    def _open(self, held: _Subscription, now: float) -> None:
        """A new dialog."""
        self._close(held)
        new = self._sip.identifiers.new()
        host = self._sip.settings.host.encode("ascii")
        held.dialog = Dialog(new + b"@" + host, new)
        self._dialogs[held.dialog.call_id, new] = held
        self._send(held, held.watched.expires, now)

    def _send(self, held: _Subscription, expires: int, now: float) -> None:
        held.due = None
        branch, host = MAGIC_COOKIE + self._sip.identifiers.new(), self._sip.sent_by(held.watched.flow)
        contact = self._sip.contact(held.watched.flow)
        octets = subscribe(held.watched, held.dialog, expires, branch, host, contact=contact)
        held.tx = self._sip.start(ClientTx(branch), octets, held.watched.flow, now)
        self.waiting[held.tx] = held

    def _refresh(self, held: _Subscription, now: float) -> None:
        self._send(held, held.watched.expires, now)

    def _leave(self, held: _Subscription, now: float) -> None:
        if held.dialog.established:
            self._send(held, 0, now)
        self._forget(held, now)

    def _forget(self, held: _Subscription, now: float) -> None:
        self._close(held)
        held.due = None
        del self._watched[held.watched.aor]

    def _settle(self, held: _Subscription, now: float) -> None:
        """Until then it holds; it is refreshed 600 s before, or when half of it is over."""
        held.failures = 0
        if held.said is None:
            return
        granted = min(held.said, _LONGEST)
        held.until = now + granted
        wait = granted - _BEFORE_END if granted > 2 * _BEFORE_END else granted / 2
        self._arm(held, now + max(1.0, wait))

    def _hold(self, held: _Subscription, now: float) -> None:
        """RFC 6665 §4.1.2.3: a refresh that failed ends nothing before its time."""
        self._arm(held, max(now + 1.0, min(now + self._patience(held), held.until)))

    def _later(self, held: _Subscription, now: float) -> None:
        self._close(held)
        self._arm(held, now + self._patience(held))

    def _soon(self, held: _Subscription, now: float) -> None:
        """RFC 6665 §4.1.3 allows it at once; who ends it at once again is given more and more time."""
        self._close(held)
        wait = 0.0 if held.said is None and not held.failures else self._patience(held)
        held.failures += 1
        self._arm(held, now + wait)

    def _nothing(self, held: _Subscription, now: float) -> None: ...

    # Inside.

    def _patience(self, held: _Subscription) -> float:
        held.failures += 1
        wait = min(_FIRST_RETRY << min(held.failures - 1, 16), _LONGEST_RETRY)
        return float(wait if held.said is None else min(max(held.said, 1), _LONGEST_RETRY))

    def _close(self, held: _Subscription) -> None:
        """Neither a NOTIFY of it nor an answer that is still to come means anything."""
        held.tx = None
        self._dialogs.pop((held.dialog.call_id, held.dialog.local_tag), None)

    def _arm(self, held: _Subscription, when: float) -> None:
        held.due = when
        heappush(self._due, (when, held.watched.aor))
        if len(self._due) > 2 * len(self._watched) + _SLACK:
            self._due = [(one.due, aor) for aor, one in self._watched.items() if one.due is not None]
            heapify(self._due)


Action = Callable[[RegEvents, _Subscription, float], None]
_open, _refresh, _leave, _forget = RegEvents._open, RegEvents._refresh, RegEvents._leave, RegEvents._forget
_settle, _later, _soon, _nothing = RegEvents._settle, RegEvents._later, RegEvents._soon, RegEvents._nothing

# RFC 6665 §4.1.2, figure 1, with the waits of §4.1.3. No NOTIFY finds one that waits: its dialog is over.
TRANSITIONS: dict[tuple[SubscriptionState, SubscriptionInput], tuple[SubscriptionState, Action]] = {
    (_State.TERMINATED, _Input.SUBSCRIBE): (_State.SUBSCRIBING, _open),
    (_State.TERMINATED, _Input.RENEW): (_State.SUBSCRIBING, _open),
    (_State.SUBSCRIBING, _Input.SUBSCRIBE): (_State.SUBSCRIBING, _nothing),
    (_State.SUBSCRIBING, _Input.RENEW): (_State.SUBSCRIBING, _open),
    (_State.SUBSCRIBING, _Input.UNSUBSCRIBE): (_State.TERMINATED, _leave),
    (_State.SUBSCRIBING, _Input.ACCEPTED): (_State.ACTIVE, _settle),
    (_State.SUBSCRIBING, _Input.REFUSED): (_State.WAITING, _later),
    (_State.SUBSCRIBING, _Input.UNKNOWN): (_State.WAITING, _later),
    (_State.SUBSCRIBING, _Input.NOTIFIED): (_State.ACTIVE, _settle),
    (_State.SUBSCRIBING, _Input.GAP): (_State.REFRESHING, _refresh),
    (_State.SUBSCRIBING, _Input.ENDED): (_State.WAITING, _soon),
    (_State.SUBSCRIBING, _Input.LATER): (_State.WAITING, _later),
    (_State.SUBSCRIBING, _Input.NEVER): (_State.TERMINATED, _forget),
    (_State.ACTIVE, _Input.SUBSCRIBE): (_State.ACTIVE, _nothing),
    (_State.ACTIVE, _Input.RENEW): (_State.SUBSCRIBING, _open),
    (_State.ACTIVE, _Input.UNSUBSCRIBE): (_State.TERMINATED, _leave),
    (_State.ACTIVE, _Input.ACCEPTED): (_State.ACTIVE, _settle),
    (_State.ACTIVE, _Input.REFUSED): (_State.WAITING, _later),
    (_State.ACTIVE, _Input.UNKNOWN): (_State.WAITING, _later),
    (_State.ACTIVE, _Input.NOTIFIED): (_State.ACTIVE, _settle),
    (_State.ACTIVE, _Input.GAP): (_State.REFRESHING, _refresh),
    (_State.ACTIVE, _Input.ENDED): (_State.WAITING, _soon),
    (_State.ACTIVE, _Input.LATER): (_State.WAITING, _later),
    (_State.ACTIVE, _Input.NEVER): (_State.TERMINATED, _forget),
    (_State.ACTIVE, _Input.TIMER): (_State.REFRESHING, _refresh),
    (_State.REFRESHING, _Input.SUBSCRIBE): (_State.REFRESHING, _nothing),
    (_State.REFRESHING, _Input.RENEW): (_State.SUBSCRIBING, _open),
    (_State.REFRESHING, _Input.UNSUBSCRIBE): (_State.TERMINATED, _leave),
    (_State.REFRESHING, _Input.ACCEPTED): (_State.ACTIVE, _settle),
    (_State.REFRESHING, _Input.REFUSED): (_State.ACTIVE, RegEvents._hold),
    (_State.REFRESHING, _Input.UNKNOWN): (_State.SUBSCRIBING, _open),
    (_State.REFRESHING, _Input.NOTIFIED): (_State.REFRESHING, _nothing),
    (_State.REFRESHING, _Input.GAP): (_State.REFRESHING, _nothing),
    (_State.REFRESHING, _Input.ENDED): (_State.WAITING, _soon),
    (_State.REFRESHING, _Input.LATER): (_State.WAITING, _later),
    (_State.REFRESHING, _Input.NEVER): (_State.TERMINATED, _forget),
    (_State.WAITING, _Input.SUBSCRIBE): (_State.WAITING, _nothing),
    (_State.WAITING, _Input.RENEW): (_State.SUBSCRIBING, _open),
    (_State.WAITING, _Input.UNSUBSCRIBE): (_State.TERMINATED, _forget),
    (_State.WAITING, _Input.TIMER): (_State.SUBSCRIBING, _open),
}
