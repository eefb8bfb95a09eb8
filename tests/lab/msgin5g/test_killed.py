"""A gateway is killed while an MSGin5G Server delivers: who was told 204 has his message and his report."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.lab.msgin5g.siege import (
    ACCEPTED,
    Accepted,
    Death,
    Heard,
    Part,
    Reported,
    besieged,
    through_proxies,
)

KILLS, CUTS = 4, 6

pytestmark = pytest.mark.wire


@pytest.mark.usefixtures("bench_network")
def test_a_gateway_that_is_killed_loses_nothing_and_repeats_no_more_than_the_part_on_its_way(
    tmp_path: Path,
) -> None:
    rng = Random(1)
    lives = [rng.uniform(0.0, 0.5) for _ in range(KILLS)]
    heard, open_at_death, status = asyncio.run(besieged(tmp_path, lives, rng))
    assert list(told_wrongly(heard)) == []
    assert status == 0
    assert (tmp_path / "stderr").read_text() == ""
    # And there was something to go wrong.
    assert sum(open_at_death) > KILLS
    assert sum(isinstance(each, Accepted) for each in heard) > ACCEPTED * KILLS


@pytest.mark.usefixtures("bench_network")
def test_connections_that_are_cut_lose_and_repeat_nothing(tmp_path: Path) -> None:
    heard = asyncio.run(through_proxies(tmp_path, CUTS, Random(2)))
    assert list(told_wrongly(heard)) == []
    assert (tmp_path / "stderr").read_text() == ""
    assert sum(isinstance(each, Accepted) for each in heard) > CUTS


@pytest.mark.parametrize(
    ("heard", "fault"),
    [
        ([Accepted("m1")], "m1 was answered 204, and is lost"),
        ([Accepted("m1"), Part("m1", 1)], "no report of m1"),
        ([Part("m1", 1), Part("m1", 1)], "part 1 of m1 came again, and nobody had died"),
        ([Part("m1", 1), Part("m1", 2), Death(), Part("m1", 1)], "part 1 of m1 came again after part 2"),
        ([Part("m1", 1), Reported("m1", True), Death(), Part("m1", 1)], "part 1 of m1 came after its report"),
        ([Reported("m1", True)], "m1 was reported, and the phone has it not"),
        ([Part("m1", 1), Reported("m1", False)], "m1 was reported as failed"),
    ],
)
def test_what_is_told_wrongly_is_seen(heard: list[Heard], fault: str) -> None:
    assert fault in list(told_wrongly(heard))


def test_a_part_may_come_again_whose_acknowledgement_died_with_the_gateway() -> None:
    heard: list[Heard] = [
        Accepted("m1"),
        Part("m1", 1),
        Part("m1", 2),
        Death(),
        Part("m1", 2),
        Reported("m1", True),
    ]
    assert list(told_wrongly(heard)) == []


def told_wrongly(heard: list[Heard]) -> Iterator[str]:
    """A death between the phone's RP-ACK and the store is the one thing that makes a part come again.

    What was in the store is known by what followed from it: the part behind it, or the report.
    """
    yield from _came_again(heard)
    parts = {each.msg_id for each in heard if isinstance(each, Part)}
    reports = {each.msg_id: each.success for each in heard if isinstance(each, Reported)}
    for each in heard:
        if isinstance(each, Accepted) and each.msg_id not in parts:
            yield f"{each.msg_id} was answered 204, and is lost"
        if isinstance(each, Accepted) and each.msg_id not in reports:
            yield f"no report of {each.msg_id}"
    yield from (f"{each} was reported, and the phone has it not" for each in reports.keys() - parts)
    yield from (f"{msg_id} was reported as failed" for msg_id, success in reports.items() if not success)


def _came_again(heard: list[Heard]) -> Iterator[str]:
    lives, reported = 0, set()
    last: dict[str, tuple[int, int]] = {}
    for each in heard:
        if isinstance(each, Death):
            lives += 1
        elif isinstance(each, Reported):
            reported.add(each.msg_id)
        elif isinstance(each, Part):
            sequence, life = last.get(each.msg_id, (0, 0))
            name = f"part {each.sequence} of {each.msg_id} came"
            if each.msg_id in reported:
                yield f"{name} after its report"
            if each.sequence < sequence:
                yield f"{name} again after part {sequence}"
            if each.sequence == sequence and life == lives:
                yield f"{name} again, and nobody had died"
            last[each.msg_id] = (each.sequence, lives)
