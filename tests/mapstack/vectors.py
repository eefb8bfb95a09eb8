"""The golden vectors of tests/vectors."""

import tomllib
from functools import cache
from pathlib import Path

__all__ = ["octets_of", "vectors"]


@cache
def vectors(layer: str) -> dict[str, dict[str, str]]:
    """The vectors of a file, by name."""
    text = (Path(__file__).parents[1] / "vectors" / f"{layer}.toml").read_text("utf-8")
    return {each["name"]: each for each in tomllib.loads(text)["vector"]}


def octets_of(layer: str) -> dict[str, bytes]:
    """Only the octets, by name."""
    return {name: bytes.fromhex(each["hex"]) for name, each in vectors(layer).items()}
