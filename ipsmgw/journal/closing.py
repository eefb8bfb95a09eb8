"""From segments of the journal to the files that mediation fetches: each file once, and only when whole.

A segment is converted into hidden files first. Its renaming to `.converted` is the point from which on they
will get their names, whatever happens; before it, all of it is done again. Who has fetched a file and removed
it never sees it again.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from ipsmgw.cdr import Cdr, decode
from ipsmgw.charging import BadCdrFile, CdrFile, ClosureReason, read_head, record_of, write_cdr_file
from ipsmgw.disk import sync_directory

__all__ = ["FORMATS", "Closing", "close_all", "left_over", "segment"]

_CONVERTED, _PART = ".converted", ".part"
_SEGMENT = re.compile(r"\.([0-9]{1,10})(?:-([a-z-]+))?(\.converted)?")
_LAST = ".last"
_REASONS = {"size": ClosureReason.SIZE_LIMIT, "time": ClosureReason.OPEN_TIME_LIMIT}


class Closing(NamedTuple):
    """Where the journal is, where closed files go, and what they say of the node."""

    journal: Path
    folder: Path
    node: str
    address: str
    formats: tuple[str, ...]


class _Segment(NamedTuple):
    number: int
    reason: ClosureReason
    path: Path
    converted: bool


def segment(journal: Path, folder: Path, reason: str) -> Path:
    """The name that the journal gets when it is closed; `reason` is size or time."""
    return journal.with_name(f"{journal.name}.{_last_number(journal, folder) + 1}-{reason}")


def left_over(journal: Path) -> bool:
    """Whether there is something to be closed."""
    return any(True for _ in _segments(journal))


def close_all(closing: Closing) -> list[Path]:
    """Make files of all segments, the oldest first; tells which ones are new."""
    closing.folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    with _alone(closing.folder):
        for each in sorted(_segments(closing.journal)):
            ready = each if each.converted else _convert(each, closing)
            made += _name(ready, closing)
    return made


def _convert(one: _Segment, closing: Closing) -> _Segment:
    for old in closing.folder.glob(f".{_stem(one, closing)}.*{_PART}"):
        old.unlink()
    records = _records(one.path)
    for name in closing.formats:
        octets = FORMATS[name](records, one, closing)
        when = datetime.fromtimestamp(records[0].time if records else 0.0, UTC)
        _write(closing.folder / f".{_stem(one, closing)}.{when:%Y%m%d_-_%H%M%S}+0000.{name}{_PART}", octets)
    sync_directory(closing.folder)
    converted = one.path.with_name(one.path.name + _CONVERTED)
    one.path.rename(converted)
    sync_directory(converted.parent)
    return one._replace(path=converted, converted=True)


def _records(path: Path) -> list[Cdr]:
    records = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            records.append(decode(line))
        except msgspec.DecodeError as fault:
            raise BadCdrFile(f"{path}, line {number}: {fault}") from None
    return records


def _name(one: _Segment, closing: Closing) -> list[Path]:
    parts = sorted(closing.folder.glob(f".{_stem(one, closing)}.*{_PART}"))
    made = [part.rename(part.with_name(part.name[1:].removesuffix(_PART))) for part in parts]
    _remember(closing.folder, one.number)
    sync_directory(closing.folder)
    one.path.unlink()
    return made


def _stem(one: _Segment, closing: Closing) -> str:
    """Node and running count, as file names begin (TS 32.297 §6.2)."""
    return f"{closing.node}_-_{one.number}"


def _as_ber(records: Sequence[Cdr], one: _Segment, closing: Closing) -> bytes:
    first, last = (records[0].time, records[-1].time) if records else (0.0, 0.0)
    octets = [record_of(cdr, number).encode() for number, cdr in enumerate(records, 1)]
    return write_cdr_file(CdrFile(first, last, one.number, one.reason, closing.address, octets))


def _as_json_lines(records: Sequence[Cdr], one: _Segment, closing: Closing) -> bytes:
    return b"".join(msgspec.json.encode(_in_words(cdr)) + b"\n" for cdr in records)


def _in_words(cdr: Cdr) -> Mapping[str, object]:
    """What the head of the TPDU says stands in it in words."""
    said: dict[str, object] = msgspec.to_builtins(cdr, enc_hook=str)
    said.pop("head", None)
    head = read_head(cdr.head, from_phone=cdr.record == "ISMSMO")
    part = (head.part.reference, head.part.sequence, head.part.total) if head.part else None
    more = {
        "protocol_identifier": head.protocol_identifier,
        "data_coding": head.data_coding,
        "report_requested": head.report_requested or None,
        "reply_path": head.reply_path or None,
        "user_data_header": head.user_data_header.hex() or None,
        "part": part,
        "status": head.status,
    }
    return said | {name: value for name, value in more.items() if value is not None}


FORMATS: Mapping[str, Callable[[Sequence[Cdr], _Segment, Closing], bytes]] = {
    "ber": _as_ber,
    "jsonl": _as_json_lines,
}


def _segments(journal: Path) -> Iterator[_Segment]:
    for path in journal.parent.glob(f"{journal.name}.*"):
        found = _SEGMENT.fullmatch(path.name.removeprefix(journal.name))
        if found is not None:
            reason = _REASONS.get(found[2] or "", ClosureReason.NORMAL)
            yield _Segment(int(found[1]), reason, path, found[3] is not None)


def _last_number(journal: Path, folder: Path) -> int:
    return max([_remembered(folder), *(each.number for each in _segments(journal))])


def _remembered(folder: Path) -> int:
    try:
        return int((folder / _LAST).read_text())
    except (OSError, ValueError):
        return 0


def _remember(folder: Path, number: int) -> None:
    """So that numbers go on when all files have been fetched."""
    _write(folder / f"{_LAST}{_PART}", str(number).encode())
    (folder / f"{_LAST}{_PART}").rename(folder / _LAST)


def _write(path: Path, octets: bytes) -> None:
    with path.open("wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time; the next waits."""
    with (folder / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
