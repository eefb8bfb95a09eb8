"""insertSubscriberData, deleteSubscriberData, noteSubscriberDataModified (TS 29.002 §17.7.1)."""

from enum import IntEnum

from mapstack.asn1 import (
    BIT_STRING,
    BOOLEAN,
    ENUMERATED,
    EXTENSION_CONTAINER,
    IMSI,
    INTEGER,
    ISDN_ADDRESS,
    NULL,
    OCTET_STRING,
    OPAQUE,
    AddressString,
    BitString,
    Choice,
    Sequence,
    extension_marker,
    field,
    sequence_of,
    tagged,
)
from mapstack.map.data_types import DIAMETER_IDENTITY, ExtBasicServiceCode
from mapstack.map.gprs_subscription import GprsSubscriptionData
from mapstack.map.location import UsedRatType
from mapstack.map.provisioned_service import ExtCallBarringInfoForCse, ExtForwardingInfoForCse, ExtSsInfo
from mapstack.map.supplementary_service import (
    CallHoldData,
    CallWaitingData,
    ClipData,
    ClirData,
    EctData,
    OdbData,
    OdbInfo,
)

__all__ = [
    "AdjacentAccessRestrictionData",
    "DeleteSubscriberDataArg",
    "DeleteSubscriberDataRes",
    "EdrxCycleLength",
    "EpsSubscriptionDataWithdraw",
    "GprsSubscriptionDataWithdraw",
    "ImsiGroupId",
    "InsertSubscriberDataArg",
    "InsertSubscriberDataRes",
    "LsaInformationWithdraw",
    "McSsInfo",
    "NaeaPreferredCi",
    "NetworkAccessMode",
    "NoteSubscriberDataModifiedArg",
    "NoteSubscriberDataModifiedRes",
    "RegionalSubscriptionResponse",
    "SubscriberStatus",
]


class SubscriberStatus(IntEnum):
    """Whether service is granted."""

    SERVICE_GRANTED = 0
    OPERATOR_DETERMINED_BARRING = 1


class NaeaPreferredCi(Sequence):
    """The preferred carrier of North America."""

    naea_preferred_cic: bytes = tagged(0, OCTET_STRING(3, 3))
    extension_container: bytes | None = tagged(1, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class NetworkAccessMode(IntEnum):
    """Packets, circuits, or both."""

    PACKET_AND_CIRCUIT = 0
    ONLY_CIRCUIT = 1
    ONLY_PACKET = 2


class McSsInfo(Sequence):
    """Several calls at once."""

    ss_code: bytes = tagged(0, OCTET_STRING(1, 1))
    ss_status: bytes = tagged(1, OCTET_STRING(1, 5))
    nbr_sb: int = tagged(2, INTEGER(2, 7))
    nbr_user: int = tagged(3, INTEGER(1, 7))
    extension_container: bytes | None = tagged(4, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class AdjacentAccessRestrictionData(Sequence):
    """Restrictions in a network nearby."""

    plmn_id: bytes = tagged(0, OCTET_STRING(3, 3))
    access_restriction_data: BitString = tagged(1, BIT_STRING(2, 8))
    extensions: bytes = extension_marker(default=b"")
    ext_access_restriction_data: BitString | None = tagged(2, BIT_STRING(1, 32), default=None)


class ImsiGroupId(Sequence):
    """A group of subscribers."""

    group_service_id: int = tagged(0, INTEGER(0, 4294967295))
    plmn_id: bytes = tagged(1, OCTET_STRING(3, 3))
    local_group_id: bytes = tagged(2, OCTET_STRING(1, 10))
    extensions: bytes = extension_marker(default=b"")


class EdrxCycleLength(Sequence):
    """How long a phone sleeps in one radio access."""

    rat_type: UsedRatType | int = tagged(0, ENUMERATED(UsedRatType))
    e_drx_cycle_length_value: bytes = tagged(1, OCTET_STRING(1, 1))
    extensions: bytes = extension_marker(default=b"")


class InsertSubscriberDataArg(Sequence):
    """Of insertSubscriberData; CAMEL, LCS, LSA, EPS, CSG and group call data are passed on unread."""

    imsi: str | None = tagged(0, IMSI, default=None)
    msisdn: AddressString | None = tagged(1, ISDN_ADDRESS, default=None)
    category: bytes | None = tagged(2, OCTET_STRING(1, 1), default=None)
    subscriber_status: SubscriberStatus | int | None = tagged(3, ENUMERATED(SubscriberStatus), default=None)
    bearer_service_list: list[bytes] | None = tagged(4, sequence_of(OCTET_STRING(1, 5), 1, 50), default=None)
    teleservice_list: list[bytes] | None = tagged(6, sequence_of(OCTET_STRING(1, 5), 1, 20), default=None)
    provisioned_ss: list[ExtSsInfo] | None = tagged(7, sequence_of(ExtSsInfo, 1, 30), default=None)
    odb_data: OdbData | None = tagged(8, OdbData, default=None)
    roaming_restriction_due_to_unsupported_feature: bool = tagged(9, NULL, default=False)
    regional_subscription_data: list[bytes] | None = tagged(
        10, sequence_of(OCTET_STRING(2, 2), 1, 10), default=None
    )
    vbs_subscription_data: bytes | None = tagged(11, OPAQUE, default=None)
    vgcs_subscription_data: bytes | None = tagged(12, OPAQUE, default=None)
    vlr_camel_subscription_info: bytes | None = tagged(13, OPAQUE, default=None)
    extension_container: bytes | None = tagged(14, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    naea_preferred_ci: NaeaPreferredCi | None = tagged(15, NaeaPreferredCi, default=None)
    gprs_subscription_data: GprsSubscriptionData | None = tagged(16, GprsSubscriptionData, default=None)
    roaming_restricted_in_sgsn_due_to_unsupported_feature: bool = tagged(23, NULL, default=False)
    network_access_mode: NetworkAccessMode | int | None = tagged(
        24, ENUMERATED(NetworkAccessMode), default=None
    )
    lsa_information: bytes | None = tagged(25, OPAQUE, default=None)
    lmu_indicator: bool = tagged(21, NULL, default=False)
    lcs_information: bytes | None = tagged(22, OPAQUE, default=None)
    ist_alert_timer: int | None = tagged(26, INTEGER(15, 255), default=None)
    super_charger_supported_in_hlr: bytes | None = tagged(27, OCTET_STRING(1, 6), default=None)
    mc_ss_info: McSsInfo | None = tagged(28, McSsInfo, default=None)
    cs_allocation_retention_priority: bytes | None = tagged(29, OCTET_STRING(1, 1), default=None)
    sgsn_camel_subscription_info: bytes | None = tagged(17, OPAQUE, default=None)
    charging_characteristics: bytes | None = tagged(18, OCTET_STRING(2, 2), default=None)
    access_restriction_data: BitString | None = tagged(19, BIT_STRING(2, 8), default=None)
    ics_indicator: bool | None = tagged(20, BOOLEAN, default=None)
    eps_subscription_data: bytes | None = tagged(31, OPAQUE, default=None)
    csg_subscription_data_list: bytes | None = tagged(32, OPAQUE, default=None)
    ue_reachability_request_indicator: bool = tagged(33, NULL, default=False)
    sgsn_number: AddressString | None = tagged(34, ISDN_ADDRESS, default=None)
    mme_name: bytes | None = tagged(35, DIAMETER_IDENTITY, default=None)
    subscribed_periodic_rauta_utimer: int | None = tagged(36, INTEGER(0, 4294967295), default=None)
    vplmn_lipa_allowed: bool = tagged(37, NULL, default=False)
    mdt_user_consent: bool | None = tagged(38, BOOLEAN, default=None)
    subscribed_periodic_la_utimer: int | None = tagged(39, INTEGER(0, 4294967295), default=None)
    vplmn_csg_subscription_data_list: bytes | None = tagged(40, OPAQUE, default=None)
    additional_msisdn: AddressString | None = tagged(41, ISDN_ADDRESS, default=None)
    ps_and_sms_only_service_provision: bool = tagged(42, NULL, default=False)
    sms_in_sgsn_allowed: bool = tagged(43, NULL, default=False)
    cs_to_ps_srvcc_allowed_indicator: bool = tagged(44, NULL, default=False)
    pcscf_restoration_request: bool = tagged(45, NULL, default=False)
    adjacent_access_restriction_data_list: list[AdjacentAccessRestrictionData] | None = tagged(
        46, sequence_of(AdjacentAccessRestrictionData, 1, 50), default=None
    )
    imsi_group_id_list: list[ImsiGroupId] | None = tagged(47, sequence_of(ImsiGroupId, 1, 50), default=None)
    ue_usage_type: bytes | None = tagged(48, OCTET_STRING(4, 4), default=None)
    user_plane_integrity_protection_indicator: bool = tagged(49, NULL, default=False)
    dl_buffering_suggested_packet_count: int | None = tagged(50, INTEGER(-1, 2147483647), default=None)
    reset_id_list: list[bytes] | None = tagged(51, sequence_of(OCTET_STRING(1, 4), 1, 50), default=None)
    e_drx_cycle_length_list: list[EdrxCycleLength] | None = tagged(
        52, sequence_of(EdrxCycleLength, 1, 8), default=None
    )
    ext_access_restriction_data: BitString | None = tagged(53, BIT_STRING(1, 32), default=None)
    iab_operation_allowed_indicator: bool = tagged(54, NULL, default=False)


class RegionalSubscriptionResponse(IntEnum):
    """What is wrong with the zones."""

    NETWORK_NODE_AREA_RESTRICTED = 0
    TOO_MANY_ZONE_CODES = 1
    ZONE_CODES_CONFLICT = 2
    REGIONAL_SUBSC_NOT_SUPPORTED = 3


class InsertSubscriberDataRes(Sequence):
    """Of insertSubscriberData: what the serving node does not support."""

    teleservice_list: list[bytes] | None = tagged(1, sequence_of(OCTET_STRING(1, 5), 1, 20), default=None)
    bearer_service_list: list[bytes] | None = tagged(2, sequence_of(OCTET_STRING(1, 5), 1, 50), default=None)
    ss_list: list[bytes] | None = tagged(3, sequence_of(OCTET_STRING(1, 1), 1, 30), default=None)
    odb_general_data: BitString | None = tagged(4, BIT_STRING(15, 32), default=None)
    regional_subscription_response: RegionalSubscriptionResponse | int | None = tagged(
        5, ENUMERATED(RegionalSubscriptionResponse), default=None
    )
    supported_camel_phases: BitString | None = tagged(6, BIT_STRING(1, 16), default=None)
    extension_container: bytes | None = tagged(7, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    offered_camel4_csis: BitString | None = tagged(8, BIT_STRING(7, 16), default=None)
    supported_features: BitString | None = tagged(9, BIT_STRING(26, 40), default=None)
    ext_supported_features: BitString | None = tagged(10, BIT_STRING(1, 40), default=None)


class GprsSubscriptionDataWithdraw(Choice):
    """Which PDP contexts go."""

    all_gprs_data: bool = field(NULL, default=False)
    context_id_list: list[int] | None = field(sequence_of(INTEGER(1, 50), 1, 50), default=None)


class LsaInformationWithdraw(Choice):
    """Which localised service areas go."""

    all_lsa_data: bool = field(NULL, default=False)
    lsa_identity_list: list[bytes] | None = field(sequence_of(OCTET_STRING(3, 3), 1, 20), default=None)


class EpsSubscriptionDataWithdraw(Choice):
    """Which EPS contexts go."""

    all_eps_data: bool = field(NULL, default=False)
    context_id_list: list[int] | None = field(sequence_of(INTEGER(1, 50), 1, 50), default=None)


class DeleteSubscriberDataArg(Sequence):
    """Of deleteSubscriberData."""

    imsi: str = tagged(0, IMSI)
    basic_service_list: list[ExtBasicServiceCode] | None = tagged(
        1, sequence_of(ExtBasicServiceCode, 1, 70), default=None
    )
    ss_list: list[bytes] | None = tagged(2, sequence_of(OCTET_STRING(1, 1), 1, 30), default=None)
    roaming_restriction_due_to_unsupported_feature: bool = tagged(4, NULL, default=False)
    regional_subscription_identifier: bytes | None = tagged(5, OCTET_STRING(2, 2), default=None)
    vbs_group_indication: bool = tagged(7, NULL, default=False)
    vgcs_group_indication: bool = tagged(8, NULL, default=False)
    camel_subscription_info_withdraw: bool = tagged(9, NULL, default=False)
    extension_container: bytes | None = tagged(6, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    gprs_subscription_data_withdraw: GprsSubscriptionDataWithdraw | None = tagged(
        10, GprsSubscriptionDataWithdraw, default=None
    )
    roaming_restricted_in_sgsn_due_to_unsuppported_feature: bool = tagged(11, NULL, default=False)
    lsa_information_withdraw: LsaInformationWithdraw | None = tagged(12, LsaInformationWithdraw, default=None)
    gmlc_list_withdraw: bool = tagged(13, NULL, default=False)
    ist_information_withdraw: bool = tagged(14, NULL, default=False)
    specific_csi_withdraw: BitString | None = tagged(15, BIT_STRING(8, 32), default=None)
    charging_characteristics_withdraw: bool = tagged(16, NULL, default=False)
    stn_sr_withdraw: bool = tagged(17, NULL, default=False)
    eps_subscription_data_withdraw: EpsSubscriptionDataWithdraw | None = tagged(
        18, EpsSubscriptionDataWithdraw, default=None
    )
    apn_oi_replacement_withdraw: bool = tagged(19, NULL, default=False)
    csg_subscription_deleted: bool = tagged(20, NULL, default=False)
    subscribed_periodic_tau_rau_timer_withdraw: bool = tagged(22, NULL, default=False)
    subscribed_periodic_lau_timer_withdraw: bool = tagged(23, NULL, default=False)
    subscribed_vsrvcc_withdraw: bool = tagged(21, NULL, default=False)
    vplmn_csg_subscription_deleted: bool = tagged(24, NULL, default=False)
    additional_msisdn_withdraw: bool = tagged(25, NULL, default=False)
    cs_to_ps_srvcc_withdraw: bool = tagged(26, NULL, default=False)
    imsi_group_id_list_withdraw: bool = tagged(27, NULL, default=False)
    user_plane_integrity_protection_withdraw: bool = tagged(28, NULL, default=False)
    dl_buffering_suggested_packet_count_withdraw: bool = tagged(29, NULL, default=False)
    ue_usage_type_withdraw: bool = tagged(30, NULL, default=False)
    reset_ids_withdraw: bool = tagged(31, NULL, default=False)
    iab_operation_withdraw: bool = tagged(32, NULL, default=False)


class DeleteSubscriberDataRes(Sequence):
    """Of deleteSubscriberData."""

    regional_subscription_response: RegionalSubscriptionResponse | int | None = tagged(
        0, ENUMERATED(RegionalSubscriptionResponse), default=None
    )
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class NoteSubscriberDataModifiedArg(Sequence):
    """Of noteSubscriberDataModified; CAMEL and CSG data are passed on unread."""

    imsi: str = field(IMSI)
    msisdn: AddressString = field(ISDN_ADDRESS)
    forwarding_info_for_cse: ExtForwardingInfoForCse | None = tagged(0, ExtForwardingInfoForCse, default=None)
    call_barring_info_for_cse: ExtCallBarringInfoForCse | None = tagged(
        1, ExtCallBarringInfoForCse, default=None
    )
    odb_info: OdbInfo | None = tagged(2, OdbInfo, default=None)
    camel_subscription_info: bytes | None = tagged(3, OPAQUE, default=None)
    all_information_sent: bool = tagged(4, NULL, default=False)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    ue_reachable: BitString | None = tagged(5, BIT_STRING(2, 8), default=None)
    csg_subscription_data_list: bytes | None = tagged(6, OPAQUE, default=None)
    cw_data: CallWaitingData | None = tagged(7, CallWaitingData, default=None)
    ch_data: CallHoldData | None = tagged(8, CallHoldData, default=None)
    clip_data: ClipData | None = tagged(9, ClipData, default=None)
    clir_data: ClirData | None = tagged(10, ClirData, default=None)
    ect_data: EctData | None = tagged(11, EctData, default=None)


class NoteSubscriberDataModifiedRes(Sequence):
    """Of noteSubscriberDataModified."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
