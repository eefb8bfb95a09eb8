"""SIGTRAN and MAP as a sans-IO stack: M3UA, SCCP, TCAP, MAP, and the transports under them."""

from mapstack.asn1 import AddressString, BitString
from mapstack.errors import DecodeError, LocalError
from mapstack.events import AspStateChanged, AssociationFailed, DestinationStateChanged, PeerMisbehaved
from mapstack.flow import Flow
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.map.dialogue_information import MapOpenInfo
from mapstack.map.errors import ErrorCode, MapError
from mapstack.map.operations import (
    ALERT_SERVICE_CENTRE,
    ANY_TIME_INTERROGATION,
    ANY_TIME_MODIFICATION,
    CANCEL_LOCATION,
    DELETE_SUBSCRIBER_DATA,
    INFORM_SERVICE_CENTRE,
    INSERT_SUBSCRIBER_DATA,
    MO_FORWARD_SM,
    MT_FORWARD_SM,
    NOTE_SUBSCRIBER_DATA_MODIFIED,
    PROVIDE_SUBSCRIBER_INFO,
    PURGE_MS,
    READY_FOR_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_AUTHENTICATION_INFO,
    SEND_ROUTING_INFO_FOR_SM,
    UPDATE_GPRS_LOCATION,
    UPDATE_LOCATION,
    Operation,
)
from mapstack.map.versions import PeerVersion
from mapstack.map_events import (
    Answered,
    AnsweredInPart,
    DialogueClosed,
    DialogueLost,
    Invoked,
    LostReason,
    MapEvent,
    PeerVersionLearned,
    Refused,
    Unidirectional,
)
from mapstack.map_settings import Handshake, MapLimits, MapSettings
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.scmg import SubsystemService
from mapstack.sccp.settings import GtRoute, SccpSettings
from mapstack.stack import MapStack

__all__ = [
    "ALERT_SERVICE_CENTRE",
    "ANY_TIME_INTERROGATION",
    "ANY_TIME_MODIFICATION",
    "CANCEL_LOCATION",
    "DELETE_SUBSCRIBER_DATA",
    "INFORM_SERVICE_CENTRE",
    "INSERT_SUBSCRIBER_DATA",
    "MO_FORWARD_SM",
    "MT_FORWARD_SM",
    "NOTE_SUBSCRIBER_DATA_MODIFIED",
    "PROVIDE_SUBSCRIBER_INFO",
    "PURGE_MS",
    "READY_FOR_SM",
    "REPORT_SM_DELIVERY_STATUS",
    "SEND_AUTHENTICATION_INFO",
    "SEND_ROUTING_INFO_FOR_SM",
    "UPDATE_GPRS_LOCATION",
    "UPDATE_LOCATION",
    "AddressString",
    "Answered",
    "AnsweredInPart",
    "AspStateChanged",
    "Association",
    "AssociationFailed",
    "BitString",
    "DecodeError",
    "DestinationStateChanged",
    "DialogueClosed",
    "DialogueLost",
    "ErrorCode",
    "Flow",
    "Gt",
    "GtRoute",
    "Handshake",
    "Invoked",
    "LocalError",
    "LostReason",
    "M3uaSettings",
    "MapError",
    "MapEvent",
    "MapLimits",
    "MapOpenInfo",
    "MapSettings",
    "MapStack",
    "Operation",
    "PeerMisbehaved",
    "PeerVersion",
    "PeerVersionLearned",
    "Refused",
    "Role",
    "SccpAddress",
    "SccpSettings",
    "SubsystemService",
    "Unidirectional",
]
