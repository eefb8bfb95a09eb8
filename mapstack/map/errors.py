"""MAP errors: local codes and the types of their parameters (TS 29.002 §17.6.6, §17.7.7)."""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from mapstack.asn1 import Choice, Sequence
from mapstack.ber import element
from mapstack.errors import DecodeError, LocalError
from mapstack.map import error_parameters as parameters

__all__ = [
    "ERROR_PARAMETERS",
    "ErrorCode",
    "ErrorParameter",
    "MapError",
    "decode_error",
    "encode_error_parameter",
]

ErrorParameter = Sequence | Choice | bytes
_ENUMERATED, _OCTET_STRING = 0x0A, 0x04


class ErrorCode(IntEnum):
    """Local error codes."""

    UNKNOWN_SUBSCRIBER = 1
    UNIDENTIFIED_SUBSCRIBER = 5
    ABSENT_SUBSCRIBER_SM = 6
    ROAMING_NOT_ALLOWED = 8
    ILLEGAL_SUBSCRIBER = 9
    BEARER_SERVICE_NOT_PROVISIONED = 10
    TELESERVICE_NOT_PROVISIONED = 11
    ILLEGAL_EQUIPMENT = 12
    CALL_BARRED = 13
    ILLEGAL_SS_OPERATION = 16
    SS_ERROR_STATUS = 17
    SS_SUBSCRIPTION_VIOLATION = 19
    SS_INCOMPATIBILITY = 20
    FACILITY_NOT_SUPPORTED = 21
    ABSENT_SUBSCRIBER = 27
    SUBSCRIBER_BUSY_FOR_MT_SMS = 31
    SM_DELIVERY_FAILURE = 32
    MESSAGE_WAITING_LIST_FULL = 33
    SYSTEM_FAILURE = 34
    DATA_MISSING = 35
    UNEXPECTED_DATA_VALUE = 36
    ATI_NOT_ALLOWED = 49
    ATM_NOT_ALLOWED = 61
    INFORMATION_NOT_AVAILABLE = 62


class MapError(NamedTuple):
    """A "no": a code, a plain number where it is none of ours, and what comes with it, if anything does."""

    code: ErrorCode | int
    parameter: ErrorParameter | None = None


ERROR_PARAMETERS: Mapping[int, type[Sequence] | type[Choice]] = {
    ErrorCode.UNKNOWN_SUBSCRIBER: parameters.UnknownSubscriberParam,
    ErrorCode.UNIDENTIFIED_SUBSCRIBER: parameters.UnidentifiedSubParam,
    ErrorCode.ABSENT_SUBSCRIBER_SM: parameters.AbsentSubscriberSmParam,
    ErrorCode.ROAMING_NOT_ALLOWED: parameters.RoamingNotAllowedParam,
    ErrorCode.ILLEGAL_SUBSCRIBER: parameters.IllegalSubscriberParam,
    ErrorCode.BEARER_SERVICE_NOT_PROVISIONED: parameters.BearerServNotProvParam,
    ErrorCode.TELESERVICE_NOT_PROVISIONED: parameters.TeleservNotProvParam,
    ErrorCode.ILLEGAL_EQUIPMENT: parameters.IllegalEquipmentParam,
    ErrorCode.CALL_BARRED: parameters.CallBarredParam,
    ErrorCode.ILLEGAL_SS_OPERATION: parameters.IllegalSsOperationParam,
    ErrorCode.SS_SUBSCRIPTION_VIOLATION: parameters.SsSubscriptionViolationParam,
    ErrorCode.SS_INCOMPATIBILITY: parameters.SsIncompatibilityCause,
    ErrorCode.FACILITY_NOT_SUPPORTED: parameters.FacilityNotSupParam,
    ErrorCode.ABSENT_SUBSCRIBER: parameters.AbsentSubscriberParam,
    ErrorCode.SUBSCRIBER_BUSY_FOR_MT_SMS: parameters.SubBusyForMtSmsParam,
    ErrorCode.SM_DELIVERY_FAILURE: parameters.SmDeliveryFailureCause,
    ErrorCode.MESSAGE_WAITING_LIST_FULL: parameters.MessageWaitListFullParam,
    ErrorCode.SYSTEM_FAILURE: parameters.SystemFailureParam,
    ErrorCode.DATA_MISSING: parameters.DataMissingParam,
    ErrorCode.UNEXPECTED_DATA_VALUE: parameters.UnexpectedDataParam,
    ErrorCode.ATI_NOT_ALLOWED: parameters.AtiNotAllowedParam,
    ErrorCode.ATM_NOT_ALLOWED: parameters.AtmNotAllowedParam,
    ErrorCode.INFORMATION_NOT_AVAILABLE: parameters.InformationNotAvailableParam,
}
"""All but ss-ErrorStatus, whose parameter is one octet."""

_CODES = {int(code): code for code in ErrorCode}


def decode_error(code: int, data: bytes, tag: int, start: int, stop: int) -> MapError:
    """An error and its parameter; tag 0 says that it has none, which is accepted of every error."""
    known = _CODES.get(code, code)
    kind = ERROR_PARAMETERS.get(code)
    if not tag:
        return MapError(known)
    if code == ErrorCode.SS_ERROR_STATUS:
        if tag != _OCTET_STRING or stop - start != 1:
            raise DecodeError("map", "SS-Status is not one octet", offset=start)
        return MapError(known, data[start:stop])
    if code == ErrorCode.SM_DELIVERY_FAILURE and tag == _ENUMERATED:
        # Version 1 has the cause alone, which stands at the same place in the SEQUENCE.
        alone = element(_ENUMERATED, data[start:stop])
        return MapError(known, parameters.SmDeliveryFailureCause.decode_contents(alone, 0, len(alone)))
    return MapError(known, kind.decode_element(data, tag, start, stop) if kind else None)


def encode_error_parameter(error: MapError) -> bytes:
    """The element that follows the error code, or nothing."""
    code, parameter = error
    if parameter is None:
        return b""
    if isinstance(parameter, bytes):
        if code != ErrorCode.SS_ERROR_STATUS or len(parameter) != 1:
            raise LocalError(f"error {code} has no octets as its parameter")
        return b"\x04\x01" + parameter
    if type(parameter) is not ERROR_PARAMETERS.get(code):
        raise LocalError(f"error {code} has no {type(parameter).__name__}")
    return parameter.encode_element()
