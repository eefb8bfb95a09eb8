"""sendAuthenticationInfo, version 2, and sendParameters, which it was in version 1 (GSM 09.02 §17.7.1)."""

from enum import IntEnum

from mapstack.asn1 import ENUMERATED, IMSI, OCTET_STRING, OPAQUE, Choice, Sequence, field, sequence_of, tagged
from mapstack.map.authentication import AuthenticationTriplet

__all__ = [
    "RequestParameter",
    "SendAuthenticationInfoArgV2",
    "SendAuthenticationInfoResV2",
    "SendParametersArg",
    "SendParametersRes",
    "SentParameter",
    "SubscriberId",
]


class SendAuthenticationInfoArgV2(Choice):
    """Of sendAuthenticationInfo: an IMSI."""

    imsi: str | None = field(IMSI, default=None)


class SendAuthenticationInfoResV2(Choice):
    """Of sendAuthenticationInfo: vectors."""

    authentication_sets: list[AuthenticationTriplet] | None = field(
        sequence_of(AuthenticationTriplet, 1, 5), default=None
    )


class RequestParameter(IntEnum):
    """What a VLR asks for."""

    REQUEST_IMSI = 0
    REQUEST_AUTHENTICATION_SET = 1
    REQUEST_SUBSCRIBER_DATA = 2
    REQUEST_KI = 4


class SubscriberId(Choice):
    """IMSI or TMSI."""

    imsi: str | None = tagged(0, IMSI, default=None)
    tmsi: bytes | None = tagged(1, OCTET_STRING(1, 4), default=None)


class SendParametersArg(Sequence):
    """Of sendParameters."""

    subscriber_id: SubscriberId = field(SubscriberId)
    request_parameter_list: list[RequestParameter | int] = field(
        sequence_of(ENUMERATED(RequestParameter), 1, 2)
    )


class SentParameter(Choice):
    """One of what was asked for; subscriber data are passed on unread."""

    imsi: str | None = tagged(0, IMSI, default=None)
    authentication_set: AuthenticationTriplet | None = tagged(1, AuthenticationTriplet, default=None)
    subscriber_data: bytes | None = tagged(2, OPAQUE, default=None)
    ki: bytes | None = tagged(4, OCTET_STRING(16, 16), default=None)


class SendParametersRes(Choice):
    """Of sendParameters: what was asked for, each in its turn."""

    sent_parameters: list[SentParameter] | None = field(sequence_of(SentParameter, 1, 6), default=None)
