"""Non-3GPP UEs that speak JSON lines, by this gateway as their Message Gateway (TS 23.554 §5.2)."""

from collections.abc import Callable
from functools import partial
from hmac import compare_digest
from uuid import UUID

from msgspec import Struct

from ipsmgw.drive import Driver, Network
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.msgin5g.enrolments import Enrolments
from ipsmgw.gateway.msgin5g.message_server import Called, MessageServer, Refused, Returned, Unanswered
from ipsmgw.msgin5g_n3g_section import line_settings, line_spec
from ipsmgw.procedures.msgin5g import lines
from ipsmgw.procedures.msgin5g.delivery import Times
from ipsmgw.smpp import Flow
from ipsmgw.store import Enrolment, Transfer
from msgin5g_bridge.l3gdelivery import L3gMessageDelivery
from msgin5g_bridge.line_stack import Acked, Gone, Greeted, LineEvent, LineStack, Over, Said
from msgin5g_bridge.lines import Result
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, MessageDeliveryAck, UEMessageDelivery
from msgin5g_bridge.segmentation import cut

__all__ = ["Lines"]

_SMALLEST = 64  # of a segment: whatever was provisioned, a character fits
_WRONG = "no such UE, or another credential"


class _Submission(Struct, eq=False):
    """A message that the server has not taken yet; its UE waits, and says it again if it hears nothing."""

    said: Said[Flow]
    segments: list[UEMessageDelivery]
    until: float


class Lines:
    """What is for them is in the store, as what is for phones; here is who is connected."""

    def __init__(self, core: Core, driver: Driver, server: MessageServer, enrolments: Enrolments) -> None:
        section = core.settings.msgin5g
        self._core = core
        self._section = section
        self._server = server
        self._enrolments = enrolments
        self._times = Times(section.validity, section.retry, section.remember)
        self._rows = core.store.transfers
        self._known = {one.name: one for one in section.n3g.ue}
        self._stack: LineStack[Flow] = LineStack(line_settings(section.n3g))
        self._port = driver.open(self._stack, self._on_event)
        self._open: dict[int, _Submission] = {}
        self._told: dict[int, str] = {}
        self.changed: Callable[[str, Callable[[Transfer], Transfer], float], None]
        """The transfer waits for nothing more: it is changed so, and goes on."""
        self.came: Callable[[str, float], None]
        """He is there: what waits for him is tried at once."""
        self.tell: Callable[[Transfer, float], None]

    def __len__(self) -> int:
        """Messages of UEs that wait for the server."""
        return len(self._open)

    def __contains__(self, key: str) -> bool:
        """Whether this is one of them, and no phone."""
        return key in self._known

    @property
    def connected(self) -> int:
        return len(self._stack)

    def open(self, network: Network) -> None:
        """Listen."""
        network.sessions(self._core.settings.node.name, line_spec(self._section.n3g), self._port)

    def content(self, message: L3gMessageDelivery) -> tuple[bytes, ...]:
        """As it is kept; ValueError with a sentence where it is too long."""
        return (lines.line_of(message, self._section.n3g.longest),)

    def begin(self, held: Transfer, now: float) -> bool:
        """Its UE is told; False: it is not connected."""
        if not self._stack.here(held.imsi):
            return False
        number = self._stack.next_number()
        self._told[number] = held.key
        self._stack.tell(held.imsi, lines.told(held, number), now)
        return True

    def reported(self, event: Called, said: DeliveryStatusReport, held: Enrolment, now: float) -> None:
        """What has become of a message of a UE is kept until it has heard of it."""
        self.tell(lines.reported(said, held.key, now, self._times), now)
        self._server.accept(event.exchange)

    # A part of the gateway.

    def resume(self, now: float) -> None:
        """Nobody is connected yet."""

    def expire(self, now: float) -> None:
        """The stack has deadlines of its own."""

    def deadline(self) -> float | None:
        return None

    def returned(self, event: Returned, now: float) -> bool:
        """The server has a segment; False: it was asked for something else."""
        one = self._open.pop(event.exchange, None)
        if one is None:
            return False
        said, body = one.said.message, event.body
        refused = lines.refusal(said, body) if isinstance(body, MessageDeliveryAck) else None
        if refused is None and len(one.segments) > 1:
            del one.segments[0]
            self._submit(one, now)
        else:
            taken = Result(seq=said.seq, ok=True, id=one.segments[0].msg_id)
            self._stack.result(one.said, refused or taken)
        return True

    def failed(self, event: Refused | Unanswered, now: float) -> bool:
        """It has not, or nobody knows; False: it was asked for something else."""
        one = self._open.pop(event.exchange, None)
        if one is None:
            return False
        if isinstance(event, Refused):
            self._refuse(one.said, event.cause or str(event.status), event.detail)
        else:
            self._refuse(one.said, "TIMEOUT", event.reason)
        return True

    # What UEs say.

    def _on_event(self, event: LineEvent[Flow], now: float) -> None:
        match event:
            case Greeted():
                self._greeted(event, now)
            case Said():
                self._said(event, now)
            case Acked():
                self._acked(event, now)
            case Over():
                self._port.cut(event.flow)
            case Gone():
                pass  # what it has not acknowledged was told before

    def _greeted(self, greeted: Greeted[Flow], now: float) -> None:
        hello = greeted.hello
        own, held = self._known.get(hello.ue), self._enrolments.of_imsi(hello.ue)
        proof = own.secret.encode() if own is not None else b""
        if own is None or not compare_digest(proof, hello.credential.encode("utf-8", "replace")):
            events = self._stack.reject(greeted, "NOT_AUTHENTICATED", _WRONG)
        else:
            events = self._stack.welcome(greeted, "" if held is None else held.svc_id, now)
        for event in events:
            self._on_event(event, now)
        if own is not None and self._stack.here(own.name):
            self.came(own.name, now)

    def _said(self, said: Said[Flow], now: float) -> None:
        held = self._enrolments.of_imsi(said.ue)
        if held is None or not held.registered:
            self._refuse(said, "NOT_REGISTERED", "the server does not know it yet")
        elif len(self._open) >= self._section.n3g.waiting:
            self._refuse(said, "OVERLOAD", "too many messages wait for the server")
        else:
            name = said.message.id or str(UUID(int=self._core.rng.getrandbits(128), version=4))
            message = lines.message_of(said.message, held.svc_id, name)
            size = max(held.seg_size or self._section.segment_size, _SMALLEST)
            one = _Submission(said, list(cut(message, name, size)), now + self._section.answer)
            self._submit(one, now)

    def _submit(self, one: _Submission, now: float) -> None:
        within = max(0.0, one.until - now)
        self._open[self._server.submit(one.segments[0], now, within=within)] = one

    def _refuse(self, said: Said[Flow], cause: str, detail: str) -> None:
        self._stack.result(said, Result(seq=said.message.seq, ok=False, cause=cause, detail=detail))

    def _acked(self, event: Acked, now: float) -> None:
        key = self._told.pop(event.number, None)
        if key is not None:
            change = partial(lines.acked, cause=event.cause, later=event.later, times=self._times, now=now)
            self.changed(key, change, now)
