"""What is said of a message: sections of lines, as JSON and as text."""

from datetime import UTC, datetime

from msgspec import Struct

__all__ = ["Explanation", "Found", "Line", "Section", "clock", "lasting"]

_WHAT, _VALUE = 19, 34


class Line(Struct, frozen=True, omit_defaults=True):
    """One fact, and where it is from or why it is so."""

    what: str
    value: str
    why: str = ""


class Section(Struct, frozen=True):
    title: str
    lines: tuple[Line, ...]


class Explanation(Struct, frozen=True):
    """Of one message; `outcome` is that of its charging record, or "under way"."""

    id: str
    record: str
    outcome: str
    sentence: str
    sections: tuple[Section, ...]
    ladder: str
    account: tuple[str, ...] = ()
    """The same in a few sentences."""

    @property
    def text(self) -> str:
        """For people."""
        rows = [f"{self.id}: {self.sentence}", *self.account]
        for section in self.sections:
            rows += ["", section.title]
            rows += [_row(line) for line in section.lines]
        return "\n".join([*rows, "", self.ladder] if self.ladder else rows)


class Found(Struct, frozen=True):
    """A message that somebody may have meant, in a list of them."""

    id: str
    record: str
    outcome: str
    received: float
    msisdn: str
    imsi: str
    other: str

    @property
    def text(self) -> str:
        """One line."""
        kind = "MO to" if self.record.endswith("MO") else "MT from"
        who = self.msisdn or self.imsi
        return f"{clock(self.received)}  {self.id:<22} {who} {kind} {self.other or '?'}: {self.outcome}"


def clock(when: float) -> str:
    """Time of day, UTC."""
    return f"{datetime.fromtimestamp(when, UTC):%H:%M:%S.%f}"[:-3]


def lasting(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _row(line: Line) -> str:
    return f"  {line.what:{_WHAT}} {line.value:{_VALUE}} {line.why}".rstrip()
