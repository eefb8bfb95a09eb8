"""Ways for DATA: an ASP of an AS, one destination, and the streams between (RFC 4666 §1.4.7, §4.3.4.3.1)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from mapstack.flow import Flow
from mapstack.m3ua.data import DataCodec
from mapstack.m3ua.message import MessageType, Parameter, Tag, decode, encode

if TYPE_CHECKING:
    from mapstack.m3ua.sgp import ApplicationServer

__all__ = ["SLS_VALUES", "Broadcast", "Way", "WayOut"]

SLS_VALUES = 16  # Q.704 §2.2.4: 4 bits; DATA spreads over streams by them


class WayOut(Protocol):
    """Where DATA for one destination goes."""

    def transfer(self, sls: int, data: bytes) -> None:
        """Send it."""


class Way:
    """Through one ASP."""

    __slots__ = ("_codec", "_flows", "_output", "sent")

    def __init__(self, codec: DataCodec, flows: tuple[Flow, ...], output: list[tuple[bytes, Flow]]) -> None:
        self.sent = 0
        self._codec = codec
        self._flows = flows
        self._output = output

    def transfer(self, sls: int, data: bytes) -> None:
        """Send DATA, on the stream of its SLS and never on 0."""
        self.sent += 1
        self._output.append((self._codec.encode(sls, data), self._flows[sls & SLS_VALUES - 1]))

    def correlated(self, sls: int, data: bytes, correlation: int) -> None:
        """The same with a Correlation Id, which stands before Protocol Data (RFC 4666 §3.3.1)."""
        self.sent += 1
        *before, protocol_data = decode(self._codec.encode(sls, data)).parameters
        tag = Parameter(Tag.CORRELATION_ID, correlation.to_bytes(4))
        parameters = [(Tag(one.tag), one.value) for one in (*before, tag, protocol_data)]
        self._output.append((encode(MessageType.DATA, *parameters), self._flows[sls & SLS_VALUES - 1]))


class Broadcast:
    """Through every active ASP of a broadcast AS."""

    __slots__ = ("_server", "_ways")

    def __init__(self, server: "ApplicationServer", ways: Sequence[Way]) -> None:
        self._server = server
        self._ways = ways

    def transfer(self, sls: int, data: bytes) -> None:
        """Send DATA to each; the first of a traffic flow after an ASP has joined can be told by its tag."""
        correlation = self._server.correlation(sls)
        for way in self._ways:
            if correlation is None:
                way.transfer(sls, data)
            else:
                way.correlated(sls, data, correlation)
