"""Law 4: nobody gets a message twice, unless a report was lost or somebody died in between (DESIGN §10)."""

from collections import defaultdict
from collections.abc import Iterator

from ipsmgw.identity import Msisdn
from lab.elements.domain import DOMAIN_OF, Domain
from lab.elements.phone_ledger import Received, Sent
from lab.elements.sc_ledger import Forward, MoReceived, MtMessage, Verdict
from lab.laws.esmes import applications_get_all_once
from lab.laws.evidence import GATEWAY, LATE, SC, SCSCF, Evidence, arrived
from lab.laws.texts import has, piece_of, pieces, texts_are_sent_once

__all__ = ["once", "report_arrived"]


def once(evidence: Evidence) -> Iterator[str]:
    """At the SC what phones send, at the phones what the SC sends."""
    yield from _at_the_sc(evidence)
    yield from texts_are_sent_once(evidence)
    yield from _at_the_phones(evidence)
    yield from applications_get_all_once(evidence)


def _at_the_sc(evidence: Evidence) -> Iterator[str]:
    sent: defaultdict[tuple[Msisdn, bytes], list[Sent]] = defaultdict(list)
    for name, one in evidence.submitted():
        sent[evidence.carrier.plan.subscriber(name).msisdn, one.tpdu].append(one)
    taken: defaultdict[tuple[Msisdn, bytes], list[MoReceived]] = defaultdict(list)
    written = {piece for _, text in evidence.texts() for piece in pieces(text)}
    for mo in evidence.carrier.sc_data.mo:
        if not written or piece_of(mo.tpdu) not in written:
            taken[mo.oa, mo.tpdu].append(mo)
    for key, times in taken.items():
        allowed = sum(_submissions(evidence, one) for one in sent[key]) + evidence.sent_twice(key[1])
        if len(times) > allowed:
            yield f"the SC got {len(times)} times what {key[0]} has sent {len(sent[key])} times"


def _submissions(evidence: Evidence, sent: Sent) -> int:
    """How often it was new to who handed it to the SC: again after a death of that node."""
    if sent.domain is Domain.IMS:
        return evidence.submissions(sent)
    node = next(leg for leg, domain in DOMAIN_OF.items() if domain is sent.domain)
    last = (sent.ended or sent.when + evidence.timers.tr1m) + LATE
    return 1 + evidence.crashes(node, sent.when, last)


def _at_the_phones(evidence: Evidence) -> Iterator[str]:
    messages: defaultdict[tuple[Msisdn, bytes], list[MtMessage]] = defaultdict(list)
    for message in evidence.carrier.sc_data.mt:
        messages[message.to, message.tpdu].append(message)
    for (msisdn, tpdu), sent in messages.items():
        found = evidence.ledger_of(msisdn)
        if found is None:
            continue
        name, ledger = found
        got = [received for received in ledger.received if has(received, tpdu)]
        got.sort(key=lambda received: (evidence.handed_over(received), received.when))
        excused = sum(_excused(evidence, name, sent, got[at:]) for at in range(len(got) - 1))
        if len(got) - excused > len(sent) + evidence.sent_twice(tpdu):
            yield f"{name} got message {sent[0].id} {len(got)} times"


def _excused(evidence: Evidence, phone: str, messages: list[MtMessage], got: list[Received]) -> bool:
    """Whether that the phone had it the first of these times could not be known to whoever sent it again."""
    received, *later = got
    if evidence.meddled(received.call_id):
        return True
    forward = _forward_of(evidence, messages, received)
    if received.domain is Domain.IMS and any(again.call_id == received.call_id for again in later):
        return _told_again(evidence, phone, received)
    if forward is None:
        return False
    if evidence.was_forged_end(forward.name) or not all(map(arrived, evidence.ends[forward.name])):
        return True  # the SC was not told what the gateway has said
    if evidence.home_routed(forward):
        return _lost_at_home(evidence, phone, forward, got)
    if forward.outcome and forward.outcome.verdict is Verdict.DELIVERED:
        return False
    lost = _unreported if received.domain is Domain.IMS else _unheard
    return lost(evidence, phone, forward, received)


def _unreported(evidence: Evidence, phone: str, forward: Forward, received: Received) -> bool:
    """Whether the report of a phone in the IMS was lost: on its way to the gateway, or behind it."""
    sent = evidence.began(received.call_id)
    end = forward.end or forward.start + evidence.timers.mt_answer
    if evidence.was_down(GATEWAY, sent, evidence.mt_ends_by(sent)) or evidence.was_down(SC, sent, end):
        return True
    ends = evidence.ends[forward.name]
    if not ends:
        return evidence.could_not_answer(evidence.records_of_call(received.call_id))
    if evidence.cut_after(ends[0].when):
        return True
    return not report_arrived(evidence, evidence.edge(phone), received, ends[0].when - LATE)


def _unheard(evidence: Evidence, phone: str, forward: Forward, received: Received) -> bool:
    """Whether the report of a phone in CS or PS was lost: on the air, or between MSC or SGSN and the SC."""
    node, end = evidence.node_of(received), forward.end or forward.start + evidence.timers.mt_answer
    if any(evidence.was_down(each, received.when, end) for each in (node, SC, phone)):
        return True
    if evidence.was_cut(received.when, end, node) or evidence.was_meddled(node, SC, received.when, end):
        return True
    return not _rp_ack_arrived(evidence, phone, received, end - LATE)


def _lost_at_home(evidence: Evidence, phone: str, forward: Forward, got: list[Received]) -> bool:
    """Whether the gateway has tried another domain, or the SC once more, because a report did not come."""
    received, again, *_ = got
    node = GATEWAY if received.domain is Domain.IMS else evidence.node_of(received)
    sent, end = evidence.handed_over(received), min(evidence.handed_over(again), forward.end or again.when)
    if evidence.was_down(SC, forward.start, again.when):  # it cannot hear of what it handed over
        return True
    if any(evidence.was_down(each, sent, again.when) for each in (node, GATEWAY, phone)):
        return True
    if evidence.was_cut(sent, again.when):
        return True
    if received.domain is Domain.IMS:
        return not report_arrived(evidence, evidence.edge(phone), received, end - LATE)
    cut = evidence.was_cut(received.when, end, node, GATEWAY)
    return cut or not _rp_ack_arrived(evidence, phone, received, end - LATE)


def _rp_ack_arrived(evidence: Evidence, phone: str, received: Received, before: float) -> bool:
    """Whether an RP-ACK for it was put on the air by then, and not lost there."""
    rp_ack = bytes((2, received.rp_mr))
    return any(
        (pdu.source, pdu.target) == (phone, evidence.node_of(received)) and pdu.data[3:5] == rp_ack
        and arrived(pdu) and received.when <= pdu.when < before
        for pdu in evidence.on_air
    )  # fmt: skip


def _told_again(evidence: Evidence, phone: str, received: Received) -> bool:
    """The same MESSAGE twice: the S-CSCF has died, or the phone has, and forgot that it has had it."""
    since, until = received.when - LATE, received.when + evidence.f + LATE
    return evidence.crashes(SCSCF, since, until) > 0 or evidence.crashes(phone, since, until) > 0


def _forward_of(evidence: Evidence, messages: list[MtMessage], received: Received) -> Forward | None:
    """The last one that had begun before the phone was sent it."""
    sent = evidence.handed_over(received)
    began = [
        forward
        for message in messages
        for attempt in message.attempts
        for forward in attempt.forwards
        if (evidence.domain(forward) is received.domain or evidence.home_routed(forward))
        and forward.start <= sent
    ]
    return max(began, key=lambda forward: forward.start, default=None)


def report_arrived(evidence: Evidence, edge: str, received: Received, before: float) -> bool:
    """Whether a delivery report on this MESSAGE was put on its last link by then, and not lost there; for a
    text that is its answer.
    """
    if received.answer == "text":
        return any(
            200 <= sip.status < 300 and sip.pdu.source == SCSCF and sip.pdu.target == GATEWAY
            and arrived(sip.pdu) and sip.pdu.when < before
            for sip in evidence.by_call[received.call_id]
        )  # fmt: skip
    return any(
        sip.pdu.source == edge and sip.pdu.target == GATEWAY and not sip.status and arrived(sip.pdu)
        and sip.pdu.when < before
        for sip in evidence.delivery_reports[received.call_id]
    )  # fmt: skip
