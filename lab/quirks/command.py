"""The command `ipsmgw-lab quirks`: the profiles, whose they are, and where they were met."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lab.quirks.profile import Profile, profiles
from lab.quirks.quirks import NONE

__all__ = ["find", "quirks_command"]

_out = Console()
_err = Console(stderr=True, soft_wrap=True)
_WIDTH = 160
"""Of what goes to a file."""


def quirks_command(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="All that one profile says.")] = None,
) -> None:
    """Phones, carriers and nodes as they are met in the field; `ipsmgw-lab run --quirks NAME` plays them."""
    if not _out.is_terminal:
        _out.width = _WIDTH
    if name is not None:
        _tell(find(name))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("name", no_wrap=True)
    table.add_column("imitates", overflow="fold", ratio=2)
    table.add_column("source", overflow="fold", ratio=2)
    for profile in profiles().values():
        table.add_row(profile.name, profile.imitates, "\n".join(profile.source))
    _out.print(table)


def find(name: str) -> Profile:
    """The profile of this name; otherwise a sentence, and exit status 2."""
    found = profiles().get(name)
    if found is None:
        _err.print(
            f"ipsmgw-lab: there is no quirk profile {name!r}; `ipsmgw-lab quirks` shows them",
            markup=False,
            highlight=False,
        )
        raise typer.Exit(2)
    return found


def _tell(profile: Profile) -> None:
    lines = [profile.imitates, *(f"source: {url}" for url in profile.source)]
    said, usual = profile.quirks, NONE
    lines += [
        f"quirk: {field} = {getattr(said, field)!r}"
        for field in said.__struct_fields__
        if getattr(said, field) != getattr(usual, field)
    ]
    lines += [f"timer: {timer} = {value} s" for timer, value in profile.timers.items()]
    lines += [f"{story} does not come true: {why}" for story, why in profile.outcome.items()]
    for line in lines:
        _out.print(line, markup=False, highlight=False, soft_wrap=True)
