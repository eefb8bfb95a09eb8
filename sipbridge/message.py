"""A SIP message on bytes: start line, header lines read on demand, body (RFC 3261 §7)."""

import re
from itertools import repeat
from operator import itemgetter

from msgspec import Struct

from sipbridge.errors import DecodeError
from sipbridge.header import KNOWN, METHOD, READ, SINGLE, SPELLED, split
from sipbridge.settings import Limits

__all__ = ["Message", "checked_body", "checked_cseq", "parse"]

_VERSION = b"SIP/2.0"
_RESPONSE = _VERSION + b" "
_REQUEST_LINE = re.compile(METHOD + rb" ([^ \r\n]+) (?i:SIP/2\.0)").fullmatch
_STATUS_LINE = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2})(?: ([^\r\n]*))?").fullmatch
_SPLIT, _STARTS, _CRLF = bytes.split, bytes.startswith, b"\r\n"
_AT_COLON, _ONCE, _WHITE = repeat(b": "), repeat(1), repeat((b" ", b"\t"))
_MANDATORY = itemgetter(b"Via", b"CSeq", b"From", b"To", b"Call-ID")
_VIAS = (b"Via", b"v", b"via")
_CANONICAL = SPELLED.__getitem__
_USUAL_METHODS = frozenset((b"MESSAGE", b"REGISTER", b"NOTIFY", b"SUBSCRIBE", b"OPTIONS", b"PUBLISH"))


class Message(Struct, frozen=True, gc=False):
    """A request (`method`, `uri`) or a response (`status`, `reason`).

    `head` holds all header lines as they came, `fields` the first value of each field in `READ` and perhaps
    of others, `vias` the values of all Via lines; `repeated` tells whether any other field has several lines,
    `as_written` that all names are known and spelled canonically. A name is given canonically, an unknown one
    in lower case.
    """

    method: bytes
    uri: bytes
    status: int
    reason: bytes
    fields: dict[bytes, bytes]
    head: bytes
    vias: tuple[bytes, ...]
    body: bytes
    repeated: bool = False
    as_written: bool = True

    @property
    def lines(self) -> list[bytes]:
        """The header lines, one by one: unfolded, known names spelled canonically."""
        if not self.head:
            return []
        lines = self.head.split(b"\r\n")
        return lines if self.as_written else _normalised(lines)[0]

    @property
    def is_request(self) -> bool:
        """Whether the start line is a Request-Line (§7.1)."""
        return not self.status

    def first(self, name: bytes) -> bytes | None:
        """The first value of a field, without the white space around it."""
        value = self.fields.get(name)
        if value is None and name not in READ:
            value = next(iter(self._written(name)), None)
        return None if value is None else value.strip()

    def every(self, name: bytes) -> list[bytes]:
        """The values of a field, a line each, in order; as a rule only Via has several."""
        if name in READ and not self.repeated and name != b"Via":
            only = self.fields.get(name)
            return [] if only is None else [only]
        return self._written(name)

    def listed(self, name: bytes) -> list[bytes]:
        """The values of a field whose grammar is a list, however they were spread over lines (§7.3.1)."""
        if name in READ and not self.repeated and name != b"Via":
            only = self.fields.get(name)
            return [] if only is None else split(only)
        return [part for value in self._written(name) for part in split(value)]

    def _written(self, name: bytes) -> list[bytes]:
        """Looked for in the header lines."""
        if name in KNOWN:
            prefix = name + b": "
            return [line[len(prefix) :] for line in self.lines if line.startswith(prefix)]
        pairs = (line.split(b": ", 1) for line in self.lines)
        return [value for spelled, value in pairs if spelled.lower() == name]


def parse(data: bytes, limits: Limits) -> Message:
    """Read one whole message: a datagram, or what a stream's framing cut out (§7, §18.3)."""
    end = data.find(b"\r\n\r\n")
    whole = data[:end]
    lines = whole.split(_CRLF)
    rest = end - len(lines) + 1
    # A bare CR or LF would smuggle a line past an older parser: there are as many of them as line ends.
    if len(data) > limits.message or not (
        len(whole.replace(b"\r", b"")) == len(whole.replace(b"\n", b"")) == rest > 0
    ):
        raise _misshapen(data, end, limits)
    try:
        fields = dict(map(_SPLIT, lines[:0:-1], _AT_COLON, _ONCE))  # of several lines the first stays
        as_written = KNOWN.issuperset(fields)
    except ValueError:  # a line without colon and space
        fields, as_written = {}, False
    via, start = b"Via", lines[0]
    if not as_written:
        lines, fields, via = _named(lines, fields)
    try:
        top, cseq, _, _, _ = _MANDATORY(fields)
    except KeyError:
        raise DecodeError("mandatory header field missing") from None
    if len(lines) - 1 > limits.headers:
        raise DecodeError("too many header lines")
    vias: tuple[bytes, ...] = (top,)
    repeated = False
    if len(lines) - 1 != len(fields):
        vias, repeated = _several(lines, via + b": ", top, len(fields))
    head, body = whole[len(start) + 2 :], checked_body(data[end + 4 :], fields)
    if start.startswith(_RESPONSE):
        status, reason = _status_line(start)
        return Message(b"", b"", status, reason, fields, head, vias, body, repeated, as_written)
    method, uri = _request_line(start)
    checked_cseq(cseq, method)
    return Message(method, uri, 0, b"", fields, head, vias, body, repeated, as_written)


def _misshapen(data: bytes, end: int, limits: Limits) -> DecodeError:
    """Why it cannot be cut into lines."""
    if len(data) > limits.message:
        return DecodeError("message too large", status=513)
    return DecodeError("no empty line after a header" if end <= 0 else "a line not ended by CRLF")


def _named(lines: list[bytes], spelled: dict[bytes, bytes]) -> tuple[list[bytes], dict[bytes, bytes], bytes]:
    """Compact forms, other case and unknown names (§7.3.1): the lines, the fields, and how Via is spelled.

    What is written in yet another way, or one name in two ways, goes line by line.
    """
    via = next((name for name in _VIAS if name in spelled), None)
    fields = dict(zip(map(_CANONICAL, spelled), spelled.values(), strict=True))
    if via is not None and len(fields) == len(spelled) and b"" not in fields:
        return lines, fields, via
    kept, fields = _normalised(lines[1:])
    return [lines[0], *kept], fields, b"Via"


def _normalised(lines: list[bytes]) -> tuple[list[bytes], dict[bytes, bytes]]:
    """The slow path: folding, compact forms, other case, odd white space, unknown names (§7.3.1)."""
    kept: list[bytes] = []
    fields: dict[bytes, bytes] = {}
    if any(map(_STARTS, lines, _WHITE)):
        lines = _unfolded(lines)
    for line in lines:
        spelled, usual, value = line.partition(b": ")
        name = SPELLED.get(spelled) if usual else None
        if name is None:
            name, value, line = _respelled(line)
        elif name != spelled:
            line = b"%b: %b" % (name, value)
        fields.setdefault(name, value)
        kept.append(line)
    return kept, fields


def _respelled(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Name and value of a line that is written in another way, and the line as it is usual."""
    spelled, colon, value = line.partition(b":")
    spelled, value = spelled.rstrip(b" \t"), value.strip(b" \t")
    name = SPELLED[spelled]
    if not name or not colon:
        raise DecodeError("line is no header field")
    return name, value, b"%b: %b" % (name if name in KNOWN else spelled, value)


def _unfolded(lines: list[bytes]) -> list[bytes]:
    """Each field in one line."""
    whole: list[list[bytes]] = []
    for line in lines:
        if line[:1] not in (b" ", b"\t"):
            whole.append([line])
        elif whole:
            whole[-1].append(line.strip(b" \t"))
        else:
            raise DecodeError("continuation of nothing")
    return [b" ".join(pieces) for pieces in whole]


def _several(lines: list[bytes], via: bytes, top: bytes, fields: int) -> tuple[tuple[bytes, ...], bool]:
    """The values of all Via lines, as a rule one block; and whether anything else is there twice."""
    first, more = lines.index(via + top), len(lines) - 1 - fields
    vias = _CRLF.join(lines[first : first + more + 1]).split(_CRLF + via)
    if len(vias) > more:
        vias[0] = top
        return tuple(vias), False
    _check_single(lines)
    vias = [line[len(via) :] for line in lines[1:] if line.startswith(via)]
    return tuple(vias), len(vias) <= more


def _check_single(lines: list[bytes]) -> None:
    """A field that is no list appears once (§7.3.1)."""
    names = [SPELLED[line.partition(b": ")[0]] for line in lines[1:]]
    if any(names.count(name) > 1 for name in SINGLE):
        raise DecodeError("header field repeated that may appear once only")


def checked_body(body: bytes, fields: dict[bytes, bytes]) -> bytes:
    """What Content-Length says, checked against what came (§18.3)."""
    length = fields.get(b"Content-Length")
    if length is None or length == b"%d" % len(body):
        return body
    length = length.strip(b" \t")
    if not length.isdigit() or len(length) > 9:
        raise DecodeError("Content-Length is no number")
    octets = int(length)
    if octets > len(body):
        raise DecodeError("body shorter than Content-Length")
    return body[:octets]


def _status_line(start: bytes) -> tuple[int, bytes]:
    """Status and reason (§7.2)."""
    found = _STATUS_LINE(start)
    if found is None:
        raise DecodeError("status line malformed")
    return int(found[1]), found[2] or b""


def _request_line(start: bytes) -> tuple[bytes, bytes]:
    """Method and Request-URI (§7.1)."""
    parts = start.split(b" ")
    if len(parts) == 3 and parts[2] == _VERSION and parts[0] in _USUAL_METHODS and parts[1]:
        return parts[0], parts[1]
    found = _REQUEST_LINE(start)
    if found is not None:
        method, uri = found.groups()
        return method, uri
    if len(parts) == 3 and parts[2].upper() != _VERSION and all(parts):
        status = 505 if parts[2][:4].upper() == b"SIP/" else 400
        raise DecodeError("SIP version not supported", status=status)
    raise DecodeError("request line malformed")


def checked_cseq(cseq: bytes, method: bytes) -> None:
    """A number below 2³¹, as far as its digits tell, and the method of the request (§8.1.1.5)."""
    number, _, same = cseq.partition(b" ")
    if same == method and number.isdigit() and len(number) <= 10:
        return
    parts = cseq.split()
    if len(parts) != 2 or not parts[0].isdigit() or len(parts[0]) > 10 or parts[1] != method:
        raise DecodeError("CSeq malformed or of another method")
