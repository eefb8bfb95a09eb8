"""Short messages of people without a number: URIs in a body beside it (TS 24.341 B.7, annex C)."""

from typing import NamedTuple
from xml.sax.saxutils import escape

from sipbridge import build
from sipbridge.body import element, parts

__all__ = ["INFO", "ShortMessageInfo", "named_request", "read_info"]

INFO = "application/vnd.3gpp.sms+xml"
_INFO = INFO.encode()
_SMS = "application/vnd.3gpp.sms"


class ShortMessageInfo(NamedTuple):
    """Whom a short message is for and whom it is from, as SIP URIs; nothing where that is not said."""

    recipient: str = ""
    sender: str = ""


def read_info(content_type: bytes, body: bytes) -> ShortMessageInfo | None:
    """What a body says of them; None where it says nothing."""
    xml = next((part.octets for part in parts(content_type, body) if part.media_type == _INFO), None)
    if xml is None:
        return None
    recipient, sender = element(xml, b"To"), element(xml, b"From")
    return ShortMessageInfo(recipient or "", sender or "")


def named_request(
    target: str,
    recipient: str,
    rpdu: bytes,
    info: ShortMessageInfo,
    *,
    via: bytes,
    route: str | None,
    asserted: str,
    new: bytes,
    host: str,
) -> bytes:
    """A MESSAGE with an RPDU and the names (TS 24.341 B.7); `new` is unique, and so no part has it in it."""
    own, node = new.decode("ascii"), build.checked_uri(asserted)
    routes = [] if route is None else [("Route", f"<{route if ';lr' in route.lower() else f'{route};lr'}>")]
    lines = build.header_lines(
        [
            ("Max-Forwards", "70"),
            *routes,
            ("From", f"<{node}>;tag={own}"),
            ("To", f"<{build.checked_uri(recipient)}>"),
            ("Call-ID", f"{own}@{host}"),
            ("CSeq", "1 MESSAGE"),
            ("P-Asserted-Identity", f"<{node}>"),
            ("P-Charging-Vector", f'icid-value="{own}";icid-generated-at={host}'),
            ("Request-Disposition", "no-fork"),
            ("Accept-Contact", "*;+g.3gpp.smsip;require;explicit"),
            ("Feature-Caps", "*;+g.3gpp.smsip-msisdn-less"),
            ("Content-Type", f"multipart/mixed;boundary={own}"),
        ]
    )
    body = b"".join((
        b"--%b\r\nContent-Type: %b\r\nContent-Disposition: render;handling=optional\r\n\r\n" % (new, _INFO),
        _xml(info),
        b"\r\n--%b\r\nContent-Type: %b\r\nContent-Transfer-Encoding: binary\r\n\r\n" % (new, _SMS.encode()),
        rpdu,
        b"\r\n--%b--\r\n" % new,
    ))  # fmt: skip
    return build.request(b"MESSAGE", build.checked_uri(target).encode("ascii"), [via, *lines], body)


def _xml(info: ShortMessageInfo) -> bytes:
    said = (("To", info.recipient), ("From", info.sender))
    inner = "".join(f"<{name}>{escape(uri)}</{name}>" for name, uri in said if uri)
    return f'<?xml version="1.0" encoding="UTF-8"?><short-message-info>{inner}</short-message-info>'.encode()
