"""pycrate at its best: objects made once and used again, and no work that a caller can do without."""

from typing import Protocol, cast

from pycrate_asn1dir.TCAP_MAPv2v3 import GLOBAL
from pycrate_mobile.M3UA import parse_M3UA
from pycrate_mobile.SCCP import parse_SCCP

__all__ = ["decode", "decode_frame", "encode", "speaks"]


class _Asn1(Protocol):
    def from_ber(self, octets: bytes) -> None: ...
    def get_val(self) -> object: ...
    def set_val(self, value: object) -> None: ...
    def to_ber(self) -> bytes: ...


class _Element(Protocol):
    def __getitem__(self, key: int | str) -> "_Element": ...
    def get_val(self) -> object: ...


_MESSAGE = cast(_Asn1, GLOBAL.MOD["TCAP-MAP-Messages"]["TCAP-MAP-Message"])


def decode(octets: bytes) -> object:
    """The value of a TCAP message with its MAP parameter."""
    _MESSAGE.from_ber(octets)
    return _MESSAGE.get_val()


def encode(value: object) -> bytes:
    """The octets of such a value."""
    _MESSAGE.set_val(value)
    return _MESSAGE.to_ber()


def speaks(octets: bytes) -> bool:
    """Whether it reads this message and writes it again as it was: else there is nothing to compare with."""
    return encode(decode(octets)) == octets


def decode_frame(frame: bytes) -> object:
    """M3UA DATA, the UDT in it, the TCAP message in that."""
    data, _ = cast("tuple[_Element, int]", parse_M3UA(frame))
    user = data["ParamsDATA"][-1]["Val"]["Data"].get_val()
    udt, _ = cast("tuple[_Element, int]", parse_SCCP(user, w_scmg=False))
    return decode(cast(bytes, udt[5][1].get_val()))
