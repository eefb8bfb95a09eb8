"""The code points of a TPDU: direction, TP-FCS, TP-ST, TP-CT, TP-PID (TS 23.040 §9.2.3)."""

from enum import Enum, IntEnum

__all__ = [
    "CommandType",
    "Direction",
    "FailureCause",
    "RpMessage",
    "Status",
    "StatusGroup",
    "protocol_identifier",
    "words",
]


class Direction(IntEnum):
    """Which way a TPDU travels: TP-MTI means another thing each way (§9.2.3.1)."""

    FROM_UE = 0
    TO_UE = 1


class RpMessage(IntEnum):
    """In which RP message a TPDU rides: only in RP-ERROR has a report its TP-FCS (§9.2.2.1a, §9.2.2.2a)."""

    DATA = 0
    ACK = 1
    ERROR = 2


class CommandType(IntEnum):
    """TP-CT (§9.2.3.19); E0 to FF are the SC's own."""

    ENQUIRY = 0
    CANCEL_STATUS_REPORT_REQUEST = 1
    DELETE_SUBMITTED_SHORT_MESSAGE = 2
    ENABLE_STATUS_REPORT_REQUEST = 3


class FailureCause(IntEnum):
    """TP-FCS (§9.2.3.22)."""

    TELEMATIC_INTERWORKING_NOT_SUPPORTED = 0x80
    SHORT_MESSAGE_TYPE_0_NOT_SUPPORTED = 0x81
    CANNOT_REPLACE_SHORT_MESSAGE = 0x82
    UNSPECIFIED_TP_PID_ERROR = 0x8F
    DATA_CODING_SCHEME_NOT_SUPPORTED = 0x90
    MESSAGE_CLASS_NOT_SUPPORTED = 0x91
    UNSPECIFIED_TP_DCS_ERROR = 0x9F
    COMMAND_CANNOT_BE_ACTIONED = 0xA0
    COMMAND_UNSUPPORTED = 0xA1
    UNSPECIFIED_TP_COMMAND_ERROR = 0xAF
    TPDU_NOT_SUPPORTED = 0xB0
    SC_BUSY = 0xC0
    NO_SC_SUBSCRIPTION = 0xC1
    SC_SYSTEM_FAILURE = 0xC2
    INVALID_SME_ADDRESS = 0xC3
    DESTINATION_SME_BARRED = 0xC4
    SM_REJECTED_DUPLICATE_SM = 0xC5
    TP_VPF_NOT_SUPPORTED = 0xC6
    TP_VP_NOT_SUPPORTED = 0xC7
    SIM_SMS_STORAGE_FULL = 0xD0
    NO_SMS_STORAGE_CAPABILITY_IN_SIM = 0xD1
    ERROR_IN_MS = 0xD2
    MEMORY_CAPACITY_EXCEEDED = 0xD3
    SIM_APPLICATION_TOOLKIT_BUSY = 0xD4
    SIM_DATA_DOWNLOAD_ERROR = 0xD5
    UNSPECIFIED_ERROR_CAUSE = 0xFF


class Status(IntEnum):
    """TP-ST (§9.2.3.15)."""

    RECEIVED_BY_SME = 0x00
    FORWARDED_WITHOUT_CONFIRMATION = 0x01
    REPLACED_BY_SC = 0x02
    CONGESTION_STILL_TRYING = 0x20
    SME_BUSY_STILL_TRYING = 0x21
    NO_RESPONSE_STILL_TRYING = 0x22
    SERVICE_REJECTED_STILL_TRYING = 0x23
    QUALITY_OF_SERVICE_NOT_AVAILABLE_STILL_TRYING = 0x24
    ERROR_IN_SME_STILL_TRYING = 0x25
    REMOTE_PROCEDURE_ERROR = 0x40
    INCOMPATIBLE_DESTINATION = 0x41
    CONNECTION_REJECTED_BY_SME = 0x42
    NOT_OBTAINABLE = 0x43
    QUALITY_OF_SERVICE_NOT_AVAILABLE = 0x44
    NO_INTERWORKING_AVAILABLE = 0x45
    VALIDITY_PERIOD_EXPIRED = 0x46
    DELETED_BY_ORIGINATING_SME = 0x47
    DELETED_BY_SC_ADMINISTRATION = 0x48
    SM_DOES_NOT_EXIST = 0x49
    CONGESTION = 0x60
    SME_BUSY = 0x61
    NO_RESPONSE = 0x62
    SERVICE_REJECTED = 0x63
    QUALITY_OF_SERVICE_NOT_AVAILABLE_GIVEN_UP = 0x64
    ERROR_IN_SME = 0x65


class StatusGroup(Enum):
    """What any TP-ST says of the message, also one that is reserved (§9.2.3.15)."""

    COMPLETED = "transaction completed"
    STILL_TRYING = "temporary error, the SC still tries"
    PERMANENT = "permanent error, the SC has stopped"
    GIVEN_UP = "temporary error, the SC has stopped"
    RESERVED = "reserved"

    @classmethod
    def of(cls, status: int) -> "StatusGroup":
        """The group of a TP-ST."""
        return _GROUPS[min(status >> 5, 4)]


_GROUPS = tuple(StatusGroup)

_TELEMATIC = {
    0: "implicit device",
    1: "telex",
    2: "group 3 telefax",
    3: "group 4 telefax",
    4: "voice telephone",
    5: "ERMES",
    6: "national paging system",
    7: "videotex",
    8: "teletex, carrier unspecified",
    9: "teletex, PSPDN",
    10: "teletex, CSPDN",
    11: "teletex, analogue PSTN",
    12: "teletex, digital ISDN",
    13: "UCI",
    16: "message handling facility",
    17: "X.400 message handling system",
    18: "Internet electronic mail",
    31: "GSM or UMTS mobile station",
}

_SHORT_MESSAGE = {
    0x40: "short message type 0",
    **{0x40 + number: f"replace short message type {number}" for number in range(1, 8)},
    0x48: "device triggering short message",
    0x5E: "enhanced message service (obsolete)",
    0x5F: "return call message",
    0x7C: "ANSI-136 R-DATA",
    0x7D: "ME data download",
    0x7E: "ME de-personalization short message",
    0x7F: "(U)SIM data download",
}


def protocol_identifier(octet: int) -> str:
    """What a TP-PID asks for, in words (§9.2.3.9)."""
    if octet < 0x20:
        return "no telematic interworking" if octet == 0 else f"SM-AL protocol {octet}"
    if octet < 0x40:
        return "telematic interworking: " + _TELEMATIC.get(octet & 31, "reserved or SC specific")
    return "SC specific" if octet >= 0xC0 else _SHORT_MESSAGE.get(octet, "reserved")


def words(codes: type[IntEnum], value: int) -> str:
    """The name of a code in words; what the specification does not name is reserved."""
    try:
        return codes(value).name.lower().replace("_", " ")
    except ValueError:
        return "reserved or specific"
