"""Phones, carriers and nodes as they are met in the field: what elements of the lab do differently."""

from lab.quirks.quirks import NONE, AckIn200, Quirks

__all__ = ["NONE", "AckIn200", "Quirks"]
