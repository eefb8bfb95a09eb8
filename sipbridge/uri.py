"""sip, sips and tel URIs, and the name-addr around them (RFC 3261 §19.1, §20.10; RFC 3966)."""

import re
from typing import NamedTuple

from msgspec import Struct

from sipbridge.errors import DecodeError
from sipbridge.header import parameters, split

__all__ = ["NOT_IN_URI", "NameAddr", "SipUri", "TelUri", "Uri", "parse_name_addr", "parse_uri"]

NOT_IN_URI = re.compile(r"[^!#-;=?-~]")  # printable ASCII but quotes and angle brackets
_IN_URI = bytes(octet for octet in range(128) if not NOT_IN_URI.match(chr(octet)))
_VISUAL = str.maketrans("", "", "-.() ")
_DIGITS = re.compile(r"\+?[0-9]+")
_NUMBER = re.compile(r"\+?[0-9A-Fa-f*#\-.()]+")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._]+)(?::(\d{1,5}))?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


class SipUri(NamedTuple):
    """A sip or sips URI; `user` is unescaped, `headers` what followed a question mark."""

    user: str
    host: str
    port: int | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    secure: bool = False
    headers: str = ""

    @property
    def digits(self) -> str | None:
        """The number, where the user part is one: user=phone, or a global number as IMS writes it
        (§19.1.6).
        """
        number = self.user.partition(";")[0].translate(_VISUAL)
        if not _DIGITS.fullmatch(number):
            return None
        phone = any(name == "user" and value.lower() == "phone" for name, value in self.parameters)
        return number if phone or number.startswith("+") else None

    def parameter(self, name: str) -> str | None:
        """One URI parameter, "" for a flag."""
        return next((value for key, value in self.parameters if key == name), None)


class TelUri(NamedTuple):
    """A tel URI: a global number starts with +, a local one has its phone-context (RFC 3966 §5.1)."""

    number: str
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def digits(self) -> str | None:
        """The number without visual separators."""
        return self.number

    @property
    def context(self) -> str | None:
        """The phone-context of a local number."""
        return next((value for key, value in self.parameters if key == "phone-context"), None)


Uri = SipUri | TelUri


class NameAddr(Struct, frozen=True, gc=False):
    """A name-addr or addr-spec with the parameters of its header field."""

    uri: str
    parameters: dict[bytes, bytes]
    display: bytes = b""


def parse_uri(text: str) -> Uri:
    """Read a URI of one of the three schemes."""
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if not colon or not rest or NOT_IN_URI.search(text):
        raise DecodeError("not a URI")
    if scheme == "tel":
        return _tel(rest)
    if scheme in ("sip", "sips"):
        return _sip(rest, scheme == "sips")
    raise DecodeError("URI scheme not supported", status=416)


def _tel(rest: str) -> TelUri:
    number, *named = rest.split(";")
    if not _NUMBER.fullmatch(number):
        raise DecodeError("tel URI is no number")
    return TelUri(number.translate(_VISUAL), _uri_parameters(named))


def _sip(rest: str, secure: bool) -> SipUri:
    rest, _, headers = rest.partition("?") if "@" not in rest.partition("?")[2] else (rest, "", "")
    user, at, host = rest.rpartition("@")
    if at and not user:
        raise DecodeError("empty user part")
    host, *named = host.split(";")
    matched = _HOST.fullmatch(host)
    if matched is None:
        raise DecodeError("host of SIP URI malformed")
    port = int(matched[2]) if matched[2] else None
    if port is not None and not 0 < port < 65536:
        raise DecodeError("port of SIP URI out of range")
    name = _unescaped(user.partition(":")[0])
    return SipUri(name, matched[1].lower(), port, _uri_parameters(named), secure, headers)


def _uri_parameters(named: list[str]) -> tuple[tuple[str, str], ...]:
    if not named:
        return ()
    pairs = (part.partition("=") for part in named if part)
    return tuple((_unescaped(name.strip()).lower(), _unescaped(value)) for name, _, value in pairs)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "%" in text else text


def parse_name_addr(value: bytes) -> NameAddr:
    """Read one From, To, Contact, Route or P-Asserted-Identity value.

    Without angle brackets the parameters belong to the header field (§20.10), so the URI ends at the first
    semicolon.
    """
    value = value.strip()
    if value[:1] == b"<" and value[-1:] == b">" and value.translate(None, _IN_URI) == b"<>" != value:
        return NameAddr(value[1:-1].decode(), {})
    head, *named = split(value, b";")
    display, bracket, rest = _angle(head)
    uri = rest if bracket else head
    if not bracket and b"?" in uri:
        raise DecodeError("URI with headers outside angle brackets")  # §20.10
    text = uri.decode("latin-1")
    if not text or NOT_IN_URI.search(text):
        raise DecodeError("address malformed")
    return NameAddr(text, parameters(named), display)


def _angle(head: bytes) -> tuple[bytes, bool, bytes]:
    """Display name, whether there are angle brackets, and what is in them; a quoted name may hold a
    bracket.
    """
    at = 0
    if head[:1] == b'"':
        quoted = _QUOTED.match(head)
        if quoted is None:
            raise DecodeError("quoted display name never ends")
        at = quoted.end()
    opening = head.find(b"<", at)
    if opening < 0:
        return b"", False, b""
    if not head.endswith(b">"):
        raise DecodeError("angle bracket never closed")
    return head[:opening].strip(), True, head[opening + 1 : -1].strip()


_QUOTED = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
