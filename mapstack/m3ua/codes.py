"""The codes of ERR and NTFY (RFC 4666 §3.8.1, §3.8.2)."""

from enum import IntEnum

__all__ = ["ErrorCode", "Status", "code_name"]


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


def code_name(codes: type[IntEnum], code: int) -> str:
    """The specification's words for a code, or its number."""
    return codes(code).name.replace("_", " ").lower() if code in set(codes) else f"code {code:#x}"
