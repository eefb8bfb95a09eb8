"""Frames written beforehand: templates of real messages, and what is read out of the gateway's own."""

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["OTHER_PREFIX", "Template", "field", "number_in", "ok", "semi_octets", "transaction_id"]

OTHER_PREFIX = "4477"
"""How the other party's number begins; the eight digits after it are the number of the message."""

_SWAP = bytes((octet << 4 | octet >> 4) & 0xFF for octet in range(256))
_OTHER = b"\x0c\x91" + bytes.fromhex(OTHER_PREFIX).translate(_SWAP)  # TS 23.040 §9.1.2.5
_OK = (
    b"SIP/2.0 200 OK\r\nVia: %b\r\nFrom: %b\r\nTo: %b;tag=bench\r\nCall-ID: %b\r\nCSeq: %b\r\n"
    b"Content-Length: 0\r\n\r\n"
)


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
    return bytes.fromhex(digits).translate(_SWAP)


def number_in(frame: bytes) -> int:
    """The number of the message, out of TP-DA or TP-OA; -1 where there is none."""
    at = frame.find(_OTHER) + len(_OTHER)
    digits = frame[at : at + 4].translate(_SWAP).hex()
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
    """The phone's 200 to a MESSAGE, on its way back through the S-CSCF."""
    return _OK % (
        field(message, b"Via"),
        field(message, b"From"),
        field(message, b"To"),
        field(message, b"Call-ID"),
        field(message, b"CSeq"),
    )
