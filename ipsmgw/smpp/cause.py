"""From a Cause to the command_status that says it, and back (SMPP v3.4 §5.1.3; TS 23.040 §11)."""

from ipsmgw.cause import Cause
from ipsmgw.smpp.codes import MessageState, Status

__all__ = ["cause_of", "state_of", "status_of"]

_PERMANENT, _TEMPORARY, _REJECT = Status.RX_P_APPN, Status.RX_T_APPN, Status.RX_R_APPN

# The status of a response to what could not be delivered; the first row of a status is what it is read as.
_STATUS_OF: dict[Cause, Status] = {
    Cause.SYSTEM_FAILURE: Status.RSYSERR,
    Cause.INVALID_SME_ADDRESS: Status.RINVDSTADR,
    Cause.SUBSCRIBER_NOT_SC_SUBSCRIBER: Status.RINVSRCADR,
    Cause.SC_CONGESTION: Status.RMSGQFUL,
    Cause.CONGESTION: Status.RTHROTTLED,
    Cause.UNKNOWN_SERVICE_CENTRE: Status.RSUBMITFAIL,
    Cause.FACILITY_NOT_SUPPORTED: Status.RINVSERTYP,
    Cause.UNEXPECTED_DATA_VALUE: Status.RSUBMITFAIL,
    Cause.DATA_MISSING: Status.RSUBMITFAIL,
    Cause.NETWORK_OUT_OF_ORDER: _TEMPORARY,
    Cause.UNKNOWN_SUBSCRIBER: Status.RINVDSTADR,
    Cause.UNIDENTIFIED_SUBSCRIBER: _TEMPORARY,
    Cause.TELESERVICE_NOT_PROVISIONED: _REJECT,
    Cause.CALL_BARRED: _REJECT,
    Cause.OPERATOR_BARRING: _REJECT,
    Cause.ILLEGAL_SUBSCRIBER: _REJECT,
    Cause.ILLEGAL_EQUIPMENT: _REJECT,
    Cause.MESSAGE_WAITING_LIST_FULL: Status.RMSGQFUL,
    Cause.NOT_REGISTERED: _TEMPORARY,
    Cause.NO_RESPONSE: _TEMPORARY,
    Cause.ABSENT_SUBSCRIBER: _TEMPORARY,
    Cause.MEMORY_CAPACITY_EXCEEDED: _TEMPORARY,
    Cause.EQUIPMENT_NOT_SM_EQUIPPED: _PERMANENT,
    Cause.SUBSCRIBER_BUSY: _TEMPORARY,
    Cause.EQUIPMENT_PROTOCOL_ERROR: _PERMANENT,
    Cause.INVALID_REFERENCE: _PERMANENT,
    Cause.SEMANTICALLY_INCORRECT: _PERMANENT,
    Cause.INVALID_MANDATORY_INFORMATION: _PERMANENT,
    Cause.MESSAGE_TYPE_NON_EXISTENT: _PERMANENT,
    Cause.NOT_COMPATIBLE_WITH_STATE: _PERMANENT,
    Cause.INFORMATION_ELEMENT_NON_EXISTENT: _PERMANENT,
    Cause.CONTENT_REFUSED: _PERMANENT,
    Cause.TOO_LARGE: Status.RINVMSGLEN,
    Cause.REJECTED_BY_IMS: _PERMANENT,
    Cause.IMS_FAILURE: _TEMPORARY,
    Cause.REFUSED_BY_PHONE: _PERMANENT,
    Cause.MSISDN_UNKNOWN: Status.RSYSERR,
    Cause.LOCAL_FAILURE: Status.RSYSERR,
}

# What an SMSC answers to a submit_sm, and none of our causes is told by.
_ALSO: dict[Status, Cause] = {
    **dict.fromkeys(
        (Status.RINVDSTTON, Status.RINVDSTNPI, Status.RINVDLNAME, Status.RINVDESTFLAG, Status.RINVNUMDESTS),
        Cause.INVALID_SME_ADDRESS,
    ),
    **dict.fromkeys((Status.RINVSRCTON, Status.RINVSRCNPI), Cause.SUBSCRIBER_NOT_SC_SUBSCRIBER),
    **dict.fromkeys(
        (Status.RINVSCHED, Status.RINVEXPIRY, Status.RINVESMCLASS, Status.RINVREGDLVFLG, Status.RINVREPFLAG),
        Cause.FACILITY_NOT_SUPPORTED,
    ),
    _REJECT: Cause.OPERATOR_BARRING,
    _TEMPORARY: Cause.SYSTEM_FAILURE,
    _PERMANENT: Cause.EQUIPMENT_PROTOCOL_ERROR,
}
_CAUSE_OF = {status: cause for cause, status in reversed(_STATUS_OF.items())} | _ALSO

_STATE_OF = {
    _REJECT: MessageState.REJECTED,
    _TEMPORARY: MessageState.ENROUTE,
    Status.RMSGQFUL: MessageState.ENROUTE,
    Status.RTHROTTLED: MessageState.ENROUTE,
    Status.RSYSERR: MessageState.ENROUTE,
}


def status_of(cause: Cause) -> Status:
    """Of a deliver_sm_resp, data_sm_resp or submit_sm_resp."""
    return _STATUS_OF[cause]


def cause_of(status: int) -> Cause:
    """What a refusal means to us; one that says nothing of the message is a failure of the peer."""
    return (
        _CAUSE_OF.get(Status(status), Cause.SYSTEM_FAILURE) if status in _STATUSES else Cause.SYSTEM_FAILURE
    )


def state_of(cause: Cause) -> MessageState:
    """What a receipt says of a message that met it: that it is still tried, or why not (§5.2.28)."""
    return _STATE_OF.get(_STATUS_OF[cause], MessageState.UNDELIVERABLE)


_STATUSES = frozenset(Status)
