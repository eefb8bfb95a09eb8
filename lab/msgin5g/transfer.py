"""The way of one message to one recipient, from acceptance to its only end (TS 23.554 clauses 8.3, 8.9).

A delivery report, and what is said about segments, goes the same way as a message does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from lab.msgin5g.contact import Contact
from msgin5g_bridge.errors import LocalError
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import DeliveryReport, Message, SegmentConfirmation, SegmentRecovery
from msgin5g_bridge.names import FailureCause

__all__ = ["TRANSITIONS", "Carried", "Input", "State", "Transfer", "step"]

Carried = Message | DeliveryReport | SegmentRecovery | SegmentConfirmation


class State(Enum):
    """Where a transfer stands."""

    NEW = "new"
    READY = "waits for its turn"
    SENT = "sent, not answered"
    STORED = "stored"
    TRIGGERED = "waits for the UE, which is triggered"
    HANDED = "taken, its report is awaited"
    DELIVERED = "delivered"
    FAILED = "failed"
    DISCARDED = "discarded by its sender"

    @property
    def final(self) -> bool:
        return self in (State.DELIVERED, State.FAILED, State.DISCARDED)


class Input(Enum):
    """What happens to a transfer."""

    REACHABLE = "the recipient can be reached"
    UNREACHABLE = "the recipient cannot be reached"
    TRIGGER = "the recipient is triggered"
    UNTRIGGERED = "the recipient was not triggered"
    SEND = "its turn has come"
    TAKEN = "the recipient has taken it"
    NOT_NOW = "the recipient did not take it"
    REFUSED = "the recipient refuses it"
    SUCCESS = "the recipient reports success"
    FAILURE = "the recipient reports failure"
    OVERDUE = "its time is over"
    DISCARD = "the sender discards it"
    RESTART = "the server was down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One copy on its way; `trail` is what `explain` tells."""

    id: int
    sender: Address
    recipient: Address
    body: Carried
    arrived: float
    expires: float
    """Until when it may wait to be delivered."""
    keeps: bool = False
    """Whether it is stored when it cannot be delivered: `stoAndFwInd`."""
    asked: bool = False
    """Whether its sender wants a report."""
    fans_out: bool = False
    """To another server for its subscribers, or to a group whose members are asked for: they report,
    and it only where it fails."""
    reported: frozenset[Address] = frozenset()
    """Those of them that have."""
    state: State = State.NEW
    since: float = 0.0
    contact: Contact | None = None
    """Where it was sent the last time."""
    attempts: int = 0
    seg_size: int = 0
    """Of the recipient, when it was sent."""
    piece: int = 0
    """How many of its segments the recipient has taken."""
    cause: str = ""
    trail: tuple[tuple[float, str], ...] = ()

    def noted(self, now: float, line: str) -> "Transfer":
        """The same, with one line more to tell."""
        return replace(self, trail=(*self.trail, (now, line)))


_Next = Callable[[Transfer, str], tuple[State, str]]


def _to(state: State) -> _Next:
    return lambda transfer, cause: (state, "")


def _keep(transfer: Transfer, cause: str) -> tuple[State, str]:
    return (State.STORED if transfer.keeps else State.FAILED), cause


def _fail(transfer: Transfer, cause: str) -> tuple[State, str]:
    return State.FAILED, cause


def _taken(transfer: Transfer, cause: str) -> tuple[State, str]:
    return (State.HANDED if transfer.asked else State.DELIVERED), ""


def _discard(transfer: Transfer, cause: str) -> tuple[State, str]:
    return State.DISCARDED, FailureCause.DISCARDED


TRANSITIONS: dict[tuple[State, Input], _Next] = {  # TS 23.554 clauses 8.3.3, 8.3.4, 8.3.6; [LAB] where silent
    (State.NEW, Input.REACHABLE): _to(State.READY),
    (State.NEW, Input.UNREACHABLE): _keep,
    (State.NEW, Input.TRIGGER): _to(State.TRIGGERED),
    (State.NEW, Input.OVERDUE): _fail,
    (State.READY, Input.SEND): _to(State.SENT),
    (State.READY, Input.UNREACHABLE): _keep,
    (State.READY, Input.TRIGGER): _to(State.TRIGGERED),
    (State.READY, Input.OVERDUE): _fail,
    (State.READY, Input.DISCARD): _discard,
    (State.READY, Input.RESTART): _to(State.READY),
    (State.READY, Input.SUCCESS): _to(State.DELIVERED),  # sent before a restart
    (State.READY, Input.FAILURE): _fail,
    (State.SENT, Input.TAKEN): _taken,
    (State.SENT, Input.NOT_NOW): _keep,
    (State.SENT, Input.TRIGGER): _to(State.TRIGGERED),  # it does not listen
    (State.SENT, Input.REFUSED): _fail,
    (State.SENT, Input.SUCCESS): _to(State.DELIVERED),  # a report may overtake the answer
    (State.SENT, Input.FAILURE): _fail,
    (State.SENT, Input.RESTART): _to(State.READY),  # the recipient knows the Message ID if it had it
    (State.STORED, Input.REACHABLE): _to(State.READY),
    (State.STORED, Input.OVERDUE): _fail,
    (State.STORED, Input.DISCARD): _discard,
    (State.STORED, Input.SUCCESS): _to(State.DELIVERED),  # its answer was lost, its report was not
    (State.STORED, Input.FAILURE): _fail,
    (State.STORED, Input.RESTART): _to(State.STORED),
    (State.TRIGGERED, Input.REACHABLE): _to(State.READY),
    (State.TRIGGERED, Input.UNTRIGGERED): _fail,
    (State.TRIGGERED, Input.OVERDUE): _fail,
    (State.TRIGGERED, Input.SUCCESS): _to(State.DELIVERED),  # as of what is stored
    (State.TRIGGERED, Input.FAILURE): _fail,
    (State.TRIGGERED, Input.RESTART): _to(State.TRIGGERED),
    (State.HANDED, Input.SUCCESS): _to(State.DELIVERED),
    (State.HANDED, Input.FAILURE): _fail,
    (State.HANDED, Input.OVERDUE): _fail,
    (State.HANDED, Input.RESTART): _to(State.HANDED),
}


def step(transfer: Transfer, happens: Input, now: float, cause: str = "") -> Transfer:
    """The transfer after it; what the table does not have is a bug of ours."""
    follow = TRANSITIONS.get((transfer.state, happens))
    if follow is None:
        raise LocalError(f"transfer {transfer.id} is {transfer.state.value}, and {happens.value}")
    state, why = follow(transfer, cause)
    told = f"{happens.value}{f' ({cause})' if cause else ''}: {state.value}"
    return replace(transfer, state=state, since=now, cause=why).noted(now, told)
