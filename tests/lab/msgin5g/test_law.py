"""Law 9 sees a server that does not tell the truth."""

from dataclasses import replace

import pytest

from lab.faults import ALL
from lab.msgin5g import delivery
from lab.msgin5g.errand import Outcome
from lab.msgin5g.reports import report_of
from lab.msgin5g.transfer import Input, State, Transfer
from lab.runner import run
from lab.scenarios import SCENARIOS
from msgin5g_bridge.message import DeliveryReport

SEEDS = range(1, 4)


def broken() -> str:
    return " ".join(run(SCENARIOS["msgin5g_mixed"], seed=seed, faults=ALL).broken or "" for seed in SEEDS)


def test_silence_is_not_taken_for_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(delivery._INPUTS, Outcome.NOT_NOW, Input.TAKEN)
    seen = broken()
    assert "was delivered, and" in seen
    assert "was handed to another server, and none knows of it" in seen


def test_failures_are_not_reported_as_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def lying(transfer: Transfer) -> DeliveryReport | None:
        return report_of(replace(transfer, state=State.DELIVERED))

    monkeypatch.setattr("lab.msgin5g.server.report_of", lying)
    assert "was told that" in broken()


def test_without_that_it_has_nothing_to_say() -> None:
    assert "law 9" not in broken()
