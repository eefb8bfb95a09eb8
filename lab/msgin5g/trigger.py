"""A device trigger on its way, from the wish to wake a UE to its only end (TS 29.122 clause 5.7.2).

[LAB] One trigger at a time for each UE. What nobody answers is asked again; what is refused, or has failed,
is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from msgin5g_bridge.devicetriggering import DeliveryResult
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import TriggeringInformation

__all__ = ["RESULTS", "Order", "Trigger", "TriggerState"]


class TriggerState(Enum):
    """Where it stands."""

    ASKED = "asked for"
    ACCEPTED = "accepted, and under way"
    REACHED = "with the UE, which is awaited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """`transaction` is the resource of the SCEF, as far as it is known."""

    id: int
    who: Address
    information: TriggeringInformation
    expires: float
    urgent: bool = False
    state: TriggerState = TriggerState.ASKED
    transaction: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What the SCEF is to do: trigger, or forget about a transaction."""

    trigger: Trigger
    cancel: bool = False


RESULTS: Mapping[DeliveryResult, TriggerState | FailureCause] = {  # TS 29.122 table 5.7.2.2.2-1
    DeliveryResult.TRIGGERED: TriggerState.ACCEPTED,
    DeliveryResult.REPLACED: TriggerState.ACCEPTED,
    DeliveryResult.SUCCESS: TriggerState.REACHED,
    DeliveryResult.UNCONFIRMED: TriggerState.REACHED,
    DeliveryResult.EXPIRED: FailureCause.TRIGGER_EXPIRED,
    DeliveryResult.FAILURE: FailureCause.TRIGGER_FAILED,
    DeliveryResult.TERMINATE: FailureCause.TRIGGER_FAILED,
    DeliveryResult.UNKNOWN: FailureCause.TRIGGER_FAILED,
}
"""What a result means for a trigger: where it stands then, or why it has failed."""
