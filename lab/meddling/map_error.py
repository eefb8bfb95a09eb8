"""A MAP error as a rule writes it: its name, and its parameter as member=value (TS 29.002 §17.7.7)."""

from collections.abc import Iterable, Mapping

from ipsmgw.trace.layers.names import MAP_ERRORS
from lab.meddling.words import choose, fold, known, spelled
from mapstack.asn1 import Choice, Sequence
from mapstack.asn1.declaration import members_of
from mapstack.asn1.fields import Field
from mapstack.map.errors import ERROR_PARAMETERS, ErrorCode, MapError

__all__ = ["map_error", "parameters_of"]

_CODES = {name: code for code, name in MAP_ERRORS.items()}
_WORDS = ("ENUMERATED", "INTEGER")


def map_error(words: list[str]) -> MapError:
    """`absentSubscriberSM absentSubscriberDiagnosticSM=1`; the first word needs no name of a member."""
    if not words:
        raise ValueError("error wants the name of a MAP error, such as absentSubscriberSM")
    name = known(words[0], _CODES, "MAP error")
    code = _CODES[name]
    if code == ErrorCode.SS_ERROR_STATUS:
        return MapError(code, _octets(words[1], name) if words[1:] else None)
    members = _members(code)
    values = dict(_value(word, name, members) for word in words[1:])
    needed = [member for member, field in members.items() if field.required and member not in values]
    if needed and (values or code == ErrorCode.SM_DELIVERY_FAILURE):
        field = members[needed[0]]
        raise ValueError(f"{name} wants {spelled(needed[0])}: {', '.join(_choices(field))}")
    return MapError(code, _parameter(code, values) if values else None)


def parameters_of(name: str) -> dict[str, str]:
    """The members of an error's parameter that a rule can set, with what they may be."""
    return {
        spelled(member): ", ".join(_choices(field)) or _kind(field)
        for member, field in _members(_CODES[name]).items()
    }


def _members(code: int) -> dict[str, Field]:
    """Of a SEQUENCE, or of the longest alternative of a CHOICE."""
    declared = ERROR_PARAMETERS.get(code)
    if declared is None:
        return {}
    fields = members_of(_longest(declared))
    return {name: each for name, each in fields.items() if isinstance(each, Field) and _settable(each)}


def _longest(declared: type[Sequence] | type[Choice]) -> type[Sequence]:
    if issubclass(declared, Sequence):
        return declared
    names = [each.kind.names for each in members_of(declared).values() if isinstance(each, Field)]
    found = [value for some in names for value in some.values() if isinstance(value, type)]
    return next((value for value in found if issubclass(value, Sequence)), Sequence)


def _settable(field: Field) -> bool:
    """Numbers, words, flags and octets; an extension container is none of those."""
    return field.kind.asn1 in (*_WORDS, "NULL", "OCTET STRING")


def _choices(field: Field) -> list[str]:
    if field.kind.asn1 != "ENUMERATED":
        return []
    words = next(value for value in field.kind.names.values() if isinstance(value, dict))
    return [spelled(word.name) for word in words.values()]


def _kind(field: Field) -> str:
    return {"INTEGER": "a number", "NULL": "yes", "OCTET STRING": "octets in hexadecimal"}[field.kind.asn1]


def _value(word: str, error: str, members: Mapping[str, Field]) -> tuple[str, object]:
    if not members:
        raise ValueError(f"{error} has no parameter that could say {word!r}")
    name, equals, text = word.partition("=")
    if equals:
        by_name = {spelled(member): member for member in members}
        member = by_name[known(name, by_name, f"member of {error}")]
    else:
        member, text = _first(members, error, word), word
    return member, _read(members[member], spelled(member), text)


def _first(members: Mapping[str, Field], error: str, word: str) -> str:
    flags = (
        name for name, field in members.items() if field.kind.asn1 == "NULL" and fold(name) == fold(word)
    )
    words = (name for name, field in members.items() if field.kind.asn1 in _WORDS)
    found = next(flags, None) or next(words, None)
    if found is None:
        raise ValueError(f"{error} has no word {word!r}; it has {_names(members)}")
    return found


def _read(field: Field, name: str, text: str) -> object:
    match field.kind.asn1:
        case "ENUMERATED":
            words = next(value for value in field.kind.names.values() if isinstance(value, dict))
            return choose(text, {spelled(word.name): word for word in words.values()}, name)
        case "INTEGER" if text.isdigit() and int(text) < 256:
            return int(text)
        case "INTEGER":
            raise ValueError(f"{name} is a number from 0 to 255, not {text!r}")
        case "NULL":
            return True
    return _octets(text, name)


def _octets(text: str, name: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"{name} is octets in hexadecimal, not {text!r}") from None


def _names(members: Iterable[str]) -> str:
    return ", ".join(map(spelled, members))


def _parameter(code: int, values: dict[str, object]) -> Sequence | Choice:
    declared = ERROR_PARAMETERS[code]
    longest = _longest(declared)
    made = longest(**values)
    if issubclass(declared, Sequence):
        return made
    member = next(
        name
        for name, field in members_of(declared).items()
        if isinstance(field, Field) and longest in field.kind.names.values()
    )
    return declared(**{member: made})
