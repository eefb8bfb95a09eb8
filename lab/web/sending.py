"""POST /api/send: a message through the running carrier, and what became of it (DESIGN §10)."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ipsmgw.identity import Msisdn
from ipsmgw.trace import Pdu, heartbeat, ladder
from ipsmgw.web import Endpoint, as_json
from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.phone_ledger import Said, Sent, SentState
from lab.elements.sc_ledger import MtMessage, MtState
from lab.expectation import Broken
from lab.meddling.words import known
from lab.octets import answers, has_all, rpdu_of, rpdu_with, tpdu_of
from lab.steps import until_own
from lab.web.asking import Refusal, endpoint, read_body
from lab.web.outcome_words import in_names
from lab.web.people import number_of, phone_of
from sipbridge.rp import RpAck

__all__ = ["Delivery", "Outcome", "SendAnswer", "SendRequest", "picture", "send", "send_route"]

_MAX_BODY = 64 * 1024


class SendRequest(msgspec.Struct, rename={"sender": "from", "recipient": "to"}, forbid_unknown_fields=True):
    """POST /api/send: a phone's name or number, a number or name, and a text.

    Or instead of the text octets in hexadecimal that no phone would write, as a TPDU or as an RPDU; `to` is
    then an element that gets them past the S-CSCF.
    """

    sender: str
    recipient: str = ""
    text: str | None = None
    tpdu: str | None = None
    rp: str | None = None


class Delivery(msgspec.Struct):
    """What the SC has made of a short message."""

    state: str
    outcome: str


class SendAnswer(msgspec.Struct):
    """What was answered to the phone, what the SC made of it, and what went over the links."""

    delivered: bool
    submit: list[str]
    delivery: list[Delivery]
    ladder: str


class Outcome(NamedTuple):
    """What the sender's phone heard, what the SC made of it, and the octets that went over the links.

    What an SC makes of it that is not the lab's nobody sees: then its yes to the sender has to do.
    """

    sent: list[Sent] | list[Said]
    messages: list[MtMessage] | None
    ladder: str

    @property
    def delivered(self) -> bool:
        if self.messages is None:
            return all(any(isinstance(report.rpdu, RpAck) for report in each.reports) for each in self.sent)
        states = [each.state for each in self.messages]
        return len(states) == len(self.sent) and all(state is MtState.DELIVERED for state in states)

    @property
    def told(self) -> SendAnswer:
        """The same for whoever has asked."""
        delivery = [Delivery(each.state.value, in_names(each.outcome)) for each in self.messages or ()]
        return SendAnswer(self.delivered, [answers(each) for each in self.sent], delivery, self.ladder)


def send_route(carrier: Carrier) -> Endpoint:
    """Answers when the message has ended."""

    async def post_send(request: Request) -> Response:
        asked = await read_body(request, SendRequest, most=_MAX_BODY)
        phone = phone_of(carrier, asked.sender)
        if not phone.registered:
            raise Refusal(409, f"{phone.subscriber.name} is not registered")
        return as_json((await _do(carrier, phone, asked)).told)

    summary = "Send a message, and wait until it has ended"
    return endpoint("POST /api/send", post_send, summary, SendAnswer, body=SendRequest)


async def _do(carrier: Carrier, phone: Phone, asked: SendRequest) -> Outcome:
    """ValueError where the request does not say one thing to send, or that is too long."""
    if sum(each is not None for each in (asked.text, asked.tpdu, asked.rp)) != 1:
        raise ValueError("what shall be sent? A text, or octets as tpdu or rp: one of them")
    if asked.text is not None:
        if not asked.recipient:
            raise ValueError("to whom? A text wants a phone's name, or a number")
        return await send(carrier, phone, number_of(carrier, asked.recipient), asked.text)
    rpdu = rpdu_of(asked.rp) if asked.rp is not None else rpdu_with(asked.tpdu or "", carrier.plan)
    return await send_octets(carrier, phone, rpdu, asked.recipient)


async def send(carrier: Carrier, phone: Phone, to: Msisdn, text: str) -> Outcome:
    """Send a text, and wait until the SC has delivered it, or has failed for the first time."""
    before, since, reader = len(carrier.pdus), carrier.now, _reader(carrier, to)
    read = len(reader.received) if reader else 0
    sent = phone.send_long(text, to)
    tpdus = {each.tpdu for each in sent}

    def done() -> bool:
        if not all(each.state.final for each in sent):
            return False
        if carrier.own("smsc"):
            return all(map(_attempted, _became(carrier, phone, tpdus, since)))
        acknowledged = sum(each.state is SentState.ACKNOWLEDGED for each in sent)
        return reader is None or len(reader.received) >= read + acknowledged

    await _ended(carrier, done)
    messages = _became(carrier, phone, tpdus, since) if carrier.own("smsc") else None
    return Outcome(sent, messages, picture(carrier, carrier.pdus[before:]))


async def send_octets(carrier: Carrier, phone: Phone, rpdu: bytes, to: str = "") -> Outcome:
    """Send what no phone would write, and wait until it is answered and nothing comes of it any more."""
    node = known(to, carrier.plan.nodes, "element") if to else "registrar"
    before, since, tpdus = len(carrier.pdus), carrier.now, {tpdu_of(rpdu)}
    said = phone.say(rpdu, to=node)

    def became() -> list[MtMessage]:
        return _became(carrier, phone, tpdus, since) if carrier.own("smsc") else []

    await _ended(carrier, lambda: has_all(said) and all(map(_attempted, became())))
    return Outcome([said], became(), picture(carrier, carrier.pdus[before:]))


async def _ended(carrier: Carrier, done: Callable[[], bool]) -> None:
    limit = carrier.plan.timers.tr1m + carrier.plan.timers.mt_answer
    try:
        await carrier.until(done, "the message has ended", within=limit)
        await until_own(carrier, lambda: carrier.gateway.open_work == 0, "the gateway is done", within=limit)
        await carrier.until(done, "what has come of it has ended", within=limit)
    except Broken:
        pass  # what the outcome says is then what is known


def picture(carrier: Carrier, pdus: Iterable[Pdu], width: int = 150) -> str:
    """A ladder without the heartbeats."""
    shown = [pdu for pdu in pdus if not heartbeat(pdu)]
    return ladder(shown, carrier.columns(shown), width=width)


def _reader(carrier: Carrier, number: Msisdn) -> Phone | None:
    return next((phone for phone in carrier.phones.values() if phone.msisdn == number), None)


def _attempted(message: MtMessage) -> bool:
    return message.state.final or any(attempt.outcome for attempt in message.attempts)


def _became(carrier: Carrier, phone: Phone, tpdus: set[bytes], since: float) -> list[MtMessage]:
    """What the SC made of these, whatever else it was sent meanwhile."""
    ids = {
        got.message
        for got in carrier.smsc.mo
        if got.when >= since and got.oa == phone.msisdn and got.tpdu in tpdus
    }
    return [message for message in carrier.smsc.mt if message.id in ids]
