"""What a deed does with a PDU: answer it, pass something else on, and acts beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from lab.meddling.pdu import Pdu
from mapstack.m3ua.message import MessageType

__all__ = [
    "Act",
    "Battery",
    "Clock",
    "Cut",
    "Deed",
    "Effect",
    "Hear",
    "Manner",
    "Onward",
    "Place",
    "Refuse",
    "Restart",
    "Say",
    "Withhold",
    "passed",
]


class Place(NamedTuple):
    """From whom and to whom; an empty name is anybody."""

    source: str
    target: str

    def __str__(self) -> str:
        if not self.source:
            return self.target or "*"
        return f"{self.source}->{self.target}"


class Onward(NamedTuple):
    """Octets that go on in place of the PDU, and what became of it."""

    data: bytes
    fate: str = ""
    delay: float = 0.0


class Restart(NamedTuple):
    """A node dies, and is back later."""

    node: str
    seconds: float


class Cut(NamedTuple):
    """The association or session between two nodes."""

    one: str
    other: str


class Refuse(NamedTuple):
    """Whatever one of them connects to the other is cut again, for a time."""

    one: str
    other: str
    seconds: float


class Say(NamedTuple):
    """An element says something that it was not asked."""

    source: str
    target: str
    data: bytes


class Hear(NamedTuple):
    """An element is made to hear what nobody has said."""

    source: str
    target: str
    data: bytes


class Withhold(NamedTuple):
    """M3UA messages of one kind arrive when this is over."""

    source: str
    target: str
    kind: MessageType
    seconds: float


class Manner(NamedTuple):
    """A phone takes to a manner, for a time: off, memory-full, no-report."""

    phone: str
    manner: str
    seconds: float


class Battery(NamedTuple):
    """A phone says its next word, and then its battery is pulled."""

    phone: str
    seconds: float


class Clock(NamedTuple):
    """An element's own clock is ahead (or behind), and runs at another rate."""

    node: str
    offset: float
    rate: float


Act = Restart | Cut | Refuse | Say | Hear | Withhold | Manner | Battery | Clock


class Effect(NamedTuple):
    """`back` goes to who has sent the PDU, in the name of who should have had it."""

    back: tuple[bytes, ...] = ()
    onward: tuple[Onward, ...] = ()
    acts: tuple[Act, ...] = ()


def passed(pdu: Pdu, *acts: Act) -> Effect:
    """The PDU arrives as it is."""
    return Effect((), (Onward(pdu.data),), acts)


@dataclass(frozen=True, slots=True)
class Deed:
    """What happens instead; `to` is None for a PDU that it cannot be done to."""

    text: str
    to: Callable[[Pdu, Random], Effect | None]
    at_once: Callable[[Place], tuple[Act, ...]] | None = None
    """Where it needs no PDU to wait for."""
