"""SCLC, the connectionless control: which messages carry user data (Q.714 §4.1)."""

from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType, encode
from mapstack.sccp.segmentation import long_segments, segments
from mapstack.sccp.settings import Messages, SccpSettings

__all__ = ["Composing"]

_MAX_DATA = 255  # Q.713 §4.10: one length octet
_MAX_LONG_DATA = 3952  # Q.713 §4.20
_REFERENCES = 0xFFFFFF  # Q.713 §3.17: three octets


class Composing:
    """Makes messages, with a local reference for each that has to be cut."""

    def __init__(self, settings: SccpSettings, first_reference: int) -> None:
        self._settings = settings
        self._local_reference = first_reference
        extended = settings.messages is Messages.XUDT
        self._short = SccpMessageType.XUDT if extended else SccpMessageType.UDT
        # A parameter after the data, or a length of two octets, is nothing that a head can stand before.
        self.has_heads = settings.messages is not Messages.LUDT and not (
            extended and settings.importance is not None
        )

    def head(self, message: SccpMessage) -> tuple[bytes, int]:
        """All that stands before the length of the user data, and how much of them fits."""
        head = encode(message._replace(kind=self._short, data=b"", importance=None))[:-1]
        return head, min(_MAX_DATA, self._settings.max_message - len(head) - 1)

    def octets(self, message: SccpMessage) -> list[bytes] | ReturnCause:
        """The messages that carry the data, whatever its size, or why there are none."""
        if self._settings.messages is Messages.LUDT:
            return self._long(message._replace(kind=SccpMessageType.LUDT))
        if len(message.data) <= _MAX_DATA:
            whole = encode(message._replace(kind=self._short))
            if len(whole) <= self._settings.max_message:
                return [whole]
        if self._settings.messages is Messages.UDT:
            return ReturnCause.SEGMENTATION_NOT_SUPPORTED
        message = message._replace(kind=SccpMessageType.XUDT)
        cut = segments(message, self._settings.max_message, self._next_reference())
        return cut or ReturnCause.SEGMENTATION_FAILURE

    def _long(self, message: SccpMessage) -> list[bytes] | ReturnCause:
        most = self._settings.max_long_message
        if len(message.data) <= _MAX_LONG_DATA:
            whole = encode(message)
            if len(whole) <= most:
                return [whole]
        return long_segments(message, most, self._next_reference()) or ReturnCause.SEGMENTATION_FAILURE

    def _next_reference(self) -> int:
        self._local_reference = self._local_reference + 1 & _REFERENCES
        return self._local_reference
