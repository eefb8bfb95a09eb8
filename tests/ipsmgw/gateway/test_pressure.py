"""A queue that stays is told from a burst."""

import pytest

from ipsmgw.gateway.pressure import Pressure


@pytest.mark.parametrize(
    ("looks", "builds"),
    [
        ([(0.0, True), (0.2, True), (0.3, True)], [False, False, True]),
        ([(0.0, True), (0.2, False), (0.3, True)], [False, False, False]),
        (
            [(0.0, True), (0.3, True), (0.4, False), (0.5, True), (0.8, True)],
            [False, True, False, False, True],
        ),
        ([(0.0, False), (9.0, True)], [False, False]),
    ],
)
def test_it_builds_when_it_has_not_ended_for_so_long(
    looks: list[tuple[float, bool]], builds: list[bool]
) -> None:
    pressure = Pressure(0.25)
    assert [pressure.builds(now, behind=behind) for now, behind in looks] == builds
