"""Many runs, in one process or in several."""

import re

import pytest
from msgspec.structs import replace

from lab.fit import misfit
from lab.orders import Order, Played, Run, play_all
from lab.plan import PACED, Plan
from lab.runner import ClockKind, Verdict
from lab.scenarios import SCENARIOS

RUNS = [Run("mixed", 1), Run("mo", 1, shown=True), Run("mixed", 2)]


def timeless(played: Played) -> Played:
    return played._replace(result=replace(played.result, took=0.0))


def test_several_processes_find_what_one_finds() -> None:
    order = Order(faults="all", page=True)
    alone = [timeless(each) for each in play_all(RUNS, order, 1)]
    assert [played.run for played in alone] == RUNS
    assert all(played.result.verdict == "passed" and played.result.pdus for played in alone)
    assert [bool(played.page) for played in alone] == [False, True, False]
    assert [bool(played.result.ladder) for played in alone] == [False, True, False]
    assert [timeless(each) for each in play_all(RUNS, order, 2)] == alone


def test_what_is_raised_says_in_which_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*arguments: object, **settings: object) -> Verdict:
        raise RuntimeError("a bug of the lab")

    monkeypatch.setattr("lab.orders.run", failing)
    with pytest.raises(RuntimeError) as raised:
        list(play_all([Run("mo", 5)], Order(), 1))
    assert raised.value.__notes__ == ["in mo, seed 5"]


@pytest.mark.wire
def test_on_the_wire_each_process_has_addresses_of_its_own(worker_id: str) -> None:
    number = int((re.search(r"\d+", worker_id) or ["0"])[0])
    order = Order(ClockKind.WIRE, carrier=Plan(network=170 + 2 * number, timers=PACED))
    runs = [Run(name, 1) for name in ("register", "mo", "mt", "phone_to_phone")]
    assert [played.result.verdict for played in play_all(runs, order, 2)] == ["passed"] * 4


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_fits_the_usual_carrier(name: str) -> None:
    assert misfit(SCENARIOS[name], Plan()) is None
