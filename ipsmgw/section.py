"""Tables of a configuration file: every fault of a table found, each with the path of its key."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from ipaddress import ip_address
from math import isfinite
from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, Self, TypeVar, get_args, get_origin

import msgspec

from ipsmgw.identity import NodeNumber

__all__ = [
    "Address",
    "Addresses",
    "BadSettings",
    "Fault",
    "Section",
    "faults_of",
    "in_words",
    "read",
    "scalar",
    "text_of",
]

Fault = tuple[str, str]
"""Path of the key, and what is wrong with it."""

_QUOTED, _KIND = re.compile("`([^`]*)`"), re.compile(r"\w+")
_TOML = {
    "str": "string",
    "int": "integer",
    "bool": "boolean",
    "list": "array",
    "dict": "table",
    "object": "table",
}
_WHERE = re.compile(r"(.*) \(at (?:(line \d+, column \d+)|(end of document))\)", re.DOTALL)


class Address(str):
    """`host:port`, with a literal IPv4 or `[IPv6]` address or a name."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """ValueError with a sentence."""
        host, colon, port = text.rpartition(":")
        bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        if (
            not colon
            or not bare
            or not (port.isascii() and port.isdigit())
            or (":" in bare) != (bare != host)
        ):
            raise ValueError(f"expected host:port, got {text!r}")
        if len(port) > 5 or int(port) > 65535:
            raise ValueError(f"port out of range 0..65535: {port}")
        return cls(f"{host}:{int(port)}")

    @property
    def host(self) -> str:
        """Without brackets."""
        return self.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.rpartition(":")[2])

    @property
    def is_everywhere(self) -> bool:
        """Whether it is all addresses of this machine, so that nobody else can be told it."""
        try:
            return ip_address(self.host).is_unspecified
        except ValueError:
            return False

    def pair(self) -> tuple[str, int]:
        """As sockets want it."""
        return (self.host, self.port)


class Addresses(Address):
    """`host:port`, or a list of it and more hosts of the same end, whose port is the same (SCTP)."""

    others: tuple[str, ...] = ()

    @classmethod
    def read(cls, value: object) -> Self:
        """ValueError with a sentence."""
        texts = [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
        if not texts or (isinstance(value, list) and len(texts) != len(value)):
            raise ValueError(f"expected host:port, or a list of it and more hosts, got {_kind(value)}")
        found = cls.parse(texts[0])
        found.others = tuple(_host(text, found.port) for text in texts[1:])
        return found


def _host(text: str, port: int) -> str:
    """A further address: alone, or with the port that all of them have."""
    if ":" not in text and text:
        return text
    address = Address.parse(text)
    if address.port != port:
        raise ValueError(f"all addresses of an end have one port, {port}; got {text!r}")
    return address.host


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file: an unknown key is an error."""


SectionT = TypeVar("SectionT", bound=Section)


class BadSettings(Exception):
    """Every fault: what is wrong, and where: `file: path.of.the.key: sentence`."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def text_of(path: Path) -> str:
    """What is in a file, without the mark that Excel and Notepad begin UTF-8 with; raises `BadSettings`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise BadSettings([f"{path}: {fault.strerror}"]) from None
    except UnicodeDecodeError as fault:
        raise BadSettings([f"{path}: not UTF-8 at octet {fault.start}"]) from None


def read(
    kind: type[SectionT], text: str, name: str, contradictions: Callable[[SectionT], Iterator[Fault]]
) -> SectionT:
    """A whole file of this kind; raises `BadSettings` with every fault, each of which begins with `name`."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadSettings([f"{name}: {in_words(fault)}"]) from None
    faults = list(faults_of(kind, table))
    if not faults:
        settings = msgspec.convert(table, kind, dec_hook=scalar)
        faults = list(contradictions(settings))
    if faults:
        raise BadSettings([f"{name}: {where or 'top level'}: {what}" for where, what in faults])
    return settings


def faults_of(kind: type[Section], table: object, path: str = "") -> Iterator[Fault]:
    """All that is wrong with a table of this kind, and with the tables in it."""
    if not isinstance(table, Mapping):
        yield path, f"expected a table, got {_kind(table)}"
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key, value in table.items():
        if key in fields:
            yield from _value_faults(fields[key].type, value, _join(path, key))
        else:
            near = get_close_matches(key, [name for name in fields if name not in table], 1)
            yield _join(path, key), "unknown key" + (f"; is it {near[0]}?" if near else "")
    for key, field in fields.items():
        if field.required and key not in table:
            yield _join(path, key), "missing"


def _value_faults(declared: object, value: object, path: str) -> Iterator[Fault]:
    kind = _present(declared)
    if isinstance(kind, type) and issubclass(kind, Section):
        yield from faults_of(kind, value, path)
    elif get_origin(kind) is tuple and isinstance(value, list):
        for i, item in enumerate(value):
            yield from _value_faults(get_args(kind)[0], item, f"{path}[{i}]")
    elif isinstance(value, float) and not isfinite(value):
        yield path, f"a number is wanted, got {value}"
    else:
        try:
            msgspec.convert(value, kind, dec_hook=scalar)
        except msgspec.ValidationError as fault:
            yield path, _sentence(str(fault)) + _advice(kind, value, str(fault))


def _present(kind: object) -> object:
    """Of what may be left out: what it is where it is there."""
    parts = [part for part in get_args(kind) if part is not NoneType]
    return parts[0] if isinstance(kind, UnionType) and len(parts) == 1 else kind


def _advice(kind: object, value: object, said: str) -> str:
    """What to write in its place, where the fault alone does not say it."""
    if "regex" in said and isinstance(value, str) and value.startswith("+"):
        return ": a number is written without its +"
    *others, last = _words(kind) or [""]
    return f": {', '.join(others)} or {last}" if others and "enum" in said else ""


def _words(kind: object) -> list[str]:
    """Those that a setting may be, where it may be only these."""
    if get_origin(kind) is Literal:
        return [str(word) for word in get_args(kind)]
    return [word for part in get_args(kind) for word in _words(part)]


def scalar(kind: type, value: object) -> object:
    """Types of ours that are written as a string, or as a list of them."""
    if kind is Addresses:
        return Addresses.read(value)
    if not isinstance(value, str):
        raise ValueError(f"expected string, got {_kind(value)}")
    return Address.parse(value) if kind is Address else _node_number(kind, value)


def _node_number(kind: type, value: str) -> NodeNumber:
    if kind is not NodeNumber:
        raise TypeError(f"{kind} is no type of a setting")
    return NodeNumber.parse(value)


def in_words(fault: tomllib.TOMLDecodeError) -> str:
    """Where the file is no TOML, first; then why."""
    found = _WHERE.fullmatch(str(fault))
    if found is None:
        return str(fault)
    return f"{found[2] or found[3]}: {found[1]}"


def _sentence(said: str) -> str:
    """As msgspec says it, without its own idea of a path, and with the names that TOML has for kinds."""
    what = _QUOTED.sub(lambda kinds: _KIND.sub(_in_toml, kinds[1]), said.partition(" - at `$")[0])
    return what[:1].lower() + what[1:] if what.startswith(("Expected", "Invalid")) else what


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _in_toml(kind: re.Match[str]) -> str:
    return _TOML.get(kind[0], kind[0])


def _kind(value: object) -> str:
    name = type(value).__name__
    return _TOML.get(name, name)
