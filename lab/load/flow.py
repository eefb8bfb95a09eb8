"""What goes through a gateway, as far as load has a name for it."""

from enum import StrEnum

__all__ = ["FLOWS", "REGISTRATIONS", "Flow"]


class Flow(StrEnum):
    """Each ends with an answer, which is what is measured."""

    MO = "mo"
    """From the MESSAGE with RP-DATA to the one with RP-ACK (TS 24.341 §5.3.3.4)."""
    MT = "mt"
    """From mt-ForwardSM to its result, over IMS (TS 24.341 §5.3.3.3); routed home, from sendRoutingInfoForSM
    on.
    """
    MT_FALLBACK = "mt-fallback"
    """From sendRoutingInfoForSM to the result, over PS, as the IMS answers 480 (TS 23.204 §6.5a)."""
    REGISTER = "register"
    """From the third-party REGISTER to its 200 (TS 24.229 §5.4.1.7); the HLR hears of it beside."""
    REFRESH = "refresh"
    """The same of somebody who is registered."""
    DEREGISTER = "deregister"
    """The same with Expires: 0."""

    __hash__ = str.__hash__  # an enumeration's own is slow


FLOWS = tuple(flow.value for flow in Flow)
REGISTRATIONS = (Flow.REGISTER, Flow.REFRESH, Flow.DEREGISTER)
