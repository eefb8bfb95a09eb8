"""The short message operations in all versions (TS 29.002 §17.5.7, GSM 09.02 §17.5.6)."""

from mapstack.map import short_message_versions as said
from mapstack.map.application_contexts import (
    MWD_MNGT_V1,
    MWD_MNGT_V2,
    MWD_MNGT_V3,
    SHORT_MSG_ALERT_V1,
    SHORT_MSG_ALERT_V2,
    SHORT_MSG_GATEWAY_V1,
    SHORT_MSG_GATEWAY_V2,
    SHORT_MSG_GATEWAY_V3,
    SHORT_MSG_MO_RELAY_V2,
    SHORT_MSG_MO_RELAY_V3,
    SHORT_MSG_MT_RELAY_V2,
    SHORT_MSG_MT_RELAY_V3,
    SHORT_MSG_RELAY_V1,
)
from mapstack.map.errors import ErrorCode
from mapstack.map.operation import Operation, older
from mapstack.map.short_message import (
    AlertServiceCentreArg,
    InformServiceCentreArg,
    MoForwardSmArg,
    MoForwardSmRes,
    MtForwardSmArg,
    MtForwardSmRes,
    ReadyForSmArg,
    ReadyForSmRes,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
)
from mapstack.map.short_message_v2 import (
    AlertServiceCentreArgV1,
    ForwardSmArg,
    InformServiceCentreArgV2,
    NoteSubscriberPresentArg,
    ReadyForSmArgV2,
    ReportSmDeliveryStatusArgV2,
    ReportSmDeliveryStatusResV2,
    RoutingInfoForSmArgV2,
    RoutingInfoForSmResV2,
)
from mapstack.map.timers import ML, MT, M, S

__all__ = [
    "ALERT_SERVICE_CENTRE",
    "ALERT_SERVICE_CENTRE_WITHOUT_RESULT_V1",
    "FORWARD_SM_V1",
    "INFORM_SERVICE_CENTRE",
    "INFORM_SERVICE_CENTRE_V2",
    "MO_FORWARD_SM",
    "MO_FORWARD_SM_V2",
    "MT_FORWARD_SM",
    "MT_FORWARD_SM_V2",
    "NOTE_SUBSCRIBER_PRESENT_V1",
    "READY_FOR_SM",
    "READY_FOR_SM_V2",
    "REPORT_SM_DELIVERY_STATUS",
    "REPORT_SM_DELIVERY_STATUS_V1",
    "REPORT_SM_DELIVERY_STATUS_V2",
    "SEND_ROUTING_INFO_FOR_SM",
    "SEND_ROUTING_INFO_FOR_SM_V1",
    "SEND_ROUTING_INFO_FOR_SM_V2",
    "SHORT_MESSAGE_OPERATIONS",
]

_E = ErrorCode
_ROUTING = {
    _E.SYSTEM_FAILURE,
    _E.DATA_MISSING,
    _E.UNEXPECTED_DATA_VALUE,
    _E.FACILITY_NOT_SUPPORTED,
    _E.UNKNOWN_SUBSCRIBER,
    _E.TELESERVICE_NOT_PROVISIONED,
    _E.CALL_BARRED,
}
# DataMissing, IllegalEquipment and SubscriberBusyForMT-SMS are not of version 1 (GSM 09.02 §17.5.6).
_FORWARD_V1 = {
    _E.SYSTEM_FAILURE,
    _E.UNEXPECTED_DATA_VALUE,
    _E.FACILITY_NOT_SUPPORTED,
    _E.UNIDENTIFIED_SUBSCRIBER,
    _E.ILLEGAL_SUBSCRIBER,
    _E.ABSENT_SUBSCRIBER,
    _E.SM_DELIVERY_FAILURE,
}
_FORWARD_V2 = _FORWARD_V1 | {_E.DATA_MISSING, _E.ILLEGAL_EQUIPMENT, _E.SUBSCRIBER_BUSY_FOR_MT_SMS}
_REPORT_V1 = {_E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER, _E.MESSAGE_WAITING_LIST_FULL}
_READY = {_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.FACILITY_NOT_SUPPORTED, _E.UNKNOWN_SUBSCRIBER}

# ---- sendRoutingInfoForSM

SEND_ROUTING_INFO_FOR_SM_V1 = Operation(
    "sendRoutingInfoForSM",
    45,
    SHORT_MSG_GATEWAY_V1,
    RoutingInfoForSmArgV2,
    RoutingInfoForSmResV2,
    frozenset(_ROUTING - {_E.DATA_MISSING} | {_E.ABSENT_SUBSCRIBER}),
    M,
    result_optional=False,
)
SEND_ROUTING_INFO_FOR_SM_V2 = Operation(
    "sendRoutingInfoForSM",
    45,
    SHORT_MSG_GATEWAY_V2,
    RoutingInfoForSmArgV2,
    RoutingInfoForSmResV2,
    frozenset(_ROUTING | {_E.ABSENT_SUBSCRIBER}),
    M,
    result_optional=False,
    before=older(
        SEND_ROUTING_INFO_FOR_SM_V1,
        said.routing_to_v2_of_v1,
        said.routing_to_v2_of_v1,
        said.routing_info_to_v1,
        said.routing_info_to_v2_of_v1,
    ),
)
SEND_ROUTING_INFO_FOR_SM = Operation(
    "sendRoutingInfoForSM",
    45,
    SHORT_MSG_GATEWAY_V3,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    frozenset(_ROUTING | {_E.ABSENT_SUBSCRIBER_SM}),
    M,
    result_optional=False,
    before=older(
        SEND_ROUTING_INFO_FOR_SM_V2,
        said.routing_to_v2,
        said.routing_to_v3,
        said.routing_info_to_v2,
        said.routing_info_to_v3,
    ),
)

# ---- mo-ForwardSM and mt-ForwardSM, which are forwardSM in versions 1 and 2

FORWARD_SM_V1 = Operation("forwardSM", 46, SHORT_MSG_RELAY_V1, ForwardSmArg, None, frozenset(_FORWARD_V1), MT)
MO_FORWARD_SM_V2 = Operation(
    "forwardSM",
    46,
    SHORT_MSG_MO_RELAY_V2,
    ForwardSmArg,
    None,
    frozenset(_FORWARD_V2),
    ML,
    before=older(FORWARD_SM_V1, said.forward_to_v1, said.mo_forward_of_v1),
)
MT_FORWARD_SM_V2 = Operation(
    "forwardSM",
    46,
    SHORT_MSG_MT_RELAY_V2,
    ForwardSmArg,
    None,
    frozenset(_FORWARD_V2),
    MT,
    before=older(FORWARD_SM_V1, said.forward_to_v1, said.mt_forward_of_v1),
)
MO_FORWARD_SM = Operation(
    "mo-ForwardSM",
    46,
    SHORT_MSG_MO_RELAY_V3,
    MoForwardSmArg,
    MoForwardSmRes,
    frozenset(
        {_E.SYSTEM_FAILURE, _E.UNEXPECTED_DATA_VALUE, _E.FACILITY_NOT_SUPPORTED, _E.SM_DELIVERY_FAILURE}
    ),
    ML,
    before=older(MO_FORWARD_SM_V2, said.mo_forward_to_v2, said.mo_forward_to_v3),
)
MT_FORWARD_SM = Operation(
    "mt-ForwardSM",
    44,
    SHORT_MSG_MT_RELAY_V3,
    MtForwardSmArg,
    MtForwardSmRes,
    frozenset(_FORWARD_V2 - {_E.ABSENT_SUBSCRIBER} | {_E.ABSENT_SUBSCRIBER_SM}),
    MT,
    before=older(MT_FORWARD_SM_V2, said.mt_forward_to_v2, said.mt_forward_to_v3),
)

# ---- reportSM-DeliveryStatus

REPORT_SM_DELIVERY_STATUS_V1 = Operation(
    "reportSM-DeliveryStatus",
    47,
    SHORT_MSG_GATEWAY_V1,
    ReportSmDeliveryStatusArgV2,
    None,
    frozenset(_REPORT_V1),
    S,
)
REPORT_SM_DELIVERY_STATUS_V2 = Operation(
    "reportSM-DeliveryStatus",
    47,
    SHORT_MSG_GATEWAY_V2,
    ReportSmDeliveryStatusArgV2,
    ReportSmDeliveryStatusResV2,
    frozenset(_REPORT_V1 | {_E.DATA_MISSING}),
    S,
    before=older(REPORT_SM_DELIVERY_STATUS_V1, said.report_to_v1, said.report_to_v2_of_v1),
)
REPORT_SM_DELIVERY_STATUS = Operation(
    "reportSM-DeliveryStatus",
    47,
    SHORT_MSG_GATEWAY_V3,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    frozenset(_REPORT_V1 | {_E.DATA_MISSING}),
    S,
    before=older(
        REPORT_SM_DELIVERY_STATUS_V2,
        said.report_to_v2,
        said.report_to_v3,
        said.report_result_to_v2,
        said.report_result_to_v3,
    ),
)

# ---- informServiceCentre and alertServiceCentre

INFORM_SERVICE_CENTRE_V2 = Operation(
    "informServiceCentre",
    63,
    SHORT_MSG_GATEWAY_V2,
    InformServiceCentreArgV2,
    None,
    frozenset(),
    S,
    operation_class=4,
)
INFORM_SERVICE_CENTRE = Operation(
    "informServiceCentre",
    63,
    SHORT_MSG_GATEWAY_V3,
    InformServiceCentreArg,
    None,
    frozenset(),
    S,
    operation_class=4,
    before=older(INFORM_SERVICE_CENTRE_V2, said.inform_to_v2, said.inform_to_v3),
)
ALERT_SERVICE_CENTRE_WITHOUT_RESULT_V1 = Operation(
    "alertServiceCentreWithoutResult",
    49,
    SHORT_MSG_ALERT_V1,
    AlertServiceCentreArgV1,
    None,
    frozenset(),
    S,
    operation_class=4,
)
ALERT_SERVICE_CENTRE = Operation(
    "alertServiceCentre",
    64,
    SHORT_MSG_ALERT_V2,
    AlertServiceCentreArg,
    None,
    frozenset({_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE}),
    S,
    before=older(ALERT_SERVICE_CENTRE_WITHOUT_RESULT_V1, said.alert_to_v1, said.alert_to_v2),
)

# ---- readyForSM, which is noteSubscriberPresent in version 1

NOTE_SUBSCRIBER_PRESENT_V1 = Operation(
    "noteSubscriberPresent",
    48,
    MWD_MNGT_V1,
    NoteSubscriberPresentArg,
    None,
    frozenset(),
    S,
    operation_class=4,
)
READY_FOR_SM_V2 = Operation(
    "readyForSM",
    66,
    MWD_MNGT_V2,
    ReadyForSmArgV2,
    None,
    frozenset(_READY),
    M,
    before=older(NOTE_SUBSCRIBER_PRESENT_V1, said.ready_to_v1, said.ready_to_v2_of_v1),
)
READY_FOR_SM = Operation(
    "readyForSM",
    66,
    MWD_MNGT_V3,
    ReadyForSmArg,
    ReadyForSmRes,
    frozenset(_READY),
    M,
    before=older(READY_FOR_SM_V2, said.ready_to_v2, said.ready_to_v3),
)

SHORT_MESSAGE_OPERATIONS = (
    SEND_ROUTING_INFO_FOR_SM,
    MO_FORWARD_SM,
    MT_FORWARD_SM,
    REPORT_SM_DELIVERY_STATUS,
    INFORM_SERVICE_CENTRE,
    ALERT_SERVICE_CENTRE,
    READY_FOR_SM,
    SEND_ROUTING_INFO_FOR_SM_V2,
    MO_FORWARD_SM_V2,
    MT_FORWARD_SM_V2,
    REPORT_SM_DELIVERY_STATUS_V2,
    INFORM_SERVICE_CENTRE_V2,
    READY_FOR_SM_V2,
    SEND_ROUTING_INFO_FOR_SM_V1,
    FORWARD_SM_V1,
    REPORT_SM_DELIVERY_STATUS_V1,
    ALERT_SERVICE_CENTRE_WITHOUT_RESULT_V1,
    NOTE_SUBSCRIBER_PRESENT_V1,
)
"""The newest versions first."""
