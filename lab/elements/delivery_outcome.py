"""What an SMS-GMSC makes of addresses, errors and outcomes (TS 23.040 §3.3.2; TS 29.002 §12.3, §23.3)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ipsmgw.identity import Msisdn, NodeNumber
from lab.elements.domain import Domain
from lab.elements.extensions import ScType, of_ip_message_gw
from lab.elements.extensions import sc_type as sc_type_container
from lab.elements.sc_ledger import Outcome, Verdict
from mapstack.map import (
    AbsentSubscriberSmParam,
    AddressString,
    CallBarredParam,
    CallBarringCause,
    ErrorCode,
    ExtensibleCallBarredParam,
    MapError,
    ReportSmDeliveryStatusArg,
    RoutingInfoForSmRes,
    SmDeliveryFailureCause,
    SmDeliveryOutcome,
    SmEnumeratedDeliveryFailureCause,
)

__all__ = [
    "Way",
    "of_delivery_error",
    "of_routing_error",
    "report_of",
    "reportable",
    "summed_up",
    "ways_of",
]

_PERMANENT = {
    ErrorCode.UNKNOWN_SUBSCRIBER,
    ErrorCode.TELESERVICE_NOT_PROVISIONED,
    ErrorCode.CALL_BARRED,
    ErrorCode.FACILITY_NOT_SUPPORTED,
    ErrorCode.ILLEGAL_SUBSCRIBER,
    ErrorCode.ILLEGAL_EQUIPMENT,
    ErrorCode.SM_DELIVERY_FAILURE,
}
"""All others are temporary: absence, failures of a system, a busy phone."""
_UNIDENTIFIED_VIA_MSC = 9  # TS 23.040 §3.3.2


class Way(NamedTuple):
    """An address, and the domain that it is one of as far as the SMS-GMSC knows."""

    domain: Domain
    node: NodeNumber


def ways_of(found: RoutingInfoForSmRes) -> list[Way]:
    """In the order in which they are tried: as the HLR has them, but the IP-Message-GW first of three."""
    info, additional = found.location_info_with_lmsi, found.location_info_with_lmsi.additional_number
    first = Domain.PS if info.gprs_node_indicator else Domain.CS
    ways = [Way(first, NodeNumber(info.network_node_number.digits))]
    if additional is not None and additional.msc_number is not None:
        ways.append(Way(Domain.CS, NodeNumber(additional.msc_number.digits)))
    if additional is not None and additional.sgsn_number is not None:
        ways.append(Way(Domain.PS, NodeNumber(additional.sgsn_number.digits)))
    gateway = of_ip_message_gw(found.extension_container)
    if gateway is None:
        return ways
    return [Way(Domain.IMS, gateway), *(way for way in ways if way.node != gateway)]


def of_routing_error(error: MapError) -> Outcome:
    """sendRoutingInfoForSM was refused; of an absence the HLR knows, so it is told nothing."""
    verdict = Verdict.PERMANENT if error.code in _PERMANENT else Verdict.TEMPORARY
    return Outcome(verdict, _words(error))


def of_delivery_error(error: MapError) -> Outcome:
    """mt-ForwardSM was refused: what the HLR has to know of it (TS 29.002 §23.3.1)."""
    parameter, text = error.parameter, _words(error)
    match parameter:
        case AbsentSubscriberSmParam():
            diagnostic = parameter.absent_subscriber_diagnostic_sm
            return Outcome(Verdict.TEMPORARY, text, SmDeliveryOutcome.ABSENT_SUBSCRIBER, diagnostic)
        case SmDeliveryFailureCause() if (
            parameter.sm_enumerated_delivery_failure_cause
            == SmEnumeratedDeliveryFailureCause.MEMORY_CAPACITY_EXCEEDED
        ):
            return Outcome(Verdict.TEMPORARY, text, SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED)
    if error.code == ErrorCode.ABSENT_SUBSCRIBER_SM:
        return Outcome(Verdict.TEMPORARY, text, SmDeliveryOutcome.ABSENT_SUBSCRIBER)
    if error.code == ErrorCode.UNIDENTIFIED_SUBSCRIBER:
        absent = SmDeliveryOutcome.ABSENT_SUBSCRIBER
        return Outcome(Verdict.TEMPORARY, text, absent, _UNIDENTIFIED_VIA_MSC)
    return Outcome(Verdict.PERMANENT if error.code in _PERMANENT else Verdict.TEMPORARY, text)


def _words(error: MapError) -> str:
    """The error, with what its parameter adds."""
    name = error.code.name if isinstance(error.code, ErrorCode) else f"error {error.code}"
    match error.parameter:
        case AbsentSubscriberSmParam(absent_subscriber_diagnostic_sm=int(diagnostic)):
            return f"{name} {diagnostic}"
        case SmDeliveryFailureCause(
            sm_enumerated_delivery_failure_cause=SmEnumeratedDeliveryFailureCause() as cause
        ):
            return f"{name} {cause.name}"
        case CallBarredParam(
            extensible_call_barred_param=ExtensibleCallBarredParam(
                call_barring_cause=CallBarringCause() as cause
            )
        ):
            return f"{name} {cause.name}"
        case _:
            return name


def summed_up(outcomes: Sequence[Outcome]) -> Outcome:
    """Of all domains that were tried, in this order: absence says more than any other failure, and one that
    is temporary keeps the message (TS 29.002 §23.3.7).
    """
    last = outcomes[-1]
    if last.verdict is Verdict.DELIVERED or last.report is not None:
        return last
    chosen = next((each for each in outcomes if each.report is not None), last)
    temporary = any(each.verdict is Verdict.TEMPORARY for each in outcomes)
    return chosen._replace(verdict=Verdict.TEMPORARY if temporary else Verdict.PERMANENT)


def reportable(outcomes: Mapping[Domain, Outcome]) -> dict[Domain, Outcome]:
    """Those that the HLR has a flag for."""
    return {domain: outcome for domain, outcome in outcomes.items() if outcome.report is not None}


def report_of(
    msisdn: Msisdn, sc: AddressString, said: Mapping[Domain, Outcome], *, sc_type: ScType | None
) -> ReportSmDeliveryStatusArg:
    """Each domain in its own field; the first there is of CS, PS and IMS in the mandatory one (§12.3)."""
    cs, ps, ims = (said.get(domain) for domain in (Domain.CS, Domain.PS, Domain.IMS))
    main = cs or ps or ims
    assert main is not None
    assert main.report is not None
    more_ps = ps if cs is not None else None
    more_ims = ims if main is not ims else None
    return ReportSmDeliveryStatusArg(
        msisdn=AddressString(msisdn),
        service_centre_address=sc,
        sm_delivery_outcome=main.report,
        absent_subscriber_diagnostic_sm=main.diagnostic,
        extension_container=None if sc_type is None else sc_type_container(sc_type),
        gprs_support_indicator=more_ps is not None,
        delivery_outcome_indicator=main is ps,
        additional_sm_delivery_outcome=more_ps.report if more_ps else None,
        additional_absent_subscriber_diagnostic_sm=more_ps.diagnostic if more_ps else None,
        ip_sm_gw_indicator=main is ims,
        ip_sm_gw_sm_delivery_outcome=more_ims.report if more_ims else None,
        ip_sm_gw_absent_subscriber_diagnostic_sm=more_ims.diagnostic if more_ims else None,
    )
