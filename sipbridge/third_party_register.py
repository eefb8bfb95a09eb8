"""Third-party REGISTER: who is registered, and what of his own REGISTER comes along (TS 24.229 §5.4.1.7)."""

from typing import NamedTuple

from sipbridge.body import Part, parts, service_info
from sipbridge.errors import DecodeError
from sipbridge.events import Request, ServerTx
from sipbridge.flow import Flow
from sipbridge.header import parameter, parameters, split
from sipbridge.identity import associated_uris
from sipbridge.message import Message, parse
from sipbridge.settings import Limits
from sipbridge.uri import parse_name_addr, parse_uri

__all__ = ["ThirdPartyRegister", "third_party_register"]

_DEFAULT_EXPIRES = 3600  # RFC 3261 §10.3 step 7: where nobody says anything, the registrar chooses
_LONGEST_EXPIRES = 2**32 - 1
_SMSIP = b"+g.3gpp.smsip"
_LIMITS = Limits()


class ThirdPartyRegister(NamedTuple):
    """The S-CSCF says that a user is registered, or no longer with `expires` 0 (TS 24.229 §5.4.1.7).

    `scscf` is where requests for the user are routed; the REGISTER of the user and its 200 may ride in the
    body, and `smsip` is what they say of his device: nothing, where they are not there.
    """

    tx: ServerTx
    impu: str
    expires: int
    scscf: str
    service_info: str | None
    associated: tuple[str, ...]
    register_request: bytes | None
    register_response: bytes | None
    flow: Flow
    smsip: bool | None = None
    private_identity: str = ""
    """Of the user's REGISTER, where it came along (TS 24.229 §5.1.1.2.1)."""


def third_party_register(request: Request) -> ThirdPartyRegister:
    """Read it; its body is one of the kinds that the filter criteria ask for, all of them, or none."""
    message = request.message
    impu, scscf = parse_name_addr(message.fields[b"To"]).uri, _scscf(message)
    for uri in (impu, scscf):
        _check_registered(uri)
    bodies = parts(message.fields.get(b"Content-Type", b""), message.body) if message.body else []
    asked, answer = _included(bodies, answer=False), _included(bodies, answer=True)
    xml = next((part.octets for part in bodies if part.media_type == b"application/3gpp-ims+xml"), b"")
    inner, outer = _read(answer), _read(asked)
    associated = message.every(b"P-Associated-URI") or (inner.every(b"P-Associated-URI") if inner else [])
    return ThirdPartyRegister(
        request.tx,
        impu,
        _expires(message),
        scscf,
        service_info(xml),
        associated_uris(associated),
        asked,
        answer,
        request.flow,
        _smsip(outer, inner),
        _private_identity(outer),
    )


def _included(bodies: list[Part], *, answer: bool) -> bytes | None:
    """The user's REGISTER, or the answer to it."""
    sip = (part.octets for part in bodies if part.media_type == b"message/sip")
    return next((octets for octets in sip if octets.startswith(b"SIP/") is answer), None)


def _read(octets: bytes | None) -> Message | None:
    """What rides in a body is nobody's request: if it cannot be read it is not there."""
    try:
        return None if octets is None else parse(octets, _LIMITS)
    except DecodeError:
        return None


def _smsip(asked: Message | None, answer: Message | None) -> bool | None:
    """Whether the device takes short messages (TS 24.341 §5.3.2.2): an answer may leave out feature tags."""
    if answer is not None and _any_smsip(answer.listed(b"Contact")):
        return True
    contacts = [] if asked is None else asked.listed(b"Contact")
    staying = [value for value in contacts if value != b"*" and parameter(value, b"expires") != b"0"]
    return _any_smsip(staying) if staying else None


def _private_identity(asked: Message | None) -> str:
    """The username of its credentials; "" where it has none."""
    value = None if asked is None else asked.first(b"Authorization")
    scheme, _, credentials = (value or b"").partition(b" ")
    if scheme.lower() != b"digest":
        return ""
    return parameters(split(credentials)).get(b"username", b"").decode("latin-1")


def _any_smsip(contacts: list[bytes]) -> bool:
    return any(parameter(value, _SMSIP) is not None for value in contacts)


def _expires(message: Message) -> int:
    """Expires, else the Contact's parameter (RFC 3261 §10.2.1.1)."""
    value = message.first(b"Expires")
    if value is None:
        contacts = message.listed(b"Contact")
        value = parameter(contacts[0], b"expires") if contacts else None
    if value is None:
        return _DEFAULT_EXPIRES
    if not value.isdigit() or len(value) > 10:
        raise DecodeError("Expires is no number")
    return min(int(value), _LONGEST_EXPIRES)


def _check_registered(uri: str) -> None:
    """RFC 4475 §3.3.4: another scheme is no fault of the Request-URI, so it is no 416."""
    try:
        parse_uri(uri)
    except DecodeError as error:
        raise DecodeError(error.reason) from error


def _scscf(message: Message) -> str:
    """The S-CSCF registers itself as the contact, from its own URI (TS 24.229 §5.4.1.7)."""
    contacts = message.listed(b"Contact")
    if contacts and contacts[0] != b"*":
        return parse_name_addr(contacts[0]).uri
    return parse_name_addr(message.fields[b"From"]).uri
