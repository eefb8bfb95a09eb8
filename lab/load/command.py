"""The command `ipsmgw-lab load`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lab.load.choice import Choice, Climb, Offer, Timing
from lab.load.conductor import Lost
from lab.load.flow import Flow
from lab.load.options import BadOption
from lab.load.play import play
from lab.load.share import MOST_GENERATORS
from lab.plan import MAX_NETWORK

__all__ = ["load_command"]

_console = Console(soft_wrap=True)
_error = Console(stderr=True, soft_wrap=True)

_Rate = Annotated[float, typer.Option(min=0, metavar="RATE", help="So many of this flow a second.")]
_Whole = Annotated[float, typer.Option(min=0, metavar="RATE", help="Messages a second, of --mix.")]
_Mix = Annotated[str, typer.Option(metavar="SHARES", help="As in mo=50,mt=30,mt-fallback=10,register=10.")]
_Subscribers = Annotated[int, typer.Option(min=1, help="Who is registered before anything is measured.")]
_Profile = Annotated[str, typer.Option(metavar="NAME", help="What they do: busy-hour, or a TOML file.")]
_For = Annotated[
    str, typer.Option("--for", metavar="TIME", help="How long, 30s by default; 500ms, 10s, 2m, 1h.")
]
_WarmUp = Annotated[str, typer.Option(metavar="TIME", help="Before it, and in no figure.")]
_Arrivals = Annotated[str, typer.Option(help="poisson, or constant: evenly spaced.")]
_Ramp = Annotated[str, typer.Option(metavar="FROM..TO", help="Higher rates, until an objective breaks.")]
_By = Annotated[
    str, typer.Option(metavar="STEP", help="How much higher each time: 25%, the default, or 50 a second.")
]
_Step = Annotated[str, typer.Option(metavar="TIME", help="How long each rate of a ramp, 10s by default.")]
_Objective = Annotated[
    list[str] | None, typer.Option(metavar="WORDS", help="As in 'mo p99 < 200 ms', 'refused < 0.1%'.")
]
_Patience = Annotated[str, typer.Option(metavar="TIME", help="Until a message without an answer is lost.")]
_Lag = Annotated[str, typer.Option(metavar="TIME", help="How late the generator may be itself, at p99.")]
_Generators = Annotated[int, typer.Option(min=1, max=MOST_GENERATORS, help="Processes that offer it.")]
_Null = Annotated[bool, typer.Option("--null", help="Against a gateway that does nothing.")]
_Carrier = Annotated[
    Path | None, typer.Option("-c", "--carrier", metavar="FILE", help="Of this carrier (docs/carrier.toml).")
]
_Network = Annotated[
    int | None,
    typer.Option(min=1, max=MAX_NETWORK, help="Without -c: addresses are 127.0.NETWORK.x, 249 by default."),
]
_Seed = Annotated[int, typer.Option(help="What arrivals and subscribers follow from.")]
_Json = Annotated[Path | None, typer.Option(metavar="FILE", help="Write all figures there.")]
_Svg = Annotated[Path | None, typer.Option(metavar="FILE", help="Write a plot there.")]


def load_command(
    *,
    mo: _Rate = 0,
    mt: _Rate = 0,
    mt_fallback: _Rate = 0,
    register: _Rate = 0,
    refresh: _Rate = 0,
    deregister: _Rate = 0,
    rate: _Whole = 0,
    mix: _Mix = "",
    subscribers: _Subscribers = 1_000,
    profile: _Profile = "",
    run: _For = "",
    warm_up: _WarmUp = "2s",
    arrivals: _Arrivals = "poisson",
    ramp: _Ramp = "",
    by: _By = "",
    step: _Step = "",
    objective: _Objective = None,
    patience: _Patience = "10s",
    lag: _Lag = "20ms",
    generators: _Generators = 1,
    null: _Null = False,
    carrier: _Carrier = None,
    network: _Network = None,
    seed: _Seed = 1,
    json: _Json = None,
    svg: _Svg = None,
) -> None:
    """Load a gateway; exit status 0: held, 1: an objective broke, 2: not played, 3: no result."""
    flows = dict(zip(Flow, (mo, mt, mt_fallback, register, refresh, deregister), strict=True))
    offer = Offer(flows, rate, mix, subscribers, profile)
    timing, climb = Timing(run, warm_up, patience, lag, arrivals), Climb(ramp, by, step)
    where, written, objectives = (null, carrier, network), (json, svg), objective or []
    choice = Choice(offer, timing, climb, objectives, generators, *where, seed, *written)
    raise typer.Exit(_played(choice))


def _played(choice: Choice) -> int:
    try:
        return play(_console, choice)
    except (BadOption, Lost, OSError) as fault:
        _error.print(f"ipsmgw-lab: {fault}", markup=False, highlight=False)
        return 2
