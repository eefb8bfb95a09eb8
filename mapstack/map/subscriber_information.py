"""anyTimeInterrogation, provideSubscriberInfo: what is told of a subscriber (TS 29.002 §17.7.1)."""

from enum import IntEnum

from mapstack.asn1 import (
    BIT_STRING,
    ENUMERATED,
    EXTENSION_CONTAINER,
    IMSI,
    INTEGER,
    ISDN_ADDRESS,
    NULL,
    OCTET_STRING,
    AddressString,
    BitString,
    Sequence,
    extension_marker,
    field,
    tagged,
)
from mapstack.map.data_types import IMEI, LMSI, TIME, SubscriberIdentity
from mapstack.map.location import (
    LocationInformation,
    LocationInformation5Gs,
    LocationInformationEps,
    LocationInformationGprs,
    PsSubscriberState,
    SubscriberState,
    UsedRatType,
)

__all__ = [
    "AnyTimeInterrogationArg",
    "AnyTimeInterrogationRes",
    "DaylightSavingTime",
    "DomainType",
    "GprsMsClass",
    "ImsVoiceOverPsSessionsInd",
    "MnpInfoRes",
    "NumberPortabilityStatus",
    "ProvideSubscriberInfoArg",
    "ProvideSubscriberInfoRes",
    "RequestedInfo",
    "SubscriberInfo",
]


class DomainType(IntEnum):
    """Which domain is asked."""

    CS_DOMAIN = 0
    PS_DOMAIN = 1


class RequestedInfo(Sequence):
    """What is asked of a subscriber."""

    location_information: bool = tagged(0, NULL, default=False)
    subscriber_state: bool = tagged(1, NULL, default=False)
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    current_location: bool = tagged(3, NULL, default=False)
    requested_domain: DomainType | int | None = tagged(4, ENUMERATED(DomainType), default=None)
    imei: bool = tagged(6, NULL, default=False)
    ms_classmark: bool = tagged(5, NULL, default=False)
    mnp_requested_info: bool = tagged(7, NULL, default=False)
    location_information_eps_supported: bool = tagged(11, NULL, default=False)
    t_ads_data: bool = tagged(8, NULL, default=False)
    requested_nodes: BitString | None = tagged(9, BIT_STRING(1, 8), default=None)
    serving_node_indication: bool = tagged(10, NULL, default=False)
    local_time_zone_request: bool = tagged(12, NULL, default=False)


class AnyTimeInterrogationArg(Sequence):
    """Of anyTimeInterrogation."""

    subscriber_identity: SubscriberIdentity = tagged(0, SubscriberIdentity)
    requested_info: RequestedInfo = tagged(1, RequestedInfo)
    gsm_scf_address: AddressString = tagged(3, ISDN_ADDRESS)
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class GprsMsClass(Sequence):
    """What the phone can do in GPRS."""

    m_s_network_capability: bytes = tagged(0, OCTET_STRING(1, 8))
    m_s_radio_access_capability: bytes | None = tagged(1, OCTET_STRING(1, 50), default=None)


class NumberPortabilityStatus(IntEnum):
    """Whether the number has been ported."""

    NOT_KNOWN_TO_BE_PORTED = 0
    OWN_NUMBER_PORTED_OUT = 1
    FOREIGN_NUMBER_PORTED_TO_FOREIGN_NETWORK = 2
    OWN_NUMBER_NOT_PORTED_OUT = 4
    FOREIGN_NUMBER_PORTED_IN = 5


class MnpInfoRes(Sequence):
    """How a ported number is routed."""

    routeing_number: bytes | None = tagged(0, OCTET_STRING(1, 5), default=None)
    imsi: str | None = tagged(1, IMSI, default=None)
    msisdn: AddressString | None = tagged(2, ISDN_ADDRESS, default=None)
    number_portability_status: NumberPortabilityStatus | int | None = tagged(
        3, ENUMERATED(NumberPortabilityStatus), default=None
    )
    extension_container: bytes | None = tagged(4, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ImsVoiceOverPsSessionsInd(IntEnum):
    """Whether the serving node carries voice of IMS."""

    IMS_VOICE_OVER_PS_SESSIONS_NOT_SUPPORTED = 0
    IMS_VOICE_OVER_PS_SESSIONS_SUPPORTED = 1
    UNKNOWN = 2


class DaylightSavingTime(IntEnum):
    """How far the clock is put forward."""

    NO_ADJUSTMENT = 0
    PLUS_ONE_HOUR_ADJUSTMENT = 1
    PLUS_TWO_HOURS_ADJUSTMENT = 2


class SubscriberInfo(Sequence):
    """All that a serving node tells of a subscriber."""

    location_information: LocationInformation | None = tagged(0, LocationInformation, default=None)
    subscriber_state: SubscriberState | None = tagged(1, SubscriberState, default=None)
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    location_information_gprs: LocationInformationGprs | None = tagged(
        3, LocationInformationGprs, default=None
    )
    ps_subscriber_state: PsSubscriberState | None = tagged(4, PsSubscriberState, default=None)
    imei: str | None = tagged(5, IMEI, default=None)
    ms_classmark2: bytes | None = tagged(6, OCTET_STRING(3, 3), default=None)
    gprs_ms_class: GprsMsClass | None = tagged(7, GprsMsClass, default=None)
    mnp_info_res: MnpInfoRes | None = tagged(8, MnpInfoRes, default=None)
    ims_voice_over_ps_sessions_indication: ImsVoiceOverPsSessionsInd | int | None = tagged(
        9, ENUMERATED(ImsVoiceOverPsSessionsInd), default=None
    )
    last_ue_activity_time: bytes | None = tagged(10, TIME, default=None)
    last_rat_type: UsedRatType | int | None = tagged(11, ENUMERATED(UsedRatType), default=None)
    eps_subscriber_state: PsSubscriberState | None = tagged(12, PsSubscriberState, default=None)
    location_information_eps: LocationInformationEps | None = tagged(13, LocationInformationEps, default=None)
    time_zone: bytes | None = tagged(14, OCTET_STRING(2, 3), default=None)
    daylight_saving_time: DaylightSavingTime | int | None = tagged(
        15, ENUMERATED(DaylightSavingTime), default=None
    )
    location_information_5gs: LocationInformation5Gs | None = tagged(16, LocationInformation5Gs, default=None)


class AnyTimeInterrogationRes(Sequence):
    """Of anyTimeInterrogation."""

    subscriber_info: SubscriberInfo = field(SubscriberInfo)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class ProvideSubscriberInfoArg(Sequence):
    """Of provideSubscriberInfo."""

    imsi: str = tagged(0, IMSI)
    lmsi: bytes | None = tagged(1, LMSI, default=None)
    requested_info: RequestedInfo = tagged(2, RequestedInfo)
    extension_container: bytes | None = tagged(3, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    call_priority: int | None = tagged(4, INTEGER(0, 15), default=None)


class ProvideSubscriberInfoRes(Sequence):
    """Of provideSubscriberInfo."""

    subscriber_info: SubscriberInfo = field(SubscriberInfo)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
