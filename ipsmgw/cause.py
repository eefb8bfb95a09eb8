"""Why a short message was not delivered: one table over RP, MAP, SIP and CDR (TS 23.040 §11)."""

from enum import Enum, unique
from typing import NamedTuple

from mapstack.map.error_parameters import CallBarringCause, SmEnumeratedDeliveryFailureCause
from mapstack.map.errors import ErrorCode

__all__ = ["Cause", "MapCause"]


class MapCause(NamedTuple):
    """A MAP error as far as it tells why: its local code, and what its parameter adds (TS 29.002 §17.6.6)."""

    code: int
    sm_delivery_failure: int | None = None
    absent_subscriber_diagnostic: int | None = None
    call_barring: int | None = None


_Failure = SmEnumeratedDeliveryFailureCause


def _error(code: ErrorCode) -> MapCause:
    return MapCause(code)


def _delivery_failure(cause: _Failure) -> MapCause:
    return MapCause(ErrorCode.SM_DELIVERY_FAILURE, sm_delivery_failure=cause)


def _absent_subscriber(diagnostic: int) -> MapCause:
    return MapCause(ErrorCode.ABSENT_SUBSCRIBER_SM, absent_subscriber_diagnostic=diagnostic)


def _call_barred(cause: CallBarringCause) -> MapCause:
    return MapCause(ErrorCode.CALL_BARRED, call_barring=cause)


_SYSTEM_FAILURE = MapCause(ErrorCode.SYSTEM_FAILURE)
_EQUIPMENT_PROTOCOL_ERROR = _delivery_failure(_Failure.EQUIPMENT_PROTOCOL_ERROR)
_IMS_DEREGISTERED, _NO_RESPONSE_VIA_IP_SM_GW = 11, 12  # AbsentSubscriberDiagnosticSM, TS 23.040 §3.3.2


@unique
class Cause(Enum):
    """One row for each cause.

    rp_cause: in the RP-ERROR that tells the phone (TS 24.011 §8.2.5.4)
    map_cause: in the MAP error that tells the SMS-GMSC
    sip_status: the answer to a MESSAGE that is refused at the door
    cdr: in the charging record
    sentence: for people
    answers: the SIP answers to an MT MESSAGE that mean it

    Where several rows share a value, the first one is what that value is read as.
    """

    # A table is read in rows.
    # fmt: off
    # What the SC answers to mo-ForwardSM (TS 23.040 §11.2)
    UNKNOWN_SERVICE_CENTRE = (
        1, _delivery_failure(_Failure.UNKNOWN_SERVICE_CENTRE), 404, "unknownServiceCentre",
        "there is no such service centre")
    SC_CONGESTION = (
        42, _delivery_failure(_Failure.SC_CONGESTION), 503, "sc-Congestion",
        "the service centre is congested")
    INVALID_SME_ADDRESS = (
        21, _delivery_failure(_Failure.INVALID_SME_ADDRESS), 404, "invalidSME-Address",
        "the service centre does not accept the destination")
    SUBSCRIBER_NOT_SC_SUBSCRIBER = (
        28, _delivery_failure(_Failure.SUBSCRIBER_NOT_SC_SUBSCRIBER), 403, "subscriberNotSC-Subscriber",
        "the service centre does not know the sender")
    FACILITY_NOT_SUPPORTED = (
        69, _error(ErrorCode.FACILITY_NOT_SUPPORTED), 501, "facilityNotSupported",
        "the facility is not supported")
    SYSTEM_FAILURE = (38, _SYSTEM_FAILURE, 500, "systemFailure", "the peer has failed")
    DATA_MISSING = (
        38, _error(ErrorCode.DATA_MISSING), 500, "dataMissing", "the peer misses data in our request")
    UNEXPECTED_DATA_VALUE = (
        38, _error(ErrorCode.UNEXPECTED_DATA_VALUE), 500, "unexpectedDataValue",
        "the peer does not expect what our request says")
    NETWORK_OUT_OF_ORDER = (
        38, _SYSTEM_FAILURE, 504, "networkOutOfOrder", "the peer did not answer, or the way to it is cut")

    # What the subscriber may not, or who he is not (TS 23.040 §11.4)
    UNKNOWN_SUBSCRIBER = (
        30, _error(ErrorCode.UNKNOWN_SUBSCRIBER), 404, "unknownSubscriber",
        "the HLR does not know the subscriber")
    UNIDENTIFIED_SUBSCRIBER = (
        28, _error(ErrorCode.UNIDENTIFIED_SUBSCRIBER), 403, "unidentifiedSubscriber",
        "the subscriber is not one of this gateway")
    TELESERVICE_NOT_PROVISIONED = (
        50, _error(ErrorCode.TELESERVICE_NOT_PROVISIONED), 403, "teleserviceNotProvisioned",
        "short messages are not subscribed")
    CALL_BARRED = (
        10, _call_barred(CallBarringCause.BARRING_SERVICE_ACTIVE), 403, "callBarred",
        "the subscriber has barred it")
    OPERATOR_BARRING = (
        8, _call_barred(CallBarringCause.OPERATOR_BARRING), 403, "operatorBarring",
        "the operator has barred it")
    ILLEGAL_SUBSCRIBER = (
        28, _error(ErrorCode.ILLEGAL_SUBSCRIBER), 403, "illegalSubscriber",
        "the subscriber failed authentication")
    ILLEGAL_EQUIPMENT = (
        38, _error(ErrorCode.ILLEGAL_EQUIPMENT), 403, "illegalEquipment", "the equipment is barred")
    MESSAGE_WAITING_LIST_FULL = (
        38, _error(ErrorCode.MESSAGE_WAITING_LIST_FULL), 500, "messageWaitingListFull",
        "the HLR cannot note another service centre")

    # Why the phone does not have it (TS 23.040 §3.2.8, TS 29.002 §23.3)
    NOT_REGISTERED = (
        38, _absent_subscriber(_IMS_DEREGISTERED), 480, "imsDeregistered",
        "the phone is not registered in the IMS",
        404, 410, 480, 604)
    NO_RESPONSE = (
        38, _absent_subscriber(_NO_RESPONSE_VIA_IP_SM_GW), 408, "noResponseViaIPSMGW",
        "the phone does not answer over the IMS",
        408, 430, 477, 478)  # RFC 5626 §11.5: its flow has failed; Kamailio: its address cannot be reached
    ABSENT_SUBSCRIBER = (
        38, _error(ErrorCode.ABSENT_SUBSCRIBER_SM), 480, "absentSubscriber",
        "the subscriber is not reachable")
    MEMORY_CAPACITY_EXCEEDED = (
        22, _delivery_failure(_Failure.MEMORY_CAPACITY_EXCEEDED), 480, "memoryCapacityExceeded",
        "the memory of the phone is full")
    EQUIPMENT_NOT_SM_EQUIPPED = (
        38, _delivery_failure(_Failure.EQUIPMENT_NOT_SM_EQUIPPED), 415, "equipmentNotSM-Equipped",
        "the phone takes no short messages", 415)
    SUBSCRIBER_BUSY = (
        38, _error(ErrorCode.SUBSCRIBER_BUSY_FOR_MT_SMS), 486, "subscriberBusyForMT-SMS",
        "the phone is busy", 486, 600)

    # RP errors: of an RPDU that we could not take, and of the phone (TS 24.011 §8.2.5.4)
    EQUIPMENT_PROTOCOL_ERROR = (
        111, _EQUIPMENT_PROTOCOL_ERROR, 500, "equipmentProtocolError", "the phone refused it")
    INVALID_REFERENCE = (
        81, _EQUIPMENT_PROTOCOL_ERROR, 488, "invalidReference", "no short message has this reference")
    SEMANTICALLY_INCORRECT = (
        95, _EQUIPMENT_PROTOCOL_ERROR, 400, "semanticallyIncorrect", "the RP message makes no sense")
    INVALID_MANDATORY_INFORMATION = (
        96, _EQUIPMENT_PROTOCOL_ERROR, 400, "invalidMandatoryInformation",
        "a mandatory part of it cannot be read")
    MESSAGE_TYPE_NON_EXISTENT = (
        97, _EQUIPMENT_PROTOCOL_ERROR, 400, "messageTypeNonExistent", "there is no such RP message")
    NOT_COMPATIBLE_WITH_STATE = (
        98, _EQUIPMENT_PROTOCOL_ERROR, 400, "notCompatibleWithState",
        "the RP message comes at the wrong time")
    INFORMATION_ELEMENT_NON_EXISTENT = (
        99, _EQUIPMENT_PROTOCOL_ERROR, 400, "informationElementNonExistent",
        "the RP message has an unknown part")

    # What the IMS answers to the MT MESSAGE (TS 23.040 §11.3: a SIP failure is an equipment protocol error)
    CONTENT_REFUSED = (
        111, _EQUIPMENT_PROTOCOL_ERROR, 488, "contentRefused", "the phone does not accept the content",
        488)
    TOO_LARGE = (111, _EQUIPMENT_PROTOCOL_ERROR, 413, "tooLarge", "it is too large for the IMS", 413, 513)
    REJECTED_BY_IMS = (
        38, _EQUIPMENT_PROTOCOL_ERROR, 400, "rejectedByIMS", "the IMS finds fault with our request",
        400, 403, 405, 420, 481, 482, 483, 494, 501, 505)
    IMS_FAILURE = (
        38, _SYSTEM_FAILURE, 503, "imsFailure", "the IMS is overloaded or has failed",
        429, 500, 502, 503, 504, 580)
    REFUSED_BY_PHONE = (38, _EQUIPMENT_PROTOCOL_ERROR, 500, "refusedByPhone", "the phone or the IMS said no")

    # Our own
    CONGESTION = (42, _SYSTEM_FAILURE, 503, "congestion", "the gateway has too much to do")
    MSISDN_UNKNOWN = (
        41, _SYSTEM_FAILURE, 500, "msisdnUnknown", "the HLR has not told the sender's MSISDN yet")
    LOCAL_FAILURE = (41, _SYSTEM_FAILURE, 500, "localFailure", "the gateway failed; it is logged")

    # fmt: on

    def __init__(
        self,
        rp_cause: int,
        map_cause: MapCause,
        sip_status: int,
        cdr: str,
        sentence: str,
        *answers: int,
    ) -> None:
        self.rp_cause = rp_cause
        self.map_cause = map_cause
        self.sip_status = sip_status
        self.cdr = cdr
        self.sentence = sentence
        self.answers = answers

    @classmethod
    def from_map(cls, error: MapCause) -> "Cause":
        """Of a MAP error; of one whose parameter says nothing known, by its code; else SYSTEM_FAILURE."""
        return _BY_MAP.get(error) or _BY_MAP_CODE.get(error.code, cls.SYSTEM_FAILURE)

    @classmethod
    def from_rp(cls, cause: int) -> "Cause":
        """Of a phone's RP-ERROR, or of an RPDU that makes no sense; what none may send is an equipment
        protocol error (TS 23.040 §11.3).
        """
        return _BY_RP.get(cause, cls.EQUIPMENT_PROTOCOL_ERROR)

    @classmethod
    def from_sip(cls, status: int) -> "Cause":
        """Of a final answer above 299 to the MT MESSAGE; an unknown 5xx is a 500 (RFC 3261 §8.1.3.2)."""
        return _BY_SIP.get(status, cls.IMS_FAILURE if 500 < status < 600 else cls.REFUSED_BY_PHONE)


# TS 24.011 table 8.4: what an RP-ERROR from the phone may say.
_FROM_PHONE = frozenset((22, 81, 95, 96, 97, 98, 99, 111))

_ROWS_FROM_LAST = tuple(reversed(Cause))
_BY_MAP = {cause.map_cause: cause for cause in _ROWS_FROM_LAST}
# What is left of an error when its parameter is missing or says something new.
_BY_MAP_CODE = {
    cause.map_cause.code: cause for cause in _ROWS_FROM_LAST if cause.map_cause[1:] == (None,) * 3
}
_BY_MAP_CODE[ErrorCode.ABSENT_SUBSCRIBER] = Cause.ABSENT_SUBSCRIBER  # of older versions: it has no diagnostic
_BY_MAP_CODE[ErrorCode.CALL_BARRED] = Cause.CALL_BARRED
_BY_MAP_CODE[ErrorCode.SM_DELIVERY_FAILURE] = Cause.EQUIPMENT_PROTOCOL_ERROR
_BY_RP = {cause.rp_cause: cause for cause in _ROWS_FROM_LAST if cause.rp_cause in _FROM_PHONE}
_BY_SIP = {status: cause for cause in _ROWS_FROM_LAST for status in cause.answers}
