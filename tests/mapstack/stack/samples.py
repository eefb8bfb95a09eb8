"""An argument, a result and an error for every operation."""

from mapstack import (
    ALERT_SERVICE_CENTRE,
    ANY_TIME_MODIFICATION,
    MO_FORWARD_SM,
    MT_FORWARD_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_ROUTING_INFO_FOR_SM,
    AddressString,
    BitString,
    ErrorCode,
    MapError,
    Operation,
)
from mapstack.asn1 import Sequence
from mapstack.map.any_time_modification import (
    AnyTimeModificationArg,
    AnyTimeModificationRes,
    ModificationRequestForIpSmGwData,
)
from mapstack.map.data_types import NetworkNodeDiameterAddress, NetworkResource, SubscriberIdentity
from mapstack.map.error_parameters import (
    AbsentSubscriberSmParam,
    AtmNotAllowedParam,
    ExtensibleSystemFailureParam,
    MessageWaitListFullParam,
    SmDeliveryFailureCause,
    SmEnumeratedDeliveryFailureCause,
    SystemFailureParam,
)
from mapstack.map.short_message import (
    AlertServiceCentreArg,
    InformServiceCentreArg,
    IpSmGwGuidance,
    LocationInfoWithLmsi,
    MoForwardSmArg,
    MoForwardSmRes,
    MtForwardSmArg,
    MtForwardSmRes,
    MwStatus,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmDeliveryOutcome,
    SmRpDa,
    SmRpOa,
)
from mapstack.map.supplementary_service import ModificationInstruction

__all__ = ["ARGUMENTS", "ERRORS", "INFORM", "RESULTS"]

_MSISDN, _SC, _GATEWAY = (
    AddressString("15551230001"),
    AddressString("15550000002"),
    AddressString("15550000003"),
)
_IMSI = "001010123456789"
_DIAMETER = NetworkNodeDiameterAddress(diameter_name=b"gw.example.org", diameter_realm=b"example.org")
# SMS-DELIVER and the two reports, transparent to MAP.
_DELIVER = bytes.fromhex("040b915155214365f70000420121214365000a") + bytes(9)

ARGUMENTS: dict[Operation, Sequence] = {
    SEND_ROUTING_INFO_FOR_SM: RoutingInfoForSmArg(
        msisdn=_MSISDN, sm_rp_pri=True, service_centre_address=_SC, gprs_support_indicator=True, sm_rp_mti=0
    ),
    MO_FORWARD_SM: MoForwardSmArg(
        sm_rp_da=SmRpDa(service_centre_address_da=_SC),
        sm_rp_oa=SmRpOa(msisdn=_MSISDN),
        sm_rp_ui=bytes.fromhex("01000b915155214365f7000005e8329bfd06"),
        imsi=_IMSI,
    ),
    MT_FORWARD_SM: MtForwardSmArg(
        sm_rp_da=SmRpDa(imsi=_IMSI),
        sm_rp_oa=SmRpOa(service_centre_address_oa=_SC),
        sm_rp_ui=_DELIVER,
        sm_delivery_timer=90,
        sms_gmsc_diameter_address=_DIAMETER,
    ),
    REPORT_SM_DELIVERY_STATUS: ReportSmDeliveryStatusArg(
        msisdn=_MSISDN,
        service_centre_address=_SC,
        sm_delivery_outcome=SmDeliveryOutcome.ABSENT_SUBSCRIBER,
        absent_subscriber_diagnostic_sm=12,
        ip_sm_gw_indicator=True,
    ),
    ALERT_SERVICE_CENTRE: AlertServiceCentreArg(msisdn=_MSISDN, service_centre_address=_SC),
    ANY_TIME_MODIFICATION: AnyTimeModificationArg(
        subscriber_identity=SubscriberIdentity(msisdn=_MSISDN),
        gsm_scf_address=_GATEWAY,
        modification_request_for_ip_sm_gw_data=ModificationRequestForIpSmGwData(
            modify_registration_status=ModificationInstruction.ACTIVATE, ip_sm_gw_diameter_address=_DIAMETER
        ),
    ),
}
RESULTS: dict[Operation, Sequence | None] = {
    SEND_ROUTING_INFO_FOR_SM: RoutingInfoForSmRes(
        imsi=_IMSI,
        location_info_with_lmsi=LocationInfoWithLmsi(network_node_number=_GATEWAY, gprs_node_indicator=True),
        ip_sm_gw_guidance=IpSmGwGuidance(minimum_delivery_time_value=30, recommended_delivery_time_value=90),
    ),
    MO_FORWARD_SM: MoForwardSmRes(sm_rp_ui=bytes.fromhex("010042012121436500")),
    MT_FORWARD_SM: MtForwardSmRes(sm_rp_ui=bytes.fromhex("0000")),
    REPORT_SM_DELIVERY_STATUS: ReportSmDeliveryStatusRes(stored_msisdn=_MSISDN),
    ALERT_SERVICE_CENTRE: None,
    ANY_TIME_MODIFICATION: AnyTimeModificationRes(service_centre_address=_SC),
}
_SYSTEM_FAILURE = MapError(
    ErrorCode.SYSTEM_FAILURE,
    SystemFailureParam(
        extensible_system_failure_param=ExtensibleSystemFailureParam(network_resource=NetworkResource.VMSC)
    ),
)
ERRORS: dict[Operation, MapError] = {
    SEND_ROUTING_INFO_FOR_SM: MapError(
        ErrorCode.ABSENT_SUBSCRIBER_SM, AbsentSubscriberSmParam(absent_subscriber_diagnostic_sm=6, imsi=_IMSI)
    ),
    MO_FORWARD_SM: _SYSTEM_FAILURE,
    MT_FORWARD_SM: MapError(
        ErrorCode.SM_DELIVERY_FAILURE,
        SmDeliveryFailureCause(
            sm_enumerated_delivery_failure_cause=SmEnumeratedDeliveryFailureCause.MEMORY_CAPACITY_EXCEEDED,
            diagnostic_info=bytes.fromhex("00d300"),
        ),
    ),
    REPORT_SM_DELIVERY_STATUS: MapError(ErrorCode.MESSAGE_WAITING_LIST_FULL, MessageWaitListFullParam()),
    ALERT_SERVICE_CENTRE: MapError(ErrorCode.DATA_MISSING),
    ANY_TIME_MODIFICATION: MapError(ErrorCode.ATM_NOT_ALLOWED, AtmNotAllowedParam()),
}
INFORM = InformServiceCentreArg(mw_status=BitString.of(MwStatus.MNRF_SET, MwStatus.MCEF_SET, size=6))
