"""Writes decoder and encoder of a declaration as Python source, as `dataclasses` does (X.690 §8.9)."""

from collections.abc import Callable, Mapping
from typing import cast

from mapstack.asn1.fields import Field, Marker
from mapstack.ber import LENGTHS, heads, read_header, tag_octets
from mapstack.errors import DecodeError, LocalError

__all__ = ["Members", "compile_source", "source_of_choice", "source_of_sequence"]

Members = Mapping[str, Field | Marker]

_HEADER = (
    "at = pos",
    "tag = data[pos]",
    "n = data[pos + 1]",
    "start = pos + 2",
    "pos = stop = start + n",
    # Long and indefinite forms, and whatever does not fit: the general reader, which also raises.
    "if n > 127 or stop > end{high}:",
    "    tag, start, stop, pos = read_header(data, at, end)",
)


def _unexpected(where: str, tag: int, at: int) -> DecodeError:
    return DecodeError("map", f"{where} has tag {tag:#x}", offset=at)


def _out_of_range(where: str, at: int) -> DecodeError:
    return DecodeError("map", f"{where} is out of range", offset=at)


def _cannot_say(where: str, value: object) -> LocalError:
    return LocalError(f"{where} cannot be {value!r}")


_NAMES: Mapping[str, object] = {
    "DecodeError": DecodeError,
    "LENGTHS": LENGTHS,
    "cannot_say": _cannot_say,
    "new": object.__new__,
    "out_of_range": _out_of_range,
    "read_header": read_header,
    "unexpected": _unexpected,
}


def compile_source(
    source: str, cls: type, members: Members
) -> tuple[Callable[..., object], Callable[..., bytes]]:
    """The two functions that `source` defines."""
    names: dict[str, object] = dict(_NAMES)
    for member in members.values():
        if isinstance(member, Field):
            names |= _without_conflict(names, member.kind.names)
            names[_heads(member)] = heads(member.tags[0])
    names["cls"] = cls
    exec(compile(source, f"<ASN.1 {cls.__name__}>", "exec"), names)
    return cast("Callable[..., object]", names["decode"]), cast("Callable[..., bytes]", names["encode"])


def _without_conflict(names: Mapping[str, object], more: Mapping[str, object]) -> Mapping[str, object]:
    for name, meant in more.items():
        if names.get(name, meant) != meant:
            raise LocalError(f"{name} means two things in one declaration")
    return more


def source_of_sequence(name: str, members: Members) -> str:
    """`decode(data, pos, end)` and `encode(self)` of the contents octets of a SEQUENCE."""
    fields = {key: member for key, member in members.items() if isinstance(member, Field)}
    marker = next((key for key, member in members.items() if isinstance(member, Marker)), None)
    lines = ["def decode(data, pos, end):", "    try:"]
    lines += _indent(2, _decode_members(name, fields, marker))
    lines += [
        "    except IndexError:",
        f"        raise DecodeError('map', '{name} ends early', offset=pos) from None",
    ]
    lines += _indent(1, _build(members))
    lines += ["", "def encode(self):", "    out = b''", "    try:"]
    for key, member in fields.items():
        lines += _indent(2, _encode_member(f"{name}.{key}", key, member))
    if marker:
        lines += [f"        out += self.{marker}"]
    lines += [
        "        return out",
        "    except IndexError:",
        f"        raise cannot_say('{name}', self) from None",
    ]
    return "\n".join(lines) + "\n"


def source_of_choice(name: str, members: Members) -> str:
    """`decode(data, tag, start, stop)` and `encode(self)` of a whole element of a CHOICE."""
    fields = {key: member for key, member in members.items() if isinstance(member, Field)}
    lines = ["def decode(data, tag, start, stop):"]
    lines += [f"    v_{key} = {member.default!r}" for key, member in fields.items()]
    word = "if"
    for key, member in fields.items():
        lines += [f"    {word} {_matches(member)}:"]
        lines += _indent(2, _decode_value(f"{name}.{key}", key, member))
        word = "elif"
    lines += ["    else:", f"        raise unexpected('{name}', tag, start)"]
    lines += _indent(1, _build(members))
    lines += ["", "def encode(self):", "    out = b''", "    try:"]
    for key, member in fields.items():
        body = ["if out:", f"    raise cannot_say('{name}', self)", *_encode_value(f"{name}.{key}", member)]
        lines += [f"        value = self.{key}", f"        if {_present('value', member)}:"]
        lines += _indent(3, body)
    lines += [
        "    except IndexError:",
        f"        raise cannot_say('{name}', self) from None",
        "    if not out:",
        f"        raise cannot_say('{name}', self)",
        "    return out",
    ]
    return "\n".join(lines) + "\n"


def _indent(depth: int, lines: list[str]) -> list[str]:
    return ["    " * depth + line for line in lines]


def _header(fields: Mapping[str, Field]) -> list[str]:
    high = any(tag > 0xFF for field in fields.values() for tag in field.tags)
    return [line.format(high=" or tag & 31 == 31" if high else "") for line in _HEADER]


def _decode_members(name: str, fields: Mapping[str, Field], marker: str | None) -> list[str]:
    """First the required members up to the first optional one, in order; then the others as they come."""
    lines: list[str] = []
    waiting = dict(fields)
    for key, field in fields.items():
        if not field.required:
            break
        del waiting[key]
        lines += _header(fields)
        if field.explicit or not field.kind.alternatives:  # the decoder of a CHOICE looks itself
            lines += [f"if not ({_matches(field)}):", f"    raise unexpected('{name}.{key}', tag, at)"]
        lines += _decode_value(f"{name}.{key}", key, field)
    lines += [f"v_{key} = {None if field.required else field.default!r}" for key, field in waiting.items()]
    if marker:
        lines += [f"v_{marker} = b''"]
    lines += ["while pos < end:", *_indent(1, _header(fields))]
    word = "if"
    for key, field in waiting.items():
        unset = f"v_{key} is {None if field.required else field.default!r}"
        lines += [f"    {word} {_matches(field)} and {unset}:"]
        lines += _indent(2, _decode_value(f"{name}.{key}", key, field))
        word = "elif"
    lines += _indent(1, _decode_unknown(name, marker, alone=not waiting))
    for key, field in waiting.items():
        if field.required:
            lines += [f"if v_{key} is None:", f"    raise unexpected('{name}.{key}', 0, pos)"]
    return lines


def _decode_unknown(name: str, marker: str | None, *, alone: bool) -> list[str]:
    if marker is None:
        lines = [f"raise unexpected('{name}', tag, at)"]
    else:
        lines = ["tag, start, stop, pos = read_header(data, at, end)", f"v_{marker} += data[at:pos]"]
    return lines if alone else ["else:", *_indent(1, lines)]


def _matches(field: Field) -> str:
    if len(field.tags) == 1:
        return f"tag == {field.tags[0]:#x}"
    return "tag in (" + ", ".join(f"{tag:#x}" for tag in field.tags) + ")"


def _decode_value(where: str, key: str, field: Field) -> list[str]:
    kind, lines = field.kind, []
    if field.explicit:
        lines += ["tag, start, stop, after = read_header(data, start, stop)"]
    if kind.size is not None:
        low, high = kind.size
        lines += [f"if not {low} <= stop - start <= {high}:", f"    raise out_of_range('{where}', start)"]
    lines += [f"v_{key} = {kind.read}"]
    if kind.values is not None:
        low, high = kind.values
        lines += [f"if not {low} <= v_{key} <= {high}:", f"    raise out_of_range('{where}', start)"]
    return lines


def _build(members: Members) -> list[str]:
    return ["self = new(cls)", *(f"self.{key} = v_{key}" for key in members), "return self"]


def _present(value: str, field: Field) -> str:
    return f"{value} is True" if field.default is False else f"{value} is not None"


def _encode_member(where: str, key: str, field: Field) -> list[str]:
    lines = [f"value = self.{key}"]
    body = _encode_value(where, field)
    return lines + (body if field.required else [f"if {_present('value', field)}:", *_indent(1, body)])


def _encode_value(where: str, field: Field) -> list[str]:
    kind, lines = field.kind, []
    if kind.asn1 == "NULL":
        return [f"out += {tag_octets(field.tags[0]) + bytes(1)!r}"]
    if kind.values is not None:
        low, high = kind.values
        lines += [f"if not {low} <= value <= {high}:", f"    raise cannot_say('{where}', value)"]
    lines += [f"contents = {kind.write}"]
    if kind.size is not None:
        low, high = kind.size
        lines += [f"if not {low} <= len(contents) <= {high}:", f"    raise cannot_say('{where}', value)"]
    if kind.alternatives and not field.explicit:
        return [*lines, "out += contents"]
    if kind.size is not None and kind.size[1] < 256:
        return [*lines, f"out += {_heads(field)}[len(contents)] + contents"]
    return [*lines, f"out += {tag_octets(field.tags[0])!r} + LENGTHS[len(contents)] + contents"]


def _heads(field: Field) -> str:
    """The name of the table of tag and length octets."""
    return f"heads_{field.tags[0]:x}"
