"""Which version of an application context a peer speaks, and how it is spoken (TS 29.002 §5.2, §18.2.4)."""

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from mapstack.errors import LocalError
from mapstack.map.errors import MapError
from mapstack.map.operation import Operation, Parameter
from mapstack.map.operations import NEWER, OPERATIONS_OF
from mapstack.sccp.address import SccpAddress
from mapstack.tcap.application_context import ApplicationContext

__all__ = [
    "PeerVersion",
    "PeerVersions",
    "arg_in",
    "error_in",
    "no_newer_than",
    "of_context",
    "peer_of",
    "result_in",
    "result_of",
]


class PeerVersion(msgspec.Struct, frozen=True, gc=False):
    """A peer takes no newer version of a family of application contexts than this one."""

    peer: str
    """The digits of its global title."""
    context: str
    """The family: the name of its contexts without the version."""
    version: int
    until: float
    """Then the newest version is tried again."""


def peer_of(address: SccpAddress) -> str:
    """What a peer is remembered by: its digits, or its point code where it has none."""
    return address.gt.digits if address.gt else f"point code {address.point_code}"


def _family(context: ApplicationContext) -> str:
    return context.name.rpartition("-v")[0]


def no_newer_than(operation: Operation, version: int) -> Operation | None:
    """The newest form of an operation that is not newer than this; None if there is none."""
    found: Operation | None = operation
    while found is not None and found.version > version:
        found = found.older
    return found


def of_context(operation: Operation, context: ApplicationContext) -> Operation | None:
    """The form of an operation that may be invoked in a dialogue of this context."""
    found: Operation | None = operation
    while found is not None and OPERATIONS_OF[context].get(found.code) is not found:
        found = found.older
    return found


def arg_in(operation: Operation, spoken: Operation, arg: Parameter) -> Parameter | None:
    """An argument in the words of an older form of its operation; None where that cannot say it."""
    while operation is not spoken and operation.older is not None:
        said = operation.to_older(arg)
        if said is None:
            return None
        operation, arg = operation.older, said
    return arg


def result_of(operation: Operation, spoken: Operation, result: Parameter | None) -> Parameter | None:
    """A result of an older form, in the words of the operation that was asked for."""
    if operation is spoken or operation.older is None:
        return result
    return operation.from_older(result_of(operation.older, spoken, result))


def result_in(spoken: Operation, result: Parameter | None) -> Parameter | None:
    """A result of ours in the words of the version that the peer speaks; `LocalError` if it is of neither."""
    if spoken.result_optional if result is None else type(result) is spoken.result:
        return result
    for newer in NEWER[spoken]:
        if _is_result_of(newer, result):
            return newer.answer_to_older(result_in(newer, result))
    raise LocalError(f"{spoken} has no result {type(result).__name__}")


def _is_result_of(operation: Operation, result: Parameter | None) -> bool:
    """Whether this operation has such a result, or a newer form of it has."""
    if result is None or type(result) is operation.result:
        return result is not None
    return any(_is_result_of(newer, result) for newer in NEWER[operation])


def error_in(spoken: Operation, error: MapError) -> MapError:
    """An error of ours as one that the peer's version has; `LocalError` if no version has it."""
    if error.code in spoken.errors:
        return error
    for newer in NEWER[spoken]:
        if _has_error(newer, error):
            return newer.error_to_older(error_in(newer, error))
    raise LocalError(f"{spoken} has no error {error.code!r}")


def _has_error(operation: Operation, error: MapError) -> bool:
    newer = NEWER[operation]
    return error.code in operation.errors or any(_has_error(each, error) for each in newer)


class PeerVersions:
    """Only exceptions are kept: of whom nothing is known speaks the newest."""

    def __init__(self, lifetime: float, limit: int) -> None:
        self._lifetime = lifetime
        self._limit = limit
        self.known: OrderedDict[tuple[str, str], PeerVersion] = OrderedDict()
        """By peer and family, the oldest knowledge first."""

    def operation(self, called: SccpAddress, operation: Operation, now: float) -> Operation:
        """The form of an operation that this peer understands, as far as is known."""
        key = peer_of(called), _family(operation.context)
        known = self.known.get(key)
        if known is None:
            return operation
        if known.until <= now:
            del self.known[key]
            return operation
        return no_newer_than(operation, known.version) or operation

    def learn(
        self, called: SccpAddress, operation: Operation, version: int, now: float
    ) -> PeerVersion | None:
        """A peer has answered in an older version; None: that is no news."""
        peer, family = peer_of(called), _family(operation.context)
        known = self.known.get((peer, family))
        if known is not None and known.version == version and known.until > now:
            return None
        learned = PeerVersion(peer, family, version, now + self._lifetime)
        self.put([learned])
        return learned

    def forget(self, called: SccpAddress, operation: Operation) -> None:
        """A peer does not speak the older version that it is known for."""
        self.known.pop((peer_of(called), _family(operation.context)), None)

    def put(self, versions: Iterable[PeerVersion]) -> None:
        """What was learned in an earlier life, or is known to the operator."""
        for each in versions:
            self.known[each.peer, each.context] = each
            self.known.move_to_end((each.peer, each.context))
            if len(self.known) > self._limit:
                self.known.popitem(last=False)
