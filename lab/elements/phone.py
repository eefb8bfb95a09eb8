"""A phone with short messages over IMS, CS and PS, which can be made to misbehave (TS 24.341 §5.3)."""

import re
from collections.abc import Callable

from ipsmgw.identity import Impu, Msisdn
from ipsmgw.sms import DeliverReport
from lab.elements.agenda import Agenda, Work
from lab.elements.authentication import Authentication
from lab.elements.domain import Domain
from lab.elements.element import Element
from lab.elements.handwriting import Handwriting
from lab.elements.line import SMS, Line, sip_settings
from lab.elements.named_message import short_message
from lab.elements.phone_ledger import PhoneLedger, Received, Report, Said, Sent, Text
from lab.elements.phone_memory import PhoneMemory
from lab.elements.phone_radio import PhoneRadio, Told
from lab.elements.phone_reception import NOBODY, Manners, Mode, PhoneReception
from lab.elements.phone_registration import PhoneRegistration, RegistrationState
from lab.elements.phone_submission import PhoneSubmission, Wish
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
        self._radio = Radio(self._stack, Handwriting(plan.quirks))
        super().__init__(site)
        agenda = Agenda()
        self.driver.watch(agenda)
        self._line = Line(self._stack, agenda, plan, subscriber)
        self._registration = PhoneRegistration(self._line)
        self._radios = {domain: PhoneRadio(plan, subscriber, domain, agenda) for domain in plan.domains}
        self._submission = PhoneSubmission(self._line, ledger, self._radios, self._choose)
        self._memory = PhoneMemory(self._line, ledger, self._room_by_radio)
        self.listeners: dict[int, Callable[[bytes], None]] = {}
        """Applications that hear device triggers, by their port."""
        self._reception = PhoneReception(self._line, ledger, self._manners, self._memory)
        self._reception.triggered = self._triggered
        self._watch = PhoneWatch(self._stack, self._line, self._registration)
        self.driver.watch(self._watch)
        self._text = PhoneText(self._line, ledger)
        self._plain = subscriber.name in plan.texting
        self._registration.smsip = not self._plain
        port = self.driver.open(self._radio, self._on_event)
        site.network.datagrams(site.node, plan.sip(site.node), port)
        self._tune_in(site)
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

    def send(self, text: str, to: Msisdn | Impu) -> Sent:
        """Send a text that fits into one short message; to a URI, where there is no number."""
        sent = self.send_long(text, to)
        if len(sent) != 1:
            raise ValueError(f"the text needs {len(sent)} short messages")
        return sent[0]

    def send_long(self, text: str, to: Msisdn | Impu, wish: Wish | None = None) -> list[Sent]:
        """Send a text of any length, in as many parts as it takes."""
        sent: list[Sent] = []
        self.driver.turn(lambda now: sent.extend(self._submission.submit_text(text, to, now, wish or Wish())))
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

    def say(self, rpdu: bytes, *, in_reply_to: str | None = None, to: str = "registrar") -> Said:
        """Send octets for an RPDU, whatever they are, to who it registers with, or past him to a node."""
        said, plan = Said(rpdu), self._line.plan
        self.ledger.said.append(said)
        flow = None if to == "registrar" else self._line.flow._replace(remote=plan.sip(to))

        def on_final(status: int, response: Response | None, now: float) -> None:
            said.status = status

        def speak(now: float) -> None:
            said.call_id = self._line.message(
                plan.sc_uri, rpdu, now, on_final=on_final, in_reply_to=in_reply_to, flow=flow
            )

        self.driver.turn(speak)
        return said

    def attach(self, *domains: Domain) -> None:
        """Join CS or PS; all that there are, if none is named."""
        for domain in domains or self._radios:
            self.driver.turn(self._radios[domain].attach)

    def detach(self, *domains: Domain) -> None:
        """Leave them."""
        for domain in domains or self._radios:
            self.driver.turn(self._radios[domain].detach)

    def mute(self, *domains: Domain) -> None:
        """Out of coverage: nothing is heard, nothing is sent; in all domains, if none is named."""
        self._cover(domains, covered=False)
        if not self._radio.covered:
            self.driver.turn(self.ledger.left_coverage)

    def unmute(self, *domains: Domain) -> None:
        self._cover(domains, covered=True)
        if self._radio.covered:
            self.driver.turn(self.ledger.back_in_coverage)

    def behave(self, mode: Mode, status: int = 488) -> None:
        """Change how it takes what comes; `status` is for REJECTING. Who has room again says so."""
        self._manners.mode, self._manners.status = mode, status
        if mode is not Mode.MEMORY_FULL:
            self.driver.turn(self._room)

    # What is known of it.

    @property
    def registered(self) -> bool:
        return self._registration.state is RegistrationState.REGISTERED

    @property
    def registration(self) -> RegistrationState:
        return self._registration.state

    @property
    def mode(self) -> Mode:
        """How it takes what comes."""
        return self._manners.mode

    def covered(self, domain: Domain) -> bool:
        """Whether it hears anything of this domain."""
        return self._radio.covered if domain is Domain.IMS else self._radios[domain].air.covered

    def attached(self, domain: Domain) -> bool:
        """Whether MSC or SGSN has accepted it."""
        return self._radios[domain].attached

    @property
    def refused(self) -> dict[Domain, int]:
        """The reject cause of those that would not have it."""
        return {domain: radio.refused for domain, radio in self._radios.items() if radio.refused}

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
        by_radio = sum(len(radio.air) for radio in self._radios.values())
        return self._stack.open_transactions + messages + self._memory.unfinished + by_radio

    # Its domains.

    def _tune_in(self, site: Site) -> None:
        told = Told(
            self._reception.receive_by_radio, self._submission.report_by_radio, self._submission.not_taken
        )
        for domain, radio in self._radios.items():
            radio.told = told
            port = self.driver.open(radio.air, radio.on_event)
            site.network.air(site.node, self._line.plan.air(site.node, domain), port)

    def _choose(self) -> Domain:
        """Of an MO, as the operator wants it, and then as the user does (TS 23.221 §7.2c, TS 24.341 §5.3.1).

        Who is nowhere tries the IMS.
        """
        if self.subscriber.over_ip and self.registered and self._registration.smsip:
            return Domain.IMS
        attached = (domain for domain in self.subscriber.service.value if self._is_attached(domain))
        return next(attached, Domain.IMS)

    def _is_attached(self, domain: Domain) -> bool:
        return domain in self._radios and self._radios[domain].attached

    def _room(self, now: float) -> None:
        """Where the lack was told the room is told, too; for a domain that the phone has left, in another."""
        left = [radio for radio in self._radios.values() if radio.full and not radio.attached]
        if left and self.registered:
            self._memory.full(self.ledger.told_full)
            for radio in left:
                radio.full = False
        self._memory.room(now)
        for radio in self._radios.values():
            radio.room(now)

    def _room_by_radio(self, now: float) -> bool:
        """The HLR wants to know of the room, and not in which domain (TS 23.040 §3.2.6, TS 29.002 §23.6)."""
        attached = (radio for radio in self._radios.values() if radio.attached)
        radio = None if self.registered else next(attached, None)
        if radio is None:
            return False
        radio.full = True
        radio.room(now)
        return True

    def _cover(self, domains: tuple[Domain, ...], *, covered: bool) -> None:
        for domain in domains or Domain:
            if domain is Domain.IMS:
                self._radio.covered = covered
            elif domain in self._radios:
                self._radios[domain].air.covered = covered

    def _triggered(self, port: int, payload: bytes) -> None:
        """Where nobody listens the trigger is lost, as what came to a closed port."""
        listener = self.listeners.get(port)
        if listener is not None:
            listener(payload)

    # What comes.

    def _on_event(self, event: SipEvent, now: float) -> None:
        match event:
            case Request() if event.message.method == b"NOTIFY" and self._line.plan.direct:
                self._watch.notified(event, now)
            case Response() | NoAnswer() if self._watch.answered(event, now):
                pass
            case Request():
                status, then = self._answer(event.message, now)
                self._respond(event, status, now)
                if then is not None:
                    then(now)
            case Response():
                self._line.response(event, now)
            case NoAnswer():
                self._line.no_answer(event, now)
            case _:
                pass  # somebody sent rubbish; the stack has answered

    def _respond(self, event: Request, status: int, now: float) -> None:
        quirks, received = self._line.plan.quirks, self.ledger.received
        headers, body = [], b""
        acked = bool(received) and (received[-1].when, received[-1].answer) == (now, "ack")
        if status == 200 and quirks.ack_in_200 != "no" and acked:
            body = RpAck(received[-1].rp_mr, DeliverReport.of().encode()).encode(Direction.MS_TO_NETWORK)
            headers = [("Content-Type", SMS)]
        status = 202 if status == 200 and quirks.answers_202 else status
        self._stack.respond(event.tx, status, now, headers=headers, body=body)

    def _answer(self, message: Message, now: float) -> tuple[int, Work | None]:
        if message.method != b"MESSAGE":
            return 405, None
        kind = (message.first(b"Content-Type") or b"").lower()
        if self._plain and kind.startswith(TEXT):
            return self._read(message, now), None
        octets = None if self._plain else short_message(kind, message.body)
        if octets is None:
            return 415, None
        try:
            rpdu = decode(octets, Direction.NETWORK_TO_MS)
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
        said = next((said for said in self.ledger.said if said.call_id == reply_to), None)
        if said is not None:
            said.reports.append(Report(now, rpdu, call_id))
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
