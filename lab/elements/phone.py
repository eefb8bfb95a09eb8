"""A phone with short messages over IMS, which can be made to misbehave (TS 24.341 §5.3)."""

import re

from ipsmgw.identity import Impu, Msisdn
from lab.elements.agenda import Agenda, Work
from lab.elements.authentication import Authentication
from lab.elements.element import Element
from lab.elements.line import Line, sip_settings
from lab.elements.phone_ledger import PhoneLedger, Received, Sent, Text
from lab.elements.phone_memory import PhoneMemory
from lab.elements.phone_reception import NOBODY, Manners, Mode, PhoneReception
from lab.elements.phone_registration import PhoneRegistration, RegistrationState
from lab.elements.phone_submission import CONTENT_TYPE, PhoneSubmission
from lab.elements.phone_text import TEXT, PhoneText
from lab.elements.phone_watch import PhoneWatch
from lab.elements.radio import Radio
from lab.elements.site import Site
from lab.plan import Plan, Subscriber
from sipbridge.errors import DecodeError
from sipbridge.events import NoAnswer, Request, Response, SipEvent
from sipbridge.identity import asserted_identities
from sipbridge.message import Message
from sipbridge.rp import Direction, RpAck, RpData, RpError, decode
from sipbridge.stack import SipStack

__all__ = ["Phone"]

_URI = re.compile(r"(?:sips?|tel):[!#-;=?-~]+")


class Phone(Element):
    """One phone; what it has sent and received is in `ledger`."""

    def __init__(self, site: Site, plan: Plan, subscriber: Subscriber, ledger: PhoneLedger) -> None:
        self.subscriber = subscriber
        self.impu: Impu = plan.impu(subscriber)
        self.msisdn: Msisdn = subscriber.msisdn
        self.ledger = ledger
        self._manners = Manners()
        self._stack = SipStack(sip_settings(site, plan, "ipsmgw-lab phone"), site.rng)
        self._radio = Radio(self._stack)
        super().__init__(site)
        agenda = Agenda()
        self.driver.watch(agenda)
        self._line = Line(self._stack, agenda, plan, subscriber)
        self._registration = PhoneRegistration(self._line)
        self._submission = PhoneSubmission(self._line, ledger)
        self._memory = PhoneMemory(self._line, ledger)
        self._reception = PhoneReception(self._line, ledger, self._manners, self._memory)
        self._watch = PhoneWatch(self._stack, self._line, self._registration)
        self.driver.watch(self._watch)
        self._text = PhoneText(self._line, ledger)
        self._plain = subscriber.name in plan.texting
        self._registration.smsip = not self._plain
        port = self.driver.open(self._radio, self._on_event)
        site.network.datagrams(site.node, plan.sip(site.node), port)
        ledger.back_in_coverage(site.clock.now())

    # What its user can do.

    def register(self) -> None:
        self.driver.turn(self._registration.register)

    def deregister(self) -> None:
        self.driver.turn(self._registration.deregister)

    def announce(self, *, smsip: bool) -> None:
        """Whether it says from its next REGISTER on that it takes short messages (TS 24.341 §5.3.2.2)."""
        self._registration.smsip = smsip

    def hurry(self, expires: int) -> None:
        """Register for so many seconds from now on."""
        self._registration.wanted = expires

    def pretend(self, authentication: Authentication) -> None:
        """Register as somebody else from now on."""
        self._registration.authentication = authentication

    def send(self, text: str, to: Msisdn) -> Sent:
        """Send a text that fits into one short message."""
        sent = self.send_long(text, to)
        if len(sent) != 1:
            raise ValueError(f"the text needs {len(sent)} short messages")
        return sent[0]

    def send_long(self, text: str, to: Msisdn) -> list[Sent]:
        """Send a text of any length, in as many parts as it takes."""
        sent: list[Sent] = []
        self.driver.turn(lambda now: sent.extend(self._submission.submit_text(text, to, now)))
        return sent

    def submit(self, tpdu: bytes, to: str) -> Sent:
        """Send an SMS-SUBMIT or SMS-COMMAND; its TP-MR is set on the way."""
        sent: list[Sent] = []
        self.driver.turn(lambda now: sent.append(self._submission.submit(tpdu, to, now)))
        return sent[0]

    def send_text(self, text: str, to: Msisdn) -> Text:
        """Send a plain text, as a phone does that knows of no short messages."""
        sent: list[Text] = []
        self.driver.turn(lambda now: sent.append(self._text.send(text, to, now)))
        return sent[0]

    def mute(self) -> None:
        """Out of coverage: nothing is heard, nothing is sent."""
        self._radio.covered = False
        self.driver.turn(self.ledger.left_coverage)

    def unmute(self) -> None:
        self._radio.covered = True
        self.driver.turn(self.ledger.back_in_coverage)

    def behave(self, mode: Mode, status: int = 488) -> None:
        """Change how it takes what comes; `status` is for REJECTING. Who has room again says so."""
        self._manners.mode, self._manners.status = mode, status
        if mode is not Mode.MEMORY_FULL:
            self.driver.turn(self._memory.room)

    # What is known of it.

    @property
    def registered(self) -> bool:
        return self._registration.state is RegistrationState.REGISTERED

    @property
    def registration(self) -> RegistrationState:
        return self._registration.state

    @property
    def authentication(self) -> Authentication:
        """Its USIM, and what it last said with it."""
        return self._registration.authentication

    @property
    def told(self) -> list[str]:
        """Why contacts of its own have ended, as NOTIFYs have told it."""
        return self._watch.ended

    @property
    def received(self) -> list[Received]:
        return list(self.ledger.received)

    @property
    def open_work(self) -> int:
        """What waits for an answer, and what is still to be sent."""
        messages = self._submission.unfinished + self._reception.unreported
        return self._stack.open_transactions + messages + self._memory.unfinished

    # What comes.

    def _on_event(self, event: SipEvent, now: float) -> None:
        match event:
            case Request() if event.message.method == b"NOTIFY" and self._line.plan.direct:
                self._watch.notified(event, now)
            case Response() | NoAnswer() if self._watch.answered(event, now):
                pass
            case Request():
                status, then = self._answer(event.message, now)
                self._stack.respond(event.tx, status, now)
                if then is not None:
                    then(now)
            case Response():
                self._line.response(event, now)
            case NoAnswer():
                self._line.no_answer(event, now)
            case _:
                pass  # somebody sent rubbish; the stack has answered

    def _answer(self, message: Message, now: float) -> tuple[int, Work | None]:
        if message.method != b"MESSAGE":
            return 405, None
        kind = (message.first(b"Content-Type") or b"").lower()
        if self._plain and kind.startswith(TEXT):
            return self._read(message, now), None
        if self._plain or kind != CONTENT_TYPE.encode():
            return 415, None
        try:
            rpdu = decode(message.body, Direction.NETWORK_TO_MS)
        except DecodeError:
            return 400, None
        match rpdu:
            case RpData():
                call_id = _text(message, b"Call-ID") or ""
                return self._reception.receive(rpdu, call_id, _asserted(message), now)
            case RpAck() | RpError():
                return (200 if self._report(message, rpdu, now) else 488), None
            case _:
                return 488, None

    def _report(self, message: Message, rpdu: RpAck | RpError, now: float) -> bool:
        call_id, reply_to = _text(message, b"Call-ID") or "", _text(message, b"In-Reply-To")
        if self._memory.report(rpdu, call_id, reply_to, now):
            return True
        return self._submission.report(rpdu, call_id, reply_to, now)

    def _read(self, message: Message, now: float) -> int:
        if self._manners.mode is Mode.REJECTING:
            return self._manners.status
        words, call_id = message.body.decode("utf-8", "replace"), _text(message, b"Call-ID") or ""
        return self._text.receive(words, _asserted(message) or NOBODY, call_id, now)


def _text(message: Message, name: bytes) -> str | None:
    value = message.first(name)
    return None if value is None else value.decode("latin-1").replace("\0", "")


def _asserted(message: Message) -> str:
    """Where the delivery report goes: the gateway's P-Asserted-Identity (TS 24.341 §5.3.2.4)."""
    asserted = asserted_identities(message.every(b"P-Asserted-Identity"))
    uri = asserted.sip or asserted.tel or ""
    return uri if _URI.fullmatch(uri) else ""
