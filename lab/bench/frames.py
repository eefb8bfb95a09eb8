"""Frames written beforehand: templates of real messages, and what is read out of the gateway's own."""

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["OTHER_PREFIX", "SWAP", "Template", "field", "number_in", "ok", "semi_octets", "transaction_id"]

OTHER_PREFIX = "4477"
"""How the other party's number begins; the eight digits after it are the number of the message."""

SWAP = bytes((octet << 4 | octet >> 4) & 0xFF for octet in range(256))
"""Semi-octets to digits and back."""
_OTHER = b"\x0c\x91" + bytes.fromhex(OTHER_PREFIX).translate(SWAP)  # TS 23.040 §9.1.2.5
_OK, _TAG, _END = b"SIP/2.0 200 OK", b";tag=bench", b"\r\nContent-Length: 0\r\n\r\n"


class Template(NamedTuple):
    """A message with holes."""

    text: bytes

    @classmethod
    def of(cls, message: bytes, holes: Mapping[bytes, bytes]) -> "Template":
        """Cut holes, each named, where these octets stand."""
        text = message.replace(b"%", b"%%")
        for name, octets in holes.items():
            if octets not in text:
                raise ValueError(f"{name.decode()} has no place in the message: {octets!r}")
            text = text.replace(octets, b"%%(%b)b" % name)
        return cls(text)

    def fill(self, values: Mapping[bytes, bytes]) -> bytes:
        """The message with these values in its holes."""
        return self.text % values


def semi_octets(digits: str) -> bytes:
    """An even number of digits, low nibble first."""
    return bytes.fromhex(digits).translate(SWAP)


def number_in(frame: bytes) -> int:
    """The number of the message, out of TP-DA or TP-OA; -1 where there is none."""
    at = frame.find(_OTHER) + len(_OTHER)
    digits = frame[at : at + 4].translate(SWAP).hex()
    return int(digits) if at >= len(_OTHER) and digits.isdecimal() else -1


def transaction_id(frame: bytes, tag: int) -> bytes:
    """OTID (0x48) or DTID (0x49) of a message in a UDT: what stands first with four octets."""
    at = frame.find(bytes((tag, 4)), 40) + 2
    return frame[at : at + 4]


def field(message: bytes, name: bytes) -> bytes:
    """The first value of a header field that is spelled like this."""
    at = message.find(b"\r\n%b: " % name)
    if at < 0:
        return b""
    at += len(name) + 4
    return message[at : message.find(b"\r\n", at)]


def ok(message: bytes) -> bytes:
    """The phone's 200 to a MESSAGE, on its way back through the S-CSCF: the lines as they came."""
    find = message.find
    via, sender, to = find(b"\r\nVia: "), find(b"\r\nFrom: "), find(b"\r\nTo: ")
    call, order = find(b"\r\nCall-ID: "), find(b"\r\nCSeq: ")
    return b"".join(
        (
            _OK,
            message[via : find(b"\r\n", via + 2)],
            message[sender : find(b"\r\n", sender + 2)],
            message[to : find(b"\r\n", to + 2)],
            _TAG,
            message[call : find(b"\r\n", call + 2)],
            message[order : find(b"\r\n", order + 2)],
            _END,
        )
    )
