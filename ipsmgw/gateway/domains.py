"""Domain selection: in which order a subscriber's messages are tried (TS 23.204 §6.5a)."""

from ipsmgw.hlr_section import Domain
from ipsmgw.settings import Settings

__all__ = ["Orders"]


class Orders:
    """What a subscriber is given goes before what holds for large messages, and that before the rest."""

    def __init__(self, settings: Settings) -> None:
        routing = settings.routing
        self._usual, self._large = routing.order, routing.large
        self._of_large = routing.large_order
        self._of = {each.imsi: each.order for each in settings.map.subscriber if each.order}

    def of(self, imsi: str, size: int) -> tuple[Domain, ...]:
        """`imsi`: the real one; the longest prefix decides. `size`: octets of the TPDU."""
        for length in range(len(imsi), 0, -1) if self._of else ():
            order = self._of.get(imsi[:length])
            if order is not None:
                return order
        return self._of_large if self._large and size > self._large else self._usual
