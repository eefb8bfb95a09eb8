"""What MAP tells the application: invocations of peers, and how our own ended (TS 29.002 §7.6)."""

from enum import Enum

import msgspec

from mapstack.events import ManagementEvent
from mapstack.map.dialogue_information import MapOpenInfo
from mapstack.map.errors import MapError
from mapstack.map.operation import Operation, Parameter
from mapstack.map.versions import PeerVersion
from mapstack.sccp.address import SccpAddress

__all__ = [
    "Answered",
    "AnsweredInPart",
    "DialogueClosed",
    "DialogueLost",
    "Invoked",
    "LostReason",
    "MapEvent",
    "PeerVersionLearned",
    "Refused",
    "Unidirectional",
]


class LostReason(Enum):
    """Why an invoke of ours has neither result nor error."""

    TIMEOUT = "timeout"
    P_ABORT = "p-abort"
    """The peer's provider gave up, or its message made no sense."""
    U_ABORT = "u-abort"
    """The peer's user gave up."""
    NOTICE = "notice"
    """SCCP brought our message back."""
    REJECT = "reject"
    """The peer rejected the invoke, or answered with what is no answer to it."""
    UNSUPPORTED = "unsupported"
    """The peer knows neither the operation, as it is said, nor an older version in which this can be said."""
    NO_ROUTE = "no-route"
    """It has not left this node."""


class Invoked(msgspec.Struct, frozen=True, gc=False):
    """A peer invokes an operation, in the version of `operation`; one of class 4 is not to be answered."""

    dialogue: int
    operation: Operation
    arg: Parameter
    calling: SccpAddress
    called: SccpAddress
    invoke_id: int = 1
    linked_id: int | None = None
    """The invoke of ours that it belongs to."""
    map_open: MapOpenInfo | None = None
    """Destination and origination reference that the dialogue was opened with."""


class Answered(msgspec.Struct, frozen=True, gc=False):
    """The result, None where it has no parameter; of class 2 or 4 also that nobody has said no."""

    dialogue: int
    operation: Operation
    result: Parameter | None
    invoke_id: int = 1
    goes_on: bool = False
    """The dialogue is still open: the next invoke can go into it."""


class AnsweredInPart(msgspec.Struct, frozen=True, gc=False):
    """A part of the result (ReturnResultNotLast): more of it comes, and in the end `Answered`."""

    dialogue: int
    operation: Operation
    result: Parameter | None
    invoke_id: int = 1


class Refused(msgspec.Struct, frozen=True, gc=False):
    """The error."""

    dialogue: int
    operation: Operation
    error: MapError
    invoke_id: int = 1
    goes_on: bool = False
    """The dialogue is still open."""


class DialogueLost(msgspec.Struct, frozen=True, gc=False):
    """An invoke of ours ended without either."""

    dialogue: int
    operation: Operation
    reason: LostReason
    detail: str
    invoke_id: int = 1
    goes_on: bool = False
    """The dialogue is still open: it was only this invoke that was rejected."""


class DialogueClosed(msgspec.Struct, frozen=True, gc=False):
    """A dialogue has ended: what has not been answered in it must not be answered any more."""

    dialogue: int
    detail: str = ""


class Unidirectional(msgspec.Struct, frozen=True, gc=False):
    """An invoke outside of any dialogue: nobody waits for an answer (Q.771 §3.1.2.2.2.1)."""

    operation: Operation
    arg: Parameter
    calling: SccpAddress
    called: SccpAddress


class PeerVersionLearned(msgspec.Struct, frozen=True, gc=False):
    """A peer speaks an older version: worth remembering over a restart."""

    version: PeerVersion


MapEvent = (
    Invoked
    | Answered
    | AnsweredInPart
    | Refused
    | DialogueLost
    | DialogueClosed
    | Unidirectional
    | PeerVersionLearned
    | ManagementEvent
)
