"""The laws see a gateway that loses or doubles what goes by its service centre, or says yes too soon."""

import pytest

from ipsmgw.gateway.msgin5g.from_centre import FromCentre
from ipsmgw.gateway.msgin5g.smpp_links import Asked
from ipsmgw.procedures.msgin5g import centre
from ipsmgw.procedures.msgin5g.delivery import Times
from ipsmgw.smpp import Status
from ipsmgw.smpp.pdu import DeliverSm
from ipsmgw.store import Transfer
from lab.faults import ALL
from lab.runner import run
from lab.scenarios import SCENARIOS

SEEDS = range(1, 6)


def broken() -> str:
    """What is said of the first seed that something is said of."""
    runs = (run(SCENARIOS["msgin5g_centre_mixed"], seed=seed, faults=ALL).broken for seed in SEEDS)
    return next(filter(None, runs), "")


def test_no_esme_rok_for_what_the_server_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def message(self: FromCentre, asked: Asked, pdu: DeliverSm, now: float) -> None:
        asked.answer(Status.ROK, now)

    monkeypatch.setattr(FromCentre, "message", message)
    assert "and the MSGin5G Server has" in broken()


def test_a_receipt_is_no_success_whatever_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(centre, "told", lambda pdu, receipt, vendor: "delivered")
    assert "and its phone has it not" in broken()


def test_what_the_service_centre_has_taken_is_not_submitted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = centre.taken

    def forgetful(held: Transfer, message_id: str, times: Times, now: float) -> Transfer:
        if len(held.parts) == 1 and held.report and held.version < 4:
            return centre.taken_back(held)
        return taken(held, message_id, times, now)

    monkeypatch.setattr(centre, "taken", forgetful)
    assert "times from the gateway what is for" in broken()


def test_without_that_they_have_nothing_to_say() -> None:
    assert not run(SCENARIOS["msgin5g_centre_mixed"], seed=1, faults=ALL).broken
