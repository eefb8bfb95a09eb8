"""What the laws say of status reports: one for each message that asked, at its end (TS 23.040 §3.2.9)."""

from collections import Counter
from collections.abc import Iterator

from ipsmgw.sms import DecodeError, Direction, StatusReport, decode
from lab.laws.evidence import Evidence

__all__ = ["senders_are_told"]

_Key = tuple[str, int, bytes]
"""To whom, under which TP-MR, of a message taken when."""


def senders_are_told(evidence: Evidence) -> Iterator[str]:
    """Law 1: what asks for a status report has one in the queue when it has ended, and never two."""
    carrier = evidence.carrier
    sent = Counter(_reports(evidence))
    for submitted in carrier.report_data.by_key.values():
        times = sent[submitted.sender, submitted.tp_mr, bytes(submitted.scts)]
        wanted = int(submitted.wanted and submitted.message.state.final)
        # Who dies may send its message again, which the SC may take for another of the same second.
        if times < wanted or (times > wanted and not carrier.restarts):
            yield f"of message {submitted.message.id} there are {times} status reports, not {wanted}"


def _reports(evidence: Evidence) -> Iterator[_Key]:
    for message in evidence.carrier.sc_data.mt:
        try:
            tpdu = decode(message.tpdu, direction=Direction.TO_UE)
        except DecodeError:
            continue
        if isinstance(tpdu, StatusReport) and not tpdu.tp_srq:
            yield message.to, tpdu.tp_mr, bytes(tpdu.tp_scts)
