"""The tree of what a phone and an MSC or SGSN say over the radio (TS 24.011 §7.2, TS 24.008)."""

from ipsmgw.trace.layers import rp
from ipsmgw.trace.layers.sip import rp_direction
from ipsmgw.trace.tree import Layer, Tree
from sipbridge import cp

__all__ = ["layer"]

_SHORT_MESSAGES = 9  # the protocol discriminator (TS 24.007 §11.2.3.1.1)
_HEAD = 3  # octets before the CP-User-Data


def layer(octets: bytes, at: int) -> Layer:
    """A CP message with the RPDU in it, or the SIP room's DecodeError; of mobility management no parts."""
    end = at + len(octets)
    if octets[:1] and octets[0] & 0x0F != _SHORT_MESSAGES:
        return Layer(Tree("mobility management", octets.hex(), at, end), None)
    message = cp.decode(octets)
    if not isinstance(message, cp.CpData):
        return Layer(Tree(type(message).__name__, str(message), at, end))
    head = Tree("header", octets[:_HEAD].hex(), at, at + _HEAD)
    data = message.user_data
    inner = rp.layer(data, at + _HEAD, rp_direction(data or b"\0"))
    return Layer(Tree("CP-DATA", "", at, end, (head, inner.tree)), inner.reencoded)
