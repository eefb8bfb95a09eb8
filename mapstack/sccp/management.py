"""SCCP management: the test of a subsystem and its answer (Q.713 §5.3, Q.714 §5.3.4)."""

from typing import NamedTuple

__all__ = ["MANAGEMENT_SSN", "Subsystem", "subsystem_allowed", "subsystem_status_test"]

MANAGEMENT_SSN = 1  # Q.713 §3.4.2.2
_SSA, _SST = 0x01, 0x03  # Q.713 §5.1.1
_SIZE = 5  # format identifier, affected SSN, affected point code, multiplicity indicator


class Subsystem(NamedTuple):
    """The affected subsystem (Q.713 §5.1.2)."""

    ssn: int
    point_code: int


def subsystem_status_test(data: bytes) -> Subsystem | None:
    """The subsystem that an SST asks for; None for every other message."""
    if len(data) != _SIZE or data[0] != _SST:
        return None
    return Subsystem(data[1], int.from_bytes(data[2:4], "little") & 0x3FFF)


def subsystem_allowed(subsystem: Subsystem) -> bytes:
    """An SSA; the multiplicity is not known."""
    return bytes((_SSA, subsystem.ssn)) + subsystem.point_code.to_bytes(2, "little") + b"\0"
