"""What the bench tells: the figures, and whether the charging records are as they should be."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from platform import python_version

import msgspec
from rich.box import SIMPLE
from rich.table import Table

from lab.bench.frames import OTHER_PREFIX
from lab.bench.measure import KINDS, Cost, Kind, Plan, System

__all__ = ["Result", "exceeded", "journal_faults", "result", "table"]

_RECORDS: dict[str, Kind] = {"ISMSMO": "MO", "ISMSMT": "MT"}


class _Record(msgspec.Struct):
    record: str
    outcome: str
    other: str


class Result(msgspec.Struct):
    """Microseconds of CPU a message, medians, with the ratio that the goal is about."""

    kind: Kind
    gateway: float
    relay: float
    ratio: float
    gateway_rounds: list[float]
    relay_rounds: list[float]
    messages_per_second: float
    records_per_sync: float


def result(kind: Kind, costs: Mapping[tuple[Kind, System], Cost]) -> Result:
    """The figures of one kind of message."""
    gateway, relay = costs[kind, "gateway"], costs[kind, "relay"]
    return Result(
        kind=kind,
        gateway=round(gateway.median, 2),
        relay=round(relay.median, 2),
        ratio=round(gateway.median / relay.median, 3),
        gateway_rounds=[round(figure, 2) for figure in gateway.cpu],
        relay_rounds=[round(figure, 2) for figure in relay.cpu],
        messages_per_second=round(max(gateway.rate)),
        records_per_sync=round(sum(gateway.group) / len(gateway.group), 1),
    )


def exceeded(results: Iterable[Result], goal: float) -> list[str]:
    """Each kind of message that costs more than it may, in words."""
    return [
        f"{each.kind} costs {each.ratio:.2f} times the relay; the goal is {goal:g}"
        for each in results
        if each.ratio > goal
    ]


def table(results: Iterable[Result], plan: Plan, batches: Mapping[Kind, float], goal: float) -> Table:
    """For a terminal."""
    title = f"CPU per message, median of {plan.rounds} rounds of {plan.messages}, window {plan.window}"
    caption = (
        "SIP over UDP, M3UA over TCP on loopback; 100 characters, one UDT; "
        "journal synced before a report leaves;\n"
        "relay: the same packets, sockets drained, nothing parsed; "
        f"Python {python_version()}"
    )
    shown = Table(title=title, caption=caption, box=SIMPLE)
    shown.add_column("", no_wrap=True, min_width=2)
    for heading in ("gateway us", "relay us", "ratio", "msg/s", "CDRs/sync", "pkts/read"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for each in results:
        shown.add_row(
            each.kind,
            f"{each.gateway:.1f} ({min(each.gateway_rounds):.0f}-{max(each.gateway_rounds):.0f})",
            f"{each.relay:.1f} ({min(each.relay_rounds):.0f}-{max(each.relay_rounds):.0f})",
            f"[{'green' if each.ratio <= goal else 'red'}]{each.ratio:.2f}",
            f"{each.messages_per_second:.0f}",
            f"{each.records_per_sync:.0f}",
            f"{batches[each.kind]:.0f}",
        )
    return shown


def journal_faults(journal: Path, played: Mapping[Kind, Iterable[range]]) -> list[str]:
    """Every message has one charging record that tells of its delivery, and there is no other."""
    decoder = msgspec.json.Decoder(_Record)
    found: Counter[tuple[Kind, str]] = Counter()
    faults: list[str] = []
    for line in journal.read_bytes().splitlines():
        record = decoder.decode(line)
        found[_RECORDS[record.record], record.other] += 1
        if record.outcome != "delivered":
            faults.append(f"{record.record} of {record.other}: {record.outcome}")
    for kind in KINDS:
        for number in (number for numbers in played[kind] for number in numbers):
            count = found.pop((kind, f"{OTHER_PREFIX}{number:08d}"), 0)
            if count != 1:
                faults.append(f"{kind} {number}: {count} charging records")
    return faults + [f"{kind} of {other}: a record of no message of ours" for kind, other in found]
