"""How a command starts: quickly, for somebody waits for it."""

import gc
from importlib import import_module

__all__ = ["start"]

_INTERRUPTED = 130  # as shells have it: 128 and SIGINT


def start(commands: str) -> None:
    """Import the module with the commands, and do what was asked for.

    What is imported stays until the end, so that the collector need not look at it again and again.
    """
    gc.disable()
    try:
        app = import_module(commands).app
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None  # nothing has begun
    gc.freeze()
    gc.enable()
    app()
