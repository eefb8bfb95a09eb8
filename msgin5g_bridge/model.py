"""JSON bodies as strict types, to and from octets (RFC 8259; the data types of TS 29.538).

Strict: a wrong type, a missing mandatory attribute, `null` where the API does not declare it and an empty
array are faults, named by their path. Open, because a peer of a later release must not break us: attributes
that the type does not know are ignored (no schema of TS 29.538 forbids additional properties), and an
enumeration keeps values that it does not know (each is `anyOf` its values or any string).
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Generic, NewType, Self, TypeVar, dataclass_transform

import msgspec

from msgin5g_bridge.errors import DecodeError, LocalError

__all__ = [
    "ABSENT",
    "Absent",
    "ApplicationId",
    "AsServiceId",
    "Body",
    "Bulk",
    "Listed",
    "MessageId",
    "MgwServiceId",
    "OneOrMore",
    "OpenEnum",
    "ServerServiceId",
    "Topic",
    "UeServiceId",
    "check_count",
    "decode",
    "decode_with",
    "encode",
]

Absent = msgspec.UnsetType
ABSENT = msgspec.UNSET

# TS 29.538 types every identity as a plain string; TS 23.554 names them. Compared as opaque text.
UeServiceId = NewType("UeServiceId", str)
AsServiceId = NewType("AsServiceId", str)
MgwServiceId = NewType("MgwServiceId", str)
ServerServiceId = NewType("ServerServiceId", str)
ApplicationId = NewType("ApplicationId", str)
MessageId = NewType("MessageId", str)
Topic = NewType("Topic", str)

T = TypeVar("T")
BodyT = TypeVar("BodyT", bound="Body")
OneOrMore = Annotated[tuple[T, ...], msgspec.Meta(min_length=1)]


class OpenEnum(StrEnum):
    """An enumeration of TS 29.538: a value of a later release is kept, equal to its text, no member."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown

    @property
    def known(self) -> bool:
        """Whether this release of the API defines the value."""
        return self._value_ in type(self).__members__


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,))
class Body(msgspec.Struct, frozen=True, rename="camel"):
    """A structured data type; an optional attribute that did not come is `ABSENT` (and false)."""


class Listed(Body, kw_only=True):
    """A body that is an array on the wire: its only attribute is `items`."""

    items: tuple[object, ...]


def check_count(count: int, entries: tuple[object, ...]) -> None:
    """The number of individual entries is an information element of its own: it has to be true."""
    if count != len(entries):
        raise ValueError(f"count says {count}, the list has {len(entries)}")


class Bulk(Body, Generic[T], kw_only=True):
    """Several bodies in one, and how many."""

    count: int
    list: OneOrMore[T]

    def __post_init__(self) -> None:
        check_count(self.count, self.list)


def decode(kind: type[BodyT], octets: bytes) -> BodyT:
    """The body as `kind`; raises `DecodeError` on anything else, whatever the octets are."""
    if issubclass(kind, Listed):
        items = decode_with(_array_decoder(kind), octets)
        assert isinstance(items, tuple)
        return kind(items=items)
    decoder: msgspec.json.Decoder[BodyT] = _decoder(kind)
    return decode_with(decoder, octets)


def decode_with(decoder: msgspec.json.Decoder[T], octets: bytes) -> T:
    """As `decode`, where the type is a union of bodies and the decoder is at hand."""
    try:
        return decoder.decode(octets)
    except msgspec.ValidationError as fault:
        raise _decode_error(str(fault)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise DecodeError("", _not_utf8(octets) or str(fault)) from None
    except RecursionError:
        raise DecodeError("", "nested too deeply") from None


def encode(value: Body) -> bytes:
    """The body as JSON; raises `LocalError` when the value breaks the rules that `decode` holds a peer to."""
    try:
        octets = _ENCODER.encode(value.items if isinstance(value, Listed) else value)
        decoder = _array_decoder(type(value)) if isinstance(value, Listed) else _decoder(type(value))
        decoder.decode(octets)
    except UnicodeEncodeError as fault:
        raise LocalError(f"{type(value).__name__}: a string is not Unicode text: {fault.reason}") from None
    except (msgspec.DecodeError, TypeError) as fault:
        raise LocalError(f"{type(value).__name__}: {fault}") from None
    return octets


def _not_utf8(octets: bytes) -> str:
    """Where it is not; releases of msgspec say so in different ways."""
    try:
        octets.decode()
    except UnicodeDecodeError as fault:
        return f"not UTF-8 at octet {fault.start}: {fault.reason}"
    return ""


_ENCODER = msgspec.json.Encoder()
_FAULT = re.compile(r"(?P<reason>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_TYPE = re.compile(r"`([^`]*)`")
_JSON_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "datetime": "date-time",
}
"""What the library calls by Python's names, as OpenAPI calls it."""


@lru_cache(maxsize=128)
def _decoder(kind: type[BodyT]) -> msgspec.json.Decoder[BodyT]:
    return msgspec.json.Decoder(kind)


@lru_cache(maxsize=16)
def _array_decoder(kind: type[Listed]) -> msgspec.json.Decoder[object]:
    return msgspec.json.Decoder(msgspec.structs.fields(kind)[0].type)


def _decode_error(fault: str) -> DecodeError:
    parts = _FAULT.fullmatch(fault)
    if parts is None:
        return DecodeError("", fault)
    path = re.sub(r"\.|\[(\d+|\.\.\.)\]", lambda step: f"/{step[1] or ''}", parts["path"] or "")
    missing = _MISSING.fullmatch(parts["reason"])
    if missing is not None:
        return DecodeError(f"{path}/{missing[1]}", "missing")
    return DecodeError(path, _TYPE.sub(_json_type, parts["reason"]))


def _json_type(named: re.Match[str]) -> str:
    return re.sub(r"\w+", lambda word: _JSON_TYPES.get(word[0], word[0]), named[1])
