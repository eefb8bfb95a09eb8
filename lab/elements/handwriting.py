"""How a phone writes its requests, where that is not as everybody does (RFC 3261 §7.3, §8.1.1, §20)."""

import re

from lab.quirks.quirks import Quirks

__all__ = ["Handwriting"]

_COMPACT = {
    b"Via": b"v", b"From": b"f", b"To": b"t", b"Call-ID": b"i", b"Contact": b"m", b"Content-Type": b"c",
    b"Content-Length": b"l", b"Supported": b"k", b"Event": b"o",
}  # fmt: skip
"""RFC 3261 §7.3.3, §20."""
_NAME = re.compile(rb"^([A-Za-z-]+): *", re.MULTILINE)
_TO = re.compile(rb"^(To: [^\r]*)", re.MULTILINE)
_FROM_TAG = re.compile(rb"^(From: [^\r]*?);tag=[^;\r]*", re.MULTILINE)


class Handwriting:
    """Rewrites what a stack has written; a stack that writes like that itself would be one for tests only."""

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self.plain = not (quirks.compact or quirks.tag_in_to or quirks.no_tag_in_from)
        """It writes as everybody does."""

    def write(self, octets: bytes) -> bytes:
        """One message; answers stay as they are, but for the names of their fields."""
        quirks = self._quirks
        head, end, body = octets.partition(b"\r\n\r\n")
        if head.startswith(b"MESSAGE "):
            if quirks.tag_in_to:
                head = _TO.sub(rb"\1;tag=of-nothing", head, count=1)
            if quirks.no_tag_in_from:
                head = _FROM_TAG.sub(rb"\1", head, count=1)
        if quirks.compact:
            head = _NAME.sub(_shorter, head)
        return head + end + body


def _shorter(name: re.Match[bytes]) -> bytes:
    """With white space on both sides of the colon, and a line folded behind it."""
    short = _COMPACT.get(name[1])
    return b"%b :\t " % name[1].upper() if short is None else b"%b  :  " % short
