"""A carrier as its file describes it: who is here, who is somebody else's, and where (docs/carrier.toml)."""

from lab.description.reading import describe, described
from lab.description.sections import Description

__all__ = ["Description", "describe", "described"]
