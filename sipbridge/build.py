"""Writing requests and responses on bytes, proof against injected line ends (RFC 3261 §8.1.1, §8.2.6)."""

import re
from collections.abc import Sequence

from sipbridge.errors import LocalError
from sipbridge.header import parameter
from sipbridge.message import Message
from sipbridge.uri import NOT_IN_URI

__all__ = [
    "REASONS",
    "Headers",
    "checked_header",
    "checked_token",
    "checked_uri",
    "clean",
    "header_lines",
    "request",
    "response",
    "status_line",
]

Headers = Sequence[tuple[str, str]]

REASONS = {
    100: "Trying",
    200: "OK",
    202: "Accepted",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    423: "Interval Too Brief",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    486: "Busy Here",
    488: "Not Acceptable Here",
    489: "Bad Event",
    494: "Security Agreement Required",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    600: "Busy Everywhere",
    604: "Does Not Exist Anywhere",
}
_STATUS_LINES = {code: f"SIP/2.0 {code} {text}\r\nVia: ".encode() for code, text in REASONS.items()}
_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")


def status_line(status: int, reason: str | None) -> bytes:
    """The status line up to the first Via."""
    if reason is None and status in _STATUS_LINES:
        return _STATUS_LINES[status]
    if not 100 <= status < 700:
        raise LocalError(f"{status} is no SIP status")
    text = "Unknown" if reason is None else reason
    return b"SIP/2.0 %d %b\r\nVia: " % (status, clean(text))


def response(
    message: Message,
    via: bytes,
    tag: bytes,
    line: bytes,
    tail: bytes,
) -> bytes:
    """A response: Via lines, From, To, Call-ID and CSeq as they came, the top Via as stamped, a To tag of
    ours (§8.2.6.2).

    `line` is the status line, `tail` everything from the line end after CSeq on.
    """
    fields = message.fields
    to = fields[b"To"]
    vias = message.vias
    if len(vias) > 1:
        via = b"\r\nVia: ".join([via, *vias[1:]])
    if b"tag" in to.lower() and parameter(to, b"tag") is not None:
        tag = b""
    pieces = (
        line,
        via,
        b"\r\nFrom: ",
        fields[b"From"],
        b"\r\nTo: ",
        to,
        tag,
        b"\r\nCall-ID: ",
        fields[b"Call-ID"],
        b"\r\nCSeq: ",
        fields[b"CSeq"],
        tail,
    )
    return b"".join(pieces)


def request(method: bytes, uri: bytes, lines: Sequence[bytes], body: bytes) -> bytes:
    """A request from its method and Request-URI, complete header lines and the body."""
    head = b"\r\n".join((b"%b %b SIP/2.0" % (method, uri), *lines))
    return b"%b\r\nContent-Length: %d\r\n\r\n%b" % (head, len(body), body)


def header_lines(headers: Headers) -> list[bytes]:
    """Header lines of what comes from above, each checked."""
    return [checked_header(name, value) for name, value in headers]


def checked_header(name: str, value: str) -> bytes:
    """One header line without a line end in it."""
    if not _TOKEN.fullmatch(name):
        raise LocalError("header name is no token")
    return name.encode("ascii") + b": " + clean(value)


def checked_token(method: str) -> bytes:
    """A method name (§25.1)."""
    if not _TOKEN.fullmatch(method):
        raise LocalError("method is no token")
    return method.encode("ascii")


def checked_uri(uri: str) -> str:
    """A URI that ends neither its angle brackets nor its line."""
    if not uri or NOT_IN_URI.search(uri):
        raise LocalError("not a URI")
    return uri


def clean(text: str) -> bytes:
    """A value without a line end in it."""
    if "\r" in text or "\n" in text or "\0" in text:
        raise LocalError("line end in a header")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise LocalError("header is no text") from error
