"""The states of a session, and who may send what in which of them (SMPP v3.4 §2.2, §2.3 table 2-1)."""

from enum import Enum
from typing import NamedTuple

from ipsmgw.smpp.codes import Command

__all__ = ["BOUND", "RULES", "TRANSITIONS", "Input", "Role", "Rule", "State", "may_send"]


class Role(Enum):
    """The two ends of a session."""

    ESME = "ESME"
    SMSC = "SMSC"

    @property
    def peer(self) -> "Role":
        return Role.SMSC if self is Role.ESME else Role.ESME


class State(Enum):
    """Where a session stands."""

    OPEN = "connected, not bound"
    BOUND_TX = "bound as transmitter"
    BOUND_RX = "bound as receiver"
    BOUND_TRX = "bound as transceiver"
    UNBOUND = "unbound, still connected"
    CLOSED = "disconnected"


class Input(Enum):
    """What changes the state."""

    BIND_TX = "bind_transmitter was accepted"
    BIND_RX = "bind_receiver was accepted"
    BIND_TRX = "bind_transceiver was accepted"
    UNBIND = "unbind was sent, or came"
    DISCONNECT = "the connection is gone, or is given up"


_State, _Input = State, Input

# Absent means that it cannot be.
TRANSITIONS: dict[tuple[State, Input], State] = {
    (_State.OPEN, _Input.BIND_TX): _State.BOUND_TX,
    (_State.OPEN, _Input.BIND_RX): _State.BOUND_RX,
    (_State.OPEN, _Input.BIND_TRX): _State.BOUND_TRX,
    (_State.OPEN, _Input.DISCONNECT): _State.CLOSED,
    (_State.BOUND_TX, _Input.UNBIND): _State.UNBOUND,
    (_State.BOUND_TX, _Input.DISCONNECT): _State.CLOSED,
    (_State.BOUND_RX, _Input.UNBIND): _State.UNBOUND,
    (_State.BOUND_RX, _Input.DISCONNECT): _State.CLOSED,
    (_State.BOUND_TRX, _Input.UNBIND): _State.UNBOUND,
    (_State.BOUND_TRX, _Input.DISCONNECT): _State.CLOSED,
    (_State.UNBOUND, _Input.DISCONNECT): _State.CLOSED,
}

BOUND = frozenset((State.BOUND_TX, State.BOUND_RX, State.BOUND_TRX))
_TX = frozenset((State.BOUND_TX, State.BOUND_TRX))
_RX = frozenset((State.BOUND_RX, State.BOUND_TRX))
_OPEN = frozenset((State.OPEN,))
_LINKED = BOUND | {State.OPEN, State.UNBOUND}
_ESME, _SMSC = frozenset((Role.ESME,)), frozenset((Role.SMSC,))


class Rule(NamedTuple):
    """A row of table 2-1."""

    issuers: frozenset[Role]
    states: frozenset[State]


# Requests only: a response may come whenever its request waits for it. Two rows are wider than the table:
# replace_sm goes on a transceiver as well, and enquire_link in any state, as v5.0 §2.4 has set right.
RULES: dict[Command, Rule] = {
    Command.BIND_TRANSMITTER: Rule(_ESME, _OPEN),
    Command.BIND_RECEIVER: Rule(_ESME, _OPEN),
    Command.BIND_TRANSCEIVER: Rule(_ESME, _OPEN),
    Command.OUTBIND: Rule(_SMSC, _OPEN),
    Command.UNBIND: Rule(_ESME | _SMSC, BOUND),
    Command.SUBMIT_SM: Rule(_ESME, _TX),
    Command.SUBMIT_MULTI: Rule(_ESME, _TX),
    Command.DATA_SM: Rule(_ESME | _SMSC, BOUND),
    Command.DELIVER_SM: Rule(_SMSC, _RX),
    Command.QUERY_SM: Rule(_ESME, _TX),
    Command.CANCEL_SM: Rule(_ESME, _TX),
    Command.REPLACE_SM: Rule(_ESME, _TX),
    Command.ENQUIRE_LINK: Rule(_ESME | _SMSC, _LINKED),
    Command.ALERT_NOTIFICATION: Rule(_SMSC, _RX),
}


def may_send(role: Role, command: Command, state: State) -> bool:
    """Whether an end may issue this request."""
    rule = RULES.get(command)
    return rule is not None and role in rule.issuers and state in rule.states
