"""Each bound, each missing member, each wrong tag is refused; what may be there in another form is read."""

from collections.abc import Iterator
from functools import cache

import pytest

from mapstack.asn1 import Choice, Kind, Sequence, members_of
from mapstack.asn1.constructed import segmented
from mapstack.asn1.fields import Field, Marker
from mapstack.ber import element, encode_integer, read_header
from mapstack.errors import DecodeError, LocalError
from tests.mapstack.map.oracle import declared
from tests.mapstack.map.values import filled

SEQUENCES = [cls for cls in declared() if issubclass(cls, Sequence)]
CHOICES = [cls for cls in declared() if issubclass(cls, Choice)]
UNKNOWN = 0x9E  # [30], which no declaration has


@cache
def _elements(cls: type[Sequence]) -> dict[str, tuple[Field, bytes, int, bytes]]:
    """Each member of a value that has them all: its declaration, the element, its tag and contents."""
    value = filled(cls)
    assert isinstance(value, Sequence)
    contents = value.encode_contents()
    at, found = 0, {}
    for key, field in members_of(cls).items():
        if isinstance(field, Field) and not any(getattr(value, key) is absent for absent in (None, False)):
            tag, start, stop, after = read_header(contents, at, len(contents))
            found[key] = (field, contents[at:after], tag, contents[start:stop])
            at = after
    assert at == len(contents)
    return found


def _with(cls: type[Sequence], key: str, octets: bytes) -> Sequence:
    """What is read where one member has these octets instead of its own."""
    parts = [octets if each == key else whole for each, (_, whole, _, _) in _elements(cls).items()]
    contents = b"".join(parts)
    return cls.decode_contents(contents, 0, len(contents))


def _beyond(kind: Kind[object]) -> Iterator[bytes]:
    """Contents that the bounds do not allow."""
    if kind.values is not None:
        low, high = kind.values
        yield from (encode_integer(value) for value in (low - 1, high + 1))
    elif kind.size is not None and kind.asn1 != "ENUMERATED":
        low, high = kind.size
        yield bytes(high + 1)
        if low:
            yield bytes(low - 1)


@pytest.mark.parametrize("cls", SEQUENCES, ids=lambda cls: cls.__name__)
def test_what_is_beyond_a_bound_is_refused(cls: type[Sequence]) -> None:
    for key, (field, _, tag, _) in _elements(cls).items():
        for contents in () if field.explicit or field.kind.alternatives else _beyond(field.kind):
            with pytest.raises(DecodeError):
                _with(cls, key, element(tag, contents))


@pytest.mark.parametrize("cls", SEQUENCES, ids=lambda cls: cls.__name__)
def test_what_is_beyond_a_bound_is_not_written(cls: type[Sequence]) -> None:
    for key, field in members_of(cls).items():
        if isinstance(field, Field) and field.kind.asn1 in ("INTEGER", "OCTET STRING") and field.kind.write:
            value = filled(cls)
            wrong = _wrong(field.kind)
            if wrong is not None:
                setattr(value, key, wrong)
                with pytest.raises(LocalError):
                    value.encode()


def _wrong(kind: Kind[object]) -> object:
    if kind.values is not None:
        return kind.values[1] + 1
    plain = kind.write == "value"
    return bytes(kind.size[1] + 1) if plain and kind.size is not None else None


@pytest.mark.parametrize("cls", SEQUENCES, ids=lambda cls: cls.__name__)
def test_a_member_that_must_be_there_must_be_there(cls: type[Sequence]) -> None:
    for key, (field, _, _, contents) in _elements(cls).items():
        if field.required:
            with pytest.raises(DecodeError):
                _without(cls, key, b"")
            with pytest.raises(DecodeError):
                _without(cls, key, element(UNKNOWN, contents))


def _without(cls: type[Sequence], key: str, octets: bytes) -> Sequence:
    """One member gone, and all that may be left out: none of them stands in for it."""
    parts = []
    for each, (field, whole, _, _) in _elements(cls).items():
        parts.append(octets if each == key else whole if field.required else b"")
    contents = b"".join(parts)
    return cls.decode_contents(contents, 0, len(contents))


@pytest.mark.parametrize("cls", SEQUENCES, ids=lambda cls: cls.__name__)
def test_an_unknown_element_is_kept_where_the_specification_allows_more(cls: type[Sequence]) -> None:
    unknown = element(UNKNOWN, b"\1\2") + element(0xBE, b"\x02\x01\x05")
    contents = b"".join(whole for _, whole, _, _ in _elements(cls).values()) + unknown
    if any(isinstance(each, Marker) for each in members_of(cls).values()):
        value = cls.decode_contents(contents, 0, len(contents))
        assert getattr(value, "extensions") == unknown  # noqa: B009 - not every declaration has them
        assert value.encode_contents() == contents
    else:
        with pytest.raises(DecodeError):
            cls.decode_contents(contents, 0, len(contents))


@pytest.mark.parametrize("cls", SEQUENCES, ids=lambda cls: cls.__name__)
def test_a_string_may_come_in_segments(cls: type[Sequence]) -> None:
    for key, (field, _, tag, contents) in _elements(cls).items():
        if field.kind.asn1 == "OCTET STRING":
            half = len(contents) // 2
            pieces = element(0x04, contents[:half]) + element(0x04, contents[half:])
            assert _with(cls, key, element(segmented(tag), pieces)) == filled(cls), key


@pytest.mark.parametrize("cls", CHOICES, ids=lambda cls: cls.__name__)
def test_a_choice_is_one_of_its_own(cls: type[Choice]) -> None:
    with pytest.raises(DecodeError):
        cls.decode(element(UNKNOWN, b"\0"))
    with pytest.raises(LocalError):
        cls().encode()


@pytest.mark.parametrize("cls", CHOICES, ids=lambda cls: cls.__name__)
def test_alternatives_have_bounds_too(cls: type[Choice]) -> None:
    for field in members_of(cls).values():
        if isinstance(field, Field) and not field.explicit and not field.kind.alternatives:
            for contents in _beyond(field.kind):
                with pytest.raises(DecodeError):
                    cls.decode(element(field.tags[0], contents))
