"""What people write behind options: times, and the sentence for what is none."""

import re

__all__ = ["BadOption", "seconds"]

_UNITS = {"": 1.0, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_TIME = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(us|ms|s|m|h|)")


class BadOption(Exception):
    """One sentence that names the option, what is wrong, and what is allowed."""


def seconds(text: str, option: str) -> float:
    """Of 500ms, 10s, 2m, 1h; a bare number is seconds."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise BadOption(f"{option}: {text!r} is no time; 500ms, 10s, 2m and 1h are")
    return float(found[1]) * _UNITS[found[2]]
