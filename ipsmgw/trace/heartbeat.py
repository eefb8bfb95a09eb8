"""Whether a PDU only asks whether the peer still lives, or says so: ladders can do without."""

from ipsmgw.trace.trace import Pdu

__all__ = ["heartbeat"]

_M3UA = frozenset({b"\x03\x03", b"\x03\x06"})
"""Class and type of BEAT and BEAT ACK (RFC 4666 §3.1)."""
_SMPP = frozenset({b"\x00\x00\x00\x15", b"\x80\x00\x00\x15"})
"""command_id of enquire_link and enquire_link_resp (SMPP v5.0 §4.7.5)."""


def heartbeat(pdu: Pdu) -> bool:
    """Of M3UA or of SMPP."""
    if pdu.protocol == "m3ua":
        return pdu.data[2:4] in _M3UA
    return pdu.protocol == "smpp" and pdu.data[4:8] in _SMPP
