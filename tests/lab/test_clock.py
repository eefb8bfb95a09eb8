"""Virtual time: it jumps, it never goes back, and it knows when a wait has no end."""

import asyncio
import time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.drive import Clock
from lab.clock import EPOCH, Deadlock, VirtualClock, VirtualLoop, WireClock, run


def test_an_hour_of_idle_takes_no_time() -> None:
    async def story(clock: VirtualClock) -> float:
        await asyncio.sleep(3600)
        return clock.now()

    begin = time.perf_counter()
    assert run(story) == EPOCH + 3600
    assert time.perf_counter() - begin < 1


@given(st.lists(st.floats(min_value=-10, max_value=1e6), max_size=50))
def test_time_never_goes_back_and_calls_come_in_order_of_time_then_of_scheduling(
    offsets: list[float],
) -> None:
    called: list[tuple[float, int]] = []

    async def story(clock: VirtualClock) -> None:
        def call(number: int) -> None:
            called.append((clock.now(), number))

        for number, offset in enumerate(offsets):
            when = clock.now() + offset
            clock.call_at(when, partial(call, number))
        await asyncio.sleep(2e6)

    run(story)
    times = [when for when, _ in called]
    assert times == sorted(times)
    due = [max(EPOCH, EPOCH + offset) for offset in offsets]
    assert [(when, number) for when, number in called if when > EPOCH] == sorted(
        (when, number) for number, when in enumerate(due) if when > EPOCH
    )
    assert len(called) == len(offsets)


@given(st.floats(min_value=EPOCH, max_value=EPOCH + 1e6))
def test_what_is_called_at_a_time_sees_exactly_that_time(when: float) -> None:
    async def story(clock: VirtualClock) -> float:
        seen: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        clock.call_at(when, lambda: seen.set_result(clock.now()))
        return await seen

    assert run(story) == when


def test_a_cancelled_call_does_not_come_and_leaves_no_litter() -> None:
    loop = VirtualLoop()
    called: list[int] = []
    for number in range(100_000):
        loop.call_at(1000.0 + number, called.append, number).cancel()
    assert len(loop._timetable.heap) < 200
    loop.call_at(5.0, loop.stop)
    loop.run_forever()
    loop.close()
    assert called == []


def test_a_wait_that_nothing_can_end_is_named() -> None:
    async def waits_for_nothing(clock: VirtualClock) -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Deadlock, match=r"nothing is scheduled at 0\.0.*waits_for_nothing, line \d+"):
        run(waits_for_nothing)


def test_a_story_that_spins_without_time_moving_is_stopped() -> None:
    async def story() -> None:
        while True:
            await asyncio.sleep(0)

    loop = VirtualLoop(stall_limit=1000)
    task = loop.create_task(story())
    with pytest.raises(Deadlock, match="1000 steps and time has not moved"):
        loop.run_until_complete(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()


def test_a_call_that_calls_itself_at_once_for_ever_is_stopped() -> None:
    loop = VirtualLoop(stall_limit=1000)

    def again() -> None:
        loop.call_at(loop.time(), again)

    again()
    with pytest.raises(Deadlock, match="time has not moved"):
        loop.run_forever()
    loop.close()


def test_a_world_that_turns_for_ever_without_ending_the_story_meets_the_horizon() -> None:
    loop = VirtualLoop(horizon=3600.0)

    def tick() -> None:
        loop.call_later(60, tick)

    tick()
    with pytest.raises(Deadlock, match="before the horizon"):
        loop.run_forever()
    assert loop.time() == 3600.0
    loop.close()


def test_what_a_callback_raises_is_raised_by_the_run() -> None:
    async def story(clock: VirtualClock) -> None:
        clock.call_at(clock.now() + 1, lambda: [][0])
        await asyncio.sleep(2)

    with pytest.raises(IndexError):
        run(story)


def test_timeouts_of_asyncio_are_virtual_too() -> None:
    async def story(clock: VirtualClock) -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(7200):
                await asyncio.Event().wait()
        return clock.now()

    assert run(story) == EPOCH + 7200


def test_there_are_no_sockets_in_virtual_time() -> None:
    async def story(clock: VirtualClock) -> None:
        with pytest.raises(NotImplementedError):
            asyncio.get_running_loop().add_reader(0, print)

    run(story)


def test_the_clock_of_the_wire_begins_at_the_hosts_time_and_goes_with_the_loop() -> None:
    async def story() -> tuple[float, float, float]:
        clock: Clock = WireClock(asyncio.get_running_loop())
        begin = clock.now()
        when, seen = begin + 0.001, asyncio.get_running_loop().create_future()
        clock.call_at(when, lambda: seen.set_result(clock.now()))
        return begin, when, await seen

    before = time.time()
    begin, when, seen = asyncio.run(story())
    assert before - 0.01 <= begin <= time.time() + 0.01
    assert seen >= when
