"""Many seeds, in one process or in several, and what the command line says of them."""

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from lab.cli import app
from lab.faults import ALL, Faults
from lab.runner import ClockKind, Judge, Verdict, run
from lab.scenario import Scenario
from lab.seeds import Played, Run, play_runs
from lab.tally import Tally

RUNS = [Run("mixed", 1), Run("mo", 1), Run("mixed", 2)]


def lab(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", "TERM": "dumb"})


def test_several_processes_find_what_one_finds() -> None:
    alone = list(play_runs(RUNS, ALL, 1))
    assert [played.run for played in alone] == RUNS
    assert all(played.broken is None and played.pdus for played in alone)
    assert list(play_runs(RUNS, ALL, 2)) == alone


def test_what_is_raised_says_in_which_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*arguments: object, **settings: object) -> Verdict:
        raise RuntimeError("a bug of the lab")

    monkeypatch.setattr("lab.seeds.run", failing)
    with pytest.raises(RuntimeError) as raised:
        list(play_runs([Run("mo", 5)], ALL, 1))
    assert raised.value.__notes__ == ["in mo, seed 5"]


def test_many_seeds_are_told_in_figures() -> None:
    result = lab("run", "mo", "--faults", "all", "--seeds", "3", "-j", "2")
    assert result.exit_code == 0
    assert "3 of 3 passed" in result.output
    assert "MO acknowledged" in result.output
    assert "seed" not in result.output


def test_of_many_seeds_the_first_that_fails_is_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_in_two(runs: list[Run], faults: Faults, jobs: int) -> Iterator[Played]:
        for which in runs:
            yield Played(which, "law 9: it is late" if which.seed % 2 else None, 1, 1.0, Tally())

    def late(
        scenario: Scenario, clock: ClockKind, seed: int, *, faults: Faults, judges: list[Judge]
    ) -> Verdict:
        return run(scenario, clock, seed, faults=faults, judges=[lambda carrier: ["law 9: it is late"]])

    monkeypatch.setattr("lab.cli.play_runs", one_in_two)
    monkeypatch.setattr("lab.cli.run", late)
    result = lab("run", "mo", "--faults", "all", "--seeds", "4", "-j", "2")
    assert result.exit_code == 1
    assert "ipsmgw-lab run mo --clock virtual --seed 1 --faults all" in result.output
    assert "mo-ForwardSM" in result.output, "the ladder"
    assert "FAILED mo, seed 3: law 9: it is late" in result.output
    assert "2 of 4 passed" in result.output


@pytest.mark.parametrize("other", [("--clock", "wire"), ("--pcap", "captures")])
def test_several_processes_are_for_virtual_time_without_captures(other: tuple[str, str]) -> None:
    result = lab("run", "mo", "-j", "2", *other)
    assert result.exit_code == 2
    assert "-j is for virtual time" in result.output
