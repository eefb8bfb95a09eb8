"""User data of submit_sm, data_sm and deliver_sm as short messages, and back (SMPP v3.4 §5.2.19, §5.3.2).

In SMPP the default alphabet is written one septet in each octet; a header stands in front of the text.
"""

from typing import NamedTuple

from ipsmgw.smpp.codes import EsmClass, Status, Tag
from ipsmgw.smpp.errors import DecodeError
from ipsmgw.smpp.pdu import DataSm, DeliverSm, Pdu, ReplaceSm, SubmitMulti, SubmitSm
from ipsmgw.sms import (
    DATA_CODING,
    Alphabet,
    Concatenation,
    DataCoding,
    Deliver,
    InformationElement,
    Part,
    Ports,
    Submit,
    divide,
    gsm7,
    headed,
    header_octets,
    user_data,
)

__all__ = ["Message", "ShortMessage", "octets_of", "preview", "short_message", "short_messages"]

Message = SubmitSm | SubmitMulti | DataSm | DeliverSm

_DEFAULT, _ASCII, _OCTETS, _LATIN_1, _BINARY, _CYRILLIC, _HEBREW, _UCS2 = 0, 1, 2, 3, 4, 6, 7, 8
_TEXTS = {_ASCII: "ascii", _LATIN_1: "latin-1", _CYRILLIC: "iso8859-5", _HEBREW: "iso8859-8"}
_DCS = {_DEFAULT: 0x00, _OCTETS: 0x04, _BINARY: 0x04, _UCS2: 0x08}
_GSM = 0xC0  # from here on data_coding is a TP-DCS: message waiting, and message class
_CODING_OF = {Alphabet.GSM7: _DEFAULT, Alphabet.OCTETS: _BINARY, Alphabet.UCS2: _UCS2}


class ShortMessage(NamedTuple):
    """Of a TPDU: what the parameters of a deliver_sm or submit_sm are."""

    octets: bytes
    data_coding: int
    udhi: bool


def octets_of(pdu: Message | ReplaceSm) -> bytes:
    """short_message, or message_payload instead of it (§5.3.2.32)."""
    payload = pdu.tlv(Tag.MESSAGE_PAYLOAD)
    short = b"" if isinstance(pdu, DataSm) else pdu.short_message
    if payload is not None and short:
        raise DecodeError(Status.ROPTPARNOTALLWD, "short_message and message_payload")
    return short if payload is None else payload


def short_messages(pdu: Message, reference: int) -> tuple[Part, ...]:
    """One, or several that share a `reference`; DecodeError with the status where it makes none."""
    octets = octets_of(pdu)
    header, octets = _header(pdu, octets)
    units, dcs = _units(pdu.data_coding, octets)
    try:
        return (headed(header, units, dcs),) if header else divide(units, dcs, reference=reference)
    except ValueError as error:
        raise DecodeError(Status.RINVMSGLEN, str(error)) from None


def preview(octets: bytes, data_coding: int) -> str:
    """The text of a message as far as it is one, for a receipt."""
    if data_coding == _DEFAULT:
        return octets.decode("ascii", "replace")
    if data_coding == _UCS2:
        return octets.decode("utf-16-be", "replace")
    encoding = _TEXTS.get(data_coding)
    return octets.decode(encoding, "replace") if encoding else ""


def short_message(tpdu: Submit | Deliver) -> ShortMessage:
    """Of the user data of a TPDU."""
    read = user_data(tpdu.tp_udl, tpdu.tp_ud, dcs=tpdu.tp_dcs, udhi=tpdu.tp_udhi)
    header = tpdu.tp_ud[: tpdu.tp_ud[0] + 1] if tpdu.tp_udhi and tpdu.tp_ud else b""
    return ShortMessage(header + read.data, _data_coding(tpdu.tp_dcs, DATA_CODING[tpdu.tp_dcs]), bool(header))


def _data_coding(dcs: int, coding: DataCoding) -> int:
    if dcs >= _GSM:
        return dcs
    if coding.compressed:
        return _BINARY
    if coding.message_class is None or coding.alphabet is Alphabet.UCS2:
        return _CODING_OF[coding.alphabet]
    return 0xF0 | (coding.alphabet is Alphabet.OCTETS) << 2 | coding.message_class


def _header(pdu: Message, octets: bytes) -> tuple[bytes, bytes]:
    """The user data header, and what is behind it."""
    elements = _elements(pdu)
    if not pdu.esm_class & EsmClass.UDHI:
        return header_octets(elements), octets
    if elements:
        raise DecodeError(Status.ROPTPARNOTALLWD, "a user data header, and TLVs that would be another")
    end = octets[0] + 1 if octets else 1
    if end > len(octets):
        raise DecodeError(Status.RINVMSGLEN, f"a header of {end} octets in {len(octets)}")
    return octets[:end], octets[end:]


def _elements(pdu: Pdu) -> tuple[InformationElement, ...]:
    """What TLVs say of parts (§5.3.2.22 to §5.3.2.24) and ports (§5.3.2.20)."""
    reference, total, number = (
        pdu.number(tag) for tag in (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)
    )
    source, destination = pdu.number(Tag.SOURCE_PORT), pdu.number(Tag.DESTINATION_PORT)
    found: list[InformationElement] = []
    if reference is not None and total is not None and number is not None:
        if not 1 <= number <= total:
            raise DecodeError(Status.RINVOPTPARAMVAL, f"segment {number} of {total}")
        found += [Concatenation(reference, total, number, wide=True).element()] if total > 1 else []
    if source is not None or destination is not None:
        found.append(Ports(destination or 0, source or 0).element())
    return tuple(found)


def _units(data_coding: int, octets: bytes) -> tuple[bytes, int]:
    """Septets or octets, and the TP-DCS that says which (§5.2.19)."""
    encoding = _TEXTS.get(data_coding)
    if encoding is not None:
        return _units_of_text(octets, encoding)
    dcs = data_coding if data_coding >= _GSM else _DCS.get(data_coding)
    if dcs is None:
        raise DecodeError(Status.RSUBMITFAIL, f"data_coding {data_coding} is not supported")
    alphabet = DATA_CODING[dcs].alphabet
    if alphabet is Alphabet.GSM7 and max(octets, default=0) > 0x7F:
        raise DecodeError(Status.RSUBMITFAIL, "an octet above 127 is none of the default alphabet")
    if alphabet is Alphabet.UCS2 and len(octets) % 2:
        raise DecodeError(Status.RINVMSGLEN, f"{len(octets)} octets are no UCS2")
    return octets, dcs


def _units_of_text(octets: bytes, encoding: str) -> tuple[bytes, int]:
    """A phone is sent the default alphabet where that has every character, else UCS2."""
    try:
        text = octets.decode(encoding)
    except UnicodeDecodeError:
        raise DecodeError(Status.RSUBMITFAIL, f"the text is not in {encoding}") from None
    try:
        return gsm7.encode(text), 0x00
    except UnicodeEncodeError:
        return text.encode("utf-16-be"), _UCS2
