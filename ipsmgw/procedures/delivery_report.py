"""What the HLR is told of a delivery: reportSM-DeliveryStatus (TS 29.002 §12.3, §23.3.7)."""

from typing import NamedTuple

from ipsmgw.cause import Cause
from ipsmgw.cdr import Attempt
from ipsmgw.store import Correlation
from mapstack.map import (
    AbsentSubscriberSmParam,
    ErrorCode,
    MapError,
    MwStatus,
    ReportSmDeliveryStatusArg,
    SmDeliveryOutcome,
)

__all__ = ["report_of"]

_FLAG = {"cs": MwStatus.MNRF_SET, "ps": MwStatus.MNRG_SET}
_WAITING = MwStatus.MNRF_SET, MwStatus.MNRG_SET, MwStatus.MCEF_SET
_UNIDENTIFIED = {"cs": 9, "ps": 10}  # TS 23.040 §3.3.2: unidentified subscriber via the MSC, the SGSN
_SUCCESS, _FULL = SmDeliveryOutcome.SUCCESSFUL_TRANSFER, SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED
_ABSENT = SmDeliveryOutcome.ABSENT_SUBSCRIBER


class _Outcome(NamedTuple):
    outcome: SmDeliveryOutcome
    diagnostic: int | None = None


def report_of(
    correlation: Correlation, attempts: tuple[Attempt, ...], errors: tuple[MapError | None, ...]
) -> ReportSmDeliveryStatusArg | None:
    """None where the HLR knows it already, or it is nothing that an HLR is told."""
    found: dict[str, _Outcome] = {}
    for attempt, error in zip(attempts, errors, strict=True):
        outcome = _outcome(attempt, error)
        if outcome is not None:
            found[attempt.domain] = outcome
    if correlation.msisdn is None or not any(_is_news(correlation, *each) for each in found.items()):
        return None
    return _report(correlation, found.get("cs"), found.get("ps"), found.get("ims"))


def _outcome(attempt: Attempt, error: MapError | None) -> _Outcome | None:
    """Other failures are no outcome: the SC will have to try again by itself."""
    if attempt.outcome == "delivered":
        return _Outcome(_SUCCESS)
    if attempt.outcome == Cause.MEMORY_CAPACITY_EXCEEDED.cdr:
        return _Outcome(_FULL)
    if error is None:
        return None
    if error.code == ErrorCode.UNIDENTIFIED_SUBSCRIBER:
        return _Outcome(_ABSENT, _UNIDENTIFIED.get(attempt.domain))
    if error.code != ErrorCode.ABSENT_SUBSCRIBER_SM:
        return None
    said = error.parameter
    diagnostic = said.absent_subscriber_diagnostic_sm if isinstance(said, AbsentSubscriberSmParam) else None
    return _Outcome(_ABSENT, diagnostic)


def _is_news(correlation: Correlation, domain: str, outcome: _Outcome) -> bool:
    """TS 29.002 §23.3.1: the SC is not in the message waiting data, the flag is not set, or he is absent for
    another reason; and a success where something waits.
    """
    status = correlation.mw_status
    if outcome.outcome is _SUCCESS:
        return status is not None and any(flag in status for flag in _WAITING)
    if status is None or MwStatus.SC_ADDRESS_NOT_INCLUDED in status:
        return True
    if outcome.outcome is _FULL:
        return MwStatus.MCEF_SET not in status
    if domain == "ims":
        return True  # MW-Status has no bit for UNRI
    known = correlation.absent if domain == "cs" else correlation.absent_in_ps
    return _FLAG[domain] not in status or (outcome.diagnostic is not None and outcome.diagnostic != known)


def _report(
    correlation: Correlation, cs: _Outcome | None, ps: _Outcome | None, ims: _Outcome | None
) -> ReportSmDeliveryStatusArg | None:
    """TS 29.002 §12.3.3: the first of CS, PS and IMS is the outcome; indicators say which of them it is."""
    first = cs or ps or ims
    if first is None or correlation.msisdn is None:
        return None
    second = ps if cs else None
    over_ims = ims if cs or ps else None
    return ReportSmDeliveryStatusArg(
        msisdn=correlation.msisdn,
        service_centre_address=correlation.service_centre,
        sm_delivery_outcome=first.outcome,
        absent_subscriber_diagnostic_sm=first.diagnostic,
        gprs_support_indicator=second is not None,
        delivery_outcome_indicator=first is ps,
        additional_sm_delivery_outcome=second.outcome if second else None,
        additional_absent_subscriber_diagnostic_sm=second.diagnostic if second else None,
        ip_sm_gw_indicator=first is ims,
        ip_sm_gw_sm_delivery_outcome=over_ims.outcome if over_ims else None,
        ip_sm_gw_absent_subscriber_diagnostic_sm=over_ims.diagnostic if over_ims else None,
    )
