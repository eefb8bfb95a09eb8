"""The ASN.1 types of members, each with the source that reads and writes its contents (X.690 §8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Generic, NamedTuple, TypeVar

from mapstack.asn1.address import AddressString, decode_address, decode_imsi, encode_address, encode_tbcd
from mapstack.ber import check_elements, encode_integer
from mapstack.errors import DecodeError, LocalError

__all__ = [
    "ADDRESS",
    "BIT_STRING",
    "BOOLEAN",
    "ENUMERATED",
    "EXTENSION_CONTAINER",
    "IMSI",
    "INTEGER",
    "ISDN_ADDRESS",
    "NULL",
    "NUMERIC_STRING",
    "OCTET_STRING",
    "OPAQUE",
    "UNSIGNED",
    "BitString",
    "Kind",
]

T = TypeVar("T")
EnumT = TypeVar("EnumT", bound=IntEnum)


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """`read` is source over `data[start:stop]`, `write` over `value`; `names` are what they call."""

    asn1: str
    tag: int
    read: str
    write: str
    size: tuple[int, int] | None = None
    """Octets that the contents may have."""
    values: tuple[int, int] | None = None
    names: Mapping[str, object] = field(default_factory=dict)
    bits: tuple[int, int] | None = None
    """Of a BIT STRING: how many it has; as many octets are taken, for peers fill them up."""
    item: "Kind[object] | None" = None
    """Of a SEQUENCE OF: what it has, and with `count` how many of it."""
    count: tuple[int, int] | None = None
    alternatives: tuple[int, ...] = ()
    """Of a CHOICE: the tags that it may begin with; it has none of its own."""
    types: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Of a CHOICE: the types that begin so."""

    def sized(self, low: int, high: int) -> "Kind[T]":
        """The same with a SIZE of contents octets."""
        return replace(self, size=(low, high))


class BitString(NamedTuple):
    """Bits from the left of `octets`, the last `unused` of them left out."""

    octets: bytes
    unused: int = 0

    @classmethod
    def of(cls, *bits: int, size: int) -> "BitString":
        """A string of `size` bits with these set."""
        octets = bytearray((size + 7) // 8)
        for bit in bits:
            octets[bit // 8] |= 0x80 >> bit % 8
        return cls(bytes(octets), -size % 8)

    def has(self, bit: int) -> bool:
        """Whether `bit` is set; bits beyond the end are not."""
        return bit < len(self.octets) * 8 - self.unused and bool(self.octets[bit // 8] & 0x80 >> bit % 8)


def OCTET_STRING(low: int, high: int) -> Kind[bytes]:  # noqa: N802 - reads like the ASN.1
    """OCTET STRING (SIZE(low..high))."""
    return Kind("OCTET STRING", 0x04, "data[start:stop]", "value", (low, high))


def INTEGER(low: int, high: int) -> Kind[int]:  # noqa: N802 - reads like the ASN.1
    """INTEGER (low..high)."""
    return Kind(
        "INTEGER",
        0x02,
        "from_bytes(data[start:stop], signed=True)",
        "encode_integer(value)",
        (1, 8),
        (low, high),
        {"from_bytes": int.from_bytes, "encode_integer": encode_integer},
    )


UNSIGNED = INTEGER(0, (1 << 63) - 1)
"""INTEGER of a quantity that has no bounds in the ASN.1; these are what eight octets hold."""


def ENUMERATED(words: type[EnumT]) -> Kind[EnumT | int]:  # noqa: N802 - reads like the ASN.1
    """ENUMERATED; a value without a word stays a number."""
    numbers = "from_bytes(data[start:stop], signed=True)"
    return Kind(
        "ENUMERATED",
        0x0A,
        f"{words.__name__}.get(number := {numbers}, number)",
        "encode_integer(value)",
        (1, 4),
        None,
        {
            words.__name__: {int(word): word for word in words},
            "from_bytes": int.from_bytes,
            "encode_integer": encode_integer,
        },
    )


def BIT_STRING(low: int, high: int) -> Kind[BitString]:  # noqa: N802 - reads like the ASN.1
    """BIT STRING (SIZE(low..high)), in bits; those without a word are kept (TS 29.002 §17.7.6)."""
    names = {"decode_bits": _decode_bits, "encode_bits": _encode_bits}
    size, read = (1 + (low + 7) // 8, 1 + (high + 7) // 8), "decode_bits(data, start, stop)"
    return Kind("BIT STRING", 0x03, read, "encode_bits(value)", size, None, names, (low, high))


def _decode_bits(data: bytes, start: int, stop: int) -> BitString:
    unused = data[start]
    if unused > 7:
        raise DecodeError("map", f"{unused} unused bits", offset=start)
    return BitString(data[start + 1 : stop], unused)


def _encode_bits(value: BitString) -> bytes:
    if not 0 <= value.unused <= 7:
        raise LocalError(f"{value} has no encoding")
    return bytes((value.unused,)) + value.octets


def _decode_boolean(octets: bytes) -> bool:
    return octets != b"\x00"


def _decode_numeric(octets: bytes) -> str:
    if not octets.isdigit():
        raise DecodeError("map", "NumericString of something else")
    return octets.decode()


def _keep(data: bytes, start: int, stop: int) -> bytes:
    check_elements(data, start, stop)
    return data[start:stop]


NULL: Kind[bool] = Kind("NULL", 0x05, "True", "b''", (0, 0))
"""Present or not."""
BOOLEAN: Kind[bool] = Kind(
    "BOOLEAN",
    0x01,
    "decode_boolean(data[start:stop])",
    r"b'\xff' if value else b'\x00'",
    (1, 1),
    None,
    {"decode_boolean": _decode_boolean},
)
ADDRESS: Kind[AddressString] = Kind(
    "OCTET STRING",
    0x04,
    "decode_address(data[start:stop])",
    "encode_address(value)",
    (1, 20),
    None,
    {"decode_address": decode_address, "encode_address": encode_address},
)
ISDN_ADDRESS = ADDRESS.sized(1, 9)
IMSI: Kind[str] = Kind(
    "OCTET STRING",
    0x04,
    "decode_imsi(data[start:stop])",
    "encode_tbcd(value)",
    (3, 8),
    None,
    {"decode_imsi": decode_imsi, "encode_tbcd": encode_tbcd},
)
NUMERIC_STRING: Kind[str] = Kind(
    "NumericString",
    0x12,
    "decode_numeric(data[start:stop])",
    "value.encode()",
    (0, 255),
    None,
    {"decode_numeric": _decode_numeric},
)
OPAQUE: Kind[bytes] = Kind("SEQUENCE", 0x30, "keep(data, start, stop)", "value", None, None, {"keep": _keep})
"""Contents that we do not read, only pass on; they must be whole elements."""
EXTENSION_CONTAINER = OPAQUE
"""TS 29.002 §17.7.11: private extensions, kept as they are."""
