"""mt-ForwardSM of ours to the SGSN or MSC of a subscriber (TS 29.002 §12.9, §23.3.7)."""

from msgspec import Struct

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core
from ipsmgw.map_error import cause_of, error_of
from ipsmgw.procedures.decision import ForwardMt
from ipsmgw.procedures.routing import Ending
from ipsmgw.stacks import MSC, SGSN
from mapstack import Answered, DialogueLost, Gt, Refused, SccpAddress
from mapstack.map import (
    MT_FORWARD_SM,
    ErrorCode,
    MapError,
    MtForwardSmRes,
    following,
)

__all__ = ["ServingNodes"]

_SSN = {"ps": SGSN, "cs": MSC}


class _Line(Struct, frozen=True, gc=False):
    """A dialogue with a node that stays open for the next message of the same SMS-GMSC."""

    node: tuple[str, str]
    dialogue: int


class ServingNodes:
    """Attempts by our own dialogue, and lines by the SMS-GMSC's."""

    def __init__(self, core: Core) -> None:
        self._map = core.map
        self._attempts: dict[int, str] = {}
        self._of: dict[str, int] = {}
        self._lines: dict[int, _Line] = {}

    def __len__(self) -> int:
        return len(self._attempts) + len(self._lines)

    @property
    def trying(self) -> int:
        """Attempts that have not ended."""
        return len(self._attempts)

    def forward(self, message: str, gmsc: int, action: ForwardMt, now: float) -> None:
        """The message of this name, which came in this dialogue of an SMS-GMSC."""
        node = action.domain, action.node
        line = self._lines.pop(gmsc, None)
        if line is not None and line.node == node and self._map.is_open(line.dialogue):
            dialogue = line.dialogue
            self._map.invoke_in(dialogue, MT_FORWARD_SM, following(action.arg), now)
        else:
            self._close(line, now)
            called = SccpAddress(Gt(action.node), _SSN[action.domain])
            dialogue = self._map.invoke(MT_FORWARD_SM, called, action.arg, now)
        self._attempts[dialogue] = message
        self._of[message] = dialogue
        if action.arg.more_messages_to_send:
            self._lines[gmsc] = _Line(node, dialogue)

    def answered(self, event: Answered | Refused | DialogueLost) -> tuple[str, Ending] | None:
        """Which message has ended there, and how; None: it is about none."""
        message = self._attempts.pop(event.dialogue, None)
        if message is None:
            return None
        del self._of[message]
        return message, _ending(event)

    def give_up(self, message: str, now: float) -> Ending:
        """Its time is up: whatever the node says from now on is too late."""
        dialogue = self._of.pop(message, None)
        if dialogue is not None:
            del self._attempts[dialogue]
            if self._map.is_open(dialogue):
                self._map.abort(dialogue, now)
        return _failed(Cause.NETWORK_OUT_OF_ORDER)

    def end(self, gmsc: int, now: float) -> None:
        """The SMS-GMSC sends no more in its dialogue."""
        self._close(self._lines.pop(gmsc, None), now)

    def _close(self, line: _Line | None, now: float) -> None:
        """One in which an answer is still awaited ends with that."""
        if line is not None and line.dialogue not in self._attempts and self._map.is_open(line.dialogue):
            self._map.close(line.dialogue, now)


def _ending(event: Answered | Refused | DialogueLost) -> Ending:
    if type(event) is Answered:
        result = event.result
        return Ending("delivered", sm_rp_ui=result.sm_rp_ui if type(result) is MtForwardSmRes else None)
    if type(event) is Refused:
        error = _in_newest(event.error)
        return Ending(cause_of(error).cdr, error)
    return _failed(Cause.NETWORK_OUT_OF_ORDER)


def _in_newest(error: MapError) -> MapError:
    """What a node of an older version says, for an SMS-GMSC of any; another error is a failure."""
    if error.code in MT_FORWARD_SM.errors:
        return error
    absent = error.code == ErrorCode.ABSENT_SUBSCRIBER
    return MapError(ErrorCode.ABSENT_SUBSCRIBER_SM) if absent else error_of(Cause.SYSTEM_FAILURE)


def _failed(cause: Cause) -> Ending:
    return Ending(cause.cdr, error_of(cause))
