"""Messages of the MSGin5G Server to phones: kept before the 204, sent as short messages, reported on."""

from collections.abc import Callable
from functools import partial
from itertools import count

from msgspec.structs import replace

from ipsmgw.gateway.core import Core
from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.gateway.msgin5g.chronicle import Chronicle, ToldRows
from ipsmgw.gateway.msgin5g.enrolments import Enrolments
from ipsmgw.gateway.msgin5g.lines import Lines
from ipsmgw.gateway.msgin5g.message_server import Called, MessageServer, Refused, Returned, Unanswered
from ipsmgw.gateway.msgin5g.reassembly import Reassembling
from ipsmgw.gateway.msgin5g.senders import ReplyNumbers
from ipsmgw.gateway.msgin5g.to_centre import ToCentre
from ipsmgw.gateway.terminating import Terminating
from ipsmgw.procedures.decision import Action, Answer, Decision
from ipsmgw.procedures.msgin5g import centre, delivery
from ipsmgw.procedures.msgin5g.cause import ABSENT, CONGESTED
from ipsmgw.procedures.msgin5g.delivery import Times
from ipsmgw.procedures.msgin5g.ways import Order, ended_over_ims, ways, woken
from ipsmgw.procedures.mt import MtSms
from ipsmgw.store import Binding, Enrolment, Transfer
from mapstack.map import AddressString
from msgin5g_bridge import DecodeError
from msgin5g_bridge.l3gdelivery import AddressType, L3gMessageDelivery
from msgin5g_bridge.problem import Problem, of_fault
from msgin5g_bridge.ts29571 import InvalidParam
from sipbridge import ServerTx

__all__ = ["ToPhones"]

_FOR_NOW = frozenset((401, 408, 429, 500, 502, 503, 504))
"""Answers to a report that another time may be better than."""
_RETRY_AFTER = 5.0
_UNFIT = 400


class ToPhones:
    """A transfer is a row of the store; here is only what is under way of it."""

    def __init__(
        self,
        core: Core,
        server: MessageServer,
        enrolments: Enrolments,
        numbers: ReplyNumbers,
        terminating: Terminating,
        *,
        chronicle: Chronicle,
    ) -> None:
        section = core.settings.msgin5g
        self._core = core
        self._chronicle = chronicle
        self._section = section
        self._server = server
        self._enrolments = enrolments
        self._terminating = terminating
        self._times = Times(section.validity, section.retry, section.remember)
        self.rows = self._rows = ToldRows(core, chronicle)
        self._numbers = numbers
        self._segments = Reassembling(core, server)
        self._centre_number = AddressString(core.settings.node.number)
        self._dialogues = count(-1, -1)  # as those of MAP, which are positive
        self._attempts: dict[int, str] = {}
        self._reports: dict[int, str] = {}
        self._busy: set[str] = set()
        """Transfers that wait for a phone, for the disk, or for the server."""
        self._of_imsi: dict[str, set[str]] = {}
        self._deadlines: Deadlines[str] = Deadlines()
        self._reference = core.rng.getrandbits(16)
        self._by = {"ims": self._over_ims, "sc": self._by_centre, "line": self._by_line}
        terminating.owners.append(self._ended)
        self._centre: ToCentre | None = None
        self._lines: Lines | None = None

    def __len__(self) -> int:
        """Transfers that something is awaited of now."""
        return len(self._busy)

    @property
    def under_way(self) -> int:
        """Transfers that have not ended."""
        return sum(row.phase != "ended" for row in self._rows)

    def by_centre(self, way: ToCentre) -> None:
        """Phones are reached by their service centre, too."""
        self._centre = way
        way.go, way.changed, way.amended = self._go, self._change, self._amend

    def by_lines(self, way: Lines) -> None:
        """Non-3GPP UEs are reached by their connections."""
        self._lines = way
        way.changed, way.came, way.tell = self._change, self.room, self.tell

    def order(self, imsi: str) -> Order:
        """By which ways a phone is tried."""
        if self._lines is not None and imsi in self._lines:
            return Order(("line",))
        smpp = self._section.smpp
        if self._centre is None:
            return Order()
        own = next((each.domains for each in self._section.subscriber if each.imsi == imsi), ())
        return Order(own or smpp.domains, smpp.avoid)

    def resume(self, now: float) -> None:
        """What the life before has not seen through."""
        self._segments.resume(now)
        if self._centre is not None:
            self._centre.resume(now)
        for transfer in self._rows:
            self._remember(transfer)
            self._go(transfer.key, now)

    # From the server.

    def deliver(self, event: Called, message: L3gMessageDelivery, now: float) -> None:
        """POST /deliver-message."""
        held = self._enrolments.of_service_id(message.dest_addr.addr)
        if message.dest_addr.addr_type is not AddressType.UE or held is None:
            self._server.refuse(event.exchange, _nobody(message))
        elif self._rows.get(delivery.key_of(message)) is not None:
            self._server.accept(event.exchange)  # once more: it is ours already
        elif len(self._rows) >= self._section.limits.transfers:
            problem = Problem(status=503, cause="NF_CONGESTION", retry_after=_RETRY_AFTER)
            self._server.refuse(event.exchange, problem)
        else:
            self._answer(event, self._take(message, held.key, now), message, now)

    def registered(self, held: Enrolment, now: float) -> None:
        """He is registered at the server: told him once, where that is wanted."""
        text = self._section.welcome
        if text and not held.welcomed and held.key.isdecimal():
            self._core.store.enrolments.save(replace(held, welcomed=True))
            self._begin(delivery.welcome(text, held.key, self._numbers.nobody, now, self._times), now)

    def tell(self, transfer: Transfer, now: float) -> None:
        """What a phone has to hear about a message of its own."""
        if self._rows.get(transfer.key) is None:
            self._begin(transfer, now)

    # From phones.

    def came(self, binding: Binding, now: float) -> None:
        """He is there."""
        self.room(binding.imsi, now)

    def room(self, imsi: str, now: float) -> None:
        """He is there, or has room again: what waits for him is tried at once."""
        for key in tuple(self._of_imsi.get(imsi, ())):
            held = self._rows.get(key)
            if held is not None and held.phase == "sms" and key not in self._busy:
                if woken(held) != held:
                    self._rows.save(woken(held))
                self._go(key, now)

    def expire(self, now: float) -> None:
        for key in self._deadlines.due(now):
            self._go(key, now)
        for lost in self._segments.expire(now):
            self._begin(lost, now)

    def deadline(self) -> float | None:
        both = self._deadlines.deadline(), self._segments.deadline()
        return min((when for when in both if when is not None), default=None)

    def returned(self, event: Returned, now: float) -> bool:
        """The server has a report; False: that was none."""
        key = self._reports.pop(event.exchange, None)
        if key is not None:
            self._change(key, partial(delivery.reported, now=now, times=self._times), now)
        return key is not None

    def failed(self, event: Refused | Unanswered, now: float) -> bool:
        """It does not take it; False: that was none."""
        key = self._reports.pop(event.exchange, None)
        if key is None:
            return False
        why = event.reason if isinstance(event, Unanswered) else f"{event.status} {event.cause}"
        self._chronicle.note(key, "deliver-report failed", why)
        if isinstance(event, Unanswered) or event.status in _FOR_NOW:
            after = 0.0 if isinstance(event, Unanswered) else event.retry_after
            change = partial(delivery.report_failed, now=now, times=self._times, after=after)
        else:
            change = partial(delivery.reported, now=now, times=self._times)
        self._change(key, change, now)
        return True

    def _answer(
        self, event: Called, problem: Problem | None, message: L3gMessageDelivery, now: float
    ) -> None:
        if problem is None:
            self._server.accept(event.exchange)
        elif event.one_of_many and problem.status == _UNFIT:
            self._begin(delivery.unfit(message, now, self._times), now)
            self._server.accept(event.exchange)
        else:
            self._server.refuse(event.exchange, problem)

    def _take(self, message: L3gMessageDelivery, imsi: str, now: float) -> Problem | None:
        """It is on disk with the end of this batch, before its answer leaves."""
        try:
            whole = self._segments.put(message, now)
        except DecodeError as fault:
            return of_fault(fault, L3gMessageDelivery)
        if not isinstance(whole, L3gMessageDelivery):
            return whole
        try:
            content = self._content(whole, imsi, now)
        except ValueError as fault:
            param = InvalidParam(param="/payload", reason=str(fault))
            return Problem(status=400, cause="PAYLOAD_NOT_SUPPORTED", detail=str(fault), params=(param,))
        self._begin(delivery.transfer_of(whole, imsi, content, now, self._times), now)
        return None

    def _content(self, whole: L3gMessageDelivery, imsi: str, now: float) -> tuple[bytes, ...]:
        """As he gets it; ValueError with a sentence where he cannot."""
        if self._lines is not None and imsi in self._lines:
            return self._lines.content(whole)
        parts = delivery.as_parts(whole, self._section, self._next_reference())
        return delivery.delivers(parts, self._numbers.shown(whole.ori_addr, imsi, now), now)

    def _next_reference(self) -> int:
        """Of concatenated messages."""
        self._reference = self._reference + 1 & 0xFFFF
        return self._reference

    def _begin(self, transfer: Transfer, now: float) -> None:
        self._remember(self._rows.save(transfer))
        self._go(transfer.key, now)

    def _remember(self, transfer: Transfer) -> None:
        self._of_imsi.setdefault(transfer.imsi, set()).add(transfer.key)

    # One step of a transfer after the other.

    def _go(self, key: str, now: float) -> None:
        """Whatever is next, unless something is awaited."""
        held = self._rows.get(key)
        if held is None or key in self._busy:
            return
        if held.phase == "ended":
            self._forget(held, now)
        elif held.due > now:
            self._deadlines.set(key, held.due)
        elif held.phase == "report":
            self._busy.add(key)
            self._chronicle.note(key, "deliver-report", "to the server")
            self._reports[self._server.report(delivery.report_of(held), now)] = key
        elif held.phase == "receipt":
            self._await_receipts(held, now)
        elif now >= held.until:
            self._change(key, partial(centre.expired, times=self._times, now=now), now)
        else:
            self._attempt(held, now)

    def _await_receipts(self, held: Transfer, now: float) -> None:
        """The service centre has all of it; it has until a while after the end of the validity."""
        last = held.until + self._section.smpp.late
        if now >= last:
            self._change(held.key, partial(centre.unreported, times=self._times, now=now), now)
        else:
            self._deadlines.set(held.key, last)

    def _forget(self, held: Transfer, now: float) -> None:
        if self._centre is not None:
            self._centre.forget(held)
        if not delivery.forgotten_at(held, now):
            self._deadlines.set(held.key, held.due)
            return
        self._rows.remove(held)
        keys = self._of_imsi.get(held.imsi, set())
        keys.discard(held.key)
        if not keys:
            self._of_imsi.pop(held.imsi, None)

    def _attempt(self, held: Transfer, now: float) -> None:
        """The next part goes by the best way that there is."""
        order = self.order(held.imsi)
        for way in ways(held, order, now):
            if self._by[way](held, now):
                return
        self._wait(held, order, now)

    def _by_centre(self, held: Transfer, now: float) -> bool:
        begun = self._centre is not None and self._centre.begin(held, now)
        if begun:
            self._busy.add(held.key)
        return begun

    def _by_line(self, held: Transfer, now: float) -> bool:
        begun = self._lines is not None and self._lines.begin(held, now)
        if begun:
            self._busy.add(held.key)
        return begun

    def _wait(self, held: Transfer, order: Order, now: float) -> None:
        """For the phone to come, for the service centre, or for the time to try again."""
        cause = held.cause
        if now >= held.rest:
            reachable = "sc" in order.ways and self._enrolments.msisdn(held.imsi)
            cause = (cause or CONGESTED) if reachable else ABSENT
        waiting = replace(held, cause=cause, due=0.0)
        if waiting != held:
            self._rows.save(waiting)
        self._deadlines.set(held.key, held.rest if now < held.rest < held.until else held.until)

    def _over_ims(self, held: Transfer, now: float) -> bool:
        """False: he is not there."""
        binding = self._core.store.binding_of_imsi(held.imsi)
        if binding is not None and not binding.able(now):
            binding = self._terminating.able(binding, now)
        if binding is None or not binding.able(now):
            return False
        dialogue = next(self._dialogues)
        self._busy.add(held.key)
        self._attempts[dialogue] = held.key
        part = held.parts[held.at]
        sms = MtSms(next(self._core.ids), dialogue, held.imsi, self._centre_number, part, now, binding, -1)
        self._chronicle.note(held.key, f"part {held.at + 1} over IMS", f"for the rest: explain {sms.id}")
        self._terminating.attempt(sms, now)
        return True

    def _ended(self, dialogue: int, decision: Decision[MtSms], tx: ServerTx | None, now: float) -> bool:
        """An attempt is over; what comes of it waits for the disk. False: it is not one of these."""
        key, cdr = self._attempts.pop(dialogue, None), decision.cdr
        if key is None or cdr is None:
            return False
        cdr.dialogue = 0
        self._core.record(cdr, partial(self._recorded, key, cdr.outcome, decision.actions, tx))
        return True

    def _recorded(
        self, key: str, outcome: str, actions: tuple[Action, ...], tx: ServerTx | None, now: float
    ) -> None:
        for action in actions:
            if isinstance(action, Answer) and tx is not None:
                self._core.isc.respond(tx, action.status, now)
        held = self._rows.get(key)
        if held is not None:
            self._busy.discard(key)
            order = self.order(held.imsi)
            self._rows.save(ended_over_ims(held, outcome, order, self._times, now))
            self._go(key, now)

    def _change(self, key: str, change: Callable[[Transfer], Transfer], now: float) -> None:
        """What was awaited is there: load, decide, save, and go on."""
        self._busy.discard(key)
        self._amend(key, change, now)

    def _amend(self, key: str, change: Callable[[Transfer], Transfer], now: float) -> None:
        held = self._rows.get(key)
        if held is not None:
            self._rows.save(change(held))
            self._go(key, now)


def _nobody(message: L3gMessageDelivery) -> Problem:
    """Who has no phone here."""
    detail = f"{message.dest_addr.addr_type} {message.dest_addr.addr} is nobody here"
    param = InvalidParam(param="/destAddr", reason="unknown")
    return Problem(status=404, cause="RECIPIENT_UNKNOWN", detail=detail, params=(param,))
