"""A gateway that is broken on purpose breaks a law within a few seeds."""

import pytest

from lab.faults import ALL
from lab.runner import Verdict, run
from lab.scenarios import SCENARIOS
from tests.lab.mutations import MUTATIONS, Mutation, choose_at_random

SEEDS = range(1, 37)


def _mixed(seed: int) -> Verdict:
    return run(SCENARIOS["mixed"], seed=seed, faults=ALL)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.what)
def test_a_gateway_that_is_broken_on_purpose_breaks_a_law(
    mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation.apply(monkeypatch)
    broken = (_mixed(seed).broken or "" for seed in SEEDS)
    assert any(f"law {mutation.law}:" in sentences for sentences in broken)


def test_a_gateway_that_chooses_at_random_breaks_law_7(monkeypatch: pytest.MonkeyPatch) -> None:
    choose_at_random(monkeypatch)
    assert _mixed(1).digest != _mixed(1).digest
