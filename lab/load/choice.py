"""What somebody wants of a run, out of options that may contradict each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.load import ramp
from lab.load.conductor import Pace
from lab.load.flow import FLOWS, Flow
from lab.load.mix import checked, mixed, of_profile, scaled
from lab.load.objective import Objective, parse
from lab.load.options import BadOption, seconds
from lab.load.people import MOST

__all__ = ["Choice", "Climb", "Offer", "Timing"]


_RUN, _STEP, _BY = "30s", "10s", "25%"


@dataclass(frozen=True)
class Offer:
    """How much of what."""

    flows: dict[Flow, float]
    rate: float
    mix: str
    subscribers: int
    profile: str

    def rates(self, *, shares_suffice: bool) -> dict[Flow, float]:
        """Messages a second; of a ramp only their proportions matter."""
        named = {flow: rate for flow, rate in self.flows.items() if rate}
        ways = [bool(named), bool(self.mix or self.rate), bool(self.profile)]
        if sum(ways) > 1:
            raise BadOption(
                "--mo and the like, --rate with --mix, and --profile are three ways of one thing: take one"
            )
        if self.profile:
            return checked(of_profile(self.profile, self.subscribers))
        if self.mix or self.rate:
            return checked(self._mixed(shares_suffice=shares_suffice))
        if not named:
            flows = ", ".join(f"--{flow}" for flow in FLOWS)
            raise BadOption(
                f"what load? {flows} are messages a second; or --rate 300 --mix mo=60,mt=40; or "
                "--subscribers 100000 --profile busy-hour"
            )
        return checked(named)

    def _mixed(self, *, shares_suffice: bool) -> dict[Flow, float]:
        if not self.mix:
            raise BadOption("--rate: of what? --mix mo=60,mt=40 says it")
        if not self.rate and not shares_suffice:
            raise BadOption("--mix: how much of it? --rate 300 says it, or --ramp 50..2000")
        return mixed(self.mix, self.rate or 1.0)


@dataclass(frozen=True)
class Timing:
    """Times as they were written."""

    run: str
    warm_up: str
    patience: str
    lag: str
    arrivals: str

    def pace(self, length: float) -> Pace:
        if self.arrivals not in ("poisson", "constant"):
            raise BadOption(f"--arrivals: poisson and constant are allowed, not {self.arrivals!r}")
        warm_up, lag = seconds(self.warm_up, "--warm-up"), seconds(self.lag, "--lag")
        return Pace(length, warm_up, self.arrivals == "poisson", lag)

    @property
    def wait(self) -> float:
        """Until a message counts as lost."""
        found = seconds(self.patience, "--patience")
        if not found:
            raise BadOption("--patience: more than 0 is wanted")
        return found


@dataclass(frozen=True)
class Climb:
    """Of a ramp; without a span there is none."""

    span: str
    by: str
    step: str


@dataclass(frozen=True)
class Choice:
    """All of it."""

    offer: Offer
    timing: Timing
    climb: Climb
    objectives: Sequence[str]
    generators: int
    null: bool
    carrier: Path | None
    network: int | None
    seed: int
    json: Path | None
    svg: Path | None

    def steps(self) -> list[dict[Flow, float]]:
        """The rates to be offered, one after the other."""
        ramped = bool(self.climb.span)
        self._check(ramped=ramped)
        if ramped and not self.objectives:
            raise BadOption("--ramp: until which --objective breaks? As in 'p99 < 200 ms'")
        rates = self.offer.rates(shares_suffice=ramped)
        if not ramped:
            return [rates]
        return [scaled(rates, rate) for rate in ramp.rates(self.climb.span, self.climb.by or _BY)]

    def _check(self, *, ramped: bool) -> None:
        """No option is passed over in silence."""
        if ramped and self.timing.run:
            raise BadOption("--for: with --ramp it is --step that says how long each rate is offered")
        if ramped and self.offer.rate:
            raise BadOption("--rate: with --ramp the rates are those of the ramp; --mix says of what")
        if not ramped and (self.climb.by or self.climb.step):
            raise BadOption("--by, --step: only with --ramp")
        if self.carrier is not None and self.network is not None:
            raise BadOption("--network: the carrier of -c has its own")

    def pace(self) -> Pace:
        """Of each of them."""
        ramped = bool(self.climb.span)
        option = "--step" if ramped else "--for"
        length = seconds((self.climb.step or _STEP) if ramped else (self.timing.run or _RUN), option)
        if not length:
            raise BadOption(f"{option}: more than 0 is wanted")
        return self.timing.pace(length)

    def judges(self, rates: dict[Flow, float]) -> list[Objective]:
        return [parse(text, rates) for text in self.objectives]

    def settled(self) -> int:
        """Subscribers of one generator."""
        each = -(-self.offer.subscribers // self.generators)
        if each > MOST // 2:
            raise BadOption(f"--subscribers: at most {MOST // 2 * self.generators} with these --generators")
        return each

    def passing(self, steps: Sequence[dict[Flow, float]], length: float) -> int:
        """Of one generator: as many as chance can send away more than it brings, six sigma of it."""
        leaving = sum(rates.get(Flow.DEREGISTER, 0.0) for rates in steps) * length / self.generators
        return round(6 * (2 * leaving) ** 0.5) + 10 if leaving else 0
