"""Every body of the model, decoded and encoded, and its attributes held against the tables of TS 29.538."""

import importlib
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, cast

import msgspec
import pytest
from msgspec import inspect

from msgin5g_bridge import ABSENT, Body, OpenEnum, decode, decode_payload, encode
from msgin5g_bridge.model import Bulk, Listed

VECTORS = Path(__file__).parents[1] / "vectors" / "msgin5g.toml"
LINES = "msgin5g_bridge.lines"
"""Whose bodies are ours, and have examples of their own."""
TYPES = {
    inspect.StrType: "string",
    inspect.IntType: "integer",
    inspect.BoolType: "boolean",
    inspect.DateTimeType: "DateTime",
}


class Vector(msgspec.Struct, frozen=True):
    """One example body."""

    name: str
    type: str
    meaning: str
    source: str
    json: str


class Table(msgspec.Struct, frozen=True):
    """One structured data type: its attributes as `name type M|O`."""

    type: str
    attributes: list[str]


class Enumeration(msgspec.Struct, frozen=True):
    """One enumeration and the values of this release."""

    type: str
    values: list[str]


class File(msgspec.Struct, frozen=True):
    """The vector file."""

    vector: list[Vector]
    payload: list[Vector]
    table: list[Table]
    enumeration: list[Enumeration]


class Attribute(NamedTuple):
    """What a table says of one attribute."""

    name: str
    type: str
    mandatory: bool


FILE = msgspec.convert(tomllib.loads(VECTORS.read_text()), File)


def named(path: str) -> object:
    module, name = path.split(".")
    found: object = getattr(importlib.import_module(f"msgin5g_bridge.{module}"), name)
    return found


def body(path: str) -> type[Body]:
    kind = cast("type[Body]", named(path))
    assert issubclass(kind, Body)
    return kind


def type_name(field: inspect.Type) -> str:
    match field:
        case inspect.UnionType(types=types):
            return type_name(types[0])
        case inspect.Metadata(type=inner):
            return type_name(inner)
        case inspect.VarTupleType(item_type=item, min_length=1):
            return f"array({type_name(item)})"
        case inspect.StrType(pattern=str()):
            return "SupportedFeatures"
        case inspect.StructType(cls=cls) | inspect.EnumType(cls=cls):
            return cls.__name__
    return TYPES[type(field)]


def attributes(kind: type[Body]) -> list[Attribute]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return [Attribute(f.encode_name, type_name(f.type), f.required) for f in info.fields]


@pytest.mark.parametrize("vector", FILE.vector, ids=lambda v: v.name)
def test_a_body_is_read_and_written_back_as_it_was(vector: Vector) -> None:
    value = decode(body(vector.type), vector.json.encode())
    assert json.loads(encode(value)) == json.loads(vector.json)


@pytest.mark.parametrize("vector", FILE.payload, ids=lambda v: v.name)
def test_a_payload_is_what_its_message_type_says(vector: Vector) -> None:
    value = decode_payload(vector.json.encode())
    assert type(value) is body(vector.type)
    assert json.loads(encode(value)) == json.loads(vector.json)


@pytest.mark.parametrize("table", FILE.table, ids=lambda t: t.type)
def test_the_attributes_are_those_of_the_table(table: Table) -> None:
    wanted = [Attribute(name, kind, p == "M") for name, kind, p in map(str.split, table.attributes)]
    strings = {"Uri": "string"}
    plain = [attribute._replace(type=strings.get(attribute.type, attribute.type)) for attribute in wanted]
    assert sorted(attributes(body(table.type))) == sorted(plain)


@pytest.mark.parametrize("enumeration", FILE.enumeration, ids=lambda e: e.type)
def test_the_enumeration_has_the_values_of_this_release(enumeration: Enumeration) -> None:
    kind = cast("type[OpenEnum]", named(enumeration.type))
    assert [member.value for member in kind] == enumeration.values


def inside(value: object) -> Iterator[type[Body]]:
    """The types of a decoded example, all the way down."""
    if isinstance(value, Body):
        yield type(value)
        value = tuple(getattr(value, name) for name in value.__struct_fields__)
    if isinstance(value, tuple):
        for part in value:
            yield from inside(part)


def test_every_body_has_an_example() -> None:
    examples = [decode(body(vector.type), vector.json.encode()) for vector in FILE.vector + FILE.payload]
    seen = {kind for example in examples for kind in inside(example)}
    kinds = {*Body.__subclasses__(), *Bulk.__subclasses__(), *Listed.__subclasses__()} - {Bulk, Listed}
    assert seen == {kind for kind in kinds if kind.__module__ != LINES}


def test_an_absent_attribute_is_absent_and_false() -> None:
    ack = decode(
        body("msgdelivery.MessageDeliveryAck"), b'{"oriAddr":{"addrType":"UE","addr":"u"},"msgId":"1"}'
    )
    assert getattr(ack, "status", None) is ABSENT
    assert not ABSENT
