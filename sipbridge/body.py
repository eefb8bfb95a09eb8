"""Bodies: one part or many (RFC 2046 §5.1), the 3GPP IMS XML body (TS 24.229 §7.6)."""

import binascii
import re
from functools import cache
from html import unescape
from typing import NamedTuple

from sipbridge.errors import DecodeError
from sipbridge.header import parameter

__all__ = ["Part", "element", "media_type", "parts", "service_info", "untransferred"]

_MOST_PARTS = 16
_AS_MOSTLY_WRITTEN = frozenset(
    (
        b"application/vnd.3gpp.sms",
        b"application/3gpp-ims+xml",
        b"application/reginfo+xml",
        b"message/sip",
        b"text/plain",
    )
)
_AS_IT_IS = frozenset((b"", b"binary", b"8bit", b"7bit"))
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);")  # XML's, not HTML's


class Part(NamedTuple):
    """A media type in lower case, without parameters, and the octets."""

    media_type: bytes
    octets: bytes


def media_type(content_type: bytes) -> bytes:
    """The type of a Content-Type, without parameters, in lower case and without white space (RFC 3261
    §20.15).
    """
    if content_type in _AS_MOSTLY_WRITTEN:
        return content_type
    return content_type.partition(b";")[0].lower().replace(b" ", b"").replace(b"\t", b"")


def parts(content_type: bytes, body: bytes) -> list[Part]:
    """The parts of a body: one, or those of a multipart (not nested)."""
    kind = media_type(content_type)
    if not kind.startswith(b"multipart/"):
        return [Part(kind, body)]
    boundary = parameter(content_type, b"boundary")
    if not boundary or len(boundary) > 70:
        raise DecodeError("multipart without boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, _MOST_PARTS + 1)
    end = next((at for at, piece in enumerate(pieces) if at and piece.startswith(b"--")), 0)
    if end < 2:  # without end, or without a part before it; behind it nothing counts
        raise DecodeError("multipart malformed, or of too many parts")
    return [_part(piece) for piece in pieces[1:end]]


def untransferred(encoding: bytes, octets: bytes) -> bytes:
    """What a Content-Transfer-Encoding was put on (RFC 2045 §6); SIP itself needs none."""
    name = encoding.strip().lower()
    if name in _AS_IT_IS:
        return octets
    try:
        if name == b"base64":
            return binascii.a2b_base64(b"".join(octets.split()), strict_mode=True)
        if name == b"quoted-printable":
            return binascii.a2b_qp(octets)
    except binascii.Error as error:
        raise DecodeError("Content-Transfer-Encoding not kept") from error
    raise DecodeError("Content-Transfer-Encoding unknown", status=415)


def _part(piece: bytes) -> Part:
    _, line_end, rest = piece.partition(b"\r\n")
    if not line_end:
        raise DecodeError("multipart malformed")
    if rest.startswith(b"\r\n"):
        return Part(b"text/plain", rest[2:])
    head, _, octets = rest.partition(b"\r\n\r\n")
    kind, encoding = b"text/plain", b""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        field = name.strip().lower()
        if field in (b"content-type", b"c"):
            kind = media_type(value.strip())
        elif field == b"content-transfer-encoding":
            encoding = value
    return Part(kind, untransferred(encoding, octets))


def service_info(xml: bytes) -> str | None:
    """What the initial filter criteria carried as ServiceInfo, also where the S-CSCF copied it in without
    escaping.
    """
    return element(xml, b"service-info")


def element(xml: bytes, name: bytes) -> str | None:
    """The text of the first element of that name, in any namespace."""
    opening_tag, closing_tag = _tags(name)
    opening = opening_tag.search(xml)
    closing = closing_tag.search(xml, opening.end()) if opening else None
    if opening is None or closing is None:
        return None
    text = xml[opening.end() : closing.start()].strip()
    if text.startswith(b"<![CDATA[") and text.endswith(b"]]>"):
        return text[9:-3].decode("utf-8", "replace")
    return _REFERENCE.sub(lambda found: unescape(found[0]), text.decode("utf-8", "replace"))


@cache
def _tags(name: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """How it opens and how it closes."""
    prefixed = rb"(?:[\w\-]{1,32}:)?" + re.escape(name) + rb"\s{0,8}>"
    return re.compile(b"<" + prefixed), re.compile(b"</" + prefixed)
