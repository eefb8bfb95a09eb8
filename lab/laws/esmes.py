"""What the laws say of applications: no empty yes, one receipt each, nothing twice (DESIGN §10)."""

from collections import Counter
from collections.abc import Iterator

from ipsmgw.smpp import MessageState, Status
from ipsmgw.smpp.cause import cause_of, state_of
from ipsmgw.smpp.content import short_message
from ipsmgw.smpp.pdu import DataSm, DeliverSm, SubmitSm
from ipsmgw.sms import DecodeError, Deliver, Direction, decode
from lab.elements.esme_ledger import Taken
from lab.elements.sc_ledger import MtMessage, MtState
from lab.elements.smpp_ledger import Submission
from lab.laws.evidence import SC, Evidence

__all__ = ["applications_are_not_misled", "applications_get_all_once", "applications_get_receipts"]

_Content = tuple[str, str, bytes]
"""From whom, to whom, what."""


def applications_are_not_misled(evidence: Evidence) -> Iterator[str]:
    """Law 3: ESME_ROK says that the SC has it."""
    submissions = evidence.carrier.smpp_data.submissions
    for name, ledger in evidence.carrier.esme_ledgers.items():
        for asked in ledger.asked:
            taken = isinstance(asked.pdu, SubmitSm | DataSm) and asked.status == Status.ROK
            if taken and asked.message_id not in submissions:
                yield f"{name} was told that the SC has {asked.message_id!r}, which it has not"


def applications_get_receipts(evidence: Evidence) -> Iterator[str]:
    """Law 1: a message with registered_delivery has one receipt, when it has come to its end."""
    carrier = evidence.carrier
    for several in carrier.smpp_data.submissions.values():
        for submission in several:
            if submission.application in carrier.esme_ledgers:
                yield from _receipt_of(evidence, submission)


def _receipt_of(evidence: Evidence, submission: Submission) -> Iterator[str]:
    name, id_ = submission.application, submission.id
    taken = [
        taken
        for taken in evidence.carrier.esme_ledgers[name].taken
        if taken.receipt is not None
        and taken.receipt.message_id == id_
        and taken.pdu.source_addr == submission.destination.digits
    ]
    queued = sum(
        id_ in pushed.pdu.short_message.decode("latin-1")
        for pushed in evidence.carrier.smpp_data.receipts.get(name, ())
    )
    given_up = (submission.done or 0.0) + evidence.timers.validity <= evidence.carrier.now
    if (
        submission.state.final
        and submission.wants_receipt
        and not (queued or given_up or any(_settled(each) for each in taken))
    ):
        yield f"{name} has no receipt of {id_}, which is {submission.state.name}"
    if taken and not submission.receipted:
        yield f"{name} has a receipt of {id_}, which the SC has not sent"
    if any(each.receipt is not None and each.receipt.state is not submission.state for each in taken):
        yield f"the receipt of {id_} does not say {submission.state.name}"
    if _surplus(evidence, name, taken):
        yield f"{name} got the receipt of {id_} {len(taken)} times"


def applications_get_all_once(evidence: Evidence) -> Iterator[str]:
    """Laws 3 and 4: what the SC calls delivered the application has, as often as it was sent."""
    carrier = evidence.carrier
    for name, ledger in carrier.esme_ledgers.items():
        application = carrier.plan.application(name)
        numbers = application.numbers if application else ()
        got: dict[_Content, list[Taken]] = {}
        for taken in ledger.taken:
            if taken.receipt is None and taken.status == Status.ROK:
                got.setdefault(_of_pdu(taken.pdu), []).append(taken)
        mine = [message for message in carrier.sc_data.mt if message.to in numbers]
        held = Counter(_of_message(message) for message in mine)
        for message in mine:
            if message.state is MtState.DELIVERED and _of_message(message) not in got:
                yield f"the SC calls message {message.id} delivered, which {name} has not"
        for content, several in got.items():
            if _surplus(evidence, name, several, allowed=held[content]):
                yield f"{name} got {len(several)} times what the SC has {held[content]} times"


def _settled(taken: Taken) -> bool:
    """Whether the application has answered so that it is not sent again."""
    if taken.status is None:
        return False
    return not taken.status or state_of(cause_of(taken.status)) is not MessageState.ENROUTE


def _surplus(evidence: Evidence, name: str, taken: list[Taken], *, allowed: int = 1) -> bool:
    """Whether there is more of it than lost answers account for."""
    settled = [each for each in taken if each.status == Status.ROK]
    excused = sum(_answer_lost(evidence, name, each.when) for each in settled)
    return len(settled) - excused > allowed


def _answer_lost(evidence: Evidence, name: str, when: float) -> bool:
    """Whether the session may have ended before the answer was there, or somebody died over it."""
    until = when + evidence.timers.smpp_answer
    cuts = evidence.carrier.ground.cuts()
    cut = any({one, other} == {SC, name} and when <= at <= until for at, one, other in cuts)
    return cut or evidence.was_down(SC, when, until) or evidence.was_down(name, when, until)


def _of_pdu(pdu: DeliverSm) -> _Content:
    return pdu.source_addr, pdu.destination_addr, pdu.short_message


def _of_message(message: MtMessage) -> _Content:
    try:
        tpdu = decode(message.tpdu, direction=Direction.TO_UE)
    except DecodeError:
        return "", message.to, b""
    if not isinstance(tpdu, Deliver):
        return "", message.to, b""
    return tpdu.tp_oa.digits or tpdu.tp_oa.text, message.to, short_message(tpdu).octets
