"""pycrate's ASN.1 of MAP beside our declarations: which type is which, and how its names read in Python."""

import re
from collections.abc import Iterator
from typing import ClassVar, Protocol, cast

from pycrate_asn1dir.TCAP_MAPv2v3 import GLOBAL

from mapstack.asn1 import Choice, Kind, Sequence, members_of
from mapstack.asn1.fields import Field
from mapstack.map.errors import ERROR_PARAMETERS
from mapstack.map.operation import Operation
from mapstack.map.operations import ALERT_SERVICE_CENTRE, OPERATIONS

__all__ = ["AsnObject", "asn1", "declared", "error", "names_of", "operation", "python_name", "type_of"]


class AsnObject(Protocol):
    """What the tests use of pycrate's objects."""

    TYPE: str
    _cont: dict[str, "AsnObject"]
    _ext: list[str] | None
    _opt: bool
    _tagc: list[tuple[int, int]]
    _tag: tuple[int, str, str] | None

    def from_ber(self, octets: bytes) -> None: ...
    def to_ber(self) -> bytes: ...
    def get_val(self) -> object: ...


def asn1(module: str, name: str) -> AsnObject:
    """A type of pycrate's."""
    return cast(AsnObject, GLOBAL.MOD[module][name])


_MODULES = ("ShortMessageServiceOperations", "MobileServiceOperations")


def names_of(module: str) -> set[str]:
    """What a module of pycrate's declares."""
    return set(GLOBAL.MOD[module])


def operation(ours: Operation) -> dict[str, object]:
    """What an operation is made of; alertServiceCentre has Rel-16 members in a context of version 2."""
    old = ours.version < 3 and ours is not ALERT_SERVICE_CENTRE
    modules = [GLOBAL.MOD[f"{'MAPv2' if old else 'MAP'}-{name}"] for name in _MODULES]
    (found,) = [module[ours.name] for module in modules if ours.name in module]
    return cast("dict[str, object]", found._val)


def error(code: int) -> tuple[str, AsnObject]:
    """The name of an error, and the type of its parameter."""
    module = GLOBAL.MOD["MAP-Errors"]
    for name in module:
        if not name.startswith("_") and module[name]._val["errorCode"] == ("local", code):
            return name, cast(AsnObject, module[name]._val["ParameterType"])
    raise AssertionError(code)


def python_name(name: str) -> str:
    """sm-RP-DA is sm_rp_da, newSGSNNumber is new_sgsn_number."""
    for word in ("QoS", "CSIs", "5GS"):  # words of their own
        name = re.sub(f"-?{word}", f"-{word.lower()}", name).removeprefix("-")
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.replace("-", "_"))
    return name.lower()


def type_of(cls: type) -> AsnObject:
    """The type that a class declares, by the operation or error that it belongs to."""
    return dict(_roots())[cls]


class Alone:
    """A type that is neither SEQUENCE nor CHOICE, as the CHOICE of one that has its octets."""

    TYPE = "CHOICE"
    _ext = None
    _opt = False
    _tagc: ClassVar[list[tuple[int, int]]] = []
    _tag = None

    def __init__(self, cls: type, theirs: AsnObject) -> None:
        (name,) = _fields(cls)
        self._theirs = theirs
        self._cont = {name: theirs}

    def from_ber(self, octets: bytes) -> None:
        self._theirs.from_ber(octets)

    def to_ber(self) -> bytes:
        return self._theirs.to_ber()

    def get_val(self) -> object:
        return self._theirs.get_val()


def _as_declared(cls: type, theirs: object) -> AsnObject:
    found = cast(AsnObject, theirs)
    bare = issubclass(cls, Choice) and found.TYPE != "CHOICE"
    return cast(AsnObject, Alone(cls, found)) if bare else found


def _roots() -> Iterator[tuple[type, AsnObject]]:
    for each in OPERATIONS:
        parts = operation(each)
        yield each.argument, _as_declared(each.argument, parts["ArgumentType"])
        if each.result is not None:
            yield each.result, _as_declared(each.result, parts["ResultType"])
    for code, cls in ERROR_PARAMETERS.items():
        yield cls, error(code)[1]


def declared() -> dict[type, AsnObject]:
    """Every class of ours that is reached from an operation or an error, with its type in pycrate."""
    found: dict[type, AsnObject] = {}
    waiting = list(_roots())
    while waiting:
        cls, theirs = waiting.pop()
        if cls in found:
            continue
        found[cls] = theirs
        for ours, member in zip(_fields(cls).values(), theirs._cont.values(), strict=True):
            waiting += _inner(ours.kind, member)
    return found


def _inner(kind: Kind[object], theirs: AsnObject) -> list[tuple[type, AsnObject]]:
    """The class that a member is of, or its items are."""
    if kind.item is not None:
        return _inner(kind.item, cast(AsnObject, theirs._cont))
    inner = [each for each in kind.names.values() if isinstance(each, type)]
    return [(each, theirs) for each in inner if issubclass(each, Sequence | Choice)]


def _fields(cls: type) -> dict[str, Field]:
    return {key: member for key, member in members_of(cls).items() if isinstance(member, Field)}
