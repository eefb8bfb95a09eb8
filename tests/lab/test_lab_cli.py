"""`ipsmgw-lab list` and `run`: verdicts, exit status, clear lines."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lab.cli import JUDGES, app
from lab.scenarios import SCENARIOS


def lab(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", "TERM": "dumb"})


def test_list_shows_every_scenario_with_its_clause() -> None:
    result = lab("list")
    assert result.exit_code == 0
    for scenario in SCENARIOS.values():
        assert scenario.name in result.output
        assert scenario.clause in result.output


def test_run_plays_what_is_named() -> None:
    result = lab("run", "register", "mo", "--seed", "7")
    assert result.exit_code == 0
    assert "register" in result.output
    assert "seed 7" in result.output
    assert "2 of 2 passed" in result.output


def test_many_seeds_say_now_and_then_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.cli._LINE", 50)
    lines = lab("run", "register", "mo", "--seeds", "110", "--seed", "11").output.splitlines()
    assert lines[0] == "50 seeds played, 0 failed; the rest: --seed 61"
    assert [line for line in lines if "seeds played" in line][1:] == [
        "100 seeds played, 0 failed; the rest: --seed 111"
    ]


def test_run_plays_several_seeds() -> None:
    result = lab("run", "register", "--seeds", "3", "--seed", "5")
    assert result.exit_code == 0
    assert [f"seed {seed}:" in result.output for seed in (4, 5, 6, 7, 8)] == [False, True, True, True, False]


def test_run_with_all_faults_lets_the_laws_judge() -> None:
    assert lab("run", "mo", "--faults", "all", "--seeds", "3").exit_code == 0


def test_a_failure_shows_the_expectation_the_seed_and_the_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.cli.JUDGES", [*JUDGES, lambda carrier: ["pigs fly"]])
    result = lab("run", "register", "--seed", "4")
    assert result.exit_code == 1
    assert "FAILED" in result.output
    assert "pigs fly" in result.output
    assert "--seed 4" in result.output
    assert "anyTimeModification" in result.output
    assert "0 of 1 passed" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "silentphone"), "silent_phone"),
        (("run", "xyzzy"), "ipsmgw-lab list"),
        (("run",), "--all"),
        (("run", "mo", "--faults", "some"), "none or all"),
        (("run", "mo", "--faults", "all", "--clock", "wire"), "virtual"),
        (("run", "mo", "--pcap", "/dev/null/x"), "/dev/null/x"),
    ],
)
def test_what_cannot_be_played_is_one_clear_line(arguments: tuple[str, ...], words: str) -> None:
    result = lab(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_capture_is_written_for_each_run(tmp_path: Path) -> None:
    result = lab("run", "mo", "--seeds", "2", "--pcap", str(tmp_path / "new"))
    assert result.exit_code == 0
    files = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert files == ["mo-virtual-1.pcap", "mo-virtual-2.pcap"]
    assert (tmp_path / "new" / files[0]).stat().st_size > 1000
