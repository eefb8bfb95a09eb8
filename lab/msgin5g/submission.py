"""A message comes in: whose it is, whether it was there before, whether it is whole, and where it goes."""

from dataclasses import replace as copied

from msgspec.structs import replace

from lab.elements.agenda import Agenda
from lab.msgin5g.aggregation import split
from lab.msgin5g.authorisation import speaks_for
from lab.msgin5g.contact import Leg, Peer
from lab.msgin5g.delivery import Delivery
from lab.msgin5g.records import Refusal, ServerData, Submission
from lab.msgin5g.reports import report_of, wants_report
from lab.msgin5g.routing import Copy, copies_of, route
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.transfer import State, Transfer
from msgin5g_bridge import DecodeError
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import (
    AggregatedMessage,
    DeliveryReport,
    Message,
    MessageResponse,
    SegmentConfirmation,
    SegmentRecovery,
)
from msgin5g_bridge.model import ABSENT
from msgin5g_bridge.msgdelivery import DeliveryStatus, ReportDeliveryStatus
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.segmentation import Incomplete, Overflow, Waiting, size

__all__ = ["Intake"]

Answer = MessageResponse | Refusal


class Intake:
    """Everything that the server takes to deliver."""

    def __init__(
        self, data: ServerData, settings: ServerSettings, delivery: Delivery, agenda: Agenda
    ) -> None:
        self._data = data
        self._settings = settings
        self._delivery = delivery
        self._agenda = agenda

    def submit(self, message: Message, peer: Peer, now: float) -> Answer:
        """One message, or one segment of it.

        The same Message ID from the same peer gets the same answer again, unless it had failed at once; from
        another server it has come in a circle (the loop guard, [LAB]).
        """
        refused = speaks_for(peer, message.ori_addr, self._data) or self._too_large(message)
        if refused:
            return refused
        known = self._data.submissions.get((message.ori_addr, message.msg_id), {}).get(message.dest_addr)
        if known is not None and known.origin.address != peer.address and peer.leg is Leg.SERVER:
            return Refusal(FailureCause.MESSAGE_LOOP, f"message {message.msg_id} was here before")
        if known is not None and known.response.status != DeliveryStatus.DELY_FAILED:
            return known.response
        return self._whole(message, peer, now)

    def submit_all(self, aggregated: AggregatedMessage, peer: Peer, now: float) -> Answer:
        """An aggregate: taken where each of it is; the answer is that of the first that is not."""
        answers = [self.submit(message, peer, now) for message in split(aggregated)]
        troubled = (each for each in answers if isinstance(each, Refusal) or each.status)
        return next(troubled, answers[0])

    def missing(self, now: float) -> None:
        """Segments are overdue: the sender is asked for them over CoAP, and in the end told of a failure."""
        for late in self._data.segments.expire(now):
            peer, asked = self._data.origins.get((late.sender, late.seg_id), (Peer(Leg.AS), 0))
            if peer.leg is Leg.CLIENT and asked < self._settings.recoveries:
                self._data.origins[late.sender, late.seg_id] = peer, asked + 1
                self._tell(late.sender, _recovery(late), now)
            else:
                self._give_up(late, now)

    def resume(self, now: float) -> None:
        """After a restart: what is remembered is forgotten in time."""
        for (sender, msg_id), several in self._data.submissions.items():
            for to in several:
                self._remember((sender, msg_id, to), now)

    def deadline(self) -> float | None:
        return self._data.segments.deadline()

    # One by one.

    def _too_large(self, message: Message) -> Refusal | None:
        octets, most = size(message.payload or ""), self._settings.seg_size
        if octets <= most:
            return None
        return Refusal(FailureCause.PAYLOAD_TOO_LARGE, f"{octets} octets; a segment has at most {most}")

    def _whole(self, message: Message, peer: Peer, now: float) -> Answer:
        try:
            put = self._data.segments.put(message, now)
        except DecodeError as fault:
            return Refusal(FailureCause.PAYLOAD_NOT_SUPPORTED, str(fault))
        match put:
            case Overflow(reason=reason):
                return Refusal(FailureCause.OVERLOAD, reason)
            case Waiting():
                self._data.origins.setdefault((message.ori_addr, _seg_id(message)), (peer, 0))
                return _response(message)
            case _:
                self._confirm(message, peer, now)
                assert isinstance(put.message, Message)
                return self._route(put.message, peer, now)

    def _confirm(self, message: Message, peer: Peer, now: float) -> None:
        if message.seg_ind:
            self._data.origins.pop((message.ori_addr, _seg_id(message)), None)
            if peer.leg is Leg.CLIENT:
                sender = message.ori_addr
                done = SegmentConfirmation(
                    ori_addr=message.dest_addr, dest_addr=sender, seg_id=_seg_id(message)
                )
                self._tell(sender, done, now)

    def _route(self, message: Message, peer: Peer, now: float) -> Answer:
        copies = route(
            message.ori_addr,
            message.dest_addr,
            self._data,
            self._settings,
            now,
            relayed=peer.leg is Leg.SERVER,
        )
        if isinstance(copies, Refusal):
            return copies
        if any(self._delivery.waiting_for(each.recipient) >= self._settings.most for each in copies):
            return Refusal(FailureCause.OVERLOAD, "too many messages wait for the recipient")
        transfers = [self._delivery.open(self._transfer(message, copy, now), now) for copy in copies]
        response = _answer(message, transfers)
        sender, msg_id, to = message.ori_addr, message.msg_id, message.dest_addr
        submission = Submission(peer, response, now, tuple(each.id for each in transfers))
        self._data.submissions.setdefault((sender, msg_id), {})[to] = submission
        self._remember((sender, msg_id, to), now)
        if response.status != DeliveryStatus.DELY_FAILED:
            self._tell_of_failed(transfers, now)
        return response

    def _tell_of_failed(self, transfers: list[Transfer], now: float) -> None:
        """Copies that have failed at once, where the answer does not say so."""
        for report in map(report_of, [each for each in transfers if each.state is State.FAILED]):
            if report is not None:
                self.report_to(report.dest_addr, report, now)

    def _transfer(self, message: Message, copy: Copy, now: float) -> Transfer:
        keeps = message.sto_and_fw_ind
        params = message.sto_and_fw_params
        until = params.expr_time.timestamp() if params and params.expr_time else now + self._settings.keep
        to = message.dest_addr if copy.fans_out else copy.recipient
        body = replace(message, dest_addr=to, via_addr=copy.via or ABSENT)
        return Transfer(
            id=self._data.number(),
            sender=message.ori_addr,
            recipient=copy.recipient,
            body=body,
            arrived=now,
            expires=until if keeps else now + self._settings.transit,
            keeps=keeps,
            asked=wants_report(message, copy.recipient.addr_type) and not copy.fans_out,
            fans_out=copy.fans_out,
            trail=((now, copy.why),),
        )

    def _remember(self, which: tuple[Address, str, Address], now: float) -> None:
        """A submission is forgotten after its transfers."""
        sender, msg_id, to = which

        def look(when: float) -> None:
            several = self._data.submissions.get((sender, msg_id), {})
            if to in several and any(each in self._data.transfers for each in several[to].transfers):
                self._remember(which, when)
                return
            several.pop(to, None)
            if not several:
                self._data.submissions.pop((sender, msg_id), None)

        self._agenda.at(now + self._settings.remember, look)

    # What the server itself says.

    def _tell(self, who: Address, body: SegmentRecovery | SegmentConfirmation, now: float) -> None:
        self._delivery.open(
            Transfer(
                id=self._data.number(),
                sender=body.ori_addr,
                recipient=who,
                body=body,
                arrived=now,
                expires=now + self._settings.transit,
            ),
            now,
        )

    def _give_up(self, late: Incomplete, now: float) -> None:
        """The set can never be whole: who wanted a report gets it, the others know nothing of it either."""
        self._data.segments.drop(late.sender, late.seg_id)
        self._data.origins.pop((late.sender, late.seg_id), None)
        first = late.first
        assert isinstance(first, Message)
        if first.deliv_st_req_ind:
            self.report_to(late.sender, _failed(first), now)

    def expand(self, asked: Transfer, now: float) -> None:
        """It is known who is in the group: each member has a copy."""
        message, to = asked.body, asked.recipient
        group, _ = self._data.asked_groups[to.addr]
        assert isinstance(message, Message)
        copies = copies_of(group, asked.sender, to)
        transfers = [self._delivery.open(self._transfer(message, copy, now), now) for copy in copies]
        known = self._data.submissions.get((message.ori_addr, message.msg_id), {}).get(to)
        if known is not None:
            known.transfers += tuple(each.id for each in transfers)
        self._tell_of_failed(transfers, now)

    def passed_on(self, report: DeliveryReport, peer: Peer, now: float) -> bool:
        """Whether another server's subscriber has this by a topic; its report goes on to the sender, once."""
        server = self._settings.calling(peer.address, peer.identity)
        sent = self._data.transfers_of(report.dest_addr, report.msg_id)
        copies = (each for each in sent if each.fans_out and server and each.recipient.addr == server.svc_id)
        copy = next(copies, None)
        if copy is None or not isinstance(copy.body, Message):
            return False
        if copy.body.deliv_st_req_ind and report.ori_addr not in copy.reported:
            heard = copied(copy, reported=copy.reported | {report.ori_addr})
            self._data.transfers[copy.id] = heard.noted(now, f"{report.ori_addr.addr} reports")
            self.report_to(report.dest_addr, report, now)
        return True

    def report_to(self, who: Address, report: DeliveryReport, now: float) -> None:
        """A delivery status report is kept for its receiver as a message to be stored is."""
        self._delivery.open(
            Transfer(
                id=self._data.number(),
                sender=report.ori_addr,
                recipient=who,
                body=report,
                arrived=now,
                expires=now + self._settings.keep,
                keeps=True,
            ),
            now,
        )


def _failed(message: Message) -> DeliveryReport:
    return DeliveryReport(
        ori_addr=message.dest_addr,
        dest_addr=message.ori_addr,
        msg_id=message.msg_id,
        deliv_st=ReportDeliveryStatus.REPT_DELY_FAILED,
        failure_cause=FailureCause.SEGMENTS_MISSING,
    )


def _recovery(late: Incomplete) -> SegmentRecovery:
    to = late.first.dest_addr
    assert to
    return SegmentRecovery(ori_addr=to, dest_addr=late.sender, seg_id=late.seg_id, seg_numbs=late.missing)


def _seg_id(message: Message) -> str:
    return (message.seg_params and message.seg_params.seg_id) or ""


def _response(message: Message) -> MessageResponse:
    return MessageResponse(ori_addr=message.ori_addr, msg_id=message.msg_id)


def _answer(message: Message, transfers: list[Transfer]) -> MessageResponse:
    """Failed where each copy has, stored where none goes at once (clause 8.3.3)."""
    response = _response(message)
    if not transfers:
        return replace(
            response, status=DeliveryStatus.DELY_FAILED, failure_cause=FailureCause.RECIPIENT_UNKNOWN
        )
    if all(each.state is State.FAILED for each in transfers):
        return replace(response, status=DeliveryStatus.DELY_FAILED, failure_cause=transfers[0].cause)
    if all(each.state in (State.STORED, State.FAILED) for each in transfers):
        return replace(response, status=DeliveryStatus.DELY_STORED)
    return response
