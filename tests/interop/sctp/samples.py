"""An argument, a result and an error of every operation: a sample, what is typical, or the least."""

from functools import cache
from typing import cast

from hypothesis import HealthCheck, Phase, find, settings

from lab.bench.codecs import pdus, typical
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
    if operation in ARGUMENTS:
        return ARGUMENTS[operation]
    known = typical.of_operation(typical.ARGUMENTS, operation.name, operation.version)
    return _least(operation.argument) if known is None else pdus.argument(operation)


def result(operation: Operation) -> Sequence | None:
    """What it is answered with."""
    if operation in RESULTS:
        return RESULTS[operation]
    if operation.result is None or operation.result_optional:
        return None
    known = typical.of_operation(typical.RESULTS, operation.name, operation.version)
    return _least(operation.result) if known is None else pdus.result(operation)


def error(operation: Operation) -> MapError:
    """What it is refused with."""
    return ERRORS.get(operation) or MapError(min(operation.errors))
