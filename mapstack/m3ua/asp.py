"""The ASP machine: up once per association, active in each AS (RFC 4666 §4.3.1, figure 3).

`ASPSM` says what ASPUP and ASPDN do to an ASP, `ASPTM` what ASPAC and ASPIA do to it in one AS. Each has a
table for the end that asks (ASP), one for the end that is asked (SGP), and one for an IPSP with a single
exchange, which is both. An IPSP with double exchange runs the first two side by side.
"""

from enum import Enum

__all__ = [
    "ASPSM",
    "ASPTM",
    "AspAction",
    "AspInput",
    "AspState",
    "AspTransitions",
    "Side",
    "TrafficAction",
    "TrafficInput",
    "TrafficTransitions",
]


class AspState(Enum):
    """RFC 4666 §4.3.1; to ASPSM, whatever is not down is inactive."""

    DOWN = "ASP-DOWN"
    INACTIVE = "ASP-INACTIVE"
    ACTIVE = "ASP-ACTIVE"


class Side(Enum):
    """Whose ASP it is."""

    NEAR = "we ask"
    FAR = "the peer asks"
    BOTH = "either asks, for both"


class AspInput(Enum):
    """What can happen to an ASP as a whole."""

    LINK_UP = "association established"
    LINK_DOWN = "association lost"
    UP_ACK = "ASPUP ACK"
    DOWN_ACK = "ASPDN ACK"
    T_ACK = "T(ack) expired"
    UP = "ASPUP"
    DOWN = "ASPDN"


class AspAction(Enum):
    """What a transition of the ASP does; in each AS it comes up or goes down as its state says."""

    NOTHING = "nothing"
    SEND_UP = "send ASPUP, start T(ack)"
    SETTLE = "stop T(ack)"
    ACK_UP = "stop T(ack), send ASPUP ACK"
    ACK_UP_AGAIN = "send ASPUP ACK, where it was active be inactive and send ERR unexpected message"
    AGAIN = "where it was active be inactive and send ERR unexpected message"
    ACK_DOWN = "send ASPDN ACK"


class TrafficInput(Enum):
    """What can happen to an ASP in one AS."""

    UP = "the ASP is up"
    AGAIN = "the ASP came up a second time"
    DOWN = "the ASP is down"
    T_ACK = "T(ack) expired"
    REGISTERED = "REG RSP: registered"
    ACTIVE_ACK = "ASPAC ACK"
    INACTIVE_ACK = "ASPIA ACK"
    ALTERNATE_ACTIVE = "NTFY alternate ASP active"
    MORE_WANTED = "NTFY AS-PENDING, insufficient resources, or ASP failure"
    ACTIVE = "ASPAC"
    INACTIVE = "ASPIA"
    DISPLACED = "another ASP of an override AS became active"


class TrafficAction(Enum):
    """What a transition in an AS does."""

    NOTHING = "nothing"
    REQUEST = "send ASPAC, or REG REQ where the routing context is to be assigned; start T(ack)"
    SETTLE = "stop T(ack)"
    ACK_ACTIVE = "stop T(ack), send ASPAC ACK"
    ACK_INACTIVE = "stop T(ack), send ASPIA ACK"
    NOTIFY_ALTERNATE = "send NTFY alternate ASP active"


AspTransitions = dict[tuple[AspState, AspInput], tuple[AspState, AspAction]]
TrafficTransitions = dict[tuple[AspState, TrafficInput], tuple[AspState, TrafficAction]]

_D, _I, _A = AspState.DOWN, AspState.INACTIVE, AspState.ACTIVE
_Asp, _Do = AspInput, AspAction

# A pair that is not here is an unexpected message (ERR 06).
_ASPSM_NEAR: AspTransitions = {
    (_D, _Asp.LINK_UP): (_D, _Do.SEND_UP),
    (_D, _Asp.LINK_DOWN): (_D, _Do.SETTLE),
    (_D, _Asp.T_ACK): (_D, _Do.SEND_UP),
    (_D, _Asp.UP_ACK): (_I, _Do.SETTLE),
    (_D, _Asp.DOWN_ACK): (_D, _Do.NOTHING),
    (_I, _Asp.LINK_DOWN): (_D, _Do.SETTLE),
    (_I, _Asp.UP_ACK): (_I, _Do.AGAIN),  # §4.3.4.1; where it is not active, the answer to a retransmission
    (_I, _Asp.DOWN_ACK): (_D, _Do.SEND_UP),  # §4.3.4.2: unasked for, so return to the state before
}
_ASPSM_FAR: AspTransitions = {
    (_D, _Asp.LINK_UP): (_D, _Do.NOTHING),
    (_D, _Asp.LINK_DOWN): (_D, _Do.NOTHING),
    (_D, _Asp.UP): (_I, _Do.ACK_UP),
    (_D, _Asp.DOWN): (_D, _Do.ACK_DOWN),
    (_I, _Asp.LINK_DOWN): (_D, _Do.NOTHING),
    (_I, _Asp.UP): (_I, _Do.ACK_UP_AGAIN),  # §4.3.4.1
    (_I, _Asp.DOWN): (_D, _Do.ACK_DOWN),
}
# §4.3.4.1: both may ask at once, so an ACK comes where the peer's ASPUP has done it already.
_ASPSM_BOTH: AspTransitions = _ASPSM_FAR | _ASPSM_NEAR | {(_I, _Asp.UP_ACK): (_I, _Do.NOTHING)}

ASPSM: dict[Side, AspTransitions] = {
    Side.NEAR: _ASPSM_NEAR,
    Side.FAR: _ASPSM_FAR,
    Side.BOTH: _ASPSM_BOTH,
}

_In, _To = TrafficInput, TrafficAction

_ASPTM_NEAR: TrafficTransitions = {
    (_D, _In.UP): (_I, _To.REQUEST),
    (_D, _In.DOWN): (_D, _To.SETTLE),
    (_D, _In.ALTERNATE_ACTIVE): (_D, _To.NOTHING),
    (_D, _In.MORE_WANTED): (_D, _To.NOTHING),
    (_I, _In.DOWN): (_D, _To.SETTLE),
    (_I, _In.AGAIN): (_I, _To.NOTHING),
    (_I, _In.T_ACK): (_I, _To.REQUEST),
    (_I, _In.REGISTERED): (_I, _To.REQUEST),
    (_I, _In.ACTIVE_ACK): (_A, _To.SETTLE),
    (_I, _In.INACTIVE_ACK): (_I, _To.NOTHING),
    (_I, _In.ALTERNATE_ACTIVE): (_I, _To.SETTLE),
    (_I, _In.MORE_WANTED): (_I, _To.REQUEST),
    (_A, _In.DOWN): (_D, _To.SETTLE),
    (_A, _In.AGAIN): (_I, _To.REQUEST),
    (_A, _In.ACTIVE_ACK): (_A, _To.NOTHING),
    (_A, _In.INACTIVE_ACK): (_I, _To.REQUEST),  # §4.3.4.4
    (_A, _In.ALTERNATE_ACTIVE): (_I, _To.SETTLE),  # §4.3.4.3: standby from now on
    (_A, _In.MORE_WANTED): (_A, _To.NOTHING),
}
_ASPTM_FAR: TrafficTransitions = {
    (_D, _In.UP): (_I, _To.NOTHING),
    (_D, _In.DOWN): (_D, _To.NOTHING),
    (_I, _In.DOWN): (_D, _To.NOTHING),
    (_I, _In.AGAIN): (_I, _To.NOTHING),
    (_I, _In.ACTIVE): (_A, _To.ACK_ACTIVE),
    (_I, _In.INACTIVE): (_I, _To.ACK_INACTIVE),
    (_A, _In.DOWN): (_D, _To.NOTHING),
    (_A, _In.AGAIN): (_I, _To.NOTHING),
    (_A, _In.ACTIVE): (_A, _To.ACK_ACTIVE),
    (_A, _In.INACTIVE): (_I, _To.ACK_INACTIVE),
    (_A, _In.DISPLACED): (_I, _To.NOTIFY_ALTERNATE),  # §4.3.4.3
}
_ASPTM_BOTH: TrafficTransitions = _ASPTM_FAR | _ASPTM_NEAR

ASPTM: dict[Side, TrafficTransitions] = {
    Side.NEAR: _ASPTM_NEAR,
    Side.FAR: _ASPTM_FAR,
    Side.BOTH: _ASPTM_BOTH,
}
