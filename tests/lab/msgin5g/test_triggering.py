"""Triggering of sleeping UEs: the rule beside store and forward, and each way that a trigger ends."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lab.msgin5g.errand import SILENCE, Outcome, Result
from lab.msgin5g.transfer import State, Transfer
from lab.msgin5g.triggering import Way, choose
from msgin5g_bridge.devicetriggering import DeliveryResult
from msgin5g_bridge.message import DeliveryReport
from msgin5g_bridge.model import MessageId, UeServiceId
from msgin5g_bridge.msgdelivery import Priority, ReportDeliveryStatus
from msgin5g_bridge.registration import (
    ClientProfile,
    CommunicationAvailability,
    Deregistration,
    TriggeringInformation,
    TriggeringProtocol,
)
from tests.lab.msgin5g.world import CLIENTS, LAMP, METER, READER, SETTINGS, TAKEN, World, message

SMS = TriggeringInformation(ue_id="15551001001", ports=(16_683,), protocol=TriggeringProtocol.SMS)
REFUSED = Result(Outcome.REFUSED, "QUOTA_EXCEEDED")


def transfer(*, keeps: bool, priority: Priority = Priority.MIDDLE) -> Transfer:
    body = message(READER, METER, keep=keeps, priority=priority)
    return Transfer(id=1, sender=READER, recipient=METER, body=body, arrived=0.0, expires=100.0, keeps=keeps)


@pytest.mark.parametrize(
    ("keeps", "triggerable", "opens", "way"),
    [
        (False, False, None, Way.NEITHER),
        (False, True, None, Way.TRIGGERED),
        (False, True, 50.0, Way.TRIGGERED),
        (True, False, None, Way.STORED),
        (True, True, 50.0, Way.STORED),
        (True, True, 150.0, Way.BOTH),
        (True, True, None, Way.BOTH),
    ],
)
def test_the_rule(*, keeps: bool, triggerable: bool, opens: float | None, way: Way) -> None:
    chosen, why = choose(transfer(keeps=keeps), triggerable=triggerable, opens=opens)
    assert chosen is way
    assert why.startswith(way.value)


def test_what_is_urgent_does_not_wait_for_a_window() -> None:
    urgent = transfer(keeps=True, priority=Priority.HIGH)
    assert choose(urgent, triggerable=True, opens=50.0)[0] is Way.BOTH


def test_nobody_is_woken_for_a_report() -> None:
    report = DeliveryReport(
        ori_addr=READER,
        dest_addr=METER,
        msg_id=MessageId("m1"),
        deliv_st=ReportDeliveryStatus.REPT_DELY_SUCCESS,
    )
    assert choose(replace(transfer(keeps=True), body=report), triggerable=True, opens=None)[0] is Way.STORED


class Asleep(World):
    """With a meter that can be triggered, and has left."""

    def __init__(self, trigger: TriggeringInformation | None = SMS) -> None:
        super().__init__(settings=replace(SETTINGS, scef="http://scef:8080", retry=10.0))
        self.register(READER)
        self.register(METER, ClientProfile(trigger_info=trigger) if trigger else None)
        self.leave()

    def wanted(self) -> list[int]:
        """Triggers that the SCEF is asked for."""
        return [each.trigger.id for each in self.server.waking.take_orders() if not each.cancel]

    def state(self, id_: str = "m1") -> Transfer:
        (found,) = self.data.transfers_of(READER, id_)
        return found

    def leave(self) -> None:
        gone = Deregistration(ue_svc_id=UeServiceId(METER.addr))
        self.server.take(gone, CLIENTS[METER], self.now)

    def told(self) -> str:
        """The cause in the only report."""
        (report,) = self.reports()
        return report.failure_cause or ""


def send(world: World, id_: str = "m1", *, keep: bool = False) -> None:
    world.send(message(READER, METER, id_, keep=keep, deliv_st_req_ind=True))


@pytest.mark.parametrize(
    "trigger",
    [
        None,
        TriggeringInformation(ue_id="1"),
        TriggeringInformation(ue_id="1", ports=(1,), protocol=TriggeringProtocol.NIDD),
    ],
)
def test_who_has_no_port_or_hears_no_sms_is_not_triggered(trigger: TriggeringInformation | None) -> None:
    world = Asleep(trigger)
    send(world)
    assert world.wanted() == []
    assert world.state().state is State.FAILED


def test_a_ue_that_registers_without_it_is_not_triggered_any_more() -> None:
    world = Asleep()
    world.register(METER)
    world.leave()
    send(world)
    assert world.wanted() == []


def test_two_messages_are_one_trigger() -> None:
    world = Asleep()
    send(world, "m1")
    send(world, "m2", keep=True)
    assert len(world.wanted()) == 1
    assert (world.state("m1").state, world.state("m2").state) == (State.TRIGGERED, State.STORED)


@pytest.mark.parametrize(
    ("result", "cause"),
    [
        (DeliveryResult.FAILURE, "TRIGGER_FAILED"),
        (DeliveryResult.UNKNOWN, "TRIGGER_FAILED"),
        (DeliveryResult.TERMINATE, "TRIGGER_FAILED"),
        (DeliveryResult("NEW_IN_REL_20"), "TRIGGER_FAILED"),
        (DeliveryResult.EXPIRED, "TRIGGER_EXPIRED"),
    ],
)
def test_a_trigger_that_fails_ends_what_is_not_stored(result: DeliveryResult, cause: str) -> None:
    world = Asleep()
    send(world, "m1")
    send(world, "m2", keep=True)
    (trigger,) = world.wanted()
    world.server.waking.answered(trigger, TAKEN, world.now, "http://scef/1")
    world.server.waking.notified(trigger, result, world.now)
    assert world.told() == cause
    assert world.state("m2").state is State.STORED
    assert any(cause in line for line in world.server.explain("m2"))


def test_a_refusal_ends_it_and_silence_is_asked_again() -> None:
    world = Asleep()
    send(world)
    (trigger,) = world.wanted()
    world.server.waking.answered(trigger, SILENCE, world.now)
    assert world.wanted() == []
    world.wait(world.settings.retry)
    assert world.wanted() == [trigger]
    world.server.waking.answered(trigger, REFUSED, world.now)
    assert world.told() == "TRIGGER_REFUSED"


def test_a_notification_may_come_before_the_answer() -> None:
    world = Asleep()
    send(world)
    (trigger,) = world.wanted()
    world.server.waking.notified(trigger, DeliveryResult.SUCCESS, world.now)
    world.server.waking.answered(trigger, REFUSED, world.now)
    assert world.state().state is State.TRIGGERED
    world.register(METER, ClientProfile(trigger_info=SMS))
    assert world.state().state is State.SENT


def test_a_trigger_that_is_not_needed_any_more_is_taken_back() -> None:
    world = Asleep()
    send(world)
    (trigger,) = world.wanted()
    world.server.waking.answered(trigger, TAKEN, world.now, "http://scef/1")
    world.register(METER, ClientProfile(trigger_info=SMS))
    assert [each.cancel for each in world.server.waking.take_orders()] == [True]
    world.server.waking.notified(trigger, DeliveryResult.TERMINATE, world.now)
    assert world.state().state is State.SENT


def test_who_never_wakes_has_failed_in_time() -> None:
    world = Asleep()
    send(world)
    (trigger,) = world.wanted()
    world.server.waking.notified(trigger, DeliveryResult.SUCCESS, world.now)
    world.wait(world.settings.transit)
    assert world.told() == "EXPIRED"
    assert not world.data.triggers


def test_when_a_trigger_lapses_another_is_for_what_still_waits() -> None:
    world = Asleep()
    send(world, "m1")
    send(world, "m2", keep=True)
    (first,) = world.wanted()
    world.wait(world.settings.transit)
    (second,) = world.wanted()
    assert second != first
    assert world.state("m2").state is State.STORED


def test_after_a_restart_what_nobody_has_answered_is_asked_once_more() -> None:
    world = Asleep()
    send(world)
    (trigger,) = world.wanted()
    world.restart()
    assert world.wanted() == [trigger]
    world.server.waking.answered(trigger, TAKEN, world.now, "http://scef/1")
    world.restart()
    assert world.wanted() == []
    assert world.state().state is State.TRIGGERED


def test_a_woken_ue_listens_for_a_while_out_of_its_windows() -> None:
    world = Asleep()
    closed = CommunicationAvailability(sched_time=datetime.fromtimestamp(world.now + 10_000, UTC))
    asleep = ClientProfile(trigger_info=SMS, comm_avail=closed)
    world.register(METER, asleep)
    send(world)
    assert len(world.wanted()) == 1
    world.register(METER, asleep)
    assert world.state().state is State.SENT
    world.wait(world.settings.awake)
    send(world, "m2")
    assert world.state("m2").state is State.TRIGGERED


def test_others_are_not_woken() -> None:
    world = Asleep()
    world.send(message(READER, LAMP, "m3"))
    assert world.wanted() == []
