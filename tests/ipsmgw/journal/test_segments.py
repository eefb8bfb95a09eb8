"""The journal begins anew when it is large or old, between two groups, and closes what it has."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from ipsmgw.app import LoopClock
from ipsmgw.disk import WireDisk
from ipsmgw.journal.closing import Closing
from ipsmgw.journal.segments import Segments
from ipsmgw.settings import JournalSettings

LIMIT = 20.0
RECORD = b'{"id":"x","record":"ISMSMO","outcome":"delivered","time":1.0,"received":0.5}\n'


def play(folder: Path, settings: JournalSettings, told: Callable[[Segments], object]) -> list[str]:
    """The names of the files that are there when all of them are whole."""

    async def story() -> list[str]:
        clock = LoopClock(asyncio.get_running_loop())
        where = Closing(folder / "cdr.jsonl", folder / "cdr", "gw", "", settings.formats)
        segments = Segments(WireDisk(where.journal), settings, where, clock)
        expected = told(segments)
        async with asyncio.timeout(LIMIT):
            while isinstance(expected, asyncio.Future) and not expected.done():
                await asyncio.sleep(0.005)
            while len(list(where.folder.glob("[!.]*"))) < 1:
                await asyncio.sleep(0.005)
        segments.close()
        return sorted(path.name.partition(".")[0] for path in where.folder.glob("[!.]*"))

    return asyncio.run(story())


def test_a_large_journal_is_closed_before_the_next_group(tmp_path: Path) -> None:
    def two_groups(segments: Segments) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def second() -> None:
            segments.append(RECORD * 3)
            assert segments.size() == 3 * len(RECORD)
            segments.sync(lambda: done.set_result(None))

        segments.append(RECORD * 2)
        segments.sync(second)
        return done

    assert play(tmp_path, JournalSettings(size=len(RECORD), formats=("jsonl",)), two_groups) == ["gw_-_1"]
    (file,) = (tmp_path / "cdr").glob("[!.]*")
    assert file.read_bytes().count(b"\n") == 2
    assert (tmp_path / "cdr.jsonl").read_bytes() == RECORD * 3


def test_an_old_journal_is_closed_though_nothing_comes(tmp_path: Path) -> None:
    def one_group(segments: Segments) -> None:
        segments.append(RECORD)
        segments.sync(lambda: None)

    assert play(tmp_path, JournalSettings(after=0.05, formats=("ber",)), one_group) == ["gw_-_1"]


def test_what_the_life_before_left_is_closed(tmp_path: Path) -> None:
    (tmp_path / "cdr.jsonl.7-size").write_bytes(RECORD)
    assert play(tmp_path, JournalSettings(formats=("ber",)), lambda _: None) == ["gw_-_7"]


def test_a_journal_that_cannot_be_closed_is_continued(tmp_path: Path, caplog: object) -> None:
    async def story() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        where = Closing(tmp_path / "cdr.jsonl", tmp_path / "cdr", "gw", "", ("ber",))
        segments = Segments(WireDisk(where.journal), JournalSettings(size=1), where, clock)
        done = asyncio.Event()
        segments.append(RECORD)
        segments.sync(done.set)
        segments.append(RECORD)  # its sync runs: to begin anew now would lose sight of it
        async with asyncio.timeout(LIMIT):
            await done.wait()
        assert segments.size() == 2 * len(RECORD)
        segments.close()

    asyncio.run(story())
    assert (tmp_path / "cdr.jsonl").read_bytes() == RECORD * 2
