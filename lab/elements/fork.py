"""Requests that a proxy has forwarded, to one target or to several, and the best answer (RFC 3261 §16.7)."""

from dataclasses import dataclass

from sipbridge.events import ClientTx, Response, ServerTx
from sipbridge.stack import SipStack

__all__ = ["Forks"]

_TIMEOUT, _UNAVAILABLE, _INTERNAL_ERROR = 408, 503, 500


@dataclass(slots=True)
class _Fork:
    """One request; `best` is the best answer so far, None for silence."""

    tx: ServerTx
    open: set[ClientTx]
    status: int = _TIMEOUT
    best: Response | None = None


class Forks:
    """The first 2xx goes back at once; else, when all have answered, the one of the lowest class."""

    def __init__(self, stack: SipStack) -> None:
        self._stack = stack
        self._of: dict[ClientTx, _Fork] = {}

    def add(self, tx: ServerTx, branches: list[ClientTx]) -> None:
        """The request has been forwarded by these."""
        fork = _Fork(tx, set(branches))
        self._of.update(dict.fromkeys(branches, fork))

    def answered(self, branch: ClientTx, status: int, response: Response | None, now: float) -> None:
        """A final answer, or none: nothing happens where the branch is nobody's."""
        fork = self._of.pop(branch, None)
        if fork is None:
            return
        fork.open.discard(branch)
        if 200 <= status < 300 or fork.best is None or status // 100 < fork.status // 100:
            fork.status, fork.best = status, response
        if 200 <= status < 300 or not fork.open:
            self._answer(fork, now)

    def _answer(self, fork: _Fork, now: float) -> None:
        """A 503 is about one target, not about the whole network, so it goes on as a 500."""
        for branch in fork.open:
            del self._of[branch]
        if fork.status == _UNAVAILABLE or fork.best is None:
            status = _TIMEOUT if fork.status == _TIMEOUT else _INTERNAL_ERROR
            self._stack.respond(fork.tx, status, now)
        else:
            self._stack.relay(fork.tx, fork.best, now)
