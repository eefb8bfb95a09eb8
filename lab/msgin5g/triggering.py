"""Store and forward, triggering, or both: the one rule for who cannot be reached now (TS 23.554 clause 8.9).

[LAB] A message is stored where its sender wants it stored. A UE is triggered where it can be, so that it
comes and fetches what is for it: not for reports, and not where the message is stored and the UE will listen
again by itself before the message expires, unless it is urgent.
"""

from enum import Enum

from lab.msgin5g.transfer import Transfer
from msgin5g_bridge.message import Message
from msgin5g_bridge.msgdelivery import Priority

__all__ = ["Way", "choose"]


class Way(Enum):
    """What becomes of a message whose recipient cannot be reached."""

    NEITHER = "neither stored nor triggered"
    STORED = "stored only"
    TRIGGERED = "triggered, not stored"
    BOTH = "stored and triggered"

    @property
    def triggers(self) -> bool:
        return self in (Way.TRIGGERED, Way.BOTH)


def choose(transfer: Transfer, *, triggerable: bool, opens: float | None) -> tuple[Way, str]:
    """The way, and why; `opens` is when the recipient's next window does, if it has one."""
    stores = "its sender wants it stored" if transfer.keeps else "its sender does not want it stored"
    if not triggerable or not isinstance(transfer.body, Message):
        way = Way.STORED if transfer.keeps else Way.NEITHER
        why = "and the recipient cannot be triggered" if not triggerable else "and no UE is triggered for it"
    elif not transfer.keeps:
        way, why = Way.TRIGGERED, "and the UE can be triggered"
    elif opens is not None and opens < transfer.expires and transfer.body.priority != Priority.HIGH:
        way, why = Way.STORED, "and the UE listens again before it expires"
    else:
        way, why = Way.BOTH, "and the UE can be triggered"
    return way, f"{way.value}: {stores}, {why}"
