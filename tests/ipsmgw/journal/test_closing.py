"""Segments of the journal become files: whole, once, and none is lost, whenever the process dies."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from ipsmgw.cdr import Cdr, encode
from ipsmgw.charging import BadCdrFile, head_of, read_cdr_file
from ipsmgw.journal.closing import Closing, close_all, left_over, segment

SUBMIT = bytes.fromhex("61070b9151550110020000080a05000342030100480069")


class Died(Exception):
    """The power is gone."""


def cdr(number: int) -> Cdr:
    return Cdr(
        id=f"gw-0.1-{number}",
        record="ISMSMO",
        outcome="delivered",
        time=1_795_866_300.0 + number,
        received=1_795_866_300.0,
        node="gw",
        head=head_of(SUBMIT, from_phone=True),
    )


def closing(folder: Path) -> Closing:
    return Closing(folder / "cdr.jsonl", folder / "cdr", "gw", "127.0.0.1", ("ber", "jsonl"))


def closed(folder: Path, *numbers: int, reason: str = "time") -> None:
    """The journal with these records has been closed."""
    journal = folder / "cdr.jsonl"
    journal.write_bytes(b"".join(encode(cdr(number)) + b"\n" for number in numbers))
    journal.rename(segment(journal, folder / "cdr", reason))


def fetched(folder: Path) -> Iterator[tuple[str, bytes]]:
    """As mediation does it: what has a name is taken, and removed."""
    for path in sorted((folder / "cdr").glob("[!.]*")):
        yield path.name, path.read_bytes()
        path.unlink()


def test_a_segment_becomes_a_file_of_each_format(tmp_path: Path) -> None:
    closed(tmp_path, 1, 2, reason="size")
    names = [path.name for path in close_all(closing(tmp_path))]
    assert names == ["gw_-_1.20261128_-_114501+0000.ber", "gw_-_1.20261128_-_114501+0000.jsonl"]
    files = dict(fetched(tmp_path))
    assert list(files) == names
    sequence, records = read_cdr_file(files[names[0]])
    assert (sequence, len(records)) == (1, 2)
    assert files[names[0]][26] == 1  # closed for its size
    lines = [msgspec.json.decode(line) for line in files[names[1]].splitlines()]
    assert [line["id"] for line in lines] == ["gw-0.1-1", "gw-0.1-2"]
    assert "head" not in lines[0]
    assert (lines[0]["data_coding"], lines[0]["part"], lines[0]["report_requested"]) == (8, [66, 1, 3], True)
    assert not left_over(tmp_path / "cdr.jsonl")


def test_numbers_go_on_when_all_files_have_been_fetched(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        closed(tmp_path, number)
        names = [path.name for path in close_all(closing(tmp_path))]
        assert all(name.startswith(f"gw_-_{number}.") for name in names)
        assert len(list(fetched(tmp_path))) == 2


def test_several_segments_are_closed_in_their_order(tmp_path: Path) -> None:
    for number in range(1, 12):
        closed(tmp_path, number)
    names = [path.name.partition(".")[0] for path in close_all(closing(tmp_path)) if path.suffix == ".ber"]
    assert names == [f"gw_-_{number}" for number in range(1, 12)]


def test_a_line_that_is_no_record_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    closed(tmp_path, 1)
    (broken,) = tmp_path.glob("cdr.jsonl.*")
    with broken.open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(BadCdrFile, match=r"cdr\.jsonl\.1-time, line 2: "):
        close_all(closing(tmp_path))
    assert broken.exists()
    assert list(fetched(tmp_path)) == []


def test_whenever_it_dies_each_file_is_there_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for steps in range(40):
        folder = tmp_path / str(steps)
        folder.mkdir()
        closed(folder, 1, 2)
        with monkeypatch.context() as patch:
            died = dies_after(steps, closing(folder), patch)
        found = list(fetched(folder))
        close_all(closing(folder))
        found += fetched(folder)
        assert sorted(name.rpartition(".")[2] for name, _ in found) == ["ber", "jsonl"], steps
        assert not left_over(folder / "cdr.jsonl")
        if not died:
            assert steps > 10
            return
    pytest.fail("it never came to its end")


def dies_after(steps: int, what: Closing, patch: pytest.MonkeyPatch) -> bool:
    left = [steps]

    def dying(step: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            if not left[0]:
                raise Died
            left[0] -= 1
            return step(*arguments)

        return run

    for owner, name in ((Path, "rename"), (Path, "unlink"), (os, "fsync")):
        patch.setattr(owner, name, dying(getattr(owner, name)))
    try:
        close_all(what)
    except Died:
        return True
    return False
