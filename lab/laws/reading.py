"""SIP messages as the laws read them: not with the stack that wrote them (RFC 3261 §7); and lists of them."""

import re
from typing import Generic, NamedTuple, TypeVar

from ipsmgw.trace import Pdu

__all__ = ["Index", "Sip", "read"]

_FIELD = re.compile(rb"\r\n(call-id|i|in-reply-to|cseq|via|v|expires)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Index(dict[KeyT, list[ValueT]], Generic[KeyT, ValueT]):
    """Lists by key; looking for what is not there leaves no trace."""

    def add(self, key: KeyT, value: ValueT) -> None:
        self.setdefault(key, []).append(value)

    def __missing__(self, key: KeyT) -> list[ValueT]:
        return []


class Sip(NamedTuple):
    """A SIP message on a link; `status` is 0 for a request, `expires` is -1 where it says nothing."""

    pdu: Pdu
    status: int
    method: bytes
    call_id: str
    branch: bytes
    in_reply_to: str
    expires: int
    body: bytes


def read(pdu: Pdu) -> Sip:
    """Of several values of a field the first."""
    head, _, body = pdu.data.partition(b"\r\n\r\n")
    found: dict[bytes, bytes] = {}
    for name, value in _FIELD.findall(head):
        found.setdefault(name.lower(), value)
    via = found.get(b"via") or found.get(b"v", b"")
    call_id = found.get(b"call-id") or found.get(b"i", b"")
    return Sip(
        pdu=pdu,
        status=int(head[8:11]) if head.startswith(b"SIP/2.0 ") else 0,
        method=found.get(b"cseq", b"").rpartition(b" ")[2],
        call_id=call_id.decode("latin-1"),
        branch=via.partition(b";branch=")[2].partition(b";")[0],
        in_reply_to=found.get(b"in-reply-to", b"").decode("latin-1"),
        expires=int(found.get(b"expires", b"-1")),
        body=body,
    )
