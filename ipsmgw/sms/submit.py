"""SMS-SUBMIT and SMS-SUBMIT-REPORT (TS 23.040 §9.2.2.2, §9.2.2.2a)."""

from typing import NamedTuple, Self

from ipsmgw.sms.address import Address
from ipsmgw.sms.parameters import Parameters, check_user_data
from ipsmgw.sms.timestamp import OCTETS as TIMESTAMP_OCTETS
from ipsmgw.sms.timestamp import Timestamp
from ipsmgw.sms.user_data import MAX_OCTETS
from ipsmgw.sms.validity import (
    VP_OCTETS,
    Enhanced,
    Relative,
    ValidityPeriod,
    ValidityPeriodFormat,
    validity_period,
)

__all__ = ["Submit", "SubmitReport"]

MTI = 1
_RD, _SRR, _UDHI, _RP = 0x04, 0x20, 0x40, 0x80


class Submit(NamedTuple):
    """A short message from the phone to the SC."""

    first_octet: int
    tp_mr: int
    tp_da: Address
    tp_pid: int
    tp_dcs: int
    tp_vp: bytes
    tp_udl: int
    tp_ud: bytes

    @classmethod
    def of(
        cls,
        tp_mr: int,
        tp_da: Address,
        *,
        udl: int,
        ud: bytes,
        dcs: int = 0,
        pid: int = 0,
        udhi: bool = False,
        validity: ValidityPeriod | None = None,
        status_report: bool = False,
        reject_duplicates: bool = False,
        reply_path: bool = False,
    ) -> Self:
        """With the first octet that fits."""
        vpf, vp = _tp_vp(validity)
        flags = _RD * reject_duplicates | _SRR * status_report | _UDHI * udhi | _RP * reply_path
        return cls(MTI | vpf << 3 | flags, tp_mr, tp_da, pid, dcs, vp, udl, ud)

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """The TPDU of these octets; IndexError when they are too few."""
        first = octets[0]
        da = Address.parse(octets, 2)
        at = 2 + len(da)
        vp_end = at + 2 + VP_OCTETS[first >> 3 & 3]
        dcs = octets[at + 1]
        check_user_data(octets, vp_end + 1, dcs, MAX_OCTETS)
        vp = octets[at + 2 : vp_end]
        return cls(first, octets[1], da, octets[at], dcs, vp, octets[vp_end], octets[vp_end + 1 :])

    def encode(self) -> bytes:
        """The octets."""
        return b"%c%c%b%c%c%b%c%b" % self

    @property
    def tp_rd(self) -> bool:
        """The SC is to reject a duplicate."""
        return bool(self.first_octet & _RD)

    @property
    def tp_srr(self) -> bool:
        """A status report is requested."""
        return bool(self.first_octet & _SRR)

    @property
    def tp_udhi(self) -> bool:
        """TP-UD begins with a header."""
        return bool(self.first_octet & _UDHI)

    @property
    def tp_rp(self) -> bool:
        """Reply path."""
        return bool(self.first_octet & _RP)

    @property
    def validity(self) -> ValidityPeriod | None:
        """TP-VP, read."""
        return validity_period(self.first_octet >> 3 & 3, self.tp_vp)


def _tp_vp(validity: ValidityPeriod | None) -> tuple[ValidityPeriodFormat, bytes]:
    match validity:
        case None:
            return ValidityPeriodFormat.NONE, b""
        case Relative():
            return ValidityPeriodFormat.RELATIVE, validity.encode()
        case Enhanced():
            return ValidityPeriodFormat.ENHANCED, validity.encode()
        case _:
            return ValidityPeriodFormat.ABSOLUTE, validity


class SubmitReport(NamedTuple):
    """The SC's answer to a SUBMIT or a COMMAND; with a TP-FCS in RP-ERROR, without in RP-ACK."""

    first_octet: int
    tp_fcs: int | None
    tp_scts: Timestamp
    parameters: Parameters

    @classmethod
    def of(cls, tp_scts: Timestamp, *, fcs: int | None = None, parameters: Parameters | None = None) -> Self:
        """Without user data header."""
        return cls(MTI, fcs, tp_scts, parameters or Parameters())

    @classmethod
    def parse(cls, octets: bytes, *, error: bool) -> Self:
        """The TPDU of these octets; IndexError when they are too few."""
        at = 2 if error else 1
        parameters = Parameters.parse(octets, at, limit=151 if error else 152, gap=TIMESTAMP_OCTETS)
        at += len(parameters.tp_pi)
        scts = Timestamp.parse(octets, at)
        return cls(octets[0], octets[1] if error else None, scts, parameters)

    def encode(self) -> bytes:
        """The octets."""
        head = bytes((self.first_octet,)) if self.tp_fcs is None else bytes((self.first_octet, self.tp_fcs))
        return head + self.parameters.encode(self.tp_scts)

    @property
    def tp_udhi(self) -> bool:
        """TP-UD begins with a header."""
        return bool(self.first_octet & _UDHI)
