"""How many times as fast as the other: medians of rounds in which both take turns, and what is asked."""

import gc
from collections.abc import Iterable, Mapping, Sequence
from platform import python_version
from statistics import geometric_mean, median
from typing import NamedTuple

import msgspec
from rich.box import SIMPLE
from rich.table import Table

from lab.bench.codecs.trials import PARTS, Part, Trial

__all__ = ["Goal", "Ratio", "goals", "measure", "shortfalls", "sip_goals", "tables"]

_TITLES: Mapping[Part, str] = {
    "usual": "decode",
    "long": "long",
    "indefinite": "indefinite",
    "encode": "encode",
    "frame": "decode",
    "first sight": "first sight",
    "learned": "learned",
}
_MEANT: Mapping[Part, str] = {
    "usual": "decoding MAP is {:.1f} times as fast as pycrate",
    "long": "decoding MAP with long lengths is {:.1f} times as fast as pycrate",
    "indefinite": "decoding MAP with indefinite lengths is {:.1f} times as fast as pycrate",
    "encode": "encoding MAP is {:.1f} times as fast as pycrate",
    "frame": "decoding whole frames is {:.1f} times as fast as pycrate",
    "first sight": "reading SIP at first sight is {:.1f} times as fast as sipmessage",
    "learned": "reading SIP of a learned layout is {:.1f} times as fast as sipmessage",
}
_TABLES: Mapping[str, tuple[Part, ...]] = {
    "TCAP with MAP: us, and times as fast as pycrate": ("usual", "long", "indefinite", "encode"),
    "From M3UA up to MAP: us, and times as fast as pycrate": ("frame",),
    "SIP, parse with the fields that a gateway needs: us, and times as fast as sipmessage": (
        "first sight",
        "learned",
    ),
}
_CAPTIONS: Mapping[Part, str] = {
    "encode": "decoding: lengths as short as they can be, of three octets, and indefinite; Python {}",
    "frame": "ours with its dialogues and timers; pycrate's three decoders alone; Python {}",
    "learned": "each peer's second message of a kind has its layout learned; Python {}",
}
_OURS, _THEIRS = 200, 10  # times in a row; so both run about as long


class Ratio(msgspec.Struct):
    """Microseconds of CPU, medians; `ratio` is the median of the rounds' own ratios."""

    part: Part
    pdu: str
    octets: int
    ours: float
    theirs: float
    ratio: float


class Goal(NamedTuple):
    """What the geometric mean of each of these parts must reach."""

    parts: tuple[Part, ...]
    least: float


def goals(decode: float, encode: float, frame: float) -> list[Goal]:
    """Of SS7. Decoding is asked for in every form of length: general, not only as we write ourselves."""
    return [
        Goal(("usual", "long", "indefinite"), decode),
        Goal(("encode",), encode),
        Goal(("frame",), frame),
    ]


def sip_goals(first_sight: float, learned: float) -> list[Goal]:
    """Of SIP."""
    return [Goal(("first sight",), first_sight), Goal(("learned",), learned)]


def measure(trials: Sequence[Trial], rounds: int) -> list[Ratio]:
    """Everything once a round, so that what disturbs one disturbs all; the first round only warms up."""
    found: list[list[tuple[float, float]]] = [[] for _ in trials]
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds + 1):
            for trial, costs in zip(trials, found, strict=True):
                cost = trial.ours(_OURS) / _OURS, trial.theirs(_THEIRS) / _THEIRS
                if number:
                    costs.append(cost)
    finally:
        gc.enable()
    return [_ratio(trial, costs) for trial, costs in zip(trials, found, strict=True)]


def _ratio(trial: Trial, costs: Sequence[tuple[float, float]]) -> Ratio:
    ours, theirs = (median(each) * 1e6 for each in zip(*costs, strict=True))
    ratio = median(they / we for we, they in costs)
    return Ratio(trial.part, trial.pdu, trial.octets, round(ours, 2), round(theirs, 1), round(ratio, 1))


def shortfalls(ratios: Iterable[Ratio], goals: Iterable[Goal]) -> list[str]:
    """Each goal that is not reached, in words."""
    found = _by_part(ratios)
    return [
        f"{_MEANT[part].format(_mean(found[part]))}; the goal is {goal.least:g}"
        for goal in goals
        for part in goal.parts
        if _mean(found[part]) < goal.least
    ]


def tables(ratios: Sequence[Ratio], goals: Sequence[Goal]) -> list[Table]:
    """For a terminal: messages of TCAP with MAP in them, whole frames, and SIP; what was measured of them."""
    found = _by_part(ratios)
    goal_of = {part: goal.least for goal in goals for part in goal.parts}
    captions = {part: text.format(python_version()) for part, text in _CAPTIONS.items()}
    shown = []
    for title, parts in _TABLES.items():
        if not found[parts[0]]:
            continue
        table = Table(title=title, caption=captions[parts[-1]], box=SIMPLE, padding=(0, 1, 0, 0))
        table.add_column("", no_wrap=True)
        for part in parts:
            table.add_column(_TITLES[part], justify="right", no_wrap=True)
        for pdu in found[parts[0]]:
            table.add_row(pdu, *(_cell(found[part].get(pdu)) for part in parts))
        table.add_section()
        table.add_row(
            "worst", *(f"x{min(each.ratio for each in found[part].values()):.0f}" for part in parts)
        )
        table.add_row("geometric mean", *(_judged(_mean(found[part]), goal_of[part]) for part in parts))
        shown.append(table)
    return shown


def _by_part(ratios: Iterable[Ratio]) -> Mapping[Part, Mapping[str, Ratio]]:
    found: dict[Part, dict[str, Ratio]] = {part: {} for part in PARTS}
    for each in ratios:
        found[each.part][each.pdu] = each
    return found


def _mean(ratios: Mapping[str, Ratio]) -> float:
    return geometric_mean(each.ratio for each in ratios.values())


def _cell(ratio: Ratio | None) -> str:
    return "" if ratio is None else f"{ratio.ours:.1f} {f'x{ratio.ratio:.0f}':>4}"


def _judged(mean: float, least: float) -> str:
    return f"[{'green' if mean >= least else 'red'}]x{mean:.1f}"
