"""A command with its subcommands, as both of ours are put together."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from ipsmgw import __version__

__all__ = ["program"]


def program(name: str, what: str, commands: Mapping[str, Callable[..., object]]) -> typer.Typer:
    """Its subcommands in this order, and its version."""
    app = typer.Typer(
        name=name, help=what, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    for word, command in commands.items():
        app.command(word)(command)

    def say_version(wanted: bool) -> None:
        if wanted:
            typer.echo(f"{name} {__version__}")
            raise typer.Exit

    @app.callback()
    def options(
        version: Annotated[
            bool, typer.Option("--version", callback=say_version, is_eager=True, help="Print the version.")
        ] = False,
    ) -> None:
        """What stands before the name of a command."""

    return app
