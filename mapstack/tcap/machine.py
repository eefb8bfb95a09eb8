"""The dialogue machine as a table: a transaction of Q.774 §3.3.2 with its dialogue of §3.2.2."""

from collections.abc import Mapping
from enum import IntEnum

__all__ = ["STEPS", "TRANSITIONS", "Action", "Input", "State"]


class State(IntEnum):
    """Q.774 figure A.5: Idle, Initiation Sent, Initiation Received, Active."""

    IDLE = 0
    INIT_SENT = 1
    INIT_RECEIVED = 2
    ACTIVE = 3


class Input(IntEnum):
    """Requests of the user (TC_…), messages of the peer, and what happens to nobody's pleasure."""

    TC_BEGIN = 0
    TC_CONTINUE = 1
    TC_END = 2
    TC_U_ABORT = 3
    BEGIN = 4
    CONTINUE = 5
    END = 6
    ABORT = 7
    MALFORMED = 8
    NOTICE = 9
    TIMER = 10
    TC_PREARRANGED_END = 11


class Action(IntEnum):
    """What is sent, and whether the user hears of it."""

    NOTHING = 0
    SEND_BEGIN = 1
    SEND_CONTINUE = 2
    SEND_END = 3
    SEND_ABORT = 4
    INDICATE = 5
    ABORT_AND_INDICATE = 6


TRANSITIONS: Mapping[tuple[State, Input], tuple[State, Action]] = {
    (State.IDLE, Input.TC_BEGIN): (State.INIT_SENT, Action.SEND_BEGIN),
    (State.IDLE, Input.BEGIN): (State.INIT_RECEIVED, Action.INDICATE),
    # Q.774 §3.3.2.1: without the peer's transaction id there is nobody to send an Abort to.
    (State.INIT_SENT, Input.TC_U_ABORT): (State.IDLE, Action.NOTHING),
    # Q.774 §3.3.2.2: a pre-arranged end is told to nobody.
    (State.INIT_SENT, Input.TC_PREARRANGED_END): (State.IDLE, Action.NOTHING),
    (State.INIT_RECEIVED, Input.TC_PREARRANGED_END): (State.IDLE, Action.NOTHING),
    (State.ACTIVE, Input.TC_PREARRANGED_END): (State.IDLE, Action.NOTHING),
    (State.INIT_SENT, Input.TIMER): (State.IDLE, Action.INDICATE),
    (State.INIT_SENT, Input.NOTICE): (State.IDLE, Action.INDICATE),
    (State.INIT_SENT, Input.CONTINUE): (State.ACTIVE, Action.INDICATE),
    (State.INIT_SENT, Input.END): (State.IDLE, Action.INDICATE),
    (State.INIT_SENT, Input.ABORT): (State.IDLE, Action.INDICATE),
    (State.INIT_SENT, Input.MALFORMED): (State.IDLE, Action.INDICATE),
    # The peer does not know our transaction id yet: what it sends with it is not from it.
    (State.INIT_RECEIVED, Input.TC_CONTINUE): (State.ACTIVE, Action.SEND_CONTINUE),
    (State.INIT_RECEIVED, Input.TC_END): (State.IDLE, Action.SEND_END),
    (State.INIT_RECEIVED, Input.TC_U_ABORT): (State.IDLE, Action.SEND_ABORT),
    (State.INIT_RECEIVED, Input.TIMER): (State.IDLE, Action.ABORT_AND_INDICATE),
    (State.ACTIVE, Input.TC_CONTINUE): (State.ACTIVE, Action.SEND_CONTINUE),
    (State.ACTIVE, Input.TC_END): (State.IDLE, Action.SEND_END),
    (State.ACTIVE, Input.TC_U_ABORT): (State.IDLE, Action.SEND_ABORT),
    (State.ACTIVE, Input.TIMER): (State.IDLE, Action.ABORT_AND_INDICATE),
    (State.ACTIVE, Input.NOTICE): (State.IDLE, Action.INDICATE),
    (State.ACTIVE, Input.CONTINUE): (State.ACTIVE, Action.INDICATE),
    (State.ACTIVE, Input.END): (State.IDLE, Action.INDICATE),
    (State.ACTIVE, Input.ABORT): (State.IDLE, Action.INDICATE),
    (State.ACTIVE, Input.MALFORMED): (State.IDLE, Action.INDICATE),
}
"""Absent means illegal: from the user a bug of ours, from the peer a message for an unknown transaction."""

STEPS = tuple(tuple(TRANSITIONS.get((state, arrived)) for arrived in Input) for state in State)
"""The same by number, `STEPS[state][input]`: nothing has to be hashed."""
