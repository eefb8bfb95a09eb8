"""What MAP tells the application: invocations of peers, and how our own ended (TS 29.002 §7.6)."""

from enum import Enum

import msgspec

from mapstack.events import ManagementEvent
from mapstack.map.errors import MapError
from mapstack.map.operation import Operation, Parameter
from mapstack.sccp.address import SccpAddress

__all__ = ["Answered", "DialogueClosed", "DialogueLost", "Invoked", "LostReason", "MapEvent", "Refused"]


class LostReason(Enum):
    """Why a dialogue of ours has neither result nor error."""

    TIMEOUT = "timeout"
    P_ABORT = "p-abort"
    """The peer's provider gave up, or its message made no sense."""
    U_ABORT = "u-abort"
    """The peer's user gave up, or does not speak the application context."""
    NOTICE = "notice"
    """SCCP brought our message back."""
    REJECT = "reject"
    """The peer rejected the invoke, or answered with what is no answer to it."""
    NO_ROUTE = "no-route"
    """It has not left this node."""


class Invoked(msgspec.Struct, frozen=True, gc=False):
    """A peer invokes an operation; one of class 4 is not to be answered."""

    dialogue: int
    operation: Operation
    arg: Parameter
    calling: SccpAddress
    called: SccpAddress


class Answered(msgspec.Struct, frozen=True, gc=False):
    """The result, None where it has no parameter."""

    dialogue: int
    operation: Operation
    result: Parameter | None


class Refused(msgspec.Struct, frozen=True, gc=False):
    """The error."""

    dialogue: int
    operation: Operation
    error: MapError


class DialogueLost(msgspec.Struct, frozen=True, gc=False):
    """A dialogue that we opened ended without either."""

    dialogue: int
    operation: Operation
    reason: LostReason
    detail: str


class DialogueClosed(msgspec.Struct, frozen=True, gc=False):
    """A dialogue that the peer had opened ended before our answer: it must not be answered any more."""

    dialogue: int


MapEvent = Invoked | Answered | Refused | DialogueLost | DialogueClosed | ManagementEvent
