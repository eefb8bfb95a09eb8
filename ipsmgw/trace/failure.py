"""Whether a PDU says that something has failed, by what the ladder calls it; and which leg it is on."""

import re

from ipsmgw.trace.trace import Pdu

__all__ = ["failed", "leg_of"]

_LEGS = {
    "sip": "SIP",
    "smpp": "SMPP",
    "http": "HTTP",
    "coap": "CoAP",
    "json": "JSON lines",
    "diameter": "Diameter",
    "gsm_a_dtap": "radio",
}
_NEVER_ARRIVES = frozenset({"lost", "cut", "withheld"})
_DATA = b"\x01\x01"  # class and type of M3UA's DATA (RFC 4666 §3.1)
_NO = re.compile(
    r"malformed|RP-ERROR|CP-ERROR|\bRP malformed"
    r"|\w error \w|\breject, |-Abort\b"  # TCAP
    r"|^(?:UDTS|XUDTS|LUDTS) |^ERR |^DUNA\b|^DUPU\b"  # SCCP, M3UA
    r"|^\w+_(?:resp|nack)\b \w|^generic_nack"  # SMPP: a status follows
)
_REFUSED = re.compile(r"^[4-6](?:\d\d|\.\d\d)(?: |$)")
_ASKED_AGAIN = frozenset({"401", "407", "423", "494"})
"""Answers of SIP that belong to every registration: who asks, asks again."""


def leg_of(pdu: Pdu) -> str:
    """As people call it; M3UA that carries DATA is MAP."""
    if pdu.protocol == "m3ua":
        return "MAP" if pdu.data[2:4] == _DATA else "M3UA"
    return _LEGS.get(pdu.protocol, pdu.protocol)


def failed(pdu: Pdu, label: str) -> bool:
    """Whether somebody is told no, or gets nothing."""
    if not _NEVER_ARRIVES.isdisjoint(pdu.fate.split()):
        return True
    if _REFUSED.match(label):
        return not (pdu.protocol == "sip" and label[:3] in _ASKED_AGAIN)
    return _NO.search(label) is not None
