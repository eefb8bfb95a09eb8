"""Every operation that this stack speaks, by context and by code (TS 29.002 §17.5, §17.6)."""

from collections.abc import Mapping

from mapstack.map.any_time_modification import AnyTimeModificationArg, AnyTimeModificationRes
from mapstack.map.application_contexts import (
    ANY_TIME_INFO_HANDLING_V3,
    NETWORK_LOC_UP_V1,
    NETWORK_LOC_UP_V2,
    NETWORK_LOC_UP_V3,
)
from mapstack.map.errors import ErrorCode
from mapstack.map.mobile_service_operations import (
    ANY_TIME_INTERROGATION,
    CANCEL_LOCATION,
    DELETE_SUBSCRIBER_DATA,
    INSERT_SUBSCRIBER_DATA,
    INSERT_SUBSCRIBER_DATA_V1,
    INSERT_SUBSCRIBER_DATA_V2,
    MOBILE_SERVICE_OPERATIONS,
    NOTE_SUBSCRIBER_DATA_MODIFIED,
    PROVIDE_SUBSCRIBER_INFO,
    PURGE_MS,
    SEND_AUTHENTICATION_INFO,
    UPDATE_GPRS_LOCATION,
    UPDATE_LOCATION,
)
from mapstack.map.operation import Operation, Parameter
from mapstack.map.short_message_operations import (
    ALERT_SERVICE_CENTRE,
    INFORM_SERVICE_CENTRE,
    MO_FORWARD_SM,
    MT_FORWARD_SM,
    READY_FOR_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_ROUTING_INFO_FOR_SM,
    SHORT_MESSAGE_OPERATIONS,
)
from mapstack.map.timers import M
from mapstack.tcap.application_context import ApplicationContext

__all__ = [
    "ALERT_SERVICE_CENTRE",
    "ANY_TIME_INTERROGATION",
    "ANY_TIME_MODIFICATION",
    "CANCEL_LOCATION",
    "DELETE_SUBSCRIBER_DATA",
    "INFORM_SERVICE_CENTRE",
    "INSERT_SUBSCRIBER_DATA",
    "MO_FORWARD_SM",
    "MT_FORWARD_SM",
    "NEWER",
    "NOTE_SUBSCRIBER_DATA_MODIFIED",
    "OPERATIONS",
    "OPERATIONS_OF",
    "OPERATIONS_V1",
    "PROVIDE_SUBSCRIBER_INFO",
    "PURGE_MS",
    "READY_FOR_SM",
    "REPORT_SM_DELIVERY_STATUS",
    "SEND_AUTHENTICATION_INFO",
    "SEND_ROUTING_INFO_FOR_SM",
    "UPDATE_GPRS_LOCATION",
    "UPDATE_LOCATION",
    "Operation",
    "newest",
]

_E = ErrorCode

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
    M,
)

OPERATIONS = (*SHORT_MESSAGE_OPERATIONS, ANY_TIME_MODIFICATION, *MOBILE_SERVICE_OPERATIONS)

# TS 29.002 §17.3.2: the package that the responder invokes from, where it has a context of its own too.
_OF_RESPONDER: Mapping[ApplicationContext, Operation] = {
    NETWORK_LOC_UP_V3: INSERT_SUBSCRIBER_DATA,
    NETWORK_LOC_UP_V2: INSERT_SUBSCRIBER_DATA_V2,
    NETWORK_LOC_UP_V1: INSERT_SUBSCRIBER_DATA_V1,
    UPDATE_GPRS_LOCATION.context: INSERT_SUBSCRIBER_DATA,
}

OPERATIONS_OF: Mapping[ApplicationContext, Mapping[int, Operation]] = {
    context: {
        operation.code: operation
        for operation in OPERATIONS
        if operation.context is context or operation is _OF_RESPONDER.get(context)
    }
    for context in dict.fromkeys(operation.context for operation in OPERATIONS)
}
"""What may be invoked in a dialogue of each context."""

OPERATIONS_V1: Mapping[int, Operation] = {
    each.code: each for each in reversed(OPERATIONS) if each.version == 1
}
"""What may be invoked in a dialogue without a dialogue portion, by its code (TS 29.002 §5.2)."""

NEWER: Mapping[Operation, tuple[Operation, ...]] = {
    each: tuple(newer for newer in OPERATIONS if newer.older is each) for each in OPERATIONS
}
"""What an operation has become in the next version; forwardSM of version 1 has become two."""


def newest(operation: Operation, arg: Parameter) -> tuple[Operation, Parameter]:
    """The operation and its argument as the newest version that means the same has them.

    forwardSM of version 1 has become two: its argument says which of them it is.
    """
    for newer in NEWER[operation]:
        if (said := newer.of_older(arg)) is not None:
            return newest(newer, said)
    return operation, arg
