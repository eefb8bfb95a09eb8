"""Types that many MAP operations share (TS 29.002 §17.7.8, §17.7.1)."""

from enum import IntEnum

from mapstack.asn1 import IMSI, ISDN_ADDRESS, OCTET_STRING, AddressString, Choice, Sequence, tagged

__all__ = [
    "DIAMETER_IDENTITY",
    "IMEI",
    "LMSI",
    "SIGNAL_INFO",
    "SIP_URI",
    "TIME",
    "CorrelationId",
    "ExtBasicServiceCode",
    "LocationInfo",
    "NetworkNodeDiameterAddress",
    "NetworkResource",
    "SubscriberIdentity",
]

IMEI = IMSI.sized(8, 8)
LMSI = OCTET_STRING(4, 4)
TIME = OCTET_STRING(4, 4)
SIGNAL_INFO = OCTET_STRING(1, 200)
SIP_URI = OCTET_STRING(0, 1024)
"""Without a SIZE in the ASN.1; this one bounds it."""
DIAMETER_IDENTITY = OCTET_STRING(9, 255)


class NetworkResource(IntEnum):
    """Where a failure was (TS 29.002 §17.7.7)."""

    PLMN = 0
    HLR = 1
    VLR = 2
    PVLR = 3
    CONTROLLING_MSC = 4
    VMSC = 5
    EIR = 6
    RSS = 7


class NetworkNodeDiameterAddress(Sequence):
    """A node's name and realm in Diameter."""

    diameter_name: bytes = tagged(0, DIAMETER_IDENTITY)
    diameter_realm: bytes = tagged(1, DIAMETER_IDENTITY)


class CorrelationId(Sequence):
    """Who writes to whom when there is no MSISDN (TS 29.002 §17.7.6)."""

    hlr_id: str | None = tagged(0, IMSI, default=None)
    sip_uri_a: bytes | None = tagged(1, SIP_URI, default=None)
    sip_uri_b: bytes = tagged(2, SIP_URI)


class LocationInfo(Choice):
    """Where a subscriber is, in versions 1 and 2; a roaming number in version 1 only (GSM 09.02 §17.7.8)."""

    roaming_number: AddressString | None = tagged(0, ISDN_ADDRESS, default=None)
    msc_number: AddressString | None = tagged(1, ISDN_ADDRESS, default=None)


class SubscriberIdentity(Choice):
    """IMSI or MSISDN."""

    imsi: str | None = tagged(0, IMSI, default=None)
    msisdn: AddressString | None = tagged(1, ISDN_ADDRESS, default=None)


class ExtBasicServiceCode(Choice):
    """A bearer service or a teleservice."""

    ext_bearer_service: bytes | None = tagged(2, OCTET_STRING(1, 5), default=None)
    ext_teleservice: bytes | None = tagged(3, OCTET_STRING(1, 5), default=None)
