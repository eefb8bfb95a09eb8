"""Charging records of an IP-SM-GW as ASN.1: ISMSMORecord and ISMSMTRecord (TS 32.298 §5.2.4.5).

A SET whose members have context tags is written as a SEQUENCE of them is; only its own tag is another one,
and in `SMSRecordType` that is a context tag too: [112] and [113].
"""

from enum import IntEnum

from mapstack.asn1 import (
    ADDRESS,
    BOOLEAN,
    ENUMERATED,
    IMSI,
    ISDN_ADDRESS,
    NULL,
    OCTET_STRING,
    UNSIGNED,
    AddressString,
    Choice,
    Kind,
    Sequence,
    TaggedSequence,
    field,
    sequence_of,
    tagged,
)

__all__ = [
    "ExtensionInformation",
    "IsmsMoRecord",
    "IsmsMtRecord",
    "ManagementExtension",
    "NodeAddress",
    "OriginatorInfo",
    "RecipientInfo",
    "RecordType",
    "SmAddressInfo",
    "SmAddressType",
    "SmInterface",
    "SmInterfaceType",
    "SmMessageType",
    "SmsResult",
]

_MO_TAG, _MT_TAG = 0xBF70, 0xBF71  # [112], [113], constructed (X.690 §8.1.2.4)
_MOST_RECIPIENTS = 16
_MOST_EXTENSIONS = 8
_LONGEST_TEXT = 1024
_GRAPHIC = bytes(octet if 0x20 <= octet < 0x7F else ord("?") for octet in range(256))


class RecordType(IntEnum):
    """Those of an IP-SM-GW (TS 32.298 §5.2.2.1)."""

    ISMSMO = 112
    ISMSMT = 113


class SmMessageType(IntEnum):
    SUBMISSION = 0
    DELIVERY_REPORT = 1
    SM_SERVICE_REQUEST = 2
    DELIVERY = 3


class SmAddressType(IntEnum):
    EMAIL_ADDRESS = 0
    MSISDN = 1
    NUMERIC_SHORT_CODE = 4
    ALPHANUMERIC_SHORT_CODE = 5
    OTHER = 6
    IMSI = 7
    NAI = 8


class SmInterfaceType(IntEnum):
    UNKNOWN = 0
    MOBILE_ORIGINATING = 1
    MOBILE_TERMINATING = 2
    APPLICATION_ORIGINATING = 3
    APPLICATION_TERMINATING = 4


def _decode_text(octets: bytes) -> str:
    return octets.decode("latin-1")


def _encode_text(text: str) -> bytes:
    """Of a GraphicString the characters that need no escape sequence (X.690 §8.23, ISO 2022): no control
    characters, and of the others those of ASCII.
    """
    return text.encode("ascii", "replace")[:_LONGEST_TEXT].translate(_GRAPHIC)


def _encode_utf8(text: str) -> bytes:
    """What does not fit is cut off, between two characters."""
    return text.encode()[:_LONGEST_TEXT].decode(errors="ignore").encode()


GRAPHIC_STRING: Kind[str] = Kind(
    "GraphicString",
    0x19,
    "decode_text(data[start:stop])",
    "encode_text(value)",
    (0, _LONGEST_TEXT),
    None,
    {"decode_text": _decode_text, "encode_text": _encode_text},
)
UTF8_STRING: Kind[str] = Kind(
    "UTF8String",
    0x0C,
    "str(data[start:stop], 'utf-8', 'replace')",
    "encode_utf8(value)",
    (0, _LONGEST_TEXT),
    None,
    {"encode_utf8": _encode_utf8},
)
OBJECT_IDENTIFIER: Kind[bytes] = Kind("OBJECT IDENTIFIER", 0x06, "data[start:stop]", "value", (1, 64))
TIME_STAMP = OCTET_STRING(9, 9)
MESSAGE_REFERENCE = OCTET_STRING(0, 255)
USER_DATA_HEADER = OCTET_STRING(0, 255)


class NodeAddress(Choice):
    """Where the node is, by its name."""

    domain_name: str | None = tagged(1, GRAPHIC_STRING, default=None)


class SmAddressInfo(Sequence):
    sm_address_type: SmAddressType | int | None = tagged(0, ENUMERATED(SmAddressType), default=None)
    sm_address_data: str | None = tagged(1, GRAPHIC_STRING, default=None)


class SmInterface(Sequence):
    interface_id: str | None = tagged(0, GRAPHIC_STRING, default=None)
    interface_text: str | None = tagged(1, GRAPHIC_STRING, default=None)
    interface_port: str | None = tagged(2, GRAPHIC_STRING, default=None)
    interface_type: SmInterfaceType | int | None = tagged(3, ENUMERATED(SmInterfaceType), default=None)


class OriginatorInfo(Sequence):
    originator_imsi: str | None = tagged(0, IMSI, default=None)
    originator_msisdn: AddressString | None = tagged(1, ISDN_ADDRESS, default=None)
    originator_other_address: SmAddressInfo | None = tagged(2, SmAddressInfo, default=None)
    originator_sccp_address: AddressString | None = tagged(3, ADDRESS, default=None)
    originator_received_address: SmAddressInfo | None = tagged(4, SmAddressInfo, default=None)
    sm_originator_interface: SmInterface | None = tagged(5, SmInterface, default=None)
    sm_originator_protocol_id: bytes | None = tagged(6, OCTET_STRING(0, 255), default=None)


class RecipientInfo(Sequence):
    recipient_imsi: str | None = tagged(0, IMSI, default=None)
    recipient_msisdn: AddressString | None = tagged(1, ISDN_ADDRESS, default=None)
    recipient_other_address: SmAddressInfo | None = tagged(2, SmAddressInfo, default=None)
    recipient_sccp_address: AddressString | None = tagged(3, ADDRESS, default=None)
    recipient_received_address: SmAddressInfo | None = tagged(4, SmAddressInfo, default=None)
    sm_destination_interface: SmInterface | None = tagged(5, SmInterface, default=None)
    sm_recipient_protocol_id: bytes | None = tagged(6, OCTET_STRING(0, 255), default=None)


class SmsResult(Choice):
    """`Diagnostics`: why it was not delivered, as the MAP error that says so."""

    gsm0408_cause: int | None = tagged(0, UNSIGNED, default=None)
    gsm0902_map_error_value: int | None = tagged(1, UNSIGNED, default=None)


class ExtensionInformation(Choice):
    """What a private extension says."""

    flag: bool | None = field(BOOLEAN, default=None)
    text: str | None = field(UTF8_STRING, default=None)


class ManagementExtension(Sequence):
    """An addition of ours: `identifier` are the octets of its object identifier (TS 32.298 §5.1.1, X.721)."""

    identifier: bytes = field(OBJECT_IDENTIFIER)
    significance: bool | None = tagged(1, BOOLEAN, default=None)
    information: ExtensionInformation = tagged(2, ExtensionInformation)


class IsmsMoRecord(TaggedSequence):
    """A message from a phone."""

    TAG = _MO_TAG

    record_type: int = tagged(0, UNSIGNED)
    sms_node_address: NodeAddress = tagged(1, NodeAddress)
    originator_info: OriginatorInfo | None = tagged(2, OriginatorInfo, default=None)
    recipient_info: list[RecipientInfo] | None = tagged(
        3, sequence_of(RecipientInfo, 0, _MOST_RECIPIENTS), default=None
    )
    event_time_stamp: bytes = tagged(5, TIME_STAMP)
    message_reference: bytes = tagged(6, MESSAGE_REFERENCE)
    sm_total_number: int | None = tagged(7, UNSIGNED, default=None)
    sm_sequence_number: int | None = tagged(8, UNSIGNED, default=None)
    message_size: int | None = tagged(9, UNSIGNED, default=None)
    sm_delivery_report_requested: bool | None = tagged(11, BOOLEAN, default=None)
    sm_data_coding_scheme: int | None = tagged(12, UNSIGNED, default=None)
    sm_message_type: SmMessageType | int | None = tagged(13, ENUMERATED(SmMessageType), default=None)
    sm_reply_path_requested: bool = tagged(14, NULL, default=False)
    sm_user_data_header: bytes | None = tagged(15, USER_DATA_HEADER, default=None)
    sms_result: SmsResult | None = tagged(16, SmsResult, default=None)
    session_id: str | None = tagged(21, GRAPHIC_STRING, default=None)
    local_sequence_number: int | None = tagged(24, UNSIGNED, default=None)
    record_extensions: list[ManagementExtension] | None = tagged(
        25, sequence_of(ManagementExtension, 0, _MOST_EXTENSIONS), default=None
    )


class IsmsMtRecord(TaggedSequence):
    """A message to a phone."""

    TAG = _MT_TAG

    record_type: int = tagged(0, UNSIGNED)
    sms_node_address: NodeAddress = tagged(1, NodeAddress)
    recipient_info: RecipientInfo | None = tagged(2, RecipientInfo, default=None)
    originator_info: OriginatorInfo | None = tagged(3, OriginatorInfo, default=None)
    submission_time: bytes | None = tagged(5, TIME_STAMP, default=None)
    event_time_stamp: bytes = tagged(6, TIME_STAMP)
    message_reference: bytes = tagged(8, MESSAGE_REFERENCE)
    sm_total_number: int | None = tagged(9, UNSIGNED, default=None)
    sm_sequence_number: int | None = tagged(10, UNSIGNED, default=None)
    message_size: int | None = tagged(11, UNSIGNED, default=None)
    sm_delivery_report_requested: bool | None = tagged(13, BOOLEAN, default=None)
    sm_data_coding_scheme: int | None = tagged(14, UNSIGNED, default=None)
    sm_message_type: SmMessageType | int | None = tagged(15, ENUMERATED(SmMessageType), default=None)
    sm_reply_path_requested: bool = tagged(16, NULL, default=False)
    sm_user_data_header: bytes | None = tagged(17, USER_DATA_HEADER, default=None)
    sms_status: bytes | None = tagged(18, OCTET_STRING(1, 1), default=None)
    sms_result: SmsResult | None = tagged(23, SmsResult, default=None)
    session_id: str | None = tagged(25, GRAPHIC_STRING, default=None)
    local_sequence_number: int | None = tagged(28, UNSIGNED, default=None)
    record_extensions: list[ManagementExtension] | None = tagged(
        29, sequence_of(ManagementExtension, 0, _MOST_EXTENSIONS), default=None
    )
