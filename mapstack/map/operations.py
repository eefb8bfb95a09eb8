"""The operations: codes, contexts, arguments, results, errors and invoke timers (TS 29.002 §17.5, §17.6)."""

from collections.abc import Mapping
from dataclasses import dataclass

from mapstack.asn1 import Sequence
from mapstack.map.any_time_modification import AnyTimeModificationArg, AnyTimeModificationRes
from mapstack.map.application_contexts import (
    ANY_TIME_INFO_HANDLING_V3,
    SHORT_MSG_ALERT_V2,
    SHORT_MSG_GATEWAY_V3,
    SHORT_MSG_MO_RELAY_V3,
    SHORT_MSG_MT_RELAY_V3,
)
from mapstack.map.errors import ErrorCode
from mapstack.map.short_message import (
    AlertServiceCentreArg,
    InformServiceCentreArg,
    MoForwardSmArg,
    MoForwardSmRes,
    MtForwardSmArg,
    MtForwardSmRes,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
)
from mapstack.tcap.application_context import ApplicationContext

__all__ = [
    "ALERT_SERVICE_CENTRE",
    "ANY_TIME_MODIFICATION",
    "INFORM_SERVICE_CENTRE",
    "MO_FORWARD_SM",
    "MT_FORWARD_SM",
    "OPERATIONS",
    "OPERATIONS_OF",
    "REPORT_SM_DELIVERY_STATUS",
    "SEND_ROUTING_INFO_FOR_SM",
    "Operation",
]

# TS 29.002 §17.1.2: s is 3 to 10 s, m 15 to 30 s, ml 1 to 10 min.
_S, _M, _ML = 10.0, 30.0, 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operation of MAP; `timer` is how long its invoker waits."""

    name: str
    code: int
    context: ApplicationContext
    argument: type[Sequence]
    result: type[Sequence] | None
    errors: frozenset[ErrorCode]
    timer: float
    result_optional: bool = True
    """A result without a parameter is one (TS 29.002 §17.6)."""
    operation_class: int = 1
    """1: a result or an error is sent; 4: nothing is."""

    def __repr__(self) -> str:
        return f"<{self.name}>"


_E = ErrorCode

SEND_ROUTING_INFO_FOR_SM = Operation(
    "sendRoutingInfoForSM",
    45,
    SHORT_MSG_GATEWAY_V3,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    frozenset(
        {
            _E.SYSTEM_FAILURE,
            _E.DATA_MISSING,
            _E.UNEXPECTED_DATA_VALUE,
            _E.FACILITY_NOT_SUPPORTED,
            _E.UNKNOWN_SUBSCRIBER,
            _E.TELESERVICE_NOT_PROVISIONED,
            _E.CALL_BARRED,
            _E.ABSENT_SUBSCRIBER_SM,
        }
    ),
    _M,
    result_optional=False,
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
    _ML,
)
MT_FORWARD_SM = Operation(
    "mt-ForwardSM",
    44,
    SHORT_MSG_MT_RELAY_V3,
    MtForwardSmArg,
    MtForwardSmRes,
    frozenset(
        {
            _E.SYSTEM_FAILURE,
            _E.DATA_MISSING,
            _E.UNEXPECTED_DATA_VALUE,
            _E.FACILITY_NOT_SUPPORTED,
            _E.UNIDENTIFIED_SUBSCRIBER,
            _E.ILLEGAL_SUBSCRIBER,
            _E.ILLEGAL_EQUIPMENT,
            _E.SUBSCRIBER_BUSY_FOR_MT_SMS,
            _E.SM_DELIVERY_FAILURE,
            _E.ABSENT_SUBSCRIBER_SM,
        }
    ),
    # Within ml; a gateway may try one domain after the other, each with its own timer.
    3 * _ML,
)
REPORT_SM_DELIVERY_STATUS = Operation(
    "reportSM-DeliveryStatus",
    47,
    SHORT_MSG_GATEWAY_V3,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    frozenset(
        {_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER, _E.MESSAGE_WAITING_LIST_FULL}
    ),
    _S,
)
INFORM_SERVICE_CENTRE = Operation(
    "informServiceCentre",
    63,
    SHORT_MSG_GATEWAY_V3,
    InformServiceCentreArg,
    None,
    frozenset(),
    _S,
    operation_class=4,
)
ALERT_SERVICE_CENTRE = Operation(
    "alertServiceCentre",
    64,
    SHORT_MSG_ALERT_V2,
    AlertServiceCentreArg,
    None,
    frozenset({_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE}),
    _S,
)
ANY_TIME_MODIFICATION = Operation(
    "anyTimeModification",
    65,
    ANY_TIME_INFO_HANDLING_V3,
    AnyTimeModificationArg,
    AnyTimeModificationRes,
    frozenset(
        {
            _E.ATM_NOT_ALLOWED,
            _E.DATA_MISSING,
            _E.UNEXPECTED_DATA_VALUE,
            _E.UNKNOWN_SUBSCRIBER,
            _E.BEARER_SERVICE_NOT_PROVISIONED,
            _E.TELESERVICE_NOT_PROVISIONED,
            _E.CALL_BARRED,
            _E.ILLEGAL_SS_OPERATION,
            _E.SS_SUBSCRIPTION_VIOLATION,
            _E.SS_ERROR_STATUS,
            _E.SS_INCOMPATIBILITY,
            _E.INFORMATION_NOT_AVAILABLE,
        }
    ),
    _M,
)

OPERATIONS = (
    SEND_ROUTING_INFO_FOR_SM,
    MO_FORWARD_SM,
    MT_FORWARD_SM,
    REPORT_SM_DELIVERY_STATUS,
    INFORM_SERVICE_CENTRE,
    ALERT_SERVICE_CENTRE,
    ANY_TIME_MODIFICATION,
)

OPERATIONS_OF: Mapping[ApplicationContext, Mapping[int, Operation]] = {
    context: {operation.code: operation for operation in OPERATIONS if operation.context is context}
    for context in dict.fromkeys(operation.context for operation in OPERATIONS)
}
"""What may be invoked in a dialogue of each context."""
