"""sendAuthenticationInfo: vectors (TS 29.002 §17.7.1, TS 33.102 §6.3)."""

from enum import IntEnum
from typing import ClassVar

from mapstack.asn1 import (
    ENUMERATED,
    EXTENSION_CONTAINER,
    IMSI,
    INTEGER,
    NULL,
    OCTET_STRING,
    Choice,
    Sequence,
    TaggedSequence,
    extension_marker,
    field,
    sequence_of,
    tagged,
)

__all__ = [
    "AuthenticationQuintuplet",
    "AuthenticationSetList",
    "AuthenticationTriplet",
    "EpcAv",
    "ReSynchronisationInfo",
    "RequestingNodeType",
    "SendAuthenticationInfoArg",
    "SendAuthenticationInfoRes",
]


class ReSynchronisationInfo(Sequence):
    """What the phone answered to a challenge whose sequence number it did not take."""

    rand: bytes = field(OCTET_STRING(16, 16))
    auts: bytes = field(OCTET_STRING(14, 14))
    extensions: bytes = extension_marker(default=b"")


class RequestingNodeType(IntEnum):
    """Who asks for vectors."""

    VLR = 0
    SGSN = 1
    S_CSCF = 2
    BSF = 3
    GAN_AAA_SERVER = 4
    WLAN_AAA_SERVER = 5
    MME = 16
    MME_SGSN = 17


class SendAuthenticationInfoArg(Sequence):
    """Of sendAuthenticationInfo."""

    imsi: str = tagged(0, IMSI)
    number_of_requested_vectors: int = field(INTEGER(1, 5))
    segmentation_prohibited: bool = field(NULL, default=False)
    immediate_response_preferred: bool = tagged(1, NULL, default=False)
    re_synchronisation_info: ReSynchronisationInfo | None = field(ReSynchronisationInfo, default=None)
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    requesting_node_type: RequestingNodeType | int | None = tagged(
        3, ENUMERATED(RequestingNodeType), default=None
    )
    requesting_plmn_id: bytes | None = tagged(4, OCTET_STRING(3, 3), default=None)
    number_of_requested_additional_vectors: int | None = tagged(5, INTEGER(1, 5), default=None)
    additional_vectors_are_for_eps: bool = tagged(6, NULL, default=False)
    ue_usage_type_request_indication: bool = tagged(7, NULL, default=False)


class AuthenticationTriplet(Sequence):
    """A vector of GSM."""

    rand: bytes = field(OCTET_STRING(16, 16))
    sres: bytes = field(OCTET_STRING(4, 4))
    kc: bytes = field(OCTET_STRING(8, 8))
    extensions: bytes = extension_marker(default=b"")


class AuthenticationQuintuplet(Sequence):
    """A vector of UMTS."""

    rand: bytes = field(OCTET_STRING(16, 16))
    xres: bytes = field(OCTET_STRING(4, 16))
    ck: bytes = field(OCTET_STRING(16, 16))
    ik: bytes = field(OCTET_STRING(16, 16))
    autn: bytes = field(OCTET_STRING(16, 16))
    extensions: bytes = extension_marker(default=b"")


class AuthenticationSetList(Choice):
    """Vectors of GSM or of UMTS."""

    triplet_list: list[AuthenticationTriplet] | None = tagged(
        0, sequence_of(AuthenticationTriplet, 1, 5), default=None
    )
    quintuplet_list: list[AuthenticationQuintuplet] | None = tagged(
        1, sequence_of(AuthenticationQuintuplet, 1, 5), default=None
    )


class EpcAv(Sequence):
    """A vector of EPS."""

    rand: bytes = field(OCTET_STRING(16, 16))
    xres: bytes = field(OCTET_STRING(4, 16))
    autn: bytes = field(OCTET_STRING(16, 16))
    kasme: bytes = field(OCTET_STRING(32, 32))
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class SendAuthenticationInfoRes(TaggedSequence):
    """Of sendAuthenticationInfo: [3] in the place of its own tag."""

    TAG: ClassVar[int] = 0xA3

    authentication_set_list: AuthenticationSetList | None = field(AuthenticationSetList, default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    eps_authentication_set_list: list[EpcAv] | None = tagged(2, sequence_of(EpcAv, 1, 5), default=None)
    ue_usage_type: bytes | None = tagged(3, OCTET_STRING(4, 4), default=None)
