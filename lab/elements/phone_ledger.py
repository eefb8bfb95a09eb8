"""What a phone has sent and received, as plain records: the laws read them (DESIGN §10)."""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import NamedTuple

from lab.elements.domain import Domain
from sipbridge.rp import RpAck, RpError

__all__ = [
    "LEDGER",
    "PhoneLedger",
    "Received",
    "Report",
    "Said",
    "Sent",
    "SentState",
    "Smma",
    "Spell",
    "Text",
]

LEDGER = 100_000
"""Records that an element keeps of each kind."""


class SentState(Enum):
    """Where a short message that the phone sends stands (TS 24.011 §6.3.1)."""

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    FAILED = "failed"
    GIVEN_UP = "given up"

    @property
    def final(self) -> bool:
        return self not in (SentState.QUEUED, SentState.SENT, SentState.ACCEPTED)


class Spell(NamedTuple):
    """From when to when."""

    since: float
    until: float


class Report(NamedTuple):
    """A submit report, and when it came."""

    when: float
    rpdu: RpAck | RpError
    call_id: str


@dataclass(slots=True)
class Sent:
    """One MO: `status` is the SIP answer (408 for none), `reports` has more than one if somebody erred."""

    to: str
    tpdu: bytes
    rp_mr: int
    """Also its TP-MR."""
    when: float
    call_id: str = ""
    status: int | None = None
    state: SentState = SentState.QUEUED
    reports: list[Report] = field(default_factory=list)
    ended: float | None = None
    domain: Domain = Domain.IMS
    """Which way it has gone; only in the IMS it has a Call-ID and a status."""

    @property
    def report(self) -> RpAck | RpError | None:
        """The first report."""
        return self.reports[0].rpdu if self.reports else None


@dataclass(slots=True)
class Text:
    """One plain text: `status` is its final answer (408 for none)."""

    to: str
    text: str
    when: float
    call_id: str = ""
    status: int | None = None
    ended: float | None = None


@dataclass(slots=True)
class Smma:
    """One RP-SMMA; repeated after TRAM it is another one."""

    to: str
    rp_mr: int
    when: float
    call_id: str = ""
    status: int | None = None
    reports: list[Report] = field(default_factory=list)


@dataclass(slots=True)
class Said:
    """Octets in the place of an RPDU that the phone was made to send; `status` as of a text."""

    rpdu: bytes
    call_id: str = ""
    status: int | None = None
    reports: list[Report] = field(default_factory=list)


@dataclass(slots=True)
class Received:
    """One MT: `reported` is the SIP answer to the delivery report, None while there is none."""

    tpdu: bytes
    text: str | None
    sender: str
    call_id: str
    rp_mr: int
    when: float
    answer: str
    """What the phone made of it: ack, error CAUSE, status CODE, or nothing; text where it came as such."""
    reported: int | None = None
    report_attempts: int = 0
    domain: Domain = Domain.IMS
    """Which way it has come; only in the IMS it has a Call-ID."""


@dataclass(slots=True)
class PhoneLedger:
    """Survives when the phone is restarted."""

    sent: deque[Sent] = field(default_factory=lambda: deque(maxlen=LEDGER))
    smma: deque[Smma] = field(default_factory=lambda: deque(maxlen=LEDGER))
    notices: int = 0
    """RP-Message-References used for them."""
    told_full: str = ""
    """Whom it has told that its memory is full and not yet that there is room: the flag in EF_SMSS."""
    texts: deque[Text] = field(default_factory=lambda: deque(maxlen=LEDGER))
    said: deque[Said] = field(default_factory=lambda: deque(maxlen=LEDGER))
    received: deque[Received] = field(default_factory=lambda: deque(maxlen=LEDGER))
    inbox: deque[str] = field(default_factory=lambda: deque(maxlen=LEDGER))
    """Whole texts, put together from their parts."""
    unmatched: int = 0
    """Reports that belonged to nothing and were answered 488."""
    uncovered: deque[Spell] = field(default_factory=lambda: deque(maxlen=LEDGER))
    """When the phone was out of coverage."""

    def left_coverage(self, now: float) -> None:
        if not self.uncovered or self.uncovered[-1].until <= now:
            self.uncovered.append(Spell(now, inf))

    def back_in_coverage(self, now: float) -> None:
        if self.uncovered:
            since, until = self.uncovered[-1]
            self.uncovered[-1] = Spell(since, min(until, now))
