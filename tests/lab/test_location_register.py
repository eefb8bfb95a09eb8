"""The HLR's side of Gr: what an SGSN has to do to be one, and what it hears when it does something else."""

import pytest

from lab.carrier import Carrier
from lab.plan import PHONES
from mapstack import Answered, DialogueLost, ErrorCode, Invoked, MapError, Refused
from mapstack.map import AddressString
from mapstack.map.location_management import (
    PurgeMsArg,
    PurgeMsRes,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
)
from mapstack.map.operations import PURGE_MS, UPDATE_GPRS_LOCATION
from mapstack.map.subscriber_data import InsertSubscriberDataArg, InsertSubscriberDataRes
from tests.lab.asker import Asker, Outcome, play

ALICE = PHONES[0]
STRANGER = "001019999999999"


def update(carrier: Carrier, imsi: str = ALICE.imsi, number: str = "") -> UpdateGprsLocationArg:
    sgsn = AddressString(number or carrier.plan.gateway_number)
    return UpdateGprsLocationArg(imsi=imsi, sgsn_number=sgsn, sgsn_address=bytes.fromhex("047f000001"))


def purge(carrier: Carrier, imsi: str = ALICE.imsi, number: str = "") -> PurgeMsArg:
    return PurgeMsArg(imsi=imsi, sgsn_number=AddressString(number or carrier.plan.gateway_number))


def taking(asker: Asker) -> None:
    """Data that come are taken."""

    def take(event: Invoked, now: float) -> None:
        asker.stack.result(event.dialogue, InsertSubscriberDataRes(), now, invoke_id=event.invoke_id)

    asker.on_invoked = take


def refusal(outcome: Outcome) -> int:
    assert isinstance(outcome, Refused)
    return outcome.error.code


def test_data_come_first_and_the_answer_then() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        taking(asker)
        outcome = await asker.ask(UPDATE_GPRS_LOCATION, update(carrier))
        assert isinstance(outcome, Answered)
        number = AddressString(carrier.plan.hlr_number)
        assert outcome.result == UpdateGprsLocationRes(hlr_number=number)
        (data,) = asker.invoked
        assert isinstance(data.arg, InsertSubscriberDataArg)
        assert data.dialogue == outcome.dialogue
        assert data.arg.msisdn == AddressString(ALICE.msisdn)
        assert data.arg.teleservice_list == [b"\x21", b"\x22"]
        assert carrier.hlr.subscriber(ALICE.msisdn).ip_sm_gw == carrier.plan.gateway_number

    play(story)


def test_who_is_unknown_and_who_may_not_roam_is_refused() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        taking(asker)
        stranger = await asker.ask(UPDATE_GPRS_LOCATION, update(carrier, STRANGER))
        assert refusal(stranger) == ErrorCode.UNKNOWN_SUBSCRIBER
        elsewhere = await asker.ask(UPDATE_GPRS_LOCATION, update(carrier, number="15559999999"))
        assert refusal(elsewhere) == ErrorCode.ROAMING_NOT_ALLOWED
        carrier.hlr.subscriber(ALICE.msisdn).roaming_allowed = False
        barred = await asker.ask(UPDATE_GPRS_LOCATION, update(carrier))
        assert refusal(barred) == ErrorCode.ROAMING_NOT_ALLOWED
        assert not asker.invoked

    play(story)


def test_an_sgsn_that_does_not_take_the_data_is_none() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        def decline(event: Invoked, now: float) -> None:
            error = MapError(ErrorCode.UNIDENTIFIED_SUBSCRIBER)
            asker.stack.error(event.dialogue, error, now, invoke_id=event.invoke_id)

        asker.on_invoked = decline
        declined = await asker.ask(UPDATE_GPRS_LOCATION, update(carrier))
        assert refusal(declined) == ErrorCode.SYSTEM_FAILURE
        asker.on_invoked = lambda event, now: None
        silent = await asker.ask(UPDATE_GPRS_LOCATION, update(carrier))
        assert isinstance(silent, DialogueLost)
        assert carrier.hlr.subscriber(ALICE.msisdn).ip_sm_gw is None
        await carrier.until(lambda: carrier.hlr.open_work == 0, "nothing is left", within=60.0)

    play(story)


def test_an_sgsn_that_gives_up_meanwhile_is_none_either() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        asker.on_invoked = lambda event, now: asker.stack.abort(event.dialogue, now)
        taken = carrier.hlr.subscriber(ALICE.msisdn)
        asker.begin(UPDATE_GPRS_LOCATION, update(carrier))
        await carrier.until(lambda: bool(asker.invoked), "the data have come")
        await carrier.until(lambda: carrier.hlr.open_work == 0, "nothing is left")
        assert taken.ip_sm_gw is None
        taking(asker)
        assert isinstance(await asker.ask(UPDATE_GPRS_LOCATION, update(carrier)), Answered)

    play(story)


@pytest.mark.parametrize(("number", "freeze"), [("", True), ("15559999999", False)])
def test_only_the_sgsn_itself_purges(number: str, *, freeze: bool) -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        taking(asker)
        await asker.ask(UPDATE_GPRS_LOCATION, update(carrier))
        outcome = await asker.ask(PURGE_MS, purge(carrier, number=number))
        assert isinstance(outcome, Answered)
        assert outcome.result == PurgeMsRes(freeze_p_tmsi=freeze)
        assert (carrier.hlr.subscriber(ALICE.msisdn).ip_sm_gw is None) is freeze
        stranger = await asker.ask(PURGE_MS, purge(carrier, STRANGER))
        assert refusal(stranger) == ErrorCode.UNKNOWN_SUBSCRIBER

    play(story)
