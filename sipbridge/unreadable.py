"""What can be saved of a request that cannot be read: enough to answer it (RFC 3261 §8.2.6, §16.3)."""

from sipbridge.header import MANDATORY, canonical
from sipbridge.message import Message
from sipbridge.settings import Limits

__all__ = ["salvage"]


def salvage(data: bytes, limits: Limits) -> Message | None:
    """The request's Via lines, From, To, Call-ID and CSeq; None where one is missing, or it is no request."""
    head = data[: limits.message].partition(b"\r\n\r\n")[0]
    head = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    start, *lines = head.split(b"\r\n")[: limits.headers + 1]
    words = start.split()
    if len(words) < 2 or words[0] == b"ACK" or words[0].upper().startswith(b"SIP/"):  # that is a response
        return None
    if not words[-1].upper().startswith(b"SIP/"):
        return None
    fields: dict[bytes, bytes] = {}
    vias: list[bytes] = []
    for line in lines:
        spelled, _, value = line.partition(b":")
        name = canonical(spelled.strip())
        value = value.strip()
        if name not in MANDATORY or b"\r" in value or b"\n" in value:
            continue
        fields.setdefault(name, value)
        if name == b"Via":
            vias.append(value)
    if len(fields) != len(MANDATORY):
        return None
    return Message(words[0], b"", 0, b"", fields, b"", tuple(vias), b"")
