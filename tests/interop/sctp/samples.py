"""An argument, a result and an error of every operation: a sample, or the least that there can be."""

from functools import cache
from typing import cast

from hypothesis import HealthCheck, Phase, find, settings

from mapstack import MapError, Operation
from mapstack.asn1 import Sequence
from tests.mapstack.map.values import values_of
from tests.mapstack.stack.samples import ARGUMENTS, ERRORS, RESULTS

__all__ = ["argument", "error", "result"]


# the first that hypothesis makes is the least; to look for a smaller one costs seconds
_FIRST = settings(
    phases=[Phase.generate],
    max_examples=1,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@cache
def _least(kind: type[Sequence]) -> Sequence:
    return cast("Sequence", find(values_of(kind), lambda _: True, settings=_FIRST))


def argument(operation: Operation) -> Sequence:
    """What it is invoked with."""
    return ARGUMENTS.get(operation) or _least(operation.argument)


def result(operation: Operation) -> Sequence | None:
    """What it is answered with."""
    if operation in RESULTS:
        return RESULTS[operation]
    if operation.result is None or operation.result_optional:
        return None
    return _least(operation.result)


def error(operation: Operation) -> MapError:
    """What it is refused with."""
    return ERRORS.get(operation) or MapError(min(operation.errors))
