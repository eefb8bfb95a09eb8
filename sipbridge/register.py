"""A REGISTER as its registrar reads it (RFC 3261 §10.3; RFC 5626 §4.2; TS 24.341 §5.3.2.2)."""

import re
from typing import NamedTuple

from sipbridge.errors import DecodeError
from sipbridge.events import Request, ServerTx
from sipbridge.flow import Flow
from sipbridge.message import Message
from sipbridge.uri import SipUri, parse_name_addr, parse_uri

__all__ = ["AskedContact", "Register", "read_register"]

_SMSIP = b"+g.3gpp.smsip"
_LONGEST = 2**32 - 1
_MOST = 16  # contacts in one request
_Q = re.compile(rb"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")  # RFC 3261 §25.1, qvalue


class AskedContact(NamedTuple):
    """One Contact; `expires` is what it says itself, `q` in thousandths, `reg_id` 0 where there is none."""

    uri: str
    expires: int | None = None
    q: int = 1000
    instance: str = ""
    reg_id: int = 0
    smsip: bool = False


class Register(NamedTuple):
    """What a phone asks for; `everything` is a Contact of *, and the `expires` is that of the request."""

    tx: ServerTx
    flow: Flow
    uri: bytes
    aor: str
    sender: str
    call_id: str
    cseq: int
    contacts: tuple[AskedContact, ...]
    everything: bool = False
    expires: int | None = None
    authorization: tuple[bytes, ...] = ()
    outbound: bool = False
    """Whether the phone knows RFC 5626."""


def read_register(request: Request) -> Register:
    """Read it; DecodeError where it is no REGISTER that a registrar can answer otherwise than 400."""
    message = request.message
    fields = message.fields
    values = message.listed(b"Contact")
    everything = b"*" in values
    expires = _seconds(message.first(b"Expires"))
    if everything and (len(values) > 1 or expires != 0):
        raise DecodeError("Contact * goes with nothing but Expires 0")  # §10.3 step 6
    if len(values) > _MOST:
        raise DecodeError("too many contacts", status=403)
    return Register(
        tx=request.tx,
        flow=request.flow,
        uri=message.uri,
        aor=_address(fields[b"To"]),
        sender=_address(fields[b"From"]),
        call_id=fields[b"Call-ID"].strip().decode("latin-1"),
        cseq=int(fields[b"CSeq"].split()[0]),
        contacts=() if everything else tuple(map(_contact, values)),
        everything=everything,
        expires=expires,
        authorization=tuple(message.every(b"Authorization")),
        outbound=_supports(message, b"outbound"),
    )


def _address(value: bytes) -> str:
    uri = parse_name_addr(value).uri
    try:
        parse_uri(uri)
    except DecodeError as error:  # RFC 4475 §3.3.4: another scheme is no fault of the Request-URI
        raise DecodeError(error.reason) from error
    return uri


def _contact(value: bytes) -> AskedContact:
    """The flag of a feature may have a value (RFC 3840 §9); an instance id keeps its angle brackets."""
    address = parse_name_addr(value)
    if not isinstance(_uri(address.uri), SipUri):
        raise DecodeError("a contact that no request can be sent to")
    named = address.parameters
    reg_id = named.get(b"reg-id", b"")
    return AskedContact(
        uri=address.uri,
        expires=_seconds(named.get(b"expires")),
        q=_thousandths(named.get(b"q")),
        instance=named.get(b"+sip.instance", b"").decode("latin-1"),
        reg_id=int(reg_id) if reg_id.isdigit() and len(reg_id) < 10 else 0,
        smsip=named.get(_SMSIP, b"FALSE").upper() != b"FALSE",
    )


def _uri(text: str) -> object:
    try:
        return parse_uri(text)
    except DecodeError as error:
        raise DecodeError(error.reason) from error


def _seconds(value: bytes | None) -> int | None:
    """What is no number is as if it were not there (RFC 3261 §20.19)."""
    if value is None or not value.isdigit():
        return None
    return min(int(value[:11]), _LONGEST)


def _thousandths(value: bytes | None) -> int:
    if value is None or not _Q.fullmatch(value):
        return 1000
    whole, _, part = value.partition(b".")
    return int(whole) * 1000 + int(part.ljust(3, b"0"))


def _supports(message: Message, option: bytes) -> bool:
    return any(each.lower() == option for each in message.listed(b"Supported") + message.listed(b"Require"))
