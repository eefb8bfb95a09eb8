"""The service centre proper: keeps messages, decides when each is tried and given up (TS 23.040 §3.2)."""

from collections import deque
from collections.abc import Callable
from enum import Enum
from functools import partial

from ipsmgw.identity import Msisdn
from lab.elements.agenda import Agenda, Entry
from lab.elements.sc_ledger import Attempt, MtMessage, MtState, Outcome, ScData, Verdict

__all__ = ["TRANSITIONS", "Full", "MtInput", "ServiceCentre"]


class Full(Exception):
    """The service centre holds as many messages as it can."""


class MtInput(Enum):
    """What can happen to a message in the SC."""

    TURN = "it is the first of its queue"
    DELIVERED = "the attempt succeeded"
    TEMPORARY = "the attempt failed, another may not"
    PERMANENT = "the attempt failed for good"
    ALERT = "the HLR says that the subscriber is there"
    RETRY = "the schedule says so"
    EXPIRY = "the validity period is over"
    RESTART = "the SC was down"
    DELETE = "its sender does not want it sent any more"


_State, _Input = MtState, MtInput
_INPUT_OF = {
    Verdict.DELIVERED: MtInput.DELIVERED,
    Verdict.TEMPORARY: MtInput.TEMPORARY,
    Verdict.PERMANENT: MtInput.PERMANENT,
}


class ServiceCentre:
    """One message at a time to each subscriber, in order; `deliver` begins an attempt, `ended` ends it."""

    def __init__(
        self,
        data: ScData,
        agenda: Agenda,
        retries: tuple[float, ...],
        deliver: Callable[[MtMessage, Attempt, float], None],
        finished: Callable[[MtMessage, float], None] | None = None,
    ) -> None:
        self._data = data
        self._agenda = agenda
        self._retries = retries
        self._deliver = deliver
        self._finished = finished
        self._retry: dict[int, Entry] = {}
        self._expiry: dict[int, Entry] = {}

    def resume(self, now: float) -> None:
        """Take up what the disk holds."""
        for queue in list(self._data.queues.values()):
            for message in list(queue):
                self._watch(message)
            if queue:
                self._run(queue[0], MtInput.RESTART, now)

    def stored(self, message: MtMessage, msisdn: Msisdn) -> None:
        """storedMSISDN: under this number the HLR will alert (TS 29.002 §12.3, §12.6)."""
        if msisdn != message.to:
            self._data.aliases[msisdn] = message.to

    def accept(self, to: Msisdn, tpdu: bytes, now: float, validity: float) -> MtMessage:
        """The SC is responsible from here on."""
        data = self._data
        if data.held >= data.limit:
            raise Full
        data.ids += 1
        message = MtMessage(data.ids, to, tpdu, now + validity)
        data.mt.append(message)
        data.held += 1
        queue = data.queues.setdefault(to, deque())
        queue.append(message)
        self._watch(message)
        if len(queue) == 1:
            # Not within the input that brought it: the answer to that goes first.
            self._agenda.at(now, partial(self._turn, to))
        return message

    def ended(self, message: MtMessage, outcome: Outcome, now: float) -> None:
        """An attempt has ended."""
        attempt = message.attempts[-1]
        attempt.end, attempt.outcome = now, outcome
        self._run(message, _INPUT_OF[outcome.verdict], now)

    def alerted(self, msisdn: Msisdn, now: float) -> None:
        """alertServiceCentre: the subscriber is there."""
        for name in dict.fromkeys((msisdn, self._data.aliases.get(msisdn, msisdn))):
            queue = self._data.queues.get(name)
            if queue:
                self._run(queue[0], MtInput.ALERT, now)

    def more(self, message: MtMessage) -> bool:
        """Whether another one waits behind it."""
        return len(self._data.queues[message.to]) > 1

    def delete(self, message: MtMessage, now: float) -> bool:
        """Give a message up; one that is just being sent cannot be."""
        if (message.state, MtInput.DELETE) not in TRANSITIONS:
            return False
        self._run(message, MtInput.DELETE, now)
        return True

    def hurry(self, message: MtMessage, now: float) -> bool:
        """Try what waits for its next time now; the others wait for the one before them."""
        if message.state is not MtState.WAITING:
            return False
        self._run(message, MtInput.ALERT, now)
        return True

    def next_try(self, message: MtMessage) -> float | None:
        """By the schedule."""
        retry = self._retry.get(message.id)
        return None if retry is None else retry.when

    def extend(self, message: MtMessage, expires: float) -> None:
        """Another end of the validity period of a message in the queue."""
        message.expires = expires
        self._expiry.pop(message.id).cancel()
        self._watch(message)

    def _watch(self, message: MtMessage) -> None:
        self._expiry[message.id] = self._agenda.at(
            message.expires, partial(self._run, message, MtInput.EXPIRY)
        )

    def _run(self, message: MtMessage, event: MtInput, now: float) -> None:
        message.state, action = TRANSITIONS[message.state, event]
        action(self, message, now)

    def _attempt(self, message: MtMessage, now: float) -> None:
        self._stop_retry(message)
        attempt = Attempt(now)
        message.attempts.append(attempt)
        self._deliver(message, attempt, now)

    def _wait(self, message: MtMessage, now: float) -> None:
        if now >= message.expires:
            self._run(message, MtInput.EXPIRY, now)
            return
        step = min(len(message.attempts), len(self._retries)) - 1
        when = now + self._retries[step]
        self._retry[message.id] = self._agenda.at(when, partial(self._run, message, MtInput.RETRY))

    def _done(self, message: MtMessage, now: float) -> None:
        self._stop_retry(message)
        expiry = self._expiry.pop(message.id, None)
        if expiry is not None:
            expiry.cancel()
        queue = self._data.queues[message.to]
        queue.remove(message)
        self._data.held -= 1
        if queue:
            self._turn(message.to, now)
        else:
            del self._data.queues[message.to]
        if self._finished is not None:
            self._finished(message, now)

    def _turn(self, to: Msisdn, now: float) -> None:
        queue = self._data.queues.get(to)
        if queue and queue[0].state is MtState.QUEUED:
            self._run(queue[0], MtInput.TURN, now)

    def _stop_retry(self, message: MtMessage) -> None:
        retry = self._retry.pop(message.id, None)
        if retry is not None:
            retry.cancel()

    def _nothing(self, message: MtMessage, now: float) -> None: ...


Action = Callable[[ServiceCentre, MtMessage, float], None]
_attempt, _wait = ServiceCentre._attempt, ServiceCentre._wait
_done, _nothing = ServiceCentre._done, ServiceCentre._nothing

# What is absent cannot be: an attempt ends only in ATTEMPTING, and a message that has ended is in no queue.
TRANSITIONS: dict[tuple[MtState, MtInput], tuple[MtState, Action]] = {
    (_State.QUEUED, _Input.TURN): (_State.ATTEMPTING, _attempt),
    (_State.QUEUED, _Input.ALERT): (_State.ATTEMPTING, _attempt),
    (_State.QUEUED, _Input.EXPIRY): (_State.EXPIRED, _done),
    (_State.QUEUED, _Input.RESTART): (_State.ATTEMPTING, _attempt),
    (_State.QUEUED, _Input.DELETE): (_State.DELETED, _done),
    (_State.ATTEMPTING, _Input.DELIVERED): (_State.DELIVERED, _done),
    (_State.ATTEMPTING, _Input.TEMPORARY): (_State.WAITING, _wait),
    (_State.ATTEMPTING, _Input.PERMANENT): (_State.FAILED, _done),
    (_State.ATTEMPTING, _Input.ALERT): (_State.ATTEMPTING, _nothing),
    (_State.ATTEMPTING, _Input.EXPIRY): (_State.ATTEMPTING, _nothing),  # how it ends decides
    (_State.ATTEMPTING, _Input.RESTART): (_State.ATTEMPTING, _attempt),
    (_State.WAITING, _Input.ALERT): (_State.ATTEMPTING, _attempt),
    (_State.WAITING, _Input.RETRY): (_State.ATTEMPTING, _attempt),
    (_State.WAITING, _Input.EXPIRY): (_State.EXPIRED, _done),
    (_State.WAITING, _Input.RESTART): (_State.ATTEMPTING, _attempt),
    (_State.WAITING, _Input.DELETE): (_State.DELETED, _done),
}
