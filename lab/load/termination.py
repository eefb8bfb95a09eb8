"""MT: Begin, MESSAGE, 200, MESSAGE with the report, 202, End; or 480, and the SGSN (TS 23.204 §6.5a)."""

from lab.bench.frames import Template, field, ok, semi_octets
from lab.bench.place import SMSC
from lab.bench.rehearsal import delivery_report
from lab.load.flow import Flow
from lab.load.ledger import Row, Stage
from lab.load.parts import Parts, cause_of, name_of
from lab.load.people import imsi_octets, msisdn_octets
from lab.load.reading import ABORT, RETURN_ERROR, RETURN_RESULT, Component, Unit, component
from mapstack.map import ErrorCode

__all__ = ["NUMBER", "Termination"]

# Members of an enumeration are slow to find.
_FALLBACK, _DELIVERED = Flow.MT_FALLBACK, Stage.DELIVERED
_FLOWS = (Flow.MT, Flow.MT_FALLBACK)
_ERRORS = {int(code): code.name for code in ErrorCode}
_SECOND = 0x4000_0000
"""Of the transaction id of mt-ForwardSM, where another dialogue goes before."""
NUMBER = _SECOND - 1
_IMSI = b"\x04\x08"  # OCTET STRING of 15 digits
_IMSI_SIZE = 8
_OK, _UNAVAILABLE = b"SIP/2.0 200 OK", b"SIP/2.0 480 Temporarily Unavailable"


class Termination:
    """The SMS-GMSC, and the phone with its S-CSCF."""

    def __init__(self, parts: Parts, *, home: bool) -> None:
        self._parts = parts
        self._home = home
        self._begin, self._ask = parts.templates.messages.begin, parts.templates.ask
        self._report: Template = parts.templates.messages.report
        self._reports = [delivery_report(reference) for reference in range(256)]

    def begin(self, row: Row) -> None:
        if self._home:
            values = {b"tid": row.number.to_bytes(4), b"msisdn": msisdn_octets(row.subscriber)}
            self._parts.tell(SMSC, self._ask.fill(values))
        else:
            self._forward(row, row.number, imsi_octets(row.subscriber))

    def ended(self, frame: bytes, unit: Unit, now: float) -> None:
        """Whatever ends a dialogue of the SMS-GMSC, or goes on with it."""
        tid = int.from_bytes(unit.tid)
        number = tid & NUMBER
        row = self._parts.ledger.rows.get(number)
        said = component(frame, unit)
        if row is None or row.flow not in _FLOWS:
            self._parts.ledger.stray(number, "answers to the SMS-GMSC")
        elif said.tag == RETURN_RESULT and self._home and tid < _SECOND:
            self._routed(row, frame, said.at)
        elif said.tag == RETURN_RESULT:
            self._parts.ledger.done(row, now)
        else:
            self._parts.refuse(row, _refusal(unit, said))

    def arrived(self, number: int, message: bytes, now: float) -> None:
        """MESSAGE with RP-DATA; the phone answers whatever comes, and reports once."""
        ledger = self._parts.ledger
        row = ledger.rows.get(number)
        if row is not None and row.flow is _FALLBACK:
            self._parts.datagrams.append(ok(message).replace(_OK, _UNAVAILABLE, 1))
            return
        self._parts.datagrams.append(ok(message))
        if row is not None and row.stage is not _DELIVERED:
            row.stage = _DELIVERED
            self._parts.ask(number, self._report_of(number, message), now)
        elif ledger.heard_again(number):  # nobody waits for it here, but the phone does not know that
            self._parts.datagrams.append(self._report_of(number, message))

    def answered(self, row: Row, response: bytes) -> None:
        """The final answer to the report; the result that the SMS-GMSC has is what counts."""
        if not response.startswith(b"SIP/2.0 202 "):
            self._parts.ledger.figures.note(f"report answered {cause_of(response)}")

    def _routed(self, row: Row, frame: bytes, at: int) -> None:
        """The gateway has told itself, and an MT Correlation ID."""
        at = frame.find(_IMSI, at)
        if at < 0:
            self._parts.refuse(row, "routing information without an IMSI")
            return
        row.stage = Stage.FORWARDED
        at += len(_IMSI)
        self._forward(row, row.number | _SECOND, frame[at : at + _IMSI_SIZE])

    def _forward(self, row: Row, tid: int, imsi: bytes) -> None:
        values = {b"tid": tid.to_bytes(4), b"imsi": imsi, b"number": semi_octets(f"{row.number:08d}")}
        self._parts.tell(SMSC, self._begin.fill(values))

    def _report_of(self, number: int, message: bytes) -> bytes:
        user = message[8 : message.find(b"@")]  # behind the method: sip:+MSISDN
        values = {
            b"id": name_of(number),
            b"msisdn": user.removeprefix(b"sip:+"),
            b"in_reply_to": field(message, b"Call-ID"),
            b"body": self._reports[message[message.find(b"\r\n\r\n") + 5]],
        }
        return self._report.fill(values)


def _refusal(unit: Unit, said: Component) -> str:
    if said.tag == RETURN_ERROR:
        return f"MAP {_ERRORS.get(said.code, said.code)}"
    return "TCAP abort" if unit.tag == ABORT else "TCAP end without a result"
