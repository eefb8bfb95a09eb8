"""How short message operations are said in versions 1 and 2, and what is heard of them (GSM 09.02 §17.7.6).

A function gives None where the other version cannot say it; what it has no member for, and is no part of
the meaning, is left out, as a peer of that version would pass over it.
"""

from mapstack.asn1 import BitString
from mapstack.map.data_types import LocationInfo
from mapstack.map.short_message import (
    AlertReason,
    AlertServiceCentreArg,
    InformServiceCentreArg,
    LocationInfoWithLmsi,
    MoForwardSmArg,
    MtForwardSmArg,
    ReadyForSmArg,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmDeliveryOutcome,
    SmRpDa,
)
from mapstack.map.short_message_v2 import (
    AlertServiceCentreArgV1,
    ForwardSmArg,
    InformServiceCentreArgV2,
    LocationInfoWithLmsiV2,
    NoteSubscriberPresentArg,
    ReadyForSmArgV2,
    ReportSmDeliveryStatusArgV2,
    ReportSmDeliveryStatusResV2,
    RoutingInfoForSmArgV2,
    RoutingInfoForSmResV2,
    SmRpDaV2,
)

__all__ = [
    "alert_to_v1",
    "alert_to_v2",
    "forward_to_v1",
    "inform_to_v2",
    "inform_to_v3",
    "mo_forward_of_v1",
    "mo_forward_to_v2",
    "mo_forward_to_v3",
    "mt_forward_of_v1",
    "mt_forward_to_v2",
    "mt_forward_to_v3",
    "ready_to_v1",
    "ready_to_v2",
    "ready_to_v2_of_v1",
    "ready_to_v3",
    "report_result_to_v2",
    "report_result_to_v3",
    "report_to_v1",
    "report_to_v2",
    "report_to_v2_of_v1",
    "report_to_v3",
    "routing_info_to_v1",
    "routing_info_to_v2",
    "routing_info_to_v2_of_v1",
    "routing_info_to_v3",
    "routing_to_v2",
    "routing_to_v2_of_v1",
    "routing_to_v3",
]

_MW_STATUS_BITS = 6


# ---- sendRoutingInfoForSM


def routing_to_v2(arg: RoutingInfoForSmArg) -> RoutingInfoForSmArgV2 | None:
    """Who has no MSISDN cannot be asked for: the one that stands there is a dummy (TS 29.002 §12.1.3)."""
    if arg.imsi is not None or arg.correlation_id is not None:
        return None
    return RoutingInfoForSmArgV2(
        msisdn=arg.msisdn, sm_rp_pri=arg.sm_rp_pri, service_centre_address=arg.service_centre_address
    )


def routing_to_v3(arg: RoutingInfoForSmArgV2) -> RoutingInfoForSmArg:
    """All of it but the teleservice of version 1."""
    return RoutingInfoForSmArg(
        msisdn=arg.msisdn, sm_rp_pri=arg.sm_rp_pri, service_centre_address=arg.service_centre_address
    )


def routing_to_v2_of_v1(arg: RoutingInfoForSmArgV2) -> RoutingInfoForSmArgV2:
    """Without the teleservice; the other way there is nothing to leave out."""
    return RoutingInfoForSmArgV2(
        msisdn=arg.msisdn, sm_rp_pri=arg.sm_rp_pri, service_centre_address=arg.service_centre_address
    )


def routing_info_to_v2(res: RoutingInfoForSmRes) -> RoutingInfoForSmResV2:
    """The one node that such a peer can use; it takes the number for an MSC's (TS 23.040 §3.3.1)."""
    where = res.location_info_with_lmsi
    info = LocationInfo(msc_number=where.network_node_number)
    return RoutingInfoForSmResV2(
        imsi=res.imsi, location_info_with_lmsi=LocationInfoWithLmsiV2(location_info=info, lmsi=where.lmsi)
    )


def routing_info_to_v3(res: RoutingInfoForSmResV2) -> RoutingInfoForSmRes | None:
    """A roaming number of version 1 leads to the node as well as the node's own number."""
    where = res.location_info_with_lmsi
    number = where.location_info.msc_number or where.location_info.roaming_number
    if number is None:
        return None
    location = LocationInfoWithLmsi(network_node_number=number, lmsi=where.lmsi)
    return RoutingInfoForSmRes(imsi=res.imsi, location_info_with_lmsi=location)


def routing_info_to_v1(res: RoutingInfoForSmResV2) -> RoutingInfoForSmResV2:
    """Version 1 has all that version 2 has."""
    return res


def routing_info_to_v2_of_v1(res: RoutingInfoForSmResV2) -> RoutingInfoForSmResV2:
    """Without the flag of version 1."""
    return RoutingInfoForSmResV2(imsi=res.imsi, location_info_with_lmsi=res.location_info_with_lmsi)


# ---- forwardSM


def mo_forward_to_v2(arg: MoForwardSmArg) -> ForwardSmArg | None:
    """A message between users without an MSISDN needs version 3 (TS 23.204 §6.5b)."""
    if arg.sm_rp_da.service_centre_address_da is None or arg.correlation_id is not None:
        return None
    return ForwardSmArg(sm_rp_da=_da_to_v2(arg.sm_rp_da), sm_rp_oa=arg.sm_rp_oa, sm_rp_ui=arg.sm_rp_ui)


def mt_forward_to_v2(arg: MtForwardSmArg) -> ForwardSmArg | None:
    """What must be delivered over IP only would be delivered in any way (TS 29.002 §12.9.3)."""
    if arg.sm_rp_da.service_centre_address_da is not None:
        return None
    if arg.sms_over_ip_only_indicator or arg.correlation_id is not None:
        return None
    return ForwardSmArg(
        sm_rp_da=_da_to_v2(arg.sm_rp_da),
        sm_rp_oa=arg.sm_rp_oa,
        sm_rp_ui=arg.sm_rp_ui,
        more_messages_to_send=arg.more_messages_to_send,
    )


def mo_forward_to_v3(arg: ForwardSmArg) -> MoForwardSmArg | None:
    """Of a message to a service centre."""
    if arg.sm_rp_da.service_centre_address_da is None:
        return None
    return MoForwardSmArg(sm_rp_da=_da_to_v3(arg.sm_rp_da), sm_rp_oa=arg.sm_rp_oa, sm_rp_ui=arg.sm_rp_ui)


def mt_forward_to_v3(arg: ForwardSmArg) -> MtForwardSmArg | None:
    """Of a message to a subscriber; a roaming number says who only to the VLR that gave it."""
    if arg.sm_rp_da.service_centre_address_da is not None or arg.sm_rp_da.roaming_number is not None:
        return None
    return MtForwardSmArg(
        sm_rp_da=_da_to_v3(arg.sm_rp_da),
        sm_rp_oa=arg.sm_rp_oa,
        sm_rp_ui=arg.sm_rp_ui,
        more_messages_to_send=arg.more_messages_to_send,
    )


def forward_to_v1(arg: ForwardSmArg) -> ForwardSmArg | None:
    """Each message names both ends, and is alone in its dialogue; a roaming number is none of version 2."""
    if arg.sm_rp_da.no_sm_rp_da or arg.sm_rp_oa.no_sm_rp_oa or arg.sm_rp_da.roaming_number is not None:
        return None
    return ForwardSmArg(sm_rp_da=arg.sm_rp_da, sm_rp_oa=arg.sm_rp_oa, sm_rp_ui=arg.sm_rp_ui)


def mo_forward_of_v1(arg: ForwardSmArg) -> ForwardSmArg | None:
    """Version 1 has one context for both ways: this is the one to a service centre."""
    return arg if arg.sm_rp_da.service_centre_address_da is not None else None


def mt_forward_of_v1(arg: ForwardSmArg) -> ForwardSmArg | None:
    """And this the one to a subscriber."""
    address = arg.sm_rp_da
    return arg if address.roaming_number is None and address.service_centre_address_da is None else None


def _da_to_v2(address: SmRpDa) -> SmRpDaV2:
    return SmRpDaV2(
        imsi=address.imsi,
        lmsi=address.lmsi,
        service_centre_address_da=address.service_centre_address_da,
        no_sm_rp_da=address.no_sm_rp_da,
    )


def _da_to_v3(address: SmRpDaV2) -> SmRpDa:
    return SmRpDa(
        imsi=address.imsi,
        lmsi=address.lmsi,
        service_centre_address_da=address.service_centre_address_da,
        no_sm_rp_da=address.no_sm_rp_da,
    )


# ---- reportSM-DeliveryStatus


def report_to_v2(arg: ReportSmDeliveryStatusArg) -> ReportSmDeliveryStatusArgV2 | None:
    """Who has no MSISDN cannot be told of."""
    if arg.imsi is not None or arg.correlation_id is not None:
        return None
    return ReportSmDeliveryStatusArgV2(
        msisdn=arg.msisdn,
        service_centre_address=arg.service_centre_address,
        sm_delivery_outcome=arg.sm_delivery_outcome,
    )


def report_to_v3(arg: ReportSmDeliveryStatusArgV2) -> ReportSmDeliveryStatusArg | None:
    """The outcome must be there, as it must in version 2."""
    if arg.sm_delivery_outcome is None:
        return None
    return ReportSmDeliveryStatusArg(
        msisdn=arg.msisdn,
        service_centre_address=arg.service_centre_address,
        sm_delivery_outcome=arg.sm_delivery_outcome,
    )


def report_to_v1(arg: ReportSmDeliveryStatusArgV2) -> ReportSmDeliveryStatusArgV2 | None:
    """Version 1 has no outcome: it puts the SC in the message waiting data of somebody who is absent."""
    if arg.sm_delivery_outcome != SmDeliveryOutcome.ABSENT_SUBSCRIBER:
        return None
    return ReportSmDeliveryStatusArgV2(msisdn=arg.msisdn, service_centre_address=arg.service_centre_address)


def report_to_v2_of_v1(arg: ReportSmDeliveryStatusArgV2) -> ReportSmDeliveryStatusArgV2:
    """The same, with the outcome that it means."""
    return ReportSmDeliveryStatusArgV2(
        msisdn=arg.msisdn,
        service_centre_address=arg.service_centre_address,
        sm_delivery_outcome=SmDeliveryOutcome.ABSENT_SUBSCRIBER,
    )


def report_result_to_v2(res: ReportSmDeliveryStatusRes) -> ReportSmDeliveryStatusResV2 | None:
    """The stored MSISDN, or nothing."""
    return ReportSmDeliveryStatusResV2(stored_msisdn=res.stored_msisdn) if res.stored_msisdn else None


def report_result_to_v3(res: ReportSmDeliveryStatusResV2) -> ReportSmDeliveryStatusRes:
    """The stored MSISDN."""
    return ReportSmDeliveryStatusRes(stored_msisdn=res.stored_msisdn)


# ---- informServiceCentre and alertServiceCentre


def inform_to_v2(arg: InformServiceCentreArg) -> InformServiceCentreArgV2:
    """The bits that version 2 has; those of younger domains have no place in its six."""
    status = arg.mw_status
    if status is not None:
        status = BitString.of(
            *(bit for bit in range(_MW_STATUS_BITS) if status.has(bit)), size=_MW_STATUS_BITS
        )
    return InformServiceCentreArgV2(stored_msisdn=arg.stored_msisdn, mw_status=status)


def inform_to_v3(arg: InformServiceCentreArgV2) -> InformServiceCentreArg:
    """All of it."""
    return InformServiceCentreArg(stored_msisdn=arg.stored_msisdn, mw_status=arg.mw_status)


def alert_to_v1(arg: AlertServiceCentreArg) -> AlertServiceCentreArgV1 | None:
    """An alert of somebody without an MSISDN, or to a GMSC, needs the younger members (TS 29.002 §12.5.3)."""
    if arg.imsi is not None or arg.correlation_id is not None:
        return None
    return AlertServiceCentreArgV1(msisdn=arg.msisdn, service_centre_address=arg.service_centre_address)


def alert_to_v2(arg: AlertServiceCentreArgV1) -> AlertServiceCentreArg:
    """All of it."""
    return AlertServiceCentreArg(msisdn=arg.msisdn, service_centre_address=arg.service_centre_address)


# ---- readyForSM and noteSubscriberPresent


def ready_to_v2(arg: ReadyForSmArg) -> ReadyForSmArgV2:
    """Without the domain: all that an HLR of version 2 waits for is the subscriber."""
    return ReadyForSmArgV2(imsi=arg.imsi, alert_reason=arg.alert_reason)


def ready_to_v3(arg: ReadyForSmArgV2) -> ReadyForSmArg:
    """All of it."""
    return ReadyForSmArg(imsi=arg.imsi, alert_reason=arg.alert_reason)


def ready_to_v1(arg: ReadyForSmArgV2) -> NoteSubscriberPresentArg | None:
    """Version 1 knows of presence only."""
    return NoteSubscriberPresentArg(imsi=arg.imsi) if arg.alert_reason == AlertReason.MS_PRESENT else None


def ready_to_v2_of_v1(arg: NoteSubscriberPresentArg) -> ReadyForSmArgV2 | None:
    """Presence."""
    return ReadyForSmArgV2(imsi=arg.imsi, alert_reason=AlertReason.MS_PRESENT) if arg.imsi else None
