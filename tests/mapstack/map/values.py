"""Hypothesis makes a value of any declaration, within its constraints."""

from typing import cast

from hypothesis import strategies as st

from mapstack.asn1 import AddressString, BitString, Choice, Kind, Sequence, members_of
from mapstack.asn1.fields import Field

__all__ = ["filled", "unread", "values_of"]

_DIGITS = "0123456789"
_CONTAINER = bytes.fromhex("a00a300806032a0304020105")


def unread(key: str, field: Field) -> bool:
    """Whether a member is passed on as it is: no value of ours is one of its type."""
    return "keep" in field.kind.names and key != "extension_container"


def values_of(cls: type) -> st.SearchStrategy[Sequence | Choice]:
    """Values of a SEQUENCE or CHOICE, without what is passed on unread."""
    members = {key: each for key, each in members_of(cls).items() if isinstance(each, Field)}
    fields = {key: each for key, each in members.items() if not unread(key, each)}
    make = cast("type[Sequence]", cls)
    if issubclass(cls, Choice):
        return st.one_of(
            [
                st.fixed_dictionaries({key: _of_kind(each.kind)}).map(_call(make))
                for key, each in fields.items()
            ]
        )
    required = {key: _of_kind(each.kind) for key, each in fields.items() if each.required}
    optional = {key: _of_kind(each.kind) for key, each in fields.items() if not each.required}
    return st.fixed_dictionaries(required, optional=optional).map(_call(make))


class _call:  # noqa: N801 - a function with a repr that hypothesis can print
    def __init__(self, cls: type[Sequence]) -> None:
        self.cls = cls

    def __call__(self, members: dict[str, object]) -> Sequence:
        return self.cls(**members)


def _of_kind(kind: Kind[object]) -> st.SearchStrategy[object]:
    for name in kind.names.values():
        if isinstance(name, type) and issubclass(name, Sequence | Choice):
            return values_of(name)
    if kind.item is not None and kind.count is not None:
        low, high = kind.count
        return st.lists(_of_kind(kind.item), min_size=low, max_size=min(high, max(low, 3)))
    return _simple(kind)


def _bits(low: int, high: int) -> st.SearchStrategy[object]:
    size = st.integers(low, min(high, 40))
    return size.flatmap(
        lambda size: st.sets(st.integers(0, size - 1)).map(lambda bits: BitString.of(*bits, size=size))
    )


def _simple(kind: Kind[object]) -> st.SearchStrategy[object]:
    low, high = kind.size or (0, 8)
    if "decode_address" in kind.names:
        digits = st.text(_DIGITS, min_size=0, max_size=2 * high - 2)
        return st.builds(AddressString, digits, st.integers(0, 7), st.integers(0, 15))
    if "decode_imsi" in kind.names:
        return st.text(_DIGITS, min_size=2 * low - 1, max_size=2 * high)
    made: dict[str, st.SearchStrategy[object]] = {
        "OCTET STRING": st.binary(min_size=low, max_size=min(high, 40)),
        "INTEGER": st.integers(*(kind.values or (0, 0))),
        "NULL": st.just(True),
        "BOOLEAN": st.booleans(),
        "NumericString": st.text(_DIGITS, min_size=low, max_size=high),
        "BIT STRING": _bits(*(kind.bits or (0, 0))),
        "SEQUENCE": st.just(_CONTAINER),
    }
    if kind.asn1 == "ENUMERATED":
        (words,) = [each for each in kind.names.values() if isinstance(each, dict)]
        return st.sampled_from(sorted(words.values()))
    return made[kind.asn1]


# What a dissector looks into must make sense there.
_TPDU = bytes.fromhex("01000b914316565811f9000004e8373b0c")
_MEANT = {
    "sm_rp_ui": _TPDU,
    "diagnostic_info": bytes.fromhex("00d300"),
    "extension_container": _CONTAINER,
    "sm_rp_smea": bytes.fromhex("0b915155210300f1"),
    "ext_qos_subscribed": bytes(9),
    "ext2_qos_subscribed": bytes(3),
    "ext3_qos_subscribed": bytes(2),
}
_OF_VERSION_1 = {"teleservice", "roaming_number", "mwd_set"}


def filled(cls: type) -> Sequence | Choice:
    """A value with every member, of a CHOICE with the first; without what version 1 alone has."""
    members = {key: each for key, each in members_of(cls).items() if isinstance(each, Field)}
    keys = [key for key, each in members.items() if key not in _OF_VERSION_1 and not unread(key, each)]
    keys = keys[:1] if issubclass(cls, Choice) else keys
    values = {key: _MEANT.get(key) or _filled(members[key].kind) for key in keys}
    return cast("type[Sequence]", cls)(**values)


def _filled(kind: Kind[object]) -> object:
    for name in kind.names.values():
        if isinstance(name, type) and issubclass(name, Sequence | Choice):
            return filled(name)
    if kind.item is not None:
        return [_filled(kind.item)]
    low, _ = kind.size or (0, 0)
    if "decode_address" in kind.names:
        return AddressString("15551230001")
    if "decode_imsi" in kind.names:
        return "1" * (2 * max(low, 8) - 1)
    made: dict[str, object] = {
        "OCTET STRING": bytes(low),
        "INTEGER": (kind.values or (1, 1))[0],
        "NULL": True,
        "BOOLEAN": True,
        "NumericString": "0" * low,
        "BIT STRING": BitString.of(0, size=(kind.bits or (1, 1))[0]),
        "SEQUENCE": _CONTAINER,
    }
    if kind.asn1 == "ENUMERATED":
        (words,) = [each for each in kind.names.values() if isinstance(each, dict)]
        return next(iter(words.values()))
    return made[kind.asn1]
