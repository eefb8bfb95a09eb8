"""A service centre that is broken towards its applications breaks a law within a few seeds."""

from collections.abc import Callable

import pytest

from ipsmgw.smpp import ResponseLost
from lab.elements import smpp_pushing
from lab.elements.sc_ledger import Outcome, Verdict
from lab.elements.smpp_ledger import Pushed, Submission
from lab.elements.smpp_pushing import Pushing
from lab.elements.status_reports import StatusReports
from lab.faults import ALL
from lab.runner import run
from lab.scenarios import SCENARIOS

SEEDS = range(1, 13)


def _takes_a_refusal_for_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Pushing._settle

    def settle(self: Pushing, name: str, pushed: Pushed, status: int, now: float) -> None:
        right(self, name, pushed, 0, now)

    monkeypatch.setattr(Pushing, "_settle", settle)


def _forgets_what_was_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Pushing.lost

    def lost(self: Pushing, event: ResponseLost, now: float) -> None:
        name, pushed = self._receipts.get((event.flow, event.sequence_number), ("", None))
        if pushed is not None:
            self._smpp.receipts[name].remove(pushed)
        right(self, event, now)

    monkeypatch.setattr(Pushing, "lost", lost)


def _sends_a_receipt_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Pushing.finished

    def finished(self: Pushing, submission: Submission, now: float) -> None:
        right(self, submission, now)
        submission.receipted = False
        right(self, submission, now)

    monkeypatch.setattr(Pushing, "finished", finished)


def _calls_refused_messages_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp_pushing, "_outcome", lambda status: Outcome(Verdict.DELIVERED, "delivered"))


def _reports_nothing_to_phones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StatusReports, "finished", lambda self, message, now: None)


@pytest.mark.parametrize(
    ("breaks", "law"),
    [
        (_reports_nothing_to_phones, 1),
        (_takes_a_refusal_for_a_yes, 1),
        (_forgets_what_was_not_answered, 1),
        (_sends_a_receipt_twice, 1),
        (_calls_refused_messages_delivered, 4),
    ],
)
def test_it_breaks_a_law(
    breaks: Callable[[pytest.MonkeyPatch], None], law: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch)
    broken = (run(SCENARIOS["esme_mixed"], seed=seed, faults=ALL).broken or "" for seed in SEEDS)
    assert any(f"law {law}:" in sentences for sentences in broken)
