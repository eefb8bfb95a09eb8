"""SIP for an application server behind an S-CSCF, sans-IO (RFC 3261, TS 24.229 §5.7), and RP (TS 24.011)."""

from sipbridge.aka import ALGORITHMS, Aka, AkaVector, AkaVerdict
from sipbridge.errors import DecodeError, LocalError
from sipbridge.events import ClientTx, NoAnswer, PeerMisbehaved, Request, Response, ServerTx, SipEvent
from sipbridge.flow import Flow
from sipbridge.identity import Asserted, ServedUser, asserted_identities, associated_uris, served_user
from sipbridge.isc import IscStack
from sipbridge.isc_events import FlowFailed, IscEvent, SmMessage, SmUnreadable
from sipbridge.message import Message, parse
from sipbridge.reg_event import ContactState, RegistrationState
from sipbridge.reg_event_dialog import Watched
from sipbridge.reg_event_notifier import NotifierRules, RegEventNotifier
from sipbridge.reg_event_subscription import RegEvents, RegistrationsChanged, SubscriptionEnded
from sipbridge.register import Register
from sipbridge.registrar import Contact, Denied, Registered, RegistrarRules
from sipbridge.rp import Direction, RpAck, RpAddress, RpCause, RpData, Rpdu, RpError, RpSmma
from sipbridge.settings import Connections, Limits, SipSettings, Timers
from sipbridge.short_message_info import ShortMessageInfo
from sipbridge.stack import SipStack
from sipbridge.text import TextMessage
from sipbridge.third_party_register import ThirdPartyRegister
from sipbridge.uri import NameAddr, SipUri, TelUri, Uri, parse_name_addr, parse_uri

__all__ = [
    "ALGORITHMS", "Aka", "AkaVector", "AkaVerdict", "Asserted", "ClientTx", "Connections", "Contact",
    "ContactState", "DecodeError", "Denied", "Direction", "Flow", "FlowFailed", "IscEvent", "IscStack",
    "Limits", "LocalError", "Message", "NameAddr", "NoAnswer", "NotifierRules", "PeerMisbehaved",
    "RegEventNotifier", "RegEvents", "Register", "Registered", "RegistrarRules", "RegistrationState",
    "RegistrationsChanged", "Request", "Response", "RpAck", "RpAddress", "RpCause", "RpData", "RpError",
    "RpSmma", "Rpdu", "ServedUser", "ServerTx", "ShortMessageInfo", "SipEvent", "SipSettings", "SipStack",
    "SipUri", "SmMessage", "SmUnreadable", "SubscriptionEnded", "TelUri", "TextMessage", "ThirdPartyRegister",
    "Timers", "Uri", "Watched", "asserted_identities", "associated_uris", "parse", "parse_name_addr",
    "parse_uri", "served_user",
]  # fmt: skip
