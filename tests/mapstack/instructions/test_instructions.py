"""No codec operation takes 3 % more instructions than when it was recorded (DESIGN §8).

To record anew: `python -m tests.mapstack.instructions.gate`; more in gate.py.
"""

import shutil
from pathlib import Path

import pytest

from tests.mapstack.instructions.gate import CODECS, VERSION, Record, load, regressions, save, verdict

RECORD = Record("3.11", 1000, {"a: decode": 0.5, "b: encode": 2.0})


@pytest.mark.interop
@pytest.mark.timeout(600)
def test_no_codec_operation_takes_more_instructions_than_recorded() -> None:
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not installed (Debian: apt-get install valgrind)")
    records = load(VERSION)
    if not records:
        pytest.skip(f"nothing is recorded for Python {VERSION}")
    more = verdict(CODECS, records)
    assert not more, "\n".join(more)


def test_three_percent_more_is_told() -> None:
    now = RECORD._replace(ratios={"a: decode": 0.516, "b: encode": 2.05})
    assert regressions(now, [RECORD]) == ["a: decode: +3.2% instructions"]


def test_less_is_welcome() -> None:
    assert regressions(RECORD._replace(ratios={"a: decode": 0.1, "b: encode": 1.9}), [RECORD]) == []


def test_what_is_not_recorded_and_what_is_gone_are_told() -> None:
    now = RECORD._replace(ratios={"a: decode": 0.5, "c: decode": 1.0})
    assert regressions(now, [RECORD]) == [
        "b: encode: only on one side, record anew",
        "c: decode: only on one side, record anew",
    ]


def test_an_interpreter_that_was_built_otherwise_is_held_against_the_nearest_record_with_more_room() -> None:
    other = Record("3.11", 800, {"a: decode": 0.6, "b: encode": 2.0})
    now = Record("3.11", 900, {"a: decode": 0.56, "b: encode": 2.4})
    assert regressions(now, [RECORD, other]) == ["b: encode: +20.0% instructions"]
    assert len(regressions(now._replace(calibration=795), [RECORD, other])) == 1
    assert len(regressions(now._replace(calibration=1009), [RECORD, other])) == 2


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "instructions.toml"
    save([RECORD, RECORD._replace(version="3.12")], path)
    assert load("3.11", path) == [RECORD]
    assert load("3.14", path) == []
