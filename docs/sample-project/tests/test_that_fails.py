"""How a failure looks: `pytest --run-failing`; docs/pytest.md shows it."""

import pytest

from lab.stage import Stage


def test_bob_answers_within_a_second(carrier: Stage, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--run-failing"):
        pytest.xfail("he cannot: he does not hear us")
    bob = carrier.registered("bob")
    bob.mute()
    carrier.submit("anybody there?", to="bob")
    carrier.until(lambda: len(bob.received) == 1, "bob has the message", within=1)
