"""Where an address leads: the translation of global titles by their longest known prefix (Q.714 §2.4)."""

from collections.abc import Iterable

from mapstack.sccp.address import SccpAddress
from mapstack.sccp.message import ReturnCause
from mapstack.sccp.settings import GtRoute

__all__ = ["Translation"]


class Translation:
    """Prefixes of global titles with the point codes behind them."""

    __slots__ = ("_lengths", "_point_codes")

    def __init__(self, routes: Iterable[GtRoute]) -> None:
        self._point_codes = {route.prefix: route.point_code for route in routes}
        self._lengths = sorted({len(prefix) for prefix in self._point_codes}, reverse=True)

    def point_code(self, address: SccpAddress) -> int | ReturnCause:
        """The point code that a message for `address` goes to, or why there is none."""
        if not address.route_on_gt:
            return ReturnCause.UNQUALIFIED if address.point_code is None else address.point_code
        if address.gt is None:
            return ReturnCause.NO_TRANSLATION_FOR_NATURE
        digits = address.gt.digits
        for length in self._lengths:
            point_code = self._point_codes.get(digits[:length])
            if point_code is not None:
                return point_code
        return ReturnCause.NO_TRANSLATION_FOR_ADDRESS
