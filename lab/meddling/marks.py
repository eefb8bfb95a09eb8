"""A trace in which it shows what rules have done to a PDU: forged, withheld, late, twice, spoilt."""

from collections import OrderedDict
from itertools import islice

from ipsmgw.trace import Trace

__all__ = ["MarkedTrace"]

_LOOK_BACK = 2_000  # PDUs among which one that has just come is looked for
_MARKS = 1_000


class MarkedTrace(Trace):
    """What is marked before it leaves gets its mark when it is put on a link."""

    __slots__ = ("_marks",)

    def __init__(self, *, limit: int = 100_000, octets: int = 64 * 1024 * 1024) -> None:
        super().__init__(limit=limit, octets=octets)
        self._marks: OrderedDict[tuple[str, bytes], str] = OrderedDict()

    def mark(self, source: str, data: bytes, fate: str) -> None:
        """What a node is about to send."""
        self._marks[source, data] = fate
        if len(self._marks) > _MARKS:
            self._marks.popitem(last=False)

    def pdu(self, when: float, source: str, target: str, protocol: str, data: bytes, *fate: str) -> None:
        mark = self._marks.pop((source, data), "") if self._marks else ""
        super().pdu(when, source, target, protocol, data, *filter(None, (mark, *fate)))

    def amend(self, when: float, way: tuple[str, str], protocol: str, data: bytes, fate: str) -> None:
        """What has come to a node, from one whose sending may have been seen."""
        pdus = self._pdus
        for back, pdu in enumerate(islice(reversed(pdus), _LOOK_BACK), 1):
            if pdu.data == data and (pdu.source, pdu.target) == way and not pdu.fate:
                pdus[-back] = pdu._replace(fate=fate)
                return
        self.pdu(when, *way, protocol, data, fate)
