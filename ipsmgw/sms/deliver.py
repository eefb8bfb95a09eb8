"""SMS-DELIVER and SMS-DELIVER-REPORT (TS 23.040 §9.2.2.1, §9.2.2.1a)."""

from typing import NamedTuple, Self

from ipsmgw.sms.address import Address
from ipsmgw.sms.parameters import Parameters, check_user_data
from ipsmgw.sms.timestamp import Timestamp
from ipsmgw.sms.user_data import MAX_OCTETS

__all__ = ["Deliver", "DeliverReport"]

MTI = 0
_MMS, _LP, _SRI, _UDHI, _RP = 0x04, 0x08, 0x20, 0x40, 0x80


class Deliver(NamedTuple):
    """A short message from the SC to the phone."""

    first_octet: int
    tp_oa: Address
    tp_pid: int
    tp_dcs: int
    tp_scts: Timestamp
    tp_udl: int
    tp_ud: bytes

    @classmethod
    def of(
        cls,
        tp_oa: Address,
        tp_scts: Timestamp,
        *,
        udl: int,
        ud: bytes,
        dcs: int = 0,
        pid: int = 0,
        udhi: bool = False,
        more_messages: bool = False,
        status_report: bool = False,
        reply_path: bool = False,
    ) -> Self:
        """With the first octet that fits."""
        # TP-MMS is 1 when there are NO more messages (§9.2.3.2).
        flags = _MMS * (not more_messages) | _SRI * status_report | _UDHI * udhi | _RP * reply_path
        return cls(MTI | flags, tp_oa, pid, dcs, tp_scts, udl, ud)

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """The TPDU of these octets; IndexError when they are too few."""
        oa = Address.parse(octets, 1)
        at = 1 + len(oa)
        scts = Timestamp.parse(octets, at + 2)
        dcs = octets[at + 1]
        check_user_data(octets, at + 10, dcs, MAX_OCTETS)
        return cls(octets[0], oa, octets[at], dcs, scts, octets[at + 9], octets[at + 10 :])

    def encode(self) -> bytes:
        """The octets."""
        return b"%c%b%c%c%b%c%b" % self

    @property
    def more_messages(self) -> bool:
        """More messages wait in the SC (TP-MMS is 0)."""
        return not self.first_octet & _MMS

    @property
    def tp_lp(self) -> bool:
        """Loop prevention: not to be forwarded automatically."""
        return bool(self.first_octet & _LP)

    @property
    def tp_sri(self) -> bool:
        """The sender asked for a status report."""
        return bool(self.first_octet & _SRI)

    @property
    def tp_udhi(self) -> bool:
        """TP-UD begins with a header."""
        return bool(self.first_octet & _UDHI)

    @property
    def tp_rp(self) -> bool:
        """Reply path."""
        return bool(self.first_octet & _RP)


class DeliverReport(NamedTuple):
    """The phone's answer to a DELIVER or STATUS-REPORT; with a TP-FCS in RP-ERROR, without in RP-ACK."""

    first_octet: int
    tp_fcs: int | None
    parameters: Parameters

    @classmethod
    def of(cls, *, fcs: int | None = None, parameters: Parameters | None = None) -> Self:
        """Without user data header."""
        return cls(MTI, fcs, parameters or Parameters())

    @classmethod
    def parse(cls, octets: bytes, *, error: bool) -> Self:
        """The TPDU of these octets; IndexError when they are too few."""
        parameters = Parameters.parse(octets, 2 if error else 1, limit=158 if error else 159)
        return cls(octets[0], octets[1] if error else None, parameters)

    def encode(self) -> bytes:
        """The octets."""
        head = bytes((self.first_octet,)) if self.tp_fcs is None else bytes((self.first_octet, self.tp_fcs))
        return head + self.parameters.encode()

    @property
    def tp_udhi(self) -> bool:
        """TP-UD begins with a header."""
        return bool(self.first_octet & _UDHI)
