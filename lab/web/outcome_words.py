"""How an attempt of the SM-SC ended, in the names of the specification (TS 29.002 §17.6.6, §17.7.7)."""

import re

from ipsmgw.trace.layers.names import MAP_ERRORS
from lab.meddling.words import fold, spelled

__all__ = ["in_names"]

_CONSTANT = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
_ERRORS = {fold(name): name for name in MAP_ERRORS.values()}


def in_names(outcome: str) -> str:
    """SM_DELIVERY_FAILURE MEMORY_CAPACITY_EXCEEDED is sm-DeliveryFailure memoryCapacityExceeded."""
    return _CONSTANT.sub(lambda found: _ERRORS.get(fold(found[0])) or spelled(found[0]), outcome)
