"""From a run that fails to the fewest faults with which it still does: delta debugging (DESIGN §10)."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import DecodeError, Struct, ValidationError, json

from lab.chance import Chances
from lab.clock import Deadlock
from lab.faults import Faults
from lab.plan import Plan
from lab.quirks.profile import PLAIN, Profile
from lab.recorded import TIMES, Choice, Listed, Recording, happens_at
from lab.runner import Verdict, run
from lab.scenario import Scenario

__all__ = ["BadFaultFile", "Failed", "FaultFile", "Shrunk", "read_faults", "shrink", "write_faults"]

_LAW = re.compile(r"law \d+:")

Step = Callable[[int, int], None]
"""Told after each attempt: how many there were, and how many faults are left."""


class FaultFile(Struct, kw_only=True, frozen=True):
    """A run with these faults and no others; what `ipsmgw-lab run --only-faults` reads."""

    format: Literal["ipsmgw-lab-faults-1"] = "ipsmgw-lab-faults-1"
    scenario: str
    seed: int
    quirks: str = PLAIN.name
    faults: Literal["all"] = "all"
    broken: str
    choices: list[Choice]


class BadFaultFile(ValueError):
    """It cannot be read; in a sentence."""


class Shrunk(Struct, frozen=True):
    """The fewest faults that were found; `least` tells whether without any one of them the run passes."""

    verdict: Verdict
    choices: list[Choice]
    attempts: int
    least: bool


class Failed(NamedTuple):
    """The run that failed."""

    scenario: Scenario
    seed: int
    faults: Faults
    carrier: Plan = Plan()
    profile: Profile = PLAIN

    def play(self, chances: Chances) -> Verdict:
        """Once more, with other choices."""
        return run(
            self.scenario,
            seed=self.seed,
            faults=self.faults,
            chances=chances,
            carrier=self.carrier,
            profile=self.profile,
        )


class _Attempts:
    """Plays with some of the choices, and looks whether the same thing breaks; so often at most."""

    def __init__(self, failed: Failed, limit: int, step: Step) -> None:
        self._failed = failed
        self._step = step
        self.left = limit
        self.made = 0
        self.wanted: list[str] = []
        self.last: Verdict

    def record(self) -> list[Choice]:
        """As the seed has it: what breaks is what must break from now on."""
        recording = Recording()
        self.last = self._failed.play(recording)
        self.wanted = _kinds(self.last)[:1]
        return recording.choices

    def fails(self, choices: Sequence[Choice]) -> bool:
        """Whether it fails with no others than these."""
        self.left -= 1
        self.made += 1
        try:
            verdict = self._failed.play(Listed(choices))
        except Deadlock:
            return False
        fails = self.wanted[0] in _kinds(verdict)
        if fails:
            self.last = verdict
        self._step(self.made, len(choices) if fails else -1)
        return fails


def _kinds(verdict: Verdict) -> list[str]:
    """What makes two failures the same: a law that is broken, or the expectation."""
    broken = verdict.broken or ""
    return _LAW.findall(broken) or ([broken] if broken else [])


def shrink(failed: Failed, *, limit: int = 500, step: Step = lambda made, left: None) -> Shrunk | None:
    """The fewest faults; None where the run does not fail, or not with its own choices played again."""
    attempts = _Attempts(failed, limit, step)
    choices = attempts.record()
    if not attempts.wanted or not attempts.fails(choices):
        return None
    if attempts.fails([]):
        return Shrunk(attempts.last, [], attempts.made, least=True)
    choices = _without_kinds(attempts, choices)
    choices, least = _fewest(attempts, choices)
    return Shrunk(attempts.last, sorted(choices, key=happens_at), attempts.made, least)


def _without_kinds(attempts: _Attempts, choices: list[Choice]) -> list[Choice]:
    """Whole kinds of choices first: how long things take, then those of which there are most."""
    kinds = [kind for kind, _ in Counter(choice.kind for choice in choices).most_common()]
    for group in (TIMES, *((kind,) for kind in kinds)):
        rest = [choice for choice in choices if choice.kind not in group]
        if len(rest) < len(choices) and attempts.left > 0 and attempts.fails(rest):
            choices = rest
    return choices


def _fewest(attempts: _Attempts, choices: list[Choice]) -> tuple[list[Choice], bool]:
    """Delta debugging (Zeller, Hildebrandt 2002): leave out parts, ever smaller ones, down to one choice."""
    size = max(1, len(choices) // 2)
    while choices:
        rest = _shorter(attempts, choices, size)
        if attempts.left <= 0:
            return rest, False
        if len(rest) == len(choices) and size == 1:
            return rest, True
        size = max(1, min(size // 2 if len(rest) == len(choices) else size, len(rest) // 2))
        choices = rest
    return choices, True


def _shorter(attempts: _Attempts, choices: list[Choice], size: int) -> list[Choice]:
    """Without each part of this size that is not needed."""
    start = 0
    while start < len(choices) and attempts.left > 0:
        rest = choices[:start] + choices[start + size :]
        if attempts.fails(rest):
            choices = rest
        else:
            start += size
    return choices


def write_faults(path: Path, found: FaultFile) -> None:
    """For `--only-faults`."""
    path.write_bytes(json.format(json.encode(found), indent=1) + b"\n")


def read_faults(path: Path) -> FaultFile:
    """What `write_faults` has written, or somebody by hand."""
    try:
        return json.decode(path.read_bytes(), type=FaultFile)
    except OSError as fault:
        raise BadFaultFile(f"{path}: {fault.strerror}") from None
    except (DecodeError, ValidationError, UnicodeDecodeError) as fault:
        raise BadFaultFile(f"{path} is no file of faults: {fault}") from None
