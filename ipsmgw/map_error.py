"""From a Cause to the MAP error that says it, and back (TS 23.040 §11, TS 29.002 §17.6.6)."""

from ipsmgw.cause import Cause, MapCause
from mapstack.map import (
    AbsentSubscriberSmParam,
    CallBarredParam,
    CallBarringCause,
    ErrorCode,
    ExtensibleCallBarredParam,
    ExtensibleSystemFailureParam,
    MapError,
    SmDeliveryFailureCause,
    SystemFailureParam,
)

__all__ = ["cause_of", "diagnostic_info", "error_of"]


def cause_of(error: MapError) -> Cause:
    """What an error of the peer means to us."""
    code, parameter = error
    match parameter:
        case SmDeliveryFailureCause():
            failure = int(parameter.sm_enumerated_delivery_failure_cause)
            return Cause.from_map(MapCause(code, sm_delivery_failure=failure))
        case AbsentSubscriberSmParam():
            diagnostic = parameter.absent_subscriber_diagnostic_sm
            return Cause.from_map(MapCause(code, absent_subscriber_diagnostic=diagnostic))
        case CallBarredParam():
            return Cause.from_map(MapCause(code, call_barring=_barring(parameter)))
    return Cause.from_map(MapCause(code))


def diagnostic_info(error: MapError) -> bytes | None:
    """The report TPDU that rides in an sm-DeliveryFailure."""
    parameter = error.parameter
    return parameter.diagnostic_info if isinstance(parameter, SmDeliveryFailureCause) else None


def error_of(cause: Cause, diagnostic: bytes | None = None) -> MapError:
    """The error for a cause, with the report TPDU where the error has room for it."""
    code, failure, absent, barring = cause.map_cause
    if failure is not None:
        parameter = SmDeliveryFailureCause(
            sm_enumerated_delivery_failure_cause=failure, diagnostic_info=diagnostic
        )
        return MapError(code, parameter)
    if absent is not None:
        return MapError(code, AbsentSubscriberSmParam(absent_subscriber_diagnostic_sm=absent))
    if barring is not None:
        barred = ExtensibleCallBarredParam(call_barring_cause=CallBarringCause(barring))
        return MapError(code, CallBarredParam(extensible_call_barred_param=barred))
    if code == ErrorCode.SYSTEM_FAILURE:  # version 3 sends the SEQUENCE (§17.6.6)
        failed = ExtensibleSystemFailureParam()
        return MapError(code, SystemFailureParam(extensible_system_failure_param=failed))
    return MapError(code)


def _barring(parameter: CallBarredParam) -> int | None:
    if parameter.call_barring_cause is not None:
        return int(parameter.call_barring_cause)
    extensible = parameter.extensible_call_barred_param
    cause = extensible.call_barring_cause if extensible else None
    return None if cause is None else int(cause)
