"""A carrier for a test: whatever is asked of it has happened when the call returns (docs/pytest.md)."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ipsmgw.identity import Msisdn
from ipsmgw.trace import Pdu, write_pcap
from lab.carrier import Carrier
from lab.clock import VirtualClock, VirtualLoop
from lab.elements.domain import Domain
from lab.elements.esme import Esme
from lab.elements.hlr import Hlr
from lab.elements.phone import Phone
from lab.elements.phone_ledger import Sent, SentState
from lab.elements.sc_ledger import MtMessage, MtState
from lab.elements.smsc import Smsc
from lab.expectation import Broken, Expectations
from lab.faults import NONE, Faults
from lab.ground import Ground, VirtualGround, WireGround
from lab.laws import judge
from lab.picture import last_rows
from lab.plan import Plan
from lab.runner import LoggedErrors, settle
from lab.steps import attached, deregistered, registered
from sipbridge.rp import RpAck

__all__ = ["NotSo", "Settled", "Stage"]

T = TypeVar("T")

_UNDER_WAY = (
    *(MtState.QUEUED, MtState.ATTEMPTING),
    *(SentState.QUEUED, SentState.SENT, SentState.ACCEPTED),
)


class NotSo(AssertionError):
    """An expectation that did not come true, with what was there instead."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How a message ended."""

    delivered: bool
    """The phone has it, or of what a phone has sent: the service centre has it."""
    path: tuple[Domain, ...]
    """Which domains it was tried by, in order."""
    outcome: str
    """In words, as the sender knows it."""


class Stage:
    """One carrier, started; time passes only while a call waits."""

    def __init__(self, plan: Plan, seed: int, *, wire: bool = False, faults: Faults = NONE) -> None:
        self.plan = plan
        self.seed = seed
        self.wire = wire
        self._faults = faults
        self.expectations = Expectations(lambda: self.carrier.now)
        self.expectations.__enter__()  # before the runner, which keeps the context that it finds
        self._runner = asyncio.Runner(loop_factory=None if wire else VirtualLoop)
        self.ground = self._runner.run(self._lay())
        self.carrier = Carrier(plan, self.ground)
        self.began = self.carrier.now
        self.errors = LoggedErrors()

    async def _lay(self) -> Ground:
        loop = asyncio.get_running_loop()
        if isinstance(loop, VirtualLoop):
            return VirtualGround(VirtualClock(loop), self.seed, self._faults)
        return WireGround(self.plan, self.seed)

    # Its life.

    def start(self) -> None:
        """Returns when every association is active."""
        __tracebackhide__ = True
        self.errors.__enter__()
        self.play(self.carrier.start())

    def conclude(self) -> list[str]:
        """Let all that is under way come to its end; what laws are broken then, in sentences."""
        self._runner.run(settle(self.carrier))
        return [*judge(self.carrier), *(f"law 6: an error was logged: {each}" for each in self.errors.seen)]

    def close(self) -> None:
        """Everything ends at once."""
        self.errors.__exit__()
        self.expectations.__exit__()
        try:
            self._runner.run(self.carrier.stop())
            self._runner.run(self.ground.end())
        finally:
            self._runner.close()

    # Who is there.

    @property
    def smsc(self) -> Smsc:
        """SM-SC with SMS-GMSC and SMS-IWMSC."""
        return self.carrier.smsc

    @property
    def hlr(self) -> Hlr:
        return self.carrier.hlr

    @property
    def pdus(self) -> list[Pdu]:
        """What has been put on the links."""
        return self.carrier.pdus

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return self.carrier.now - self.began

    def phone(self, name: str) -> Phone:
        """By the name of its subscriber."""
        __tracebackhide__ = True
        if name not in self.carrier.phones:
            raise LookupError(f"there is no phone {name!r}; there are {', '.join(self.carrier.phones)}")
        return self.carrier.phone(name)

    def esme(self, name: str) -> Esme:
        """An application that the lab plays."""
        return self.carrier.esme(name)

    # What one can ask for.

    def registered(self, name: str) -> Phone:
        """Register a phone: returns when the HLR knows that it is served over IMS."""
        __tracebackhide__ = True
        return self.play(registered(self.carrier, self.phone(name).subscriber.name))[0]

    def attached(self, name: str, *domains: Domain) -> Phone:
        """Attach a phone to MSC and SGSN, or to one of them."""
        __tracebackhide__ = True
        return self.play(attached(self.carrier, self.phone(name).subscriber.name, *domains))

    def deregistered(self, name: str) -> Phone:
        """De-register a phone: returns when the HLR knows."""
        __tracebackhide__ = True
        self.play(deregistered(self.carrier, self.phone(name)))
        return self.phone(name)

    def submit(self, text: str, to: str) -> MtMessage:
        """The service centre has a text for a phone, by its name."""
        __tracebackhide__ = True
        return self.smsc.submit(text, self.phone(to).msisdn)

    def send(self, text: str, sender: str, to: str) -> Sent:
        """A phone sends a text to another one by its name, or to a number."""
        __tracebackhide__ = True
        names = {subscriber.name: subscriber.msisdn for subscriber in self.plan.subscribers}
        return self.phone(sender).send(text, names.get(to) or Msisdn(to))

    def run_until_settled(self, message: Sent | MtMessage, within: float | None = None) -> Settled:
        """Wait until a message has ended, or waits for better times; all domains may be tried before."""
        __tracebackhide__ = True
        timers = self.plan.timers
        limit = timers.mt_answer + 64 * timers.t1 + timers.settle if within is None else within
        self.until(lambda: message.state not in _UNDER_WAY, "nothing is under way for the message", limit)
        if isinstance(message, Sent):
            return Settled(isinstance(message.report, RpAck), (message.domain,), message.state.value)
        return Settled(message.state is MtState.DELIVERED, self._path(message), message.outcome)

    def until(self, condition: Callable[[], bool], what: str, within: float | None = None) -> None:
        """Wait for it; fails if it does not become true in time, and says what was there instead."""
        __tracebackhide__ = True
        self.play(self.carrier.until(condition, what, within))

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self._runner.run(self.carrier.pause(seconds))

    def cut(self, one: str, other: str) -> None:
        """Cut the association between two SS7 nodes; it comes back by itself."""
        self.carrier.cut(one, other)

    def crash(self, node: str) -> None:
        """What the node has not written to its disk is lost."""
        self._runner.run(self.carrier.crash(node))

    def revive(self, node: str) -> None:
        """A new life of a node that is down."""
        self._runner.run(self.carrier.revive(node))

    def play(self, step: Coroutine[object, object, T]) -> T:
        """Any step of `lab.steps`, or of a story."""
        __tracebackhide__ = True
        try:
            return self._runner.run(step)
        except Broken as broken:
            instead = f"\ninstead: {broken.instead}" if broken.instead else ""
            raise NotSo(f"{broken}{instead}") from None

    # What is left of it.

    def ladder(self, width: int = 120, rows: int = 1000) -> str:
        """What went over the links, as a picture; the last rows of it."""
        return last_rows(self.pdus, self.plan.nodes, rows, width=width, start=self.began)

    def write_pcap(self, path: Path) -> None:
        """A capture for Wireshark."""
        with path.open("wb") as stream:
            write_pcap(stream, self.pdus, {node: self.plan.sip(node) for node in self.plan.nodes})

    def _path(self, message: MtMessage) -> tuple[Domain, ...]:
        plan = self.plan
        numbers = {
            str(plan.gateway_number): Domain.IMS,
            str(plan.sgsn_number): Domain.PS,
            str(plan.msc_number): Domain.CS,
        }
        return tuple(numbers[str(each.node)] for attempt in message.attempts for each in attempt.forwards)
