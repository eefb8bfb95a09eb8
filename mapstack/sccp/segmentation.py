"""Segmenting and reassembly of messages that do not fit (Q.714 §4.1.1)."""

from typing import NamedTuple

from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType, Segmentation, encode
from mapstack.timers import Fifo

__all__ = ["MAX_SEGMENTS", "Discarded", "Reassembler", "Received", "long_segments", "segments"]

MAX_SEGMENTS = 16  # Q.714 §4.1.1: 4 bits of remaining segments
_MAX_SEGMENT = 251  # together with the addresses: the pointer to the optional part reaches no further
# Type, class, hop counter and pointers; the lengths of three parts; the segmentation parameter.
_OVERHEAD = 7 + 3 + 6
_MAX_LONG_SEGMENT = 3952  # Q.713 §4.20
_ROUTE_ON_SSN, _TITLE = 0x40, 0x3C  # Q.713 §3.4.1
_IN_SEQUENCE, _FIRST = 0x40, 0x80  # Q.713 §3.17


def segments(message: SccpMessage, max_message: int, local_reference: int) -> list[bytes]:
    """The XUDTs that carry `message` in sizes that fit; none if more than 16 would be needed."""
    called, calling, data = message.called, message.calling, message.data
    both = len(called) + len(calling)
    tail = b"\0" if message.importance is None else b"\x12\1%c\0" % message.importance
    room = min(_MAX_SEGMENT, max_message - _OVERHEAD - len(tail)) - both
    if room <= 0 or len(data) > MAX_SEGMENTS * room:
        return []
    # Q.714 §4.1.1.2: segments travel in class 1, whatever the user asked for
    octet = 0x81 if message.return_option else 0x01
    pointers = (4, 4 + len(called), 4 + both)
    head = bytes((SccpMessageType.XUDT, octet, message.hop_counter, *pointers))
    addresses = b"%c%b%c%b" % (len(called), called, len(calling), calling)
    reference = local_reference.to_bytes(3, "little")
    flags = _IN_SEQUENCE if message.protocol_class else 0
    last = (len(data) - 1) // room
    octets: list[bytes] = []
    for index in range(last + 1):
        part = data[index * room : (index + 1) * room]
        place = flags | last - index | (0 if index else _FIRST)
        end = both + len(part) + 4
        octets.append(
            b"%b%c%b%c%b\x10\4%c%b%b" % (head, end, addresses, len(part), part, place, reference, tail)
        )
    return octets


def long_segments(message: SccpMessage, max_message: int, local_reference: int) -> list[bytes]:
    """The same with LUDTs."""
    overhead = len(encode(message._replace(data=b"", segmentation=Segmentation(True, True, 0, 0))))
    room = min(_MAX_LONG_SEGMENT, max_message - overhead)
    if room <= 0 or len(message.data) > MAX_SEGMENTS * room:
        return []
    in_sequence = message.protocol_class == 1
    last = (len(message.data) - 1) // room
    return [
        encode(
            message._replace(
                data=message.data[index * room : (index + 1) * room],
                protocol_class=1,
                segmentation=Segmentation(index == 0, in_sequence, last - index, local_reference),
            )
        )
        for index in range(last + 1)
    ]


class Received(NamedTuple):
    """A message with where it came from."""

    message: SccpMessage
    opc: int
    sls: int


class Discarded(NamedTuple):
    """A segment that will not become part of a message, and why."""

    received: Received
    cause: ReturnCause


_Peer = tuple[bytes, int]
_Key = tuple[bytes, int, int]


class _Reassembly:
    """One message under way: its segments by how many of them remain."""

    __slots__ = ("parts", "received", "remaining")

    def __init__(self, received: Received) -> None:
        self.received = received
        """What goes back when the rest stays away: the first segment, or what came before it."""
        self.parts: dict[int, bytes] = {}
        self.remaining: int | None = None
        """After the first segment; None: it has not come yet."""

    def add(self, received: Received, place: Segmentation) -> bool:
        """Take a segment in; False where it cannot be one of this message. One that comes twice is."""
        remaining, data = place.remaining, received.message.data
        if place.first:
            if max(self.parts, default=0) > remaining or self.remaining not in (None, remaining):
                return False
            self.received, self.remaining = received, remaining
        elif self.remaining is not None and remaining >= self.remaining:
            return False
        return self.parts.setdefault(remaining, data) == data

    @property
    def data(self) -> bytes | None:
        """All of it; None while a segment is missing."""
        if self.remaining is None or len(self.parts) <= self.remaining:
            return None
        return b"".join(self.parts[each] for each in range(self.remaining, -1, -1))


class Reassembler:
    """Messages under way, by calling address and local reference (Q.714 §4.1.1.3).

    A calling address that is only a subsystem is completed by where the message comes from. Segments may
    overtake each other: class 1 keeps them in sequence, but not where an STP takes its associations in turn.
    """

    __slots__ = ("_limit", "_limit_of_peer", "_of_peer", "_open", "_timers")

    def __init__(self, *, timeout: float, limit: int, limit_of_peer: int | None = None) -> None:
        self._open: dict[_Key, _Reassembly] = {}
        self._timers: Fifo[_Key] = Fifo(timeout)
        self._limit = limit
        self._limit_of_peer = limit if limit_of_peer is None else limit_of_peer
        self._of_peer: dict[_Peer, int] = {}

    def __len__(self) -> int:
        return len(self._open)

    def accept(self, received: Received, place: Segmentation, now: float) -> bytes | Discarded | None:
        """Take a segment in: the whole data if none is missing now, None if one is, or what is discarded."""
        if place.first and not place.remaining:
            return received.message.data
        calling = received.message.calling
        title = calling[0] & _TITLE and not calling[0] & _ROUTE_ON_SSN  # else it is completed by the OPC
        key = calling, 0 if title else received.opc, place.local_reference
        reassembly = self._open.get(key)
        if reassembly is None:
            return self._begin(key, received, place, now)
        if not reassembly.add(received, place):
            self._forget(key)
            if not place.first:
                return Discarded(received, ReturnCause.ERROR_IN_MESSAGE_TRANSPORT)
            self._begin(key, received, place, now)  # the reference is used again: for a message that counts
            return Discarded(reassembly.received, ReturnCause.ERROR_IN_MESSAGE_TRANSPORT)
        data = reassembly.data
        if data is not None:
            self._forget(key)
        return data

    def expire(self, now: float) -> list[Discarded]:
        """Segments of messages whose rest did not come in time."""
        return [
            Discarded(self._forget(key).received, ReturnCause.ERROR_IN_MESSAGE_TRANSPORT)
            for key in self._timers.due(now)
        ]

    @property
    def soonest(self) -> float:
        """The soonest end of T(reass)."""
        return self._timers.soonest

    def _begin(self, key: _Key, received: Received, place: Segmentation, now: float) -> Discarded | None:
        peer = key[:2]
        count = self._of_peer.get(peer, 0)
        if len(self._open) >= self._limit or count >= self._limit_of_peer:
            return Discarded(received, ReturnCause.DESTINATION_CANNOT_REASSEMBLE)
        reassembly = self._open[key] = _Reassembly(received)
        reassembly.add(received, place)
        self._of_peer[peer] = count + 1
        self._timers.add(key, now)
        return None

    def _forget(self, key: _Key) -> _Reassembly:
        peer = key[:2]
        self._of_peer[peer] -= 1
        if not self._of_peer[peer]:
            del self._of_peer[peer]
        self._timers.discard(key)
        return self._open.pop(key)
