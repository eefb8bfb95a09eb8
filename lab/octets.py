"""Octets that no phone would write, and what was answered to them (TS 24.011 §7.3, TS 23.040 §9.2.2)."""

from lab.elements.phone_ledger import Said, Sent
from lab.plan import Plan
from sipbridge.errors import DecodeError
from sipbridge.rp import Direction, RpAck, RpAddress, RpCause, RpData, RpError, decode

__all__ = ["answers", "has_all", "rpdu_of", "rpdu_with", "tpdu_of"]

_MAX_TPDU, _MAX_RPDU = 255, 4096  # the one has its length in one octet
_REFERENCE = 0
_REPORTED = (0, 6)  # RP-DATA and RP-SMMA of a phone (TS 24.011 §8.2.2)


def rpdu_of(text: str) -> bytes:
    """An RPDU as it is; ValueError with a sentence."""
    return _hexadecimal(text, "rp", _MAX_RPDU)


def rpdu_with(text: str, plan: Plan) -> bytes:
    """An RP-DATA with a TPDU as it is."""
    tpdu = _hexadecimal(text, "tpdu", _MAX_TPDU)
    centre = plan.centre or RpAddress(plan.sc_number)
    return RpData(_REFERENCE, centre, tpdu).encode(Direction.MS_TO_NETWORK)


def tpdu_of(rpdu: bytes) -> bytes:
    """What the SC may get of it."""
    try:
        read = decode(rpdu, Direction.MS_TO_NETWORK)
    except DecodeError:
        return b""
    return read.user_data if isinstance(read, RpData) else b""


def has_all(said: Said) -> bool:
    """Whether nothing more is to be heard: on RP-DATA and RP-SMMA that were accepted a report follows."""
    if said.status is None:
        return False
    return said.status >= 300 or bool(said.reports) or said.rpdu[0] & 7 not in _REPORTED


def answers(sent: Sent | Said) -> str:
    """What was answered to the phone, in words."""
    heard = ["no answer"] if sent.status is None else [f"SIP {sent.status}"]
    heard += [_of_report(rpdu) for _, rpdu, _ in sent.reports]
    state = f"{sent.state.value}: " if isinstance(sent, Sent) else ""
    return state + ", ".join(heard)


def _of_report(rpdu: RpAck | RpError) -> str:
    if isinstance(rpdu, RpAck):
        return "RP-ACK"
    words = f" ({rpdu.cause.text})" if isinstance(rpdu.cause, RpCause) else ""
    return f"RP-ERROR {int(rpdu.cause)}{words}"


def _hexadecimal(text: str, name: str, most: int) -> bytes:
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"{name}: {text[:40]!r} is not hexadecimal") from None
    if not 0 < len(octets) <= most:
        raise ValueError(f"{name}: 1 to {most} octets, not {len(octets)}")
    return octets
