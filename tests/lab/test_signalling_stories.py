"""What is played through osmo-stp leaves out nothing that is said over SS7."""

from lab.runner import run
from lab.scenarios import SCENARIOS
from tests.lab.signalling_stories import PLAYABLE, SIGNALLING_STORIES, signals


def test_the_stories_say_everything_that_any_story_says() -> None:
    said = {name: signals(run(SCENARIOS[name])) for name in PLAYABLE}
    covered = set().union(*(said[name] for name in SIGNALLING_STORIES))
    assert {name: left for name, signs in said.items() if (left := signs - covered)} == {}
