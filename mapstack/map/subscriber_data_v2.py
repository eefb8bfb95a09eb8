"""insertSubscriberData and deleteSubscriberData, versions 1 and 2 (GSM 09.02 §17.7.1)."""

from enum import IntEnum

from mapstack.asn1 import (
    BIT_STRING,
    ENUMERATED,
    IMSI,
    ISDN_ADDRESS,
    NULL,
    OCTET_STRING,
    OPAQUE,
    AddressString,
    BitString,
    Sequence,
    extension_marker,
    field,
    sequence_of,
    tagged,
)
from mapstack.map.error_parameters import BasicServiceCode
from mapstack.map.subscriber_data import SubscriberStatus

__all__ = [
    "DeleteSubscriberDataArgV2",
    "DeleteSubscriberDataResV2",
    "InsertSubscriberDataArgV2",
    "InsertSubscriberDataResV2",
    "OdbDataV2",
    "RegionalSubscriptionResponseV2",
]


class OdbDataV2(Sequence):
    """Operator determined barring."""

    odb_general_data: BitString = field(BIT_STRING(6, 6))
    odb_hplmn_data: BitString | None = field(BIT_STRING(4, 4), default=None)
    extensions: bytes = extension_marker(default=b"")


class InsertSubscriberDataArgV2(Sequence):
    """Of insertSubscriberData; supplementary services are passed on unread."""

    imsi: str | None = tagged(0, IMSI, default=None)
    msisdn: AddressString | None = tagged(1, ISDN_ADDRESS, default=None)
    category: bytes | None = tagged(2, OCTET_STRING(1, 1), default=None)
    subscriber_status: SubscriberStatus | int | None = tagged(3, ENUMERATED(SubscriberStatus), default=None)
    bearer_service_list: list[bytes] | None = tagged(4, sequence_of(OCTET_STRING(1, 1), 1, 50), default=None)
    teleservice_list: list[bytes] | None = tagged(6, sequence_of(OCTET_STRING(1, 1), 1, 20), default=None)
    provisioned_ss: bytes | None = tagged(7, OPAQUE, default=None)
    odb_data: OdbDataV2 | None = tagged(8, OdbDataV2, default=None)
    roaming_restriction_due_to_unsupported_feature: bool = tagged(9, NULL, default=False)
    regional_subscription_data: list[bytes] | None = tagged(
        10, sequence_of(OCTET_STRING(2, 2), 1, 10), default=None
    )
    extensions: bytes = extension_marker(default=b"")


class RegionalSubscriptionResponseV2(IntEnum):
    """What is wrong with the zones."""

    MSC_AREA_RESTRICTED = 0
    TOO_MANY_ZONE_CODES = 1
    ZONE_CODES_CONFLICT = 2
    REGIONAL_SUBSC_NOT_SUPPORTED = 3


class InsertSubscriberDataResV2(Sequence):
    """Of insertSubscriberData: what the VLR does not support."""

    teleservice_list: list[bytes] | None = tagged(1, sequence_of(OCTET_STRING(1, 1), 1, 20), default=None)
    bearer_service_list: list[bytes] | None = tagged(2, sequence_of(OCTET_STRING(1, 1), 1, 50), default=None)
    ss_list: list[bytes] | None = tagged(3, sequence_of(OCTET_STRING(1, 1), 1, 30), default=None)
    odb_general_data: BitString | None = tagged(4, BIT_STRING(6, 6), default=None)
    regional_subscription_response: RegionalSubscriptionResponseV2 | int | None = tagged(
        5, ENUMERATED(RegionalSubscriptionResponseV2), default=None
    )
    extensions: bytes = extension_marker(default=b"")


class DeleteSubscriberDataArgV2(Sequence):
    """Of deleteSubscriberData."""

    imsi: str = tagged(0, IMSI)
    basic_service_list: list[BasicServiceCode] | None = tagged(
        1, sequence_of(BasicServiceCode, 1, 70), default=None
    )
    ss_list: list[bytes] | None = tagged(2, sequence_of(OCTET_STRING(1, 1), 1, 30), default=None)
    roaming_restriction_due_to_unsupported_feature: bool = tagged(4, NULL, default=False)
    regional_subscription_identifier: bytes | None = tagged(5, OCTET_STRING(2, 2), default=None)
    extensions: bytes = extension_marker(default=b"")


class DeleteSubscriberDataResV2(Sequence):
    """Of deleteSubscriberData."""

    regional_subscription_response: RegionalSubscriptionResponseV2 | int | None = tagged(
        0, ENUMERATED(RegionalSubscriptionResponseV2), default=None
    )
    extensions: bytes = extension_marker(default=b"")
