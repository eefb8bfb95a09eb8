"""Every setting with its type, range, unit and default, and what docs/gateway.toml says of it (DESIGN §6)."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from types import NoneType, UnionType
from typing import Annotated, Literal, NamedTuple, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Meta
from msgspec.structs import FieldInfo

from ipsmgw.identity import NodeNumber
from ipsmgw.section import Address, Addresses, Section
from ipsmgw.settings import Settings

__all__ = ["Setting", "Table", "comments", "example", "fields", "tables"]

_LINE = re.compile(
    r"""(?P<key>[a-z0-9_]+) = (?P<value>"[^"]*"|\[[^\]]*\]|\{[^}]*\}|[^#]*?)\s*(?:# (?P<said>.*))?$"""
)
_TABLE = re.compile(r"\[{1,2}(?P<path>[a-z0-9_.]+)\]{1,2}\s*(?:# (?P<said>.*))?$")
_DEFAULT = re.compile(r'Default(?:; or (?:"[^"]*"(?:, )?)+\.|; or (?=")|[.;:])\s*')
_WORDS: Mapping[object, str] = {
    str: "text", int: "integer", float: "number", bool: "true or false", Address: "host:port",
    Addresses: "host:port, or a list", NodeNumber: "E.164 number",
}  # fmt: skip


class Setting(NamedTuple):
    """One setting: its key, and what may stand there."""

    key: str
    kind: str
    default: str
    """As it is written in the file; "needed" or "none" where there is no default."""
    said: str


class Table(NamedTuple):
    """A table of the file: `path` as it is written there, with what is said of all of it."""

    path: str
    said: str
    settings: tuple[Setting, ...]

    @property
    def header(self) -> str:
        """As in the file, nothing for what stands before all tables."""
        name = self.path.replace("[]", "")
        return f"[[{name}]]" if self.path.endswith("[]") else f"[{name}]" if name else ""


def example() -> str:
    """docs/gateway.toml: every setting, with its comment."""
    return (files("ipsmgw") / "gateway.toml").read_text("utf-8")


def fields(kind: type[Section] = Settings, path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting that is no table; `[]` stands for one of several tables."""
    for field in msgspec.structs.fields(kind):
        here = f"{path}.{field.name}" if path else field.name
        section, many = _section(field.type)
        if section is None:
            yield here, field
        else:
            yield from fields(section, here + "[]" * many)


def tables() -> tuple[Table, ...]:
    """All of them, in the order of the settings."""
    said = comments(example())
    found: dict[str, list[Setting]] = {}
    for path, field in fields():
        table, _, key = path.rpartition(".")
        text = said.get(path.replace("[]", ""), "")
        kind = _kind(field.type, f"{key} {text}".replace("_expires", " seconds"))
        found.setdefault(table, []).append(Setting(key, kind, _default(field), text))
    return tuple(
        Table(path, said.get(path.replace("[]", ""), ""), tuple(each)) for path, each in found.items()
    )


def comments(text: str) -> dict[str, str]:
    """What a file in TOML says beside each key and table, by its path: the first place that says anything."""
    found: dict[str, list[str]] = {}
    table, here = "", [""]
    for line in text.splitlines():
        if (match := _TABLE.match(line)) is not None:
            table = match["path"]
            here = found.setdefault(table, [])
        elif (match := _LINE.match(line)) is not None:
            here = found.setdefault(f"{table}.{match['key']}" if table else match["key"], [])
        elif not line.startswith(" "):
            here = []
            continue
        said = match["said"] if match is not None else line.strip().removeprefix("# ")
        if said and (match is None or not here):
            here.append(said)
    return {path: _DEFAULT.sub("", " ".join(lines), count=1) for path, lines in found.items() if lines}


def _section(kind: object) -> tuple[type[Section] | None, bool]:
    many = get_origin(kind) is tuple
    kind = get_args(kind)[0] if many else kind
    return (kind, many) if isinstance(kind, type) and issubclass(kind, Section) else (None, many)


def _default(field: FieldInfo) -> str:
    if field.default is NODEFAULT:
        return "needed"
    if field.default is None:
        return "none"
    value = list(field.default) if isinstance(field.default, tuple) else field.default
    return msgspec.json.encode(value).decode().replace('","', '", "')


def _kind(kind: object, said: str) -> str:
    """In words, with the range and the unit."""
    if get_origin(kind) in (Union, UnionType):
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is tuple:
        return f"list of {_kind(get_args(kind)[0], said)}"
    if get_origin(kind) is Literal:
        *words, last = [msgspec.json.encode(word).decode() for word in get_args(kind)]
        return f"{', '.join(words)} or {last}"
    if get_origin(kind) is not Annotated:
        return _WORDS.get(kind, "text")
    bare, *facts = get_args(kind)
    meta = next((fact for fact in facts if isinstance(fact, Meta)), Meta())
    return ", ".join(part for part in (_unit(bare, said), _range(meta)) if part)


def _unit(kind: object, said: str) -> str:
    """Every number with a fraction is a time, but a rate; an integer has a unit where its comment says so."""
    if kind is float and "a second" not in said:
        return "seconds"
    if kind is int and (match := re.search(r"\b(octets|seconds)\b", said, re.IGNORECASE)) is not None:
        return match[0].lower()
    return _WORDS.get(kind, "text")


def _range(meta: Meta) -> str:
    least = meta.gt if meta.gt is not None else meta.ge
    above = "more than " if meta.gt is not None else ""
    if meta.pattern is not None:
        return f"`{meta.pattern}`"
    if meta.max_length is not None or meta.min_length is not None:
        return f"{meta.min_length or 0} to {meta.max_length} characters" if meta.max_length else "not empty"
    if least is not None and meta.le is not None:
        return f"{above}{_number(least)} to {_number(meta.le)}"
    return f"{above or 'at least '}{_number(least)}" if least is not None else ""


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
