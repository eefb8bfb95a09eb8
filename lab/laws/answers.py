"""Law 2: every MT invoke gets exactly one answer, or the SC's timer ends it (DESIGN §10; TS 29.002 §12.9)."""

from collections.abc import Iterator

from lab.elements.sc_ledger import Forward, MtMessage
from lab.laws.evidence import GATEWAY, LATE, SC, Evidence, arrived

__all__ = ["one_answer"]


def one_answer(evidence: Evidence) -> Iterator[str]:
    """None only where the gateway or the SC died, or the association between them was cut; never two."""
    for message, forward, name in evidence.forwarded():
        what = f"the MT invoke {name.hex()} of message {message.id}"
        ends = len(evidence.ends[name])
        if ends > max(1, len(evidence.begins[name])):  # what comes twice may be answered twice
            yield f"{what} has {ends} answers"
        if forward.outcome is None:
            if not evidence.crashes(SC, forward.start, forward.start + evidence.timers.mt_answer + 60):
                yield f"{what} has no end"
        elif not forward.outcome.text.startswith("mt-ForwardSM: "):
            if not ends and not evidence.was_forged_end(name):
                yield f"{what} has an answer that the gateway has not given"
        elif not _excused(evidence, message, forward, name):
            yield f"{what} was not answered ({forward.outcome.text})"


def _excused(evidence: Evidence, message: MtMessage, forward: Forward, name: bytes) -> bool:
    """Whether the invoke or its answer was lost, or the gateway died over it."""
    begun, ended = evidence.begins[name], evidence.ends[name]
    end = forward.end or forward.start
    if end < evidence.mt_ends_by(forward.start) - 2 * LATE:
        return True  # it has waited for less long than a phone may take
    if not begun:
        # M3UA had nowhere to put it: at the latest when the HLR had answered.
        last = forward.start + evidence.timers.map_answer
        return evidence.was_meddled(SC, GATEWAY, forward.start, last) or evidence.was_cut(forward.start, last)
    if not arrived(begun[0]) or any(not arrived(end) for end in ended) or evidence.was_forged_end(name):
        return True
    begin = begun[0].when
    if evidence.was_down(GATEWAY, begin, evidence.mt_ends_by(begin)) or evidence.cut_after(begin):
        return True
    if ended:
        return evidence.cut_after(ended[0].when)
    return evidence.could_not_answer(evidence.record_of(evidence.imsi(message, forward), begin, end))
