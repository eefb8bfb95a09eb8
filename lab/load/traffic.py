"""A generator without sockets: octets and time in, octets out; each packet to the flow it belongs to."""

from collections.abc import Sequence

from lab.bench.frames import number_in
from lab.bench.place import HLR, SMSC
from lab.bench.rehearsal import BRANCH, CALL
from lab.load.flow import REGISTRATIONS, Flow
from lab.load.ledger import Row
from lab.load.origination import Origination
from lab.load.parts import Parts
from lab.load.reading import BEGIN, read
from lab.load.registration import Registration, Registry
from lab.load.templates import SGSN
from lab.load.termination import Termination

__all__ = ["Traffic"]

# Members of an enumeration are slow to find.
_MO, _MT, _REGISTER, _DEREGISTER = Flow.MO, Flow.MT, Flow.REGISTER, Flow.DEREGISTER
_BRANCH = b";branch=" + BRANCH
_REPLY = b"\r\nIn-Reply-To: " + CALL
_ID = 8
_NOBODY = "generator: nobody is there for it"


class Traffic:
    """What there is to send stands in `parts.datagrams` and `parts.frames`."""

    def __init__(self, parts: Parts, *, home: bool) -> None:
        self.parts = parts
        parts.frames.update({node: [] for node in (HLR, SMSC, SGSN)})
        self._mo = Origination(parts)
        self._mt = Termination(parts, home=home)
        self._registration = Registration(parts)
        self._registry = Registry(parts)

    @property
    def under_way(self) -> int:
        return len(self.parts.ledger.rows)

    def offer(self, flow: Flow, intended: float, now: float, *, counted: bool) -> None:
        """Begin one, which should have begun at `intended`."""
        people = self.parts.people
        if flow is _MO or flow is _MT:
            subscriber: int | None = people.anybody()
        elif flow is _REGISTER:
            subscriber = people.comer()
        elif flow is _DEREGISTER:
            subscriber = people.goer()
        else:
            subscriber = people.anybody()
        ledger = self.parts.ledger
        row = ledger.begin(flow, -1 if subscriber is None else subscriber, intended, now, counted=counted)
        if subscriber is None:
            ledger.refuse(row, _NOBODY)
        else:
            self.begin(row, now)

    def begin(self, row: Row, now: float) -> None:
        """Its first packet."""
        if row.flow is _MO:
            self._mo.begin(row, now)
        elif row.flow in REGISTRATIONS:
            self._registration.begin(row, now)
        else:
            self._mt.begin(row)

    def on_datagrams(self, batch: Sequence[bytes], now: float) -> None:
        """What the gateway has sent to the S-CSCF."""
        for data in batch:
            if data.startswith(b"SIP/2.0 "):
                self._on_response(data, now)
            elif data.startswith(b"MESSAGE "):
                self._on_message(data, now)
            else:
                what = data.split(b" ", 1)[0][:20].decode("latin-1")
                self.parts.ledger.figures.note(f"S-CSCF: {what}")

    def on_frames(self, node: str, batch: Sequence[bytes], now: float) -> list[bytes]:
        """DATA of the gateway to a node; what a real stack has to answer is returned."""
        others: list[bytes] = []
        for frame in batch:
            unit = read(frame)
            if unit is None:
                others.append(frame)
            elif node == HLR:
                self._registry.asked(frame, unit)
            elif node == SGSN:
                answer = self.parts.templates.delivered.fill({b"tid": unit.tid})
                self.parts.tell(SGSN, answer)
            elif unit.tag == BEGIN:
                self._mo.forwarded(frame, unit)
            else:
                self._mt.ended(frame, unit, now)
        return others

    def expire(self, now: float) -> None:
        """What waits too long is sent again, or is lost."""
        parts = self.parts
        for row in parts.ledger.expire(now):
            parts.transactions.end(row.number)
        again = parts.transactions.expire(now)
        parts.ledger.figures.repeated += len(again)
        parts.datagrams += again

    def deadline(self) -> float | None:
        """When `expire` may have work."""
        due = (self.parts.ledger.deadline(), self.parts.transactions.deadline())
        return min((when for when in due if when is not None), default=None)

    def _on_response(self, data: bytes, now: float) -> None:
        """A 100 says that the answer takes longer (RFC 4320 §4.1), and is none."""
        if data[8] == 49:  # "1"
            return
        number = _number(data, data.find(_BRANCH) + len(_BRANCH))
        ledger = self.parts.ledger
        row = ledger.rows.get(number)
        if not self.parts.transactions.end(number):
            ledger.heard_again(number)
        elif row is None:
            pass  # the answer that counts has overtaken this one
        elif row.flow is _MO:
            self._mo.answered(row, data, now)
        elif row.flow in REGISTRATIONS:
            self._registration.answered(row, data, now)
        else:
            self._mt.answered(row, data)

    def _on_message(self, data: bytes, now: float) -> None:
        at = data.find(_REPLY)
        if at >= 0:
            self._mo.reported(_number(data, at + len(_REPLY)), data, now)
        else:
            self._mt.arrived(number_in(data), data, now)


def _number(data: bytes, at: int) -> int:
    """In hexadecimal; -1 where somebody else wrote it."""
    try:
        return int(data[at : at + _ID], 16)
    except ValueError:
        return -1
