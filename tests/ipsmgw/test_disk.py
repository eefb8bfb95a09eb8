"""The journal's file on a real disk: durable when it says so, and never when it does not know."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ipsmgw import syncer
from ipsmgw.disk import WireDisk
from ipsmgw.journal import Disk

LIMIT = 20.0


def synced(disk: Disk) -> asyncio.Future[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    disk.sync(lambda: done.set_result(None))
    return done


def gone(process: int) -> bool:
    """Ended; a zombie of somebody who is slow to look has ended too."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT):
        while not condition():
            await asyncio.sleep(0.005)


def test_what_was_synced_is_in_the_file(tmp_path: Path) -> None:
    async def story() -> None:
        disk = WireDisk(tmp_path / "journal")
        disk.append(b"one\n")
        disk.append(b"two\n")
        async with asyncio.timeout(LIMIT):
            await synced(disk)
        assert disk.read() == (tmp_path / "journal").read_bytes() == b"one\ntwo\n"
        disk.close()

    asyncio.run(story())


def test_a_file_is_continued_and_may_be_cut_back(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "journal"
        path.write_bytes(b"whole\nto")
        disk = WireDisk(path)
        disk.truncate(6)
        disk.append(b"next\n")
        async with asyncio.timeout(LIMIT):
            await synced(disk)
        disk.close()
        assert path.read_bytes() == b"whole\nnext\n"

    asyncio.run(story())


def test_syncs_asked_for_while_one_runs_are_answered_in_order(tmp_path: Path) -> None:
    async def story() -> None:
        disk = WireDisk(tmp_path / "journal")
        order: list[int] = []
        for number in range(100):
            disk.append(b"%d\n" % number)
            disk.sync(partial(order.append, number))
        await until(lambda: len(order) == 100)
        assert order == list(range(100))
        disk.close()

    asyncio.run(story())


def test_a_sync_may_be_asked_for_when_one_is_done(tmp_path: Path) -> None:
    async def story() -> None:
        disk = WireDisk(tmp_path / "journal")
        left = 50
        finished = asyncio.Event()

        def again() -> None:
            nonlocal left
            left -= 1
            disk.append(b"x")
            disk.sync(again) if left else finished.set()

        disk.sync(again)
        async with asyncio.timeout(LIMIT):
            await finished.wait()
        assert disk.read() == b"x" * 50
        disk.close()

    asyncio.run(story())


def test_when_the_helper_dies_nothing_is_called_durable_and_every_call_raises(tmp_path: Path) -> None:
    async def story() -> None:
        errors: list[OSError] = []
        disk = WireDisk(tmp_path / "journal", failed=errors.append)
        async with asyncio.timeout(LIMIT):
            await synced(disk)
        os.kill(disk.helper, signal.SIGSTOP)
        done: list[str] = []
        disk.append(b"x")
        disk.sync(lambda: done.append("pretended"))
        os.kill(disk.helper, signal.SIGKILL)
        await until(lambda: bool(errors))
        assert "gone" in str(errors[0])
        calls = partial(disk.append, b"y"), partial(disk.sync, lambda: None), partial(disk.truncate, 0)
        for call in calls:
            with pytest.raises(OSError, match="gone"):
                call()
        disk.close()
        assert done == []

    asyncio.run(story())


def test_a_failed_sync_reaches_the_loops_exception_handler_if_nobody_else_wants_it(tmp_path: Path) -> None:
    async def story() -> None:
        seen: list[object] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: seen.append(context["exception"])
        )
        disk = WireDisk(tmp_path / "journal")
        async with asyncio.timeout(LIMIT):
            await synced(disk)
        os.kill(disk.helper, signal.SIGKILL)
        await until(lambda: bool(seen))
        assert isinstance(seen[0], OSError)
        disk.close()

    asyncio.run(story())


def test_a_sync_that_the_disk_refuses_is_an_error_with_its_number() -> None:
    async def story() -> None:
        errors: list[OSError] = []
        disk = WireDisk(Path("/dev/full"), failed=errors.append)  # no file of a disk: fdatasync is EINVAL
        done: list[str] = []
        disk.sync(lambda: done.append("pretended"))
        await until(lambda: bool(errors))
        disk.close()
        assert (errors[0].errno, done) == (22, [])

    asyncio.run(story())


def test_a_write_that_fails_is_an_error_from_then_on() -> None:
    async def story() -> None:
        disk = WireDisk(Path("/dev/full"))
        for _ in range(2):
            with pytest.raises(OSError, match="No space left"):
                disk.append(b"x")
        disk.close()

    asyncio.run(story())


def test_the_helper_ends_when_the_disk_is_closed(tmp_path: Path) -> None:
    disk = WireDisk(tmp_path / "journal")
    disk.close()
    disk.close()
    assert gone(disk.helper)
    with pytest.raises(OSError, match="closed"):
        disk.append(b"x")


def test_the_helper_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from ipsmgw.disk import WireDisk\n"
        "disk = WireDisk(Path(sys.argv[1])); print(disk.helper, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "journal")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(syncer.__file__).parent.parent,
    ) as gateway:
        assert gateway.stdout is not None
        helper = int(gateway.stdout.readline())
        assert not gone(helper)
        gateway.kill()
    asyncio.run(until(lambda: gone(helper)))


def test_the_helper_outlives_the_signals_that_are_the_gateways_to_answer(tmp_path: Path) -> None:
    async def story() -> None:
        disk = WireDisk(tmp_path / "journal")
        async with asyncio.timeout(LIMIT):
            await synced(disk)
            os.kill(disk.helper, signal.SIGINT)
            os.kill(disk.helper, signal.SIGTERM)
            await synced(disk)
        assert not gone(disk.helper)
        disk.close()

    asyncio.run(story())
