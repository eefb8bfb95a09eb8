"""The witness of the disk: when each octet became durable."""

from math import inf

from lab.witness import Durability, WitnessedDisk


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def call_at(self, when: float, callback: object) -> "Clock":
        return self

    def cancel(self) -> None: ...


class SlowDisk:
    """Its syncs end when the test says so."""

    def __init__(self) -> None:
        self.content = b""
        self.asked: list[object] = []

    def append(self, data: bytes) -> None:
        self.content += data

    def sync(self, done: object) -> None:
        self.asked.append(done)

    def size(self) -> int:
        return len(self.content)

    def read(self, start: int = 0) -> bytes:
        return self.content[start:]

    def truncate(self, size: int) -> None:
        self.content = self.content[:size]

    def close(self) -> None: ...

    def finish(self) -> None:
        done = self.asked.pop(0)
        assert callable(done)
        done()


def test_an_octet_is_durable_from_the_first_sync_that_covers_it() -> None:
    clock, slow, durability = Clock(), SlowDisk(), Durability()
    disk = WitnessedDisk(slow, clock, durability)
    told: list[str] = []
    disk.append(b"one\n")
    disk.sync(lambda: told.append("one"))
    disk.append(b"two\n")
    assert durability.since(4) == inf
    clock.time = 1.0
    slow.finish()
    assert told == ["one"]
    assert durability.since(4) == 1.0
    assert durability.since(8) == inf
    disk.sync(lambda: told.append("two"))
    clock.time = 2.0
    slow.finish()
    assert durability.since(8) == 2.0
    assert durability.since(4) == 1.0


def test_what_was_cut_off_and_written_again_is_durable_from_the_second_time() -> None:
    clock, slow, durability = Clock(), SlowDisk(), Durability()
    slow.content = b"one\nhalf a li"
    disk = WitnessedDisk(slow, clock, durability)
    clock.time = 1.0
    disk.truncate(4)
    disk.append(b"another\n")
    disk.sync(lambda: None)
    clock.time = 2.0
    slow.finish()
    assert durability.since(4) == 0.0
    assert durability.since(12) == 2.0
