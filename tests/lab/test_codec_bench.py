"""The bench of the codecs: it compares like with like, covers every operation, and tells a missed goal."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from lab.bench.__main__ import Figures
from lab.bench.codecs import oracle, typical
from lab.bench.codecs.frames import frames
from lab.bench.codecs.lengths import indefinite, long_form
from lab.bench.codecs.pdus import argument, error, name_of, newest, pdus, result, version_of, versions
from lab.bench.codecs.ratios import Ratio, goals, measure, shortfalls, tables
from lab.bench.codecs.trials import PARTS, Part, Trial, trials
from mapstack.map.errors import ErrorCode
from mapstack.map.operations import OPERATIONS, Operation

ROOT = Path(__file__).parents[2]
OF_SS7 = PARTS[:5]


# The PDUs.


def test_every_operation_is_there_in_every_version() -> None:
    wanted = {(each.name, version_of(each)) for each in OPERATIONS}
    assert {(each.name, version_of(each)) for each in versions()} == wanted
    assert {each.name for each in newest()} == {each.name for each in OPERATIONS}


@pytest.mark.parametrize("operation", versions(), ids=name_of)
def test_typical_parameters_are_written_as_they_stand_there(operation: Operation) -> None:
    asked = typical.of_operation(typical.ARGUMENTS, operation.name, version_of(operation))
    assert argument(operation).encode() == asked
    answered, res = (
        typical.of_operation(typical.RESULTS, operation.name, version_of(operation)),
        result(operation),
    )
    assert (res is None) == (operation.result is None)
    assert res is None or res.encode() == answered


def test_parameters_are_looked_for_by_version_first() -> None:
    found = {"a v2": "02", "a": "03", "b": "04"}
    assert [typical.of_operation(found, "a", version) for version in (1, 2, 3)] == [b"\2", b"\2", b"\3"]
    assert typical.of_operation(found, "b", 1) == b"\4"
    assert typical.of_operation(found, "c", 1) is None


@pytest.mark.parametrize("code", typical.ERRORS)
def test_an_error_has_the_parameter_that_is_written_down(code: int) -> None:
    assert error(code).code is ErrorCode(code)
    assert (error(code).parameter is None) == (not typical.ERRORS[code])


def test_every_operation_and_every_error_of_one_is_compared() -> None:
    names = {pdu.name for pdu in pdus()}
    errors = {code for each in OPERATIONS for code in each.errors}
    answered = [each for each in versions() if each.operation_class == 1]
    assert len(names) == len(pdus()) == len(versions()) + len(answered) + len(errors)
    begun = {frame.name for frame in frames()}
    assert {each.name for each in newest() if version_of(each) > 1} <= begun


def test_the_three_forms_of_length_are_those_of_the_standard() -> None:
    octets = bytes.fromhex("3008a003020105bf1f00")
    assert long_form(octets).hex() == "3082000ca0820003020105bf1f820000"
    assert indefinite(octets).hex() == "3080a0800201050000bf1f8000000000"


def test_pycrate_reads_whole_frames() -> None:
    begin = next(iter(frames()))
    value = oracle.decode_frame(begin.octets)
    assert isinstance(value, tuple)
    assert value[0] == "begin"


def test_every_part_is_tried_on_every_pdu() -> None:
    tried = list(trials())
    assert {each.part for each in tried} == set(OF_SS7)
    assert len({(each.part, each.pdu) for each in tried}) == len(tried)
    assert all(each.ours(1) > 0 and each.theirs(1) > 0 for each in tried)


# The figures.


def _ratio(part: Part, pdu: str, ratio: float) -> Ratio:
    return Ratio(part, pdu, 100, 1.0, ratio, ratio)


FIGURES = [_ratio(part, pdu, ratio) for part in OF_SS7 for pdu, ratio in (("a", 10.0), ("b", 40.0))]


def test_a_goal_is_asked_of_the_geometric_mean_of_each_part() -> None:
    assert shortfalls(FIGURES, goals(20.0, 20.0, 20.0)) == []
    assert shortfalls(FIGURES, goals(19.0, 20.1, 19.0)) == [
        "encoding MAP is 20.0 times as fast as pycrate; the goal is 20.1"
    ]
    assert len(shortfalls(FIGURES, goals(21.0, 19.0, 21.0))) == 4


def test_worst_and_mean_are_shown() -> None:
    messages, whole = tables(FIGURES, goals(21.0, 20.0, 20.0))
    assert [*messages.columns[1].cells][-2:] == ["x10", "[red]x20.0"]
    assert [*whole.columns[1].cells][-2:] == ["x10", "[green]x20.0"]


def test_the_medians_of_the_rounds_count() -> None:
    ours, theirs = iter([9.0, 1.0, 2.0, 3.0]), iter([9.0, 10.0, 20.0, 90.0])
    trial = Trial("encode", "x", 5, lambda times: next(ours) * times, lambda times: next(theirs) * times)
    (found,) = measure([trial], 3)
    assert (found.ours, found.theirs, found.ratio) == (2e6, 20e6, 10.0)


# All of it.


def _bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    others = ["--no-gateway", "--no-stages", "--no-msgin5g"]
    command = [sys.executable, "-m", "lab.bench", "--rounds", "1", *others, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )


LOW = ["--decode-goal", "0.1", "--encode-goal", "0.1", "--frame-goal", "0.1"]
LOW += ["--sip-goal", "0.1", "--sip-first-goal", "0.1"]


def test_the_bench_runs_and_its_status_tells_a_missed_goal(tmp_path: Path) -> None:
    done = _bench(tmp_path, *LOW, "--json", "figures.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "geometric mean" in done.stdout
    figures = msgspec.json.decode((tmp_path / "figures.json").read_bytes(), type=Figures)
    assert figures.gateway == []
    assert {each.part for each in figures.codecs} == set(OF_SS7)
    assert {each.part for each in figures.sip} == set(PARTS[5:])
    missed = _bench(tmp_path, *LOW, "--encode-goal", "100000")
    assert missed.returncode == 1
    assert "the goal is 100000" in missed.stdout
    assert "decoding" not in missed.stdout.splitlines()[-1]
