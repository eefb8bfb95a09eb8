"""Writes decoder and encoder of a declaration as Python source, as `dataclasses` does (X.690 §8.9)."""

from collections.abc import Callable, Collection, Mapping
from itertools import takewhile
from typing import TypeGuard, cast

from mapstack.asn1.constructed import in_segments, joined, joined_contents, segmented
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


# A string in segments (X.690 §8.7.3) is read as if it had come in one piece.
_JOINED = ("data, end = joined(data, at, end, in_segments)", "pos = at")
_MAYBE_JOINED = ("if tag in in_segments:", *(f"    {line}" for line in (*_JOINED, "continue")))


class _Heads(dict[int, bytes]):
    """Tag and length octets by the size of contents, of the sizes that a member may have."""

    __slots__ = ("_where",)

    def __init__(self, where: str, tag: int, sizes: tuple[int, int]) -> None:
        super().__init__({size: heads(tag)[size] for size in range(sizes[0], sizes[1] + 1)})
        self._where = where

    def __missing__(self, size: int) -> bytes:
        raise LocalError(f"{self._where} cannot be of {size} octets")


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
    "joined": joined,
    "joined_contents": joined_contents,
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
    for key, member in members.items():
        if isinstance(member, Field):
            names |= _without_conflict(names, member.kind.names)
            if _few(member.kind.size):
                names[f"heads_{key}"] = _Heads(f"{cls.__name__}.{key}", member.tags[0], member.kind.size)
    names["cls"] = cls
    fields = [member for member in members.values() if isinstance(member, Field)]
    names["in_segments"] = in_segments(pair for field in fields for pair in field.types())
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
    lines += _indent(2, _decode_members(name, members, marker))
    lines += [
        "    except IndexError:",
        f"        raise DecodeError('map', '{name} ends early', offset=pos) from None",
    ]
    lines += _indent(1, _build(members, members))
    lines += ["", "def encode(self):", "    try:", "        out = b''"]
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
    for key, member in fields.items():
        body = [*_decode_value(f"{name}.{key}", key, member), *_build(members, [key])]
        lines += [f"    if {_matches(member)}:", *_indent(2, body)]
    lines += [
        "    if tag in in_segments:",
        "        tag, segment = in_segments[tag]",
        "        data = joined_contents(data, start, stop, segment)",
        "        return decode(data, tag, 0, len(data))",
        f"    raise unexpected('{name}', tag, start)",
        "",
        "def encode(self):",
        "    try:",
    ]
    waiting = dict(fields)
    for key, member in fields.items():
        del waiting[key]
        lines += [f"        if {_present(key, member)}:"]
        lines += _indent(3, _encode_only(name, key, member, waiting))
    lines += [
        "    except IndexError:",
        "        pass",
        f"    raise cannot_say('{name}', self)",
    ]
    return "\n".join(lines) + "\n"


def _encode_only(name: str, key: str, field: Field, others: Members) -> list[str]:
    """The member of a CHOICE that is there, after none and before none of the `others` that is."""
    more = [_present(other, member) for other, member in others.items() if isinstance(member, Field)]
    check = [f"if {' or '.join(more)}:", f"    raise cannot_say('{name}', self)"] if more else []
    *lines, element = _encode_value(f"{name}.{key}", key, field)
    return [*check, *lines, f"return {element}"]


def _indent(depth: int, lines: list[str]) -> list[str]:
    return ["    " * depth + line for line in lines]


def _header(fields: Mapping[str, Field]) -> list[str]:
    high = any(tag > 0xFF for field in fields.values() for tag in field.tags)
    return [line.format(high=" or tag & 31 == 31" if high else "") for line in _HEADER]


def _decode_members(name: str, members: Members, marker: str | None) -> list[str]:
    """First the required members up to the first optional one, in order; then the others as they come."""
    fields = {key: member for key, member in members.items() if isinstance(member, Field)}
    least = list(takewhile(lambda key: fields[key].required, fields))
    waiting = {key: field for key, field in fields.items() if key not in least}
    lines = _decode_least(name, fields, least)
    if not any(field.required for field in waiting.values()):
        # Mostly nothing follows them, and the others have their defaults.
        lines += ["if pos == end:", *_indent(1, _build(members, least))]
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


def _decode_least(name: str, fields: Mapping[str, Field], least: list[str]) -> list[str]:
    lines: list[str] = []
    for key in least:
        field = fields[key]
        lines += _header(fields)
        if field.explicit or not field.kind.alternatives:  # the decoder of a CHOICE looks itself
            again = [*_expected(name, key, field), *_JOINED, *_header(fields)]
            lines += [f"if not ({_matches(field)}):", *_indent(1, again)]
        lines += _decode_value(f"{name}.{key}", key, field)
    return lines


def _expected(name: str, key: str, field: Field) -> list[str]:
    """What has another tag may be the member in segments."""
    own = ", ".join(f"{segmented(tag):#x}" for tag in field.tags)
    return [
        f"if tag not in in_segments or tag not in ({own},):",
        f"    raise unexpected('{name}.{key}', tag, at)",
    ]


def _decode_unknown(name: str, marker: str | None, *, alone: bool) -> list[str]:
    if marker is None:
        lines = [*_MAYBE_JOINED, f"raise unexpected('{name}', tag, at)"]
    else:
        lines = [
            *_MAYBE_JOINED,
            "tag, start, stop, pos = read_header(data, at, end)",
            f"v_{marker} += data[at:pos]",
        ]
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


def _build(members: Members, present: Collection[str]) -> list[str]:
    """Make the object of the members that are `present`, and of the defaults of the others."""
    values = {key: f"v_{key}" if key in present else repr(each.default) for key, each in members.items()}
    return ["self = new(cls)", *(f"self.{key} = {value}" for key, value in values.items()), "return self"]


def _present(key: str, field: Field) -> str:
    return f"self.{key} is True" if field.default is False else f"self.{key} is not None"


def _encode_member(where: str, key: str, field: Field) -> list[str]:
    *lines, element = _encode_value(where, key, field)
    lines += [f"out += {element}"]
    return lines if field.required else [f"if {_present(key, field)}:", *_indent(1, lines)]


def _encode_value(where: str, key: str, field: Field) -> list[str]:
    """What there is to do before; the last line is the element, as an expression."""
    kind = field.kind
    if kind.asn1 == "NULL":
        return [f"{tag_octets(field.tags[0]) + bytes(1)!r}"]
    if kind.write == "value" and _few(kind.size):  # octets as they are
        return [f"contents = self.{key}", f"heads_{key}[len(contents)] + contents"]
    lines = [f"value = self.{key}"]
    if kind.values is not None:
        low, high = kind.values
        lines += [f"if not {low} <= value <= {high}:", f"    raise cannot_say('{where}', value)"]
    if kind.alternatives and not field.explicit:
        return [*lines, kind.write]
    lines += [f"contents = {kind.write}"]
    if _few(kind.size):
        return [*lines, f"heads_{key}[len(contents)] + contents"]
    if kind.size is not None:
        low, high = kind.size
        lines += [f"if not {low} <= len(contents) <= {high}:", f"    raise cannot_say('{where}', value)"]
    return [*lines, f"{tag_octets(field.tags[0])!r} + LENGTHS[len(contents)] + contents"]


def _few(sizes: tuple[int, int] | None) -> TypeGuard[tuple[int, int]]:
    """Whether there are so few sizes that each may stand in a table."""
    return sizes is not None and sizes[1] < 256
