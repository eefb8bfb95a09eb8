"""M3UA over TCP: for machines and tests without SCTP; the messages delimit themselves."""

import socket
from collections.abc import Sequence

from mapstack.transport.association import Transport
from mapstack.transport.framing import Framer
from mapstack.transport.line import Wire

__all__ = ["TcpMedium", "TcpTransport", "TcpWire"]

READ_SIZE = 65_536
READ_LIMIT = 262_144


class TcpWire:
    """One TCP connection; all is stream 0."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._framer = Framer()
        self._rest = bytearray()
        self._begun = 0
        """How many octets at its beginning belong to a message of which some have been sent."""

    @property
    def backlog(self) -> int:
        """Octets that wait for the socket."""
        return len(self._rest)

    def read(self) -> tuple[list[tuple[bytes, int]], str]:
        """The messages that are whole."""
        chunks: list[bytes] = []
        size, chunk, reason = 0, b" ", ""
        try:
            while chunk and size < READ_LIMIT:
                chunk = self._socket.recv(READ_SIZE)
                chunks.append(chunk)
                size += len(chunk)
                if len(chunk) < READ_SIZE:
                    break  # the socket is empty: save the call that would say so
        except BlockingIOError:
            pass
        except OSError as error:
            reason = str(error)  # what came before it has come
        messages = [(message, 0) for message in self._framer.feed(b"".join(chunks))]
        if not chunk:
            reason = "the peer closed the connection"
        return messages, self._framer.fault or reason

    def write(self, messages: list[tuple[bytes, int]]) -> None:
        """All in one call; what waits already goes first, when the socket is writable again."""
        data = b"".join([message for message, _ in messages])
        if self._rest:
            self._rest += data
            if messages:
                return
        waiting = self._rest or data
        try:
            sent = self._socket.send(waiting) if waiting else 0
        except BlockingIOError:
            sent = 0
        except OSError:
            self._rest = bytearray(waiting)  # to be given back
            raise
        if self._rest:
            self._begun = _left_of_a_message(self._rest, self._begun, sent)
            del self._rest[:sent]
        elif sent < len(data):
            self._begun = _left_of_a_message(data, 0, sent)
            self._rest += data[sent:]

    def unsent(self) -> list[tuple[bytes, int]]:
        """What the socket has taken no octet of."""
        messages: list[tuple[bytes, int]] = []
        at, rest = self._begun, bytes(self._rest)
        while at < len(rest):
            end = at + _length_at(rest, at)
            messages.append((rest[at:end], 0))
            at = end
        return messages


def _left_of_a_message(waiting: bytes | bytearray, at: int, sent: int) -> int:
    """How much is left of the message that is cut where `sent` octets have gone; one begins at `at`."""
    while at < sent:
        at += _length_at(waiting, at)
    return at - sent


def _length_at(messages: bytes | bytearray, at: int) -> int:
    return int.from_bytes(messages[at + 4 : at + 8])


class TcpMedium:
    """TCP sockets."""

    name = "tcp"
    multi_homed = False

    def open(self) -> socket.socket:
        """A socket to connect or to listen with."""
        opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        opened.setblocking(False)
        return opened

    def bind(self, opened: socket.socket, addresses: Sequence[tuple[str, int]]) -> None:
        """Give a socket its address."""
        opened.bind(addresses[0])

    def begin(self, opened: socket.socket, addresses: Sequence[tuple[str, int]]) -> None:
        """Begin to connect; TCP knows one address."""
        opened.connect_ex(addresses[0])

    def remotes(self, connected: socket.socket) -> list[tuple[str, int]]:
        """The address of the peer."""
        host, port = connected.getpeername()[:2]
        return [(host, port)]

    def wire(self, connected: socket.socket) -> Wire:
        """What runs over a connected one."""
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return TcpWire(connected)


class TcpTransport(Transport):
    """The associations of one node over TCP."""

    medium = TcpMedium()
