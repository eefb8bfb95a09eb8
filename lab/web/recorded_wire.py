"""What went over the links of a run, as its file has it: a ladder like that of the running lab."""

from zlib import decompress

import msgspec

from ipsmgw.trace import Pdu

__all__ = ["Recording", "recording"]


class Recording(msgspec.Struct, frozen=True):
    """Its nodes in the order of a ladder, and its PDUs; times are seconds since the carrier was started."""

    nodes: tuple[str, ...]
    pdus: tuple[Pdu, ...]


class _Packed(msgspec.Struct):
    """As `lab.report.pack` writes it."""

    nodes: list[str]
    arrows: list[tuple[float, str, str, str, str, str, str, msgspec.Raw]]


def recording(packed: bytes) -> Recording:
    """Out of the file."""
    found = msgspec.json.decode(decompress(packed), type=_Packed)
    pdus = (
        Pdu(when, source, target, protocol, bytes.fromhex(octets), fate)
        for when, source, target, protocol, _, fate, octets, _ in found.arrows
    )
    return Recording(tuple(found.nodes), tuple(pdus))
