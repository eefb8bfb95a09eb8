"""Capture files of exported PDUs that Wireshark opens as they are (linktype 252, WIRESHARK_UPPER_PDU)."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from struct import Struct, pack
from typing import Protocol

from ipsmgw.trace.trace import Pdu

__all__ = ["Endpoint", "PcapWriter", "write_pcap"]

Endpoint = tuple[str, int]

_MAGIC = 0xA1B23C4D  # times in nanoseconds
_LINKTYPE_WIRESHARK_UPPER_PDU = 252
_RECORD = Struct("<IIII")
_TAG = Struct(">HH")
_LONGEST = 262_144  # what Wireshark reads of one packet
_END, _DISSECTOR, _PORT_TYPE, _SOURCE_PORT, _TARGET_PORT = 0, 12, 24, 25, 26
_ADDRESS_TAGS = {4: (20, 21), 6: (22, 23)}  # by IP version: source, target
_UDP, _TCP, _SCTP = 3, 2, 1
_SIP_PORT = 5060
_PORTS = {"sip": (_UDP, _SIP_PORT), "m3ua": (_SCTP, 2905), "smpp": (_TCP, 2775)}


class Stream(Protocol):
    """Where the octets go: a file opened for writing octets."""

    def write(self, octets: bytes, /) -> object: ...


class PcapWriter:
    """Writes PDUs as they come, until `limit` octets are written; then it only counts what it leaves out.

    `addresses`: IP address and SIP port of the nodes; who has none gets one of 192.0.2.0/24 (RFC 5737).
    """

    def __init__(
        self, stream: Stream, addresses: Mapping[str, Endpoint] | None = None, *, limit: int = 1 << 30
    ) -> None:
        self._stream = stream
        self._addresses = dict(addresses or {})
        self._invented: dict[str, str] = {}
        self._left = limit
        self.left_out = 0
        self._put(pack("<IHHiIII", _MAGIC, 2, 4, 0, 0, _LONGEST, _LINKTYPE_WIRESHARK_UPPER_PDU))

    def write(self, pdu: Pdu) -> None:
        """Writes one PDU; its protocol is the name of Wireshark's dissector: sip, m3ua, smpp.

        A capture shows what was sent, and has no place for what became of it; of what is too long it has the
        beginning, and says so.
        """
        whole = self._tags(pdu.source, pdu.target, pdu.protocol) + pdu.data
        packet = whole[:_LONGEST]
        if len(packet) + _RECORD.size > self._left:
            self.left_out += 1
            return
        seconds, nanoseconds = divmod(round(pdu.when * 1_000_000) * 1000, 1_000_000_000)
        self._put(_RECORD.pack(seconds, nanoseconds, len(packet), len(whole)) + packet)

    def _put(self, octets: bytes) -> None:
        self._left -= len(octets)
        self._stream.write(octets)

    def _tags(self, source: str, target: str, protocol: str) -> bytes:
        port_type, default = _PORTS.get(protocol, (_UDP, 0))
        source_address, source_port = self._endpoint(source, default)
        target_address, target_port = self._endpoint(target, default)
        tags = (
            _tag(_DISSECTOR, protocol.encode()),
            _address(source_address, 0),
            _address(target_address, 1),
            _tag(_PORT_TYPE, pack(">I", port_type)),
            _tag(_SOURCE_PORT, pack(">I", source_port)),
            _tag(_TARGET_PORT, pack(">I", target_port)),
            _tag(_END, b""),
        )
        return b"".join(tags)

    def _endpoint(self, node: str, port: int) -> Endpoint:
        known = self._addresses.get(node)
        if known is not None:
            return known if port == _SIP_PORT else (known[0], port)
        number = len(self._invented) % 254 + 1
        return self._invented.setdefault(node, f"192.0.2.{number}"), port


def write_pcap(stream: Stream, pdus: Iterable[Pdu], addresses: Mapping[str, Endpoint] | None = None) -> None:
    """A whole capture file."""
    writer = PcapWriter(stream, addresses)
    for pdu in pdus:
        writer.write(pdu)


def _tag(number: int, value: bytes) -> bytes:
    padded = value + bytes(-len(value) % 4)
    return _TAG.pack(number, len(padded)) + padded


def _address(text: str, which: int) -> bytes:
    address = ip_address(text)
    return _tag(_ADDRESS_TAGS[address.version][which], address.packed)
