"""Where octets of SMPP came from or go to: one TCP connection (SMPP v3.4 §2.2)."""

from typing import NamedTuple

__all__ = ["Flow", "SessionSpec"]


class Flow(NamedTuple):
    """A connection; `connection` tells two between the same addresses apart."""

    local: tuple[str, int]
    remote: tuple[str, int]
    connection: str


class SessionSpec(NamedTuple):
    """A socket to open: one that listens at `local`, or or one that connects from there to `remote`."""

    local: tuple[str, int]
    remote: tuple[str, int] | None = None
