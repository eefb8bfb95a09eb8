"""Where a test runs: addresses of its own on loopback, a folder, and the point codes of its nodes."""

from pathlib import Path
from typing import NamedTuple

from mapstack import Gt, SccpAddress

__all__ = [
    "ECHO",
    "HLR",
    "HLR_CONTEXT",
    "HLR_GT",
    "HLR_POINT_CODE",
    "M3UA",
    "SC",
    "SC_CONTEXT",
    "SC_GT",
    "SC_POINT_CODE",
    "STP",
    "STP_POINT_CODE",
    "STP_TOO",
    "Place",
]

M3UA = 2905  # RFC 4666 §7.2
STP, STP_TOO, ECHO = 1, 2, 31  # hosts; osmo-stp may have two
STP_POINT_CODE, SC_POINT_CODE, HLR_POINT_CODE = 2056, 2057, 2058  # 1.1.0 to 1.1.2
SC_CONTEXT, HLR_CONTEXT = 101, 102
SC_GT, HLR_GT = "15550000002", "15550000001"
SC, HLR = SccpAddress(Gt(SC_GT), 8), SccpAddress(Gt(HLR_GT), 6)


class Place(NamedTuple):
    """One test's; each worker of xdist has another network."""

    network: int
    folder: Path

    def host(self, number: int) -> str:
        """Each node has an address of its own, so that it can be cut off."""
        return f"127.0.{self.network}.{number}"

    @property
    def stp(self) -> tuple[str, int]:
        """Where osmo-stp listens for M3UA."""
        return self.host(STP), M3UA
