"""Law 1: every MO, every RP-SMMA that was answered 202 gets one report (DESIGN §10; TS 24.341 §5.3.3.4)."""

from collections.abc import Iterator
from itertools import chain

from lab.elements.phone_ledger import Sent, Smma
from lab.laws.esmes import applications_get_receipts
from lab.laws.evidence import GATEWAY, Evidence
from lab.laws.status_reports import senders_are_told

__all__ = ["one_report"]


def one_report(evidence: Evidence) -> Iterator[str]:
    """None only where an element on the way died or the phone was not there; never two for one submission."""
    asked: Iterator[tuple[str, Sent | Smma]] = chain(evidence.sent(), evidence.smma())
    for name, sent in asked:
        what = f"{name}'s {'RP-SMMA' if isinstance(sent, Smma) else 'MO'} {sent.call_id}"
        reports = {report.call_id for report in sent.reports}
        if len(reports) > evidence.submissions(sent):
            yield f"{what} has {len(reports)} reports"
        if sent.status == 202 and not reports and not _excused(evidence, name, sent):
            yield f"{what} was answered 202 and has no report"
    yield from applications_get_receipts(evidence)
    yield from senders_are_told(evidence)


def _excused(evidence: Evidence, phone: str, sent: Sent | Smma) -> bool:
    """Whether somebody who had it in hand died, or nobody was there to take the report."""
    put = evidence.reports[sent.call_id]
    if not put:
        # Until the answer of SC or HLR, or its absence, the gateway alone knows of the message.
        return evidence.crashes(GATEWAY, sent.when, evidence.mo_ends_by(sent)) > 0
    if evidence.meddled(sent.call_id) or evidence.meddled(put[0].call_id):
        return True
    first = put[0].pdu.when
    last = first + evidence.f
    if evidence.crashes(GATEWAY, first, last) or evidence.crashes(phone, sent.when, last):
        return True  # who dies sends nothing again, or does not know what the report is about
    answers = evidence.finals(put[0].call_id, evidence.edge(phone), GATEWAY)
    if 480 in answers:
        return evidence.left_ims(phone, sent.when, last)
    return evidence.was_away(phone, first, last)
