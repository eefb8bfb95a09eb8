"""A binding: who is registered through which S-CSCF, and what the HLR knows of it (TS 23.204 §6.2)."""

import enum
from dataclasses import dataclass

from ipsmgw.identity import Impu, Imsi, Msisdn

__all__ = ["Binding", "HlrState"]


class HlrState(enum.StrEnum):
    """What of the binding has reached the HLR."""

    ACTIVATING = "activating"
    ACTIVE = "active"
    REFUSED = "refused"
    DEACTIVATING = "deactivating"
    WITHDRAWING = "withdrawing"
    """He is registered, but no device of his takes short messages any more: the HLR is being told."""
    UNABLE = "unable"
    """He is registered, but no device of his takes short messages: the HLR knows of nothing."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One public identity, reachable over IMS until `expires` (0 once it is de-registered)."""

    impu: Impu
    imsi: Imsi
    msisdn: Msisdn | None
    """None until the HLR tells it."""
    scscf: str
    """Empty for a phone that has registered here itself."""
    expires: float
    hlr: HlrState
    version: int = 0

    def reachable(self, now: float) -> bool:
        return self.expires > now

    def able(self, now: float) -> bool:
        """Whether short messages reach him: TS 24.341 §5.3.3.2, a contact with +g.3gpp.smsip."""
        return self.expires > now and self.hlr not in _UNABLE


_UNABLE = frozenset((HlrState.WITHDRAWING, HlrState.UNABLE))
