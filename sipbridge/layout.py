"""Layouts: a peer writes the same header fields in the same order, and one expression reads them all.

A layout is learned from messages that the general parser has read, and reads what that parser would read;
what does not fit goes to the general parser. Learning takes a while, so it is done for few layouts only.
"""

import re

from sipbridge.header import METHOD, READ
from sipbridge.message import Message, checked_body, checked_cseq, parse
from sipbridge.settings import Limits

__all__ = ["Layout", "Layouts"]

_MOST_LAYOUTS = 64
_MOST_OF_A_PEER = 4
_MOST_LINES = 48
_REQUEST_LINE = METHOD + rb" ([^ \n]+) SIP/2\.0\r\n"
_READ, _PASSED = rb": (.*)\r\n", rb": .*\r\n"

Peer = tuple[str, int]


class Layout:
    """The names of the header lines of a request, in order; values and body may be anything."""

    def __init__(self, names: tuple[bytes, ...]) -> None:
        lines = b"".join(re.escape(name) + (_READ if name in READ else _PASSED) for name in names)
        self._match = re.compile(_REQUEST_LINE + lines + rb"\r\n").match
        read = [name for name in names if name in READ]
        self._reversed = read[::-1]
        self._ends = len(names) + 2
        first = read.index(b"Via")
        self._vias = slice(2 + first, 2 + first + read.count(b"Via"))

    def read(self, data: bytes) -> Message | None:
        """The message, None where it has another layout."""
        found = self._match(data)
        if found is None:
            return None
        end = found.end()
        if data.count(b"\r", 0, end) != self._ends:  # a bare CR is no line end to all who read this
            return None
        values = found.groups()
        method, uri = values[0], values[1]
        fields = dict(zip(self._reversed, values[:1:-1], strict=False))  # of several, the first stays
        body = checked_body(data[end:], fields)
        checked_cseq(fields[b"CSeq"], method)
        head = data[found.end(2) + 10 : end - 4]
        return Message(method, uri, 0, b"", fields, head, values[self._vias], body)


class Layouts:
    """The layouts of an element's peers; of those of a peer the one that fitted last is tried first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: dict[tuple[int, tuple[bytes, ...]], Layout | None] = {}
        self._of_peer: dict[Peer, list[Layout]] = {}

    @property
    def learned(self) -> tuple[int, int]:
        """The most layouts of a peer, and how many have been seen at all."""
        return max(map(len, self._of_peer.values()), default=0), len(self._known)

    def parse(self, data: bytes, peer: Peer) -> Message:
        """As `sipbridge.message.parse`."""
        layouts = self._of_peer.get(peer)
        if layouts is None:
            layouts = []
        elif len(data) <= self._limits.message:
            message = layouts[0].read(data) or self._read_by_another(layouts, data)
            if message is not None:
                return message
        message = parse(data, self._limits)
        if len(layouts) < _MOST_OF_A_PEER and message.as_written and not (message.repeated or message.status):
            self._learn(message, peer)
        return message

    def _read_by_another(self, layouts: list[Layout], data: bytes) -> Message | None:
        """The layout that fits comes to the front: more of its kind will follow."""
        for place in range(1, len(layouts)):
            message = layouts[place].read(data)
            if message is not None:
                layouts.insert(0, layouts.pop(place))
                return message
        return None

    def _learn(self, message: Message, peer: Peer) -> None:
        """What comes for the second time is worth an expression."""
        known, vias, names = (
            self._known,
            len(message.vias),
            tuple(message.fields),
        )  # each name once, backwards
        if (vias, names) not in known:
            if len(known) < _MOST_LAYOUTS and len(names) + vias <= _MOST_LINES:
                known[vias, names] = None
            return
        layout = known[vias, names]
        if layout is None:
            names = tuple([line.partition(b": ")[0] for line in message.lines])
            if not _in_one_block(names, vias):
                return
            layout = known[vias, tuple(message.fields)] = Layout(names)
        of_peer = self._of_peer
        if layout not in of_peer.get(peer, ()) and len(of_peer) < self._limits.cached_addresses:
            of_peer.setdefault(peer, []).append(layout)


def _in_one_block(names: tuple[bytes, ...], vias: int) -> bool:
    """Whether nothing stands between the Via lines."""
    first = names.index(b"Via")
    return names[first : first + vias] == (b"Via",) * vias
