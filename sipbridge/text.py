"""A MESSAGE with plain text, as people write it without a short message in between (RFC 3428, RFC 3676)."""

import re
from typing import NamedTuple

from sipbridge import build
from sipbridge.errors import DecodeError
from sipbridge.events import ServerTx
from sipbridge.flow import Flow
from sipbridge.header import parameter
from sipbridge.identity import Asserted

__all__ = ["TEXT", "TextMessage", "read_text", "text_request"]

TEXT = "text/plain"
# RFC 3261 §7.4.1: text is UTF-8 where nothing is said. Who says US-ASCII and writes more means UTF-8.
_CHARSETS = {b"": "utf-8", b"utf-8": "utf-8", b"us-ascii": "utf-8", b"iso-8859-1": "latin-1"}
_LINE_END = re.compile(r"\r\n?|\n")


class TextMessage(NamedTuple):
    """A MESSAGE with text from a phone: nothing of it has been answered yet."""

    tx: ServerTx
    text: str
    call_id: str
    cseq: str
    asserted: Asserted
    request_uri: str
    flow: Flow
    charging: bytes = b""


def read_text(content_type: bytes, octets: bytes) -> str:
    """The text of a body, its lines ended by LF, and those put together that were only cut to be sent."""
    charset = _CHARSETS.get((parameter(content_type, b"charset") or b"").lower())
    if charset is None:
        raise DecodeError("charset unknown", status=415)
    try:
        text = octets.decode(charset)
    except UnicodeDecodeError as error:
        raise DecodeError("text is not of its charset") from error
    lines = _LINE_END.split(text)
    if (parameter(content_type, b"format") or b"").lower() == b"flowed":
        lines = _unflowed(lines, delete=(parameter(content_type, b"delsp") or b"").lower() == b"yes")
    return "\n".join(lines)


def _unflowed(lines: list[str], *, delete: bool) -> list[str]:
    """RFC 3676 §4.1 to §4.4: a space at its end says that a line goes on; one at its start is stuffed."""
    whole: list[str] = []
    goes_on = False
    for line in lines:
        line = line.removeprefix(" ")
        flows = line.endswith(" ") and line != "-- "  # §4.3: a signature follows
        piece = line[:-1] if flows and delete else line
        if goes_on:
            whole[-1] += piece
        else:
            whole.append(piece)
        goes_on = flows
    return whole


def text_request(
    recipient: str, text: str, *, via: bytes, route: str, sender: str, name: str, new: bytes, host: str
) -> bytes:
    """A MESSAGE with text for a user; `sender` is asserted, `name` is how he is called."""
    who, own = f"<{build.checked_uri(sender)}>", new.decode("ascii")
    shown = f'"{_quoted(name)}" {who}' if name else who
    loose = build.checked_uri(route)
    lines = build.header_lines(
        [
            ("Max-Forwards", "70"),
            ("Route", f"<{loose}>" if ";lr" in loose.lower() else f"<{loose};lr>"),
            ("From", f"{shown};tag={own}"),
            ("To", f"<{build.checked_uri(recipient)}>"),
            ("Call-ID", f"{own}@{host}"),
            ("CSeq", "1 MESSAGE"),
            ("P-Asserted-Identity", shown),
            ("P-Charging-Vector", f'icid-value="{own}";icid-generated-at={host}'),
            ("Request-Disposition", "no-fork"),
            ("Content-Type", f"{TEXT};charset=UTF-8"),
        ]
    )
    body = text.encode("utf-8", "replace")
    return build.request(b"MESSAGE", recipient.encode("ascii"), [via, *lines], body)


def _quoted(name: str) -> str:
    """What may stand in a quoted string (RFC 3261 §25.1)."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return printable.replace("\\", "\\\\").replace('"', '\\"')
