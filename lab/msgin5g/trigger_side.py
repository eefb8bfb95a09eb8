"""The server's side of T8: it asks the SCEF for triggers, and is told of their ends (TS 29.122 §5.7)."""

from math import ceil

from lab.msgin5g.errand import SILENCE, Outcome, Result
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.trigger import Order, Trigger
from lab.msgin5g.waking import Waking
from msgin5g_bridge import apis
from msgin5g_bridge.devicetriggering import (
    DeviceTriggering,
    DeviceTriggeringDeliveryReportNotification,
    TriggerPriority,
)
from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.exchange import split_uri
from msgin5g_bridge.model import ABSENT
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called, Refused, RestEvent, Returned, Unanswered
from msgin5g_bridge.ts29571 import Uri

__all__ = ["OPERATIONS", "TriggerSide"]

OPERATIONS = (apis.TRIGGER_NOTIFY,)
"""What the server serves to the SCEF."""
_LATER = (408, 429)


class TriggerSide:
    """Between a REST stack and whom the server wakes."""

    def __init__(self, stack: RestStack, waking: Waking, settings: ServerSettings, api_root: str) -> None:
        self._stack = stack
        self._waking = waking
        self._settings = settings
        self._api_root = api_root
        self._asked: dict[int, int] = {}
        """Exchanges, and the triggers that they are for."""

    def send(self, order: Order, now: float) -> None:
        """To the SCEF."""
        trigger, scef = order.trigger, self._settings.scef
        if order.cancel:
            id_ = trigger.transaction.rpartition("/")[2]
            names = {"scsAsId": self._settings.scs_as_id, "transactionId": id_}
            self._stack.call(apis.TRIGGER_DELETE, scef, None, now, variables=names)
        else:
            names = {"scsAsId": self._settings.scs_as_id}
            body = self._wish(trigger, now)
            self._asked[self._stack.call(apis.TRIGGER, scef, body, now, variables=names)] = trigger.id

    def on_event(self, event: RestEvent, now: float) -> bool:
        """Whether it was for this side."""
        match event:
            case Called(body=DeviceTriggeringDeliveryReportNotification() as body):
                self._notified(event, body, now)
            case Returned(operation=apis.TRIGGER) if id_ := self._asked.pop(event.exchange, None):
                self._waking.answered(id_, Result(Outcome.TAKEN), now, event.location)
            case Refused(operation=apis.TRIGGER) if id_ := self._asked.pop(event.exchange, None):
                self._waking.answered(id_, _refused(event), now)
            case Unanswered(operation=apis.TRIGGER) if id_ := self._asked.pop(event.exchange, None):
                self._waking.answered(id_, SILENCE, now)
            case Returned() | Refused() | Unanswered():
                return event.operation is apis.TRIGGER_DELETE
            case _:
                return False
        return True

    def _wish(self, trigger: Trigger, now: float) -> DeviceTriggering:
        """[LAB] The payload names the UE, for whoever has more than one client at a port."""
        ue, ports = trigger.information.ue_id, trigger.information.ports
        return DeviceTriggering(
            external_id=ue if "@" in ue else ABSENT,
            msisdn=ABSENT if "@" in ue else ue,
            validity_period=max(1, ceil(trigger.expires - now)),
            priority=TriggerPriority.PRIORITY if trigger.urgent else TriggerPriority.NO_PRIORITY,
            application_port_id=ports[0] if ports else 0,
            trigger_payload=trigger.who.addr.encode(),
            notification_destination=Uri(
                self._api_root + apis.TRIGGER_NOTIFY.filled({"triggerId": str(trigger.id)})
            ),
        )

    def _notified(self, event: Called, body: DeviceTriggeringDeliveryReportNotification, now: float) -> None:
        """[LAB] Whoever comes from the host of the SCEF is the SCEF."""
        if _host(self._settings.scef) != event.caller.peer.address.rpartition(":")[0]:
            self._stack.refuse(event.exchange, Problem(status=403, cause=FailureCause.NOT_AUTHORIZED))
            return
        self._stack.respond(event.exchange, 204)
        id_ = event.variables["triggerId"]
        if id_.isascii() and id_.isdigit():
            self._waking.notified(int(id_), body.result, now)


def _host(uri: str) -> str:
    try:
        origin, _, _ = split_uri(uri)
    except DecodeError:
        return ""
    return origin.partition("://")[2].rpartition(":")[0]


def _refused(event: Refused) -> Result:
    """What will be no better later is refused for good."""
    later = event.status >= 500 or event.status in _LATER
    said = event.problem.cause or f"HTTP {event.status}"
    return Result(Outcome.NOT_NOW if later else Outcome.REFUSED, said)
