"""Law 3: no yes before the message was handed on with a yes and its record is on disk (DESIGN §4)."""

from collections.abc import Iterator

from lab.elements.domain import Domain
from lab.elements.phone_ledger import PhoneLedger, Received
from lab.elements.sc_ledger import Forward, MtMessage, Verdict
from lab.laws.esmes import applications_are_not_misled
from lab.laws.evidence import Evidence
from lab.laws.msgin5g_phones import phones_are_not_misled, to_service
from lab.laws.texts import has, texts_are_taken
from mapstack.map import AlertReason
from sipbridge.rp import RpAck

__all__ = ["no_empty_yes"]


def no_empty_yes(evidence: Evidence) -> Iterator[str]:
    """RP-ACK and the result of an mt-ForwardSM, and for the disk every report."""
    yield from _acknowledged(evidence)
    yield from _alerted(evidence)
    yield from _reported(evidence)
    yield from _delivered(evidence)
    yield from _delivered_by_radio(evidence)
    yield from texts_are_taken(evidence)
    yield from phones_are_not_misled(evidence)
    yield from applications_are_not_misled(evidence)


def _acknowledged(evidence: Evidence) -> Iterator[str]:
    taken = {(mo.oa, mo.tpdu) for mo in evidence.carrier.sc_data.mo if mo.answer == "result"}
    for name, sent in evidence.submitted():
        msisdn = evidence.carrier.plan.subscriber(name).msisdn
        if to_service(evidence, sent):
            continue
        acknowledged = any(isinstance(report.rpdu, RpAck) for report in sent.reports)
        if acknowledged and (msisdn, sent.tpdu) not in taken:
            yield f"{name} has an RP-ACK for {sent.call_id or sent.rp_mr}, which the SC has not taken"


def _alerted(evidence: Evidence) -> Iterator[str]:
    """RP-ACK for an RP-SMMA: the HLR has taken readyForSM."""
    taken = [
        ready for ready in evidence.carrier.hlr_data.ready if ready.reason == AlertReason.MEMORY_AVAILABLE
    ]
    for name, smma in evidence.smma():
        imsi = evidence.carrier.plan.subscriber(name).imsi
        for report in smma.reports:
            if isinstance(report.rpdu, RpAck) and not any(
                ready.imsi == imsi and smma.when <= ready.when <= report.when for ready in taken
            ):
                yield f"{name} has an RP-ACK for RP-SMMA {smma.call_id}, which the HLR has not taken"


def _reported(evidence: Evidence) -> Iterator[str]:
    """Of what is charged: an RP-SMMA is not."""
    smma = {each.call_id for _, each in evidence.smma()}
    for call_id, reports in evidence.reports.items():
        if call_id in smma:
            continue
        first = reports[0].pdu.when
        if not evidence.on_disk(evidence.mo_records[call_id], first):
            yield f"the report on MO {call_id} left the gateway before its charging record was on disk"


def _delivered(evidence: Evidence) -> Iterator[str]:
    for message, forward, name in evidence.forwarded():
        if forward.outcome is None or forward.outcome.verdict is not Verdict.DELIVERED:
            continue
        receptions = _receptions(evidence, message, forward)
        if not receptions:
            yield f"the SC was told that message {message.id} is delivered, and the phone has not taken it"
        calls = {received.call_id for received in receptions if received.domain is Domain.IMS}
        by_radio = len(calls) < len(receptions)
        records = [
            record
            for record in evidence.mt_records[evidence.imsi(message, forward)]
            if record.cdr.call_id in calls or (by_radio and record.cdr.received >= forward.start)
        ]
        ends = evidence.ends[name]
        if ends and receptions and not evidence.on_disk(records, ends[0].when):
            yield f"the result for message {message.id} left the gateway before its record was on disk"


def _delivered_by_radio(evidence: Evidence) -> Iterator[str]:
    for domain in evidence.carrier.plan.domains:
        for message, forward, _ in evidence.forwarded(domain):
            if forward.outcome is None or forward.outcome.verdict is not Verdict.DELIVERED:
                continue
            _, ledger = evidence.ledger_of(message.to) or ("", PhoneLedger())
            end = forward.end or forward.start
            if not any(
                has(received, message.tpdu) and received.domain is domain and received.when <= end
                for received in ledger.received
            ):
                yield f"the SC was told that message {message.id} went by {domain.value}, which is not so"


def _receptions(evidence: Evidence, message: MtMessage, forward: Forward) -> list[Received]:
    """Where the phone has taken what this attempt has brought."""
    found = evidence.ledger_of(message.to)
    end = forward.end or forward.start
    return [
        received
        for received in (found[1].received if found else ())
        if has(received, message.tpdu)
        and (received.domain is Domain.IMS or evidence.home_routed(forward))
        and forward.start <= evidence.handed_over(received) <= received.when <= end
    ]
