"""What is made of a good JSON body so that it is bad: nobody may take it, or it makes an odd sense."""

import json
import tomllib
from collections.abc import Iterator
from copy import deepcopy

from msgspec import inspect
from msgspec import json as fast

from msgin5g_bridge import Body
from tests.house.source import ROOT

__all__ = ["examples", "odd", "unreadable"]

_VECTORS = tomllib.loads((ROOT / "tests" / "vectors" / "msgin5g.toml").read_text("utf-8"))
_WRONG: tuple[object, ...] = (None, 3, True, "x", [], [[]], {}, float("nan"), float("inf"), float("-inf"))
_STRINGS = ("", "\0", "\ud800", "\u202e", "x" * 5000, "../..", "'\"\\\r\n", "\U0010ffff", "é" * 300)
_NUMBERS = (-1, 0, 2**31, 2**63 - 1, 2**63, 2**64, 10**400)
_DEEP = 30_000
_Path = tuple[str | int, ...]


def examples(kind: type[Body]) -> list[bytes]:
    """Bodies of this type that are good."""
    name = f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"
    both = (*_VECTORS["vector"], *_VECTORS["payload"])
    return [str(each["json"]).encode() for each in both if each["type"] == name]


def unreadable(kind: type[Body], good: bytes) -> Iterator[tuple[str, bytes]]:
    """Each breaks JSON or the type, and is named by how."""
    whole = fast.decode(good)
    yield from _no_object(good)
    for path, value in _places(whole):
        for wrong in _WRONG:
            if type(wrong) is not type(value):
                yield f"{path} is {wrong}", _with(whole, path, wrong)
        if isinstance(value, str):
            yield f"{path} is not UTF-8", _with(whole, path, "MARK").replace(b"MARK", b"a\xff\xfeb")
    for name in _required(kind):
        yield (
            f"without {name}",
            json.dumps({key: each for key, each in whole.items() if key != name}).encode(),
        )


def odd(good: bytes) -> Iterator[tuple[str, bytes]]:
    """Each is JSON still; whether it makes sense is for the receiver to say."""
    whole = fast.decode(good)
    for path, value in _places(whole):
        others: tuple[object, ...] = _STRINGS if isinstance(value, str) else ()
        if isinstance(value, bool | int):
            others = (not value,) if isinstance(value, bool) else _NUMBERS
        if isinstance(value, list):
            others = (value * 50,)
        yield from ((f"{path} is {str(other)[:9]!r}", _with(whole, path, other)) for other in others)
        yield f"without {path}", _with(whole, path)
    yield "twice the same", good[:-1] + b"," + good[1:]
    yield "one more", good[:-1] + b',"of a later release":[{"a":null}]}'
    yield "many more", good[:-1] + b"".join(b',"a%d":%d' % (n, n) for n in range(1000)) + b"}"


def _no_object(good: bytes) -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "blank", b" \r\n"
    yield "an array", b"[" + good + b"]"
    yield from ((each.decode(), each) for each in (b"null", b"true", b"3", b'"x"', b"[]", b"{", b"}", b"NaN"))
    yield "half", good[: len(good) // 2]
    yield "twice", good + good
    yield "UTF-16", good.decode().encode("utf-16")
    yield "a byte order mark", b"\xef\xbb\xbf" + good
    yield "single quotes", good.replace(b'"', b"'")
    yield "a comma too many", good[:-1] + b",}"
    yield "octets", bytes(range(256))
    yield "deep arrays", b"[" * _DEEP + b"]" * _DEEP
    yield "deep inside", good[:-1] + b',"deep":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001
    for name, value in (("NaN", b"NaN"), ("Infinity", b"-Infinity"), ("0x", b"0x1f"), ("01", b"01")):
        yield f"one more that is {name}", good[:-1] + b',"more":' + value + b"}"


def _places(value: object, path: _Path = ()) -> Iterator[tuple[_Path, object]]:
    """All but the whole and what the type is told by."""
    if path and path != ("msgType",):
        yield path, value
    inner: dict[str | int, object] = {}
    if isinstance(value, dict | list):
        inner = dict(value if isinstance(value, dict) else enumerate(value))
    for key, each in inner.items():
        yield from _places(each, (*path, key))


def _with(whole: object, path: _Path, *value: object) -> bytes:
    """Another value there, or none."""
    changed = parent = deepcopy(whole)
    for key in path[:-1]:
        assert isinstance(parent, dict | list)
        parent = parent[key]  # type: ignore[index]  # a path has been in it
    assert isinstance(parent, dict | list)
    if value:
        parent[path[-1]] = value[0]  # type: ignore[index]  # as above
    else:
        del parent[path[-1]]  # type: ignore[arg-type]  # as above
    return json.dumps(changed).encode()


def _required(kind: type[Body]) -> list[str]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    tag = [str(info.tag_field)] if info.tag_field else []
    return [*tag, *(field.encode_name for field in info.fields if field.required)]
