"""Arguments and results of the short message operations, version 3 (TS 29.002 §17.7.6)."""

from enum import IntEnum

from mapstack.asn1 import (
    ADDRESS,
    BIT_STRING,
    BOOLEAN,
    ENUMERATED,
    EXTENSION_CONTAINER,
    IMSI,
    INTEGER,
    ISDN_ADDRESS,
    NULL,
    OCTET_STRING,
    AddressString,
    BitString,
    Choice,
    Sequence,
    extension_marker,
    field,
    tagged,
)
from mapstack.map.data_types import LMSI, SIGNAL_INFO, TIME, CorrelationId, NetworkNodeDiameterAddress

__all__ = [
    "AdditionalNumber",
    "AlertReason",
    "AlertServiceCentreArg",
    "InformServiceCentreArg",
    "IpSmGwGuidance",
    "LocationInfoWithLmsi",
    "MoForwardSmArg",
    "MoForwardSmRes",
    "MtForwardSmArg",
    "MtForwardSmRes",
    "MwStatus",
    "ReadyForSmArg",
    "ReadyForSmRes",
    "ReportSmDeliveryStatusArg",
    "ReportSmDeliveryStatusRes",
    "RoutingInfoForSmArg",
    "RoutingInfoForSmRes",
    "SmDeliveryNotIntended",
    "SmDeliveryOutcome",
    "SmRpDa",
    "SmRpOa",
    "SmsGmscAlertEvent",
    "following",
]

_DIAGNOSTIC = INTEGER(0, 255)  # AbsentSubscriberDiagnosticSM, TS 23.040 §3.3.2
_DELIVERY_TIMER = INTEGER(30, 600)


class SmDeliveryNotIntended(IntEnum):
    """What a sender that will not deliver wants to know."""

    ONLY_IMSI_REQUESTED = 0
    ONLY_MCC_MNC_REQUESTED = 1


class SmDeliveryOutcome(IntEnum):
    """How a delivery ended."""

    MEMORY_CAPACITY_EXCEEDED = 0
    ABSENT_SUBSCRIBER = 1
    SUCCESSFUL_TRANSFER = 2


class MwStatus(IntEnum):
    """Bits of MW-Status."""

    SC_ADDRESS_NOT_INCLUDED = 0
    MNRF_SET = 1
    MCEF_SET = 2
    MNRG_SET = 3
    MNR5G_SET = 4
    MNR5GN3G_SET = 5


class SmsGmscAlertEvent(IntEnum):
    """Why a GMSC is alerted."""

    MS_AVAILABLE_FOR_MT_SMS = 0
    MS_UNDER_NEW_SERVING_NODE = 1


class AlertReason(IntEnum):
    """Why a subscriber can be reached again."""

    MS_PRESENT = 0
    MEMORY_AVAILABLE = 1


class SmRpDa(Choice):
    """Where a short message goes."""

    imsi: str | None = tagged(0, IMSI, default=None)
    lmsi: bytes | None = tagged(1, LMSI, default=None)
    service_centre_address_da: AddressString | None = tagged(4, ADDRESS, default=None)
    no_sm_rp_da: bool = tagged(5, NULL, default=False)


class SmRpOa(Choice):
    """Where a short message comes from."""

    msisdn: AddressString | None = tagged(2, ISDN_ADDRESS, default=None)
    service_centre_address_oa: AddressString | None = tagged(4, ADDRESS, default=None)
    no_sm_rp_oa: bool = tagged(5, NULL, default=False)


class AdditionalNumber(Choice):
    """Another serving node, and which domain it serves."""

    msc_number: AddressString | None = tagged(0, ISDN_ADDRESS, default=None)
    sgsn_number: AddressString | None = tagged(1, ISDN_ADDRESS, default=None)


class RoutingInfoForSmArg(Sequence):
    """Of sendRoutingInfoForSM."""

    msisdn: AddressString = tagged(0, ISDN_ADDRESS)
    sm_rp_pri: bool = tagged(1, BOOLEAN)
    service_centre_address: AddressString = tagged(2, ADDRESS)
    extension_container: bytes | None = tagged(6, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    gprs_support_indicator: bool = tagged(7, NULL, default=False)
    sm_rp_mti: int | None = tagged(8, INTEGER(0, 10), default=None)
    sm_rp_smea: bytes | None = tagged(9, OCTET_STRING(1, 12), default=None)
    sm_delivery_not_intended: SmDeliveryNotIntended | int | None = tagged(
        10, ENUMERATED(SmDeliveryNotIntended), default=None
    )
    ip_sm_gw_guidance_indicator: bool = tagged(11, NULL, default=False)
    imsi: str | None = tagged(12, IMSI, default=None)
    t4_trigger_indicator: bool = tagged(14, NULL, default=False)
    single_attempt_delivery: bool = tagged(13, NULL, default=False)
    correlation_id: CorrelationId | None = tagged(15, CorrelationId, default=None)
    smsf_support_indicator: bool = tagged(16, NULL, default=False)


class LocationInfoWithLmsi(Sequence):
    """The nodes that serve the subscriber now."""

    network_node_number: AddressString = tagged(1, ISDN_ADDRESS)
    lmsi: bytes | None = field(LMSI, default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    gprs_node_indicator: bool = tagged(5, NULL, default=False)
    additional_number: AdditionalNumber | None = tagged(6, AdditionalNumber, default=None)
    network_node_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        7, NetworkNodeDiameterAddress, default=None
    )
    additional_network_node_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        8, NetworkNodeDiameterAddress, default=None
    )
    third_number: AdditionalNumber | None = tagged(9, AdditionalNumber, default=None)
    third_network_node_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        10, NetworkNodeDiameterAddress, default=None
    )
    ims_node_indicator: bool = tagged(11, NULL, default=False)
    smsf_3gpp_number: AddressString | None = tagged(12, ISDN_ADDRESS, default=None)
    smsf_3gpp_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        13, NetworkNodeDiameterAddress, default=None
    )
    smsf_non_3gpp_number: AddressString | None = tagged(14, ISDN_ADDRESS, default=None)
    smsf_non_3gpp_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        15, NetworkNodeDiameterAddress, default=None
    )
    smsf_3gpp_address_indicator: bool = tagged(16, NULL, default=False)
    smsf_non_3gpp_address_indicator: bool = tagged(17, NULL, default=False)


class IpSmGwGuidance(Sequence):
    """Seconds that the gateway wants for a delivery."""

    minimum_delivery_time_value: int = field(_DELIVERY_TIMER)
    recommended_delivery_time_value: int = field(_DELIVERY_TIMER)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class RoutingInfoForSmRes(Sequence):
    """Of sendRoutingInfoForSM."""

    imsi: str = field(IMSI)
    location_info_with_lmsi: LocationInfoWithLmsi = tagged(0, LocationInfoWithLmsi)
    extension_container: bytes | None = tagged(4, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    ip_sm_gw_guidance: IpSmGwGuidance | None = tagged(5, IpSmGwGuidance, default=None)


class MoForwardSmArg(Sequence):
    """Of mo-ForwardSM."""

    sm_rp_da: SmRpDa = field(SmRpDa)
    sm_rp_oa: SmRpOa = field(SmRpOa)
    sm_rp_ui: bytes = field(SIGNAL_INFO)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    imsi: str | None = field(IMSI, default=None)
    correlation_id: CorrelationId | None = tagged(0, CorrelationId, default=None)
    sm_delivery_outcome: SmDeliveryOutcome | int | None = tagged(
        1, ENUMERATED(SmDeliveryOutcome), default=None
    )


class MoForwardSmRes(Sequence):
    """Of mo-ForwardSM: the SMS-SUBMIT-REPORT, if there is one."""

    sm_rp_ui: bytes | None = field(SIGNAL_INFO, default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class MtForwardSmArg(Sequence):
    """Of mt-ForwardSM."""

    sm_rp_da: SmRpDa = field(SmRpDa)
    sm_rp_oa: SmRpOa = field(SmRpOa)
    sm_rp_ui: bytes = field(SIGNAL_INFO)
    more_messages_to_send: bool = field(NULL, default=False)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    sm_delivery_timer: int | None = field(_DELIVERY_TIMER, default=None)
    sm_delivery_start_time: bytes | None = field(TIME, default=None)
    sms_over_ip_only_indicator: bool = tagged(0, NULL, default=False)
    correlation_id: CorrelationId | None = tagged(1, CorrelationId, default=None)
    maximum_retransmission_time: bytes | None = tagged(2, TIME, default=None)
    sms_gmsc_address: AddressString | None = tagged(3, ISDN_ADDRESS, default=None)
    sms_gmsc_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        4, NetworkNodeDiameterAddress, default=None
    )


def following(arg: MtForwardSmArg) -> MtForwardSmArg:
    """The same behind another one in its dialogue: it does not name both ends again (TS 29.002 §12.9.3)."""
    return MtForwardSmArg(
        sm_rp_da=SmRpDa(no_sm_rp_da=True),
        sm_rp_oa=SmRpOa(no_sm_rp_oa=True),
        sm_rp_ui=arg.sm_rp_ui,
        more_messages_to_send=arg.more_messages_to_send,
    )


class MtForwardSmRes(Sequence):
    """Of mt-ForwardSM: the SMS-DELIVER-REPORT, if there is one."""

    sm_rp_ui: bytes | None = field(SIGNAL_INFO, default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ReportSmDeliveryStatusArg(Sequence):
    """Of reportSM-DeliveryStatus."""

    msisdn: AddressString = field(ISDN_ADDRESS)
    service_centre_address: AddressString = field(ADDRESS)
    sm_delivery_outcome: SmDeliveryOutcome | int = field(ENUMERATED(SmDeliveryOutcome))
    absent_subscriber_diagnostic_sm: int | None = tagged(0, _DIAGNOSTIC, default=None)
    extension_container: bytes | None = tagged(1, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    gprs_support_indicator: bool = tagged(2, NULL, default=False)
    delivery_outcome_indicator: bool = tagged(3, NULL, default=False)
    additional_sm_delivery_outcome: SmDeliveryOutcome | int | None = tagged(
        4, ENUMERATED(SmDeliveryOutcome), default=None
    )
    additional_absent_subscriber_diagnostic_sm: int | None = tagged(5, _DIAGNOSTIC, default=None)
    ip_sm_gw_indicator: bool = tagged(6, NULL, default=False)
    ip_sm_gw_sm_delivery_outcome: SmDeliveryOutcome | int | None = tagged(
        7, ENUMERATED(SmDeliveryOutcome), default=None
    )
    ip_sm_gw_absent_subscriber_diagnostic_sm: int | None = tagged(8, _DIAGNOSTIC, default=None)
    imsi: str | None = tagged(9, IMSI, default=None)
    single_attempt_delivery: bool = tagged(10, NULL, default=False)
    correlation_id: CorrelationId | None = tagged(11, CorrelationId, default=None)
    smsf_3gpp_delivery_outcome_indicator: bool = tagged(12, NULL, default=False)
    smsf_3gpp_delivery_outcome: SmDeliveryOutcome | int | None = tagged(
        13, ENUMERATED(SmDeliveryOutcome), default=None
    )
    smsf_3gpp_absent_subscriber_diag_sm: int | None = tagged(14, _DIAGNOSTIC, default=None)
    smsf_non_3gpp_delivery_outcome_indicator: bool = tagged(15, NULL, default=False)
    smsf_non_3gpp_delivery_outcome: SmDeliveryOutcome | int | None = tagged(
        16, ENUMERATED(SmDeliveryOutcome), default=None
    )
    smsf_non_3gpp_absent_subscriber_diag_sm: int | None = tagged(17, _DIAGNOSTIC, default=None)


class ReportSmDeliveryStatusRes(Sequence):
    """Of reportSM-DeliveryStatus."""

    stored_msisdn: AddressString | None = field(ISDN_ADDRESS, default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class InformServiceCentreArg(Sequence):
    """Of informServiceCentre."""

    stored_msisdn: AddressString | None = field(ISDN_ADDRESS, default=None)
    mw_status: BitString | None = field(BIT_STRING(6, 16), default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    absent_subscriber_diagnostic_sm: int | None = field(_DIAGNOSTIC, default=None)
    additional_absent_subscriber_diagnostic_sm: int | None = tagged(0, _DIAGNOSTIC, default=None)
    smsf3gpp_absent_subscriber_diagnostic_sm: int | None = tagged(1, _DIAGNOSTIC, default=None)
    smsf_non3gpp_absent_subscriber_diagnostic_sm: int | None = tagged(2, _DIAGNOSTIC, default=None)


class AlertServiceCentreArg(Sequence):
    """Of alertServiceCentre; what follows the marker is younger than its application context."""

    msisdn: AddressString = field(ISDN_ADDRESS)
    service_centre_address: AddressString = field(ADDRESS)
    extensions: bytes = extension_marker(default=b"")
    imsi: str | None = field(IMSI, default=None)
    correlation_id: CorrelationId | None = field(CorrelationId, default=None)
    maximum_ue_availability_time: bytes | None = tagged(0, TIME, default=None)
    sms_gmsc_alert_event: SmsGmscAlertEvent | int | None = tagged(
        1, ENUMERATED(SmsGmscAlertEvent), default=None
    )
    sms_gmsc_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        2, NetworkNodeDiameterAddress, default=None
    )
    new_sgsn_number: AddressString | None = tagged(3, ISDN_ADDRESS, default=None)
    new_sgsn_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        4, NetworkNodeDiameterAddress, default=None
    )
    new_mme_number: AddressString | None = tagged(5, ISDN_ADDRESS, default=None)
    new_mme_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        6, NetworkNodeDiameterAddress, default=None
    )
    new_msc_number: AddressString | None = tagged(7, ISDN_ADDRESS, default=None)


class ReadyForSmArg(Sequence):
    """Of readyForSM; the indicators say for which domain: GPRS, the IP-SM-GW."""

    imsi: str = tagged(0, IMSI)
    alert_reason: AlertReason | int = field(ENUMERATED(AlertReason))
    alert_reason_indicator: bool = field(NULL, default=False)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    additional_alert_reason_indicator: bool = tagged(1, NULL, default=False)
    maximum_ue_availability_time: bytes | None = field(TIME, default=None)


class ReadyForSmRes(Sequence):
    """Of readyForSM."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
