"""Alerting: a phone has room again, or is there again (TR 23.804 8.6, TS 23.204 §6.6, TS 24.341 §5.3.3.4)."""

from msgspec import Struct
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.identity import Imsi
from ipsmgw.map_error import cause_of
from ipsmgw.procedures.decision import Answer, Decision, ReadyForSm, SubmitReport
from ipsmgw.procedures.mo import Sender
from ipsmgw.store import Binding, Unri
from mapstack.map import AlertReason, MapError
from sipbridge.rp import Direction, RpAck, RpError

__all__ = [
    "Smma",
    "heard",
    "hlr_refused",
    "hlr_silent",
    "hlr_took",
    "memory_available",
    "refused",
    "told",
    "unanswered",
]

_ACCEPTED = Answer(202)
_TO_PHONE = Direction.NETWORK_TO_MS


class Smma(Struct, frozen=True, gc=False):
    """An RP-SMMA under way: the HLR has been told, and its answer is awaited.

    Nobody is charged for it: of the records of an IP-SM-GW there is one for each short message, and none
    for this (TS 32.298 §5.1.4.7).
    """

    sender: Sender | Binding
    call_id: str
    reference: int
    charging: bytes = b""
    """P-Charging-Vector of the phone's MESSAGE; the report carries it too (TS 24.229 §5.7.2)."""


def memory_available(smma: Smma) -> Decision[Smma]:
    """RP-SMMA: accepted with 202; what the HLR makes of it comes in a report of its own."""
    imsi = smma.sender.imsi
    if imsi is None:  # somebody whom the S-CSCF asserts and has not registered here: readyForSM names an IMSI
        return refused(smma, Cause.NOT_REGISTERED)
    return Decision(smma, (_ACCEPTED, ReadyForSm(imsi, AlertReason.MEMORY_AVAILABLE)))


def refused(smma: Smma, cause: Cause) -> Decision[Smma]:
    """The HLR does not hear of it."""
    decision = _failed(smma, cause)
    return replace(decision, actions=(_ACCEPTED, *decision.actions))


def hlr_took(smma: Smma) -> Decision[Smma]:
    """The HLR alerts the service centres: the phone need not say it again."""
    return Decision(None, (SubmitReport(RpAck(smma.reference).encode(_TO_PHONE)),))


def hlr_refused(smma: Smma, error: MapError) -> Decision[Smma]:
    """TS 23.040 §11.5 has a cause for each error of readyForSM."""
    return _failed(smma, cause_of(error))


def hlr_silent(smma: Smma) -> Decision[Smma]:
    """No answer, abort, notice or reject: the phone tries again after TRAM."""
    return _failed(smma, Cause.NETWORK_OUT_OF_ORDER)


def unanswered(held: Unri | None, imsi: Imsi, reason: int, now: float) -> Unri:
    """A short message has not reached him over IMS: the first time counts, until he is heard."""
    return Unri(imsi, reason, now) if held is None or held.heard else held


def heard(held: Unri) -> Unri:
    """He registers, or says a word."""
    return held._replace(heard=True)


def told(held: Unri | None, asked: Unri, *, again: bool) -> Unri | None:
    """The HLR has heard, or will not; or it has to be told `again`. What it was told holds no more where he
    has been flagged anew since.
    """
    return held if again or held != asked else None


def _failed(smma: Smma, cause: Cause) -> Decision[Smma]:
    rpdu = RpError(smma.reference, cause.rp_cause).encode(_TO_PHONE)
    return Decision(None, (SubmitReport(rpdu, cause),))
