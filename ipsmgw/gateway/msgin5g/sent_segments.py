"""Segments that have gone to the server, in case it asks for one again (TS 23.554 §8.5.4)."""

from collections import OrderedDict

from msgin5g_bridge.message import Message, SegmentConfirmation, SegmentRecovery

__all__ = ["SentSegments"]

_Set = tuple[str, str]


class SentSegments:
    """The last `most` messages that went in segments; a crash forgets them, and the sender sends again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._sets: OrderedDict[_Set, dict[int, Message]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sets)

    def note(self, message: Message) -> None:
        """It goes to the server now."""
        params = message.seg_params
        if not params or not isinstance(params.seg_numb, int):
            return
        key = message.ori_addr.addr, params.seg_id or ""
        self._sets.setdefault(key, {})[params.seg_numb] = message
        self._sets.move_to_end(key)
        if len(self._sets) > self._most:
            self._sets.popitem(last=False)

    def wanted(self, recovery: SegmentRecovery) -> list[Message]:
        """Those that are asked for, as far as they have been sent."""
        held = self._sets.get((recovery.dest_addr.addr, recovery.seg_id), {})
        return [held[number] for number in recovery.seg_numbs if number in held]

    def forget(self, confirmation: SegmentConfirmation) -> None:
        """The server has them all."""
        self._sets.pop((confirmation.dest_addr.addr, confirmation.seg_id), None)
