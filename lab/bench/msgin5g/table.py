"""The figures of MSGin5G for a terminal."""

from collections.abc import Iterator
from platform import python_version

from rich.box import SIMPLE
from rich.table import Table

from lab.bench.msgin5g.measure import Msgin5gResult

__all__ = ["phones_line", "shortfalls", "table"]

_ROWS = ("to phones", "from phones", "echo")


def table(found: Msgin5gResult, *, transfers: int, window: int, goal: float) -> Table:
    """CPU and rate of each direction, beside the echo."""
    rounds = len(found.rounds["echo"])
    title = f"MSGin5G: CPU per transfer, median of {rounds} rounds of {transfers}, window {window}"
    caption = (
        "HTTP/2 both ways, SIP over UDP; on disk before the 204, reported to the server; 100 characters\n"
        f"echo: a bare ASGI application on hypercorn, the same body over HTTP/2; Python {python_version()}"
    )
    shown = Table(title=title, caption=caption, box=SIMPLE)
    shown.add_column("", no_wrap=True)
    for heading in ("us", "ratio", "per second"):
        shown.add_column(heading, justify="right", no_wrap=True)
    ratios = {"to phones": found.ratio, "from phones": found.from_ratio, "echo": 1.0}
    medians = {"to phones": found.to_phones, "from phones": found.from_phones, "echo": found.echo}
    for name in _ROWS:
        figures = found.rounds[name]
        ratio = ratios[name]
        shown.add_row(
            name,
            f"{medians[name]:.0f} ({min(figures):.0f}-{max(figures):.0f})",
            f"[{'green' if ratio <= goal else 'red'}]{ratio:.2f}",
            f"{found.per_second[name]:.0f}",
        )
    return shown


def phones_line(found: Msgin5gResult) -> str:
    """What a phone costs."""
    phones = found.phones
    return (
        f"{phones.count} phones: {phones.first_cpu:.0f} us each at their first registration "
        f"({phones.first_seconds:.1f} s in all), {phones.bulk_cpu:.0f} us each in bulk after a restart "
        f"({phones.bulk_seconds:.1f} s in all, start included)"
    )


def shortfalls(found: Msgin5gResult, goal: float) -> Iterator[str]:
    """Each direction that costs more than it may, in words."""
    for name, ratio in (("to phones", found.ratio), ("from phones", found.from_ratio)):
        if ratio > goal:
            yield f"MSGin5G {name} costs {ratio:.2f} times the echo; the goal is {goal:g}"
