"""SMPP v3.4, sans-IO, for either end: the SMSC of the lab, and the gateway as an ESME.

Nothing here is taken from smpplib: it has no submit_multi, cancel_sm, replace_sm and outbind, cannot write a
PDU that it has read, and cuts off in silence what does not end. smpplib, smpp34 and tshark are what the tests
hold every PDU against.
"""

from ipsmgw.smpp.codec import Header, encode, header, read
from ipsmgw.smpp.codes import Command, EsmClass, MessageState, Npi, Receipts, Status, Tag, Ton, status_name
from ipsmgw.smpp.errors import DecodeError, LocalError
from ipsmgw.smpp.events import (
    Connected,
    PeerMisbehaved,
    Requested,
    Responded,
    RespondedLate,
    ResponseLost,
    SessionEnded,
    SmppEvent,
    StateChanged,
)
from ipsmgw.smpp.fields import Destination, Tlv, Unsuccessful
from ipsmgw.smpp.flow import Flow, Framing, SessionSpec, TlsFiles
from ipsmgw.smpp.framing import Framer
from ipsmgw.smpp.machine import BOUND, Role, State
from ipsmgw.smpp.settings import SmppSettings
from ipsmgw.smpp.stack import SmppStack

__all__ = [
    "BOUND",
    "Command",
    "Connected",
    "DecodeError",
    "Destination",
    "EsmClass",
    "Flow",
    "Framer",
    "Framing",
    "Header",
    "LocalError",
    "MessageState",
    "Npi",
    "PeerMisbehaved",
    "Receipts",
    "Requested",
    "Responded",
    "RespondedLate",
    "ResponseLost",
    "Role",
    "SessionEnded",
    "SessionSpec",
    "SmppEvent",
    "SmppSettings",
    "SmppStack",
    "State",
    "StateChanged",
    "Status",
    "Tag",
    "TlsFiles",
    "Tlv",
    "Ton",
    "Unsuccessful",
    "encode",
    "header",
    "read",
    "status_name",
]
