"""Instructions that each operation takes, as a ratio to a calibration of the same run; their record.

Record anew, after a change that is worth its price (20 to 40 s for each interpreter), codecs or SIP:

    python -m tests.mapstack.instructions.gate          # this interpreter; the records of others are dropped
    python -m tests.mapstack.instructions.gate --add    # another interpreter, for the same code
    python -m tests.sipbridge.instructions.gate [--add]

How stable the ratios are: from run to run within 0.2 %, but one operation of hundreds may meet an unlucky
layout of memory and take 5 % more; so what seems more is counted again in other layouts, and the least holds.
Interpreters of one minor version that were built otherwise (3.11.7 with -O3, Debian 3.11.2) differ by 4 %
less to 9 % more. So there is a record for each build, which is known by what the calibration costs in it.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.mapstack.instructions.counting import TIMES

__all__ = [
    "CODECS",
    "RECORDS",
    "VERSION",
    "Record",
    "count",
    "load",
    "record",
    "regressions",
    "save",
    "verdict",
]

ROOT = Path(__file__).parents[3]
CODECS = "tests.mapstack.instructions.counted"
RECORDS = Path(__file__).with_name("instructions.toml")
VERSION = "{}.{}".format(*sys.version_info)
LIMIT = 1.03
FOREIGN_LIMIT = 1.15  # against the record of another build, and the difference between builds
LAYOUTS = 4
SAME_BUILD = 0.01  # what the calibration may differ by
_RUN = """
[hasattr(type(str(n), (), {{}}), "_") for n in range({})]
import runpy; runpy.run_module({!r}, run_name="__main__")
"""
_TOTALS = re.compile(rb"^totals: (\d+)", re.MULTILINE)


class Record(NamedTuple):
    """Of one interpreter: instructions of the calibration, and what the operations take beside it."""

    version: str
    calibration: int
    ratios: Mapping[str, float]


def count(module: str = CODECS, layout: int = 0) -> Record:
    """Run a module once under callgrind, which writes what it has counted at each call of getppid.

    In another layout each type has another place in the interpreter's cache of methods.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise FileNotFoundError("valgrind")
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        options = [
            "--tool=callgrind",
            f"--callgrind-out-file={out}",
            "--dump-before=getppid",
            "--instr-atstart=no",  # to read the code takes longer than all that is counted
        ]
        # Neither hashes nor paths of somebody's environment make a difference then.
        kept = {
            "PATH": os.environ["PATH"],
            "PYTHONHASHSEED": str(layout),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        names = _names([valgrind, *options, sys.executable, "-c", _RUN.format(97 * layout, module)], kept)
        # Every second one is of what was between two operations.
        counts = [_total(out.with_suffix(f".{2 * n + 2}")) for n in range(len(names))]
    return _record(dict(zip(names, counts, strict=True)))


def _names(command: list[str], environment: dict[str, str]) -> list[str]:
    """Of what was counted from the moment on at which the module was ready."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline():
            switch = ["vgdb", f"--pid={process.pid}", "instrumentation", "on"]
            subprocess.run(switch, check=True, capture_output=True)
        said, complained = process.communicate("\n", timeout=600)
    if process.returncode:
        raise RuntimeError(complained)
    return said.splitlines()


def _total(dump: Path) -> int:
    found = _TOTALS.search(dump.read_bytes())
    if found is None:
        raise RuntimeError(f"{dump.name} has no total")
    return int(found[1])


def _record(counts: Mapping[str, int]) -> Record:
    calibration = counts["calibration"]
    ratios = {name: each / calibration for name, each in counts.items() if name != "calibration"}
    return Record(VERSION, calibration // TIMES, ratios)


def verdict(module: str, records: Sequence[Record]) -> list[str]:
    """What takes more than it may, each time that it was counted."""
    found = count(module)
    for layout in range(1, LAYOUTS):
        if not regressions(found, records):
            return []
        found = _least(found, count(module, layout))
    return regressions(found, records)


def _least(one: Record, other: Record) -> Record:
    return one._replace(ratios={name: min(each, other.ratios[name]) for name, each in one.ratios.items()})


def regressions(found: Record, records: Sequence[Record]) -> list[str]:
    """What takes more than it may, and what is not in the record, in words."""
    nearest = min(records, key=lambda each: abs(each.calibration - found.calibration))
    limit = LIMIT if _same_build(nearest, found) else FOREIGN_LIMIT
    more = [
        f"{name}: {found.ratios[name] / ratio - 1:+.1%} instructions"
        for name, ratio in nearest.ratios.items()
        if name in found.ratios and found.ratios[name] > ratio * limit
    ]
    others = sorted(set(found.ratios) ^ set(nearest.ratios))
    return more + [f"{name}: only on one side, record anew" for name in others]


def _same_build(one: Record, other: Record) -> bool:
    near = abs(one.calibration / other.calibration - 1) <= SAME_BUILD
    return near and one.version == other.version


def load(version: str, path: Path = RECORDS) -> list[Record]:
    """The records of a minor version of Python, one for each build that was recorded."""
    return [each for each in _all(path) if each.version == version]


def _all(path: Path) -> list[Record]:
    return [Record(**each) for each in tomllib.loads(path.read_text())["record"]]


def save(records: Sequence[Record], path: Path = RECORDS) -> None:
    """Write the file anew."""
    lines = [
        "# Instructions of each operation, in those of the calibration; see mapstack/instructions/gate.py."
    ]
    for record in records:
        lines += ["", "[[record]]", f'version = "{record.version}"', f"calibration = {record.calibration}"]
        lines += ["[record.ratios]", *(f'"{name}" = {each:.5f}' for name, each in record.ratios.items())]
    path.write_text("\n".join(lines) + "\n")


def record(found: Record, path: Path) -> None:
    """Write it down: alone, or with --add beside those of other interpreters."""
    others = [each for each in _all(path) if not _same_build(each, found)] if "--add" in sys.argv else []
    save([*others, found], path)


if __name__ == "__main__":
    record(count(), RECORDS)
