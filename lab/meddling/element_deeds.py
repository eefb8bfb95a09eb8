"""Deeds of elements: a restart with messages in flight, a battery that is pulled, a clock that is wrong."""

import re
from collections.abc import Callable
from random import Random

from lab.meddling.effects import Act, Battery, Clock, Deed, Effect, Manner, Place, Restart, passed
from lab.meddling.pdu import Pdu
from lab.meddling.words import seconds

__all__ = ["battery", "clock", "manner", "restart"]

_SKEW = re.compile(r"([+-])(.*)")
_RATE = re.compile(r"x([0-9]+(?:\.[0-9]+)?)")
_RATES = (0.5, 2.0)


def restart(words: list[str]) -> Deed:
    """The element dies, what it has in hand is lost, and it is back after a time."""
    span = seconds(words, "restart")

    def to(pdu: Pdu, rng: Random) -> Effect:
        return Effect(acts=(Restart(pdu.target, span),))

    return Deed(f"restart {span:g} s", to, lambda place: (Restart(_alone(place, "restart"), span),))


def battery(words: list[str]) -> Deed:
    """The phone answers 200, and then it is gone before the report; it registers when it is back."""
    span = seconds(words, "battery")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        if pdu.protocol != "sip" or pdu.answers:
            return None
        return passed(pdu, Battery(pdu.target, span))

    return Deed(f"battery {span:g} s", to)


def manner(name: str) -> Callable[[list[str]], Deed]:
    """off, memory-full, no-report: how a phone takes what comes, for a time."""

    def read(words: list[str]) -> Deed:
        span = seconds(words, name)

        def to(pdu: Pdu, rng: Random) -> Effect:
            return passed(pdu, Manner(pdu.target, name, span))

        return Deed(f"{name} {span:g} s", to, lambda place: (Manner(_alone(place, name), name, span),))

    return read


def clock(words: list[str]) -> Deed:
    """`+30 s`, `-30 s`: the element's own clock is ahead, or behind; `x1.01`: it runs fast."""
    text = "".join(words)
    rate = _RATE.fullmatch(text)
    if rate is not None:
        offset, speed = 0.0, float(rate[1])
        if not _RATES[0] <= speed <= _RATES[1]:
            raise ValueError(f"clock x{rate[1]}: a rate is from x{_RATES[0]:g} to x{_RATES[1]:g}")
    else:
        found = _SKEW.fullmatch(text)
        if found is None:
            raise ValueError(f"clock wants +30 s, -30 s or x1.01{f', not {text!r}' if text else ''}")
        speed, offset = 1.0, float(f"{found[1]}1") * seconds([found[2]], "clock")

    def to(pdu: Pdu, rng: Random) -> Effect:
        return passed(pdu, Clock(pdu.target, offset, speed))

    def at_once(place: Place) -> tuple[Act, ...]:
        return (Clock(_alone(place, "clock"), offset, speed),)

    return Deed(f"clock {' '.join(words)}", to, at_once)


def _alone(place: Place, name: str) -> str:
    if place.source or not place.target:
        raise ValueError(f"{name} is of one element, such as scscf, not of {place}")
    return place.target
