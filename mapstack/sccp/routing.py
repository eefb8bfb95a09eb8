"""Where an address leads: the translation of global titles by their longest known prefix (Q.714 §2.4)."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.gt_translation import GtDestination, GtRoute, GtTranslation
from mapstack.sccp.message import ReturnCause

__all__ = ["Translation", "Way", "Ways"]

_MAX_DIGITS = 64  # more than any rule can need; an address must be able to hold them
_MAX_REWRITES = 4  # rules whose titles lead to each other's end here


class Way(NamedTuple):
    """A node, and the called address that a message to it has."""

    point_code: int
    called: SccpAddress


class Ways(NamedTuple):
    """Nodes that share the load, and those that take it while none of them can."""

    shared: tuple[Way, ...]
    backup: tuple[Way, ...] = ()

    @property
    def only(self) -> Way | None:
        """The way, if there is no choice."""
        return self.shared[0] if len(self.shared) == 1 and not self.backup else None


class Translation:
    """The rules by prefix, and what was found with them."""

    __slots__ = ("_found", "_lengths", "_limit", "_rules")

    def __init__(
        self, routes: Iterable[GtRoute], translations: Iterable[GtTranslation] = (), *, limit: int = 4096
    ) -> None:
        rules: dict[str, list[GtTranslation]] = {}
        for rule in (*translations, *map(GtTranslation.of, routes)):
            rules.setdefault(rule.prefix, []).append(rule)
        for same in rules.values():
            same.sort(key=lambda rule: -rule.kind.precision)
        self._rules = rules
        self._lengths = sorted({len(prefix) for prefix in rules}, reverse=True)
        self._found: dict[SccpAddress, Ways | ReturnCause] = {}
        self._limit = limit

    def ways(self, address: SccpAddress) -> Ways | ReturnCause:
        """The ways of a message for `address`, or why there is none."""
        found = self._found.get(address)
        if found is None:
            if len(self._found) >= self._limit:
                self._found.clear()
            found = self._found[address] = self._look_up(address)
        return found

    def _look_up(self, address: SccpAddress) -> Ways | ReturnCause:
        if not address.route_on_gt:
            return ReturnCause.UNQUALIFIED if address.point_code is None else _direct(address)
        found = self._translate(address)
        # A title that is not known here may be known where its point code says.
        known = address.point_code is None or isinstance(found, Ways)
        return found if known else _direct(address)

    def _translate(self, address: SccpAddress) -> Ways | ReturnCause:
        gt = address.gt
        for _ in range(_MAX_REWRITES):
            if gt is None:
                return ReturnCause.NO_TRANSLATION_FOR_NATURE
            rule = self._rule(gt)
            if rule is None:
                return self._unknown(gt)
            if rule.rewrite is not None:
                gt = rule.rewrite.apply(gt)
                if not 1 <= len(gt.digits) <= _MAX_DIGITS:
                    break
            if rule.destinations:
                address = replace(address, gt=gt)
                return Ways(_ways(address, rule.destinations), _ways(address, rule.backup))
        return ReturnCause.NO_TRANSLATION_FOR_ADDRESS

    def _rule(self, gt: Gt) -> GtTranslation | None:
        for length in self._lengths:
            for rule in self._rules.get(gt.digits[:length], ()):
                if rule.kind.matches(gt):
                    return rule
        return None

    def _unknown(self, gt: Gt) -> ReturnCause:
        """Q.714 §2.7.1, §2.7.2: whether addresses of this kind are translated at all."""
        rules = (rule for same in self._rules.values() for rule in same)
        if any(rule.kind.matches(gt) for rule in rules):
            return ReturnCause.NO_TRANSLATION_FOR_ADDRESS
        return ReturnCause.NO_TRANSLATION_FOR_NATURE


def _direct(address: SccpAddress) -> Ways:
    return Ways((Way(address.point_code or 0, address),))


def _ways(address: SccpAddress, destinations: Iterable[GtDestination]) -> tuple[Way, ...]:
    return tuple(
        Way(
            each.point_code,
            replace(
                address,
                ssn=address.ssn if each.ssn is None else each.ssn,
                # Q.714 §2.2.2: the old one would lead the message back, or past its destination.
                point_code=None if address.point_code is None else each.point_code,
                route_on_gt=not each.route_on_ssn,
            ),
        )
        for each in destinations
    )
