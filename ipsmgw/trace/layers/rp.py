"""The tree of an RPDU (TS 24.011 §7.3, §8.2)."""

from functools import partial

from ipsmgw.sms import DecodeError as TpduDecodeError
from ipsmgw.sms import Direction, RpMessage
from ipsmgw.trace.again import gives_back
from ipsmgw.trace.layers import tpdu
from ipsmgw.trace.tree import Layer, Rows, Tree
from sipbridge import rp

__all__ = ["layer"]

_DIRECTIONS = {
    Direction.FROM_UE: rp.Direction.MS_TO_NETWORK,
    Direction.TO_UE: rp.Direction.NETWORK_TO_MS,
}
_USER_DATA = 0x41


def layer(octets: bytes, at: int, direction: Direction) -> Layer:
    """The tree of one RPDU with its TPDU; the RP room's DecodeError when it is none."""
    way = _DIRECTIONS[direction]
    rpdu = rp.decode(octets, way)
    rows = Rows(at)
    rows.add("RP-MTI", str(octets[0] & 7), 1)
    rows.add("RP-Message-Reference", str(octets[1]), 1)
    match rpdu:
        case rp.RpData():
            name, inner = "RP-DATA", _data(rows, octets, rpdu, direction)
        case rp.RpAck():
            name, inner = "RP-ACK", _user_data(rows, octets[2:], direction, RpMessage.ACK)
        case rp.RpError():
            size = 1 + octets[2]
            rows.add("RP-Cause", _cause(rpdu), size)
            name, inner = "RP-ERROR", _user_data(rows, octets[2 + size :], direction, RpMessage.ERROR)
        case _:
            name, inner = "RP-SMMA", True
    surplus = at + len(octets) - rows.at
    if surplus:
        rows.add("octets after the end", octets[-surplus:].hex(), surplus)
    return Layer(rows.tree(name), gives_back(partial(rp.encode, rpdu, way), octets) and inner, surplus)


def _data(rows: Rows, octets: bytes, rpdu: rp.RpData, direction: Direction) -> bool | None:
    names = ("RP-Originator-Address", "RP-Destination-Address")
    of_service_centre = 1 if direction is Direction.FROM_UE else 0
    start = rows.at - 2
    for number, name in enumerate(names):
        size = 1 + octets[rows.at - start]
        rows.add(name, _address(rpdu.service_centre) if number == of_service_centre else "", size)
    rows.add("RP-User-Data length", str(octets[rows.at - start]), 1)
    return _tpdu(rows, rpdu.user_data, direction, RpMessage.DATA)


def _address(address: rp.RpAddress) -> str:
    plus = "+" if address.type_of_address >> 4 & 7 == 1 else ""
    return f"{plus}{address.digits} (type {address.type_of_address:#04x})"


def _cause(rpdu: rp.RpError) -> str:
    text = rpdu.cause.text if isinstance(rpdu.cause, rp.RpCause) else "reserved"
    return f"{int(rpdu.cause)} {text}" + (f", diagnostic {rpdu.diagnostic.hex()}" if rpdu.diagnostic else "")


def _user_data(rows: Rows, octets: bytes, direction: Direction, carrier: RpMessage) -> bool | None:
    if len(octets) < 2 or octets[0] != _USER_DATA or 2 + octets[1] > len(octets):
        return True
    rows.add("RP-User-Data element", f"{octets[0]:#04x}, length {octets[1]}", 2)
    return _tpdu(rows, octets[2 : 2 + octets[1]], direction, carrier)


def _tpdu(rows: Rows, octets: bytes, direction: Direction, carrier: RpMessage) -> bool | None:
    try:
        found = tpdu.layer(octets, rows.at, direction, carrier)
    except TpduDecodeError as error:
        why = f"{octets.hex()} (octet {rows.at + error.offset}: {error.reason})"
        rows.append(Tree("TPDU not decoded", why, rows.at, rows.at + len(octets)))
        return None
    rows.append(found.tree)
    return found.reencoded
