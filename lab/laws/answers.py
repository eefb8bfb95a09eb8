"""Law 2: every MT invoke gets exactly one answer, or the SC's timer ends it (DESIGN §10; TS 29.002 §12.9)."""

from collections.abc import Iterator

from lab.elements.sc_ledger import Attempt
from lab.laws.evidence import GATEWAY, SC, Evidence

__all__ = ["one_answer"]


def one_answer(evidence: Evidence) -> Iterator[str]:
    """None only where the gateway or the SC died, or the association between them was cut; never two."""
    for message, attempt, tid in evidence.forwarded():
        what = f"the MT invoke {tid.hex()} of message {message.id}"
        ends = len(evidence.ends[tid])
        if ends > 1:
            yield f"{what} has {ends} answers"
        if attempt.outcome is None:
            if not evidence.crashes(SC, attempt.start, attempt.start + evidence.timers.mt_answer + 60):
                yield f"{what} has no end"
        elif not attempt.outcome.text.startswith("mt-ForwardSM: "):
            if not ends:
                yield f"{what} has an answer that the gateway has not given"
        elif not _excused(evidence, attempt, tid):
            yield f"{what} was not answered ({attempt.outcome.text})"


def _excused(evidence: Evidence, attempt: Attempt, tid: bytes) -> bool:
    """Whether the invoke or its answer was lost, or the gateway died over it."""
    begun, ended = evidence.begins[tid], evidence.ends[tid]
    end = attempt.end or attempt.start
    if not begun:
        # M3UA had nowhere to put it: at the latest when the HLR had answered.
        return evidence.was_cut(attempt.start, attempt.start + evidence.timers.map_answer)
    begin = begun[0].when
    if evidence.was_down(GATEWAY, begin, evidence.mt_ends_by(begin)) or evidence.cut_after(begin):
        return True
    if ended:
        return evidence.cut_after(ended[0].when)
    return evidence.could_not_answer(evidence.record_of(attempt.imsi, begin, end))
