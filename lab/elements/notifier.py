"""The reg event package as Kamailio 5.6 offers it: silent of what comes, never of what goes (RFC 3680)."""

from ipsmgw.identity import Impu
from lab.elements.registrar import Contact, Registrar
from lab.plan import Plan
from sipbridge.errors import DecodeError
from sipbridge.events import ClientTx, Request
from sipbridge.message import Message
from sipbridge.reg_event import ContactState, RegistrationState
from sipbridge.reg_event_notifier import NotifierRules, RegEventNotifier
from sipbridge.stack import SipStack
from sipbridge.uri import parse_name_addr

__all__ = ["Notifier"]

# No NOTIFY follows a refresh, nor an end.
_KAMAILIO = NotifierRules(most=10_000, shortest=0, silent=True, reason="Subscription to REG saved")


class Notifier:
    """Who may subscribe, and what is told of whom; the rest is the package's."""

    def __init__(self, plan: Plan, stack: SipStack, registrar: Registrar) -> None:
        self._plan = plan
        self._stack = stack
        self._registrar = registrar
        self._package = RegEventNotifier(
            stack, lambda aor, now: self._states(Impu(aor), None, now), _KAMAILIO
        )

    def __len__(self) -> int:
        return len(self._package)

    def subscribe(self, event: Request, now: float) -> None:
        """A SUBSCRIBE of the application server."""
        refusal = _refusal(event.message)
        impu = _impu(event.message.fields[b"To"])
        if refusal is None and (impu is None or self._registrar.profile(impu) is None):
            refusal = 404
        if refusal is not None or impu is None:
            self._stack.respond(event.tx, refusal or 404, now)
        elif self._plan.quirks.silent_notifier:
            expires = (event.message.first(b"Expires") or b"3600").decode("latin-1")
            self._stack.respond(event.tx, 200, now, headers=[("Expires", expires), ("Contact", f"<{impu}>")])
        else:
            self._package.subscribe(event, impu, now)

    def gone(self, impu: Impu, contact: Contact, now: float) -> None:
        """A contact has left, or has run out."""
        self._package.changed(impu, now, self._states(impu, contact, now))

    def answered(self, tx: ClientTx, status: int) -> bool:
        """The answer to a NOTIFY, 408 for none; False: this is none of ours."""
        if tx not in self._package.waiting:
            return False
        self._package.answered(tx, status)
        return True

    def expire(self, now: float) -> None:
        self._package.expire(now)

    def deadline(self) -> float | None:
        return self._package.deadline()

    def _states(self, impu: Impu, gone: Contact | None, now: float) -> tuple[RegistrationState, ...]:
        """Always full, with a registration for each identity of the implicit set."""
        subscriber = self._registrar.profile(impu)
        staying = self._registrar.contacts(impu, now)
        contacts = [_state(one, "active", round(one.expires - now)) for one in staying]
        if gone is not None:
            contacts.append(_state(gone, "terminated", 0))
        state = "active" if staying else "terminated"
        aors = (impu,) if subscriber is None else self._plan.identities(subscriber)
        return tuple(
            RegistrationState(aor, f"0x{i:x}", state, tuple(contacts)) for i, aor in enumerate(aors, 1)
        )


def _state(contact: Contact, state: str, expires: int) -> ContactState:
    event = "registered" if state == "active" else "expired"
    return ContactState(contact.key, state, event, contact.uri, expires, contact.smsip)


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


def _impu(value: bytes) -> Impu | None:
    try:
        return Impu.parse(value.decode("latin-1"))
    except ValueError:
        return None
