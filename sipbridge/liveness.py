"""How long one connection may stay as it is: connecting, half a message, silence (RFC 5626 §4.4.1)."""

from enum import IntEnum

from sipbridge.settings import Connections

__all__ = ["TRANSITIONS", "Liveness", "LivenessInput", "LivenessState"]


class LivenessState(IntEnum):
    """Where a connection stands; all but CLOSED have a deadline."""

    CONNECTING = 0
    SECURING = 1
    QUIET = 2
    PARTIAL = 3
    PROBING = 4
    CLOSED = 5


class LivenessInput(IntEnum):
    """What happens to it; DUE is its deadline."""

    CONNECTED = 0
    SECURED = 1
    WHOLE = 2
    PART = 3
    DUE = 4
    GONE = 5


_S, _In = LivenessState, LivenessInput

# Absent means that nothing changes: octets may come late, and a closed connection hears nothing.
TRANSITIONS: dict[tuple[LivenessState, LivenessInput], LivenessState] = {
    (_S.CONNECTING, _In.CONNECTED): _S.SECURING,
    (_S.CONNECTING, _In.DUE): _S.CLOSED,
    (_S.CONNECTING, _In.GONE): _S.CLOSED,
    (_S.SECURING, _In.SECURED): _S.QUIET,
    (_S.SECURING, _In.DUE): _S.CLOSED,
    (_S.SECURING, _In.GONE): _S.CLOSED,
    (_S.QUIET, _In.WHOLE): _S.QUIET,
    (_S.QUIET, _In.PART): _S.PARTIAL,
    (_S.QUIET, _In.DUE): _S.PROBING,
    (_S.QUIET, _In.GONE): _S.CLOSED,
    (_S.PARTIAL, _In.WHOLE): _S.QUIET,
    (_S.PARTIAL, _In.DUE): _S.CLOSED,
    (_S.PARTIAL, _In.GONE): _S.CLOSED,
    (_S.PROBING, _In.WHOLE): _S.QUIET,
    (_S.PROBING, _In.PART): _S.PARTIAL,
    (_S.PROBING, _In.DUE): _S.CLOSED,
    (_S.PROBING, _In.GONE): _S.CLOSED,
}
_REASONS = {
    _S.CONNECTING: "no connection in time",
    _S.SECURING: "no TLS handshake in time",
    _S.PARTIAL: "half a message, and no more in time",
    _S.PROBING: "silent, and no answer to a keep-alive",
}


class Liveness:
    """One connection; `ours` tells that we have opened it, and so keep it alive."""

    __slots__ = ("_limits", "_waits", "deadline", "ours", "state")

    def __init__(self, limits: Connections, now: float, *, ours: bool) -> None:
        self.ours = ours
        self.state = _S.CONNECTING
        self._waits = {
            _S.CONNECTING: limits.connect,
            _S.SECURING: limits.connect,
            _S.QUIET: limits.keep_alive if ours else limits.idle,
            _S.PARTIAL: limits.stalled,
            _S.PROBING: limits.pong if ours else 0.0,
        }
        self.deadline = now + limits.connect

    @property
    def secured(self) -> bool:
        """Whether messages pass."""
        return _S.QUIET <= self.state <= _S.PROBING

    def run(self, event: LivenessInput, now: float) -> str:
        """One input; why the connection is to be closed, "" as long as it is not.

        Only a whole message moves the deadline of the state that it is in: octets one by one do not.
        """
        after = TRANSITIONS.get((self.state, event))
        if after is None:
            return ""
        before, self.state = self.state, after
        if after is _S.CLOSED:
            return _REASONS.get(before, "gone") if event is _In.DUE else "gone"
        self.deadline = now + self._waits[after]
        return ""

    def expire(self, now: float) -> str:
        """The deadline, where it has come."""
        if now < self.deadline or self.state is _S.CLOSED:
            return ""
        reason = self.run(_In.DUE, now)
        if self.state is _S.PROBING and not self.ours:  # only who has opened a connection keeps it alive
            return self.run(_In.DUE, now)
        return reason
