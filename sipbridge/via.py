"""The top Via: branch and sent-by, where a response goes, received and rport (RFC 3261 §18.2, RFC 3581)."""

import re
from hashlib import blake2b

from msgspec import Struct

from sipbridge.errors import DecodeError
from sipbridge.flow import Flow
from sipbridge.header import parameters, split
from sipbridge.message import Message

__all__ = ["MAGIC_COOKIE", "Via", "back_to_sender", "response_way", "server_key", "top_via"]

MAGIC_COOKIE = b"z9hG4bK"
_LONGEST_KEY = 160
_USUAL = re.compile(
    rb"SIP/2\.0/[A-Z]{3} ([a-z0-9.\-:\[\]]+);branch=(z9hG4bK[A-Za-z0-9\-.!%*_+`'~]+)[ \t]*"
).fullmatch
_PROTOCOL = re.compile(rb"(?i)SIP\s*/\s*\d\.\d\s*/\s*([A-Za-z0-9\-.]+)[ \t]+(.+)", re.DOTALL)
_SENT_BY = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._]+)(?:[ \t]*:[ \t]*(\d{1,5}))?")


class Via(Struct, frozen=True, gc=False):
    """One via-parm (§20.42); `rport` tells that the client wants the answer where it sent from."""

    sent_by: bytes
    branch: bytes
    rport: bool


def top_via(value: bytes) -> Via:
    """Read the first via-parm of a Via value."""
    usual = _USUAL(value)
    if usual is not None:
        sent_by, branch = usual.groups()
        return Via(sent_by, branch, False)
    return _general(split(value)[0])


def _general(value: bytes) -> Via:
    matched = _PROTOCOL.fullmatch(value)
    if matched is None:
        raise DecodeError("Via malformed")
    sent_by, *rest = split(matched[2], b";")
    named = parameters(rest)
    host = _SENT_BY.fullmatch(sent_by)
    if host is None:
        raise DecodeError("sent-by of Via malformed")
    address = host[1] + b":" + host[2] if host[2] else host[1]
    return Via(address.lower(), named.get(b"branch", b""), named.get(b"rport") == b"")


def server_key(message: Message, via: Via) -> bytes:
    """What names a server transaction: branch, sent-by and method, or RFC 2543's tuple (§17.2.3)."""
    if via.branch.startswith(MAGIC_COOKIE) and via.branch != MAGIC_COOKIE:  # RFC 4475 §3.2.1
        key = b"%b %b %b" % (via.branch, via.sent_by, message.method)
    else:
        fields = message.fields
        old = (
            message.uri,
            fields[b"To"],
            fields[b"From"],
            fields[b"Call-ID"],
            fields[b"CSeq"],
            message.vias[0],
        )
        key = b"\n".join(old)
    return key if len(key) <= _LONGEST_KEY else blake2b(key, digest_size=24).digest()


def response_way(value: bytes, via: Via, flow: Flow) -> tuple[bytes, Flow]:
    """The Via line to put into the response, and the flow that the response takes (§18.2.1, §18.2.2; RFC
    3581 §4).
    """
    source, source_port = flow.remote
    source = source.partition("%")[0]  # the zone of a link-local address means nothing to others
    matched = _SENT_BY.fullmatch(via.sent_by)
    if matched is None:
        raise DecodeError("sent-by of Via malformed")
    host = matched[1].decode("ascii").strip("[]")
    port = int(matched[2] or 5060)
    if not 0 < port < 65536:
        raise DecodeError("port of Via out of range")
    if via.rport:
        value = _stamped(value, b"received=%b;rport=%d" % (source.encode("ascii", "replace"), source_port))
        return value, flow
    if host != source:
        value = _stamped(value, b"received=" + source.encode("ascii", "replace"))
    if not flow.reliable and port != source_port:
        flow = flow._replace(remote=(flow.remote[0], port))
    return value, flow


def back_to_sender(value: bytes, flow: Flow) -> Flow:
    """The way of a response whose connection is gone: to the source, at the port of sent-by (§18.2.2)."""
    try:
        matched = _SENT_BY.fullmatch(top_via(value).sent_by)
    except DecodeError:
        return flow
    port = int(matched[2] or _PORTS[flow.transport == "tls"]) if matched else 0
    return Flow(flow.transport, flow.local, (flow.remote[0], port)) if 0 < port < 65536 else flow


_PORTS = (5060, 5061)


def _stamped(value: bytes, stamp: bytes) -> bytes:
    """The first via-parm with the stamp instead of an empty rport and of a received that the peer made up."""
    first, *rest = split(value)
    kept = [part for part in split(first, b";") if part.partition(b"=")[0].strip().lower() not in _OURS]
    return b", ".join([b";".join([*kept, stamp]), *rest])


_OURS = (b"rport", b"received")
