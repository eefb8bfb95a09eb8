"""What the SM-SC holds: its queue, what each attempt came to, and what its operator may do about it."""

from itertools import islice

import msgspec

from ipsmgw.sms import Deliver, StatusReport, text
from lab.carrier import Carrier
from lab.elements.sc_ledger import Attempt, MtMessage
from lab.web.asking import Refusal
from lab.web.bubbles import tpdu_to_phone
from lab.web.outcome_words import in_names
from lab.web.people import name_of

__all__ = ["AttemptView", "CentreView", "MessageView", "cancel", "centre_view", "retry"]

_MOST = 100


class AttemptView(msgspec.Struct, rename="camel"):
    """One try: when, to which nodes, and how it ended."""

    start: float
    nodes: list[str]
    outcome: str


class MessageView(msgspec.Struct, rename="camel", kw_only=True):
    """One message for a subscriber."""

    id: int
    to: str
    name: str
    """Of his phone, if it is one of the lab's."""
    sender: str
    text: str
    state: str
    outcome: str
    expires: float
    next: float | None
    """When it is tried once more, unless the HLR alerts before."""
    attempts: list[AttemptView]
    held: bool
    """Whether it still waits for its end."""


class CentreView(msgspec.Struct, rename="camel"):
    """GET /api/centre: the last messages, the newest first; `held` is how many wait."""

    own: bool
    held: int
    total: int
    messages: list[MessageView]


def centre_view(carrier: Carrier) -> CentreView:
    """Those that wait, and the last of those that do not."""
    if not carrier.own("smsc"):
        return CentreView(False, 0, 0, [])
    data = carrier.sc_data
    newest = list(islice(reversed(data.mt), _MOST))
    return CentreView(True, data.held, len(data.mt), [_message(carrier, each) for each in newest])


def cancel(carrier: Carrier, number: int) -> None:
    """Its operator deletes a message."""
    message = _of(carrier, number)
    if not carrier.smsc.cancel(message):
        raise Refusal(409, f"message {number} cannot be deleted: it is {message.state.value}")


def retry(carrier: Carrier, number: int) -> None:
    """Its operator has it tried now, as an alert would."""
    message = _of(carrier, number)
    if not carrier.smsc.try_now(message):
        raise Refusal(409, f"message {number} cannot be tried now: it is {message.state.value}")


def _of(carrier: Carrier, number: int) -> MtMessage:
    if not carrier.own("smsc"):
        raise Refusal(409, "the SM-SC is not the lab's")
    found = next((each for each in reversed(carrier.sc_data.mt) if each.id == number), None)
    if found is None:
        raise Refusal(404, f"there is no message {number} in the SM-SC")
    return found


def _message(carrier: Carrier, message: MtMessage) -> MessageView:
    tpdu = tpdu_to_phone(message.tpdu)
    report = isinstance(tpdu, StatusReport)
    words = None if tpdu is None or report else text(tpdu)
    return MessageView(
        id=message.id,
        to=message.to,
        name=name_of(carrier, message.to),
        sender=tpdu.tp_oa.text if isinstance(tpdu, Deliver) else "",
        text="status report" if report else words if words is not None else message.tpdu.hex(" "),
        state=message.state.value,
        outcome=in_names(message.outcome),
        expires=message.expires,
        next=carrier.smsc.next_try(message) if "smsc" not in carrier.down else None,
        attempts=[_attempt(carrier, each) for each in message.attempts],
        held=not message.state.final,
    )


def _attempt(carrier: Carrier, attempt: Attempt) -> AttemptView:
    names: dict[str, str] = {number: node for node, number in carrier.plan.ss7.items()}
    names[carrier.plan.gateway_number] = "ipsmgw"
    nodes = [names.get(each.node, each.node) for each in attempt.forwards]
    return AttemptView(
        attempt.start, nodes, in_names(attempt.outcome.text) if attempt.outcome else "under way"
    )
