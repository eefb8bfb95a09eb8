"""What is told of a run, as one documented object: what every report is made of (docs/verdicts.md)."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from ipsmgw.trace import Summaries
from lab.runner import ClockKind, Verdict
from lab.scenario import Scenario

__all__ = [
    "SCHEMA",
    "Arrow",
    "Count",
    "Expectation",
    "FaultChoice",
    "Outcome",
    "Report",
    "Result",
    "VirtualFaults",
    "count",
    "ladder_of",
    "not_played",
    "result_of",
]

SCHEMA: Literal["ipsmgw-lab-report-1"] = "ipsmgw-lab-report-1"

FaultChoice = Literal["none", "all", "coap"]
"""The last is for the wire alone."""
VirtualFaults = Literal["none", "all"]
Clock = Literal["virtual", "wire"]
Outcome = Literal["passed", "failed", "skipped"]


class Expectation(Struct, frozen=True):
    """What came true, and when: in seconds since the carrier was started."""

    time: float
    sentence: str


class Arrow(Struct, frozen=True, rename="camel"):
    """One PDU of a ladder."""

    time: float
    source: str
    target: str
    protocol: str
    label: str
    fate: str = ""
    """What became of it on its way; nothing where it arrived."""


class Result(Struct, kw_only=True, frozen=True, rename="camel"):
    """How one run of a scenario ended."""

    scenario: str
    clause: str
    what: str
    clock: Clock
    seed: int
    faults: FaultChoice = "none"
    quirks: str = "none"
    """The profile of quirks that elements had."""
    verdict: Outcome
    broken: str = ""
    """The expectation, or the laws, that did not hold."""
    instead: str = ""
    """What was there instead, where one can tell."""
    broken_at: float | None = None
    """When the story broke off; null where it came to its end."""
    reason: str = ""
    """Why it was not played, if it was not; or why, with these quirks or rules, only the laws judge."""
    duration: float = 0.0
    """Seconds of the carrier's own time."""
    took: float = 0.0
    """Seconds of ours."""
    again: str = ""
    """The command that plays it again."""
    pcap: str = ""
    """The file with what went over the links, if one was written."""
    pdus: int = 0
    expectations: tuple[Expectation, ...] = ()
    figures: dict[str, int] = {}
    """What has happened: messages sent, delivered, refused, datagrams lost …"""
    nodes: tuple[str, ...] = ()
    ladder: tuple[Arrow, ...] = ()
    """Of the first run of each scenario, and of those that failed."""
    picture: str = ""
    """The ladder as text, up to where the story broke off; of those that failed."""
    fewest_faults: tuple[str, ...] = ()
    """The fewest faults with which it fails, in words, if that was looked for."""

    @property
    def name(self) -> str:
        """Of its files."""
        return f"{self.scenario}-{self.clock}-{self.seed}{'' if self.plain else '-' + self.quirks}"

    @property
    def plain(self) -> bool:
        """Without quirks."""
        return self.quirks == "none"

    @property
    def title(self) -> str:
        """For those who read."""
        return self.scenario if self.plain else f"{self.scenario}, {self.quirks}"


class Count(Struct, frozen=True):
    """How many."""

    passed: int
    failed: int
    skipped: int


class Report(Struct, kw_only=True, frozen=True, rename="camel"):
    """All that was asked for at once."""

    schema: Literal["ipsmgw-lab-report-1"] = SCHEMA
    version: str
    """Of ipsmgw."""
    command: str
    started: str
    """In UTC, as ISO 8601 has it."""
    took: float
    count: Count
    results: list[Result]


def result_of(verdict: Verdict, scenario: Scenario, faults: FaultChoice, took: float) -> Result:
    """All but the ladder, and where files are."""
    outcome: Outcome = "skipped" if verdict.skipped else "passed" if verdict.passed else "failed"
    return Result(
        scenario=scenario.name,
        clause=scenario.clause,
        what=scenario.what,
        clock=verdict.clock.value,
        seed=verdict.seed,
        faults=faults,
        verdict=outcome,
        broken=verdict.broken or "",
        instead=verdict.instead,
        broken_at=None if verdict.broken_at is None else _since(verdict, verdict.broken_at),
        reason=verdict.skipped,
        duration=round(verdict.duration, 6),
        took=round(took, 3),
        pdus=len(verdict.pdus),
        expectations=tuple(Expectation(_since(verdict, when), what) for when, what in verdict.seen),
        figures=dict(sorted(verdict.tally.items())),
        nodes=verdict.nodes,
    )


def not_played(scenario: Scenario, clock: ClockKind, seed: int, reason: str, quirks: str) -> Result:
    """A run that there was not."""
    return Result(
        scenario=scenario.name,
        clause=scenario.clause,
        what=scenario.what,
        clock=clock.value,
        seed=seed,
        verdict="skipped",
        reason=reason,
        quirks=quirks,
    )


def count(results: Iterable[Result]) -> Count:
    """How many of each."""
    verdicts = [result.verdict for result in results]
    return Count(*(verdicts.count(outcome) for outcome in ("passed", "failed", "skipped")))


def ladder_of(verdict: Verdict) -> tuple[Arrow, ...]:
    """Every PDU with its label."""
    summaries = Summaries()
    return tuple(
        Arrow(_since(verdict, pdu.when), pdu.source, pdu.target, pdu.protocol, summaries.label(pdu), pdu.fate)
        for pdu in verdict.pdus
    )


def _since(verdict: Verdict, when: float) -> float:
    return round(when - verdict.began, 6)
