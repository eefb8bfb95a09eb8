"""SCRC, the routing control: which of several ways a message takes (Q.714 §2.3, §2.5, §2.6)."""

from collections.abc import Callable
from typing import NamedTuple

from mapstack.m3ua.m3ua import M3ua, TransferRefused
from mapstack.sccp.address import SccpAddress
from mapstack.sccp.message import ReturnCause
from mapstack.sccp.routing import Way, Ways
from mapstack.sccp.scmg import Scmg

__all__ = ["REFUSED", "Label", "RoutingControl"]

REFUSED = {
    TransferRefused.UNREACHABLE: ReturnCause.MTP_FAILURE,
    TransferRefused.CONGESTED: ReturnCause.NETWORK_CONGESTION,
}

_SLS_BITS = 4  # Q.704 §2.2.4
_SLS_MASK = (1 << _SLS_BITS) - 1


class Label(NamedTuple):
    """What decides beside the address."""

    sls: int
    in_sequence: bool
    importance: int


class RoutingControl:
    """Ways that may be used, tried one after the other."""

    def __init__(self, m3ua: M3ua, scmg: Scmg) -> None:
        self._m3ua = m3ua
        self._scmg = scmg

    def send(
        self, ways: Ways, label: Label, make: Callable[[SccpAddress], list[bytes] | ReturnCause]
    ) -> ReturnCause | None:
        """Hand on what `make` makes for the called address of a way; None when it has been, else why not."""
        usable = self._usable(ways, label)
        if isinstance(usable, ReturnCause):
            return usable
        refused: ReturnCause | None = None
        for way in usable:
            octets = make(way.called)
            if isinstance(octets, ReturnCause):
                return octets
            cause, sent = self._transfer(way.point_code, label.sls, octets)
            if cause is None or sent:
                return cause
            refused = refused or cause
        return refused

    def is_watched(self, way: Way) -> bool:
        """Whether messages on this way have to be looked at one by one."""
        return self._scmg.is_restricted(way.point_code) or self._prohibited(way) is not None

    def _transfer(self, point_code: int, sls: int, octets: list[bytes]) -> tuple[ReturnCause | None, int]:
        """Why it could not be handed on, and how many segments had been."""
        for sent, each in enumerate(octets):
            refused = self._m3ua.transfer(point_code, sls, each)
            if refused is not None:
                return REFUSED[refused], sent
        return None, len(octets)

    def _usable(self, ways: Ways, label: Label) -> list[Way] | ReturnCause:
        """In the order in which they are tried, or why there is none: what the first one says."""
        first: ReturnCause | None = None
        usable: list[Way] = []
        for way in (*self._shared(ways.shared, label), *ways.backup):
            fault = self._fault(way, label.importance)
            if fault is None:
                usable.append(way)
            first = first or fault
        usable.sort(key=lambda way: self._scmg.rank(way.point_code))
        return usable or first or ReturnCause.MTP_FAILURE

    def _fault(self, way: Way, importance: int) -> ReturnCause | None:
        prohibited = self._prohibited(way)
        if prohibited is None and self._scmg.restricts(way.point_code, importance):
            return ReturnCause.NETWORK_CONGESTION
        return prohibited

    def _prohibited(self, way: Way) -> ReturnCause | None:
        return self._scmg.prohibited(way.point_code, None if way.called.route_on_gt else way.called.ssn)

    def _shared(self, shared: tuple[Way, ...], label: Label) -> tuple[Way, ...]:
        """Q.714 §2.5.1, §2.5.2: class 0 is spread over what is there, class 1 keeps its way while it is."""
        if not label.in_sequence:
            there = tuple(way for way in shared if not self._is_away(way))
            away = tuple(way for way in shared if self._is_away(way))
            return (*_from(there, label.sls), *away)
        return _from(shared, label.sls)

    def _is_away(self, way: Way) -> bool:
        return self._scmg.rank(way.point_code) > 0 or self._prohibited(way) is not None


def _from(ways: tuple[Way, ...], sls: int) -> tuple[Way, ...]:
    """The same, beginning with the one that the SLS selects.

    By its first bits: M3UA takes the last ones to choose among the associations to one destination.
    """
    start = (sls & _SLS_MASK) * len(ways) >> _SLS_BITS
    return ways[start:] + ways[:start]
