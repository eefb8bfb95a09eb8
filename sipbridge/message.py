"""A SIP message on bytes: start line, header lines read on demand, body (RFC 3261 §7)."""

from msgspec import Struct

from sipbridge.errors import DecodeError
from sipbridge.header import KNOWN, MANDATORY, READ, SINGLE, canonical, split
from sipbridge.settings import Limits

__all__ = ["Message", "checked_body", "checked_cseq", "parse"]

_VERSION = b"SIP/2.0"


class Message(Struct, frozen=True, gc=False):
    """A request (`method`, `uri`) or a response (`status`, `reason`).

    `head` holds all header lines in order, known names spelled canonically, `fields` the first value of each
    field in `READ`, `vias` the values of all Via lines; `repeated` tells whether any other field has several
    lines, `as_written` that nothing was respelled. A name is given canonically, an unknown one in lower case.
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
        """The header lines, one by one."""
        return self.head.split(b"\r\n") if self.head else []

    @property
    def is_request(self) -> bool:
        """Whether the start line is a Request-Line (§7.1)."""
        return not self.status

    def first(self, name: bytes) -> bytes | None:
        """The first value of a field, without the white space around it."""
        value = self.fields.get(name) if name in READ else next(iter(self._written(name)), None)
        return None if value is None else value.strip()

    def every(self, name: bytes) -> list[bytes]:
        """The values of a field, a line each, in order; as a rule only Via has several."""
        if name in READ and not self.repeated and name != b"Via":
            only = self.fields.get(name)
            return [] if only is None else [only]
        return self._written(name)

    def listed(self, name: bytes) -> list[bytes]:
        """The values of a field whose grammar is a list, however they were spread over lines (§7.3.1)."""
        return [part for value in self.every(name) for part in split(value)]

    def _written(self, name: bytes) -> list[bytes]:
        """Looked for in the header lines."""
        if name in KNOWN:
            prefix = name + b": "
            return [line[len(prefix) :] for line in self.lines if line.startswith(prefix)]
        pairs = (line.split(b": ", 1) for line in self.lines)
        return [value for spelled, value in pairs if spelled.lower() == name]


def parse(data: bytes, limits: Limits) -> Message:
    """Read one whole message: a datagram, or what a stream's framing cut out (§7, §18.3)."""
    start, head, lines, body = _cut(data, limits)
    written = lines
    fields: dict[bytes, bytes] = {}
    for line in reversed(lines):
        name, separator, value = line.partition(b": ")
        if not separator:
            lines, fields = _normalised(lines)
            break
        fields[name] = value
    if not KNOWN.issuperset(fields):
        lines, fields = _normalised(lines)
    if not fields.keys() >= MANDATORY:
        raise DecodeError("mandatory header field missing")
    vias = _vias(lines, fields)
    repeated = len(lines) - len(fields) != len(vias) - 1
    if repeated:
        _check_single(lines)
    body = checked_body(body, fields)
    fields = {name: fields[name] for name in fields.keys() & READ}
    if lines is not written:
        head = b"\r\n".join(lines)
    if start.startswith(_VERSION):
        return Message(b"", b"", _status(start), start[12:], fields, head, vias, body, repeated)
    method, uri = _request_line(start, fields[b"CSeq"])
    return Message(method, uri, 0, b"", fields, head, vias, body, repeated, lines is written)


def _cut(data: bytes, limits: Limits) -> tuple[bytes, bytes, list[bytes], bytes]:
    """Start line, header in one piece and in lines, body."""
    if len(data) > limits.message:
        raise DecodeError("message too large", status=513)
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        raise DecodeError("no empty line after the header")
    lines = head.splitlines()
    if len(b"\r\n".join(lines)) != len(head):  # also what bare CR or LF would smuggle past an older parser
        raise DecodeError("line not ended by CRLF")
    if not 1 < len(lines) <= limits.headers + 1:
        raise DecodeError("no header, or too many header lines")
    start = lines.pop(0)
    return start, head[len(start) + 2 :], lines, body


def _normalised(lines: list[bytes]) -> tuple[list[bytes], dict[bytes, bytes]]:
    """The slow path: folding, compact forms, other case, odd white space, unknown names (§7.3.1)."""
    kept: list[bytes] = []
    fields: dict[bytes, bytes] = {}
    for line in _unfolded(lines):
        spelled, colon, value = line.partition(b":")
        spelled = spelled.rstrip(b" \t")
        name = canonical(spelled) if colon else None
        if name is None:
            raise DecodeError("line is no header field")
        value = value.strip(b" \t")
        fields.setdefault(name, value)
        kept.append((name if name in KNOWN else spelled) + b": " + value)
    return kept, fields


def _unfolded(lines: list[bytes]) -> list[bytes]:
    whole: list[list[bytes]] = []
    for line in lines:
        if line[:1] not in (b" ", b"\t"):
            whole.append([line])
        elif whole:
            whole[-1].append(line.strip(b" \t"))
        else:
            raise DecodeError("continuation of nothing")
    return [b" ".join(pieces) for pieces in whole]


def _vias(lines: list[bytes], fields: dict[bytes, bytes]) -> tuple[bytes, ...]:
    """The values of all Via lines: as a rule one block, and nothing else twice."""
    only = fields[b"Via"]
    if len(lines) == len(fields):
        return (only,)
    first = lines.index(b"Via: " + only)
    end = first + len(lines) - len(fields) + 1
    vias = [line[5:] for line in lines[first:end] if line[:5] == b"Via: "]
    if len(vias) != end - first:
        vias = [line[5:] for line in lines if line[:5] == b"Via: "]
    return tuple(vias)


def _check_single(lines: list[bytes]) -> None:
    """A field that is no list appears once (§7.3.1)."""
    names = [line.partition(b": ")[0] for line in lines]
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


def _status(start: bytes) -> int:
    code = start[8:11]
    if (
        start[7:8] != b" "
        or not code.isdigit()
        or not 100 <= int(code) < 700
        or start[11:12] not in (b" ", b"")
    ):
        raise DecodeError("status line malformed")
    return int(code)


def _request_line(start: bytes, cseq: bytes) -> tuple[bytes, bytes]:
    """Method and Request-URI; the method in CSeq is the same (§8.1.1.5), after a number."""
    parts = start.split(b" ")
    if len(parts) != 3 or not parts[0] or not parts[1]:
        raise DecodeError("request line malformed")
    method, uri, version = parts
    if version != _VERSION and version.upper() != _VERSION:
        status = 505 if version[:4].upper() == b"SIP/" else 400
        raise DecodeError("SIP version not supported", status=status)
    checked_cseq(cseq, method)
    return method, uri


def checked_cseq(cseq: bytes, method: bytes) -> None:
    """A number below 2³¹, as far as its digits tell, and the method of the request (§8.1.1.5)."""
    number, _, same = cseq.partition(b" ")
    if same == method and number.isdigit() and len(number) <= 10:
        return
    parts = cseq.split()
    if len(parts) != 2 or not parts[0].isdigit() or len(parts[0]) > 10 or parts[1] != method:
        raise DecodeError("CSeq malformed or of another method")
