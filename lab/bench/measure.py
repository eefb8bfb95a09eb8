"""One series: gateway and relay by turns, so that what disturbs one disturbs the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from statistics import median
from time import monotonic
from typing import Literal

import httpx
import msgspec

from lab.bench.exchange import Exchange, Lost, Target
from lab.bench.ledger import Run
from lab.bench.place import API_PORT, PLAN, subscribers
from lab.bench.prelude import Connecting, Registering
from lab.bench.process import Process
from lab.bench.rehearsal import rehearse
from lab.bench.relay import Answer, Score
from lab.bench.stories import Originating, Terminating

__all__ = ["KINDS", "Bench", "Cost", "Kind", "Plan", "Status", "System"]

Kind = Literal["MO", "MT"]
System = Literal["gateway", "relay"]
KINDS: dict[Kind, type[Originating] | type[Terminating]] = {"MO": Originating, "MT": Terminating}
_HOSTS: dict[Kind, str] = {"MO": f"127.0.{PLAN.network}.15", "MT": f"127.0.{PLAN.network}.16"}


class Status(msgspec.Struct):
    """What the gateway's API says, as far as it matters here."""

    mo_in_flight: int
    mt_in_flight: int
    cdrs_written: int
    cdr_groups: int
    cdrs_waiting: int
    bugs: int


@dataclass(frozen=True)
class Plan:
    """How much of what."""

    messages: int = 10_000
    rounds: int = 5
    window: int = 256
    subscribers: int = 1_000


@dataclass
class Cost:
    """What one system spends on one kind of message."""

    cpu: list[float] = field(default_factory=list)
    """Microseconds a message, a figure a round."""
    rate: list[float] = field(default_factory=list)
    """Messages a second."""
    group: list[float] = field(default_factory=list)
    """Charging records a sync; only the gateway has some."""

    @property
    def median(self) -> float:
        return median(self.cpu)


class Bench:
    """The generator around a gateway, and a relay for each kind of message."""

    def __init__(self, exchange: Exchange, gateway: Process, plan: Plan) -> None:
        self._exchange = exchange
        self._gateway = gateway
        self._plan = plan
        self._rng = Random(1)
        self._frames = rehearse(self._rng)
        self._people = subscribers(plan.subscribers)
        self._target = Target(PLAN.sip("ipsmgw"), PLAN.host("ipsmgw"))
        self._relays: dict[Kind, Process] = {}
        self._next = 1
        self.played: dict[Kind, list[range]] = {kind: [] for kind in KINDS}
        self.costs: dict[tuple[Kind, System], Cost] = {}
        for kind in KINDS:
            self.costs[kind, "gateway"], self.costs[kind, "relay"] = Cost(), Cost()

    def prepare(self) -> None:
        """Bring the associations up, and register everybody."""
        host = PLAN.host("ipsmgw")
        self._exchange.run(Connecting(self._exchange, host, active=True), self._target)
        self._exchange.run(Registering(self._exchange, self._plan.subscribers, self._rng), self._target)

    def record(self, kind: Kind, messages: int) -> Score:
        """Warm the gateway up, and keep what it has sent for one message."""
        recording = self.play(kind, messages, self._target).recording
        answers = Answer([recording.accepted], [recording.frame]), Answer([recording.message], [])
        tid = b"\0\0\0\1"
        incoming = self._frames.result.fill({b"tid": tid})
        if kind == "MT":
            incoming = self._frames.begin.fill({b"tid": tid, b"imsi": bytes(8), b"number": bytes(4)})
        return Score(
            (_HOSTS[kind], PLAN.sip_port), PLAN.sip("scscf"), PLAN.m3ua("smsc"), *answers, len(incoming)
        )

    def add_relay(self, kind: Kind, relay: Process, messages: int) -> None:
        """A relay has been started: wait for it, and warm it up."""
        self._relays[kind] = relay
        target = self._relay_target(kind)
        self._exchange.run(Connecting(self._exchange, target.host, active=False), target)
        self.play(kind, messages, target)

    def rounds(self) -> Iterator[tuple[int, Kind, System]]:
        """Measure; tells after each step what has been done."""
        for number in range(1, self._plan.rounds + 1):
            for kind in KINDS:
                self._measure_gateway(kind)
                yield number, kind, "gateway"
                self._measure(kind, "relay", self._relays[kind], self._relay_target(kind))
                yield number, kind, "relay"

    def check_idle(self) -> None:
        """Nothing is left over, and nothing went wrong inside."""
        status = self.status()
        if status.bugs or status.mo_in_flight or status.mt_in_flight or status.cdrs_waiting:
            raise Lost(f"the gateway has not come to rest: {status}")

    def status(self) -> Status:
        """GET /api/status."""
        host = PLAN.host("ipsmgw")
        answer = httpx.get(f"http://{host}:{API_PORT}/api/status", trust_env=False)
        return msgspec.json.decode(answer.content, type=Status)

    def play(self, kind: Kind, messages: int, target: Target) -> Originating | Terminating:
        """So many messages; through the gateway each of them must end as it should."""
        run = Run(messages, self._plan.window, self._next)
        self._next += messages
        story = KINDS[kind](self._frames, self._people, run)
        self._exchange.run(story, target)
        if target == self._target:
            self.played[kind].append(range(run.first, run.first + messages))
            wrong = story.ledger.verdict()
            if wrong:
                raise Lost(f"{kind}: {'; '.join(wrong)}")
        return story

    def _relay_target(self, kind: Kind) -> Target:
        return Target((_HOSTS[kind], PLAN.sip_port), _HOSTS[kind])

    def _measure_gateway(self, kind: Kind) -> None:
        before = self.status()
        self._measure(kind, "gateway", self._gateway, self._target)
        after = self.status()
        groups = max(1, after.cdr_groups - before.cdr_groups)
        self.costs[kind, "gateway"].group.append((after.cdrs_written - before.cdrs_written) / groups)

    def _measure(self, kind: Kind, system: System, process: Process, target: Target) -> None:
        cost, messages = self.costs[kind, system], self._plan.messages
        cpu, start = process.cpu(), monotonic()
        self.play(kind, messages, target)
        took, used = monotonic() - start, process.cpu() - cpu
        cost.cpu.append(used / messages * 1e6)
        cost.rate.append(messages / took)
