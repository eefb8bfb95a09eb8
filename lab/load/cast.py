"""Who plays in a run: the generators, and the gateway that is started here, does nothing, or is elsewhere."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from lab.bench.process import GATEWAY, Place, Process
from lab.load.choice import Choice
from lab.load.conductor import Pace
from lab.load.flow import Flow
from lab.load.options import BadOption
from lab.load.share import carrier, described, gateway_configuration, unplayable
from lab.load.talk import Setup
from lab.plan import Plan

__all__ = ["Cast", "cast"]

_FINAL = "ts-23.204"
_NETWORK = 249


class Cast(NamedTuple):
    """Ready to begin."""

    system: str
    """What is under load, for people."""
    start: Callable[[Place], Process] | None
    """Nothing, where it is elsewhere."""
    setups: list[Setup]


def cast(choice: Choice, rates: Sequence[dict[Flow, float]], pace: Pace) -> Cast:
    """Of a choice that makes sense for its carrier."""
    file = "" if choice.carrier is None else str(choice.carrier)
    network = choice.network or _NETWORK
    plan = described(file, network)
    first = Setup(
        carrier=file,
        network=network,
        index=0,
        generators=choice.generators,
        home=plan.procedures == _FINAL or Flow.MT_FALLBACK in rates[0],
        settled=choice.settled(),
        passing=choice.passing(rates, pace.warm_up + pace.seconds),
        patience=choice.timing.wait,
        seed=choice.seed,
    )
    _check(plan, first, file)
    if choice.null and not plan.here("ipsmgw"):
        raise BadOption(f"--null: the gateway of {file} is elsewhere, and nothing can be in its place")
    setups = [replace(first, index=index) for index in range(choice.generators)]
    if choice.null:
        return Cast("null gateway", partial(_null, first), setups)
    if plan.here("ipsmgw"):
        return Cast("gateway", partial(_gateway, first), setups)
    return Cast("gateway at {}:{}".format(*plan.sip("ipsmgw")), None, setups)


def _check(plan: Plan, setup: Setup, file: str) -> None:
    why = unplayable(plan)
    if why is not None:
        raise BadOption(f"-c {file}: {why}")
    if plan.here("ipsmgw"):
        return
    if setup.home and plan.procedures != _FINAL:
        raise BadOption(f'mt-fallback: the gateway of {file} has no procedures = "{_FINAL}"')
    if setup.generators > 1:
        raise BadOption("--generators: a gateway that is elsewhere knows one S-CSCF and one SM-SC")


def _gateway(setup: Setup, place: Place) -> Process:
    """`ipsmgw run -c FILE`."""
    plan = carrier(setup.carrier, setup.network, home=setup.home)
    path = place.folder / "gateway.toml"
    path.write_text(gateway_configuration(plan, setup.generators, place.folder))
    return Process(["-c", GATEWAY, "run", "-c", str(path)], place, name="gateway")


def _null(setup: Setup, place: Place) -> Process:
    return Process(["-m", "lab.load.idle"], place, name="null", stdin=msgspec.json.encode(setup))
