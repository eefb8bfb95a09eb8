"""Called and calling party addresses with their global titles (Q.713 §3.4, §3.5)."""

from functools import lru_cache

import msgspec

from mapstack.errors import DecodeError, LocalError

__all__ = ["ADDRESS_CACHE", "Gt", "SccpAddress", "decode_address"]

ADDRESS_CACHE = 4096  # addresses kept, each way

_SWAP = bytes((octet << 4 | octet >> 4) & 0xFF for octet in range(256))
_ODD_NATURE = 0x80  # Q.713 §3.4.2.3.1: bit 8 of the nature octet, indicator 1 only
_ENCODING_ODD, _ENCODING_EVEN = _BCD = (1, 2)  # Q.713 §3.4.2.3.3
_POINT_CODE, _SSN, _ROUTE_ON_SSN, _NATIONAL = 0x01, 0x02, 0x40, 0x80
_MAX_ADDRESS = 40
_MAX_DIGITS = 2 * _MAX_ADDRESS


class Gt(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A global title; what its `indicator` leaves out reads as the default (Q.713 §3.4.2.3)."""

    digits: str
    nature: int = 4
    plan: int = 1
    translation_type: int = 0
    indicator: int = 4
    encoding: int | None = None
    """What its encoding scheme says where that is neither BCD odd nor BCD even; None: the digits say it."""


class SccpAddress(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """An address of SCCP."""

    gt: Gt | None = None
    ssn: int | None = None
    point_code: int | None = None
    route_on_gt: bool = True
    national: bool = False
    """Bit 8 of the indicator, for national use (Q.713 §3.4.1)."""

    def encode(self) -> bytes:
        """The octets, without their length; `LocalError` when a value has no encoding."""
        return _encode(self)


@lru_cache(ADDRESS_CACHE)
def _encode(address: SccpAddress) -> bytes:
    gt, ssn, point_code = address.gt, address.ssn, address.point_code
    indicator = (0 if address.route_on_gt else _ROUTE_ON_SSN) | (_NATIONAL if address.national else 0)
    parts = b""
    try:
        if point_code is not None:
            indicator |= _POINT_CODE
            parts = (point_code & 0x3FFF).to_bytes(2, "little")
        if ssn is not None:
            indicator |= _SSN
            parts += bytes((ssn,))
        if gt is not None:
            indicator |= gt.indicator << 2
            parts += _encode_gt(gt)
    except ValueError as error:
        raise LocalError(f"{address} has no encoding: {error}") from error
    return bytes((indicator,)) + parts


def _encode_gt(gt: Gt) -> bytes:
    odd = len(gt.digits) & 1
    if len(gt.digits) > _MAX_DIGITS or not f"0{gt.digits}".isalnum():  # fromhex would pass over blanks
        raise ValueError("digits")
    scheme = gt.plan << 4 | _scheme(gt, odd)
    match gt.indicator:
        case 1:
            head = bytes((gt.nature | (_ODD_NATURE if odd else 0),))
        case 2:
            head = bytes((gt.translation_type,))
        case 3:
            head = bytes((gt.translation_type, scheme))
        case 4:
            head = bytes((gt.translation_type, scheme, gt.nature))
        case _:
            raise ValueError("global title indicator")
    return head + bytes.fromhex(gt.digits + "0" * odd).translate(_SWAP)


def _scheme(gt: Gt, odd: int) -> int:
    if gt.encoding is None:
        return _ENCODING_ODD if odd else _ENCODING_EVEN
    # Only BCD odd leaves out a digit, so that any other scheme has an even number of them.
    if odd or gt.encoding in _BCD or gt.encoding > 0x0F:
        raise ValueError("encoding scheme")
    return gt.encoding


@lru_cache(ADDRESS_CACHE)
def decode_address(octets: bytes) -> SccpAddress:
    """Read the octets of an address, without their length."""
    if not 0 < len(octets) <= _MAX_ADDRESS:
        raise DecodeError("sccp", f"address of {len(octets)} octets")
    indicator, at = octets[0], 1
    point_code = ssn = None
    if indicator & _POINT_CODE:
        point_code = int.from_bytes(octets[1:3], "little") & 0x3FFF
        at = 3
    if indicator & _SSN:
        ssn = int.from_bytes(octets[at : at + 1])
        at += 1
    if at > len(octets):
        raise DecodeError("sccp", "address ends early", offset=len(octets))
    gt = _decode_gt(indicator >> 2 & 0x0F, octets, at)
    return SccpAddress(gt, ssn, point_code, not indicator & _ROUTE_ON_SSN, indicator & _NATIONAL != 0)


def _decode_gt(indicator: int, octets: bytes, at: int) -> Gt | None:
    head = {0: 0, 1: 1, 2: 1, 3: 2, 4: 3}.get(indicator)
    if head is None:
        raise DecodeError("sccp", f"global title indicator {indicator}", offset=0)
    if at + head > len(octets):
        raise DecodeError("sccp", "global title ends early", offset=at)
    digits = octets[at + head :].translate(_SWAP).hex()
    match indicator:
        case 0:
            return None
        case 1:
            nature = octets[at]
            return Gt(_cut(digits, nature & _ODD_NATURE != 0), nature=nature & 0x7F, indicator=1)
        case 2:
            return Gt(digits, translation_type=octets[at], indicator=2)
    scheme = octets[at + 1] & 0x0F
    nature = octets[at + 2] & 0x7F if indicator == 4 else 4
    digits = _cut(digits, scheme == _ENCODING_ODD)
    encoding = None if scheme in _BCD else scheme
    return Gt(digits, nature, octets[at + 1] >> 4, octets[at], indicator, encoding)


def _cut(digits: str, odd: bool) -> str:
    return digits[:-1] if odd else digits
