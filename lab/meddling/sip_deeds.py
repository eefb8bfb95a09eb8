"""Deeds of SIP, RP and SMPP: another answer, a tag in To, another report (RFC 3261 §8.2.6)."""

import re
import shlex
from collections.abc import Iterator
from random import Random
from struct import Struct

from ipsmgw.smpp import Status, header
from lab.meddling.effects import Deed, Effect, Onward
from lab.meddling.pdu import Pdu
from lab.meddling.words import choose, octet
from sipbridge.build import REASONS

__all__ = ["rp_error", "sip", "smpp", "to_tag"]

_COPIED = re.compile(rb"(?im)^(?:via|v|from|f|to|t|call-id|i|cseq)[ \t]*:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*")
_TO = re.compile(rb"(?im)^(?:to|t)[ \t]*:[^\r\n]*")
_LENGTH = re.compile(rb"(?im)^(content-length|l)([ \t]*:)[ \t]*[0-9]+")
_HEADER = Struct(">IIII")  # SMPP v3.4 §3.2
_RESPONSE = 0x80000000


def sip(words: list[str]) -> Deed:
    """A final answer of 300 to 699 with the headers that one likes, such as Retry-After:5."""
    if not words or not words[0].isdigit() or not 300 <= int(words[0]) <= 699:
        raise ValueError(f"sip wants a status from 300 to 699{f', not {words[0]!r}' if words else ''}")
    status = int(words[0])
    headers = b"".join(_headers(words[1:]))

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        if pdu.protocol != "sip":
            return None
        if pdu.answers:
            return _restated(pdu, status, headers)
        if pdu.data.startswith(b"ACK "):
            return None
        return Effect(back=(_answer(pdu.data, status, headers, rng),))

    return Deed(shlex.join(("sip", *words)), to)


def to_tag(words: list[str]) -> Deed:
    """A tag in the To of a new request (field complaint 6): it looks as if it belonged to a dialog."""
    if words:
        raise ValueError(f"to-tag stands alone, without {' '.join(words)!r}")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        found = _TO.search(pdu.data) if pdu.protocol == "sip" and not pdu.answers else None
        if found is None or b";tag=" in found[0].lower():
            return None
        octets = pdu.data[: found.end()] + b";tag=meddled" + pdu.data[found.end() :]
        return Effect((), (Onward(octets, "spoilt"),))

    return Deed("to-tag", to)


def rp_error(words: list[str]) -> Deed:
    """A report says RP-ERROR with this cause instead (TS 24.011 §8.2.5.4)."""
    if len(words) != 1:
        raise ValueError("rp-error wants an RP cause, a number such as 22")
    cause = octet(words[0], "an RP cause")
    if not 0 < cause < 128:
        raise ValueError(f"an RP cause is from 1 to 127, not {cause}")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        if not pdu.asks & {"RP-ACK", "RP-ERROR"}:
            return None
        head, _, body = pdu.data.partition(b"\r\n\r\n")
        report = bytes((4 | body[0] & 1, body[1], 1, cause))
        head = _LENGTH.sub(rb"\g<1>\g<2> %d" % len(report), head)
        return Effect((), (Onward(head + b"\r\n\r\n" + report, "spoilt"),))

    return Deed(f"rp-error {cause}", to)


def smpp(words: list[str]) -> Deed:
    """A response with this command_status (SMPP v3.4 §5.1.3)."""
    statuses = dict(_statuses())
    if len(words) != 1:
        raise ValueError("smpp wants a command_status, such as RTHROTTLED or 88")
    name = words[0].upper().removeprefix("ESME_")
    status = int(name) if name.isdigit() else choose(name, statuses, "command_status")
    if not 0 < status < 1 << 32:
        raise ValueError(f"a command_status is from 1 to 4294967295, not {status}")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        if pdu.protocol != "smpp":
            return None
        head = header(pdu.data)
        number = head.command_id | _RESPONSE
        octets = _HEADER.pack(_HEADER.size, number, status, head.sequence_number)
        return Effect((), (Onward(octets, "spoilt"),)) if head.is_response else Effect(back=(octets,))

    return Deed(f"smpp {name}", to)


def _statuses() -> Iterator[tuple[str, int]]:
    return ((status.name, int(status)) for status in Status if status)


def _headers(words: list[str]) -> Iterator[bytes]:
    for word in words:
        name, colon, value = word.partition(":")
        if not colon or not value or not re.fullmatch(r"[A-Za-z-]+", name) or re.search(r"[^ -~]", value):
            raise ValueError(f"a header is written Name:value, such as Retry-After:5, not {word!r}")
        yield f"{name}: {value}\r\n".encode()


def _answer(request: bytes, status: int, headers: bytes, rng: Random) -> bytes:
    head = request.partition(b"\r\n\r\n")[0]
    lines = b"\r\n".join(_tagged(line, rng) for line in _COPIED.findall(head + b"\r\n"))
    return b"%b\r\n%b\r\n%bContent-Length: 0\r\n\r\n" % (_status_line(status), lines, headers)


def _status_line(status: int) -> bytes:
    return f"SIP/2.0 {status} {REASONS.get(status, 'Meddled With')}".encode()


def _tagged(line: bytes, rng: Random) -> bytes:
    if _TO.match(line) and b";tag=" not in line.lower():
        return line + b";tag=" + rng.randbytes(4).hex().encode()
    return line


def _restated(pdu: Pdu, status: int, headers: bytes) -> Effect:
    """What is an answer already says something else on its way."""
    _, _, rest = pdu.data.partition(b"\r\n")
    return Effect((), (Onward(_status_line(status) + b"\r\n" + headers + rest, "spoilt"),))
