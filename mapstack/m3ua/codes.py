"""The codes of ERR, NTFY, REG RSP and DEREG RSP (RFC 4666 §3.6, §3.8)."""

from enum import IntEnum

__all__ = ["DeregistrationStatus", "ErrorCode", "RegistrationStatus", "Status", "code_name"]


class ErrorCode(IntEnum):
    """RFC 4666 §3.8.1."""

    INVALID_VERSION = 0x01
    UNSUPPORTED_MESSAGE_CLASS = 0x03
    UNSUPPORTED_MESSAGE_TYPE = 0x04
    UNSUPPORTED_TRAFFIC_MODE_TYPE = 0x05
    UNEXPECTED_MESSAGE = 0x06
    PROTOCOL_ERROR = 0x07
    INVALID_STREAM_IDENTIFIER = 0x09
    REFUSED_MANAGEMENT_BLOCKING = 0x0D
    ASP_IDENTIFIER_REQUIRED = 0x0E
    INVALID_ASP_IDENTIFIER = 0x0F
    INVALID_PARAMETER_VALUE = 0x11
    PARAMETER_FIELD_ERROR = 0x12
    UNEXPECTED_PARAMETER = 0x13
    DESTINATION_STATUS_UNKNOWN = 0x14
    INVALID_NETWORK_APPEARANCE = 0x15
    MISSING_PARAMETER = 0x16
    INVALID_ROUTING_CONTEXT = 0x19
    NO_CONFIGURED_AS_FOR_ASP = 0x1A


class Status(IntEnum):
    """Status type and information of NTFY, as one number (RFC 4666 §3.8.2)."""

    AS_INACTIVE = 1 << 16 | 2
    AS_ACTIVE = 1 << 16 | 3
    AS_PENDING = 1 << 16 | 4
    INSUFFICIENT_ASP_RESOURCES = 2 << 16 | 1
    ALTERNATE_ASP_ACTIVE = 2 << 16 | 2
    ASP_FAILURE = 2 << 16 | 3


class RegistrationStatus(IntEnum):
    """RFC 4666 §3.6.2."""

    REGISTERED = 0
    UNKNOWN = 1
    INVALID_DPC = 2
    INVALID_NETWORK_APPEARANCE = 3
    INVALID_ROUTING_KEY = 4
    PERMISSION_DENIED = 5
    CANNOT_SUPPORT_UNIQUE_ROUTING = 6
    ROUTING_KEY_NOT_PROVISIONED = 7
    INSUFFICIENT_RESOURCES = 8
    UNSUPPORTED_PARAMETER_FIELD = 9
    UNSUPPORTED_TRAFFIC_MODE = 10
    ROUTING_KEY_CHANGE_REFUSED = 11
    ROUTING_KEY_ALREADY_REGISTERED = 12


class DeregistrationStatus(IntEnum):
    """RFC 4666 §3.6.4."""

    DEREGISTERED = 0
    UNKNOWN = 1
    INVALID_ROUTING_CONTEXT = 2
    PERMISSION_DENIED = 3
    NOT_REGISTERED = 4
    ASP_CURRENTLY_ACTIVE = 5


def code_name(codes: type[IntEnum], code: int) -> str:
    """The specification's words for a code, or its number."""
    return codes(code).name.replace("_", " ").lower() if code in set(codes) else f"code {code:#x}"
