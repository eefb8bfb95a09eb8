"""Supplementary service, barring and CAMEL data that anyTimeModification changes (TS 29.002 §17.7.1)."""

from enum import IntEnum

from mapstack.asn1 import (
    ADDRESS,
    BIT_STRING,
    ENUMERATED,
    EXTENSION_CONTAINER,
    INTEGER,
    NULL,
    NUMERIC_STRING,
    OCTET_STRING,
    AddressString,
    BitString,
    Choice,
    Sequence,
    extension_marker,
    field,
    sequence_of,
    tagged,
)
from mapstack.map.data_types import ExtBasicServiceCode

__all__ = [
    "AdditionalRequestedCamelSubscriptionInfo",
    "CallHoldData",
    "CallWaitingData",
    "CliRestrictionOption",
    "ClipData",
    "ClirData",
    "EctData",
    "ExtCwFeature",
    "ModificationInstruction",
    "ModificationRequestForCbInfo",
    "ModificationRequestForCfInfo",
    "ModificationRequestForChInfo",
    "ModificationRequestForClipInfo",
    "ModificationRequestForClirInfo",
    "ModificationRequestForCsg",
    "ModificationRequestForCsi",
    "ModificationRequestForCwInfo",
    "ModificationRequestForEctInfo",
    "ModificationRequestForOdbData",
    "OdbData",
    "OdbInfo",
    "OverrideCategory",
    "RequestedCamelSubscriptionInfo",
    "SsSubscriptionOption",
]


class ModificationInstruction(IntEnum):
    """What to do with a service."""

    DEACTIVATE = 0
    ACTIVATE = 1


class RequestedCamelSubscriptionInfo(IntEnum):
    """Which CAMEL subscription."""

    O_CSI = 0
    T_CSI = 1
    VT_CSI = 2
    TIF_CSI = 3
    GPRS_CSI = 4
    MO_SMS_CSI = 5
    SS_CSI = 6
    M_CSI = 7
    D_CSI = 8


class AdditionalRequestedCamelSubscriptionInfo(IntEnum):
    """Which CAMEL subscription, of the younger ones."""

    MT_SMS_CSI = 0
    MG_CSI = 1
    O_IM_CSI = 2
    D_IM_CSI = 3
    VT_IM_CSI = 4


class OverrideCategory(IntEnum):
    """Whether CLIP overrides CLIR."""

    OVERRIDE_ENABLED = 0
    OVERRIDE_DISABLED = 1


class CliRestrictionOption(IntEnum):
    """How the calling line is restricted."""

    PERMANENT = 0
    TEMPORARY_DEFAULT_RESTRICTED = 1
    TEMPORARY_DEFAULT_ALLOWED = 2


class SsSubscriptionOption(Choice):
    """Of calling line restriction or presentation."""

    cli_restriction_option: CliRestrictionOption | int | None = tagged(
        2, ENUMERATED(CliRestrictionOption), default=None
    )
    override_category: OverrideCategory | int | None = tagged(1, ENUMERATED(OverrideCategory), default=None)


class ModificationRequestForCfInfo(Sequence):
    """Call forwarding."""

    ss_code: bytes = tagged(0, OCTET_STRING(1, 1))
    basic_service: ExtBasicServiceCode | None = tagged(1, ExtBasicServiceCode, default=None)
    ss_status: bytes | None = tagged(2, OCTET_STRING(1, 5), default=None)
    forwarded_to_number: AddressString | None = tagged(3, ADDRESS, default=None)
    forwarded_to_subaddress: bytes | None = tagged(4, OCTET_STRING(1, 21), default=None)
    no_reply_condition_time: int | None = tagged(5, INTEGER(1, 100), default=None)
    modify_notification_to_cse: ModificationInstruction | int | None = tagged(
        6, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(7, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ModificationRequestForCbInfo(Sequence):
    """Call barring."""

    ss_code: bytes = tagged(0, OCTET_STRING(1, 1))
    basic_service: ExtBasicServiceCode | None = tagged(1, ExtBasicServiceCode, default=None)
    ss_status: bytes | None = tagged(2, OCTET_STRING(1, 5), default=None)
    password: str | None = tagged(3, NUMERIC_STRING.sized(4, 4), default=None)
    wrong_password_attempts_counter: int | None = tagged(4, INTEGER(0, 4), default=None)
    modify_notification_to_cse: ModificationInstruction | int | None = tagged(
        5, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(6, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ModificationRequestForCsi(Sequence):
    """CAMEL subscription."""

    requested_camel_subscription_info: RequestedCamelSubscriptionInfo | int = tagged(
        0, ENUMERATED(RequestedCamelSubscriptionInfo)
    )
    modify_notification_to_cse: ModificationInstruction | int | None = tagged(
        1, ENUMERATED(ModificationInstruction), default=None
    )
    modify_csi_state: ModificationInstruction | int | None = tagged(
        2, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(3, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    additional_requested_camel_subscription_info: AdditionalRequestedCamelSubscriptionInfo | int | None = (
        tagged(4, ENUMERATED(AdditionalRequestedCamelSubscriptionInfo), default=None)
    )


class OdbData(Sequence):
    """Operator determined barring."""

    odb_general_data: BitString = field(BIT_STRING(15, 32))
    odb_hplmn_data: BitString | None = field(BIT_STRING(4, 32), default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class OdbInfo(Sequence):
    """Barring as it is now."""

    odb_data: OdbData = field(OdbData)
    notification_to_cse: bool = field(NULL, default=False)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ModificationRequestForOdbData(Sequence):
    """Operator determined barring."""

    odb_data: OdbData | None = tagged(0, OdbData, default=None)
    modify_notification_to_cse: ModificationInstruction | int | None = tagged(
        1, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ModificationRequestForCsg(Sequence):
    """Closed subscriber groups."""

    modify_notification_to_cse: ModificationInstruction | int | None = tagged(
        0, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(1, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ModificationRequestForCwInfo(Sequence):
    """Call waiting."""

    basic_service: ExtBasicServiceCode | None = tagged(0, ExtBasicServiceCode, default=None)
    ss_status: bytes | None = tagged(1, OCTET_STRING(1, 5), default=None)
    modify_notification_to_cse: ModificationInstruction | int | None = tagged(
        2, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(3, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ModificationRequestForClipInfo(Sequence):
    """Calling line presentation."""

    ss_status: bytes | None = tagged(0, OCTET_STRING(1, 5), default=None)
    override_category: OverrideCategory | int | None = tagged(1, ENUMERATED(OverrideCategory), default=None)
    modify_notification_to_cse: ModificationInstruction | int | None = tagged(
        2, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(3, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ModificationRequestForClirInfo(Sequence):
    """Calling line restriction."""

    ss_status: bytes | None = tagged(0, OCTET_STRING(1, 5), default=None)
    cli_restriction_option: CliRestrictionOption | int | None = tagged(
        1, ENUMERATED(CliRestrictionOption), default=None
    )
    modify_notification_to_cse: ModificationInstruction | int | None = tagged(
        2, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(3, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ModificationRequestForChInfo(Sequence):
    """Call hold."""

    ss_status: bytes | None = tagged(0, OCTET_STRING(1, 5), default=None)
    modify_notification_to_cse: ModificationInstruction | int | None = tagged(
        1, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ModificationRequestForEctInfo(Sequence):
    """Explicit call transfer."""

    ss_status: bytes | None = tagged(0, OCTET_STRING(1, 5), default=None)
    modify_notification_to_cse: ModificationInstruction | int | None = tagged(
        1, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ExtCwFeature(Sequence):
    """Call waiting of one service."""

    basic_service: ExtBasicServiceCode = tagged(1, ExtBasicServiceCode)
    ss_status: bytes = tagged(2, OCTET_STRING(1, 5))
    extensions: bytes = extension_marker(default=b"")


class CallWaitingData(Sequence):
    """Call waiting as it is now."""

    cw_feature_list: list[ExtCwFeature] = tagged(1, sequence_of(ExtCwFeature, 1, 32))
    notification_to_cse: bool = tagged(2, NULL, default=False)
    extensions: bytes = extension_marker(default=b"")


class CallHoldData(Sequence):
    """Call hold as it is now."""

    ss_status: bytes = tagged(1, OCTET_STRING(1, 5))
    notification_to_cse: bool = tagged(2, NULL, default=False)
    extensions: bytes = extension_marker(default=b"")


class ClipData(Sequence):
    """Calling line presentation as it is now."""

    ss_status: bytes = tagged(1, OCTET_STRING(1, 5))
    override_category: OverrideCategory | int = tagged(2, ENUMERATED(OverrideCategory))
    notification_to_cse: bool = tagged(3, NULL, default=False)
    extensions: bytes = extension_marker(default=b"")


class ClirData(Sequence):
    """Calling line restriction as it is now."""

    ss_status: bytes = tagged(1, OCTET_STRING(1, 5))
    cli_restriction_option: CliRestrictionOption | int | None = tagged(
        2, ENUMERATED(CliRestrictionOption), default=None
    )
    notification_to_cse: bool = tagged(3, NULL, default=False)
    extensions: bytes = extension_marker(default=b"")


class EctData(Sequence):
    """Explicit call transfer as it is now."""

    ss_status: bytes = tagged(1, OCTET_STRING(1, 5))
    notification_to_cse: bool = tagged(2, NULL, default=False)
    extensions: bytes = extension_marker(default=b"")
