"""The messages of SCCP management (Q.713 §5)."""

from enum import IntEnum
from typing import NamedTuple

__all__ = [
    "MANAGEMENT_SSN",
    "MAX_LEVEL",
    "ScmgMessage",
    "ScmgType",
    "Subsystem",
    "decode_scmg",
    "encode_scmg",
]

MANAGEMENT_SSN = 1  # Q.713 §3.4.2.2; as an affected subsystem it stands for the SCCP of a node
MAX_LEVEL = 8  # Q.713 §5.1.5
_SIZE = 5  # format identifier, affected SSN, affected point code, multiplicity indicator


class ScmgType(IntEnum):
    """Q.713 §5.1.1."""

    SSA = 1
    SSP = 2
    SST = 3
    SOR = 4
    SOG = 5
    SSC = 6


class Subsystem(NamedTuple):
    """A subsystem of a node (Q.713 §5.1.2, §5.1.3)."""

    ssn: int
    point_code: int


class ScmgMessage(NamedTuple):
    """Any of them; only an SSC has a congestion level."""

    kind: ScmgType
    subsystem: Subsystem
    multiplicity: int = 0
    """Q.713 §5.1.4: 0, not known."""
    congestion_level: int = 0


_KINDS = {int(kind): kind for kind in ScmgType}


def decode_scmg(data: bytes) -> ScmgMessage | None:
    """Read one; None where there is nothing to read, which is not answered (Q.714 §5.1)."""
    kind = _KINDS.get(data[0]) if data else None
    if kind is None or len(data) < (_SIZE + 1 if kind is ScmgType.SSC else _SIZE):
        return None
    level = data[_SIZE] & 0x0F if kind is ScmgType.SSC else 0
    if level > MAX_LEVEL:
        return None
    affected = Subsystem(data[1], int.from_bytes(data[2:4], "little") & 0x3FFF)
    return ScmgMessage(kind, affected, data[4] & 0x03, level)


def encode_scmg(message: ScmgMessage) -> bytes:
    """The octets of any of them."""
    kind, (ssn, point_code), multiplicity, level = message
    octets = bytes((kind, ssn)) + point_code.to_bytes(2, "little") + bytes((multiplicity,))
    return octets + bytes((level,)) if kind is ScmgType.SSC else octets
