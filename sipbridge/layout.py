"""Layouts: a peer writes the same header fields in the same order, and one expression reads them all.

A layout is learned from messages that the general parser has read, and reads what that parser would read;
what does not fit goes to the general parser. Learning takes a while, so it is done for few layouts only.
"""

import re

from sipbridge.header import KNOWN, METHOD, READ, SPELLED
from sipbridge.message import Message, checked_body, parse
from sipbridge.settings import Limits

__all__ = ["Layout", "Layouts"]

_MOST_LAYOUTS = 64
_MOST_OF_A_PEER = 4
_MOST_LINES = 48
_LONGEST_NAMES = 1_024  # octets in all
_REQUEST_LINE = METHOD + rb" ([^ \r\n]+) SIP/2\.0\r\n"
_READ, _PASSED = rb": ([^\r]*)\r\n", rb": [^\r]*\r\n"
_CSEQ = rb": ([0-9]{1,10} \1)\r\n"  # of the method above (RFC 3261 §8.1.1.5)

Peer = tuple[str, int]


class Layout:
    """The names of the header lines of a request as they are spelled, in order; values and body may be
    anything.
    """

    def __init__(self, spelled: tuple[bytes, ...]) -> None:
        names = [SPELLED[name] for name in spelled]
        lines = b"".join(map(_line, spelled))
        self._match = re.compile(_REQUEST_LINE + lines + rb"\r\n").match
        read = [name for name in names if name in READ]
        self._reversed = read[::-1]
        self._blank = dict.fromkeys(self._reversed, b"")
        self._ends = len(names) - 1
        first = read.index(b"Via")
        self._vias = slice(2 + first, 2 + first + read.count(b"Via"))
        self._as_written = KNOWN.issuperset(spelled)

    def read(self, data: bytes) -> Message | None:
        """The message, None where it has another layout."""
        found = self._match(data)
        if found is None:
            return None
        end = found.end()
        head = data[found.end(2) + 10 : end - 4]
        # A bare LF is no line end to all who read this. Taken out they are told faster than by count.
        if len(head) - len(head.replace(b"\n", b"")) != self._ends:
            return None
        values = found.groups()
        fields = self._blank.copy()  # so that it need not grow
        # Of several, the first stays.
        fields.update(zip(self._reversed, values[:1:-1]))  # noqa: B905 - the argument costs as much as 3 fields
        body = data[end:]
        if fields.get(b"Content-Length") != b"%d" % len(body):
            body = checked_body(body, fields)
        vias, as_written = values[self._vias], self._as_written
        return Message(values[0], values[1], 0, b"", fields, head, vias, body, False, as_written)


def _line(spelled: bytes) -> bytes:
    """What reads a header line."""
    name = SPELLED[spelled]
    return re.escape(spelled) + (_CSEQ if name == b"CSeq" else _READ if name in READ else _PASSED)


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
        if len(layouts) < _MOST_OF_A_PEER and not (message.repeated or message.status):
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
        known, vias = self._known, len(message.vias)
        # Either is cheap, and tells the layout but for the place of further Via lines.
        names = tuple(message.fields) if message.as_written else _spelled(message.head)
        if (vias, names) not in known:
            if names and len(known) < _MOST_LAYOUTS and len(names) + vias <= _MOST_LINES:
                known[vias, names] = None
            return
        layout = known[vias, names]
        if layout is None:
            spelled = _spelled(message.head)
            if not _in_one_block(spelled, vias):
                return
            layout = known[vias, names] = Layout(spelled)
        of_peer = self._of_peer
        if layout not in of_peer.get(peer, ()) and len(of_peer) < self._limits.cached_addresses:
            of_peer.setdefault(peer, []).append(layout)


def _spelled(head: bytes) -> tuple[bytes, ...]:
    """The names of the header lines as they are; none where lines are folded or otherwise odd."""
    if b"\r\n " in head or b"\r\n\t" in head:
        return ()
    names = tuple([line.partition(b": ")[0] for line in head.split(b"\r\n")])
    odd = b"" in map(SPELLED.__getitem__, names)  # as where a colon stands without space
    return () if odd or sum(map(len, names)) > _LONGEST_NAMES else names


def _in_one_block(spelled: tuple[bytes, ...], vias: int) -> bool:
    """Whether nothing stands between the Via lines."""
    names = [SPELLED[name] for name in spelled]
    first = names.index(b"Via")
    return names[first : first + vias] == [b"Via"] * vias
