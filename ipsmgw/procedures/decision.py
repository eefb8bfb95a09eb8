"""What a procedure returns: the record, what to do, and the charging record that must be durable first."""

from typing import Generic, Literal, TypeVar

from msgspec import Struct

from ipsmgw.cause import Cause
from ipsmgw.cdr import Cdr
from ipsmgw.identity import Imsi
from ipsmgw.store import Binding
from mapstack.map import AlertReason, MapError, MoForwardSmArg, MtForwardSmArg, ReportSmDeliveryStatusArg

__all__ = [
    "MAX_SIGNAL_INFO",
    "Action",
    "Admit",
    "Answer",
    "AskVector",
    "Challenge",
    "Decision",
    "Deliver",
    "Deny",
    "Forget",
    "ForwardMo",
    "ForwardMt",
    "MtRefusal",
    "MtResult",
    "ReadyForSm",
    "ReportDelivery",
    "Save",
    "SubmitReport",
    "TellHlr",
    "TryIms",
]

RecordT = TypeVar("RecordT")

MAX_SIGNAL_INFO = 200
"""Octets of a TPDU that MAP carries (TS 29.002 §17.7.6); RP has room for more (TS 24.011 §8.2.5.3)."""


class Answer(Struct, frozen=True, gc=False):
    """Answer the SIP request that is at hand."""

    status: int


class ForwardMo(Struct, frozen=True, gc=False):
    """mo-ForwardSM to the SMS-IWMSC of this service centre."""

    service_centre: str
    arg: MoForwardSmArg


class SubmitReport(Struct, frozen=True, gc=False):
    """The outcome of an MO goes to the phone, in a MESSAGE of its own."""

    rpdu: bytes
    cause: Cause | None = None
    """Of an RP-ERROR: the settings may want it told otherwise."""


class Deliver(Struct, frozen=True, gc=False):
    """The RP-DATA of an MT goes to the phone, in a MESSAGE."""

    rpdu: bytes


class MtResult(Struct, frozen=True, gc=False):
    """The SMS-GMSC learns that the phone has it."""

    sm_rp_ui: bytes | None
    over_ip: bool = True


class MtRefusal(Struct, frozen=True, gc=False):
    """The SMS-GMSC learns why the phone has it not."""

    error: MapError


class TryIms(Struct, frozen=True, gc=False):
    """The MT is tried over the IMS."""


class ForwardMt(Struct, frozen=True, gc=False):
    """mt-ForwardSM to the SGSN or MSC that serves the subscriber."""

    domain: Literal["ps", "cs"]
    node: str
    arg: MtForwardSmArg


class ReportDelivery(Struct, frozen=True, gc=False):
    """The HLR learns how the domains have done."""

    arg: ReportSmDeliveryStatusArg


class TellHlr(Struct, frozen=True, gc=False):
    """The HLR learns, in its way, that this subscriber is, or is no longer, served here over IMS."""

    imsi: Imsi
    active: bool


class ReadyForSm(Struct, frozen=True, gc=False):
    """The HLR learns that this subscriber has room again, or is there again (TS 29.002 §12.4)."""

    imsi: Imsi
    reason: AlertReason


class Save(Struct, frozen=True, gc=False):
    binding: Binding


class Forget(Struct, frozen=True, gc=False):
    binding: Binding


class AskVector(Struct, frozen=True, gc=False):
    """sendAuthenticationInfo, with what a USIM said that is ahead."""

    stale: bool = False
    rand: bytes = b""
    auts: bytes = b""


class Challenge(Struct, frozen=True, gc=False):
    """401 with these WWW-Authenticate."""

    challenges: tuple[str, ...]


class Admit(Struct, frozen=True, gc=False):
    """It is he: the registrar decides now; `info` is the value of Authentication-Info."""

    info: str = ""


class Deny(Struct, frozen=True, gc=False):
    """A final answer; with `retry_after` in seconds where it is worth trying again."""

    status: int
    retry_after: int = 0


Action = (
    Answer
    | ForwardMo
    | SubmitReport
    | Deliver
    | MtResult
    | MtRefusal
    | TryIms
    | ForwardMt
    | ReportDelivery
    | TellHlr
    | ReadyForSm
    | Save
    | Forget
    | AskVector
    | Challenge
    | Admit
    | Deny
)


class Decision(Struct, Generic[RecordT], frozen=True, gc=False):
    """`record`: the message from now on, None at its end; with a `cdr` the actions wait for the disk."""

    record: RecordT | None
    actions: tuple[Action, ...]
    cdr: Cdr | None = None
