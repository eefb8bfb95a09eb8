"""One open dialogue: its transaction, its application context and the invoke that waits (Q.774 §3.2.2)."""

import msgspec

from mapstack.sccp.address import SccpAddress
from mapstack.tcap.application_context import ApplicationContext
from mapstack.tcap.machine import State
from mapstack.timers import Fifo

__all__ = ["Dialogue"]


class Dialogue(msgspec.Struct, gc=False, eq=False):
    """What is known of a dialogue."""

    tid: int
    state: State
    context: ApplicationContext
    local: SccpAddress
    remote: SccpAddress
    timer: Fifo[int]
    peer_tid: bytes
    ours: bool
    """We opened it."""
    code: int | None
    """The operation that waits for its answer, from either side."""
    invoke_id: int
    held: bytes
    """Rejects that wait to leave together with the answer."""
    answer: bytes | None = None
    """Components of an End that found no way to the peer."""
