"""PDP contexts that a subscriber may use (TS 29.002 §17.7.1)."""

from enum import IntEnum

from mapstack.asn1 import (
    ENUMERATED,
    EXTENSION_CONTAINER,
    INTEGER,
    NULL,
    OCTET_STRING,
    UNSIGNED,
    Sequence,
    extension_marker,
    field,
    sequence_of,
    tagged,
)

__all__ = [
    "Ambr",
    "GprsSubscriptionData",
    "LipaPermission",
    "NiddMechanism",
    "PdpContext",
    "SiptoLocalNetworkPermission",
    "SiptoPermission",
]


class Ambr(Sequence):
    """The bandwidth of all bearers together."""

    max_requested_bandwidth_ul: int = tagged(0, UNSIGNED)
    max_requested_bandwidth_dl: int = tagged(1, UNSIGNED)
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    extended_max_requested_bandwidth_ul: int | None = tagged(3, UNSIGNED, default=None)
    extended_max_requested_bandwidth_dl: int | None = tagged(4, UNSIGNED, default=None)


class SiptoPermission(IntEnum):
    """Whether traffic may leave near the radio."""

    SIPTO_ABOVE_RAN_ALLOWED = 0
    SIPTO_ABOVE_RAN_NOT_ALLOWED = 1


class LipaPermission(IntEnum):
    """Whether traffic may stay local."""

    LIPA_PROHIBITED = 0
    LIPA_ONLY = 1
    LIPA_CONDITIONAL = 2


class SiptoLocalNetworkPermission(IntEnum):
    """Whether traffic may leave into the local network."""

    SIPTO_AT_LOCAL_NETWORK_ALLOWED = 0
    SIPTO_AT_LOCAL_NETWORK_NOT_ALLOWED = 1


class NiddMechanism(IntEnum):
    """How data without IP are delivered."""

    S_GI_BASED_DATA_DELIVERY = 0
    S_CEF_BASED_DATA_DELIVERY = 1


class PdpContext(Sequence):
    """A PDP context that may be used."""

    pdp_context_id: int = field(INTEGER(1, 50))
    pdp_type: bytes = tagged(16, OCTET_STRING(2, 2))
    pdp_address: bytes | None = tagged(17, OCTET_STRING(1, 16), default=None)
    qos_subscribed: bytes = tagged(18, OCTET_STRING(3, 3))
    vplmn_address_allowed: bool = tagged(19, NULL, default=False)
    apn: bytes = tagged(20, OCTET_STRING(2, 63))
    extension_container: bytes | None = tagged(21, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    ext_qos_subscribed: bytes | None = tagged(0, OCTET_STRING(1, 9), default=None)
    pdp_charging_characteristics: bytes | None = tagged(1, OCTET_STRING(2, 2), default=None)
    ext2_qos_subscribed: bytes | None = tagged(2, OCTET_STRING(1, 3), default=None)
    ext3_qos_subscribed: bytes | None = tagged(3, OCTET_STRING(1, 2), default=None)
    ext4_qos_subscribed: bytes | None = tagged(4, OCTET_STRING(1, 1), default=None)
    apn_oi_replacement: bytes | None = tagged(5, OCTET_STRING(9, 100), default=None)
    ext_pdp_type: bytes | None = tagged(6, OCTET_STRING(2, 2), default=None)
    ext_pdp_address: bytes | None = tagged(7, OCTET_STRING(1, 16), default=None)
    ambr: Ambr | None = tagged(10, Ambr, default=None)
    sipto_permission: SiptoPermission | int | None = tagged(8, ENUMERATED(SiptoPermission), default=None)
    lipa_permission: LipaPermission | int | None = tagged(9, ENUMERATED(LipaPermission), default=None)
    restoration_priority: bytes | None = tagged(11, OCTET_STRING(1, 1), default=None)
    sipto_local_network_permission: SiptoLocalNetworkPermission | int | None = tagged(
        12, ENUMERATED(SiptoLocalNetworkPermission), default=None
    )
    n_idd_mechanism: NiddMechanism | int | None = tagged(13, ENUMERATED(NiddMechanism), default=None)
    s_cef_id: bytes | None = tagged(14, OCTET_STRING(9, 255), default=None)


class GprsSubscriptionData(Sequence):
    """PDP contexts."""

    complete_data_list_included: bool = field(NULL, default=False)
    gprs_data_list: list[PdpContext] = tagged(1, sequence_of(PdpContext, 1, 50))
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    apn_oi_replacement: bytes | None = tagged(3, OCTET_STRING(9, 100), default=None)
