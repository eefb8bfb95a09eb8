"""Header field names and the lists inside their values (RFC 3261 §7.3, §25.1)."""

import re

__all__ = [
    "KNOWN", "MANDATORY", "METHOD", "READ", "SINGLE", "SPELLED",
    "canonical", "parameter", "parameters", "split",
]  # fmt: skip

_NAMES = (
    b"Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events "
    b"Authentication-Info Authorization Call-ID Call-Info Contact Content-Disposition Content-Encoding "
    b"Content-Language Content-Length Content-Transfer-Encoding Content-Type CSeq Date Error-Info Event "
    b"Expires Feature-Caps From Geolocation History-Info In-Reply-To MIME-Version Max-Forwards "
    b"Min-Expires Min-SE Organization P-Access-Network-Info P-Asserted-Identity P-Asserted-Service "
    b"P-Associated-URI P-Called-Party-ID P-Charging-Function-Addresses P-Charging-Vector "
    b"P-Preferred-Identity P-Preferred-Service P-Profile-Key P-Served-User P-User-Database "
    b"P-Visited-Network-ID Path Privacy Priority Proxy-Authenticate Proxy-Authorization Proxy-Require "
    b"RAck RSeq Reason Record-Route Refer-To Referred-By Reject-Contact Replaces Reply-To "
    b"Request-Disposition Require Retry-After Route Security-Client Security-Server Security-Verify "
    b"Server Service-Route Session-Expires Session-ID Subject Subscription-State Supported Timestamp To "
    b"Unsupported User-Agent Via WWW-Authenticate Warning"
).split()
_COMPACT = {
    b"a": b"Accept-Contact",
    b"c": b"Content-Type",
    b"d": b"Request-Disposition",
    b"e": b"Content-Encoding",
    b"f": b"From",
    b"i": b"Call-ID",
    b"j": b"Reject-Contact",
    b"k": b"Supported",
    b"l": b"Content-Length",
    b"m": b"Contact",
    b"o": b"Event",
    b"r": b"Refer-To",
    b"s": b"Subject",
    b"t": b"To",
    b"u": b"Allow-Events",
    b"v": b"Via",
    b"x": b"Session-Expires",
    b"b": b"Referred-By",
}
KNOWN = frozenset(_NAMES)
MANDATORY = frozenset((b"Via", b"From", b"To", b"Call-ID", b"CSeq"))
READ = MANDATORY.union(
    b"Contact Content-Encoding Content-Length Content-Type Event Expires".split(),
    b"In-Reply-To P-Asserted-Identity P-Associated-URI P-Charging-Vector Require Subscription-State".split(),
)
"""What is asked for in nearly every message, and so is at hand; the others are looked for when asked for."""
# RFC 3261 §7.3.1: fields whose grammar is no list may appear once only.
SINGLE = frozenset(
    b"Call-ID CSeq Content-Length Content-Type Event Expires From Max-Forwards P-Served-User To".split()
)
_CANONICAL = {name.lower(): name for name in _NAMES} | _COMPACT
_OF_TOKEN = rb"[A-Za-z0-9\-.!%*_+`'~]"
_TOKEN = re.compile(_OF_TOKEN + rb"+")
METHOD = rb"(" + _OF_TOKEN + rb"{1,64})"
"""A token that is part of what is remembered of a request, so it has an end."""
_QUOTED_REST = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SPECIAL = {separator: re.compile(rb'["<' + separator + rb"]") for separator in (b",", b";")}


class _Spelled(dict[bytes, bytes]):
    """What is not in it is worked out: an unknown name, one in mixed case; of what is no name, nothing."""

    def __missing__(self, name: bytes) -> bytes:
        return canonical(name) or b""


def canonical(name: bytes) -> bytes | None:
    """The one spelling of a field name; an unknown one in lower case; None where it is no token (§25.1)."""
    known = _CANONICAL.get(name) or _CANONICAL.get(name.lower())
    if known is not None:
        return known
    return name.lower() if _TOKEN.fullmatch(name) else None


SPELLED = _Spelled({name: name for name in _NAMES} | _CANONICAL)
"""The canonical spelling of any name; those at hand are as names are mostly written."""


def split(value: bytes, separator: bytes = b",") -> list[bytes]:
    """The parts of a value between separators that stand outside quotes and angle brackets."""
    if separator not in value:
        return [value.strip()]
    parts: list[bytes] = []
    start = at = 0
    search = _SPECIAL[separator].search
    while found := search(value, at):
        if found[0] == separator:
            parts.append(value[start : found.start()].strip())
            start = at = found.end()
            continue
        end = _end_of(value, found)
        if end is None:  # never closed: the rest is one part
            break
        at = end
    parts.append(value[start:].strip())
    return parts


def _end_of(value: bytes, opening: re.Match[bytes]) -> int | None:
    """Where the quoted string or the angle brackets end."""
    if opening[0] == b'"':
        quoted = _QUOTED_REST.match(value, opening.end())
        return quoted.end() if quoted else None
    end = value.find(b">", opening.end())
    return end + 1 if end >= 0 else None


def parameters(parts: list[bytes]) -> dict[bytes, bytes]:
    """Generic parameters: names in lower case, values unquoted, a flag has none; the first of a name
    counts.
    """
    found: dict[bytes, bytes] = {}
    for part in parts:
        name, _, value = part.partition(b"=")
        found.setdefault(name.strip().lower(), _unquoted(value.strip()))
    return found


_FIRST = {b"tag": re.compile(rb'<[^>]*>;tag=([^";<\s]*)(?:;|\Z)').match}
"""The parameter that comes first as a rule, without quotes."""


def parameter(value: bytes, name: bytes) -> bytes | None:
    """One parameter of a value, None where it is absent."""
    usual = _FIRST.get(name)
    if usual is not None and (found := usual(value)) is not None:
        return found[1]
    rest = value.partition(b">")[2] if value[:1] == b"<" else value
    if b'"' in value or b"<" in rest:
        return parameters(split(value, b";")[1:]).get(name)
    for part in rest.split(b";")[1:]:
        spelled, _, text = part.partition(b"=")
        if spelled == name or spelled.strip().lower() == name:
            return text.strip()
    return None


def _unquoted(value: bytes) -> bytes:
    if len(value) >= 2 and value[:1] == b'"' == value[-1:]:
        return re.sub(rb"\\(.)", rb"\1", value[1:-1], flags=re.DOTALL)
    return value
