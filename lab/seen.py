"""What was seen on a leg: a story that looks nowhere else judges any gateway (DESIGN §10)."""

from lab.carrier import Carrier
from lab.laws.reading import Sip, read
from sipbridge.errors import DecodeError
from sipbridge.rp import Direction, RpAck, RpError, decode

__all__ = ["answers", "reports", "requests"]


def requests(carrier: Carrier, method: str, source: str, target: str) -> list[Sip]:
    """SIP requests from one node to another, in order; a repetition is not counted."""
    found = (sip for sip in _sip(carrier, source, target) if not sip.status and sip.method.decode() == method)
    return list({sip.branch: sip for sip in found}.values())


def answers(carrier: Carrier, method: str, source: str, target: str) -> list[int]:
    """The status of each final answer of one node to another, in order; a repetition is not counted."""
    found = (
        sip for sip in _sip(carrier, source, target) if sip.status >= 200 and sip.method.decode() == method
    )
    return [sip.status for sip in {sip.branch: sip for sip in found}.values()]


def reports(carrier: Carrier, call_id: str, source: str = "ipsmgw") -> list[RpAck | RpError]:
    """The reports that a node has sent on a message, by its Call-ID."""
    found = (sip for sip in _sip(carrier, source) if not sip.status and sip.in_reply_to == call_id)
    said = (_rpdu(sip.body) for sip in {sip.branch: sip for sip in found}.values())
    return [rpdu for rpdu in said if rpdu is not None]


def _sip(carrier: Carrier, source: str, target: str = "") -> list[Sip]:
    return [
        read(pdu)
        for pdu in carrier.pdus
        if pdu.protocol == "sip" and pdu.source == source and target in ("", pdu.target)
    ]


def _rpdu(body: bytes) -> RpAck | RpError | None:
    try:
        rpdu = decode(body, Direction.NETWORK_TO_MS)
    except DecodeError:
        return None
    return rpdu if isinstance(rpdu, RpAck | RpError) else None
