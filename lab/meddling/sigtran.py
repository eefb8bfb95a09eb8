"""Deeds of SCCP, TCAP and MAP: an answer in somebody else's name (Q.713, Q.773, TS 29.002 §17)."""

from random import Random

from lab.meddling.effects import Deed, Effect, Onward
from lab.meddling.map_error import map_error
from lab.meddling.pdu import Pdu
from lab.meddling.ss7 import Ss7
from lab.meddling.ss7_answers import answered, ended, on, sent
from lab.meddling.words import choose, enumerated
from mapstack.errors import LocalError
from mapstack.map.dialogue_information import (
    MapUserAbortChoice,
    ProcedureCancellationReason,
    ResourceUnavailableReason,
    user_abort,
)
from mapstack.map.errors import encode_error_parameter
from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType
from mapstack.sccp.message import encode as encode_sccp
from mapstack.tcap.component import (
    GeneralProblem,
    InvokeProblem,
    ProblemType,
    ReturnErrorProblem,
    ReturnResultProblem,
    encode_reject,
    encode_return_error,
)
from mapstack.tcap.dialogue_portion import encode_abrt
from mapstack.tcap.message import PAbortCause, p_abort, u_abort

__all__ = ["abort", "error", "reject", "u_abort_deed", "udts", "wrong_tid"]

_OTID, _DTID = 0x48, 0x49

_PROBLEMS = {
    name: (kind, value)
    for kind, words in (
        (ProblemType.RETURN_ERROR, ReturnErrorProblem),
        (ProblemType.RETURN_RESULT, ReturnResultProblem),
        (ProblemType.GENERAL, GeneralProblem),
        (ProblemType.INVOKE, InvokeProblem),
    )
    for name, value in enumerated(words).items()
}
"""By name; where two have the same, that of an Invoke."""
_CHOICES = {
    "userSpecificReason": MapUserAbortChoice(user_specific_reason=True),
    "userResourceLimitation": MapUserAbortChoice(user_resource_limitation=True),
    **{
        name: MapUserAbortChoice(resource_unavailable=ResourceUnavailableReason(value))
        for name, value in enumerated(ResourceUnavailableReason).items()
    },
    **{
        name: MapUserAbortChoice(application_procedure_cancellation=ProcedureCancellationReason(value))
        for name, value in enumerated(ProcedureCancellationReason).items()
    },
}


# SCCP.


def udts(words: list[str]) -> Deed:
    """UDTS, XUDTS or LUDTS: what was sent comes back (Q.713 §3.12)."""
    causes = enumerated(ReturnCause)
    number = choose(_one(words, "udts", "a return cause"), causes, "return cause")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        unit = None if pdu.ss7 is None else pdu.ss7.unit
        if pdu.ss7 is None or unit is None or unit.cause is not None:
            return None
        service = SccpMessage(
            SccpMessageType(unit.kind + 1),
            unit.calling,
            unit.called,
            unit.data,
            cause=ReturnCause(number),
            segmentation=unit.segmentation,
        )
        return Effect(back=(sent(pdu.ss7, encode_sccp(service), back=True),))

    return Deed(f"udts {_name(causes, number)}", to)


# TCAP.


def abort(words: list[str]) -> Deed:
    """P-Abort (Q.773 §3.2.6)."""
    causes = enumerated(PAbortCause)
    number = choose(words[0] if words else "resourceLimitation", causes, "P-Abort cause")
    _one(words or ["-"], "abort", "a P-Abort cause")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        return ended(pdu, lambda ss7, tid: p_abort(tid, PAbortCause(number)))

    return Deed(f"abort {_name(causes, number)}", to)


def u_abort_deed(words: list[str]) -> Deed:
    """U-Abort with map-userAbort (TS 29.002 §17.4); of version 1 without a word."""
    name = words[0] if words else "userSpecificReason"
    choice = choose(name, _CHOICES, "reason of a user abort")
    _one(words or ["-"], "u-abort", "a reason")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        return ended(pdu, lambda ss7, tid: u_abort(tid, _abrt(ss7, choice)))

    return Deed(f"u-abort {name}", to)


def _abrt(ss7: Ss7, choice: MapUserAbortChoice) -> bytes:
    spoken = ss7.context is not None and ss7.context.request
    return encode_abrt(user_abort(choice)) if spoken else b""


def reject(words: list[str]) -> Deed:
    """A Reject with any problem (Q.773 §3.3.4)."""
    name = _one(words, "reject", "a problem")
    kind, value = choose(name, _PROBLEMS, "problem")

    def component(ss7: Ss7) -> bytes:
        assert ss7.invoke is not None
        return encode_reject(ss7.invoke.invoke_id, kind, value)

    return Deed(f"reject {name}", lambda pdu, rng: answered(pdu, component))


def wrong_tid(words: list[str]) -> Deed:
    """Its destination transaction id, or where it has none its own, is of nobody."""
    if words:
        raise ValueError(f"wrong-tid stands alone, without {' '.join(words)!r}")

    def to(pdu: Pdu, rng: Random) -> Effect | None:
        ss7 = pdu.ss7
        if ss7 is None or ss7.transaction is None or ss7.unit is None:
            return None
        tid, tag = ss7.transaction.dtid, _DTID
        if not tid:
            tid, tag = ss7.transaction.otid, _OTID
        if not tid:
            return None
        other = bytes(each ^ 0xFF for each in tid)
        head = bytes((tag, len(tid)))
        return Effect((), (Onward(on(ss7, ss7.unit.data.replace(head + tid, head + other, 1)), "spoilt"),))

    return Deed("wrong-tid", to)


# MAP.


def error(words: list[str]) -> Deed:
    """Any error, with its parameter (TS 29.002 §17.6.6, §17.7.7)."""
    asked = map_error(words)

    def component(ss7: Ss7) -> bytes:
        assert ss7.invoke is not None
        version = ss7.operation.version if ss7.operation else 3
        try:
            parameter = encode_error_parameter(asked, version)
        except LocalError:
            parameter = b""  # the version before has none
        return encode_return_error(ss7.invoke.invoke_id or 0, asked.code, parameter)

    return Deed(f"error {' '.join(words)}", lambda pdu, rng: answered(pdu, component))


def _one(words: list[str], name: str, what: str) -> str:
    if len(words) != 1:
        raise ValueError(f"{name} wants {what}, one word{f', not {chr(32).join(words)!r}' if words else ''}")
    return words[0]


def _name(names: dict[str, int], number: int) -> str:
    return next(name for name, value in names.items() if value == number)
