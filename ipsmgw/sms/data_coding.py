"""What a TP-DCS octet means (TS 23.038 §4)."""

from enum import Enum, IntEnum
from typing import NamedTuple

__all__ = ["DATA_CODING", "Alphabet", "DataCoding", "Indication", "MessageClass", "user_data_octets"]


class Alphabet(Enum):
    """How the characters of TP-UD are written."""

    GSM7 = "GSM 7 bit default alphabet"
    OCTETS = "8 bit data"
    UCS2 = "UCS2"


class MessageClass(IntEnum):
    """TS 23.038 §4, bits 1 and 0."""

    IMMEDIATE_DISPLAY = 0
    ME_SPECIFIC = 1
    SIM_SPECIFIC = 2
    TE_SPECIFIC = 3


class Indication(NamedTuple):
    """Message waiting indication: which kind waits, whether it is set, and whether the text is kept."""

    kind: str
    active: bool
    store: bool


class DataCoding(NamedTuple):
    """One TP-DCS octet, read."""

    alphabet: Alphabet
    message_class: MessageClass | None = None
    compressed: bool = False
    automatic_deletion: bool = False
    indication: Indication | None = None


_ALPHABETS = (Alphabet.GSM7, Alphabet.OCTETS, Alphabet.UCS2, Alphabet.GSM7)
_WAITING = ("voicemail", "fax", "electronic mail", "other")


def _general(octet: int) -> DataCoding:
    return DataCoding(
        _ALPHABETS[octet >> 2 & 3],
        MessageClass(octet & 3) if octet & 0x10 else None,
        compressed=bool(octet & 0x20),
        automatic_deletion=bool(octet & 0x40),
    )


def _message_waiting(octet: int) -> DataCoding:
    group = octet >> 4
    indication = Indication(_WAITING[octet & 3], bool(octet & 8), group != 0xC)
    return DataCoding(Alphabet.UCS2 if group == 0xE else Alphabet.GSM7, indication=indication)


def _read(octet: int) -> DataCoding:
    if octet < 0x80:
        return _general(octet)
    if octet < 0xC0:  # TS 23.038 §4: a reserved coding is taken as the default alphabet
        return DataCoding(Alphabet.GSM7)
    if octet < 0xF0:
        return _message_waiting(octet)
    return DataCoding(Alphabet.OCTETS if octet & 4 else Alphabet.GSM7, MessageClass(octet & 3))


DATA_CODING = tuple(_read(octet) for octet in range(256))

_COUNTS_SEPTETS = tuple(coding.alphabet is Alphabet.GSM7 and not coding.compressed for coding in DATA_CODING)


def user_data_octets(udl: int, dcs: int) -> int:
    """How many octets TP-UD has when TP-UDL says `udl` (TS 23.040 §9.2.3.16)."""
    return (udl * 7 + 7) >> 3 if _COUNTS_SEPTETS[dcs] else udl
