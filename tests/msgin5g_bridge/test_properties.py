"""Round trips of every body that the types allow, and the fuzz law: any octets are read or refused."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from msgin5g_bridge import ABSENT, Body, DecodeError, decode, decode_payload, encode
from msgin5g_bridge.devicetriggering import DeviceTriggering
from msgin5g_bridge.model import Bulk, Listed
from msgin5g_bridge.seal import ProfileDocs, ValGroupDocuments, ValTargetUe

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.dictionaries(
    TEXT, st.none() | st.booleans() | TEXT | st.lists(st.integers(-9, 9), max_size=3), max_size=3
)
TIMES = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC))
EITHER: dict[type[Body], tuple[str, ...]] = {
    DeviceTriggering: ("msisdn", "external_id"),
    ValTargetUe: ("val_user_id", "val_ue_id"),
}
"""Of these attributes there is exactly one."""
ARRAYS: list[type[Body]] = [ProfileDocs, ValGroupDocuments]
LINES = "msgin5g_bridge.lines"
"""Whose bodies have defaults: what is absent does not stay so."""
KINDS = {*Body.__subclasses__(), *Bulk.__subclasses__(), *ARRAYS} - {Bulk, Listed}
BODIES = sorted((kind for kind in KINDS if kind.__module__ != LINES), key=lambda kind: kind.__name__)


def values(kind: inspect.Type) -> st.SearchStrategy[object]:
    match kind:
        case inspect.UnionType(types=types):
            return st.one_of([values(each) for each in types])
        case inspect.Metadata(type=inner):
            return values(inner)
        case inspect.VarTupleType(item_type=item):
            return st.lists(values(item), min_size=1, max_size=3).map(tuple)
        case inspect.StructType(cls=cls):
            return bodies(cls)
        case inspect.EnumType(cls=cls):
            return st.sampled_from(cls) | TEXT.map(cls)
        case inspect.IntType(ge=int(least), le=most):
            return st.integers(least, 2**63 - 1 if most is None else int(most))
        case inspect.StrType(pattern=pattern, min_length=least):
            return text(pattern, least or 0)
    return SCALARS[type(kind)]


def text(pattern: str | None, least: int) -> st.SearchStrategy[str]:
    if pattern is not None:
        return st.from_regex(pattern, fullmatch=True).filter(lambda text: 4 <= len(text) <= 60)
    return TEXT.filter(lambda text: len(text) >= least)


SCALARS: dict[type[inspect.Type], st.SearchStrategy[object]] = {
    inspect.IntType: st.integers(-(2**63), 2**63 - 1),
    inspect.BoolType: st.booleans(),
    inspect.BytesType: st.binary(max_size=20),
    inspect.DateTimeType: TIMES,
    inspect.DictType: JSON,
    inspect.NoneType: st.none(),
}


def attribute(field: inspect.Field) -> st.SearchStrategy[object]:
    return values(field.type) if field.required else values(field.type) | st.just(ABSENT)


@cache
def bodies(kind: type[Body]) -> st.SearchStrategy[Body]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    attributes = {field.name: attribute(field) for field in info.fields if field.name != "count"}
    alternatives = EITHER.get(kind, ())
    if alternatives:
        rest = {name: each for name, each in attributes.items() if name not in alternatives}
        return st.sampled_from(alternatives).flatmap(
            lambda one: st.fixed_dictionaries({**rest, one: TEXT}).map(lambda given: kind(**given))
        )
    counted = len(attributes) != len(info.fields)
    return st.fixed_dictionaries(attributes).map(lambda given: build(kind, given, counted=counted))


def build(kind: type[Body], attributes: dict[str, object], *, counted: bool) -> Body:
    entries = attributes.get("list", ())
    assert isinstance(entries, tuple)
    extra = {"count": len(entries)} if counted else {}
    return kind(**attributes, **extra)


def fault(read: Callable[[bytes], object], octets: bytes) -> DecodeError | None:
    try:
        read(octets)
    except DecodeError as error:
        return error
    return None


def is_named(error: DecodeError | None) -> bool:
    return error is None or bool(error.reason and (not error.path or error.path.startswith("/")))


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_value_survives_the_wire(kind: type[Body], data: st.DataObject) -> None:
    value = data.draw(bodies(kind))
    octets = encode(value)
    assert decode(kind, octets) == value
    assert isinstance(json.loads(octets), list if kind in ARRAYS else dict)


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_a_bent_body_is_read_or_named(kind: type[Body], data: st.DataObject) -> None:
    octets = bytearray(encode(data.draw(bodies(kind))))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(octets)))
    assert is_named(fault(partial(decode, kind), bytes(octets)))
    assert is_named(fault(partial(decode, kind), bytes(octets[:cut])))


@given(
    octets=st.binary(max_size=200)
    | st.recursive(JSON, lambda inner: st.dictionaries(TEXT, inner)).map(msgspec.json.encode)
)
def test_any_octets_are_a_payload_or_a_decode_error(octets: bytes) -> None:
    assert is_named(fault(decode_payload, octets))
