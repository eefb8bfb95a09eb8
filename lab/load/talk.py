"""What the conductor and a generator say to each other: a line of JSON each."""

from typing import TypeVar

import msgspec

from lab.load.figures import Figures
from lab.load.flow import Flow

__all__ = ["Enrol", "Failed", "Order", "Ready", "Run", "Setup", "Stop", "Told", "Word", "line", "of_lines"]


class Setup(msgspec.Struct, frozen=True):
    """The first line that a generator reads: who it is."""

    carrier: str
    """The file that describes it; without one it is on loopback, on this network."""
    network: int
    index: int
    generators: int
    home: bool
    settled: int
    """Subscribers that are registered all the time."""
    passing: int
    """Those that come and go, and are there when it begins."""
    patience: float
    seed: int


class Enrol(msgspec.Struct, frozen=True, tag=True):
    """Register everybody."""


class Run(msgspec.Struct, frozen=True, tag=True):
    """Offer so much a second, from `begin` on (CLOCK_MONOTONIC, which all processes share)."""

    rates: dict[Flow, float]
    begin: float
    warm_up: float
    seconds: float
    poisson: bool


class Stop(msgspec.Struct, frozen=True, tag=True):
    """Nothing new begins; what is under way may end."""


Order = Enrol | Run | Stop


class Ready(msgspec.Struct, frozen=True, tag=True):
    """It listens; or, with `connected`, the associations of the gateway are active."""

    connected: bool


class Told(msgspec.Struct, frozen=True, tag=True):
    """Since the last time; `idle`: all that was ordered is over."""

    figures: Figures
    under_way: int
    idle: bool


class Failed(msgspec.Struct, frozen=True, tag=True):
    """One sentence; it ends itself."""

    sentence: str


Word = Ready | Told | Failed
T = TypeVar("T")


def line(said: object) -> bytes:
    """For the pipe."""
    return msgspec.json.encode(said) + b"\n"


def of_lines(data: bytes, decoder: "msgspec.json.Decoder[T]") -> tuple[list[T], bytes]:
    """What is said in whole lines, and the rest."""
    *lines, rest = data.split(b"\n")
    return [decoder.decode(each) for each in lines], rest
