"""Which rows somebody wants to see: by subscriber, message, leg and failure, and without heartbeats."""

from collections.abc import Iterator, Mapping
from typing import Self

from msgspec import Struct

from ipsmgw.web.rows import Row, Rows
from mapstack.asn1.address import encode_tbcd

__all__ = ["BadFilter", "Filter"]

_MOST, _USUAL = 20_000, 1_000
_LONGEST = 200
_FAR = 1 << 62


class BadFilter(ValueError):
    """One sentence."""


class Filter(Struct, frozen=True, kw_only=True):
    """What is left out does not matter."""

    after: int = -1
    before: int = _FAR
    limit: int = _USUAL
    subscriber: str = ""
    message: str = ""
    legs: frozenset[str] = frozenset()
    failed: bool = False
    beats: bool = True

    @classmethod
    def read(cls, query: Mapping[str, str], *, most: int = _MOST) -> Self:
        """Out of a query string; BadFilter for what makes no sense."""
        subscriber, message = query.get("subscriber", ""), query.get("message", "")
        if max(len(subscriber), len(message)) > _LONGEST:
            raise BadFilter(f"subscriber and message have at most {_LONGEST} characters")
        legs = query.get("leg", "")
        return cls(
            after=_number(query, "after", -1),
            before=_number(query, "before", _FAR),
            limit=min(_number(query, "limit", _USUAL), most),
            subscriber=subscriber.strip().removeprefix("tel:").removeprefix("+"),
            message=message.strip(),
            legs=frozenset(leg.strip().lower() for leg in legs.split(",") if leg.strip()),
            failed=_truth(query, "failed"),
            beats=_truth(query, "beats", "true"),
        )

    def rows(self, rows: Rows) -> list[Row]:
        """Those that are wanted, the latest so many, the oldest first."""
        found: list[Row] = []
        for row in self._wanted(rows):
            found.append(row)
            if len(found) >= self.limit:
                break
        return found[::-1]

    def _wanted(self, rows: Rows) -> Iterator[Row]:
        """The latest first."""
        thread = rows.thread_of(self.message) if self.message else None
        threads = _threads_with(self.subscriber, rows) if self.subscriber else None
        for row in reversed(list(rows)):
            if row.number <= self.after:
                return
            if row.number >= self.before or not self._kind(row):
                continue
            if self.message and thread != row.thread and str(row.thread) != self.message:
                continue
            if threads is None or row.thread in threads:
                yield row

    def _kind(self, row: Row) -> bool:
        """What a row says of itself."""
        if (self.failed and not row.failed) or (row.beat and not self.beats):
            return False
        return not self.legs or row.leg.lower() in self.legs


def _number(query: Mapping[str, str], name: str, otherwise: int) -> int:
    text = query.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadFilter(f"{name}: a number is wanted, got {text[:40]!r}")
    return int(text)


def _truth(query: Mapping[str, str], name: str, otherwise: str = "false") -> bool:
    text = query.get(name, otherwise).lower()
    if text not in ("true", "false", "1", "0", ""):
        raise BadFilter(f"{name}: true or false is wanted, got {text[:40]!r}")
    return text in ("true", "1")


def _threads_with(subscriber: str, rows: Rows) -> frozenset[int]:
    """Of PDUs in which there is this number or name, as text or as MAP writes numbers."""
    needles = [subscriber.encode()]
    if subscriber.isascii() and subscriber.isdigit():
        needles.append(encode_tbcd(subscriber))
    return frozenset(
        row.thread for row, seen in rows.pdus(rows) if any(needle in seen.pdu.data for needle in needles)
    )
