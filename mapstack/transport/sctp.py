"""M3UA over kernel SCTP by pysctp: one message a call, PPID 3, streams (RFC 4666 §1.4.7, RFC 6458)."""

import socket
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from errno import ECONNRESET, EMSGSIZE, EPROTONOSUPPORT

from mapstack.transport.association import NO_ROOM, Transport, TransportUnavailable
from mapstack.transport.framing import MAX_MESSAGE
from mapstack.transport.line import Wire

try:
    import sctp as pysctp
except ImportError:  # only Linux x86-64 has it as a dependency
    pysctp = None

__all__ = ["PPID", "SctpMedium", "SctpTransport", "SctpWire"]

PPID = 3  # RFC 4666 §7.1
STREAMS = 10
READ_SIZE = 65_536
READ_MESSAGES = 64


class SctpWire:
    """One SCTP association in one-to-one style."""

    def __init__(self, connected: socket.socket) -> None:
        self._sctp = pysctp.sctpsocket_tcp(socket.AF_INET, connected)
        self._sctp.events.clear()
        self._sctp.events.data_io = True  # else streams read as 0
        self._sctp.events.association = True
        self._sctp.set_nodelay(True)
        self._streams: int = max(1, self._sctp.get_status().outstrms)
        self._parts: list[bytes] = []
        self._size = 0
        """Of a message whose end has not come yet."""
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._backlog = 0

    @property
    def backlog(self) -> int:
        """Octets that wait for the socket."""
        return self._backlog

    def read(self) -> tuple[list[tuple[bytes, int]], str]:
        """The messages that are there, up to a bound."""
        messages: list[tuple[bytes, int]] = []
        reason = ""
        try:
            while not reason and len(messages) < READ_MESSAGES:
                _, flags, data, notice = self._sctp.sctp_recv(READ_SIZE)
                if flags & pysctp.FLAG_NOTIFICATION:
                    reason = self._ending(notice)
                elif not data:
                    reason = "the peer closed the association"
                else:
                    self._take(flags, data, notice, messages)
        except BlockingIOError:
            pass
        except OSError as error:
            reason = str(error)  # what came before it has come
        return messages, reason

    def write(self, messages: list[tuple[bytes, int]]) -> None:
        """One call a message, until the socket takes no more."""
        waiting = self._waiting
        waiting.extend(messages)
        self._backlog += sum([len(data) for data, _ in messages])
        try:
            while waiting:
                data, stream = waiting[0]
                self._sctp.sctp_send(data, ppid=PPID, stream=self._negotiated(stream))
                waiting.popleft()
                self._backlog -= len(data)
        except BlockingIOError:
            pass

    def unsent(self) -> list[tuple[bytes, int]]:
        """What the socket has not taken."""
        return list(self._waiting)

    def _take(
        self, flags: int, data: bytes, info: "pysctp.sndrcvinfo", messages: list[tuple[bytes, int]]
    ) -> None:
        self._parts.append(data)
        if not flags & pysctp.FLAG_EOR:
            self._size += len(data)
            if self._size > MAX_MESSAGE:
                raise OSError(EMSGSIZE, f"a message of more than {MAX_MESSAGE} octets")
        else:
            whole, self._parts, self._size = b"".join(self._parts), [], 0
            # pysctp swaps the PPID that it sends, not the one that it receives; 0: not set by the peer
            if socket.ntohl(info.ppid) in (0, PPID):
                messages.append((whole, info.stream))

    def _ending(self, notice: "pysctp.notification") -> str:
        """What a notification means if the association ends with it (RFC 4666 §4.2.2), else nothing."""
        if not isinstance(notice, pysctp.assoc_change):
            return ""
        if notice.state == notice.state_COMM_LOST:
            error = self._sctp.sock().getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            return "the peer aborted the association" if error == ECONNRESET else "communication lost"
        ends = {
            notice.state_RESTART: "the peer restarted the association",
            notice.state_SHUTDOWN_COMP: "the peer shut the association down",
            notice.state_CANT_STR_ASSOC: "the association cannot start",
        }
        return ends.get(notice.state, "")

    def _negotiated(self, stream: int) -> int:
        """A stream that the peer allows: what shared one still does, and DATA keeps off stream 0."""
        if stream < self._streams:
            return stream
        return 1 + (stream - 1) % (self._streams - 1) if self._streams > 1 else 0


class SctpMedium:
    """Kernel SCTP sockets."""

    name = "sctp"
    multi_homed = True

    def open(self) -> socket.socket:
        """A socket to connect or to listen with."""
        if pysctp is None:
            reason = "SCTP needs the package pysctp, which is not installed; or use tcp"
            raise TransportUnavailable(EPROTONOSUPPORT, reason)
        try:
            opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, pysctp.IPPROTO_SCTP)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise
            reason = f"this kernel has no SCTP ({error.strerror}); use tcp"
            raise TransportUnavailable(error.errno, reason) from error
        opened.setblocking(False)
        parameters = pysctp.sctpsocket_tcp(socket.AF_INET, opened).initparams
        parameters.num_ostreams = parameters.max_instreams = STREAMS
        return opened

    def bind(self, opened: socket.socket, addresses: Sequence[tuple[str, int]]) -> None:
        """Give a socket its addresses; the first one chooses the port where that is 0 (RFC 6458 §9.1)."""
        opened.bind(addresses[0])
        port = opened.getsockname()[1]
        others = [(host, port) for host, _ in addresses[1:]]
        if others:
            pysctp.sctpsocket_tcp(socket.AF_INET, opened).bindx(others)

    def begin(self, opened: socket.socket, addresses: Sequence[tuple[str, int]]) -> None:
        """Begin to connect to any of the addresses (RFC 6458 §9.9)."""
        with suppress(BlockingIOError):
            pysctp.sctpsocket_tcp(socket.AF_INET, opened).connectx(list(addresses))

    def remotes(self, connected: socket.socket) -> list[tuple[str, int]]:
        """All addresses of the peer (RFC 6458 §9.3), the primary one first."""
        primary = connected.getpeername()[:2]
        found = pysctp.sctpsocket_tcp(socket.AF_INET, connected).getpaddrs()
        return [primary, *((host, port) for host, port in found if (host, port) != primary)]

    def wire(self, connected: socket.socket) -> Wire:
        """What runs over a connected one."""
        return SctpWire(connected)


class SctpTransport(Transport):
    """The associations of one node over SCTP."""

    medium = SctpMedium()
