"""A short message of somebody without a number: URIs in a part beside it (TS 24.341 B.7)."""

from xml.sax.saxutils import escape

from sipbridge.body import parts
from sipbridge.errors import DecodeError

__all__ = ["DUMMY", "named", "short_message"]

DUMMY = "0" * 15
"""Stands where a number has to stand and there is none (TS 23.003 §3.3)."""
_SMS, _INFO = "application/vnd.3gpp.sms", "application/vnd.3gpp.sms+xml"
_BOUNDARY = "of-a-short-message"


def named(rpdu: bytes, to: str, sender: str) -> tuple[str, bytes]:
    """Content-Type and body of a MESSAGE that says by URIs whom it is for and whom it is from."""
    info = f"<short-message-info><To>{escape(to)}</To><From>{escape(sender)}</From></short-message-info>"
    first = f"--{_BOUNDARY}\r\nContent-Type: {_INFO}\r\nContent-Disposition: render;handling=optional\r\n\r\n"
    second = f"\r\n--{_BOUNDARY}\r\nContent-Type: {_SMS}\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    body = (first + info + second).encode() + rpdu + f"\r\n--{_BOUNDARY}--\r\n".encode()
    return f"multipart/mixed;boundary={_BOUNDARY}", body


def short_message(content_type: bytes, body: bytes) -> bytes | None:
    """The RPDU of a MESSAGE, which may have the names beside it; None where there is none."""
    try:
        pieces = parts(content_type, body)
    except DecodeError:
        return None
    return next((piece.octets for piece in pieces if piece.media_type == _SMS.encode()), None)
