"""Short messages that follow each other in one dialogue: moreMessagesToSend (TS 29.002 §12.9.3, §23.3)."""

from collections import deque
from typing import NamedTuple

from ipsmgw.identity import Msisdn
from lab.elements.delivery_outcome import Way
from mapstack import MapStack
from mapstack.map import AddressString, MtForwardSmArg

__all__ = ["Lines", "Names"]


class _Line(NamedTuple):
    """A dialogue with the first of these ways, for the next message to the same subscriber."""

    dialogue: int
    imsi: str
    ways: deque[Way]


class Lines:
    """What an SMS-GMSC keeps open between two messages."""

    def __init__(self, stack: MapStack) -> None:
        self._stack = stack
        self._of: dict[Msisdn, _Line] = {}

    def keep(self, to: Msisdn, dialogue: int, imsi: str, ways: deque[Way]) -> None:
        """If the node has left it open: not every one can do this."""
        if self._stack.is_open(dialogue):
            self._of[to] = _Line(dialogue, imsi, ways.copy())

    def take(self, to: Msisdn) -> _Line | None:
        """The next message goes there."""
        return self._of.pop(to, None)

    def hang_up(self, to: Msisdn, now: float) -> None:
        """No message has followed."""
        line = self._of.pop(to, None)
        if line is not None:
            self._stack.close(line.dialogue, now)


class Names:
    """What a serving node remembers between two messages: whom they are for, and of which SC."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[str, AddressString | None]] = {}

    def read(self, dialogue: int, arg: MtForwardSmArg) -> tuple[str, AddressString | None]:
        """IMSI and service centre, as this message names them or the one before did."""
        imsi, centre = arg.sm_rp_da.imsi or "", arg.sm_rp_oa.service_centre_address_oa
        before = self._of.pop(dialogue, None)
        if before is not None:
            imsi = before[0] if arg.sm_rp_da.no_sm_rp_da else imsi
            centre = before[1] if arg.sm_rp_oa.no_sm_rp_oa else centre
        if arg.more_messages_to_send:
            self._of[dialogue] = imsi, centre
        return imsi, centre

    def forget(self, dialogue: int) -> None:
        """No more come in it."""
        self._of.pop(dialogue, None)
