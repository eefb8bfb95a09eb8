"""Registration and de-registration as pure functions: what is saved, answered, and told to the HLR."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.procedures import registration
from ipsmgw.procedures.decision import Answer, Decision, Forget, Save, TellHlr
from ipsmgw.procedures.registration import Registration, ServiceInfo
from ipsmgw.store import Binding, HlrState

Decide = Callable[[Binding], Decision[Binding]]
NOW = 1000.0
IMPU = Impu("sip:alice@ims.example")
IMSI, MSISDN = Imsi("001010000000001"), Msisdn("15551234567")
SCSCF = "sip:127.0.0.12:5060"
HELD = Binding(IMPU, IMSI, MSISDN, SCSCF, 1500.0, HlrState.ACTIVE, version=4)
ASKED = Registration(IMPU, 600, SCSCF, (IMSI, MSISDN))


def register(held: Binding | None, asked: Registration = ASKED, *, last: bool = True) -> Decision[Binding]:
    return registration.register(held, asked, NOW, max_expires=3600, last=last)


def test_a_first_registration_is_saved_answered_and_told_to_the_hlr() -> None:
    binding = Binding(IMPU, IMSI, MSISDN, SCSCF, 1600.0, HlrState.ACTIVATING)
    assert register(None) == Decision(binding, (Save(binding), Answer(200), TellHlr(IMSI, True)))


def test_a_refresh_moves_the_end_and_is_no_news_for_the_hlr() -> None:
    binding = replace(HELD, expires=1600.0)
    assert register(HELD) == Decision(binding, (Save(binding), Answer(200)))


@pytest.mark.parametrize("state", [HlrState.ACTIVATING, HlrState.REFUSED, HlrState.DEACTIVATING])
def test_a_refresh_of_what_the_hlr_does_not_have_tells_it(state: HlrState) -> None:
    decision = register(replace(HELD, hlr=state))
    assert decision.record == replace(HELD, expires=1600.0, hlr=HlrState.ACTIVATING)
    assert decision.actions[-1] == TellHlr(IMSI, True)


def test_a_refresh_through_another_s_cscf_moves_the_route() -> None:
    decision = register(HELD, ASKED._replace(scscf="sip:127.0.0.99:5060"))
    assert decision.record is not None
    assert decision.record.scscf == "sip:127.0.0.99:5060"


def test_a_refresh_without_service_info_keeps_the_numbers() -> None:
    decision = register(HELD, ASKED._replace(numbers=None))
    assert decision.record == replace(HELD, expires=1600.0)


def test_other_numbers_are_news_for_the_hlr() -> None:
    other = Imsi("001010000000002")
    decision = register(HELD, ASKED._replace(numbers=(other, MSISDN)))
    assert decision.actions[-1] == TellHlr(other, True)


def test_who_has_no_numbers_is_refused() -> None:
    assert register(None, ASKED._replace(numbers=None)) == Decision(None, (Answer(403),))


def test_nobody_is_registered_for_longer_than_is_believed() -> None:
    decision = register(None, ASKED._replace(expires=2**32 - 1))
    assert decision.record is not None
    assert decision.record.expires == NOW + 3600


def test_the_last_identity_to_go_is_told_to_the_hlr_and_kept_until_it_knows() -> None:
    gone = replace(HELD, expires=0.0, hlr=HlrState.DEACTIVATING)
    assert register(HELD, ASKED._replace(expires=0)) == Decision(
        gone, (Save(gone), Answer(200), TellHlr(IMSI, False))
    )
    assert not gone.reachable(NOW)


def test_an_identity_beside_others_goes_silently() -> None:
    decision = register(HELD, ASKED._replace(expires=0), last=False)
    assert decision == Decision(None, (Forget(HELD), Answer(200)))


def test_a_deregistration_of_nobody_is_answered() -> None:
    assert register(None, ASKED._replace(expires=0)) == Decision(None, (Answer(200),))


def test_a_registration_that_runs_out_ends_like_one_that_is_ended() -> None:
    gone = replace(HELD, expires=0.0, hlr=HlrState.DEACTIVATING)
    assert registration.expired(HELD, last=True) == Decision(gone, (Save(gone), TellHlr(IMSI, False)))
    assert registration.expired(HELD, last=False) == Decision(None, (Forget(HELD),))


@pytest.mark.parametrize(
    ("decide", "state"),
    [(registration.hlr_confirmed, HlrState.ACTIVE), (registration.hlr_refused, HlrState.REFUSED)],
)
def test_what_the_hlr_says_of_an_activation_is_saved(decide: Decide, state: HlrState) -> None:
    held = replace(HELD, hlr=HlrState.ACTIVATING)
    assert decide(held) == Decision(held, (Save(replace(held, hlr=state)),))


@pytest.mark.parametrize("decide", [registration.hlr_confirmed, registration.hlr_refused])
def test_once_the_hlr_has_heard_of_the_end_the_binding_is_forgotten(decide: Decide) -> None:
    held = replace(HELD, expires=0.0, hlr=HlrState.DEACTIVATING)
    assert decide(held) == Decision(None, (Forget(held),))


def test_the_msisdn_of_the_hlr_is_kept_and_no_news_the_second_time() -> None:
    other = Msisdn("15557654321")
    for known in (None, MSISDN):
        held = replace(HELD, msisdn=known)
        assert registration.numbered(held, other) == Decision(
            replace(held, msisdn=other), (Save(replace(held, msisdn=other)),)
        )
    assert registration.numbered(HELD, MSISDN) is None


def test_who_is_registered_without_an_msisdn_gets_his_when_it_is_known() -> None:
    decision = register(None, ASKED._replace(numbers=(IMSI, None)))
    assert decision.record == Binding(IMPU, IMSI, None, SCSCF, 1600.0, HlrState.ACTIVATING)
    refreshed = register(HELD, ASKED._replace(numbers=(IMSI, None)))
    assert refreshed.record == replace(HELD, expires=1600.0)


def test_what_the_hlr_cancels_is_forgotten_and_the_hlr_not_told() -> None:
    assert registration.cancelled(HELD, telling=False) == Decision(None, (Forget(HELD),))


def test_what_is_cancelled_while_the_hlr_is_being_told_of_it_is_taken_back_afterwards() -> None:
    gone = replace(HELD, expires=0.0, hlr=HlrState.DEACTIVATING)
    assert registration.cancelled(HELD, telling=True) == Decision(gone, (Save(gone),))


def test_a_silent_hlr_is_told_again() -> None:
    activating = replace(HELD, hlr=HlrState.ACTIVATING)
    ending = replace(HELD, expires=0.0, hlr=HlrState.DEACTIVATING)
    assert registration.hlr_unsure(activating, last=True) == Decision(activating, (TellHlr(IMSI, True),))
    assert registration.hlr_unsure(activating, last=False).actions == (TellHlr(IMSI, True),)
    assert registration.hlr_unsure(ending, last=True) == Decision(ending, (TellHlr(IMSI, False),))


def test_an_end_that_another_identity_has_overtaken_is_not_told_again() -> None:
    ending = replace(HELD, expires=0.0, hlr=HlrState.DEACTIVATING)
    assert registration.hlr_unsure(ending, last=False) == Decision(None, (Forget(ending),))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("imsi={imsi};msisdn={msisdn}", "imsi=001010000000001;msisdn=15551234567"),
        ("imsi={imsi};msisdn={msisdn}", "x=1 imsi=001010000000001;msisdn=+15551234567;y"),
        ("<a>{msisdn}</a><b>{imsi}</b>", "<a>15551234567</a><b>001010000000001</b>"),
        ("[{imsi}|{msisdn}]", "[001010000000001|15551234567]"),
    ],
)
def test_service_info_is_read_by_the_template(template: str, text: str) -> None:
    assert ServiceInfo(template).read(text) == (IMSI, MSISDN)


def test_a_plus_sign_says_that_a_number_is_whole() -> None:
    def spanish(number: Msisdn) -> Msisdn:
        return Msisdn("34" + number)

    for template, text, msisdn in (
        ("{imsi} {msisdn}", f"{IMSI} 612345678", "34612345678"),
        ("{imsi} {msisdn}", f"{IMSI} +34612345678", "34612345678"),
        ("{imsi} +{msisdn}", f"{IMSI} +34612345678", "34612345678"),
    ):
        assert ServiceInfo(template, spanish).read(text) == (IMSI, msisdn)


def test_service_info_may_leave_the_msisdn_to_others() -> None:
    assert ServiceInfo("imsi={imsi}").read("imsi=001010000000001") == (IMSI, None)


@pytest.mark.parametrize("text", ["", "imsi=;msisdn=1", "msisdn=15551234567;imsi=001010000000001", "imsi=x"])
def test_service_info_of_another_form_says_nothing(text: str) -> None:
    assert ServiceInfo("imsi={imsi};msisdn={msisdn}").read(text) is None


def test_what_the_hlr_has_it_may_hear_again() -> None:
    again = replace(HELD, hlr=HlrState.ACTIVATING)
    assert registration.announced(HELD, NOW) == Decision(again, (Save(again), TellHlr(IMSI, True)))


@pytest.mark.parametrize("state", [state for state in HlrState if state is not HlrState.ACTIVE])
def test_what_the_hlr_has_not_is_not_told_again(state: HlrState) -> None:
    assert registration.announced(replace(HELD, hlr=state), NOW) is None
    assert registration.announced(replace(HELD, expires=NOW), NOW) is None
    assert registration.announced(None, NOW) is None
