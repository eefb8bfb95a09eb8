"""The journal: nothing is released before it is durable, groups follow the disk, half a line is forgotten."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.cdr import Cdr, decode, encode
from ipsmgw.journal import Disk, Journal
from tests.ipsmgw.paper import Paper


def cdr(number: int) -> Cdr:
    return Cdr(f"gw-0.1-{number}", "ISMSMO", "delivered", 1000.5, 1000.25, msisdn="15551234567", size=17)


class Desk:
    """A journal, and what it has released, group by group."""

    def __init__(self, disk: Disk) -> None:
        self.groups: list[list[int]] = []
        self.journal: Journal[int] = Journal(disk, self.groups.append)

    def record(self, *numbers: int) -> None:
        """One batch of inputs."""
        for number in numbers:
            self.journal.append(cdr(number), number)
        self.journal.flush()


def lines(octets: bytes) -> list[Cdr]:
    return [decode(line) for line in octets.splitlines(keepends=True)]


def test_a_record_reads_back_as_it_was_written() -> None:
    assert decode(encode(cdr(7))) == cdr(7)
    assert b"\n" not in encode(cdr(7))


def test_nothing_is_released_before_the_sync_is_done() -> None:
    paper = Paper()
    desk = Desk(paper)
    desk.record(1, 2)
    assert desk.groups == []
    assert desk.journal.pending == 2
    assert lines(paper.read()) == [cdr(1), cdr(2)]
    paper.finish()
    assert desk.groups == [[1, 2]]
    assert desk.journal.pending == 0


def test_a_batch_without_records_asks_nothing_of_the_disk() -> None:
    paper = Paper()
    Desk(paper).record()
    assert paper.syncing == 0
    assert paper.read() == b""


def test_what_comes_while_a_group_is_synced_is_the_next_group() -> None:
    paper = Paper()
    desk = Desk(paper)
    desk.record(1)
    desk.record(2)
    desk.record(3, 4)
    assert paper.syncing == 1
    assert lines(paper.read()) == [cdr(1)]
    paper.finish()
    desk.journal.flush()
    paper.finish()
    assert desk.groups == [[1], [2, 3, 4]]
    assert (desk.journal.written, desk.journal.groups) == (4, 2)


def test_what_is_released_may_record_again_in_the_same_turn() -> None:
    paper = Paper()
    released: list[int] = []

    def release(group: list[int]) -> None:
        released.extend(group)
        if group == [1]:
            journal.append(cdr(2), 2)
        journal.flush()

    journal: Journal[int] = Journal(paper, release)
    journal.append(cdr(1), 1)
    journal.flush()
    paper.finish()
    paper.finish()
    assert released == [1, 2]
    assert lines(paper.durable) == [cdr(1), cdr(2)]


def test_a_crash_between_append_and_sync_releases_nothing() -> None:
    paper = Paper()
    desk = Desk(paper)
    desk.record(1)
    paper.finish()
    desk.record(2)
    after = paper.crash()
    Desk(after)
    assert desk.groups == [[1]]
    assert lines(after.read()) == [cdr(1)]


def test_half_a_line_at_the_end_is_cut_off_and_overwritten() -> None:
    paper = Paper()
    desk = Desk(paper)
    desk.record(1)
    paper.finish()
    desk.record(2)
    after = paper.crash(torn=9)
    Desk(after).record(3)
    assert lines(after.read()) == [cdr(1), cdr(3)]


def test_a_file_of_half_a_line_is_emptied() -> None:
    paper = Paper(b'{"id":"gw')
    Desk(paper)
    assert paper.read() == b""


@pytest.mark.parametrize("torn", [b"", b"half", b"x" * 200_000])
def test_of_a_large_journal_only_the_end_is_read(torn: bytes) -> None:
    whole = b'{"id":"gw"}\n' * 100_000
    paper = Paper(whole + torn)
    Desk(paper)
    assert paper.most_read <= 4 * max(len(torn), 64 * 1024)
    assert paper.read() == whole


def test_closing_closes_the_disk() -> None:
    paper = Paper()
    Desk(paper).journal.close()
    assert paper.closed


@given(st.lists(st.sampled_from("rrrfs")), st.integers(0, 400))
def test_what_was_released_is_durable_in_its_order_whatever_the_disk_does(
    story: list[str], torn: int
) -> None:
    paper = Paper()
    desk = Desk(paper)
    number = 0
    for step in story:
        if step == "r":
            number += 1
            desk.journal.append(cdr(number), number)
        elif step == "f":
            desk.journal.flush()
        elif paper.syncing:
            paper.finish()
    after = paper.crash(torn)
    Desk(after)
    released = [each for group in desk.groups for each in group]
    kept = [record.id for record in lines(after.read())]
    assert released == list(range(1, len(released) + 1))
    assert kept[: len(released)] == [cdr(each).id for each in released]
    assert desk.journal.pending == number - len(released)


@pytest.mark.parametrize("line", [b"", b"{}\n", b'{"id":1}\n', b"\xff\n"])
def test_what_is_no_record_is_not_read_as_one(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(line)
