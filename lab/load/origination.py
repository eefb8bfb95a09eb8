"""MO: MESSAGE, 202, Begin, End, MESSAGE with the report, 200 (TS 24.341 §5.3.3.4)."""

from lab.bench.frames import number_in, ok, semi_octets
from lab.bench.place import SMSC
from lab.load.flow import Flow
from lab.load.ledger import Row
from lab.load.parts import Parts, cause_of, name_of
from lab.load.people import msisdn_of
from lab.load.reading import Unit, component

__all__ = ["Origination"]

_MO = Flow.MO  # a member of an enumeration is slow to find
_RP_ACK, _RP_ERROR = 3, 5  # to the phone (TS 24.011 §8.2.2)


class Origination:
    """The phone with its S-CSCF, and the SMS-IWMSC, which takes everything."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._submit = parts.templates.messages.submit
        self._result = parts.templates.messages.result

    def begin(self, row: Row, now: float) -> None:
        values = {
            b"id": name_of(row.number),
            b"msisdn": msisdn_of(row.subscriber),
            b"number": semi_octets(f"{row.number:08d}"),
        }
        self._parts.ask(row.number, self._submit.fill(values), now)

    def answered(self, row: Row, response: bytes, now: float) -> None:
        """The final answer to its MESSAGE."""
        if not response.startswith(b"SIP/2.0 202 "):
            self._parts.refuse(row, cause_of(response))

    def forwarded(self, frame: bytes, unit: Unit) -> None:
        """mo-ForwardSM: who is still there for it does not matter to the SC."""
        if number_in(frame) < 0:
            self._parts.ledger.figures.note(f"Begin, operation {component(frame, unit).code}")
        else:
            self._parts.tell(SMSC, self._result.fill({b"tid": unit.tid}))

    def reported(self, number: int, message: bytes, now: float) -> None:
        """MESSAGE with RP-ACK or RP-ERROR; a phone answers whatever comes."""
        self._parts.datagrams.append(ok(message))
        ledger = self._parts.ledger
        row = ledger.rows.get(number)
        if row is None or row.flow is not _MO:
            ledger.heard_again(number)
            return
        body = message.find(b"\r\n\r\n") + 4
        kind = message[body] if body < len(message) else -1
        if kind == _RP_ACK:
            ledger.done(row, now)
        elif kind == _RP_ERROR:
            self._parts.refuse(row, f"RP-ERROR {message[body + 3]}")
        else:
            self._parts.refuse(row, f"report with RP message type {kind}")
