"""Hypothesis makes a value of any declaration, within its constraints."""

from typing import cast

from hypothesis import strategies as st

from mapstack.asn1 import AddressString, BitString, Choice, Kind, Sequence, members_of
from mapstack.asn1.fields import Field
from mapstack.map.supplementary_service import ExtCwFeature

__all__ = ["values_of"]

_DIGITS = "0123456789"
_CONTAINER = bytes.fromhex("a00a300806032a0304020105")
_LISTS = {"cw_feature_list": ExtCwFeature}


def values_of(cls: type) -> st.SearchStrategy[Sequence | Choice]:
    """Values of a SEQUENCE or CHOICE."""
    fields = {key: each for key, each in members_of(cls).items() if isinstance(each, Field)}
    make = cast("type[Sequence]", cls)
    if issubclass(cls, Choice):
        return st.one_of(
            [
                st.fixed_dictionaries({key: _present(key, each)}).map(_call(make))
                for key, each in fields.items()
            ]
        )
    required = {key: _present(key, each) for key, each in fields.items() if each.required}
    optional = {key: _present(key, each) for key, each in fields.items() if not each.required}
    return st.fixed_dictionaries(required, optional=optional).map(_call(make))


class _call:  # noqa: N801 - a function with a repr that hypothesis can print
    def __init__(self, cls: type[Sequence]) -> None:
        self.cls = cls

    def __call__(self, members: dict[str, object]) -> Sequence:
        return self.cls(**members)


def _present(key: str, field: Field) -> st.SearchStrategy[object]:
    kind = field.kind
    for name in kind.names.values():
        if isinstance(name, type) and issubclass(name, Sequence | Choice):
            return values_of(name)
    if key in _LISTS:
        return st.lists(values_of(_LISTS[key]), min_size=1, max_size=3)
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
    if "decode_tbcd" in kind.names:
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
