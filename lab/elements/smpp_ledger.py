"""What the SM-SC keeps of its ESMEs: what they submitted, and what waits for them (TS 23.040 §3.1)."""

from collections import deque
from dataclasses import dataclass, field

from ipsmgw.smpp import MessageState, Receipts
from ipsmgw.smpp.address import SmppAddress
from ipsmgw.smpp.pdu import DeliverSm
from lab.elements.sc_ledger import MtMessage, MtState
from mapstack.map import ErrorCode

__all__ = ["Pushed", "SmppData", "Submission"]

_REJECTED = ("CALL_BARRED", "TELESERVICE_NOT_PROVISIONED")
_STATES = {
    MtState.DELIVERED: MessageState.DELIVERED,
    MtState.EXPIRED: MessageState.EXPIRED,
    MtState.DELETED: MessageState.DELETED,
}


@dataclass(slots=True)
class Submission:
    """One message of an ESME to one destination; `messages` are its parts, once they are in the queue."""

    id: str
    application: str
    service_type: str
    source: SmppAddress
    destination: SmppAddress
    registered: int
    when: float
    validity: float
    tpdus: list[bytes]
    preview: str
    reference: bytes | None = None
    """user_message_reference, which a receipt repeats."""
    begins: float | None = None
    """When it is to be sent, if not at once."""
    messages: list[MtMessage] = field(default_factory=list)
    deleted: bool = False
    """Before it came into the queue."""
    done: float | None = None
    receipted: bool = False

    @property
    def state(self) -> MessageState:
        if self.deleted:
            return MessageState.DELETED
        if not self.messages or not all(message.state.final for message in self.messages):
            return MessageState.ENROUTE
        failed = next((message for message in self.messages if message.state is not MtState.DELIVERED), None)
        if failed is None:
            return MessageState.DELIVERED
        if failed.state is MtState.FAILED and failed.outcome.startswith(_REJECTED):
            return MessageState.REJECTED
        return _STATES.get(failed.state, MessageState.UNDELIVERABLE)

    @property
    def outcome(self) -> str:
        """Of the part that says most of it."""
        return next(
            (message.outcome for message in self.messages if message.state is not MtState.DELIVERED), ""
        )

    @property
    def error(self) -> int:
        """The MAP error that it met, or 0 (§5.2.31: what the SMSC likes)."""
        code = ErrorCode.__members__.get(self.outcome.partition(" ")[0])
        return 0 if code is None else int(code)

    @property
    def wants_receipt(self) -> bool:
        match Receipts.of(self.registered):
            case Receipts.ALWAYS:
                return True
            case Receipts.FAILURE:
                return self.state is not MessageState.DELIVERED
            case _:
                return False


@dataclass(slots=True)
class Pushed:
    """A receipt on its way to an ESME; `answer` is the last command_status, None while there is none."""

    pdu: DeliverSm
    when: float
    expires: float
    attempts: int = 0
    answer: int | None = None


@dataclass(slots=True)
class SmppData:
    """On the disk of the SC."""

    submissions: dict[str, list[Submission]] = field(default_factory=dict)
    """By message_id; a submit_multi has one for each destination."""
    by_message: dict[int, Submission] = field(default_factory=dict)
    """By the id of the message in the queue."""
    receipts: dict[str, deque[Pushed]] = field(default_factory=dict)
    """By application: what it has not taken yet."""
    ids: int = 0
    references: int = 0
