"""What came true is written down with its time; what did not says what was there instead."""

import asyncio
from collections.abc import Callable
from enum import Enum

import pytest

from lab.clock import EPOCH
from lab.expectation import Broken, Expectations, expect
from lab.instead import instead_of
from lab.runner import run
from lab.scenario import Scenario
from lab.scenarios import SCENARIOS


class State(Enum):
    WAITING = "waiting"
    DONE = "done"


class Message:
    state = State.WAITING
    attempts = (1, 2)
    free = False


message, wanted = Message(), 3


def test_a_passed_story_reads_as_what_was_seen_and_when() -> None:
    verdict = run(SCENARIOS["mt"])
    sentences = [sentence for _, sentence in verdict.seen]
    assert sentences[:3] == [
        "all M3UA associations are active",
        "bob registered at the S-CSCF",
        "the HLR has the gateway's number for bob",
    ]
    assert sentences[-1] == "there is one charging record"
    times = [when for when, _ in verdict.seen]
    assert times == sorted(times)
    assert EPOCH < times[0] <= times[-1] <= EPOCH + verdict.duration


def test_a_story_that_breaks_off_says_when_and_what_was_there_instead() -> None:
    async def story(carrier: object) -> None:
        expect(message.free is False, "it is not free")
        expect(message.state is State.DONE, "it is done")

    verdict = run(Scenario("x", "none", "nothing", story, lambda plan: plan))
    assert (verdict.broken, verdict.instead) == ("it is done", "message.state is State.WAITING")
    assert verdict.seen[-1].sentence == "it is not free"
    assert verdict.broken_at == verdict.seen[-1].when
    assert [pdu for pdu in verdict.told if pdu.when > verdict.broken_at] == []


def test_nobody_writes_down_what_nobody_asks_for() -> None:
    with Expectations(lambda: 1.0) as kept:
        expect(True, "kept")
    expect(True, "not kept")
    assert kept.seen == [(1.0, "kept")]


@pytest.mark.parametrize(
    ("claim", "instead"),
    [
        (lambda: expect(message.state is State.DONE, ""), "message.state is State.WAITING"),
        (lambda: expect(len(message.attempts) == wanted, ""), "len(message.attempts) is 2, wanted is 3"),
        (lambda: expect([str(n) for n in (1, 2)] == ["1"], ""), "[str(n) for n in (1, 2)] is ['1', '2']"),
        (lambda: expect(bool(message.attempts) and message.free, ""), "message.free is False"),
        (lambda: expect(message.free or not wanted, ""), "message.free is False, wanted is 3"),
        (lambda: expect(isinstance(message.state, int), ""), "message.state is State.WAITING"),
        (lambda: expect(any(each > wanted for each in message.attempts), ""), ""),
    ],
)
def test_the_part_that_does_not_hold_is_named_with_its_value(claim: Callable[[], None], instead: str) -> None:
    with pytest.raises(Broken) as broken:
        claim()
    assert broken.value.instead == instead


def test_so_is_that_of_a_condition_that_was_waited_for() -> None:
    here = message
    assert instead_of(lambda: here.state is State.DONE) == "here.state is State.WAITING"
    assert instead_of(lambda: (here.free or here.state is State.DONE) and True) == (
        "here.free is False, here.state is State.WAITING"
    )
    assert instead_of(message.attempts.__len__) == ""


def test_what_is_awaited_is_not_read_again() -> None:
    async def four() -> int:
        return 4

    async def story() -> None:
        expect(await four() == 5, "it is five")

    with pytest.raises(Broken, match="it is five") as broken:
        asyncio.run(story())
    assert broken.value.instead == ""


def test_what_cannot_be_looked_at_again_is_not_told() -> None:
    gone = iter([2])
    with pytest.raises(Broken) as broken:
        expect(next(gone) == 1, "once")
    assert broken.value.instead == ""
