"""Who is being woken: triggers that the server has asked for, and what comes of them (TS 23.554 §8.9.2)."""

from collections.abc import Callable
from dataclasses import replace

from lab.elements.agenda import Agenda
from lab.msgin5g.errand import Outcome, Result
from lab.msgin5g.records import ServerData
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.trigger import RESULTS, Order, Trigger, TriggerState
from msgin5g_bridge.devicetriggering import DeliveryResult
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import TriggeringProtocol

__all__ = ["Waking"]


class Waking:
    """`told` is told what happens, `failed` that it is over, and `lapsed` that the time of a trigger is."""

    def __init__(self, data: ServerData, settings: ServerSettings, agenda: Agenda) -> None:
        self._data = data
        self._settings = settings
        self._agenda = agenda
        self._orders: list[Order] = []
        self.told: Callable[[Address, str, float], None] = _unheard
        self.failed: Callable[[Address, FailureCause, float], None] = _unheard
        self.lapsed: Callable[[Address, float], None] = _unasked

    def triggerable(self, who: Address) -> bool:
        """Whether there is a way to trigger it; over NIDD there is none here ([LAB])."""
        information = self._data.triggering.get(who)
        if not self._settings.scef or information is None or not information.ports:
            return False
        return (information.protocol or TriggeringProtocol.SMS) == TriggeringProtocol.SMS

    def awake(self, who: Address, now: float) -> bool:
        """Whether it has come because of a trigger: it listens for a while, whatever its windows are."""
        return self._data.awake.get(who, now) > now

    def wake(self, who: Address, until: float, now: float, *, urgent: bool) -> None:
        """Trigger it, unless a trigger is under way."""
        if who in self._data.triggers:
            return
        trigger = Trigger(
            id=self._data.number(),
            who=who,
            information=self._data.triggering[who],
            expires=until,
            urgent=urgent,
        )
        self._put(trigger)
        self._watch(trigger, now)
        self._ask(trigger, now)

    def woken(self, who: Address, now: float) -> None:
        """It has registered: a trigger that has not come to it is taken back."""
        trigger = self._data.triggers.pop(who, None)
        if trigger is None:
            return
        self._data.awake[who] = now + self._settings.awake
        if trigger.state is TriggerState.ACCEPTED and trigger.transaction:
            self._orders.append(Order(trigger, cancel=True))

    def answered(self, trigger_id: int, result: Result, now: float, transaction: str = "") -> None:
        """What the SCEF says to the wish; a notification may have been faster."""
        trigger = self._find(trigger_id)
        if trigger is None:
            return
        if result.outcome is Outcome.TAKEN:
            told = TriggerState.ACCEPTED if trigger.state is TriggerState.ASKED else trigger.state
            self._put(replace(trigger, transaction=transaction, state=told))
            self.told(
                trigger.who, f"trigger {trigger.id} is {TriggerState.ACCEPTED.value}: {transaction}", now
            )
        elif trigger.state is not TriggerState.ASKED:
            return
        elif result.outcome is Outcome.REFUSED:
            self._fail(trigger, FailureCause.TRIGGER_REFUSED, result.cause, now)
        else:
            self._put(replace(trigger, attempts=trigger.attempts + 1))
            self.told(trigger.who, f"trigger {trigger.id} is asked for again ({result.cause})", now)
            wait = min(self._settings.retry * 2**trigger.attempts, self._settings.retry_most)
            self._agenda.at(now + wait, lambda when: self._again(trigger.id, when))

    def notified(self, trigger_id: int, result: DeliveryResult, now: float) -> None:
        """The delivery report of a trigger; of one that is over it says nothing new."""
        trigger = self._find(trigger_id)
        if trigger is None:
            return
        means = RESULTS.get(result, FailureCause.TRIGGER_FAILED)
        if isinstance(means, FailureCause):
            self._fail(trigger, means, result.value, now)
        elif trigger.state is not TriggerState.REACHED:
            self._put(replace(trigger, state=means))
            self.told(trigger.who, f"trigger {trigger.id} is {means.value} ({result.value})", now)

    def take_orders(self) -> list[Order]:
        """What the SCEF is to be asked."""
        orders, self._orders = self._orders, []
        return orders

    def resume(self, now: float) -> None:
        """After a restart: what the SCEF has not answered is asked again."""
        for trigger in list(self._data.triggers.values()):
            self._watch(trigger, now)
            if trigger.state is TriggerState.ASKED:
                self._ask(trigger, now)

    # How it goes on.

    def _ask(self, trigger: Trigger, now: float) -> None:
        self._orders.append(Order(trigger))
        self.told(trigger.who, f"trigger {trigger.id} is {TriggerState.ASKED.value}", now)

    def _again(self, trigger_id: int, now: float) -> None:
        trigger = self._find(trigger_id)
        if trigger is not None and trigger.state is TriggerState.ASKED:
            self._orders.append(Order(trigger))

    def _watch(self, trigger: Trigger, now: float) -> None:
        self._agenda.at(max(trigger.expires, now), lambda when: self._lapse(trigger.id, when))

    def _lapse(self, trigger_id: int, now: float) -> None:
        trigger = self._find(trigger_id)
        if trigger is not None:
            del self._data.triggers[trigger.who]
            self.lapsed(trigger.who, now)

    def _fail(self, trigger: Trigger, cause: FailureCause, why: str, now: float) -> None:
        del self._data.triggers[trigger.who]
        self.told(trigger.who, f"trigger {trigger.id} has failed: {cause} ({why})", now)
        self.failed(trigger.who, cause, now)

    def _put(self, trigger: Trigger) -> None:
        self._data.triggers[trigger.who] = trigger

    def _find(self, trigger_id: int) -> Trigger | None:
        return next((each for each in self._data.triggers.values() if each.id == trigger_id), None)


def _unheard(who: Address, what: str, now: float) -> None: ...


def _unasked(who: Address, now: float) -> None: ...
