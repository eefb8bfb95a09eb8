"""DATA, the message that everything else is for: one template per AS and destination (RFC 4666 §3.3.1)."""

from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple, Protocol

import msgspec

from mapstack.m3ua.message import HEADER_SIZE, M3uaMessage, MessageType, Tag, encode, encode_parameters

__all__ = [
    "DATA_HEADER",
    "HEADS",
    "SCCP",
    "Addressed",
    "DataCodec",
    "DataCodecs",
    "MtpTransfer",
    "ProtocolData",
    "Unsent",
    "protocol_data",
]

DATA_HEADER = encode(MessageType.DATA)[:4]
SCCP = 3  # service indicator, Q.704 §14.2.1
_LABEL = Struct(">IIBBBB")  # OPC, DPC, SI, NI, MP, SLS
HEADS = 4096  # beginnings of messages kept, per association: one for every size and origin
_TAG = b"\x02\x10"
_OCTETS = tuple(bytes((octet,)) for octet in range(256))
_PADS = (b"", b"\0", b"\0\0", b"\0\0\0")


class MtpTransfer(msgspec.Struct, frozen=True, gc=False):
    """MTP-TRANSFER indication: one SCCP message."""

    opc: int
    dpc: int
    sls: int
    data: bytes


class Unsent(NamedTuple):
    """An MTP-TRANSFER request that had been accepted and could not leave: nobody has got the message."""

    point_code: int
    sls: int
    data: bytes


class ProtocolData(NamedTuple):
    """The Protocol Data parameter with all its fields."""

    opc: int
    dpc: int
    service_indicator: int
    network_indicator: int
    message_priority: int
    sls: int
    data: bytes


def protocol_data(message: M3uaMessage) -> ProtocolData:
    """Read the Protocol Data of a DATA message, whose presence and length have been checked."""
    value = message.get(Tag.PROTOCOL_DATA) or bytes(_LABEL.size)
    opc, dpc, si, ni, priority, sls = _LABEL.unpack_from(value)
    return ProtocolData(opc, dpc, si, ni, priority, sls, value[_LABEL.size :])


class Addressed(Protocol):
    """What stands in every DATA to one destination: an association in its simple form, or an AS on it."""

    @property
    def point_code(self) -> int | None: ...
    @property
    def routing_context(self) -> int | None: ...
    @property
    def network_appearance(self) -> int | None: ...


class DataCodec:
    """DATA of one AS, whose network appearance, routing context and point codes do not change.

    Two layouts are read without looking for parameters: Protocol Data last, as the RFC lists it, and
    Protocol Data first, as osmo-stp sends it. The general decoder reads any other.
    """

    __slots__ = (
        "_before",
        "_first",
        "_head",
        "_headers",
        "_heads",
        "_label",
        "_label_end",
        "_network",
        "_parameters",
        "_size",
    )

    def __init__(self, to: Addressed, *, opc: int, network_indicator: int) -> None:
        self._parameters = encode_parameters(
            (Tag.NETWORK_APPEARANCE, to.network_appearance),
            (Tag.ROUTING_CONTEXT, to.routing_context),
        )
        self._before = self._parameters + _TAG
        self._head = Struct(f">4sI{len(self._before)}sH11sB")
        self._first = Struct(">4sI2sH11sB")
        self._size = self._head.size
        self._network = network_indicator
        self._label = _LABEL.pack(opc, to.point_code or 0, SCCP, network_indicator, 0, 0)[:-1]
        self._label_end = self._size - 1
        self._heads: dict[bytes, tuple[int, int, int, int]] = {}
        """OPC, DPC, size of the message and end of the data, by all that stands before the SLS."""
        self._headers: dict[int, bytes] = {}
        """All that stands before the SLS in what we send, by the size of the data."""

    def encode(self, sls: int, data: bytes) -> bytes:
        """The octets of a DATA message."""
        size = len(data)
        header = self._headers.get(size) or self._header(size)
        return header + _OCTETS[sls] + data + _PADS[-size & 3]

    def _header(self, size: int) -> bytes:
        whole = self._size + size + (-size & 3)
        header: bytes = self._head.pack(DATA_HEADER, whole, self._before, 16 + size, self._label, 0)[:-1]
        if len(self._headers) >= HEADS:
            self._headers.clear()
        self._headers[size] = header
        return header

    def decode(self, data: bytes) -> MtpTransfer | None:
        """Read DATA in one of the two layouts; None: the general decoder must look."""
        label_end = self._label_end
        known = self._heads.get(data[:label_end])
        if known is not None:
            opc, dpc, size, end = known
            if size == len(data):
                return MtpTransfer(opc, dpc, data[label_end], data[label_end + 1 : end])
        return self._read(data)

    def _read(self, data: bytes) -> MtpTransfer | None:
        """Field by field; a head that stands where it usually stands is kept."""
        size = len(data)
        if size < self._size:
            return None
        kind, length, before, value, label, sls = self._head.unpack_from(data)
        start, after = self._size, b""
        if before != self._before:
            kind, length, before, value, label, sls = self._first.unpack_from(data)
            start, after = self._first.size, self._parameters
        end = start + value - 16
        rest = end + (-value & 3)
        if value < 16 or (kind, length) != (DATA_HEADER, size) or data[rest:] != after or rest > size:
            return None
        points = self._points(label)
        if points is None or before not in (self._before, _TAG):
            return None
        if start == self._size:
            self._learn(data[: self._label_end], (*points, size, end))
        return MtpTransfer(*points, sls, data[start:end])

    def _points(self, label: bytes) -> tuple[int, int] | None:
        """OPC and DPC of a routing label without its SLS; None if it is not SCCP of our network."""
        opc, dpc, si, ni, _, _ = _LABEL.unpack(label + b"\0")
        return (opc, dpc) if si == SCCP and ni == self._network else None

    def _learn(self, head: bytes, known: tuple[int, int, int, int]) -> None:
        if len(self._heads) >= HEADS:
            self._heads.clear()
        self._heads[head] = known


class DataCodecs:
    """DATA of several AS on one association: the routing context says which, where it usually stands."""

    __slots__ = ("_codecs",)

    def __init__(self, codecs: Iterable[tuple[int | None, DataCodec]]) -> None:
        """Each codec with its routing context."""
        self._codecs = {
            encode_parameters((Tag.ROUTING_CONTEXT, context)): codec
            for context, codec in codecs
            if context is not None
        }

    def decode(self, data: bytes) -> MtpTransfer | None:
        """Read DATA of one of them in the usual layout; None: the general decoder must look."""
        first, second = data[HEADER_SIZE : HEADER_SIZE + 8], data[HEADER_SIZE + 8 : HEADER_SIZE + 16]
        codec = self._codecs.get(first) or self._codecs.get(second)
        return None if codec is None else codec.decode(data)
