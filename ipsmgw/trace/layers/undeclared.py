"""Decoder of last resort: parameters of operations that mapstack does not declare, by pycrate (DESIGN §7)."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import NamedTuple, Protocol, cast

from pycrate_core.utils import PycrateErr

from ipsmgw.trace.tree import Tree
from mapstack.ber import check_elements
from mapstack.errors import DecodeError

__all__ = ["Found", "Part", "charging_record", "is_cap", "parameter"]

_LONGEST = 4096  # SCCP carries no more; ten thousand components take pycrate 155 ms
# What pycrate lets out on malformed octets.
_REFUSALS = (
    PycrateErr,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
# itu-t etsi mobileDomain gsm-Network: phases 1 and 2 under its contexts, the others beside (TS 29.078 §5.7).
_CAP_OF_GSM, _GSM = (50, 51, 52), (0, 4, 0, 0, 1, 0)
_CAP_OF_UMTS, _DOMAIN = (21, 22, 23), (0, 4, 0, 0, 1)


class Part(Enum):
    """Which parameter of an operation, and what pycrate calls its type."""

    ARGUMENT = "ArgumentType"
    RESULT = "ResultType"
    ERROR = "ParameterType"


class Found(NamedTuple):
    """What pycrate has read, and as what."""

    name: str
    rows: tuple[Tree, ...]


class _Type(Protocol):
    """What is used of pycrate's types."""

    def from_ber(self, octets: bytes) -> None: ...
    def get_val(self) -> object: ...


def is_cap(context: tuple[int, ...]) -> bool:
    """Whether an application context is one of CAP (TS 29.078 §5.7, and its phases 1 and 2)."""
    if context[:6] == _GSM:
        return context[6:7] in [(number,) for number in _CAP_OF_GSM]
    return context[:5] == _DOMAIN and context[5:7] in [(number, 3) for number in _CAP_OF_UMTS]


def parameter(octets: bytes, part: Part, code: int, *, cap: bool, span: tuple[int, int]) -> Found | None:
    """What an element means as this parameter of MAP's or CAP's operation or error; None if nothing.

    pycrate does not say where a value stands, so that each part has the place of all of them.
    """
    return _read(octets, _candidates(part, code, cap=cap), span) if _is_bounded(octets) else None


def charging_record(octets: bytes) -> Found | None:
    """A record of TS 32.298 that has to do with short messages; None if it is none."""
    return _read(octets, [("SMSRecordType", _charging())], (0, 0)) if _is_bounded(octets) else None


def _is_bounded(octets: bytes) -> bool:
    """So long and so deep, and no more: pycrate has no bound."""
    try:
        check_elements(octets, 0, len(octets))
    except DecodeError:
        return False
    return len(octets) <= _LONGEST


def _read(octets: bytes, kinds: Iterable[tuple[str, _Type]], span: tuple[int, int]) -> Found | None:
    # Octets that it cannot read are no event to be told of: the tree says so.
    logging.getLogger("pycrate").setLevel(logging.ERROR)
    for name, kind in kinds:
        try:
            kind.from_ber(octets)
            return Found(name, _trees(kind.get_val(), span))
        except _REFUSALS:
            continue
    return None


def _candidates(part: Part, code: int, *, cap: bool) -> list[tuple[str, _Type]]:
    return (_cap() if cap else _map()).get((part, code), [])


Kinds = Mapping[tuple[Part, int], list[tuple[str, _Type]]]


@cache
def _charging() -> _Type:
    """Imported here for the same reason as below."""
    from pycrate_asn1dir.CDR import GLOBAL

    return cast(_Type, GLOBAL.MOD["SMSChargingDataTypes"]["SMSRecordType"])


@cache
def _map() -> Kinds:
    """The types of all operations and errors of MAP, the newest version first."""
    # Imported here: it takes 0.13 s and 20 MiB, and is needed for foreign operations only.
    from pycrate_asn1dir.TCAP_MAPv2v3 import GLOBAL

    modules = sorted((name for name in GLOBAL.MOD if name.startswith("MAP")), key=lambda name: "v2" in name)
    defined = (
        GLOBAL.MOD[module][name]._val
        for module in modules
        for name in GLOBAL.MOD[module]
        if not name.startswith("_")
    )
    return _by_code(each for each in defined if isinstance(each, dict))


@cache
def _cap() -> Kinds:
    """The types of all operations and errors of CAP, phase 4, which is read of the older ones too."""
    from pycrate_asn1dir.TCAP_CAP import GLOBAL

    messages = GLOBAL.MOD["TCAP-CAP-Messages"]
    operations = [
        each for name in ("AllCAPInvokable", "AllCAPReturnable") for each in messages[name]._val.root
    ]
    errors = [error for each in operations if "Errors" in each for error in each["Errors"].root]
    return _by_code((*operations, *errors))


def _by_code(defined: Iterable[dict[str, object]]) -> Kinds:
    kinds: dict[tuple[Part, int], list[tuple[str, _Type]]] = {}
    for key, kind in _parts(defined):
        kinds.setdefault(key, []).append((_name(kind), kind))
    return kinds


def _parts(defined: Iterable[dict[str, object]]) -> Iterator[tuple[tuple[Part, int], _Type]]:
    for each in defined:
        for part in Part:
            of = "errorCode" if part is Part.ERROR else "operationCode"
            match each.get(of):
                case ("local", int(code)) if part.value in each:
                    yield (part, code), cast(_Type, each[part.value])


def _name(kind: _Type) -> str:
    """What the specification calls the type."""
    called = getattr(getattr(kind, "_typeref", None), "called", None)
    return str(called[1]) if isinstance(called, tuple) else ""


def _trees(value: object, span: tuple[int, int]) -> tuple[Tree, ...]:
    match value:
        case dict():
            return tuple(_tree(str(name), item, span) for name, item in value.items())
        case list():
            return tuple(_tree(str(number), item, span) for number, item in enumerate(value, 1))
        case (str(name), item):
            return (_tree(name, item, span),)
        case (_, item) if not isinstance(item, int):  # of an open type: its type, and the value
            return _trees(item, span)
        case _:
            return (Tree("value", _show(value), *span),)


def _tree(name: str, value: object, span: tuple[int, int]) -> Tree:
    if isinstance(value, dict | list) or (isinstance(value, tuple) and isinstance(value[0], str)):
        return Tree(name, "", *span, _trees(value, span))
    return Tree(name, _show(value), *span)


def _show(value: object) -> str:
    match value:
        case bytes():
            return value.hex()
        case (int(bits), int(size)):
            return f"{bits:0{size}b}, {size} bits" if size else "no bits"
        case _:
            return str(value)
