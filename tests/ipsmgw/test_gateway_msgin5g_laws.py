"""Whatever happens, in whatever order: a message of the server ends once, and its report tells the truth."""

from hypothesis import given, settings

from tests.ipsmgw.msgin5g import joined
from tests.ipsmgw.transfer_story import HAPPENINGS, TransferStory, told

PEACE = ("hears", "join", "take", "take", "take", *("wait", "take", "take") * 40)
"""The phone is there and takes everything, the server hears everything, and time passes."""


@given(told(HAPPENINGS, most=12))
@settings(max_examples=60, deadline=None)
def test_a_message_ends_once_and_its_report_tells_the_truth(happenings: list[str]) -> None:
    story = TransferStory(joined(retry=20.0, validity=300.0, remember=5_000.0), payload="x" * 200)
    story.ends_well([*happenings, *PEACE])
