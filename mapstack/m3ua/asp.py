"""The ASP machine, as the ASP itself drives it and as the SGP sees it (RFC 4666 §4.3.1, figure 3)."""

from enum import Enum

__all__ = ["AS_ASP", "AS_SGP", "AspAction", "AspInput", "AspState", "Transitions"]


class AspState(Enum):
    """RFC 4666 §4.3.1."""

    DOWN = "ASP-DOWN"
    INACTIVE = "ASP-INACTIVE"
    ACTIVE = "ASP-ACTIVE"


class AspInput(Enum):
    """What can happen to an ASP: the association, the messages, T(ack), and its AS."""

    LINK_UP = "association established"
    LINK_DOWN = "association lost"
    UP_ACK = "ASPUP ACK"
    DOWN_ACK = "ASPDN ACK"
    ACTIVE_ACK = "ASPAC ACK"
    INACTIVE_ACK = "ASPIA ACK"
    T_ACK = "T(ack) expired"
    ALTERNATE_ACTIVE = "NTFY alternate ASP active"
    MORE_WANTED = "NTFY AS-PENDING, insufficient resources, or ASP failure"
    UP = "ASPUP"
    DOWN = "ASPDN"
    ACTIVE = "ASPAC"
    INACTIVE = "ASPIA"
    DISPLACED = "another ASP of an override AS became active"


class AspAction(Enum):
    """What a transition does."""

    NOTHING = "nothing"
    SEND_UP = "send ASPUP, start T(ack)"
    SEND_ACTIVE = "send ASPAC, start T(ack)"
    REPORT_AND_SEND_ACTIVE = "send ERR unexpected message and ASPAC, start T(ack)"
    SETTLE = "stop T(ack)"
    ACK_UP = "send ASPUP ACK"
    ACK_UP_AND_REPORT = "send ASPUP ACK and ERR unexpected message"
    ACK_DOWN = "send ASPDN ACK"
    ACK_ACTIVE = "send ASPAC ACK"
    ACK_INACTIVE = "send ASPIA ACK"
    NOTIFY_ALTERNATE = "send NTFY alternate ASP active"


Transitions = dict[tuple[AspState, AspInput], tuple[AspState, AspAction]]

_D, _I, _A = AspState.DOWN, AspState.INACTIVE, AspState.ACTIVE
_In, _Do = AspInput, AspAction

# We are the ASP. A pair that is not here is an unexpected message (ERR 06).
AS_ASP: Transitions = {
    (_D, _In.LINK_UP): (_D, _Do.SEND_UP),
    (_D, _In.LINK_DOWN): (_D, _Do.SETTLE),
    (_D, _In.T_ACK): (_D, _Do.SEND_UP),
    (_D, _In.UP_ACK): (_I, _Do.SEND_ACTIVE),
    (_D, _In.DOWN_ACK): (_D, _Do.NOTHING),
    (_D, _In.ALTERNATE_ACTIVE): (_D, _Do.NOTHING),
    (_D, _In.MORE_WANTED): (_D, _Do.NOTHING),
    (_I, _In.LINK_DOWN): (_D, _Do.SETTLE),
    (_I, _In.T_ACK): (_I, _Do.SEND_ACTIVE),
    (_I, _In.UP_ACK): (_I, _Do.NOTHING),  # the answer to a retransmission
    (_I, _In.ACTIVE_ACK): (_A, _Do.SETTLE),
    (_I, _In.INACTIVE_ACK): (_I, _Do.NOTHING),
    (_I, _In.DOWN_ACK): (_D, _Do.SEND_UP),  # §4.3.4.2: unasked for, so return to the state before
    (_I, _In.ALTERNATE_ACTIVE): (_I, _Do.SETTLE),
    (_I, _In.MORE_WANTED): (_I, _Do.SEND_ACTIVE),
    (_A, _In.LINK_DOWN): (_D, _Do.SETTLE),
    (_A, _In.UP_ACK): (_I, _Do.REPORT_AND_SEND_ACTIVE),  # §4.3.4.1
    (_A, _In.ACTIVE_ACK): (_A, _Do.NOTHING),
    (_A, _In.INACTIVE_ACK): (_I, _Do.SEND_ACTIVE),  # §4.3.4.4
    (_A, _In.DOWN_ACK): (_D, _Do.SEND_UP),
    (_A, _In.ALTERNATE_ACTIVE): (_I, _Do.SETTLE),  # §4.3.4.3: standby from now on
    (_A, _In.MORE_WANTED): (_A, _Do.NOTHING),
}

# We are the SGP, the ASP is the peer.
AS_SGP: Transitions = {
    (_D, _In.LINK_UP): (_D, _Do.NOTHING),
    (_D, _In.LINK_DOWN): (_D, _Do.NOTHING),
    (_D, _In.UP): (_I, _Do.ACK_UP),
    (_D, _In.DOWN): (_D, _Do.ACK_DOWN),
    (_I, _In.LINK_DOWN): (_D, _Do.NOTHING),
    (_I, _In.UP): (_I, _Do.ACK_UP),
    (_I, _In.DOWN): (_D, _Do.ACK_DOWN),
    (_I, _In.ACTIVE): (_A, _Do.ACK_ACTIVE),
    (_I, _In.INACTIVE): (_I, _Do.ACK_INACTIVE),
    (_A, _In.LINK_DOWN): (_D, _Do.NOTHING),
    (_A, _In.UP): (_I, _Do.ACK_UP_AND_REPORT),  # §4.3.4.1
    (_A, _In.DOWN): (_D, _Do.ACK_DOWN),
    (_A, _In.ACTIVE): (_A, _Do.ACK_ACTIVE),
    (_A, _In.INACTIVE): (_I, _Do.ACK_INACTIVE),
    (_A, _In.DISPLACED): (_I, _Do.NOTIFY_ALTERNATE),  # §4.3.4.3
}
