"""TP-PI and the optional parameters that it announces, at the end of the reports (TS 23.040 §9.2.3.27)."""

from typing import NamedTuple, Self

from ipsmgw.sms.data_coding import user_data_octets
from ipsmgw.sms.errors import DecodeError

__all__ = ["Parameters", "check_user_data"]

_PID, _DCS, _UDL, _EXTENSION = 1, 2, 4, 0x80


def check_user_data(octets: bytes, at: int, dcs: int, limit: int) -> None:
    """TP-UD must have what TP-UDL (the octet before `at`) says, and no more than `limit`."""
    needed = user_data_octets(octets[at - 1], dcs)
    if needed > limit:
        raise DecodeError(f"TP-UDL says {needed} octets, there can be {limit}", at - 1)
    if needed > len(octets) - at:
        raise DecodeError(f"TP-UDL says {needed} octets of TP-UD, there are {len(octets) - at}", at)


class Parameters(NamedTuple):
    """TP-PI, TP-PID, TP-DCS, TP-UDL and TP-UD, each only where it stands.

    `tp_ud` keeps what follows the user data as well: what a later release adds is passed on (§9.2.3.27).
    """

    tp_pi: bytes = b"\0"
    tp_pid: int | None = None
    tp_dcs: int | None = None
    tp_udl: int | None = None
    tp_ud: bytes = b""

    @classmethod
    def of(
        cls, *, pid: int | None = None, dcs: int | None = None, udl: int | None = None, ud: bytes = b""
    ) -> Self:
        """With the TP-PI that fits."""
        indicator = _PID * (pid is not None) | _DCS * (dcs is not None) | _UDL * (udl is not None)
        return cls(bytes((indicator,)), pid, dcs, udl, ud)

    @classmethod
    def parse(cls, octets: bytes, at: int, *, limit: int, gap: int = 0) -> Self:
        """What stands from TP-PI to the end, `gap` octets after TP-PI left out; IndexError if too short."""
        start, indicator = at, octets[at]
        while octets[at] & _EXTENSION:
            at += 1
        pi = octets[start : at + 1]
        at += 1 + gap
        pid, at = (octets[at], at + 1) if indicator & _PID else (None, at)
        dcs, at = (octets[at], at + 1) if indicator & _DCS else (None, at)
        if not indicator & _UDL:
            return cls(pi, pid, dcs, None, octets[at:])
        check_user_data(octets, at + 1, dcs or 0, limit)
        return cls(pi, pid, dcs, octets[at], octets[at + 1 :])

    def encode(self, between: bytes = b"") -> bytes:
        """The octets, with what stands between TP-PI and the others."""
        present = [value for value in (self.tp_pid, self.tp_dcs, self.tp_udl) if value is not None]
        return self.tp_pi + between + bytes(present) + self.tp_ud
