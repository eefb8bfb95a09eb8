"""Arguments and results of the short message operations, versions 1 and 2 (GSM 09.02 §17.7.6).

That specification has one type for both and says in words what a version must not use; so do these.
"""

from mapstack.asn1 import (
    ADDRESS,
    BIT_STRING,
    BOOLEAN,
    ENUMERATED,
    IMSI,
    ISDN_ADDRESS,
    NULL,
    OCTET_STRING,
    AddressString,
    BitString,
    Choice,
    Sequence,
    extension_marker,
    field,
    tagged,
)
from mapstack.map.data_types import LMSI, SIGNAL_INFO, LocationInfo
from mapstack.map.short_message import AlertReason, SmDeliveryOutcome, SmRpOa

__all__ = [
    "AlertServiceCentreArgV1",
    "ForwardSmArg",
    "InformServiceCentreArgV2",
    "LocationInfoWithLmsiV2",
    "NoteSubscriberPresentArg",
    "ReadyForSmArgV2",
    "ReportSmDeliveryStatusArgV2",
    "ReportSmDeliveryStatusResV2",
    "RoutingInfoForSmArgV2",
    "RoutingInfoForSmResV2",
    "SmRpDaV2",
]


class SmRpDaV2(Choice):
    """Where a short message goes; a roaming number in version 1 only, nothing at all in version 2 only."""

    imsi: str | None = tagged(0, IMSI, default=None)
    lmsi: bytes | None = tagged(1, LMSI, default=None)
    roaming_number: AddressString | None = tagged(3, ISDN_ADDRESS, default=None)
    service_centre_address_da: AddressString | None = tagged(4, ADDRESS, default=None)
    no_sm_rp_da: bool = tagged(5, NULL, default=False)


class RoutingInfoForSmArgV2(Sequence):
    """Of sendRoutingInfoForSM; a teleservice in version 1 only."""

    msisdn: AddressString = tagged(0, ISDN_ADDRESS)
    sm_rp_pri: bool = tagged(1, BOOLEAN)
    service_centre_address: AddressString = tagged(2, ADDRESS)
    teleservice: bytes | None = tagged(5, OCTET_STRING(1, 1), default=None)
    extensions: bytes = extension_marker(default=b"")


class LocationInfoWithLmsiV2(Sequence):
    """The node that serves the subscriber now."""

    location_info: LocationInfo = field(LocationInfo)
    lmsi: bytes | None = field(LMSI, default=None)
    extensions: bytes = extension_marker(default=b"")


class RoutingInfoForSmResV2(Sequence):
    """Of sendRoutingInfoForSM; whether messages wait, in version 1 only."""

    imsi: str = field(IMSI)
    location_info_with_lmsi: LocationInfoWithLmsiV2 = tagged(0, LocationInfoWithLmsiV2)
    mwd_set: bool | None = tagged(2, BOOLEAN, default=None)
    extensions: bytes = extension_marker(default=b"")


class ForwardSmArg(Sequence):
    """Of forwardSM, which version 3 has split in two; more messages in version 2 only."""

    sm_rp_da: SmRpDaV2 = field(SmRpDaV2)
    sm_rp_oa: SmRpOa = field(SmRpOa)
    sm_rp_ui: bytes = field(SIGNAL_INFO)
    more_messages_to_send: bool = field(NULL, default=False)
    extensions: bytes = extension_marker(default=b"")


class ReportSmDeliveryStatusArgV2(Sequence):
    """Of reportSM-DeliveryStatus; the outcome always in version 2, never in version 1."""

    msisdn: AddressString = field(ISDN_ADDRESS)
    service_centre_address: AddressString = field(ADDRESS)
    sm_delivery_outcome: SmDeliveryOutcome | int | None = field(ENUMERATED(SmDeliveryOutcome), default=None)
    extensions: bytes = extension_marker(default=b"")


class ReportSmDeliveryStatusResV2(Choice):
    """Of reportSM-DeliveryStatus in version 2: an ISDN-AddressString."""

    stored_msisdn: AddressString | None = field(ISDN_ADDRESS, default=None)


class InformServiceCentreArgV2(Sequence):
    """Of informServiceCentre."""

    stored_msisdn: AddressString | None = field(ISDN_ADDRESS, default=None)
    mw_status: BitString | None = field(BIT_STRING(6, 6), default=None)
    extensions: bytes = extension_marker(default=b"")


class AlertServiceCentreArgV1(Sequence):
    """Of alertServiceCentreWithoutResult."""

    msisdn: AddressString = field(ISDN_ADDRESS)
    service_centre_address: AddressString = field(ADDRESS)
    extensions: bytes = extension_marker(default=b"")


class ReadyForSmArgV2(Sequence):
    """Of readyForSM."""

    imsi: str = tagged(0, IMSI)
    alert_reason: AlertReason | int = field(ENUMERATED(AlertReason))
    extensions: bytes = extension_marker(default=b"")


class NoteSubscriberPresentArg(Choice):
    """Of noteSubscriberPresent: an IMSI."""

    imsi: str | None = field(IMSI, default=None)
