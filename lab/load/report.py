"""What a run came to, as tables for a terminal and as JSON."""

from collections.abc import Iterator, Sequence
from platform import python_version

import msgspec
from rich.box import SIMPLE
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from lab.load.figures import Tally
from lab.load.flow import Flow
from lab.load.histogram import PRECISION
from lab.load.show import milliseconds
from lab.load.step import Step, Summary, summary

__all__ = ["Report", "as_json", "tell", "tell_ramp"]

_MIB = 1 << 20


class Report(msgspec.Struct):
    """What `--json` writes."""

    system: str
    python: str
    precision: float
    """Part by which a latency may be told too high."""
    held_rate: float | None
    """Of a ramp: the highest rate that held, messages a second; of one step: its rate, if it held."""
    steps: list[Summary]


def as_json(system: str, steps: Sequence[Step]) -> bytes:
    held = [step.rate for step in steps if step.held]
    report = Report(
        system=system,
        python=python_version(),
        precision=PRECISION,
        held_rate=max(held, default=None),
        steps=[summary(step) for step in steps],
    )
    return msgspec.json.format(msgspec.json.encode(report)) + b"\n"


def tell(console: Console, step: Step) -> None:
    """All of one step."""
    console.print(_flows(step))
    console.print(Group(*_remarks(step)))
    if step.usage:
        console.print(_processes(step))
    for each in step.verdicts:
        mark = "[green]held[/]  " if each.held else "[red]BROKEN[/]"
        console.print(f"{mark} {each.objective}: {each.measured}", highlight=False)
    for sentence in _warnings(step):
        console.print(sentence, style="bold red", highlight=False)


def tell_ramp(console: Console, steps: Sequence[Step]) -> None:
    """A line for each rate."""
    shown = Table(title="The ramp", box=SIMPLE)
    for name in ("offered/s", "done/s", "refused", "lost", "p50 ms", "p99 ms", "gateway us"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("", min_width=20)
    for step in steps:
        shown.add_row(*_ramp_row(step))
    console.print(shown)
    held = [step.rate for step in steps if step.held]
    if held:
        console.print(
            f"the highest rate that held: [bold]{max(held):g}[/] messages a second", highlight=False
        )
    else:
        console.print("[red]no rate held[/]", highlight=False)


def _ramp_row(step: Step) -> tuple[str, ...]:
    whole = step.figures.all
    broken = [f"{each.objective}: {each.measured}" for each in step.verdicts if not each.held]
    say = "; ".join(broken) if broken else "held"
    return (
        f"{step.rate:.5g}",
        f"{whole.done / step.seconds:.0f}",
        str(whole.refusals),
        str(whole.lost),
        milliseconds(whole.latency.quantile(0.5)),
        milliseconds(whole.latency.quantile(0.99, beyond=whole.lost)),
        next((f"{each.cpu_per_message:.0f}" for each in step.usage if each.name.endswith("gateway")), ""),
        say if step.is_valid else "the generator was late",
    )


def _flows(step: Step) -> Table:
    title = f"{step.rate:.5g} messages a second, {step.seconds:.4g} s"
    caption = f"latency of what was done, from when it should have begun; at most {PRECISION:.1%} too high"
    shown = Table(title=title, caption=caption, box=SIMPLE)
    shown.add_column("")
    for name in ("offered", "done", "refused", "lost", "p50 ms", "p95", "p99", "max"):
        shown.add_column(name, justify="right")
    for flow in Flow:
        if flow in step.figures.flows:
            shown.add_row(flow.value, *_row(step.figures.of(flow)))
    if len(step.figures.flows) > 1:
        shown.add_section()
        shown.add_row("all", *_row(step.figures.all))
    return shown


def _row(tally: Tally) -> tuple[str, ...]:
    latency = tally.latency
    quantiles = [latency.quantile(part) for part in (0.5, 0.95, 0.99, 1.0)]
    counts = (tally.offered, tally.done, tally.refusals, tally.lost)
    return (*(str(count) for count in counts), *(milliseconds(each) for each in quantiles))


def _remarks(step: Step) -> Iterator[RenderableType]:
    figures = step.figures
    for flow, tally in figures.flows.items():
        for cause, count in sorted(tally.refused.items(), key=lambda item: -item[1]):
            yield Text(f"refused  {flow.value}: {cause}: {count}")
    if figures.late:
        yield Text(f"late     {figures.late} answers came after their message was counted as lost")
    if figures.repeated or figures.heard_again:
        yield Text(f"repeated {figures.repeated} by us, {figures.heard_again} heard again from the gateway")
    for what, count in figures.unexpected.items():
        yield Text(f"unexpected  {what}: {count}")
    if step.interrupted:
        yield Text("ended by Ctrl-C")
    if figures.warm_up:
        yield Text(f"warm-up  {figures.warm_up} more, in no figure")


def _processes(step: Step) -> Table:
    shown = Table(box=SIMPLE)
    shown.add_column("process")
    for name in ("CPU us a message", "CPU", "memory MiB", "octets more a message"):
        shown.add_column(name, justify="right")
    for each in step.usage:
        shown.add_row(
            each.name,
            f"{each.cpu_per_message:.1f}",
            f"{each.cpu / step.seconds:.0%}",
            f"{each.memory / _MIB:.1f}",
            f"{each.growth_per_message:.0f}",
        )
    return shown


def _warnings(step: Step) -> Iterator[str]:
    if not step.is_valid:
        yield (
            f"This is no result: the generator was late itself, by {milliseconds(step.lag)} ms at p99, and "
            f"{milliseconds(step.lag_limit)} ms are allowed (--lag). Offer less, or add --generators."
        )
    whole = step.figures.all
    if whole.under_way:
        yield f"{whole.under_way} messages have no end: this is a fault of the generator"
