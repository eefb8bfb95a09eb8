"""A sound configuration, and every way to break it, made from the settings classes themselves."""

import json
from collections.abc import Iterator
from copy import deepcopy
from types import NoneType, UnionType
from typing import Annotated, Literal, NamedTuple, get_args, get_origin

from msgspec import Meta

from ipsmgw.identity import NodeNumber
from ipsmgw.reference import fields as paths
from ipsmgw.section import Address, Addresses

__all__ = ["Broken", "Table", "broken", "paths", "sound", "toml"]

Table = dict[str, object]


class Broken(NamedTuple):
    """A configuration with one fault, where it is, and what is said of it."""

    table: Table
    path: str
    said: str


_LEAST: dict[str, Table] = {
    "translation": {"prefix": "44", "destination": [{"point_code": 14}]},
    "destination": {"point_code": 14},
    "backup": {"point_code": 14},
    "concerned": {"point_code": 14},
    "mtp_route": {"point_code": 14, "via": "smsc"},
    "subscriber": {"imsi": "23415"},
    "server": {"point_code": 14},
    "key": {"service_id": "ue", "secret": "00" * 16, "sender_id": "01", "recipient_id": "02"},
    "ue": {"name": "valve", "secret": "12345678"},
    "contact": {"name": "kitchen", "address": "device"},
    "short_code": {"number": "4711", "address": "meter"},
    "application": {"id": "meter"},
    "numbers": {"peer": "map"},
    "cause": {"name": "systemFailure", "rp": 41},
    "error": {"code": "084", "cause": "absentSubscriber"},
    "psi": {"uri": "sip:sc.example", "number": "15550000014"},
}
"""What one of several tables needs, where there may be none."""


def sound() -> Table:
    """Only what has no default."""
    return {
        "node": {"number": "15550000011"},
        "sip": {"listen": "127.0.0.11:5060", "uri": "sip:ipsmgw.example", "scscf": ["127.0.0.12"]},
        "map": {
            "point_code": 11,
            "association": [{"name": "smsc", "remote": "127.0.0.14:2905", "point_code": 14}],
            "route": [{"prefix": "1555", "point_code": 14}],
        },
    }


def toml(table: Table) -> str:
    """As a file; tables are written inline."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value) if isinstance(value, float) else json.dumps(value)


def broken() -> Iterator[Broken]:
    """One configuration for each setting and kind of fault."""
    for path, field in paths():
        for value, said in _wrong_values(field.type):
            yield _with(path, value, said)
        if field.required:
            yield _without(path)
    for path in sorted({path.rpartition(".")[0] for path, _ in paths()} | {""}):
        yield _with(f"{path}.nonsense" if path else "nonsense", 1, "unknown key")
        if path:
            yield _with(path.removesuffix("[]"), 5, "expected ")


def _wrong_values(kind: object) -> Iterator[tuple[object, str]]:
    """Of the wrong type, and beyond each bound."""
    for each in _alternatives(kind):
        origin, *facts = get_args(each) if get_origin(each) is Annotated else (each,)
        if get_origin(origin) is tuple:
            item = get_args(origin)[0]
            number = item is int or get_args(item)[:1] == (int,)
            yield (["5"], "expected integer") if number else ([5], "expected string")
        yield {"a": 1}, "expected "
        yield from _of_scalar(origin)
        for meta in facts:
            yield from _beyond(meta)


def _alternatives(kind: object) -> tuple[object, ...]:
    return tuple(each for each in get_args(kind) if each is not NoneType) if _is_union(kind) else (kind,)


def _is_union(kind: object) -> bool:
    return isinstance(kind, UnionType) or "Union" in str(get_origin(kind))


def _of_scalar(kind: object) -> Iterator[tuple[object, str]]:
    if kind in (Address, Addresses):
        yield "127.0.0.1", "expected host:port"
        yield "127.0.0.1:65536", "port out of range"
        yield "::1:5060", "expected host:port"
    elif kind is NodeNumber:
        yield "+44 x", "is not a node number"
    elif get_origin(kind) is Literal:
        yield "nonsense", "nvalid enum value" if isinstance(get_args(kind)[0], str) else "expected integer"
    elif kind is float:
        yield "1", "expected float"
        yield float("nan"), "a number is wanted"
    elif kind is int:
        yield 1.5, "expected integer"
        yield True, "expected integer"
    elif kind is str:
        yield 5, "expected string"
    elif kind is bool:
        yield 1, "expected boolean"


def _beyond(meta: Meta) -> Iterator[tuple[object, str]]:
    if meta.ge is not None:
        yield meta.ge - 1, ">="
    if meta.gt is not None:
        yield float(meta.gt), "> "
    if meta.le is not None:
        yield meta.le + 1, "<="
    if meta.min_length:
        yield "", "length >="
    if meta.max_length is not None:
        yield "x" * (meta.max_length + 1), "length <="
    if meta.pattern is not None:
        yield "+x", "matching regex"


def _with(path: str, value: object, said: str) -> Broken:
    table = sound()
    *parents, key = path.split(".")
    _reach(table, parents)[key] = value
    return Broken(table, path.replace("[]", "[0]"), said)


def _without(path: str) -> Broken:
    table = deepcopy(sound())
    *parents, key = path.split(".")
    del _reach(table, parents)[key]
    return Broken(table, path.replace("[]", "[0]"), "missing")


def _reach(table: Table, parents: list[str]) -> Table:
    for name in parents:
        base = name.removesuffix("[]")
        inner = table.setdefault(base, {} if base == name else [deepcopy(_LEAST.get(base, {}))])
        if isinstance(inner, list):
            inner = inner[0]
        assert isinstance(inner, dict)
        table = inner
    return table
