"""What a message is, without what it says: its kind, its addresses, length and coding (TS 23.040 §9.2)."""

from collections.abc import Iterator

from ipsmgw.cdr import Cdr
from ipsmgw.charging.head import read_head
from ipsmgw.explain.explanation import Line
from ipsmgw.sms import DATA_CODING, DecodeError, Direction, decode, text
from sipbridge.rp import RpData

__all__ = ["content"]

_KINDS = {
    ("ISMSMO", 1): "SMS-SUBMIT",
    ("ISMSMO", 2): "SMS-COMMAND",
    ("ISMSMT", 0): "SMS-DELIVER",
    ("ISMSMT", 2): "SMS-STATUS-REPORT",
}


def content(cdr: Cdr, said: tuple[RpData, str] | None, *, show: bool) -> Iterator[Line]:
    """Its text only where the settings allow that."""
    from_phone = cdr.record == "ISMSMO"
    kind = _KINDS.get((cdr.record, cdr.head[0] & 3)) if cdr.head else None
    yield Line("TPDU", kind or "unknown", f"{cdr.size} octets")
    if cdr.other:
        yield Line("to" if from_phone else "from", cdr.other, "TP-DA" if from_phone else "TP-OA")
    head = read_head(cdr.head, from_phone=from_phone)
    if head.data_coding is not None:
        coding = DATA_CODING[head.data_coding]
        octets = f"TP-DCS {head.data_coding:02x}, TP-PID {head.protocol_identifier or 0:02x}"
        yield Line("coding", coding.alphabet.name, octets)
    if head.part is not None:
        yield Line("part", f"{head.part.sequence} of {head.part.total}", f"reference {head.part.reference}")
    if head.report_requested:
        yield Line("status report", "requested", "passed on as it is")
    if show:
        yield Line("text", _text(said, from_phone))


def _text(said: tuple[RpData, str] | None, from_phone: bool) -> str:
    if said is None:
        return "forgotten"
    way = Direction.FROM_UE if from_phone else Direction.TO_UE
    try:
        return text(decode(said[0].user_data, direction=way)) or "none"
    except DecodeError:
        return "cannot be read"
