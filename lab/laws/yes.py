"""Law 3: no yes before the message was handed on with a yes and its record is on disk (DESIGN §4)."""

from collections.abc import Iterator

from lab.elements.phone_ledger import Received
from lab.elements.sc_ledger import Attempt, MtMessage, Verdict
from lab.laws.esmes import applications_are_not_misled
from lab.laws.evidence import Evidence, Record
from lab.laws.texts import has, texts_are_taken
from sipbridge.rp import RpAck

__all__ = ["no_empty_yes"]


def no_empty_yes(evidence: Evidence) -> Iterator[str]:
    """RP-ACK and the result of an mt-ForwardSM, and for the disk every report."""
    yield from _acknowledged(evidence)
    yield from _reported(evidence)
    yield from _delivered(evidence)
    yield from texts_are_taken(evidence)
    yield from applications_are_not_misled(evidence)


def _acknowledged(evidence: Evidence) -> Iterator[str]:
    taken = {(mo.oa, mo.tpdu) for mo in evidence.carrier.sc_data.mo if mo.answer == "result"}
    for name, sent in evidence.sent():
        msisdn = evidence.carrier.plan.subscriber(name).msisdn
        acknowledged = any(isinstance(report.rpdu, RpAck) for report in sent.reports)
        if acknowledged and (msisdn, sent.tpdu) not in taken:
            yield f"{name} has an RP-ACK for {sent.call_id}, which the SC has not taken"


def _reported(evidence: Evidence) -> Iterator[str]:
    for call_id, reports in evidence.reports.items():
        first = reports[0].pdu.when
        if not _on_disk(evidence.mo_records[call_id], first):
            yield f"the report on MO {call_id} left the gateway before its charging record was on disk"


def _delivered(evidence: Evidence) -> Iterator[str]:
    for message, attempt, tid in evidence.forwarded():
        if attempt.outcome is None or attempt.outcome.verdict is not Verdict.DELIVERED:
            continue
        receptions = _receptions(evidence, message, attempt)
        if not receptions:
            yield f"the SC was told that message {message.id} is delivered, and the phone has not taken it"
        calls = {received.call_id for received in receptions}
        records = [record for record in evidence.mt_records[attempt.imsi] if record.cdr.call_id in calls]
        ends = evidence.ends[tid]
        if ends and receptions and not _on_disk(records, ends[0].when):
            yield f"the result for message {message.id} left the gateway before its record was on disk"


def _receptions(evidence: Evidence, message: MtMessage, attempt: Attempt) -> list[Received]:
    """Where the phone has taken what this attempt has brought."""
    found = evidence.ledger_of(message.to)
    end = attempt.end or attempt.start
    return [
        received
        for received in (found[1].received if found else ())
        if has(received, message.tpdu)
        and attempt.start <= evidence.began(received.call_id) <= received.when <= end
    ]


def _on_disk(records: list[Record], when: float) -> bool:
    return any(record.durable <= when for record in records)
