"""Law 4: nobody gets a message twice, unless a report was lost or somebody died in between (DESIGN §10)."""

from collections import defaultdict
from collections.abc import Iterator

from ipsmgw.identity import Msisdn
from lab.elements.phone_ledger import Received, Sent
from lab.elements.sc_ledger import Attempt, MoReceived, MtMessage, Verdict
from lab.laws.esmes import applications_get_all_once
from lab.laws.evidence import GATEWAY, LATE, SC, SCSCF, Evidence
from lab.laws.texts import has, piece_of, pieces, texts_are_sent_once

__all__ = ["once"]


def once(evidence: Evidence) -> Iterator[str]:
    """At the SC what phones send, at the phones what the SC sends."""
    yield from _at_the_sc(evidence)
    yield from texts_are_sent_once(evidence)
    yield from _at_the_phones(evidence)
    yield from applications_get_all_once(evidence)


def _at_the_sc(evidence: Evidence) -> Iterator[str]:
    sent: defaultdict[tuple[Msisdn, bytes], list[Sent]] = defaultdict(list)
    for name, one in evidence.sent():
        sent[evidence.carrier.plan.subscriber(name).msisdn, one.tpdu].append(one)
    taken: defaultdict[tuple[Msisdn, bytes], list[MoReceived]] = defaultdict(list)
    written = {piece for _, text in evidence.texts() for piece in pieces(text)}
    for mo in evidence.carrier.sc_data.mo:
        if not written or piece_of(mo.tpdu) not in written:
            taken[mo.oa, mo.tpdu].append(mo)
    for key, times in taken.items():
        allowed = sum(evidence.submissions(one) for one in sent[key])
        if len(times) > allowed:
            yield f"the SC got {len(times)} times what {key[0]} has sent {len(sent[key])} times"


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
        got.sort(key=lambda received: (evidence.began(received.call_id), received.when))
        excused = sum(_excused(evidence, name, sent, got[at:]) for at in range(len(got) - 1))
        if len(got) - excused > len(sent):
            yield f"{name} got message {sent[0].id} {len(got)} times"


def _excused(evidence: Evidence, phone: str, messages: list[MtMessage], got: list[Received]) -> bool:
    """Whether that the phone had it the first of these times could not be known to whoever sent it again."""
    received, *later = got
    if any(again.call_id == received.call_id for again in later):
        return _told_again(evidence, phone, received)
    attempt = _attempt_of(evidence, messages, received)
    if attempt is None or (attempt.outcome and attempt.outcome.verdict is Verdict.DELIVERED):
        return False
    sent = evidence.began(received.call_id)
    end = attempt.end or attempt.start + evidence.timers.mt_answer
    if evidence.was_down(GATEWAY, sent, evidence.mt_ends_by(sent)) or evidence.was_down(SC, sent, end):
        return True
    tid = attempt.delivery_dialogue.to_bytes(4, "big")
    ends = evidence.ends[tid]
    if not ends:
        return evidence.could_not_answer(evidence.records_of_call(received.call_id))
    if evidence.cut_after(ends[0].when):
        return True
    return not _report_arrived(evidence, evidence.edge(phone), received, ends[0].when - LATE)


def _told_again(evidence: Evidence, phone: str, received: Received) -> bool:
    """The same MESSAGE twice: the S-CSCF has died, or the phone has, and forgot that it has had it."""
    since, until = received.when - LATE, received.when + evidence.f + LATE
    return evidence.crashes(SCSCF, since, until) > 0 or evidence.crashes(phone, since, until) > 0


def _attempt_of(evidence: Evidence, messages: list[MtMessage], received: Received) -> Attempt | None:
    """The last attempt that began before the gateway sent it to the phone."""
    sent = evidence.began(received.call_id)
    attempts = [
        attempt
        for message in messages
        for attempt in message.attempts
        if attempt.delivery_dialogue >= 0 and attempt.start <= sent
    ]
    return max(attempts, key=lambda attempt: attempt.start, default=None)


def _report_arrived(evidence: Evidence, edge: str, received: Received, before: float) -> bool:
    """Whether a delivery report on this MESSAGE was put on its last link by then, and not lost there; for a
    text that is its answer.
    """
    if received.answer == "text":
        return any(
            200 <= sip.status < 300 and sip.pdu.source == SCSCF and sip.pdu.target == GATEWAY
            and sip.pdu.fate != "lost" and sip.pdu.when < before
            for sip in evidence.by_call[received.call_id]
        )  # fmt: skip
    return any(
        sip.pdu.source == edge and sip.pdu.target == GATEWAY and not sip.status and sip.pdu.fate != "lost"
        and sip.pdu.when < before
        for sip in evidence.delivery_reports[received.call_id]
    )  # fmt: skip
