"""No step of SIP takes 3 % more instructions than when it was recorded (DESIGN §8)."""

import shutil

import pytest

from tests.mapstack.instructions.gate import VERSION, load, verdict
from tests.sipbridge.instructions.counted import operations
from tests.sipbridge.instructions.gate import COUNTED, RECORDS


@pytest.mark.interop
@pytest.mark.timeout(600)
def test_no_step_takes_more_instructions_than_recorded() -> None:
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not installed (Debian: apt-get install valgrind)")
    records = load(VERSION, RECORDS)
    if not records:
        pytest.skip(f"nothing is recorded for Python {VERSION}")
    more = verdict(COUNTED, records)
    assert not more, "\n".join(more)


def test_every_step_is_counted_under_a_name_of_its_own() -> None:
    names = [name for name, _ in operations()]
    assert len(set(names)) == len(names) == 22
    for _, run in operations():
        run(3)
