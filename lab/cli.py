"""The command `ipsmgw-lab`: what it can be asked for (DESIGN §10)."""

from ipsmgw.starting import start

__all__ = ["main"]


def main() -> None:
    """The console script."""
    start("lab.commands")
