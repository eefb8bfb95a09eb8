"""What a service centre holds and has done: records that survive its restart, for the laws (DESIGN §10)."""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from ipsmgw.identity import Msisdn
from mapstack.map import CorrelationId

__all__ = [
    "LEDGER",
    "Alert",
    "Attempt",
    "Forward",
    "MoReceived",
    "MtMessage",
    "MtState",
    "Outcome",
    "ScData",
    "Verdict",
]

LEDGER = 100_000
"""Records that are kept of each kind."""


class MtState(Enum):
    """Where a message that the SC holds stands."""

    QUEUED = "queued"
    ATTEMPTING = "attempting"
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    DELETED = "deleted"

    @property
    def final(self) -> bool:
        return self in (MtState.DELIVERED, MtState.FAILED, MtState.EXPIRED, MtState.DELETED)


class Verdict(Enum):
    """What an attempt means for the message (TS 23.040 §3.3.2)."""

    DELIVERED = "delivered"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


class Outcome(NamedTuple):
    """How an attempt ended; `report` is the SM-DeliveryOutcome to tell the HLR, where it is to be told."""

    verdict: Verdict
    text: str
    report: int | None = None
    diagnostic: int | None = None


@dataclass(slots=True)
class Forward:
    """One mt-ForwardSM: its dialogue, to whom it went, and how it ended."""

    start: float
    dialogue: int
    imsi: str
    node: str
    more: bool = False
    """moreMessagesToSend: the next one was to follow in the same dialogue."""
    end: float | None = None
    outcome: Outcome | None = None
    over_ip: bool = False
    """The result has the IP access flag."""
    sm_rp_ui: bytes | None = None
    """The phone's SMS-DELIVER-REPORT in the result."""
    invoke: int = 1

    @property
    def name(self) -> bytes:
        """Transaction id and invoke id: several may follow each other in one dialogue."""
        return self.dialogue.to_bytes(4, "big") + bytes((self.invoke,))


@dataclass(slots=True)
class Attempt:
    """One try: what was forwarded, nothing where it did not come to it, and how it ended."""

    start: float
    forwards: list[Forward] = field(default_factory=list)
    end: float | None = None
    outcome: Outcome | None = None
    guidance: tuple[int, int] | None = None
    """What the gateway has said of the time that it may take: at least, and recommended."""


@dataclass(slots=True)
class MtMessage:
    """A short message for a subscriber, from its acceptance on."""

    id: int
    to: Msisdn
    tpdu: bytes
    expires: float
    state: MtState = MtState.QUEUED
    alert: bool = True
    """Whether the SC wants waiting flags set: only then a failure is reported (TR 23.804 §8.5, step 8)."""
    named: CorrelationId | None = None
    """Who writes to whom, where neither has a number: then nobody asks the HLR."""
    reported: bool = False
    """The HLR was told of a failure, so it is told of the success as well."""
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """How the last attempt ended."""
        last = self.attempts[-1].outcome if self.attempts else None
        return last.text if last else "not attempted"


@dataclass(slots=True)
class MoReceived:
    """An mo-ForwardSM as it came, and what was answered."""

    oa: Msisdn
    imsi: str
    tpdu: bytes
    when: float
    dialogue: int
    answer: str
    message: int | None = None
    """The MT message that it became."""
    over_ip: bool = False
    """It has the IP access flag."""


class Alert(NamedTuple):
    """An alertServiceCentre as it came: who is there, and whom it is for."""

    msisdn: Msisdn
    centre: str
    when: float


@dataclass(slots=True)
class ScData:
    """The SC's disk."""

    mo: deque[MoReceived] = field(default_factory=lambda: deque(maxlen=LEDGER))
    mt: deque[MtMessage] = field(default_factory=lambda: deque(maxlen=LEDGER))
    alerts: deque[Alert] = field(default_factory=lambda: deque(maxlen=LEDGER))
    queues: dict[Msisdn, deque[MtMessage]] = field(default_factory=dict)
    aliases: dict[Msisdn, Msisdn] = field(default_factory=dict)
    """By what the HLR calls a subscriber, how somebody has called him here: storedMSISDN."""
    held: int = 0
    """Messages in all queues."""
    ids: int = 0
    limit: int = 100_000
    """Messages that the SC holds at most; one more is refused with sc-Congestion."""
