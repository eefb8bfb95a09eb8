"""The delivery receipt that rides in a deliver_sm: as text and as TLVs (SMPP v3.4 appendix B, §5.3.2)."""

import re
from typing import NamedTuple, Self

from ipsmgw.smpp.codes import MessageState, Tag
from ipsmgw.smpp.fields import Tlv
from ipsmgw.smpp.pdu import DeliverSm

__all__ = ["NetworkError", "Receipt"]

# Appendix B: a typical example, of a format that is the vendor's own; so each field is found by its name.
_FIELD = re.compile(r"(?:^|\s)(id|sub|dlvrd|submit date|done date|stat|err):(\S*)", re.IGNORECASE | re.ASCII)
_SHORT_MESSAGE = re.compile(r"(?:^|\s)text:", re.IGNORECASE)
_STATES = {state.word[:5]: state for state in MessageState}
"""Some vendors write DELIVERED."""
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
        found = _fields(pdu.short_message or pdu.tlv(Tag.MESSAGE_PAYLOAD) or b"")
        id_, state = pdu.tlv(Tag.RECEIPTED_MESSAGE_ID) or b"", _state(pdu, found.get("stat", ""))
        message_id = id_.rstrip(b"\0").decode("latin-1") or found.get("id", "")
        if not message_id or state is None:
            return None
        return cls(
            message_id=message_id,
            state=state,
            submitted=found.get("submit date", ""),
            done=found.get("done date", ""),
            error=_number(found, "err", 0),
            text=found["text"],
            parts=_number(found, "sub", 1),
            delivered=_number(found, "dlvrd", 0),
        )


def _state(pdu: DeliverSm, word: str) -> MessageState | None:
    """By its TLV, or by a word, which may be nobody's but the vendor's."""
    said = pdu.number(Tag.MESSAGE_STATE)
    if said is not None and said in set(MessageState):
        return MessageState(said)
    return _STATES.get(word[:5].upper(), MessageState.UNKNOWN) if word else None


def _fields(octets: bytes) -> dict[str, str]:
    """What stands in the text of a receipt, by its names in small letters."""
    head, *shown = _SHORT_MESSAGE.split(octets.decode("latin-1"), 1)
    return {name.lower(): value for name, value in _FIELD.findall(head)} | {"text": "".join(shown)}


def _number(found: dict[str, str], name: str, otherwise: int) -> int:
    value = found.get(name, "")
    return int(value) if value.isdecimal() else otherwise
