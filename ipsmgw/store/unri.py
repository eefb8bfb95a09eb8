"""UE not reachable for IP: who has not answered over IMS, and why (UNRI, UNRR: TS 23.008; TS 23.204 §6.6)."""

from typing import NamedTuple

from ipsmgw.identity import Imsi

__all__ = ["Unri"]


class Unri(NamedTuple):
    """The flag of one subscriber; of whom there is none is reachable as far as anybody knows."""

    imsi: Imsi
    reason: int
    """UNRR, as an AbsentSubscriberDiagnosticSM (TS 23.040 §3.3.2)."""
    since: float
    heard: bool = False
    """He is there again, and the HLR has yet to hear of it."""
