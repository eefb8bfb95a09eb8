"""The virtual disk: what a finished sync covered is there after a crash, and nothing that was not written."""

import asyncio
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.journal import Disk
from lab.chance import Chance
from lab.clock import EPOCH, VirtualClock, run
from lab.disk import VirtualDisk
from lab.faults import ALL, NONE, Faults, Range

STEPS = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=20).map(lambda data: ("append", data)),
        st.floats(0, 0.1).map(lambda seconds: ("wait", seconds)),
        st.just(("sync", b"")),
    ),
    max_size=40,
)


def test_a_sync_takes_its_time() -> None:
    async def story(clock: VirtualClock) -> None:
        disk: Disk = VirtualDisk(clock, Chance(Random(1)), Faults(sync=Range(0.25, 0.25)))
        disk.append(b"x")
        done: list[float] = []
        disk.sync(lambda: done.append(clock.now()))
        assert done == []
        await asyncio.sleep(1)
        assert done == [EPOCH + 0.25]

    run(story)


@given(STEPS, st.integers(0, 2**32))
def test_after_a_crash_there_is_all_that_was_synced_and_a_beginning_of_the_rest(
    steps: list[tuple[str, bytes | float]], seed: int
) -> None:
    async def story(clock: VirtualClock) -> None:
        disk = VirtualDisk(clock, Chance(Random(seed)), ALL)
        written, promised = b"", b""

        def promise(content: bytes) -> None:
            nonlocal promised
            promised = max(promised, content, key=len)

        for kind, value in steps:
            if kind == "append":
                assert isinstance(value, bytes)
                disk.append(value)
                written += value
            elif kind == "wait":
                assert isinstance(value, float)
                await asyncio.sleep(value)
            else:
                disk.sync(partial(promise, written))
        assert disk.read() == written
        disk.crash()
        kept = disk.read()
        assert kept.startswith(promised)
        assert written.startswith(kept)
        before = promised
        await asyncio.sleep(10)
        assert (promised, disk.read()) == (before, kept)

    run(story)


def test_a_sync_covers_what_was_there_when_it_started_and_no_more() -> None:
    async def story(clock: VirtualClock) -> None:
        disk = VirtualDisk(clock, Chance(Random(1)), NONE)
        disk.append(b"first ")
        disk.sync(lambda: None)
        disk.append(b"second")
        await asyncio.sleep(1)
        disk.crash()
        assert disk.read() == b"first "

    run(story)


def test_a_sync_asked_for_while_one_runs_covers_what_is_there_then() -> None:
    async def story(clock: VirtualClock) -> None:
        disk = VirtualDisk(clock, Chance(Random(1)), NONE)
        done: list[str] = []
        disk.append(b"first ")
        disk.sync(lambda: done.append("first"))
        disk.append(b"second")
        disk.sync(lambda: done.append("second"))
        disk.sync(lambda: done.append("third"))
        await asyncio.sleep(1)
        disk.crash()
        assert (disk.read(), done, disk.syncs) == (b"first second", ["first", "second", "third"], 2)

    run(story)


def test_a_crash_may_tear_the_tail_anywhere() -> None:
    async def story(clock: VirtualClock) -> None:
        kept = set()
        for seed in range(200):
            disk = VirtualDisk(clock, Chance(Random(seed)), Faults(torn=1.0))
            disk.append(b"12345")
            disk.crash()
            kept.add(disk.read())
        assert kept == {b"", b"1", b"12", b"123", b"1234", b"12345"}

    run(story)


def test_truncation_is_durable_after_the_next_sync_and_not_before() -> None:
    async def story(clock: VirtualClock) -> None:
        disk = VirtualDisk(clock, Chance(Random(1)), NONE)
        disk.append(b"whole line\ntorn")
        disk.sync(lambda: None)
        await asyncio.sleep(1)
        disk.truncate(11)
        disk.crash()
        assert disk.read() == b"whole line\ntorn"
        disk.truncate(11)
        disk.append(b"next\n")
        disk.sync(lambda: None)
        await asyncio.sleep(1)
        disk.crash()
        assert disk.read() == b"whole line\nnext\n"

    run(story)


def test_truncation_during_a_sync_is_not_covered_by_it() -> None:
    async def story(clock: VirtualClock) -> None:
        disk = VirtualDisk(clock, Chance(Random(1)), NONE)
        disk.append(b"abcdef")
        disk.sync(lambda: None)
        disk.truncate(3)
        disk.append(b"XYZ!")
        await asyncio.sleep(1)
        disk.sync(lambda: None)
        await asyncio.sleep(1)
        disk.crash()
        assert disk.read() == b"abcXYZ!"

    run(story)


def test_a_full_disk_says_so() -> None:
    async def story(clock: VirtualClock) -> None:
        disk = VirtualDisk(clock, Chance(Random(1)), limit=4)
        disk.append(b"1234")
        with pytest.raises(OSError, match="full"):
            disk.append(b"5")

    run(story)
