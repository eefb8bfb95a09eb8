"""Law 8: every finished message has exactly one charging record, with its outcome (DESIGN §10; TS 32.298)."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator

from ipsmgw.cause import Cause
from lab.elements.phone_ledger import Sent
from lab.elements.sc_ledger import Forward
from lab.laws.evidence import GATEWAY, Evidence, Record, arrived
from lab.laws.texts import texts_are_charged
from mapstack.map import ErrorCode, SmEnumeratedDeliveryFailureCause
from sipbridge.rp import RpAck, RpError

__all__ = ["one_record"]

_DELIVERED = "delivered"
_CAUSES = {cause.cdr: cause for cause in Cause}


def one_record(evidence: Evidence) -> Iterator[str]:
    """None only of what the gateway had not ended when it died; none twice, also over restarts."""
    if not evidence.own_gateway:
        return
    for id_, times in Counter(record.cdr.id for record in evidence.records).items():
        if times > 1:
            yield f"the charging record {id_} is there {times} times"
    for line in evidence.unreadable:
        yield f"a line of the journal cannot be read: {line[:60]!r}"
    yield from _of_mo(evidence)
    yield from _of_mt(evidence)
    yield from texts_are_charged(evidence)


# MO.


def _of_mo(evidence: Evidence) -> Iterator[str]:
    calls = {text.call_id for _, text in evidence.texts()}
    calls |= {said.call_id for ledger in evidence.carrier.ledgers.values() for said in ledger.said}
    for name, sent in evidence.sent():
        calls.add(sent.call_id)
        records = evidence.mo_records[sent.call_id]
        if len(records) > evidence.submissions(sent):
            yield f"{name}'s MO {sent.call_id} has {len(records)} charging records"
        finished = not evidence.crashes(GATEWAY, sent.when, evidence.mo_ends_by(sent))
        if sent.status == 202 and finished and not records:
            yield f"{name}'s MO {sent.call_id} has no charging record"
        if not evidence.meddled(sent.call_id):
            yield from _told(name, sent, {record.cdr.outcome for record in records})
    for call_id in evidence.mo_records.keys() - calls:
        yield f"there is a charging record of MO {call_id}, which nobody has sent"


def _told(name: str, sent: Sent, outcomes: set[str]) -> Iterator[str]:
    for report in sent.reports:
        if not any(_says(report.rpdu, outcome) for outcome in outcomes):
            yield f"{name} was told {_words(report.rpdu)} of {sent.call_id}, and the records say {outcomes}"


def _says(rpdu: RpAck | RpError, outcome: str) -> bool:
    if isinstance(rpdu, RpAck):
        return outcome == _DELIVERED
    cause = _CAUSES.get(outcome)
    return cause is not None and cause.rp_cause == rpdu.cause


def _words(rpdu: RpAck | RpError) -> str:
    return "RP-ACK" if isinstance(rpdu, RpAck) else f"RP-ERROR {int(rpdu.cause)}"


# MT.


def _of_mt(evidence: Evidence) -> Iterator[str]:
    of_attempt, orphans = _matched(evidence)
    for record in orphans:
        yield f"there is a charging record {record.cdr.id} of an MT that the SC has not sent"
    for message, forward, name in evidence.forwarded():
        records = of_attempt[name]
        what = f"the MT invoke {name.hex()} of message {message.id}"
        if len(records) > max(1, len(evidence.begins[name])):
            yield f"{what} has {len(records)} charging records"
        if not records and not _excused(evidence, name):
            yield f"{what} has no charging record"
        for record in records:
            if _was_told(evidence, name) and forward.outcome and not _tells(forward, record):
                yield f"{what} ended as {forward.outcome.text}, and its record says {record.cdr.outcome}"


def _was_told(evidence: Evidence, name: bytes) -> bool:
    """Whether the SC knows what the gateway, and nobody else, has told it."""
    ends = evidence.ends[name]
    return bool(ends) and all(map(arrived, ends)) and not evidence.was_forged_end(name)


def _matched(evidence: Evidence) -> tuple[defaultdict[bytes, list[Record]], list[Record]]:
    """Records by the SC's transaction id: each belongs to the last invoke for this IMSI that began before.

    For one subscriber the SC has one attempt at a time, and what is on its way when it dies is lost.
    """
    begins: defaultdict[str, list[tuple[float, bytes]]] = defaultdict(list)
    for message, forward, name in evidence.forwarded():
        begins[evidence.imsi(message, forward)] += [(pdu.when, name) for pdu in evidence.begins[name]]
    found: defaultdict[bytes, list[Record]] = defaultdict(list)
    orphans = []
    for imsi, records in evidence.mt_records.items():
        order = sorted(begins[imsi])
        for record in records:
            at = bisect_right(order, (record.cdr.received, b"\xff" * 5))
            if at:
                found[order[at - 1][1]].append(record)
            else:
                orphans.append(record)
    return found, orphans


def _excused(evidence: Evidence, name: bytes) -> bool:
    """It never came, and the gateway has waited for it in vain; or that died before it had an answer."""
    begun = evidence.begins[name]
    if evidence.ends[name] and name not in evidence.abandoned:
        return False
    if not begun or not arrived(begun[0]) or evidence.cut_after(begun[0].when):
        return True
    return evidence.was_down(GATEWAY, begun[0].when, evidence.mt_ends_by(begun[0].when))


def _tells(forward: Forward, record: Record) -> bool:
    """Whether what the SC was told and what the record says are the same; a lost answer tells nothing."""
    text = forward.outcome.text if forward.outcome else ""
    outcome = record.cdr.outcome
    if outcome == _DELIVERED or text == _DELIVERED or outcome not in _CAUSES:
        return text == outcome or text.startswith("mt-ForwardSM: ")
    answer = _answer(_CAUSES[outcome])
    # The record has no place for the diagnostic of an MSC or SGSN.
    of_a_node = _CAUSES[outcome] is Cause.ABSENT_SUBSCRIBER and text.startswith(answer + " ")
    return of_a_node or text in (answer, "mt-ForwardSM: timeout")


def _answer(cause: Cause) -> str:
    """As the SMS-GMSC of the lab writes an error down."""
    code, failure, absent, _ = cause.map_cause
    name = ErrorCode(code).name
    if failure is not None:
        return f"{name} {SmEnumeratedDeliveryFailureCause(failure).name}"
    return name if absent is None else f"{name} {absent}"
