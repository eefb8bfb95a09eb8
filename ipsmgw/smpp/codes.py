"""The code points of SMPP: commands, statuses, TLV tags, message states (SMPP v3.4 §5.1, §5.2, §5.3)."""

from enum import IntEnum, IntFlag, unique

__all__ = [
    "RESPONSE",
    "Command",
    "EsmClass",
    "MessageState",
    "Npi",
    "Receipts",
    "Status",
    "Tag",
    "Ton",
    "status_name",
]

RESPONSE = 0x80000000
"""The bit of a command_id that makes it a response (§5.1.2)."""


@unique
class Command(IntEnum):
    """command_id (§5.1.2.1)."""

    BIND_RECEIVER = 0x00000001
    BIND_TRANSMITTER = 0x00000002
    QUERY_SM = 0x00000003
    SUBMIT_SM = 0x00000004
    DELIVER_SM = 0x00000005
    UNBIND = 0x00000006
    REPLACE_SM = 0x00000007
    CANCEL_SM = 0x00000008
    BIND_TRANSCEIVER = 0x00000009
    OUTBIND = 0x0000000B
    ENQUIRE_LINK = 0x00000015
    SUBMIT_MULTI = 0x00000021
    ALERT_NOTIFICATION = 0x00000102
    DATA_SM = 0x00000103
    GENERIC_NACK = 0x80000000
    BIND_RECEIVER_RESP = 0x80000001
    BIND_TRANSMITTER_RESP = 0x80000002
    QUERY_SM_RESP = 0x80000003
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM_RESP = 0x80000005
    UNBIND_RESP = 0x80000006
    REPLACE_SM_RESP = 0x80000007
    CANCEL_SM_RESP = 0x80000008
    BIND_TRANSCEIVER_RESP = 0x80000009
    ENQUIRE_LINK_RESP = 0x80000015
    SUBMIT_MULTI_RESP = 0x80000021
    DATA_SM_RESP = 0x80000103


@unique
class Status(IntEnum):
    """command_status (§5.1.3), without its prefix ESME_."""

    ROK = 0x00000000
    RINVMSGLEN = 0x00000001
    RINVCMDLEN = 0x00000002
    RINVCMDID = 0x00000003
    RINVBNDSTS = 0x00000004
    RALYBND = 0x00000005
    RINVPRTFLG = 0x00000006
    RINVREGDLVFLG = 0x00000007
    RSYSERR = 0x00000008
    RINVSRCADR = 0x0000000A
    RINVDSTADR = 0x0000000B
    RINVMSGID = 0x0000000C
    RBINDFAIL = 0x0000000D
    RINVPASWD = 0x0000000E
    RINVSYSID = 0x0000000F
    RCANCELFAIL = 0x00000011
    RREPLACEFAIL = 0x00000013
    RMSGQFUL = 0x00000014
    RINVSERTYP = 0x00000015
    RINVNUMDESTS = 0x00000033
    RINVDLNAME = 0x00000034
    RINVDESTFLAG = 0x00000040
    RINVSUBREP = 0x00000042
    RINVESMCLASS = 0x00000043
    RCNTSUBDL = 0x00000044
    RSUBMITFAIL = 0x00000045
    RINVSRCTON = 0x00000048
    RINVSRCNPI = 0x00000049
    RINVDSTTON = 0x00000050
    RINVDSTNPI = 0x00000051
    RINVSYSTYP = 0x00000053
    RINVREPFLAG = 0x00000054
    RINVNUMMSGS = 0x00000055
    RTHROTTLED = 0x00000058
    RINVSCHED = 0x00000061
    RINVEXPIRY = 0x00000062
    RINVDFTMSGID = 0x00000063
    RX_T_APPN = 0x00000064
    RX_P_APPN = 0x00000065
    RX_R_APPN = 0x00000066
    RQUERYFAIL = 0x00000067
    RINVOPTPARSTREAM = 0x000000C0
    ROPTPARNOTALLWD = 0x000000C1
    RINVPARLEN = 0x000000C2
    RMISSINGOPTPARAM = 0x000000C3
    RINVOPTPARAMVAL = 0x000000C4
    RDELIVERYFAILURE = 0x000000FE
    RUNKNOWNERR = 0x000000FF


@unique
class Tag(IntEnum):
    """Of an optional parameter (§5.3.2)."""

    DEST_ADDR_SUBUNIT = 0x0005
    DEST_NETWORK_TYPE = 0x0006
    DEST_BEARER_TYPE = 0x0007
    DEST_TELEMATICS_ID = 0x0008
    SOURCE_ADDR_SUBUNIT = 0x000D
    SOURCE_NETWORK_TYPE = 0x000E
    SOURCE_BEARER_TYPE = 0x000F
    SOURCE_TELEMATICS_ID = 0x0010
    QOS_TIME_TO_LIVE = 0x0017
    PAYLOAD_TYPE = 0x0019
    ADDITIONAL_STATUS_INFO_TEXT = 0x001D
    RECEIPTED_MESSAGE_ID = 0x001E
    MS_MSG_WAIT_FACILITIES = 0x0030
    PRIVACY_INDICATOR = 0x0201
    SOURCE_SUBADDRESS = 0x0202
    DEST_SUBADDRESS = 0x0203
    USER_MESSAGE_REFERENCE = 0x0204
    USER_RESPONSE_CODE = 0x0205
    SOURCE_PORT = 0x020A
    DESTINATION_PORT = 0x020B
    SAR_MSG_REF_NUM = 0x020C
    LANGUAGE_INDICATOR = 0x020D
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    SC_INTERFACE_VERSION = 0x0210
    CALLBACK_NUM_PRES_IND = 0x0302
    CALLBACK_NUM_ATAG = 0x0303
    NUMBER_OF_MESSAGES = 0x0304
    CALLBACK_NUM = 0x0381
    DPF_RESULT = 0x0420
    SET_DPF = 0x0421
    MS_AVAILABILITY_STATUS = 0x0422
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    DELIVERY_FAILURE_REASON = 0x0425
    MORE_MESSAGES_TO_SEND = 0x0426
    MESSAGE_STATE = 0x0427
    USSD_SERVICE_OP = 0x0501
    DISPLAY_TIME = 0x1201
    SMS_SIGNAL = 0x1203
    MS_VALIDITY = 0x1204
    ALERT_ON_MESSAGE_DELIVERY = 0x130C
    ITS_REPLY_TYPE = 0x1380
    ITS_SESSION_INFO = 0x1383


@unique
class MessageState(IntEnum):
    """message_state (§5.2.28); `word` is how a receipt in text writes it (appendix B)."""

    ENROUTE = 1
    DELIVERED = 2
    EXPIRED = 3
    DELETED = 4
    UNDELIVERABLE = 5
    ACCEPTED = 6
    UNKNOWN = 7
    REJECTED = 8

    @property
    def word(self) -> str:
        return _WORDS[self]

    @property
    def final(self) -> bool:
        return self not in (MessageState.ENROUTE, MessageState.ACCEPTED, MessageState.UNKNOWN)


_WORDS = {
    MessageState.ENROUTE: "ENROUTE",
    MessageState.DELIVERED: "DELIVRD",
    MessageState.EXPIRED: "EXPIRED",
    MessageState.DELETED: "DELETED",
    MessageState.UNDELIVERABLE: "UNDELIV",
    MessageState.ACCEPTED: "ACCEPTD",
    MessageState.UNKNOWN: "UNKNOWN",
    MessageState.REJECTED: "REJECTD",
}


class Ton(IntEnum):
    """Type of number (§5.2.5)."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK_SPECIFIC = 3
    SUBSCRIBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6


class Npi(IntEnum):
    """Numbering plan indicator (§5.2.6)."""

    UNKNOWN = 0
    ISDN = 1
    DATA = 3
    TELEX = 4
    LAND_MOBILE = 6
    NATIONAL = 8
    PRIVATE = 9
    ERMES = 10
    INTERNET = 14
    WAP = 18


class EsmClass(IntFlag):
    """esm_class (§5.2.12)."""

    DEFAULT = 0
    DATAGRAM = 1
    FORWARD = 2
    STORE_AND_FORWARD = 3
    DELIVERY_RECEIPT = 0x04
    UDHI = 0x40
    REPLY_PATH = 0x80


class Receipts(IntEnum):
    """The SMSC delivery receipt of registered_delivery (§5.2.17); 3 is reserved."""

    NONE = 0
    ALWAYS = 1
    FAILURE = 2
    RESERVED = 3

    @classmethod
    def of(cls, registered_delivery: int) -> "Receipts":
        """What the two lowest bits ask for; the others ask the phone, or for what comes before the end."""
        return cls(registered_delivery & 3)


_STATUSES = {int(status): f"ESME_{status.name}" for status in Status}


def status_name(status: int) -> str:
    """As the specification writes it; what it does not name is told by its number."""
    return _STATUSES.get(status, f"status 0x{status:08X}")
