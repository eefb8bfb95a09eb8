"""MSC, SGSN, phones, HLR and SMS-GMSC broken on purpose: a law or a story must say so."""

import pytest

from lab.elements import message_waiting
from lab.elements.air import Air, AirEvent, Transaction
from lab.elements.domain import Domain
from lab.elements.gmsc import Delivery, Gmsc
from lab.elements.phone_radio import PhoneRadio
from lab.elements.sc_ledger import Outcome
from lab.elements.series import Lines, Names
from lab.elements.serving_node import ServingNode, Submission
from lab.faults import ALL
from lab.runner import run
from lab.scenarios import SCENARIOS
from mapstack.map import AddressString, MtForwardSmArg, MtForwardSmRes
from sipbridge.cp import CpData
from sipbridge.rp import RpAck, RpData

Patch = pytest.MonkeyPatch


def broken(name: str) -> str:
    return run(SCENARIOS[name]).broken or ""


def broken_by_faults() -> str:
    verdicts = [run(SCENARIOS["domains_mixed"], seed=seed, faults=ALL) for seed in range(1, 9)]
    return " ".join(verdict.broken or "" for verdict in verdicts)


def test_an_msc_that_says_yes_before_the_phone_breaks_law_3(monkeypatch: Patch) -> None:
    def hasty(self: ServingNode, dialogue: int, arg: MtForwardSmArg, now: float) -> None:
        self._stack.result(dialogue, MtForwardSmRes(), now)

    monkeypatch.setattr(ServingNode, "_deliver", hasty)
    assert "law 3" in broken("left_for_cs")


def test_an_msc_that_says_yes_before_the_sc_breaks_law_3(monkeypatch: Patch) -> None:
    def hasty(self: ServingNode, submission: Submission, rpdu: RpData, now: float) -> None:
        self._answer(submission, RpAck(submission.reference), now)

    monkeypatch.setattr(ServingNode, "_submit", hasty)
    assert "law 3" in broken("mo_over_cs")


def test_a_phone_that_takes_what_is_repeated_breaks_law_4(monkeypatch: Patch) -> None:
    data = Air._data

    def forgetful(self: Air, transaction: Transaction, message: CpData) -> list[AirEvent]:
        self._heard.pop(transaction, None)
        return data(self, transaction, message)

    monkeypatch.setattr(Air, "_data", forgetful)
    assert "law 4" in broken_by_faults()


def test_a_gmsc_that_tries_on_without_room_breaks_the_rule(monkeypatch: Patch) -> None:
    forwarded = Gmsc._forwarded

    def insatiable(self: Gmsc, delivery: Delivery, outcome: Outcome, now: float) -> None:
        forwarded(self, delivery, outcome._replace(report=None), now)

    monkeypatch.setattr(Gmsc, "_forwarded", insatiable)
    assert broken("memory_full_once")


def test_a_gmsc_that_forgets_who_was_absent_breaks_the_fall_back(monkeypatch: Patch) -> None:
    def forgetful(
        self: Gmsc, delivery: Delivery, said: dict[Domain, Outcome], *, delivered: bool, now: float
    ) -> None: ...

    monkeypatch.setattr(Gmsc, "_report", forgetful)
    assert "not reachable over IMS" in broken("fall_back_to_ps")


def test_an_hlr_that_forgets_domains_breaks_the_fall_back(monkeypatch: Patch) -> None:
    monkeypatch.setattr(message_waiting, "_mark", lambda record, domain, reason: None)
    assert "not reachable over IMS" in broken("fall_back_to_ps")


def test_a_phone_that_never_reports_breaks_the_fall_back(monkeypatch: Patch) -> None:
    monkeypatch.setattr(PhoneRadio, "_answer", lambda self, transaction, rpdu, now: None)
    assert broken("fall_back_to_ps")


def test_an_msc_that_forgets_who_a_series_is_for_breaks_the_story(monkeypatch: Patch) -> None:
    def names(self: Names, dialogue: int, arg: MtForwardSmArg) -> tuple[str, AddressString | None]:
        return arg.sm_rp_da.imsi or "", arg.sm_rp_oa.service_centre_address_oa

    monkeypatch.setattr(Names, "read", names)
    assert "the SC is done with the message" in broken("series_home")


def test_a_gmsc_that_does_not_keep_the_dialogue_breaks_the_story(monkeypatch: Patch) -> None:
    monkeypatch.setattr(Lines, "take", lambda self, to: None)
    assert "in one dialogue" in broken("series")
