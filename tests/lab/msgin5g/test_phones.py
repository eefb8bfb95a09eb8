"""The laws see a Message Gateway that tells phones, or application servers, what is not so."""

import pytest

from ipsmgw.cause import Cause
from ipsmgw.procedures import mo
from ipsmgw.procedures.decision import Decision
from ipsmgw.procedures.mo import MoSms
from ipsmgw.procedures.msgin5g.delivery import Times
from ipsmgw.procedures.msgin5g.ways import Order, ended_over_ims
from ipsmgw.store import Transfer
from lab.faults import ALL
from lab.runner import run
from lab.scenarios import SCENARIOS

SEEDS = range(1, 6)


def broken(name: str) -> str:
    return "".join(run(SCENARIOS[name], seed=seed, faults=ALL).broken or "" for seed in SEEDS)


def test_no_rp_ack_for_what_the_server_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(sms: MoSms, cause: Cause, now: float) -> Decision[MoSms]:
        return mo.sc_took(sms, None, now)

    monkeypatch.setattr("ipsmgw.procedures.mo.refused", taken)
    assert "and the MSGin5G Server has" in broken("msgin5g_phone_and_device")


def test_no_success_for_what_the_phone_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def delivered(held: Transfer, outcome: str, order: Order, times: Times, now: float) -> Transfer:
        return ended_over_ims(held, "delivered", order, times, now)

    monkeypatch.setattr("ipsmgw.gateway.msgin5g.to_phones.ended_over_ims", delivered)
    assert "and its phone has it not" in broken("msgin5g_phone_refuses")


@pytest.mark.parametrize("name", ["msgin5g_phone_and_app", "msgin5g_phone_and_device", "msgin5g_phone_crash"])
def test_without_that_they_have_nothing_to_say(name: str) -> None:
    assert not broken(name)
