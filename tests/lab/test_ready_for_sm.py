"""readyForSM at the HLR, and its older forms: flags, alerts, refusals (TS 29.002 §12.4, §23.5, §23.6)."""

from dataclasses import replace

import pytest

from ipsmgw.identity import NodeNumber
from lab.carrier import Carrier
from lab.elements.message_waiting import HlrData, HlrSubscriber
from lab.elements.ready_for_sm import ready_for_sm
from lab.plan import PHONES
from mapstack import Answered, ErrorCode, Refused
from mapstack.map import READY_FOR_SM, AlertReason, ReadyForSmArg, ReadyForSmRes
from tests.lab.asker import Asker, play

BOB = PHONES[1]
SC, OTHER = NodeNumber("15550000014"), NodeNumber("15550000099")
PRESENT = ReadyForSmArg(
    imsi=BOB.imsi, alert_reason=AlertReason.MS_PRESENT, additional_alert_reason_indicator=True
)
ROOM = ReadyForSmArg(
    imsi=BOB.imsi, alert_reason=AlertReason.MEMORY_AVAILABLE, additional_alert_reason_indicator=True
)
V2 = READY_FOR_SM.older
V1 = V2.older if V2 is not None else None


@pytest.fixture
def data() -> HlrData:
    return HlrData.of(PHONES)


@pytest.fixture
def bob(data: HlrData) -> HlrSubscriber:
    record = data.by_imsi[BOB.imsi]
    record.unri = record.mcef = True
    record.waiting = [SC, OTHER]
    return record


def alerted(data: HlrData, arg: ReadyForSmArg) -> list[NodeNumber]:
    served = ready_for_sm(data, arg, 1.0)
    assert served is not None
    return served.centres


def test_room_clears_the_flag_of_memory_and_alerts_everybody(data: HlrData, bob: HlrSubscriber) -> None:
    assert alerted(data, ROOM) == [SC, OTHER]
    assert (bob.mcef, bob.unri) == (False, True)


def test_presence_clears_unri_and_alerts_nobody_while_there_is_no_room(
    data: HlrData, bob: HlrSubscriber
) -> None:
    assert alerted(data, PRESENT) == []
    assert (bob.mcef, bob.unri) == (True, False)
    assert alerted(data, ROOM) == [SC, OTHER]


def test_presence_alerts_everybody(data: HlrData, bob: HlrSubscriber) -> None:
    bob.mcef = False
    assert alerted(data, PRESENT) == [SC, OTHER]


def test_each_domain_is_present_for_itself(data: HlrData, bob: HlrSubscriber) -> None:
    bob.mcef, bob.msc = False, OTHER
    bob.mnrf = bob.mnrg = True
    in_ps = ReadyForSmArg(imsi=BOB.imsi, alert_reason=AlertReason.MS_PRESENT, alert_reason_indicator=True)
    in_cs = ReadyForSmArg(imsi=BOB.imsi, alert_reason=AlertReason.MS_PRESENT)
    assert alerted(data, in_ps) == [SC, OTHER]
    assert (bob.unri, bob.mnrg, bob.mnrf) == (True, False, True)
    assert alerted(data, in_cs) == [SC, OTHER]
    assert (bob.unri, bob.mnrg, bob.mnrf) == (True, False, False)


def test_who_is_unknown_is_nobodys(data: HlrData) -> None:
    assert ready_for_sm(data, ReadyForSmArg(imsi="001019999999999", alert_reason=0), 1.0) is None
    assert not data.ready


def waiting(carrier: Carrier) -> HlrSubscriber:
    record = carrier.hlr_data.by_imsi[BOB.imsi]
    record.unri, record.waiting = True, [carrier.plan.sc_number]
    return record


@pytest.mark.parametrize("form", [READY_FOR_SM, V2], ids=str)
def test_the_hlr_takes_it_and_alerts(form: object) -> None:
    assert V2 is not None
    operation = READY_FOR_SM if form is READY_FOR_SM else V2

    async def story(carrier: Carrier, asker: Asker) -> None:
        record = waiting(carrier)
        arg = PRESENT if operation is READY_FOR_SM else READY_FOR_SM.to_older(PRESENT)
        assert arg is not None
        outcome = await asker.ask(operation, arg)
        assert isinstance(outcome, Answered)
        assert outcome.result == (ReadyForSmRes() if operation is READY_FOR_SM else None)
        await carrier.until(lambda: not record.waiting, "the SC has been alerted")
        assert not record.unri

    play(story)


def test_note_subscriber_present_is_taken_and_not_answered() -> None:
    assert V2 is not None
    assert V1 is not None
    in_v2 = READY_FOR_SM.to_older(PRESENT)
    assert in_v2 is not None
    in_v1 = V2.to_older(in_v2)
    assert in_v1 is not None
    form, arg = V1, in_v1

    async def story(carrier: Carrier, asker: Asker) -> None:
        record = waiting(carrier)
        asker.begin(form, arg)
        await carrier.until(lambda: not record.waiting, "the SC has been alerted")
        assert not record.unri

    play(story)


def test_who_is_unknown_is_refused() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        stranger = ReadyForSmArg(imsi="001019999999999", alert_reason=AlertReason.MS_PRESENT)
        outcome = await asker.ask(READY_FOR_SM, stranger)
        assert isinstance(outcome, Refused)
        assert outcome.error.code == ErrorCode.UNKNOWN_SUBSCRIBER

    play(story)


def test_a_plan_may_have_an_hlr_without_the_facility() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        carrier.hlr._plan = replace(carrier.plan, ready_for_sm=False)
        outcome = await asker.ask(READY_FOR_SM, PRESENT)
        assert isinstance(outcome, Refused)
        assert outcome.error.code == ErrorCode.FACILITY_NOT_SUPPORTED

    play(story)
