"""`ipsmgw-lab load` as people run it: processes, sockets, a real gateway; and what it says to bad options."""

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from lab.bench.process import GATEWAY, Place, Process
from lab.commands import app
from lab.description import describe
from lab.fit import configuration
from lab.load.flow import Flow
from lab.load.report import Report
from lab.plan import PACED
from tests.house.source import ROOT

MIX = "mo=4,mt=4,mt-fallback=2,register=2,refresh=2,deregister=1"


COMMAND = [sys.executable, "-c", "from lab.cli import main; main()", "load"]
# A machine that does other things makes a generator late: that is not what these tests are about.
LOAD = [*COMMAND, "--subscribers", "20", "--lag", "10s", "--patience", "30s"]
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": ""}


def load(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """From the beginning to the end."""
    return subprocess.run(
        [*LOAD, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
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
    rates = ("--network", "248", "--rate", "60", "--mix", MIX, "--for", "2s", "--warm-up", "500ms")
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
def test_ctrl_c_ends_a_run_with_its_report(tmp_path: Path) -> None:
    arguments = ("--network", "248", "--mo", "20", "--for", "10m", "--json", "load.json", "--null")
    with subprocess.Popen(
        [*LOAD, *arguments], cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while "are registered" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
    assert process.returncode == 0, said
    assert "ended by Ctrl-C" in said
    (step,) = report(tmp_path / "load.json").steps
    assert step.seconds < 600
    assert all(flow.offered == flow.done for flow in step.flows.values())


ELSEWHERE = """
network = 248
[element.ipsmgw]
is = "external"
address = "127.0.248.11"
[gateway]
procedures = "ts-23.204"
"""


@pytest.mark.wire
@pytest.mark.usefixtures("load_network")
def test_a_gateway_that_somebody_else_runs_is_loaded_too(tmp_path: Path) -> None:
    described, settings = tmp_path / "carrier.toml", tmp_path / "gateway.toml"
    described.write_text(ELSEWHERE)
    files = f'[store]\nurl = "sqlite:///{tmp_path}/store.db"\n[journal]\nfile = "{tmp_path}/cdr.jsonl"\n'
    settings.write_text(configuration(describe(described, PACED)) + files)
    place = Place(tmp_path, lambda pid: None)
    with Process(["-c", GATEWAY, "run", "-c", str(settings)], place, name="gateway"):
        rates = ("--rate", "40", "--mix", MIX, "--for", "1s", "--warm-up", "0", "--json", "load.json")
        done = load(tmp_path, "-c", "carrier.toml", *rates, "--objective", "failed <= 0")
    assert done.returncode == 0, done.stdout + done.stderr
    found = report(tmp_path / "load.json")
    assert found.system == "gateway at 127.0.248.11:5060"
    assert [each.name for each in found.steps[0].processes] == ["generator"]


@pytest.mark.wire
@pytest.mark.usefixtures("load_network")
def test_a_ramp_ends_where_an_objective_breaks(tmp_path: Path) -> None:
    ramp = (
        "--network",
        "248",
        "--mo",
        "1",
        "--ramp",
        "20..80",
        "--by",
        "20",
        "--step",
        "1s",
        "--warm-up",
        "0",
    )
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
        (("--mo", "5", "-c", "no-such.toml"), "no-such.toml: No such file"),
    ],
)
def test_bad_options_are_told_before_anything_starts(arguments: tuple[str, ...], said: str) -> None:
    result = lab(*arguments)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize(
    ("lines", "options", "said"),
    [
        ('[element.hlr]\nis = "external"\naddress = "192.0.2.1"', (), "hlr is external: the load is what"),
        ('[element.ipsmgw]\nis = "absent"', (), "there is no gateway"),
        ('[stp]\naddress = "192.0.2.1"', (), "an ASP of HLR and SM-SC, over TCP"),
        ("[gateway]\ndirect = true", (), "behind an S-CSCF"),
        (
            '[element.ipsmgw]\nis = "external"\naddress = "192.0.2.1"',
            ("--mt-fallback", "1"),
            "has no procedures",
        ),
        (
            '[element.ipsmgw]\nis = "external"\naddress = "192.0.2.1"',
            ("--generators", "2"),
            "knows one S-CSCF",
        ),
        ('[element.ipsmgw]\nis = "external"\naddress = "192.0.2.1"', ("--null",), "--null: the gateway of"),
        ("x = 1", (), "carrier.toml: x: unknown key"),
    ],
)
def test_a_carrier_that_cannot_be_loaded_is_told_why(
    lines: str, options: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    described = tmp_path / "carrier.toml"
    described.write_text(lines + "\n")
    result = lab("-c", str(described), "--mo", "5", *options)
    assert result.exit_code == 2
    assert said in result.output
