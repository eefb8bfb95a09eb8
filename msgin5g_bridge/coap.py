"""MSGin5G-1, sans-IO: payloads of TS 24.538 as CoAP requests, and what is answered (RFC 7252).

A response code c.dd is the status c × 100 + dd of the contract, so 2.04 is 204. Which code TS 24.538 wants
where was not seen: `names.STATUSES` and the codes of the stack are a choice of ours.
"""

from collections.abc import Mapping
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from msgin5g_bridge.coap_turns import Turns
from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.exchange import (
    Answered,
    Ask,
    Asked,
    Gone,
    Headers,
    Incoming,
    NoAnswer,
    Outgoing,
    Peer,
    Reply,
    Request,
    Response,
)
from msgin5g_bridge.expiry import Expiry
from msgin5g_bridge.message import (
    AcDeregistration,
    AcRegistration,
    AggregatedMessage,
    DeliveryReport,
    Message,
    MessageResponse,
    Payload,
    StoredMessageUpdate,
    TopicSubscribe,
    decode_payload,
)
from msgin5g_bridge.model import Body, decode, encode
from msgin5g_bridge.names import STATUSES, URI_PATH, FailureCause
from msgin5g_bridge.rate import Rate
from msgin5g_bridge.registration import (
    BulkDeregistration,
    BulkRegistration,
    BulkRegistrationResponse,
    Deregistration,
    Registration,
    RegistrationResponse,
)
from msgin5g_bridge.topiclistevent import TopicSubscriptionAck

__all__ = [
    "ANSWERS",
    "CoapEvent",
    "CoapSettings",
    "CoapStack",
    "PeerMisbehaved",
    "Requested",
    "Responded",
    "Unanswered",
    "code_of",
]

_JSON: Headers = (("content-type", "application/json"),)
_CREATED, _DELETED, _CHANGED = 201, 202, 204
_CAUSES = frozenset(FailureCause)

ANSWERS: Mapping[type[Body], type[Body]] = {
    Registration: RegistrationResponse,
    Deregistration: RegistrationResponse,
    BulkRegistration: BulkRegistrationResponse,
    BulkDeregistration: BulkRegistrationResponse,
    Message: MessageResponse,
    AggregatedMessage: MessageResponse,
    DeliveryReport: MessageResponse,
    StoredMessageUpdate: MessageResponse,
    TopicSubscribe: TopicSubscriptionAck,
    AcRegistration: RegistrationResponse,
    AcDeregistration: RegistrationResponse,
}
"""What a payload is answered with, if with anything."""


def code_of(payload: Payload, *, refresh: bool = False) -> int:
    """Of the yes to it: 2.01 for a new registration, 2.02 for the end of one, else 2.04."""
    if isinstance(payload, Registration | AcRegistration):
        return _CHANGED if refresh else _CREATED
    return _DELETED if isinstance(payload, Deregistration | AcDeregistration) else _CHANGED


class CoapSettings(Struct, frozen=True, kw_only=True):
    """Seconds, octets, and how much at once."""

    max_body: int = 65_536
    answer_within: float = 10.0
    """How long we may take until the peer hears 5.04."""
    wait: float = 100.0
    """How long an answer may take: longer than all retransmissions, MAX_TRANSMIT_WAIT (RFC 7252 §4.8.2)."""
    at_once: int = 1
    """Requests to one endpoint (RFC 7252 §4.7, NSTART)."""
    open: int = 1_000
    """Exchanges of peers at once; one more is refused: 5.03."""
    rate: float = 0.0
    """Requests a second of one peer, in the long run; more are refused: 4.29. 0: any number."""
    burst: int = 100
    retry_after: int = 5
    """Max-Age of both."""


class Requested(Struct, frozen=True):
    """A peer asks; it waits for `respond` or `refuse`."""

    exchange: int
    payload: Payload
    peer: Peer


class Responded(Struct, frozen=True):
    """The peer has answered what we asked; `body` is there where it has said something that we know."""

    exchange: int
    payload: Payload
    code: int
    body: Body | None
    diagnostic: str = ""
    max_age: float = 0.0
    """Of a no: seconds that the peer wants to be left alone (RFC 7252 §5.9.3.4)."""

    @property
    def cause(self) -> str:
        """Of a no, where the diagnostic payload begins with one of ours."""
        word = self.diagnostic.partition(":")[0]
        return word if word in _CAUSES else ""

    @property
    def success(self) -> bool:
        return self.code < 300


class Unanswered(Struct, frozen=True):
    """Nothing comes from the peer: whether it has it is not known."""

    exchange: int
    payload: Payload
    reason: str


class PeerMisbehaved(Struct, frozen=True):
    """What a peer has sent makes no sense; it has been answered."""

    peer: str
    what: str


CoapEvent = Requested | Responded | Unanswered | PeerMisbehaved


class CoapStack:
    """Both halves of an endpoint: it takes payloads at `URI_PATH`, and brings them to others."""

    def __init__(self, settings: CoapSettings | None = None) -> None:
        self._settings = settings or CoapSettings()
        self._rate = Rate(self._settings.rate, self._settings.burst)
        self._numbers = count(1)
        self._theirs: set[int] = set()
        self._ours: dict[int, Payload] = {}
        self._asks: dict[int, Ask] = {}
        """Those that wait for their turn."""
        self._turns = Turns(self._settings.at_once)
        self._their_expiry, self._our_expiry = Expiry(), Expiry()
        self._output: list[Outgoing] = []

    def __len__(self) -> int:
        """Exchanges that have no answer yet, of either side."""
        return len(self._theirs) + len(self._ours)

    # The contract: `msgin5g_bridge.exchange.ExchangeStack`.

    def receive(self, incoming: Incoming, now: float) -> list[CoapEvent]:
        match incoming:
            case Asked():
                return self._asked(incoming, now)
            case Answered():
                return self._answered(incoming, now)
            case NoAnswer():
                payload = self._end(incoming.exchange, now)
                return [Unanswered(incoming.exchange, payload, incoming.reason)] if payload else []
            case Gone():
                self._theirs.discard(incoming.exchange)
        return []

    def expire(self, now: float) -> list[CoapEvent]:
        for exchange in self._their_expiry.due(now):
            self._reply(exchange, 504, b"no answer in time")
        late = [(exchange, self._end(exchange, now)) for exchange in list(self._our_expiry.due(now))]
        return [Unanswered(exchange, payload, "no answer in time") for exchange, payload in late if payload]

    def deadline(self) -> float | None:
        both = self._their_expiry.deadline(), self._our_expiry.deadline()
        return min((when for when in both if when is not None), default=None)

    def take_output(self) -> list[Outgoing]:
        output, self._output = self._output, []
        return output

    # From above.

    def ask(
        self,
        origin: str,
        payload: Payload,
        now: float,
        *,
        identity: str = "",
        within: float | None = None,
        confirmable: bool = True,
    ) -> int:
        """POST it to the endpoint at coap://host:port, with the key of this identity; the event tells by this
        number. `within` is for all of it; without it the time begins with its turn. What is not confirmable
        is not repeated.
        """
        exchange = next(self._numbers)
        self._ours[exchange] = payload
        request = Request("POST", URI_PATH, _JSON, encode(payload), confirmable=confirmable)
        until = 0.0 if within is None else now + within
        self._asks[exchange] = Ask(exchange, origin, request, until, identity)
        if within is not None:
            self._our_expiry.set(exchange, until)
        self._turns.put(origin, exchange, len(request.body))
        self._go_on(origin, now)
        return exchange

    def respond(self, exchange: int, code: int, body: Body | None = None) -> bool:
        """The answer to what was `Requested`; False: nobody waits for it any more."""
        octets = b"" if body is None else encode(body)
        return self._reply(exchange, code, octets, _JSON if octets else ())

    def refuse(self, exchange: int, cause: FailureCause, detail: str) -> bool:
        """The same with a no; the diagnostic payload is for people (RFC 7252 §5.5.2)."""
        code = STATUSES.get(cause, 400)
        busy = self._busy if code in (429, 503) else ()
        return self._reply(exchange, code, f"{cause}: {detail}".encode(), busy)

    # Peers ask.

    def _asked(self, asked: Asked, now: float) -> list[CoapEvent]:
        if self._rate.wait(asked.peer.address, now):
            self._output.append(Reply(asked.exchange, Response(429, self._busy)))
            return []
        if len(self._theirs) >= self._settings.open:
            self._output.append(Reply(asked.exchange, Response(503, self._busy)))
            return []
        self._theirs.add(asked.exchange)
        self._their_expiry.set(asked.exchange, now + self._settings.answer_within)
        wrong = self._wrong(asked.request)
        if wrong is not None:
            return self._misbehaved(asked, *wrong)
        try:
            payload = decode_payload(asked.request.body)
        except DecodeError as fault:
            return self._misbehaved(asked, 400, str(fault))
        return [Requested(asked.exchange, payload, asked.peer)]

    def _wrong(self, request: Request) -> tuple[int, str] | None:
        if request.path != URI_PATH:
            return 404, f"there is nothing but {URI_PATH}"
        if request.method != "POST":
            return 405, "POST only"
        if (request.header("content-type") or "") != "application/json":
            return 415, "Content-Format 50 only"
        if len(request.body) > self._settings.max_body:
            return 413, f"{self._settings.max_body} octets at most"
        return None

    def _misbehaved(self, asked: Asked, code: int, what: str) -> list[CoapEvent]:
        self._reply(asked.exchange, code, what.encode("utf-8", "replace"))
        told = f"{asked.request.method} {asked.request.path[:100]}: {code // 100}.{code % 100:02} {what}"
        return [PeerMisbehaved(asked.peer.identity or asked.peer.address, told)]

    def _reply(self, exchange: int, code: int, body: bytes, headers: Headers = ()) -> bool:
        if exchange not in self._theirs:
            return False
        self._theirs.discard(exchange)
        self._their_expiry.discard(exchange)
        self._output.append(Reply(exchange, Response(code, headers, body)))
        return True

    @property
    def _busy(self) -> Headers:
        return (("max-age", str(self._settings.retry_after)),)

    # Peers answer.

    def _go_on(self, origin: str, now: float) -> None:
        """Whoever may go, goes."""
        while (exchange := self._turns.next(origin)) is not None:
            ask = self._asks.pop(exchange)
            if not ask.until:
                ask = replace(ask, until=now + self._wait(ask.request))
                self._our_expiry.set(exchange, ask.until)
            self._output.append(ask)

    def _wait(self, request: Request) -> float:
        """What is not repeated is answered at once or never: a peer takes no longer for it than we do."""
        return self._settings.wait if request.confirmable else self._settings.answer_within

    def _end(self, exchange: int, now: float) -> Payload | None:
        """It is over, and the next one to the same peer goes."""
        self._our_expiry.discard(exchange)
        self._asks.pop(exchange, None)
        origin = self._turns.end(exchange)
        if origin is not None:
            self._go_on(origin, now)
        return self._ours.pop(exchange, None)

    def _answered(self, answered: Answered, now: float) -> list[CoapEvent]:
        exchange, response = answered.exchange, answered.response
        payload = self._end(exchange, now)
        if payload is None:
            return []  # too late
        if response.status >= 300:
            said = response.body.decode("utf-8", "replace")
            return [Responded(exchange, payload, response.status, None, said, _max_age(response))]
        kind = ANSWERS.get(type(payload))
        if kind is None or not response.body:
            return [Responded(exchange, payload, response.status, None)]
        try:
            return [Responded(exchange, payload, response.status, decode(kind, response.body))]
        except DecodeError as fault:
            # It has been taken: what else is said makes no difference to that.
            return [
                PeerMisbehaved("", f"answer to {type(payload).__name__}: {fault}"),
                Responded(exchange, payload, response.status, None),
            ]


def _max_age(response: Response) -> float:
    said = response.header("max-age") or ""
    return float(said) if said.isdecimal() else 0.0
