"""How a command finds the API of the gateway that runs, and says that nobody is there."""

from pathlib import Path

from ipsmgw.cli.check import sound

__all__ = ["NOBODY", "URL", "Silent", "where"]

URL = "http://127.0.0.1:8080"
NOBODY = 2
"""Exit status."""


class Silent(Exception):
    """One sentence: nobody answers, or not as a gateway does."""


def where(file: Path | None, url: str | None) -> str:
    """By its configuration, or as it is given."""
    if file is None:
        return url or URL
    if url is not None:
        raise Silent("-c and --url exclude each other")
    address = sound(file).web.listen
    if address is None:
        raise Silent(f"{file}: the gateway has no API: set web.listen")
    return f"http://{address}"
