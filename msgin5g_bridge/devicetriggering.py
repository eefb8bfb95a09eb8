"""Device triggering by SCEF or NEF: a sleeping UE is woken by a short message (TS 29.122 clause 5.7, T8)."""

from typing import Annotated

from msgspec import Meta, field

from msgin5g_bridge.model import ABSENT, Absent, Body, OpenEnum
from msgin5g_bridge.ts29571 import SupportedFeatures, Uri

__all__ = [
    "DeliveryResult",
    "DeviceTriggering",
    "DeviceTriggeringDeliveryReportNotification",
    "PortNumber",
    "TriggerPriority",
]

PortNumber = Annotated[int, Meta(ge=0, le=65_535)]


class DeliveryResult(OpenEnum):
    """What became of a trigger."""

    SUCCESS = "SUCCESS"
    UNKNOWN = "UNKNOWN"
    FAILURE = "FAILURE"
    TRIGGERED = "TRIGGERED"
    EXPIRED = "EXPIRED"
    UNCONFIRMED = "UNCONFIRMED"
    REPLACED = "REPLACED"
    TERMINATE = "TERMINATE"


class TriggerPriority(OpenEnum):
    """Of a trigger, as T8 knows it."""

    NO_PRIORITY = "NO_PRIORITY"
    PRIORITY = "PRIORITY"


class DeviceTriggering(Body, kw_only=True):
    """A transaction: whom to trigger, at which application port, with what, and who is told of the end.

    `validity_period` has seconds; of the two identities of the UE there is exactly one.
    """

    self_: Uri | Absent = field(default=ABSENT, name="self")
    external_id: str | Absent = ABSENT
    msisdn: str | Absent = ABSENT
    supported_features: SupportedFeatures | Absent = ABSENT
    validity_period: Annotated[int, Meta(ge=0)]
    priority: TriggerPriority
    application_port_id: PortNumber
    app_src_port_id: PortNumber | Absent = ABSENT
    trigger_payload: bytes
    notification_destination: Uri
    delivery_result: DeliveryResult | Absent = ABSENT

    def __post_init__(self) -> None:
        if (self.external_id is ABSENT) == (self.msisdn is ABSENT):
            raise ValueError("exactly one of externalId and msisdn is wanted")


class DeviceTriggeringDeliveryReportNotification(Body, kw_only=True):
    """Told to `notificationDestination`: which transaction has come to which end."""

    transaction: Uri
    result: DeliveryResult
