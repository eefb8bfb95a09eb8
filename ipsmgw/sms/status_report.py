"""SMS-STATUS-REPORT (TS 23.040 §9.2.2.3)."""

from typing import NamedTuple, Self

from ipsmgw.sms.address import Address
from ipsmgw.sms.parameters import Parameters
from ipsmgw.sms.timestamp import OCTETS as TIMESTAMP_OCTETS
from ipsmgw.sms.timestamp import Timestamp

__all__ = ["StatusReport"]

MTI = 2
_MMS, _LP, _SRQ, _UDHI = 0x04, 0x08, 0x20, 0x40
_NO_PARAMETERS = Parameters(tp_pi=b"")
_MAX_UD = 131


class StatusReport(NamedTuple):
    """What became of a SUBMIT or a COMMAND, from the SC to the phone."""

    first_octet: int
    tp_mr: int
    tp_ra: Address
    tp_scts: Timestamp
    tp_dt: Timestamp
    tp_st: int
    parameters: Parameters = _NO_PARAMETERS

    @classmethod
    def of(
        cls,
        tp_mr: int,
        tp_ra: Address,
        *,
        scts: Timestamp,
        dt: Timestamp,
        st: int,
        more_messages: bool = False,
        of_command: bool = False,
    ) -> Self:
        """With the first octet that fits, without optional parameters."""
        # TP-MMS is 1 when there are NO more messages (§9.2.3.2).
        return cls(MTI | _MMS * (not more_messages) | _SRQ * of_command, tp_mr, tp_ra, scts, dt, st)

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """The TPDU of these octets; IndexError when they are too few."""
        ra = Address.parse(octets, 2)
        at = 2 + len(ra)
        scts = Timestamp.parse(octets, at)
        dt = Timestamp.parse(octets, at + TIMESTAMP_OCTETS)
        at += 2 * TIMESTAMP_OCTETS
        status = octets[at]
        whole = at + 1 == len(octets)
        parameters = _NO_PARAMETERS if whole else Parameters.parse(octets, at + 1, limit=_MAX_UD)
        return cls(octets[0], octets[1], ra, scts, dt, status, parameters)

    def encode(self) -> bytes:
        """The octets."""
        head = bytes((self.first_octet, self.tp_mr)) + self.tp_ra + self.tp_scts + self.tp_dt
        return head + bytes((self.tp_st,)) + self.parameters.encode()

    @property
    def more_messages(self) -> bool:
        """More messages wait in the SC (TP-MMS is 0)."""
        return not self.first_octet & _MMS

    @property
    def tp_lp(self) -> bool:
        """Loop prevention: not to be forwarded automatically."""
        return bool(self.first_octet & _LP)

    @property
    def tp_srq(self) -> bool:
        """The report is of a COMMAND, not of a SUBMIT."""
        return bool(self.first_octet & _SRQ)

    @property
    def tp_udhi(self) -> bool:
        """TP-UD begins with a header."""
        return bool(self.first_octet & _UDHI)
