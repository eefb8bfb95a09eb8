"""`ipsmgw-lab load` as people run it: processes, sockets, a real gateway; and what it says to bad options."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from lab.cli import app
from lab.load.flow import Flow
from lab.load.report import Report
from tests.house.source import ROOT

MIX = "mo=4,mt=4,mt-fallback=2,register=2,refresh=2,deregister=1"


def load(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A machine that does other things makes a generator late: that is not what these tests are about."""
    command = [sys.executable, "-c", "from lab.cli import main; main()", "load", "--network", "248"]
    return subprocess.run(
        [*command, "--subscribers", "20", "--lag", "10s", "--patience", "30s", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def report(path: Path) -> Report:
    return msgspec.json.decode(path.read_bytes(), type=Report)


@pytest.mark.wire
@pytest.mark.usefixtures("load_network")
@pytest.mark.parametrize("system", [(), ("--null",), ("--generators", "2")], ids=" ".join)
def test_every_message_of_a_run_is_accounted_for(system: tuple[str, ...], tmp_path: Path) -> None:
    rates = ("--rate", "60", "--mix", MIX, "--for", "2s", "--warm-up", "500ms")
    written = ("--json", "load.json", "--svg", "load.svg", "--objective", "failed <= 0")
    done = load(tmp_path, *system, *rates, *written)
    assert done.returncode == 0, done.stdout + done.stderr
    (step,) = report(tmp_path / "load.json").steps
    assert set(step.flows) == set(Flow)
    for flow in step.flows.values():
        assert flow.offered == flow.done > 0
    assert step.unexpected == {}
    assert step.warm_up > 0
    assert all(each.cpu > 0 and each.memory > 0 for each in step.processes)
    assert (tmp_path / "load.svg").read_text().startswith("<svg ")
    assert list((tmp_path / "var").iterdir()) == []


@pytest.mark.wire
@pytest.mark.usefixtures("load_network")
def test_a_ramp_ends_where_an_objective_breaks(tmp_path: Path) -> None:
    ramp = ("--mo", "1", "--ramp", "20..80", "--by", "20", "--step", "1s", "--warm-up", "0")
    done = load(tmp_path, *ramp, "--objective", "mo max < 1 us", "--json", "ramp.json", "--null")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "no rate held" in done.stdout
    found = report(tmp_path / "ramp.json")
    assert (found.held_rate, len(found.steps)) == (None, 1)


def lab(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["load", *arguments], env={"COLUMNS": "200", "TERM": "dumb"})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "what load?"),
        (("--mo", "5", "--for", "soon"), "--for: 'soon' is no time"),
        (("--mo", "5", "--profile", "busy-hour"), "take one"),
        (("--mo", "5", "--objective", "quick"), "--objective: 'quick' makes no sense"),
        (("--mo", "5", "--json", "no/such/x.json"), "--json: no/such/x.json: No such file"),
    ],
)
def test_bad_options_are_told_before_anything_starts(arguments: tuple[str, ...], said: str) -> None:
    result = lab(*arguments)
    assert result.exit_code == 2
    assert said in result.output
