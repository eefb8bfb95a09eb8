"""updateLocation, updateGprsLocation, cancelLocation and purgeMS, version 3 (TS 29.002 §17.7.1)."""

from enum import IntEnum
from typing import ClassVar

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
    AddressString,
    BitString,
    Choice,
    Sequence,
    TaggedSequence,
    extension_marker,
    field,
    sequence_of,
    tagged,
)
from mapstack.map.data_types import DIAMETER_IDENTITY, IMEI, LMSI, NetworkNodeDiameterAddress
from mapstack.map.location import (
    LocationInformation,
    LocationInformationEps,
    LocationInformationGprs,
    UsedRatType,
)

__all__ = [
    "AddInfo",
    "CancelLocationArg",
    "CancelLocationRes",
    "CancellationType",
    "EpsInfo",
    "Identity",
    "ImsiWithLmsi",
    "IstSupportIndicator",
    "LocationArea",
    "PdnGwIdentity",
    "PdnGwUpdate",
    "PurgeMsArg",
    "PurgeMsRes",
    "SgsnCapability",
    "SmsRegisterRequest",
    "SuperChargerInfo",
    "TypeOfUpdate",
    "UeSrvccCapability",
    "UpdateGprsLocationArg",
    "UpdateGprsLocationRes",
    "UpdateLocationArg",
    "UpdateLocationRes",
    "VlrCapability",
]


class IstSupportIndicator(IntEnum):
    """What a node can do of immediate service termination."""

    BASIC_IST_SUPPORTED = 0
    IST_COMMAND_SUPPORTED = 1


class SuperChargerInfo(Choice):
    """Whether a node with the super-charger wants the data, or has them and of what age."""

    send_subscriber_data: bool = tagged(0, NULL, default=False)
    subscriber_data_stored: bytes | None = tagged(1, OCTET_STRING(1, 6), default=None)


class VlrCapability(Sequence):
    """What a VLR can do."""

    supported_camel_phases: BitString | None = tagged(0, BIT_STRING(1, 16), default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    solsa_support_indicator: bool = tagged(2, NULL, default=False)
    ist_support_indicator: IstSupportIndicator | int | None = tagged(
        1, ENUMERATED(IstSupportIndicator), default=None
    )
    super_charger_supported_in_serving_network_entity: SuperChargerInfo | None = tagged(
        3, SuperChargerInfo, default=None
    )
    long_ftn_supported: bool = tagged(4, NULL, default=False)
    supported_lcs_capability_sets: BitString | None = tagged(5, BIT_STRING(2, 16), default=None)
    offered_camel4_csis: BitString | None = tagged(6, BIT_STRING(7, 16), default=None)
    supported_rat_types_indicator: BitString | None = tagged(7, BIT_STRING(2, 8), default=None)
    long_group_id_supported: bool = tagged(8, NULL, default=False)
    mt_roaming_forwarding_supported: bool = tagged(9, NULL, default=False)
    msisdn_less_operation_supported: bool = tagged(10, NULL, default=False)
    reset_ids_supported: bool = tagged(11, NULL, default=False)


class AddInfo(Sequence):
    """The phone itself, for automatic device detection."""

    imeisv: str = tagged(0, IMEI)
    skip_subscriber_data_update: bool = tagged(1, NULL, default=False)
    extensions: bytes = extension_marker(default=b"")


class LocationArea(Choice):
    """A location area, whole or within the known network."""

    lai_fixed_length: bytes | None = tagged(0, OCTET_STRING(5, 5), default=None)
    lac: bytes | None = tagged(1, OCTET_STRING(2, 2), default=None)


class UpdateLocationArg(Sequence):
    """Of updateLocation."""

    imsi: str = field(IMSI)
    msc_number: AddressString = tagged(1, ISDN_ADDRESS)
    vlr_number: AddressString = field(ISDN_ADDRESS)
    lmsi: bytes | None = tagged(10, LMSI, default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    vlr_capability: VlrCapability | None = tagged(6, VlrCapability, default=None)
    inform_previous_network_entity: bool = tagged(11, NULL, default=False)
    cs_lcs_not_supported_by_ue: bool = tagged(12, NULL, default=False)
    v_gmlc_address: bytes | None = tagged(2, OCTET_STRING(5, 17), default=None)
    add_info: AddInfo | None = tagged(13, AddInfo, default=None)
    paging_area: list[LocationArea] | None = tagged(14, sequence_of(LocationArea, 1, 5), default=None)
    skip_subscriber_data_update: bool = tagged(15, NULL, default=False)
    restoration_indicator: bool = tagged(16, NULL, default=False)
    eplmn_list: list[bytes] | None = tagged(3, sequence_of(OCTET_STRING(3, 3), 1, 50), default=None)
    mme_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        4, NetworkNodeDiameterAddress, default=None
    )


class UpdateLocationRes(Sequence):
    """Of updateLocation."""

    hlr_number: AddressString = field(ISDN_ADDRESS)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    add_capability: bool = field(NULL, default=False)
    paging_area_capability: bool = tagged(0, NULL, default=False)


class SgsnCapability(Sequence):
    """What an SGSN can do."""

    solsa_support_indicator: bool = field(NULL, default=False)
    extension_container: bytes | None = tagged(1, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    super_charger_supported_in_serving_network_entity: SuperChargerInfo | None = tagged(
        2, SuperChargerInfo, default=None
    )
    gprs_enhancements_support_indicator: bool = tagged(3, NULL, default=False)
    supported_camel_phases: BitString | None = tagged(4, BIT_STRING(1, 16), default=None)
    supported_lcs_capability_sets: BitString | None = tagged(5, BIT_STRING(2, 16), default=None)
    offered_camel4_csis: BitString | None = tagged(6, BIT_STRING(7, 16), default=None)
    sms_call_barring_support_indicator: bool = tagged(7, NULL, default=False)
    supported_rat_types_indicator: BitString | None = tagged(8, BIT_STRING(2, 8), default=None)
    supported_features: BitString | None = tagged(9, BIT_STRING(26, 40), default=None)
    t_ads_data_retrieval: bool = tagged(10, NULL, default=False)
    homogeneous_support_of_ims_voice_over_ps_sessions: bool | None = tagged(11, BOOLEAN, default=None)
    cancellation_type_initial_attach: bool = tagged(12, NULL, default=False)
    msisdn_less_operation_supported: bool = tagged(14, NULL, default=False)
    updateof_homogeneous_support_of_ims_voice_over_ps_sessions: bool = tagged(15, NULL, default=False)
    reset_ids_supported: bool = tagged(16, NULL, default=False)
    ext_supported_features: BitString | None = tagged(17, BIT_STRING(1, 40), default=None)


class PdnGwIdentity(Sequence):
    """A PDN gateway, by address or name."""

    pdn_gw_ipv4_address: bytes | None = tagged(0, OCTET_STRING(1, 16), default=None)
    pdn_gw_ipv6_address: bytes | None = tagged(1, OCTET_STRING(1, 16), default=None)
    pdn_gw_name: bytes | None = tagged(2, OCTET_STRING(9, 255), default=None)
    extension_container: bytes | None = tagged(3, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class PdnGwUpdate(Sequence):
    """The PDN gateway of an access point has changed."""

    apn: bytes | None = tagged(0, OCTET_STRING(2, 63), default=None)
    pdn_gw_identity: PdnGwIdentity | None = tagged(1, PdnGwIdentity, default=None)
    context_id: int | None = tagged(2, INTEGER(1, 50), default=None)
    extension_container: bytes | None = tagged(3, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class EpsInfo(Choice):
    """What an MME has to tell."""

    pdn_gw_update: PdnGwUpdate | None = tagged(0, PdnGwUpdate, default=None)
    isr_information: BitString | None = tagged(1, BIT_STRING(3, 8), default=None)


class UeSrvccCapability(IntEnum):
    """Whether a call can be handed from packet to circuit."""

    UE_SRVCC_NOT_SUPPORTED = 0
    UE_SRVCC_SUPPORTED = 1


class SmsRegisterRequest(IntEnum):
    """Whether an MME wants to be registered for short messages."""

    SMS_REGISTRATION_REQUIRED = 0
    SMS_REGISTRATION_NOT_PREFERRED = 1
    NO_PREFERENCE = 2


class UpdateGprsLocationArg(Sequence):
    """Of updateGprsLocation."""

    imsi: str = field(IMSI)
    sgsn_number: AddressString = field(ISDN_ADDRESS)
    sgsn_address: bytes = field(OCTET_STRING(5, 17))
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    sgsn_capability: SgsnCapability | None = tagged(0, SgsnCapability, default=None)
    inform_previous_network_entity: bool = tagged(1, NULL, default=False)
    ps_lcs_not_supported_by_ue: bool = tagged(2, NULL, default=False)
    v_gmlc_address: bytes | None = tagged(3, OCTET_STRING(5, 17), default=None)
    add_info: AddInfo | None = tagged(4, AddInfo, default=None)
    eps_info: EpsInfo | None = tagged(5, EpsInfo, default=None)
    serving_node_type_indicator: bool = tagged(6, NULL, default=False)
    skip_subscriber_data_update: bool = tagged(7, NULL, default=False)
    used_rat_type: UsedRatType | int | None = tagged(8, ENUMERATED(UsedRatType), default=None)
    gprs_subscription_data_not_needed: bool = tagged(9, NULL, default=False)
    node_type_indicator: bool = tagged(10, NULL, default=False)
    area_restricted: bool = tagged(11, NULL, default=False)
    ue_reachable_indicator: bool = tagged(12, NULL, default=False)
    eps_subscription_data_not_needed: bool = tagged(13, NULL, default=False)
    ue_srvcc_capability: UeSrvccCapability | int | None = tagged(
        14, ENUMERATED(UeSrvccCapability), default=None
    )
    eplmn_list: list[bytes] | None = tagged(15, sequence_of(OCTET_STRING(3, 3), 1, 50), default=None)
    mme_numberfor_mtsms: AddressString | None = tagged(16, ISDN_ADDRESS, default=None)
    sms_register_request: SmsRegisterRequest | int | None = tagged(
        17, ENUMERATED(SmsRegisterRequest), default=None
    )
    sms_only: bool = tagged(18, NULL, default=False)
    removalof_mme_registrationfor_sms: bool = tagged(22, NULL, default=False)
    sgsn_name: bytes | None = tagged(19, DIAMETER_IDENTITY, default=None)
    sgsn_realm: bytes | None = tagged(20, DIAMETER_IDENTITY, default=None)
    lgd_support_indicator: bool = tagged(21, NULL, default=False)
    adjacent_plmn_list: list[bytes] | None = tagged(23, sequence_of(OCTET_STRING(3, 3), 1, 50), default=None)


class UpdateGprsLocationRes(Sequence):
    """Of updateGprsLocation."""

    hlr_number: AddressString = field(ISDN_ADDRESS)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    add_capability: bool = field(NULL, default=False)
    sgsn_mme_separation_supported: bool = tagged(0, NULL, default=False)
    mme_registeredfor_sms: bool = tagged(1, NULL, default=False)


class ImsiWithLmsi(Sequence):
    """A subscriber with the number that the VLR gave."""

    imsi: str = field(IMSI)
    lmsi: bytes = field(LMSI)
    extensions: bytes = extension_marker(default=b"")


class Identity(Choice):
    """Who, with or without the VLR's own number."""

    imsi: str | None = field(IMSI, default=None)
    imsi_with_lmsi: ImsiWithLmsi | None = field(ImsiWithLmsi, default=None)


class CancellationType(IntEnum):
    """Why a location is cancelled."""

    UPDATE_PROCEDURE = 0
    SUBSCRIPTION_WITHDRAW = 1
    INITIAL_ATTACH_PROCEDURE = 2


class TypeOfUpdate(IntEnum):
    """Which node the subscriber has left."""

    SGSN_CHANGE = 0
    MME_CHANGE = 1


class CancelLocationArg(TaggedSequence):
    """Of cancelLocation: [3] in the place of its own tag."""

    TAG: ClassVar[int] = 0xA3

    identity: Identity = field(Identity)
    cancellation_type: CancellationType | int | None = field(ENUMERATED(CancellationType), default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    type_of_update: TypeOfUpdate | int | None = tagged(0, ENUMERATED(TypeOfUpdate), default=None)
    mtrf_supported_and_authorized: bool = tagged(1, NULL, default=False)
    mtrf_supported_and_not_authorized: bool = tagged(2, NULL, default=False)
    new_msc_number: AddressString | None = tagged(3, ISDN_ADDRESS, default=None)
    new_vlr_number: AddressString | None = tagged(4, ISDN_ADDRESS, default=None)
    new_lmsi: bytes | None = tagged(5, LMSI, default=None)
    reattach_required: bool = tagged(6, NULL, default=False)


class CancelLocationRes(Sequence):
    """Of cancelLocation."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class PurgeMsArg(TaggedSequence):
    """Of purgeMS: [3] in the place of its own tag."""

    TAG: ClassVar[int] = 0xA3

    imsi: str = field(IMSI)
    vlr_number: AddressString | None = tagged(0, ISDN_ADDRESS, default=None)
    sgsn_number: AddressString | None = tagged(1, ISDN_ADDRESS, default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    location_information: LocationInformation | None = tagged(2, LocationInformation, default=None)
    location_information_gprs: LocationInformationGprs | None = tagged(
        3, LocationInformationGprs, default=None
    )
    location_information_eps: LocationInformationEps | None = tagged(4, LocationInformationEps, default=None)


class PurgeMsRes(Sequence):
    """Of purgeMS: which temporary identities must rest."""

    freeze_tmsi: bool = tagged(0, NULL, default=False)
    freeze_p_tmsi: bool = tagged(1, NULL, default=False)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    freeze_m_tmsi: bool = tagged(2, NULL, default=False)
