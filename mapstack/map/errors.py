"""MAP errors: local codes and the types of their parameters (TS 29.002 §17.6.6, §17.7.7)."""

from collections.abc import Container, Mapping
from enum import IntEnum
from typing import NamedTuple

from mapstack.asn1 import Choice, Sequence
from mapstack.ber import element
from mapstack.errors import DecodeError, LocalError
from mapstack.map import error_parameters as parameters
from mapstack.map.error_parameters_v2 import MwdSet, encode_in_version, in_newest
from mapstack.map.supplementary_service import SsSubscriptionOption

__all__ = [
    "ERROR_PARAMETERS",
    "ErrorCode",
    "ErrorParameter",
    "MapError",
    "decode_error",
    "encode_error_parameter",
    "error_before",
]

ErrorParameter = Sequence | Choice | bytes
_ENUMERATED, _OCTET_STRING, _SEQUENCE = 0x0A, 0x04, 0x30
_NEWEST = 3


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

# Versions 1 and 2 have other types in these tags (GSM 09.02 §17.6.6): where a word stands alone,
# it is at the same place in the SEQUENCE of version 3.
_ALONE: Mapping[tuple[int, int], type[Sequence]] = {
    (ErrorCode.SM_DELIVERY_FAILURE, _ENUMERATED): parameters.SmDeliveryFailureCause,
    (ErrorCode.ROAMING_NOT_ALLOWED, _ENUMERATED): parameters.RoamingNotAllowedParam,
}
_OLDER: Mapping[int, type[Choice]] = {
    ErrorCode.ABSENT_SUBSCRIBER: MwdSet,
    ErrorCode.SS_SUBSCRIPTION_VIOLATION: SsSubscriptionOption,
}

_CODES = {int(code): code for code in ErrorCode}
_WORDS: dict[type, str] = {
    parameters.SystemFailureParam: "network_resource",
    parameters.CallBarredParam: "call_barring_cause",
}
"""Where older versions say a word alone, version 3 has it within a SEQUENCE (TS 29.002 §17.7.7)."""

# What an older version says instead of an error that it lacks (GSM 09.02 §17.5: each operation has a list).
_BEFORE: Mapping[int, tuple[ErrorCode, ...]] = {
    ErrorCode.ABSENT_SUBSCRIBER_SM: (ErrorCode.ABSENT_SUBSCRIBER,),
    ErrorCode.SUBSCRIBER_BUSY_FOR_MT_SMS: (ErrorCode.ABSENT_SUBSCRIBER,),
    ErrorCode.ILLEGAL_EQUIPMENT: (ErrorCode.ILLEGAL_SUBSCRIBER,),
    ErrorCode.DATA_MISSING: (ErrorCode.UNEXPECTED_DATA_VALUE,),
}
_ANY_FAILURE = (ErrorCode.SYSTEM_FAILURE, ErrorCode.UNEXPECTED_DATA_VALUE)


def decode_error(code: int, data: bytes, tag: int, start: int, stop: int) -> MapError:
    """An error of any version and its parameter; tag 0: it has none, which is accepted of every error."""
    known = _CODES.get(code, code)
    kind = ERROR_PARAMETERS.get(code)
    if not tag:
        return MapError(known)
    if code == ErrorCode.SS_ERROR_STATUS:
        if tag != _OCTET_STRING or stop - start != 1:
            raise DecodeError("map", "SS-Status is not one octet", offset=start)
        return MapError(known, data[start:stop])
    if alone := _ALONE.get((code, tag)):
        word = element(tag, data[start:stop])
        return MapError(known, alone.decode_contents(word, 0, len(word)))
    if tag != _SEQUENCE and code in _OLDER:
        return MapError(known, _OLDER[code].decode_element(data, tag, start, stop))
    return MapError(known, kind.decode_element(data, tag, start, stop) if kind else None)


def encode_error_parameter(error: MapError, version: int = 3) -> bytes:
    """The element that follows the error code in this version, or nothing."""
    code, parameter = error
    if parameter is None:
        return b""
    if isinstance(parameter, bytes):
        if code != ErrorCode.SS_ERROR_STATUS or len(parameter) != 1:
            raise LocalError(f"error {code} has no octets as its parameter")
        return b"\x04\x01" + parameter
    kind = type(parameter)
    if kind is not ERROR_PARAMETERS.get(code) and (version == _NEWEST or kind is not _OLDER.get(code)):
        raise LocalError(f"error {code} has no {kind.__name__} in version {version}")
    if version != _NEWEST:
        return encode_in_version(parameter, version)
    word = _WORDS.get(kind)
    if word is not None and getattr(parameter, word) is not None:
        parameter = in_newest(parameter)
    return parameter.encode_element()


def error_before(error: MapError, known: Container[int]) -> MapError:
    """An error in the words of an operation that has only those errors."""
    if error.code in known:
        return error
    instead = (*_BEFORE.get(error.code, ()), *_ANY_FAILURE)
    return MapError(next((each for each in instead if each in known), error.code))
