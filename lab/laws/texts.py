"""What the laws say of plain text: the short messages that it is on the other side (RFC 3428, TS 23.040)."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from ipsmgw.sms import Address, DecodeError, Direction, Submit, compose, concatenation, decode, read
from ipsmgw.sms import text as text_of
from lab.elements.phone_ledger import Received, Text
from lab.laws.evidence import GATEWAY, Evidence

__all__ = [
    "Piece",
    "has",
    "piece_of",
    "pieces",
    "texts_are_charged",
    "texts_are_sent_once",
    "texts_are_taken",
]

_ACCEPTED = 202


class Piece(NamedTuple):
    """One short message of a text; not its references, which the gateway draws."""

    to: str
    number: int
    text: str


def pieces(text: Text) -> list[Piece]:
    """What a text becomes."""
    to = Address.international(text.to)
    submits = (
        Submit.of(0, to, udl=part.udl, ud=part.ud, dcs=part.dcs, udhi=part.udhi)
        for part in compose(text.text, wide=True)
    )
    return [piece for submit in submits if (piece := piece_of(submit.encode())) is not None]


def piece_of(octets: bytes) -> Piece | None:
    """Which piece an SMS-SUBMIT would be."""
    try:
        tpdu = decode(octets, direction=Direction.FROM_UE)
    except DecodeError:
        return None
    content = read(tpdu)
    if not isinstance(tpdu, Submit) or content is None:
        return None
    place = concatenation(content.header)
    return Piece(tpdu.tp_da.text, place.sequence if place else 0, content.text or "")


def has(received: Received, tpdu: bytes) -> bool:
    """Whether the phone has taken what is in this TPDU, with an RP-ACK or as text."""
    if received.answer == "ack":
        return received.tpdu == tpdu
    if received.answer != "text":
        return False
    try:
        return received.text == text_of(decode(tpdu, direction=Direction.TO_UE))
    except DecodeError:
        return False


def texts_are_taken(evidence: Evidence) -> Iterator[str]:
    """Law 3: 202 says that the SC has every piece, and that all records are on disk (RFC 3428 §7)."""
    for name, text in evidence.texts():
        if text.status != _ACCEPTED:
            continue
        wanted = pieces(text)
        taken = _taken(evidence, name)
        if any(piece not in taken for piece in wanted):
            yield f"{name} was told that the SC has text {text.call_id}, which it has not"
        answers = [
            sip.pdu.when
            for sip in evidence.by_call[text.call_id]
            if sip.status == _ACCEPTED and sip.pdu.source == GATEWAY
        ]
        written = [
            record.durable
            for record in evidence.mo_records[text.call_id]
            if record.cdr.outcome == "delivered"
        ]
        if (
            answers
            and evidence.own_gateway
            and sum(durable <= min(answers) for durable in written) < len(wanted)
        ):
            yield f"the answer to text {text.call_id} left the gateway before its records were on disk"


def texts_are_sent_once(evidence: Evidence) -> Iterator[str]:
    """Law 4: the SC gets no piece more often than it was submitted."""
    for name in evidence.carrier.ledgers:
        allowed: Counter[Piece] = Counter()
        for whose, text in evidence.texts():
            if whose == name:
                allowed.update(dict.fromkeys(pieces(text), evidence.submissions(text)))
        for piece, times in _taken(evidence, name, answered=False).items():
            if times > allowed[piece] > 0:
                yield f"the SC got a piece of a text of {name} {times} times"


def texts_are_charged(evidence: Evidence) -> Iterator[str]:
    """Law 8: a record for each short message that a text has become, and for nothing else."""
    for name, text in evidence.texts():
        records, wanted = len(evidence.mo_records[text.call_id]), len(pieces(text))
        if records > wanted * evidence.submissions(text):
            yield f"{name}'s text {text.call_id} has {records} charging records"
        crashed = evidence.crashes(GATEWAY, text.when, evidence.mo_ends_by(text))
        if 0 < records < wanted and not crashed:
            yield f"{name}'s text {text.call_id} has {records} charging records of {wanted}"


def _taken(evidence: Evidence, phone: str, *, answered: bool = True) -> Counter[Piece]:
    """What the SC has of a phone, or has at least been sent."""
    msisdn = evidence.carrier.plan.subscriber(phone).msisdn
    return Counter(
        piece
        for mo in evidence.carrier.sc_data.mo
        if mo.oa == msisdn and (mo.answer == "result" or not answered)
        and (piece := piece_of(mo.tpdu)) is not None
    )  # fmt: skip
