"""The delivery receipt that rides in a deliver_sm: as text and as TLVs (SMPP v3.4 appendix B, §5.3.2)."""

import re
from typing import NamedTuple, Self

from ipsmgw.smpp.codes import MessageState, Tag
from ipsmgw.smpp.fields import Tlv
from ipsmgw.smpp.pdu import DeliverSm

__all__ = ["NetworkError", "Receipt"]

_TEXT = re.compile(
    r"id:(?P<id>\S+) sub:(?P<sub>\d{3}) dlvrd:(?P<dlvrd>\d{3}) submit date:(?P<submit>\d{10,12})"
    r" done date:(?P<done>\d{10,12}) stat:(?P<stat>[A-Z]{7}) err:(?P<err>\w{1,3})(?: text:(?P<text>.*))?",
    re.DOTALL | re.IGNORECASE,
)
_STATES = {state.word: state for state in MessageState}
_SHOWN = 20  # characters of the message that a receipt repeats


class NetworkError(NamedTuple):
    """network_error_code (§5.3.2.31)."""

    network: int
    code: int

    @classmethod
    def gsm(cls, code: int) -> Self:
        """Of a GSM network."""
        return cls(3, code)

    def encode(self) -> bytes:
        return bytes((self.network,)) + self.code.to_bytes(2)


class Receipt(NamedTuple):
    """What became of a message; the dates are YYMMDDhhmm."""

    message_id: str
    state: MessageState
    submitted: str
    done: str
    error: int = 0
    text: str = ""
    parts: int = 1
    delivered: int = 0

    def words(self) -> str:
        """The text of appendix B."""
        return (
            f"id:{self.message_id} sub:{self.parts:03} dlvrd:{self.delivered:03}"
            f" submit date:{self.submitted} done date:{self.done} stat:{self.state.word}"
            f" err:{self.error % 1000:03} text:{self.text[:_SHOWN]}"
        )

    def tlvs(self) -> tuple[Tlv, ...]:
        """The same for those who read no text."""
        found = (
            Tlv(Tag.RECEIPTED_MESSAGE_ID, self.message_id.encode("latin-1", "replace") + b"\0"),
            Tlv(Tag.MESSAGE_STATE, bytes((self.state,))),
        )
        if not self.error:
            return found
        return (*found, Tlv(Tag.NETWORK_ERROR_CODE, NetworkError.gsm(self.error).encode()))

    @classmethod
    def of(cls, pdu: DeliverSm) -> Self | None:
        """What a deliver_sm reports; None where it is no receipt. TLVs count for more than the text."""
        found = _TEXT.match(pdu.short_message.decode("latin-1"))
        id_, state = pdu.tlv(Tag.RECEIPTED_MESSAGE_ID), pdu.number(Tag.MESSAGE_STATE)
        known = state in set(MessageState)
        if found is None:
            if id_ is None or state is None or not known:
                return None
            return cls(id_.rstrip(b"\0").decode("latin-1"), MessageState(state), "", "")
        return cls(
            message_id=id_.rstrip(b"\0").decode("latin-1") if id_ else found["id"],
            state=MessageState(state) if state and known else _STATES.get(found["stat"].upper(), _UNKNOWN),
            submitted=found["submit"],
            done=found["done"],
            error=int(found["err"]) if found["err"].isdecimal() else 0,
            text=found["text"] or "",
            parts=int(found["sub"]),
            delivered=int(found["dlvrd"]),
        )


_UNKNOWN = MessageState.UNKNOWN
