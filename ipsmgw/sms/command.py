"""SMS-COMMAND (TS 23.040 §9.2.2.4)."""

from typing import NamedTuple, Self

from ipsmgw.sms.address import Address
from ipsmgw.sms.errors import DecodeError

__all__ = ["Command"]

MTI = 2
_SRR, _UDHI = 0x20, 0x40


class Command(NamedTuple):
    """What the phone wants the SC to do with an earlier SUBMIT.

    `tp_cd` keeps what follows the command data as well.
    """

    first_octet: int
    tp_mr: int
    tp_pid: int
    tp_ct: int
    tp_mn: int
    tp_da: Address
    tp_cdl: int
    tp_cd: bytes

    @classmethod
    def of(
        cls,
        tp_mr: int,
        tp_da: Address,
        *,
        ct: int,
        mn: int,
        pid: int = 0,
        cd: bytes = b"",
        udhi: bool = False,
        status_report: bool = False,
    ) -> Self:
        """With the first octet and the length that fit."""
        first = MTI | _SRR * status_report | _UDHI * udhi
        return cls(first, tp_mr, pid, ct, mn, tp_da, len(cd), cd)

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """The TPDU of these octets; IndexError when they are too few."""
        first, mr, pid, ct, mn = octets[0], octets[1], octets[2], octets[3], octets[4]
        da = Address.parse(octets, 5)
        at = 5 + len(da)
        length, data = octets[at], octets[at + 1 :]
        if length > len(data):
            raise DecodeError(f"TP-CDL says {length} octets of TP-CD, there are {len(data)}", at + 1)
        return cls(first, mr, pid, ct, mn, da, length, data)

    def encode(self) -> bytes:
        """The octets."""
        return b"%c%c%c%c%c%b%c%b" % self

    @property
    def tp_srr(self) -> bool:
        """A status report is requested."""
        return bool(self.first_octet & _SRR)

    @property
    def tp_udhi(self) -> bool:
        """TP-CD begins with a header."""
        return bool(self.first_octet & _UDHI)
