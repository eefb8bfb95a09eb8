"""An operation of MAP in one version, and how it is said in the version before (TS 29.002 §5.2, §17.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from mapstack.asn1 import Choice, Sequence
from mapstack.map.errors import ErrorCode, MapError, error_before
from mapstack.tcap.application_context import ApplicationContext

__all__ = ["Older", "Operation", "Parameter", "no_result", "older"]

Parameter = Sequence | Choice
"""An argument or a result. Where the ASN.1 has a type that is neither, a CHOICE of one has its octets."""
ArgT = TypeVar("ArgT", bound=Parameter)
OldArgT = TypeVar("OldArgT", bound=Parameter)
ResT = TypeVar("ResT", bound=Parameter)
OldResT = TypeVar("OldResT", bound=Parameter)

Argument = Callable[[Parameter], Parameter | None]
Result = Callable[[Parameter], Parameter | None]


@dataclass(frozen=True, slots=True, eq=False)
class Older:
    """The operation of the version before, and the ways there and back."""

    operation: "Operation"
    argument: Argument
    newer_argument: Argument
    result: Result
    newer_result: Result


def no_result(result: Parameter) -> None:
    """A version whose result has no parameter."""


def older(
    operation: "Operation",
    argument: Callable[[ArgT], OldArgT | None],
    newer_argument: Callable[[OldArgT], ArgT | None],
    result: Callable[[ResT], OldResT | None] = no_result,
    newer_result: Callable[[OldResT], ResT | None] = no_result,
) -> Older:
    """The version before; each function has the types of its two operations."""
    return Older(
        operation,
        cast(Argument, argument),
        cast(Argument, newer_argument),
        cast(Result, result),
        cast(Result, newer_result),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operation in one version; `timer` is how long its invoker waits."""

    name: str
    code: int
    context: ApplicationContext
    argument: type[Sequence] | type[Choice]
    result: type[Sequence] | type[Choice] | None
    errors: frozenset[ErrorCode]
    timer: float
    result_optional: bool = True
    """A result without a parameter is one (TS 29.002 §17.6)."""
    operation_class: int = 1
    """1: a result or an error is sent; 2: an error at most; 4: nothing is."""
    before: Older | None = None
    """The version to fall back to."""
    linked: frozenset[int] = frozenset()
    """Codes of the operations that its performer may invoke as a part of the answer (LINKED)."""

    @property
    def version(self) -> int:
        """Of its application context."""
        return self.context.oid[-1]

    @property
    def older(self) -> "Operation | None":
        """The operation of the version before, if there is one."""
        return self.before.operation if self.before else None

    def to_older(self, arg: Parameter) -> Parameter | None:
        """The argument of the version before; None where that version cannot say it."""
        return self.before.argument(arg) if self.before else None

    def from_older(self, result: Parameter | None) -> Parameter | None:
        """A result of the version before, as one of this version."""
        return self.before.newer_result(result) if self.before and result is not None else None

    def of_older(self, arg: Parameter) -> Parameter | None:
        """An argument of the version before, as one of this; None where that operation is not this one."""
        return self.before.newer_argument(arg) if self.before else None

    def answer_to_older(self, result: Parameter | None) -> Parameter | None:
        """Our result in the words of the version before."""
        return self.before.result(result) if self.before and result is not None else None

    def error_to_older(self, error: MapError) -> MapError:
        """Our error as one that the version before has."""
        return error_before(error, self.before.operation.errors) if self.before else error

    def __repr__(self) -> str:
        return f"<{self.name} v{self.version}>"
