"""Parameters of the MAP errors, version 3 (TS 29.002 §17.7.7)."""

from enum import IntEnum

from mapstack.asn1 import (
    ENUMERATED,
    EXTENSION_CONTAINER,
    IMSI,
    INTEGER,
    NULL,
    OCTET_STRING,
    Choice,
    Sequence,
    extension_marker,
    field,
    tagged,
)
from mapstack.map.data_types import SIGNAL_INFO, TIME, NetworkResource

__all__ = [
    "AbsentSubscriberParam",
    "AbsentSubscriberReason",
    "AbsentSubscriberSmParam",
    "AdditionalNetworkResource",
    "AdditionalRoamingNotAllowedCause",
    "AtiNotAllowedParam",
    "AtmNotAllowedParam",
    "BasicServiceCode",
    "BearerServNotProvParam",
    "CallBarredParam",
    "CallBarringCause",
    "DataMissingParam",
    "ExtensibleCallBarredParam",
    "ExtensibleSystemFailureParam",
    "FacilityNotSupParam",
    "FailureCauseParam",
    "IllegalEquipmentParam",
    "IllegalSsOperationParam",
    "IllegalSubscriberParam",
    "InformationNotAvailableParam",
    "MessageWaitListFullParam",
    "RoamingNotAllowedCause",
    "RoamingNotAllowedParam",
    "SmDeliveryFailureCause",
    "SmEnumeratedDeliveryFailureCause",
    "SsIncompatibilityCause",
    "SsSubscriptionViolationParam",
    "SubBusyForMtSmsParam",
    "SystemFailureParam",
    "TeleservNotProvParam",
    "UnexpectedDataParam",
    "UnidentifiedSubParam",
    "UnknownSubscriberDiagnostic",
    "UnknownSubscriberParam",
]


class UnknownSubscriberDiagnostic(IntEnum):
    """Part of UnknownSubscriberParam."""

    IMSI_UNKNOWN = 0
    GPRS_EPS_SUBSCRIPTION_UNKNOWN = 1
    NPDB_MISMATCH = 2


class UnknownSubscriberParam(Sequence):
    """Of unknownSubscriber."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    unknown_subscriber_diagnostic: UnknownSubscriberDiagnostic | int | None = field(
        ENUMERATED(UnknownSubscriberDiagnostic), default=None
    )


class UnidentifiedSubParam(Sequence):
    """Of unidentifiedSubscriber."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class AbsentSubscriberSmParam(Sequence):
    """Of absentSubscriberSM."""

    absent_subscriber_diagnostic_sm: int | None = field(INTEGER(0, 255), default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    additional_absent_subscriber_diagnostic_sm: int | None = tagged(0, INTEGER(0, 255), default=None)
    imsi: str | None = tagged(1, IMSI, default=None)
    requested_retransmission_time: bytes | None = tagged(2, TIME, default=None)
    user_identifier_alert: str | None = tagged(3, IMSI, default=None)


class RoamingNotAllowedCause(IntEnum):
    """Part of RoamingNotAllowedParam."""

    PLMN_ROAMING_NOT_ALLOWED = 0
    OPERATOR_DETERMINED_BARRING = 3


class AdditionalRoamingNotAllowedCause(IntEnum):
    """Part of RoamingNotAllowedParam."""

    SUPPORTED_RAT_TYPES_NOT_ALLOWED = 0


class RoamingNotAllowedParam(Sequence):
    """Of roamingNotAllowed."""

    roaming_not_allowed_cause: RoamingNotAllowedCause | int = field(ENUMERATED(RoamingNotAllowedCause))
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    additional_roaming_not_allowed_cause: AdditionalRoamingNotAllowedCause | int | None = tagged(
        0, ENUMERATED(AdditionalRoamingNotAllowedCause), default=None
    )


class IllegalSubscriberParam(Sequence):
    """Of illegalSubscriber."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class BearerServNotProvParam(Sequence):
    """Of bearerServiceNotProvisioned."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class TeleservNotProvParam(Sequence):
    """Of teleserviceNotProvisioned."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class IllegalEquipmentParam(Sequence):
    """Of illegalEquipment."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class CallBarringCause(IntEnum):
    """Part of CallBarredParam."""

    BARRING_SERVICE_ACTIVE = 0
    OPERATOR_BARRING = 1


class ExtensibleCallBarredParam(Sequence):
    """Part of CallBarredParam."""

    call_barring_cause: CallBarringCause | int | None = field(ENUMERATED(CallBarringCause), default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    unauthorised_message_originator: bool = tagged(1, NULL, default=False)
    anonymous_call_rejection: bool = tagged(2, NULL, default=False)


class CallBarredParam(Choice):
    """Of callBarred."""

    call_barring_cause: CallBarringCause | int | None = field(ENUMERATED(CallBarringCause), default=None)
    extensible_call_barred_param: ExtensibleCallBarredParam | None = field(
        ExtensibleCallBarredParam, default=None
    )


class IllegalSsOperationParam(Sequence):
    """Of illegalSS-Operation."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class SsSubscriptionViolationParam(Sequence):
    """Of ss-SubscriptionViolation."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class BasicServiceCode(Choice):
    """Part of SS-IncompatibilityCause."""

    bearer_service: bytes | None = tagged(2, OCTET_STRING(1, 1), default=None)
    teleservice: bytes | None = tagged(3, OCTET_STRING(1, 1), default=None)


class SsIncompatibilityCause(Sequence):
    """Of ss-Incompatibility."""

    ss_code: bytes | None = tagged(1, OCTET_STRING(1, 1), default=None)
    basic_service: BasicServiceCode | None = field(BasicServiceCode, default=None)
    ss_status: bytes | None = tagged(4, OCTET_STRING(1, 1), default=None)
    extensions: bytes = extension_marker(default=b"")


class FacilityNotSupParam(Sequence):
    """Of facilityNotSupported."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    shape_of_location_estimate_not_supported: bool = tagged(0, NULL, default=False)
    needed_lcs_capability_not_supported_in_serving_node: bool = tagged(1, NULL, default=False)


class AbsentSubscriberReason(IntEnum):
    """Part of AbsentSubscriberParam."""

    IMSI_DETACH = 0
    RESTRICTED_AREA = 1
    NO_PAGE_RESPONSE = 2
    PURGED_MS = 3
    MT_ROAMING_RETRY = 4
    BUSY_SUBSCRIBER = 5


class AbsentSubscriberParam(Sequence):
    """Of absentSubscriber."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    absent_subscriber_reason: AbsentSubscriberReason | int | None = tagged(
        0, ENUMERATED(AbsentSubscriberReason), default=None
    )


class SubBusyForMtSmsParam(Sequence):
    """Of subscriberBusyForMT-SMS."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    gprs_connection_suspended: bool = field(NULL, default=False)


class SmEnumeratedDeliveryFailureCause(IntEnum):
    """Part of SM-DeliveryFailureCause."""

    MEMORY_CAPACITY_EXCEEDED = 0
    EQUIPMENT_PROTOCOL_ERROR = 1
    EQUIPMENT_NOT_SM_EQUIPPED = 2
    UNKNOWN_SERVICE_CENTRE = 3
    SC_CONGESTION = 4
    INVALID_SME_ADDRESS = 5
    SUBSCRIBER_NOT_SC_SUBSCRIBER = 6


class SmDeliveryFailureCause(Sequence):
    """Of sm-DeliveryFailure."""

    sm_enumerated_delivery_failure_cause: SmEnumeratedDeliveryFailureCause | int = field(
        ENUMERATED(SmEnumeratedDeliveryFailureCause)
    )
    diagnostic_info: bytes | None = field(SIGNAL_INFO, default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class MessageWaitListFullParam(Sequence):
    """Of messageWaitingListFull."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class AdditionalNetworkResource(IntEnum):
    """Part of ExtensibleSystemFailureParam."""

    SGSN = 0
    GGSN = 1
    GMLC = 2
    GSM_SCF = 3
    NPLR = 4
    AUC = 5
    UE = 6
    MME = 7


class FailureCauseParam(IntEnum):
    """Part of ExtensibleSystemFailureParam."""

    LIMIT_REACHED_ON_NUMBER_OF_CONCURRENT_LOCATION_REQUESTS = 0


class ExtensibleSystemFailureParam(Sequence):
    """Part of SystemFailureParam."""

    network_resource: NetworkResource | int | None = field(ENUMERATED(NetworkResource), default=None)
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    additional_network_resource: AdditionalNetworkResource | int | None = tagged(
        0, ENUMERATED(AdditionalNetworkResource), default=None
    )
    failure_cause_param: FailureCauseParam | int | None = tagged(
        1, ENUMERATED(FailureCauseParam), default=None
    )


class SystemFailureParam(Choice):
    """Of systemFailure."""

    network_resource: NetworkResource | int | None = field(ENUMERATED(NetworkResource), default=None)
    extensible_system_failure_param: ExtensibleSystemFailureParam | None = field(
        ExtensibleSystemFailureParam, default=None
    )


class DataMissingParam(Sequence):
    """Of dataMissing."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class UnexpectedDataParam(Sequence):
    """Of unexpectedDataValue."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    unexpected_subscriber: bool = tagged(0, NULL, default=False)


class AtiNotAllowedParam(Sequence):
    """Of ati-NotAllowed."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class AtmNotAllowedParam(Sequence):
    """Of atm-NotAllowed."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")


class InformationNotAvailableParam(Sequence):
    """Of informationNotAvailable."""

    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
