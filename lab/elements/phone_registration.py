"""How a phone registers for short messages, refreshes and leaves (TS 24.341 §5.3.2.2; TS 24.229 §5.1.1)."""

from collections.abc import Callable
from enum import Enum

from lab.elements.agenda import Entry
from lab.elements.authentication import Authentication
from lab.elements.line import ACCESS, Line
from sipbridge.errors import DecodeError
from sipbridge.events import Response
from sipbridge.message import Message
from sipbridge.uri import parse_name_addr

__all__ = ["TRANSITIONS", "PhoneRegistration", "RegistrationInput", "RegistrationState"]


class RegistrationState(Enum):
    """Where the phone's registration stands."""

    OFF = "not registered"
    REGISTERING = "registering"
    REGISTERED = "registered"
    WAITING = "waiting to try again"
    LEAVING = "leaving"


class RegistrationInput(Enum):
    """What can happen to it."""

    REGISTER = "the user wants it"
    DEREGISTER = "the user does not want it"
    GRANTED = "2xx"
    CHALLENGED = "401 that can be answered"
    DENIED = "another answer, or none"
    TIMER = "time to refresh, or to try again"


_State, _Input = RegistrationState, RegistrationInput


class PhoneRegistration:
    """One contact of one public identity. An answer to any but the last REGISTER counts for nothing."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.state = RegistrationState.OFF
        self.until = 0.0
        self.smsip = True
        """Whether the device takes short messages."""
        host, port = line.plan.sip(line.subscriber.name)
        self.contact = f"sip:{line.subscriber.msisdn}@{host}:{port}"
        device = line.plan.devices(line.subscriber.imsi).index(line.subscriber.name)
        self._device, self._lives = device, 0
        self._call_id: str | None = None
        self._cseq = 0
        self._granted = 0
        self.granted: Callable[[float], None] | None = None
        """Told each time it is registered."""
        self._expires = 0
        self.wanted = line.plan.timers.expires
        """For how long it registers, in seconds."""
        self.authentication = Authentication(line.plan, line.subscriber)
        self._timer: Entry | None = None

    @property
    def instance(self) -> str:
        """Who the device is, also after it was off; but for those that forget it."""
        number = int(self._line.subscriber.imsi) % 10**12
        return f"urn:uuid:00000000-0000-0000-{self._device:02d}{self._lives % 100:02d}-{number:012d}"

    def register(self, now: float) -> None:
        if self._line.plan.quirks.new_instance:
            self._lives += 1
        self.run(_Input.REGISTER, now)

    def deregister(self, now: float) -> None:
        self.run(_Input.DEREGISTER, now)

    def run(self, event: RegistrationInput, now: float) -> None:
        """One step of the table."""
        self.state, action = TRANSITIONS[self.state, event]
        action(self, now)

    def _ask(self, now: float) -> None:
        self.authentication.begin()
        self._send(self.wanted, now)

    def _leave(self, now: float) -> None:
        self.authentication.begin()
        self._send(0, now)

    def _answer(self, now: float) -> None:
        """The same again, with an answer to the challenge."""
        self._send(self._expires, now)

    def _send(self, expires: int, now: float) -> None:
        self._stop()
        self._expires = expires
        self._cseq += 1
        line, cseq = self._line, self._cseq
        smsip = f";{line.plan.quirks.smsip}" if self.smsip else ""
        contact = f'<{self.contact}>{smsip};+sip.instance="<{self.instance}>";expires={expires}'

        def on_final(status: int, response: Response | None, now: float) -> None:
            if cseq != self._cseq:
                return
            self._granted = _granted(response, self.contact) if status < 300 else 0
            if status == 401 and self.authentication.challenged(response):
                self.run(_Input.CHALLENGED, now)
            else:
                self.run(_Input.GRANTED if status < 300 else _Input.DENIED, now)

        self._call_id = line.request(
            "REGISTER",
            f"sip:{line.plan.domain}",
            now,
            on_final=on_final,
            sender=self.authentication.identity,
            recipient=self.authentication.identity,
            call_id=self._call_id,
            cseq=cseq,
            headers=[
                ("Contact", contact),
                ("Expires", str(expires)),
                ("Supported", "path"),
                ("Allow", "MESSAGE, NOTIFY, INVITE, ACK, BYE, CANCEL, OPTIONS"),
                ("P-Access-Network-Info", ACCESS),
                *self.authentication.headers(),
            ],
        )

    def _registered(self, now: float) -> None:
        """Refresh at half of what was granted, or 600 s before its end (TS 24.229 §5.1.1.4.1)."""
        self.until = now + self._granted
        before_end = self._granted - 600 if self._granted > 1200 else self._granted / 2
        self._start(now + before_end)
        if self.granted is not None:
            self.granted(now)

    def _later(self, now: float) -> None:
        self._start(now + self._line.plan.timers.register_retry)

    def _gone(self, now: float) -> None:
        self._stop()
        self.until = 0.0

    def _nothing(self, now: float) -> None: ...

    def _start(self, when: float) -> None:
        self._stop()
        self._timer = self._line.agenda.at(when, lambda now: self.run(_Input.TIMER, now))

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _granted(response: Response | None, contact: str) -> int:
    """What the registrar says of this contact (RFC 3261 §10.2.4)."""
    message = None if response is None else response.message
    if message is None:
        return 0
    for value in message.listed(b"Contact"):
        seconds = _of_contact(value, contact)
        if seconds.isdigit():
            return int(seconds)
    return _plain(message)


def _of_contact(value: bytes, contact: str) -> bytes:
    try:
        address = parse_name_addr(value)
    except DecodeError:
        return b""
    return address.parameters.get(b"expires", b"") if address.uri == contact else b""


def _plain(message: Message) -> int:
    seconds = message.first(b"Expires") or b""
    return int(seconds) if seconds.isdigit() else 0


Action = Callable[[PhoneRegistration, float], None]
_ask, _leave, _nothing = PhoneRegistration._ask, PhoneRegistration._leave, PhoneRegistration._nothing

TRANSITIONS: dict[tuple[RegistrationState, RegistrationInput], tuple[RegistrationState, Action]] = {
    (_State.OFF, _Input.REGISTER): (_State.REGISTERING, _ask),
    (_State.OFF, _Input.DEREGISTER): (_State.OFF, _nothing),
    (_State.OFF, _Input.GRANTED): (_State.OFF, _nothing),
    (_State.OFF, _Input.DENIED): (_State.OFF, _nothing),
    (_State.OFF, _Input.CHALLENGED): (_State.OFF, _nothing),
    (_State.OFF, _Input.TIMER): (_State.OFF, _nothing),
    (_State.REGISTERING, _Input.REGISTER): (_State.REGISTERING, _ask),
    (_State.REGISTERING, _Input.DEREGISTER): (_State.LEAVING, _leave),
    (_State.REGISTERING, _Input.GRANTED): (_State.REGISTERED, PhoneRegistration._registered),
    (_State.REGISTERING, _Input.CHALLENGED): (_State.REGISTERING, PhoneRegistration._answer),
    (_State.REGISTERING, _Input.DENIED): (_State.WAITING, PhoneRegistration._later),
    (_State.REGISTERING, _Input.TIMER): (_State.REGISTERING, _nothing),
    (_State.REGISTERED, _Input.REGISTER): (_State.REGISTERING, _ask),
    (_State.REGISTERED, _Input.DEREGISTER): (_State.LEAVING, _leave),
    (_State.REGISTERED, _Input.GRANTED): (_State.REGISTERED, _nothing),
    (_State.REGISTERED, _Input.CHALLENGED): (_State.REGISTERED, _nothing),
    (_State.REGISTERED, _Input.DENIED): (_State.REGISTERED, _nothing),
    (_State.REGISTERED, _Input.TIMER): (_State.REGISTERING, _ask),
    (_State.WAITING, _Input.REGISTER): (_State.REGISTERING, _ask),
    (_State.WAITING, _Input.DEREGISTER): (_State.LEAVING, _leave),
    (_State.WAITING, _Input.GRANTED): (_State.WAITING, _nothing),
    (_State.WAITING, _Input.CHALLENGED): (_State.WAITING, _nothing),
    (_State.WAITING, _Input.DENIED): (_State.WAITING, _nothing),
    (_State.WAITING, _Input.TIMER): (_State.REGISTERING, _ask),
    (_State.LEAVING, _Input.REGISTER): (_State.REGISTERING, _ask),
    (_State.LEAVING, _Input.DEREGISTER): (_State.LEAVING, _nothing),
    (_State.LEAVING, _Input.GRANTED): (_State.OFF, PhoneRegistration._gone),
    (_State.LEAVING, _Input.CHALLENGED): (_State.LEAVING, PhoneRegistration._answer),
    (_State.LEAVING, _Input.DENIED): (_State.OFF, PhoneRegistration._gone),
    (_State.LEAVING, _Input.TIMER): (_State.LEAVING, _nothing),
}
