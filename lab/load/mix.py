"""How much of each flow a second: as rates, as a mix, or as subscribers by the profile of a busy hour."""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from lab.load.flow import FLOWS, Flow
from lab.load.options import BadOption

__all__ = ["Profile", "checked", "mixed", "of_profile", "profile", "scaled"]

_HOUR = 3600.0
_ALLOWED = ", ".join(FLOWS)
_SUFFIX = ".toml"
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A busy hour: how often each flow is attempted for one subscriber in it."""

    what: str
    attempts: dict[Flow, Annotated[float, Meta(ge=0)]]


def mixed(text: str, rate: float) -> dict[Flow, float]:
    """Shares as in mo=50,mt=30: whatever they add up to is all of the rate."""
    shares: dict[Flow, float] = {}
    for part in text.split(","):
        name, _, share = part.strip().partition("=")
        if name not in FLOWS:
            raise BadOption(f"--mix: there is no flow {name!r}; there are {_ALLOWED}")
        shares[Flow(name)] = _share(name, share)
    if not sum(shares.values()):
        raise BadOption("--mix: not all are 0")
    return scaled(shares, rate)


def _share(name: str, text: str) -> float:
    if _NUMBER.fullmatch(text) is None:
        raise BadOption(f"--mix: {name}={text}: a number is wanted, as in mo=50,mt=30")
    return float(text)


def scaled(shares: Mapping[Flow, float], rate: float) -> dict[Flow, float]:
    """So much of all of them, in these proportions."""
    whole = sum(shares.values())
    return {flow: share / whole * rate for flow, share in shares.items()}


def checked(rates: Mapping[Flow, float]) -> dict[Flow, float]:
    """Who goes has come before."""
    found = {flow: rate for flow, rate in rates.items() if rate > 0}
    if found.get(Flow.DEREGISTER, 0.0) > found.get(Flow.REGISTER, 0.0):
        raise BadOption("deregister: more than register; in the end nobody would be left")
    return found


def of_profile(name: str, subscribers: int) -> dict[Flow, float]:
    """What so many do in a second of the busy hour."""
    return {flow: times * subscribers / _HOUR for flow, times in profile(name).attempts.items()}


def profile(name: str) -> Profile:
    """One of ours by its name, or a file."""
    ours = {
        each.name.removesuffix(_SUFFIX): each for each in files("lab.load").joinpath("profiles").iterdir()
    }
    source = ours.get(name)
    try:
        text = Path(name).read_text("utf-8") if source is None else source.read_text("utf-8")
        return msgspec.convert(tomllib.loads(text), Profile)
    except OSError as fault:
        known = ", ".join(sorted(ours))
        raise BadOption(f"--profile: {name}: {fault.strerror}; a TOML file, or one of {known}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadOption(f"--profile: {name}: {fault}") from None
    except msgspec.ValidationError as fault:
        raise BadOption(f"--profile: {name}: {fault}; flows are {_ALLOWED}") from None
