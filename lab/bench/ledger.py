"""What has become of each message of a run, and how many requests wait for their first answer."""

from collections import Counter, deque
from enum import IntEnum

__all__ = ["Ledger", "Run", "Step"]


class Step(IntEnum):
    """What a message goes through, besides being sent; the last may come before the others are noted."""

    ACCEPTED = 0
    """The gateway's 202 (to an MO's MESSAGE, or to an MT's report)."""
    HANDED_ON = 1
    """MO: mo-ForwardSM has come. MT: the MESSAGE with RP-DATA has come."""
    FINISHED = 2
    """MO: the report has come. MT: the result of mt-ForwardSM has come."""


_WHOLE = sum(1 << step for step in Step)


class Run:
    """How many messages, how many at a time, which numbers."""

    def __init__(self, messages: int, window: int, first: int, *, burst: int = 128) -> None:
        self.messages = messages
        self.window = window
        self.first = first
        self.burst = burst
        """MESSAGEs that may wait for their 202: what a socket's default buffer holds."""


class Ledger:
    """Counts each step; of a relay, whose packets all tell of one message, only the counts mean something."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._marks = bytearray(run.messages)
        self._held: deque[bytes] = deque()
        self._unanswered = 0
        self.counts: Counter[Step] = Counter()
        self.started = 0
        self.faults: Counter[str] = Counter()
        self.requests: list[bytes] = []
        """MESSAGEs that may leave now."""

    @property
    def done(self) -> bool:
        return min(self.counts[step] for step in Step) >= self._run.messages

    def due(self) -> range:
        """The numbers of the messages that may start now."""
        run, started = self._run, self.started
        room = run.window - (started - self.counts[Step.FINISHED])
        self.started = min(run.messages, started + max(0, room))
        return range(run.first + started, run.first + self.started)

    def ask(self, request: bytes) -> None:
        """A MESSAGE leaves as soon as not too many are unanswered."""
        if self._unanswered < self._run.burst:
            self._unanswered += 1
            self.requests.append(request)
        else:
            self._held.append(request)

    def note(self, number: int, step: Step) -> None:
        """A step of the message of this number."""
        self.counts[step] += 1
        if step is Step.ACCEPTED:
            self._unanswered -= 1
            if self._held:
                self.ask(self._held.popleft())
        index = number - self._run.first
        if not 0 <= index < self._run.messages:
            self.faults["of no message of ours"] += 1
        elif self._marks[index] >> step & 1:
            self.faults["twice"] += 1
        else:
            self._marks[index] |= 1 << step

    def went(self, step: Step) -> set[int]:
        """The numbers of the messages that have gone this step."""
        return {self._run.first + index for index, marks in enumerate(self._marks) if marks >> step & 1}

    def verdict(self) -> list[str]:
        """What is wrong; nothing is when every message went through every step once."""
        wrong = [f"{count} packets {fault}" for fault, count in self.faults.items()]
        open_ones = self._run.messages - self._marks.count(_WHOLE)
        return [*wrong, f"{open_ones} messages did not end"] if open_ones else wrong
