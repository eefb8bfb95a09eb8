"""The dialogue portion: AARQ, AARE and ABRT within an EXTERNAL (Q.773 §3.1, §4.2.3)."""

from enum import IntEnum
from typing import NamedTuple

from mapstack.ber import decode_oid, element, encode_oid, read_header
from mapstack.errors import DecodeError

__all__ = [
    "Aare",
    "Aarq",
    "Abrt",
    "AssociateResult",
    "DialoguePdu",
    "ProviderDiagnostic",
    "UserDiagnostic",
    "decode_dialogue",
    "encode_aare",
    "encode_aarq",
    "encode_abrt",
]

_DIALOGUE_AS = encode_oid((0, 0, 17, 773, 1, 1, 1))
_UNIDIALOGUE_AS = encode_oid((0, 0, 17, 773, 1, 2, 1))
_PORTION, _EXTERNAL, _OID, _INTEGER, _SINGLE_TYPE = 0x6B, 0x28, 0x06, 0x02, 0xA0
_AARQ, _AARE, _ABRT = 0x60, 0x61, 0x64
_VERSION, _NAME, _RESULT, _DIAGNOSTIC, _USER_INFORMATION = 0x80, 0xA1, 0xA2, 0xA3, 0xBE
_USER, _PROVIDER = 0xA1, 0xA2
_VERSION_1 = b"\x80\x02\x07\x80"

Fields = dict[int, bytes]


class AssociateResult(IntEnum):
    """Whether the application context was accepted."""

    ACCEPTED = 0
    REJECT_PERMANENT = 1


class UserDiagnostic(IntEnum):
    """Why, says the user."""

    NULL = 0
    NO_REASON_GIVEN = 1
    APPLICATION_CONTEXT_NAME_NOT_SUPPORTED = 2


class ProviderDiagnostic(IntEnum):
    """Why, says the provider."""

    NULL = 0
    NO_REASON_GIVEN = 1
    NO_COMMON_DIALOGUE_PORTION = 2


class Aarq(NamedTuple):
    """A dialogue is asked for."""

    name: tuple[int, ...]
    version_1: bool = True
    user_information: bytes = b""


class Aare(NamedTuple):
    """The answer to it; `diagnostic` is of the provider or of the user."""

    name: tuple[int, ...]
    result: int
    diagnostic: int
    by_provider: bool = False
    user_information: bytes = b""


class Abrt(NamedTuple):
    """A dialogue is aborted."""

    by_provider: bool
    user_information: bytes = b""


DialoguePdu = Aarq | Aare | Abrt


def decode_dialogue(portion: bytes) -> DialoguePdu:
    """Read a whole dialogue portion element."""
    tag, start, stop, _ = read_header(portion, 0, len(portion))
    _expect(tag == _PORTION, "dialogue portion", 0)
    tag, start, stop, _ = read_header(portion, start, stop)
    _expect(tag == _EXTERNAL, "EXTERNAL", start)
    tag, first, last, at = read_header(portion, start, stop)
    known = portion[first:last] in (_DIALOGUE_AS, _UNIDIALOGUE_AS)
    _expect(tag == _OID and known, "abstract syntax", first)
    tag, start, stop, _ = read_header(portion, at, stop)
    _expect(tag == _SINGLE_TYPE, "single ASN.1 type", start)
    tag, start, stop, _ = read_header(portion, start, stop)
    fields = _fields(portion, start, stop)
    if tag == _AARQ:
        return Aarq(_name(fields), _version_1(fields), fields.get(_USER_INFORMATION, b""))
    if tag == _AARE:
        return _aare(fields)
    _expect(tag == _ABRT, "dialogue PDU", start)
    return Abrt(fields.get(_VERSION, b"\x00") != b"\x00", fields.get(_USER_INFORMATION, b""))


def _expect(condition: bool, what: str, at: int) -> None:
    if not condition:
        raise DecodeError("tcap", f"no {what}", offset=at)


def _fields(data: bytes, at: int, end: int) -> Fields:
    fields: Fields = {}
    while at < end:
        tag, start, stop, at = read_header(data, at, end)
        fields.setdefault(tag, data[start:stop])
    return fields


def _name(fields: Fields) -> tuple[int, ...]:
    return decode_oid(_inner(fields.get(_NAME, b""), _OID))


def _inner(contents: bytes, wanted: int) -> bytes:
    tag, start, stop, _ = read_header(contents, 0, len(contents))
    _expect(tag == wanted, f"element {wanted:#x}", 0)
    return contents[start:stop]


def _version_1(fields: Fields) -> bool:
    """Absent means version 1 (Q.773 §4.2.3)."""
    version = fields.get(_VERSION, b"\x07\x80")
    return len(version) > 1 and version[1] & 0x80 != 0


def _aare(fields: Fields) -> Aare:
    result = int.from_bytes(_inner(fields.get(_RESULT, b""), _INTEGER)[:4])
    diagnostic = fields.get(_DIAGNOSTIC, b"")
    tag, start, stop, _ = read_header(diagnostic, 0, len(diagnostic))
    _expect(tag in (_USER, _PROVIDER), "source diagnostic", start)
    value = int.from_bytes(_inner(diagnostic[start:stop], _INTEGER)[:4])
    return Aare(_name(fields), result, value, tag == _PROVIDER, fields.get(_USER_INFORMATION, b""))


def encode_aarq(name: tuple[int, ...], user_information: bytes = b"") -> bytes:
    """The dialogue portion of a Begin; `user_information` is the contents of its field."""
    return _portion(
        _AARQ, _VERSION_1 + element(_NAME, element(_OID, encode_oid(name))) + _user(user_information)
    )


def _user(information: bytes) -> bytes:
    return element(_USER_INFORMATION, information) if information else b""


def encode_aare(answer: Aare) -> bytes:
    """The dialogue portion of the first backward message."""
    source = _PROVIDER if answer.by_provider else _USER
    contents = (
        _VERSION_1
        + element(_NAME, element(_OID, encode_oid(answer.name)))
        + element(_RESULT, bytes((_INTEGER, 1, answer.result)))
        + element(_DIAGNOSTIC, element(source, bytes((_INTEGER, 1, answer.diagnostic))))
        + _user(answer.user_information)
    )
    return _portion(_AARE, contents)


def encode_abrt(user_information: bytes) -> bytes:
    """The dialogue portion of an Abort by the user; `user_information` is the contents of its field."""
    return _portion(_ABRT, b"\x80\x01\x00" + _user(user_information))


def _portion(tag: int, contents: bytes) -> bytes:
    external = element(_OID, _DIALOGUE_AS) + element(_SINGLE_TYPE, element(tag, contents))
    return element(_PORTION, element(_EXTERNAL, external))
