"""Plays a scenario on a clock with a seed, and says how it ended (DESIGN §10)."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256

from ipsmgw.trace import Pdu, ladder
from lab import clock as clocks
from lab.carrier import Carrier
from lab.chance import Chances, seeded
from lab.clean import leave_nothing_behind
from lab.clock import VirtualClock
from lab.elements.phone_reception import Mode
from lab.expectation import Broken, Expectations, NotPlayed, Seen
from lab.faults import NONE, Faults
from lab.fit import played
from lab.ground import Ground, VirtualGround, WireGround
from lab.laws import judge
from lab.plan import PACED, Plan, PlanTimers
from lab.quirks.profile import PLAIN, Profile
from lab.scenario import Scenario, Story
from lab.tally import Tally, tally_of

_LONGEST = 200  # characters of a logged error that a verdict repeats

__all__ = ["ClockKind", "Judge", "LoggedErrors", "Verdict", "run", "settle"]

Judge = Callable[[Carrier], list[str]]
"""Looks at a carrier whose story is over; what it finds broken, in sentences."""


class ClockKind(Enum):
    """Where a scenario is played."""

    VIRTUAL = "virtual"
    WIRE = "wire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a run ended; `broken` is the expectation, or the laws, that did not hold."""

    name: str
    clock: ClockKind
    seed: int
    broken: str | None
    instead: str = ""
    """What was there instead of what was expected, where one can tell."""
    skipped: str = ""
    """Why it was not played, if it was not."""
    began: float
    broken_at: float | None = None
    """When the story broke off, by the carrier's own time; None where it came to its end."""
    duration: float
    """Seconds of the carrier's own time."""
    seen: tuple[Seen, ...] = field(repr=False)
    """The expectations that came true."""
    pdus: list[Pdu] = field(repr=False)
    nodes: tuple[str, ...] = field(repr=False)
    endpoints: dict[str, tuple[str, int]] = field(repr=False)
    tally: Tally
    """What has happened, in figures."""

    @property
    def passed(self) -> bool:
        return self.broken is None and not self.skipped

    @property
    def digest(self) -> str:
        """The same for the same seed: over what went over the links, and when (DESIGN §10, law 7)."""
        digest = sha256()
        for when, source, target, protocol, data, fate in self.pdus:
            digest.update(f"{when!r} {source} {target} {protocol} {fate} {len(data)}\n".encode())
            digest.update(data)
        return digest.hexdigest()

    @property
    def told(self) -> list[Pdu]:
        """What had gone over the links when the story broke off; all of it where it came to its end."""
        end = self.broken_at
        return self.pdus if end is None else [pdu for pdu in self.pdus if pdu.when <= end]

    def ladder(self, width: int = 160) -> str:
        """What went over the links, as a picture."""
        return ladder(self.pdus, self.nodes, width=width)


def run(
    scenario: Scenario,
    clock: ClockKind = ClockKind.VIRTUAL,
    seed: int = 1,
    *,
    faults: Faults = NONE,
    judges: Sequence[Judge] = (judge,),
    network: int = 1,
    datagram: int = 65_535,
    chances: Chances = seeded,
    carrier: Plan | None = None,
    profile: Profile = PLAIN,
    rules: Sequence[str] = (),
    strict: bool = False,
) -> Verdict:
    """Play it once. With faults, or rules of them (docs/faults.md), a story's expectations may not come true,
    so that only the judges count; so it is where the profile of quirks says that they do not. `strict`: they
    have to, under these rules.

    On the wire faults are those of datagrams of CoAP, which repeats itself: stories end as they do without.
    There SIP requests above `datagram` octets go by TCP; virtual links carry datagrams only. A carrier of
    one's own has its own network, datagram and timers.
    """
    timers = PlanTimers() if clock is ClockKind.VIRTUAL else PACED
    usual = Plan(network=network, datagram=datagram, timers=timers)
    plan = played(scenario, profile.change(carrier or usual))
    excused = bool(profile.excuse(scenario.name) or (rules and not strict))
    scenario = replace(scenario, story=_under(rules, scenario.story))

    async def virtually(virtual_clock: VirtualClock) -> Verdict:
        ground = VirtualGround(virtual_clock, seed, faults, chances)
        forgiving = excused or (faults != NONE and not scenario.robust)
        return await _play(scenario, plan, ground, seed, judges, forgiving=forgiving)

    async def on_the_wire() -> Verdict:
        return await _play(scenario, plan, WireGround(plan, seed, faults), seed, judges, forgiving=excused)

    return clocks.run(virtually) if clock is ClockKind.VIRTUAL else asyncio.run(on_the_wire())


def _under(rules: Sequence[str], story: Story) -> Story:
    """The story, with faults from its beginning on."""

    async def told(carrier: Carrier) -> None:
        for rule in rules:
            carrier.fault(rule)
        await story(carrier)

    return told if rules else story


@dataclass(slots=True)
class _Ending:
    """How the story itself ended."""

    broken: Broken | None = None
    when: float | None = None
    skipped: str = ""


async def _play(
    scenario: Scenario, plan: Plan, ground: Ground, seed: int, judges: Sequence[Judge], *, forgiving: bool
) -> Verdict:
    carrier = Carrier(plan, ground)
    began = carrier.now
    try:
        with LoggedErrors() as errors, Expectations(ground.clock.now, ground.clock.now()) as expectations:
            ending = await _tell(scenario, carrier)
            if forgiving and ending.broken is not None:
                _make_peace(carrier)
            await settle(carrier)
        if forgiving:
            ending = _Ending(skipped=ending.skipped)
        sentences = [] if ending.broken is None else [str(ending.broken)]
        sentences += [sentence for judge in judges for sentence in judge(carrier)]
        sentences += [f"law 6: an error was logged: {error}" for error in errors.seen]
        duration, tally, pdus = carrier.now - began, tally_of(carrier), carrier.pdus
        if not (carrier.own() and carrier.own("scscf")):
            await leave_nothing_behind(carrier)
    finally:
        await carrier.stop()
        await ground.end()
    return Verdict(
        name=scenario.name,
        clock=ClockKind.VIRTUAL if ground.virtual else ClockKind.WIRE,
        seed=seed,
        broken="; ".join(sentences) or None,
        instead=ending.broken.instead if ending.broken else "",
        skipped=ending.skipped,
        began=began,
        broken_at=ending.when,
        duration=duration,
        seen=tuple(expectations.seen),
        pdus=pdus,
        nodes=plan.nodes,
        endpoints={node: plan.sip(node) for node in plan.nodes},
        tally=tally,
    )


async def _tell(scenario: Scenario, carrier: Carrier) -> _Ending:
    """The story, and which of its expectations did not come true."""
    try:
        await carrier.start()
        await scenario.story(carrier)
    except Broken as expectation:
        return _Ending(expectation, carrier.now)
    except NotPlayed as reason:
        return _Ending(skipped=str(reason))
    return _Ending()


def _make_peace(carrier: Carrier) -> None:
    """A story that broke off has left phones out of coverage, which a service centre would try for hours."""
    for name, phone in carrier.phones.items():
        if name not in carrier.down:
            phone.unmute()
            phone.behave(Mode.OBEDIENT)


async def settle(carrier: Carrier) -> None:
    """Nothing goes wrong any more, and all that is under way comes to its end, or has had the time to."""
    carrier.ground.calm()
    carrier.meddling.calm()
    for node in list(carrier.down):
        await carrier.revive(node)
    timers = carrier.plan.timers
    longest = timers.mo_answer + timers.mt_answer + 2 * 64 * timers.t1 + timers.settle
    longest = max(longest, timers.dialogue_idle + timers.settle)
    await carrier.ground.waiting.until(lambda: not carrier.open_work, longest)


class LoggedErrors(logging.Handler):
    """What is logged as an error while it is entered."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage()[:_LONGEST])

    def __enter__(self) -> "LoggedErrors":
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *raised: object) -> None:
        logging.getLogger().removeHandler(self)
