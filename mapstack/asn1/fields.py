"""The members of a SEQUENCE or CHOICE: kind, tag (implicit but for CHOICE, X.680 §31.2.7), default."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Protocol, TypeVar, cast, overload

from mapstack.asn1.constructed import in_segments, joined
from mapstack.asn1.kinds import Kind
from mapstack.ber import LENGTHS, read_header, tag_octets
from mapstack.errors import DecodeError, LocalError

__all__ = ["Field", "Marker", "context_tag", "extension_marker", "field", "sequence_of", "tagged"]

T = TypeVar("T")
D = TypeVar("D", None, bool)
_REQUIRED = object()
_LISTS = count(1)  # two lists in one declaration need two names
_CONSTRUCTED, _CONTEXT = 0x20, 0x80


class _Declared(Protocol):
    """A class made by `declaration`."""

    @classmethod
    def kind(cls) -> Kind[object]: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One member; `tags` are what an element of it may begin with."""

    kind: Kind[object]
    tags: tuple[int, ...]
    explicit: bool
    """A tagged CHOICE: the tag is around the alternative's own."""
    default: object

    def types(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """What it may begin with, by its type."""
        untagged = self.kind.alternatives and not self.explicit
        return self.kind.types if untagged else ((self.kind.asn1, self.tags),)

    @property
    def required(self) -> bool:
        return self.default is _REQUIRED


@dataclass(frozen=True, slots=True)
class Marker:
    """Where the ASN.1 says `...`."""

    default: bytes = b""


@overload
def field(kind: Kind[T]) -> T: ...
@overload
def field(kind: type[T]) -> T: ...
@overload
def field(kind: Kind[T], *, default: D) -> T | D: ...
@overload
def field(kind: type[T], *, default: D) -> T | D: ...
def field(kind: object, *, default: object = _REQUIRED) -> object:
    """A member with the tag of its type; a default makes it OPTIONAL."""
    kind = _kind(kind)
    return Field(kind, kind.alternatives or (kind.tag,), False, default)


@overload
def tagged(number: int, kind: Kind[T]) -> T: ...
@overload
def tagged(number: int, kind: type[T]) -> T: ...
@overload
def tagged(number: int, kind: Kind[T], *, default: D) -> T | D: ...
@overload
def tagged(number: int, kind: type[T], *, default: D) -> T | D: ...
def tagged(number: int, kind: object, *, default: object = _REQUIRED) -> object:
    """A member with the context tag [number]."""
    kind = _kind(kind)
    explicit = bool(kind.alternatives)
    first = _CONTEXT | (_CONSTRUCTED if explicit else kind.tag & _CONSTRUCTED)
    return Field(kind, (context_tag(first, number),), explicit, default)


def context_tag(first: int, number: int) -> int:
    """The identifier octets of a tag of at most 14 bits, as a number (X.690 §8.1.2)."""
    if number < 0x1F:
        return first | number
    octets = (first | 0x1F) << 8
    return octets | number if number < 0x80 else (octets | 0x80 | number >> 7) << 8 | number & 0x7F


def extension_marker(*, default: bytes) -> bytes:
    """`...`: elements that we do not know are kept here, and written again at the end."""
    del default  # b"" says to type checkers that the member may be left out
    return cast(bytes, Marker())


def _kind(kind: object) -> Kind[object]:
    return cast(Kind[object], kind) if isinstance(kind, Kind) else cast(_Declared, kind).kind()


@overload
def sequence_of(item: Kind[T], low: int, high: int) -> Kind[list[T]]: ...
@overload
def sequence_of(item: type[T], low: int, high: int) -> Kind[list[T]]: ...
def sequence_of(item: object, low: int, high: int) -> object:
    """SEQUENCE SIZE (low..high) OF item."""
    kind = _kind(item)
    tags = kind.alternatives or (kind.tag,)
    read = cast(
        "Callable[[bytes, int, int, int], object]",
        eval(f"lambda data, tag, start, stop: {kind.read}", dict(kind.names)),
    )
    write = cast("Callable[[object], bytes]", eval(f"lambda value: {kind.write}", dict(kind.names)))
    tag = b"" if kind.alternatives else tag_octets(kind.tag)

    forms = in_segments(kind.types or ((kind.asn1, tags),))

    def read_items(data: bytes, at: int, end: int) -> list[object]:
        items: list[object] = []
        while at < end:
            begin = at
            found, start, stop, at = read_header(data, begin, end)
            if found in forms:
                (data, end), at = joined(data, begin, end, forms), begin
                continue
            size = kind.size or (0, end)
            if found not in tags or not size[0] <= stop - start <= size[1] or len(items) == high:
                raise DecodeError("map", f"item of SEQUENCE OF, tag {found:#x}", offset=start)
            items.append(read(data, found, start, stop))
        if len(items) < low:
            raise DecodeError("map", f"{len(items)} items of at least {low}", offset=at)
        return items

    def write_items(values: list[object]) -> bytes:
        if not low <= len(values) <= high:
            raise LocalError(f"{len(values)} items, not {low} to {high}")
        items = [write(value) for value in values]
        return b"".join(tag + LENGTHS[len(item)] + item if tag else item for item in items)

    number = next(_LISTS)
    names = {f"read_items_{number}": read_items, f"write_items_{number}": write_items}
    read_call, write_call = f"read_items_{number}(data, start, stop)", f"write_items_{number}(value)"
    return Kind("SEQUENCE OF", 0x30, read_call, write_call, names=names, item=kind, count=(low, high))
