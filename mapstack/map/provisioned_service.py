"""Supplementary services as they are provided to a subscriber (TS 29.002 §17.7.1, §17.7.4)."""

from enum import IntEnum

from mapstack.asn1 import (
    ADDRESS,
    ENUMERATED,
    EXTENSION_CONTAINER,
    INTEGER,
    ISDN_ADDRESS,
    NULL,
    NUMERIC_STRING,
    OCTET_STRING,
    AddressString,
    Choice,
    Sequence,
    extension_marker,
    field,
    sequence_of,
    tagged,
)
from mapstack.map.data_types import ExtBasicServiceCode
from mapstack.map.supplementary_service import SsSubscriptionOption

__all__ = [
    "CugFeature",
    "CugInfo",
    "CugSubscription",
    "EmlppInfo",
    "ExtCallBarInfo",
    "ExtCallBarringFeature",
    "ExtCallBarringInfoForCse",
    "ExtForwFeature",
    "ExtForwInfo",
    "ExtForwardingInfoForCse",
    "ExtSsData",
    "ExtSsInfo",
    "IntraCugOptions",
]


class ExtForwFeature(Sequence):
    """Forwarding of one service."""

    basic_service: ExtBasicServiceCode | None = field(ExtBasicServiceCode, default=None)
    ss_status: bytes = tagged(4, OCTET_STRING(1, 5))
    forwarded_to_number: AddressString | None = tagged(5, ISDN_ADDRESS, default=None)
    forwarded_to_subaddress: bytes | None = tagged(8, OCTET_STRING(1, 21), default=None)
    forwarding_options: bytes | None = tagged(6, OCTET_STRING(1, 5), default=None)
    no_reply_condition_time: int | None = tagged(7, INTEGER(1, 100), default=None)
    extension_container: bytes | None = tagged(9, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    long_forwarded_to_number: AddressString | None = tagged(10, ADDRESS.sized(1, 15), default=None)


class ExtForwInfo(Sequence):
    """Forwarding."""

    ss_code: bytes = field(OCTET_STRING(1, 1))
    forwarding_feature_list: list[ExtForwFeature] = field(sequence_of(ExtForwFeature, 1, 32))
    extension_container: bytes | None = tagged(0, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ExtCallBarringFeature(Sequence):
    """Barring of one service."""

    basic_service: ExtBasicServiceCode | None = field(ExtBasicServiceCode, default=None)
    ss_status: bytes = tagged(4, OCTET_STRING(1, 5))
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ExtCallBarInfo(Sequence):
    """Barring."""

    ss_code: bytes = field(OCTET_STRING(1, 1))
    call_barring_feature_list: list[ExtCallBarringFeature] = field(sequence_of(ExtCallBarringFeature, 1, 32))
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class IntraCugOptions(IntEnum):
    """Whether calls within the group are barred."""

    NO_CUG_RESTRICTIONS = 0
    CUG_IC_CALL_BARRED = 1
    CUG_OG_CALL_BARRED = 2


class CugSubscription(Sequence):
    """A closed user group."""

    cug_index: int = field(INTEGER(0, 32767))
    cug_interlock: bytes = field(OCTET_STRING(4, 4))
    intra_cug_options: IntraCugOptions | int = field(ENUMERATED(IntraCugOptions))
    basic_service_group_list: list[ExtBasicServiceCode] | None = field(
        sequence_of(ExtBasicServiceCode, 1, 32), default=None
    )
    extension_container: bytes | None = tagged(0, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class CugFeature(Sequence):
    """Closed user groups of one service."""

    basic_service: ExtBasicServiceCode | None = field(ExtBasicServiceCode, default=None)
    preferential_cug_indicator: int | None = field(INTEGER(0, 32767), default=None)
    inter_cug_restrictions: bytes = field(OCTET_STRING(1, 1))
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class CugInfo(Sequence):
    """Closed user groups."""

    cug_subscription_list: list[CugSubscription] = field(sequence_of(CugSubscription, 0, 10))
    cug_feature_list: list[CugFeature] | None = field(sequence_of(CugFeature, 1, 32), default=None)
    extension_container: bytes | None = tagged(0, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ExtSsData(Sequence):
    """Another supplementary service."""

    ss_code: bytes = field(OCTET_STRING(1, 1))
    ss_status: bytes = tagged(4, OCTET_STRING(1, 5))
    ss_subscription_option: SsSubscriptionOption | None = field(SsSubscriptionOption, default=None)
    basic_service_group_list: list[ExtBasicServiceCode] | None = field(
        sequence_of(ExtBasicServiceCode, 1, 32), default=None
    )
    extension_container: bytes | None = tagged(5, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class EmlppInfo(Sequence):
    """Priorities of calls."""

    maximumentitled_priority: int = field(INTEGER(0, 15))
    default_priority: int = field(INTEGER(0, 15))
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ExtSsInfo(Choice):
    """A supplementary service as it is provided."""

    forwarding_info: ExtForwInfo | None = tagged(0, ExtForwInfo, default=None)
    call_barring_info: ExtCallBarInfo | None = tagged(1, ExtCallBarInfo, default=None)
    cug_info: CugInfo | None = tagged(2, CugInfo, default=None)
    ss_data: ExtSsData | None = tagged(3, ExtSsData, default=None)
    emlpp_info: EmlppInfo | None = tagged(4, EmlppInfo, default=None)


class ExtForwardingInfoForCse(Sequence):
    """Forwarding, as a service control point is told of it."""

    ss_code: bytes = tagged(0, OCTET_STRING(1, 1))
    forwarding_feature_list: list[ExtForwFeature] = tagged(1, sequence_of(ExtForwFeature, 1, 32))
    notification_to_cse: bool = tagged(2, NULL, default=False)
    extension_container: bytes | None = tagged(3, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ExtCallBarringInfoForCse(Sequence):
    """Barring, as a service control point is told of it."""

    ss_code: bytes = tagged(0, OCTET_STRING(1, 1))
    call_barring_feature_list: list[ExtCallBarringFeature] = tagged(
        1, sequence_of(ExtCallBarringFeature, 1, 32)
    )
    password: str | None = tagged(2, NUMERIC_STRING.sized(4, 4), default=None)
    wrong_password_attempts_counter: int | None = tagged(3, INTEGER(0, 4), default=None)
    notification_to_cse: bool = tagged(4, NULL, default=False)
    extension_container: bytes | None = tagged(5, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
