"""SEQUENCE and CHOICE as typed dataclasses whose codec is generated on first use (X.680 §25, §29)."""

import dataclasses
from typing import ClassVar, Self, cast, dataclass_transform

from mapstack.asn1.fields import Field, Marker, extension_marker, field, tagged
from mapstack.asn1.kinds import Kind
from mapstack.asn1.source import Members, compile_source, source_of_choice, source_of_sequence
from mapstack.ber import LENGTHS, element, read_header
from mapstack.errors import DecodeError, LocalError

__all__ = ["Choice", "Declaration", "Sequence", "TaggedSequence", "members_of"]

_ASN1 = "asn1"  # where the metadata of a dataclass field keeps its Field
_SEQUENCE = 0x30


@dataclass_transform(kw_only_default=True, field_specifiers=(field, tagged, extension_marker))
class Declaration(type):
    """Turns a class body of members into a dataclass."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, object]) -> "Declaration":
        if (
            "__slots__" in namespace
        ):  # Sequence and Choice themselves, and what dataclass() makes of the others
            return super().__new__(mcs, name, bases, namespace)
        for key, member in namespace.items():
            if isinstance(member, Field | Marker):
                namespace[key] = _dataclass_field(member)
        made = cast("type[object]", super().__new__(mcs, name, bases, namespace))
        return cast("Declaration", dataclasses.dataclass(slots=True, kw_only=True)(made))


def _dataclass_field(member: Field | Marker) -> object:
    if isinstance(member, Marker):
        return dataclasses.field(default=b"", metadata={_ASN1: member})
    if member.required:
        return dataclasses.field(metadata={_ASN1: member})
    return dataclasses.field(default=member.default, metadata={_ASN1: member})


def members_of(cls: type) -> Members:
    """The members as declared, in order."""
    declared = cast("dict[str, dataclasses.Field[object]]", cls.__dict__["__dataclass_fields__"])
    return {key: item.metadata[_ASN1] for key, item in declared.items() if _ASN1 in item.metadata}


class Sequence(metaclass=Declaration):
    """A SEQUENCE; `SOURCE` is the codec that was generated for it."""

    __slots__ = ()
    SOURCE: ClassVar[str] = ""

    @classmethod
    def kind(cls) -> Kind[object]:
        """This type as a member of another one."""
        read, name = f"{cls.__name__}.decode_contents(data, start, stop)", cls.__name__
        return Kind("SEQUENCE", _SEQUENCE, read, "value.encode_contents()", names={name: cls})

    @classmethod
    def decode_contents(cls, data: bytes, pos: int, end: int) -> Self:
        """Read the contents octets; this general form compiles the one that takes its place."""
        cls._compile()
        return cls.decode_contents(data, pos, end)

    def encode_contents(self) -> bytes:
        """Write the contents octets."""
        self._compile()
        return self.encode_contents()

    @classmethod
    def decode_element(cls, data: bytes, tag: int, start: int, stop: int) -> Self:
        """Read what has this tag and these contents."""
        if tag != _SEQUENCE:
            raise DecodeError("map", f"{cls.__name__} has tag {tag:#x}", offset=start)
        return cls.decode_contents(data, start, stop)

    def encode_element(self) -> bytes:
        """The whole element."""
        contents = self.encode_contents()
        try:
            return b"\x30" + LENGTHS[len(contents)] + contents
        except IndexError:
            raise LocalError(f"{type(self).__name__} of {len(contents)} octets") from None

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read one element and nothing after it."""
        return cls.decode_element(octets, *_whole(octets))

    encode = encode_element

    @classmethod
    def _compile(cls) -> None:
        cls.SOURCE = source_of_sequence(cls.__name__, members_of(cls))
        decode, encode = compile_source(cls.SOURCE, cls, members_of(cls))
        type.__setattr__(cls, "decode_contents", staticmethod(decode))
        type.__setattr__(cls, "encode_contents", encode)


class TaggedSequence(Sequence):
    """An argument or result with a context tag in the place of its own (X.680 §31.2.7)."""

    __slots__ = ()
    TAG: ClassVar[int] = _SEQUENCE

    @classmethod
    def decode_element(cls, data: bytes, tag: int, start: int, stop: int) -> Self:
        """Read what has this tag and these contents."""
        if tag != cls.TAG:
            raise DecodeError("map", f"{cls.__name__} has tag {tag:#x}", offset=start)
        return cls.decode_contents(data, start, stop)

    def encode_element(self) -> bytes:
        """The whole element."""
        return element(self.TAG, self.encode_contents())

    encode = encode_element


class Choice(metaclass=Declaration):
    """A CHOICE: exactly one member is there."""

    __slots__ = ()
    SOURCE: ClassVar[str] = ""

    @classmethod
    def kind(cls) -> Kind[object]:
        """This type as a member of another one."""
        members = [member for member in members_of(cls).values() if isinstance(member, Field)]
        read, name = f"{cls.__name__}.decode_element(data, tag, start, stop)", cls.__name__
        tags = tuple(tag for member in members for tag in member.tags)
        types = tuple(pair for member in members for pair in member.types())
        write, names = "value.encode_element()", {name: cls}
        return Kind("CHOICE", 0, read, write, names=names, alternatives=tags, types=types)

    @classmethod
    def decode_element(cls, data: bytes, tag: int, start: int, stop: int) -> Self:
        """Read what has this tag and these contents; compiles the function that takes its place."""
        cls._compile()
        return cls.decode_element(data, tag, start, stop)

    def encode_element(self) -> bytes:
        """The whole element."""
        self._compile()
        return self.encode_element()

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read one element and nothing after it."""
        return cls.decode_element(octets, *_whole(octets))

    def encode(self) -> bytes:
        """The whole element."""
        return self.encode_element()

    @classmethod
    def _compile(cls) -> None:
        cls.SOURCE = source_of_choice(cls.__name__, members_of(cls))
        decode, encode = compile_source(cls.SOURCE, cls, members_of(cls))
        type.__setattr__(cls, "decode_element", staticmethod(decode))
        type.__setattr__(cls, "encode_element", encode)


def _whole(octets: bytes) -> tuple[int, int, int]:
    tag, start, stop, after = read_header(octets, 0, len(octets))
    if after != len(octets):
        raise DecodeError("map", "more than one element", offset=after)
    return tag, start, stop
