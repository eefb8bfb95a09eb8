"""One open dialogue: its transaction, its context, and the invokes that wait (Q.774 §3.2.1, §3.2.2)."""

import msgspec

from mapstack.sccp.address import SccpAddress
from mapstack.tcap.application_context import ApplicationContext
from mapstack.tcap.machine import Input, State
from mapstack.timers import Fifo

__all__ = ["Dialogue", "Share"]


class Share(msgspec.Struct, gc=False, eq=False):
    """How many dialogues a peer has open with us."""

    open: int


class Dialogue(msgspec.Struct, gc=False, eq=False):
    """What is known of a dialogue."""

    tid: int
    state: State
    context: ApplicationContext
    local: SccpAddress
    remote: SccpAddress
    timer: Fifo[int]
    """Where its own timer runs: that of its first invoke, or a guard."""
    peer_tid: bytes
    ours: bool
    """We opened it."""
    sent: dict[int, int]
    """Our invokes that wait for their outcome, id to operation code; those of the peer are in `received`."""
    received: dict[int, int]
    held: bytes
    """Components that wait to leave: Rejects with our answer, an invoke with the end of a handshake."""
    request: object
    """What its user keeps with it: the argument of a dialogue of ours, map-open of a peer's."""
    share: Share | None = None
    """Of the peer that opened it."""
    more: bool = False
    """Who opened it has more to send: an answer does not end it."""
    last_id: int = 0
    """The invoke id that we used last."""
    kept: tuple[Input, bytes] | None = None
    """A request that found no way to the peer, with its components."""
    told_as: dict[int, object] | None = None
    """What its user takes the outcome of an invoke for, by invoke id, if not for what was sent."""
    timers: dict[int, Fifo[int]] | None = None
    """Where the timers of our further invokes run."""
