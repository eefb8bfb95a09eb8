"""Where a subscriber is, and what it does there (TS 29.002 §17.7.1)."""

from enum import IntEnum

from mapstack.asn1 import (
    BIT_STRING,
    ENUMERATED,
    EXTENSION_CONTAINER,
    INTEGER,
    ISDN_ADDRESS,
    NULL,
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
from mapstack.map.data_types import DIAMETER_IDENTITY

__all__ = [
    "CellGlobalIdOrServiceAreaIdOrLai",
    "LocationInformation",
    "LocationInformation5Gs",
    "LocationInformationEps",
    "LocationInformationGprs",
    "NotReachableReason",
    "PdpContextInfo",
    "PsSubscriberState",
    "SubscriberState",
    "UsedRatType",
    "UserCsgInformation",
]


class CellGlobalIdOrServiceAreaIdOrLai(Choice):
    """A cell, a service area, or a location area."""

    cell_global_id_or_service_area_id_fixed_length: bytes | None = tagged(0, OCTET_STRING(7, 7), default=None)
    lai_fixed_length: bytes | None = tagged(1, OCTET_STRING(5, 5), default=None)


class LocationInformationEps(Sequence):
    """Where in EPS."""

    e_utran_cell_global_identity: bytes | None = tagged(0, OCTET_STRING(7, 7), default=None)
    tracking_area_identity: bytes | None = tagged(1, OCTET_STRING(5, 5), default=None)
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    geographical_information: bytes | None = tagged(3, OCTET_STRING(8, 8), default=None)
    geodetic_information: bytes | None = tagged(4, OCTET_STRING(10, 10), default=None)
    current_location_retrieved: bool = tagged(5, NULL, default=False)
    age_of_location_information: int | None = tagged(6, INTEGER(0, 32767), default=None)
    extensions: bytes = extension_marker(default=b"")
    mme_name: bytes | None = tagged(7, DIAMETER_IDENTITY, default=None)


class UserCsgInformation(Sequence):
    """The closed subscriber group of the cell."""

    csg_id: BitString = tagged(0, BIT_STRING(27, 27))
    extension_container: bytes | None = tagged(1, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    access_mode: bytes | None = tagged(2, OCTET_STRING(1, 1), default=None)
    cmi: bytes | None = tagged(3, OCTET_STRING(1, 1), default=None)


class LocationInformation(Sequence):
    """Where in the circuit switched domain."""

    age_of_location_information: int | None = field(INTEGER(0, 32767), default=None)
    geographical_information: bytes | None = tagged(0, OCTET_STRING(8, 8), default=None)
    vlr_number: AddressString | None = tagged(1, ISDN_ADDRESS, default=None)
    location_number: bytes | None = tagged(2, OCTET_STRING(2, 10), default=None)
    cell_global_id_or_service_area_id_or_lai: CellGlobalIdOrServiceAreaIdOrLai | None = tagged(
        3, CellGlobalIdOrServiceAreaIdOrLai, default=None
    )
    extension_container: bytes | None = tagged(4, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    selected_lsa_id: bytes | None = tagged(5, OCTET_STRING(3, 3), default=None)
    msc_number: AddressString | None = tagged(6, ISDN_ADDRESS, default=None)
    geodetic_information: bytes | None = tagged(7, OCTET_STRING(10, 10), default=None)
    current_location_retrieved: bool = tagged(8, NULL, default=False)
    sai_present: bool = tagged(9, NULL, default=False)
    location_information_eps: LocationInformationEps | None = tagged(10, LocationInformationEps, default=None)
    user_csg_information: UserCsgInformation | None = tagged(11, UserCsgInformation, default=None)


class LocationInformationGprs(Sequence):
    """Where in GPRS."""

    cell_global_id_or_service_area_id_or_lai: CellGlobalIdOrServiceAreaIdOrLai | None = tagged(
        0, CellGlobalIdOrServiceAreaIdOrLai, default=None
    )
    routeing_area_identity: bytes | None = tagged(1, OCTET_STRING(6, 6), default=None)
    geographical_information: bytes | None = tagged(2, OCTET_STRING(8, 8), default=None)
    sgsn_number: AddressString | None = tagged(3, ISDN_ADDRESS, default=None)
    selected_lsa_identity: bytes | None = tagged(4, OCTET_STRING(3, 3), default=None)
    extension_container: bytes | None = tagged(5, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    sai_present: bool = tagged(6, NULL, default=False)
    geodetic_information: bytes | None = tagged(7, OCTET_STRING(10, 10), default=None)
    current_location_retrieved: bool = tagged(8, NULL, default=False)
    age_of_location_information: int | None = tagged(9, INTEGER(0, 32767), default=None)
    user_csg_information: UserCsgInformation | None = tagged(10, UserCsgInformation, default=None)


class UsedRatType(IntEnum):
    """A radio access."""

    UTRAN = 0
    GERAN = 1
    GAN = 2
    I_HSPA_EVOLUTION = 3
    E_UTRAN = 4
    NB_IOT = 5


class LocationInformation5Gs(Sequence):
    """Where in 5GS."""

    nr_cell_global_identity: bytes | None = tagged(0, OCTET_STRING(8, 8), default=None)
    e_utran_cell_global_identity: bytes | None = tagged(1, OCTET_STRING(7, 7), default=None)
    geographical_information: bytes | None = tagged(2, OCTET_STRING(8, 8), default=None)
    geodetic_information: bytes | None = tagged(3, OCTET_STRING(10, 10), default=None)
    amf_address: bytes | None = tagged(4, OCTET_STRING(9, 255), default=None)
    tracking_area_identity: bytes | None = tagged(5, OCTET_STRING(5, 5), default=None)
    current_location_retrieved: bool = tagged(6, NULL, default=False)
    age_of_location_information: int | None = tagged(7, INTEGER(0, 32767), default=None)
    vplmn_id: bytes | None = tagged(8, OCTET_STRING(3, 3), default=None)
    localtime_zone: bytes | None = tagged(9, OCTET_STRING(2, 3), default=None)
    rat_type: UsedRatType | int | None = tagged(10, ENUMERATED(UsedRatType), default=None)
    extension_container: bytes | None = tagged(11, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    nr_tracking_area_identity: bytes | None = tagged(12, OCTET_STRING(6, 6), default=None)


class NotReachableReason(IntEnum):
    """Why a subscriber cannot be reached."""

    MS_PURGED = 0
    IMSI_DETACHED = 1
    RESTRICTED_AREA = 2
    NOT_REGISTERED = 3


class SubscriberState(Choice):
    """What a subscriber does in the circuit switched domain."""

    assumed_idle: bool = tagged(0, NULL, default=False)
    camel_busy: bool = tagged(1, NULL, default=False)
    net_det_not_reachable: NotReachableReason | int | None = field(
        ENUMERATED(NotReachableReason), default=None
    )
    not_provided_from_vlr: bool = tagged(2, NULL, default=False)


class PdpContextInfo(Sequence):
    """An active PDP context."""

    pdp_context_identifier: int = tagged(0, INTEGER(1, 50))
    pdp_context_active: bool = tagged(1, NULL, default=False)
    pdp_type: bytes = tagged(2, OCTET_STRING(2, 2))
    pdp_address: bytes | None = tagged(3, OCTET_STRING(1, 16), default=None)
    apn_subscribed: bytes | None = tagged(4, OCTET_STRING(2, 63), default=None)
    apn_in_use: bytes | None = tagged(5, OCTET_STRING(2, 63), default=None)
    nsapi: int | None = tagged(6, INTEGER(0, 15), default=None)
    transaction_id: bytes | None = tagged(7, OCTET_STRING(1, 2), default=None)
    teid_for_gn_and_gp: bytes | None = tagged(8, OCTET_STRING(4, 4), default=None)
    teid_for_iu: bytes | None = tagged(9, OCTET_STRING(4, 4), default=None)
    ggsn_address: bytes | None = tagged(10, OCTET_STRING(5, 17), default=None)
    qos_subscribed: bytes | None = tagged(11, OCTET_STRING(1, 9), default=None)
    qos_requested: bytes | None = tagged(12, OCTET_STRING(1, 9), default=None)
    qos_negotiated: bytes | None = tagged(13, OCTET_STRING(1, 9), default=None)
    charging_id: bytes | None = tagged(14, OCTET_STRING(4, 4), default=None)
    charging_characteristics: bytes | None = tagged(15, OCTET_STRING(2, 2), default=None)
    rnc_address: bytes | None = tagged(16, OCTET_STRING(5, 17), default=None)
    extension_container: bytes | None = tagged(17, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    qos2_subscribed: bytes | None = tagged(18, OCTET_STRING(1, 3), default=None)
    qos2_requested: bytes | None = tagged(19, OCTET_STRING(1, 3), default=None)
    qos2_negotiated: bytes | None = tagged(20, OCTET_STRING(1, 3), default=None)
    qos3_subscribed: bytes | None = tagged(21, OCTET_STRING(1, 2), default=None)
    qos3_requested: bytes | None = tagged(22, OCTET_STRING(1, 2), default=None)
    qos3_negotiated: bytes | None = tagged(23, OCTET_STRING(1, 2), default=None)
    qos4_subscribed: bytes | None = tagged(25, OCTET_STRING(1, 1), default=None)
    qos4_requested: bytes | None = tagged(26, OCTET_STRING(1, 1), default=None)
    qos4_negotiated: bytes | None = tagged(27, OCTET_STRING(1, 1), default=None)
    ext_pdp_type: bytes | None = tagged(28, OCTET_STRING(2, 2), default=None)
    ext_pdp_address: bytes | None = tagged(29, OCTET_STRING(1, 16), default=None)


class PsSubscriberState(Choice):
    """What a subscriber does in the packet switched domain."""

    not_provided_from_sgs_nor_mme: bool = tagged(0, NULL, default=False)
    ps_detached: bool = tagged(1, NULL, default=False)
    ps_attached_not_reachable_for_paging: bool = tagged(2, NULL, default=False)
    ps_attached_reachable_for_paging: bool = tagged(3, NULL, default=False)
    ps_pdp_active_not_reachable_for_paging: list[PdpContextInfo] | None = tagged(
        4, sequence_of(PdpContextInfo, 1, 50), default=None
    )
    ps_pdp_active_reachable_for_paging: list[PdpContextInfo] | None = tagged(
        5, sequence_of(PdpContextInfo, 1, 50), default=None
    )
    net_det_not_reachable: NotReachableReason | int | None = field(
        ENUMERATED(NotReachableReason), default=None
    )
