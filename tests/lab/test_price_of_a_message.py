"""A gate without a clock: how many functions of ours a message calls, as good a measure as any (DESIGN §8).

A call costs 0.1 to 0.2 us with what is done in it; the bench tells what they cost together.
"""

import sys
from pathlib import Path
from types import FrameType

import pytest

from lab.bench.stories import Originating, Terminating
from tests.lab.desk import Desk

ROOT = Path(__file__).parents[2]
_NOT_THE_GATEWAY = (str(ROOT / "lab"), str(ROOT / "tests"))


def _calls(desk: Desk, kind: type[Originating] | type[Terminating], messages: int) -> int:
    """Calls of Python functions, but those of lab and tests."""
    calls = 0

    def note(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and not frame.f_code.co_filename.startswith(_NOT_THE_GATEWAY)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        story = desk.play(kind, messages, 50)
    finally:
        sys.setprofile(before)
    assert story.ledger.verdict() == []
    return calls


@pytest.mark.parametrize(("kind", "most"), [(Originating, 118), (Terminating, 130)])
def test_a_message_calls_few_functions(kind: type[Originating] | type[Terminating], most: int) -> None:
    desk = Desk()
    desk.play(kind, 50)
    once, thrice = _calls(desk, kind, 50), _calls(desk, kind, 150)
    assert 0 < (thrice - once) / 100 <= most
