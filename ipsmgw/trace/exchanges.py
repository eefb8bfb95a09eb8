"""One line for what is said in MSGin5G: over CoAP (RFC 7252 §3), HTTP/1.1 (RFC 9112) and in lines of JSON."""

import re

__all__ = ["coap_label", "http_label", "line_label"]

_METHODS = {1: "GET", 2: "POST", 3: "PUT", 4: "DELETE"}
_TYPE = re.compile(rb'"msgType":"(\w{1,20})"')
_TOLD = re.compile(rb'"(?:delivSt|status|cause|failureCause|result)":"(\w{1,40})"')
_OP = re.compile(rb'"op":"(\w{1,20})"')
_SHOWN = 46


def coap_label(octets: bytes) -> str:
    """The Message Type of a request; the code of an answer, and what it says."""
    if len(octets) < 4 or octets[0] >> 6 != 1:
        return f"CoAP malformed, {len(octets)} octets"
    code = octets[1]
    if code == 0:
        return "empty"
    if code >> 5:
        return f"{code >> 5}.{code & 0x1F:02}{_told(octets) or _diagnostic(octets)}"
    kind = _TYPE.search(octets)
    method = _METHODS.get(code, f"0.{code:02}")
    return f"{method} {kind[1].decode()}{_told(octets)}" if kind else method


def http_label(octets: bytes) -> str:
    """Method and the end of the path, or the status, and what it says."""
    first, _, second = octets.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")
    if first.startswith("HTTP/"):
        return f"{second[:3]}{_told(octets)}"
    path = second.rpartition(" ")[0]
    return f"{first} .../{path.rpartition('/')[2]}"[:_SHOWN] + _told(octets) if path else "HTTP malformed"


def line_label(octets: bytes) -> str:
    """What a line of JSON is, and what it says."""
    kind = _OP.search(octets)
    return f"{kind[1].decode()}{_told(octets)}" if kind else "JSON"


def _told(octets: bytes) -> str:
    found = _TOLD.search(octets)
    return f" {found[1].decode()}" if found else ""


def _diagnostic(octets: bytes) -> str:
    """Of a no: text behind the payload marker."""
    if octets[1] >> 5 == 2:
        return ""
    said = octets.partition(b"\xff")[2].decode("utf-8", "replace")
    return f" {said}"[:_SHOWN].rstrip()
