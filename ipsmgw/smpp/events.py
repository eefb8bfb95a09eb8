"""What an SMPP stack tells."""

from typing import NamedTuple

from ipsmgw.smpp.flow import Flow
from ipsmgw.smpp.machine import State
from ipsmgw.smpp.pdu import Pdu

__all__ = [
    "Connected",
    "PeerMisbehaved",
    "Requested",
    "Responded",
    "RespondedLate",
    "ResponseLost",
    "SessionEnded",
    "SmppEvent",
    "StateChanged",
]


class Connected(NamedTuple):
    """A connection is there: an ESME binds now."""

    flow: Flow


class StateChanged(NamedTuple):
    """A session was bound, or is being unbound."""

    flow: Flow
    old: State
    new: State


class Requested(NamedTuple):
    """The peer asks for something that only the user of the stack can answer, with this sequence_number.

    outbind and alert_notification have no answer.
    """

    flow: Flow
    sequence_number: int
    pdu: Pdu


class Responded(NamedTuple):
    """The answer to a request of ours: the response of its kind, or a generic_nack."""

    flow: Flow
    sequence_number: int
    request: Pdu
    status: int
    pdu: Pdu


class ResponseLost(NamedTuple):
    """A request of ours has no answer, and nobody knows what became of it."""

    flow: Flow
    sequence_number: int
    request: Pdu
    reason: str


class RespondedLate(NamedTuple):
    """An answer to a request that was given up already: it tells what became of that."""

    flow: Flow
    sequence_number: int
    request: Pdu
    status: int
    pdu: Pdu


class SessionEnded(NamedTuple):
    """It is over: whoever hears of it cuts the connection."""

    flow: Flow
    state: State
    reason: str


class PeerMisbehaved(NamedTuple):
    """The peer sent what makes no sense, or at the wrong time; it was answered as far as that can be."""

    flow: Flow
    reason: str


SmppEvent = (
    Connected
    | StateChanged
    | Requested
    | Responded
    | RespondedLate
    | ResponseLost
    | SessionEnded
    | PeerMisbehaved
)
