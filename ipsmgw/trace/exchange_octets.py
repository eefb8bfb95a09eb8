"""Requests and answers as the octets that a wire would have: for traces and captures of virtual time.

HTTP/1.1 (RFC 9112), whatever version a wire would speak; CoAP (RFC 7252 §3), without blockwise transfer.
"""

from collections.abc import Iterator

from msgin5g_bridge.exchange import Headers, Request, Response

__all__ = ["PROTOCOLS", "Protocol", "request_octets", "response_octets"]

Protocol = str
PROTOCOLS: tuple[Protocol, ...] = ("coap", "http")
"""Schemes of origins, and names of Wireshark's dissectors."""

_METHODS = {"GET": 1, "POST": 2, "PUT": 3, "DELETE": 4}
_CON, _NON, _ACK = 0x42, 0x52, 0x62  # version 1, a token of two octets
_URI_PATH, _CONTENT_FORMAT, _MAX_AGE = 11, 12, 14
_JSON = "application/json"


def request_octets(protocol: Protocol, number: int, request: Request) -> bytes:
    """A request of this number."""
    if protocol == "http":
        query = f"?{request.query}" if request.query else ""
        return _http(f"{request.method} {request.path}{query} HTTP/1.1", request.headers, request.body)
    code = _METHODS.get(request.method, 2)
    path = [(_URI_PATH, part.encode()) for part in request.path.split("/") if part]
    first = _CON if request.confirmable else _NON
    return _coap(first, code, number, [*path, *_options(request.headers)], request.body)


def response_octets(protocol: Protocol, number: int, response: Response) -> bytes:
    """The answer to the request of this number."""
    if protocol == "http":
        return _http(f"HTTP/1.1 {response.status} ", response.headers, response.body)
    code = response.status // 100 << 5 | response.status % 100
    return _coap(_ACK, code, number, list(_options(response.headers)), response.body)


def _http(start: str, headers: Headers, body: bytes) -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers), f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body


def _options(headers: Headers) -> Iterator[tuple[int, bytes]]:
    values = dict(headers)
    if values.get("content-type") == _JSON:
        yield _CONTENT_FORMAT, b"\x32"
    if "max-age" in values:
        yield _MAX_AGE, int(values["max-age"]).to_bytes(2).lstrip(b"\0")


def _coap(first: int, code: int, number: int, options: list[tuple[int, bytes]], body: bytes) -> bytes:
    mid = number & 0xFFFF
    head = bytes((first, code)) + mid.to_bytes(2) + mid.to_bytes(2)
    last = 0
    for option, value in options:
        head += _option(option - last, value)
        last = option
    return head + (b"\xff" + body if body else b"")


def _option(delta: int, value: bytes) -> bytes:
    """Delta and length may take an octet more each (RFC 7252 §3.1); none here takes two."""
    (short, more), (size, rest) = _extended(delta), _extended(len(value))
    return bytes((short << 4 | size,)) + more + rest + value


def _extended(number: int) -> tuple[int, bytes]:
    return (number, b"") if number < 13 else (13, bytes((number - 13,)))
