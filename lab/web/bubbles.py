"""One message on the screen of a phone, and in words how it stands (TS 24.011 §6.3, TS 23.040 §3.2)."""

from typing import Literal

import msgspec

from ipsmgw.cause import Cause
from ipsmgw.sms import DATA_CODING, DecodeError, Direction, Submit, Tpdu, decode, text
from lab.elements.phone_ledger import Received, Sent, SentState, Text
from lab.elements.sc_ledger import MtMessage, MtState
from lab.octets import answers
from lab.web.outcome_words import in_names
from sipbridge.rp import RpCause

__all__ = ["Bubble", "State", "incoming", "outgoing", "plain_text", "tpdu_of_phone", "tpdu_to_phone"]

State = Literal["sending", "at the SC", "at the server", "delivered", "failed", "received", "refused"]
_ON_ITS_WAY = {
    SentState.QUEUED: "it waits for the one before it",
    SentState.SENT: "no answer yet",
    SentState.ACCEPTED: "the gateway has it; the report of the SC is still to come",
}
_GIVEN_UP = "no report came in time (TR1M, TS 24.011 §10)"
_CAUSES = {int(cause): cause.text for cause in RpCause}
_OVER = {MtState.EXPIRED: "its validity period is over", MtState.DELETED: "it was deleted at the SC"}


class Bubble(msgspec.Struct, rename="camel", kw_only=True):
    """One message, whole; `reason` says why it stands as it does."""

    id: str
    incoming: bool
    peer: str
    """The other's number or URI, as it is in the message."""
    text: str
    when: float
    """Seconds since 1970."""
    state: State
    reason: str = ""
    domain: str = ""
    parts: int = 1
    """Short messages that there are of it."""
    whole: int = 1
    """And that there should be."""
    message_class: int | None = None
    report: str = ""
    """What a status report has said of it."""
    call_id: str = ""
    """Of its last part: it is explained by that."""


def outgoing(sent: Sent, name: str, message: MtMessage | None, *, own: bool) -> Bubble:
    """`message`: what the SC has made of it; `own`: that one can look into the SC."""
    tpdu = tpdu_of_phone(sent.tpdu)
    state, reason = _standing(sent, message, own=own)
    return Bubble(
        id=name,
        incoming=False,
        peer=sent.to,
        text=_words(tpdu, sent.tpdu),
        when=sent.when,
        state=state,
        reason=reason,
        domain=sent.domain.value,
        message_class=_class(tpdu.tp_dcs) if isinstance(tpdu, Submit) else None,
        call_id=sent.call_id,
    )


def incoming(received: Received, name: str) -> Bubble:
    """With what the phone has answered."""
    tpdu = tpdu_to_phone(received.tpdu)
    state, reason = _taken(received)
    dcs = getattr(tpdu, "tp_dcs", None)
    return Bubble(
        id=name,
        incoming=True,
        peer=received.sender,
        text=received.text if received.text is not None else _words(tpdu, received.tpdu),
        when=received.when,
        state=state,
        reason=reason,
        domain=received.domain.value,
        message_class=None if dcs is None else _class(dcs),
        call_id=received.call_id,
    )


def plain_text(sent: Text, name: str) -> Bubble:
    """What a phone has sent that knows of no short messages."""
    state, reason = _of_status(sent.status)
    return Bubble(
        id=name,
        incoming=False,
        peer=sent.to,
        text=sent.text,
        when=sent.when,
        state=state,
        reason=reason,
        domain="ims",
        call_id=sent.call_id,
    )


def tpdu_of_phone(octets: bytes) -> Tpdu | None:
    """Nothing where the octets are none."""
    return _decoded(octets, Direction.FROM_UE)


def tpdu_to_phone(octets: bytes) -> Tpdu | None:
    return _decoded(octets, Direction.TO_UE)


def _decoded(octets: bytes, direction: Direction) -> Tpdu | None:
    try:
        return decode(octets, direction=direction)
    except DecodeError:
        return None


def _words(tpdu: Tpdu | None, octets: bytes) -> str:
    found = None if tpdu is None else text(tpdu)
    return f"{len(octets)} octets: {octets.hex(' ')}" if found is None else found


def _class(dcs: int) -> int | None:
    return DATA_CODING[dcs].message_class


def _standing(sent: Sent, message: MtMessage | None, *, own: bool) -> tuple[State, str]:
    match sent.state:
        case SentState.ACKNOWLEDGED:
            return _at_the_centre(message, own=own)
        case SentState.REFUSED | SentState.FAILED:
            return "failed", answers(sent).partition(": ")[2]
        case SentState.GIVEN_UP:
            return "failed", _GIVEN_UP
    return "sending", _ON_ITS_WAY[sent.state]


def _at_the_centre(message: MtMessage | None, *, own: bool) -> tuple[State, str]:
    if message is None:
        return "at the SC", "" if own else "what becomes of it there nobody sees: it is not the lab's"
    match message.state:
        case MtState.DELIVERED:
            return "delivered", ""
        case MtState.FAILED | MtState.EXPIRED | MtState.DELETED:
            return "failed", _OVER.get(message.state) or _in_words(message.outcome)
        case MtState.WAITING:
            return "at the SC", f"it waits there: {_in_words(message.outcome)}"
    return "at the SC", "it is being delivered" if message.state is MtState.ATTEMPTING else "it is queued"


def _in_words(outcome: str) -> str:
    """What the SC was told, with a sentence of the table of causes where that has one."""
    names = (word.strip(":;,") for word in reversed(outcome.split()))
    sentence = next((Cause[name].sentence for name in names if name in Cause.__members__), "")
    return f"{sentence} ({in_names(outcome)})" if sentence else in_names(outcome)


def _taken(received: Received) -> tuple[State, str]:
    kind, _, detail = received.answer.partition(" ")
    match kind:
        case "ack" | "text":
            return "received", ""
        case "error":
            words = _CAUSES.get(int(detail), "")
            return "refused", f"the phone has answered RP-ERROR {detail}{words and f' ({words})'}"
        case "status":
            return "refused", f"the phone has answered SIP {detail}"
    return "refused", "the phone has sent no delivery report"


def _of_status(status: int | None) -> tuple[State, str]:
    if status is None:
        return "sending", "no answer yet"
    return ("delivered", "") if status < 300 else ("failed", f"SIP {status}")
