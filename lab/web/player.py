"""`python -m lab.web.player`: plays scenarios for the page, an order a line, and tells of each as it goes."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ipsmgw import __version__
from lab.expectation import LISTENER
from lab.orders import Order, Run, play_one
from lab.report import Report, Result, VirtualFaults, count, page

__all__ = ["LADDER", "PAGE", "Came", "Ended", "PlayOrder", "Said", "main"]

LADDER, PAGE = "ladder", "page.html"
"""Files of a run, beside its capture."""


class PlayOrder(msgspec.Struct, kw_only=True):
    """One run, and the folder where its files go."""

    folder: str
    scenario: str
    seed: int
    faults: VirtualFaults
    rules: tuple[str, ...]
    strict: bool
    quirks: str


class Came(msgspec.Struct, tag=True):
    """An expectation has come true."""

    time: float
    sentence: str


class Ended(msgspec.Struct, tag=True):
    """The run is over; its ladder is in its file."""

    result: Result


Said = Came | Ended


def main() -> None:
    """Until nobody has an order any more."""
    LISTENER.set(lambda when, sentence: _say(Came(round(when, 6), sentence)))
    for line in sys.stdin.buffer:
        _say(Ended(_play(msgspec.json.decode(line, type=PlayOrder))))


def _play(asked: PlayOrder) -> Result:
    folder = Path(asked.folder)
    folder.mkdir(parents=True, exist_ok=True)
    order = Order(faults=asked.faults, rules=asked.rules, strict=asked.strict, pcap=folder, page=True)
    played = play_one(order, Run(asked.scenario, asked.seed, shown=True, quirks=asked.quirks))
    result = msgspec.structs.replace(played.result, ladder=())
    report = Report(
        version=__version__,
        command=result.again,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        took=result.took,
        count=count([result]),
        results=[played.result],
    )
    (folder / LADDER).write_bytes(played.page)
    (folder / PAGE).write_bytes(page(report, {result.name: played.page}))
    return result


def _say(what: Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
