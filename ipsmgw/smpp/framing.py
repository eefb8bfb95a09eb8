"""Cuts a stream of octets into PDUs by their command_length (SMPP v3.4 §3.2)."""

from ipsmgw.smpp.codec import HEADER

__all__ = ["MAX_PDU", "Framer"]

MAX_PDU = 66_000
"""A message_payload of 64 kB, with what stands around it (§5.3.2.32)."""


class Framer:
    """The PDUs of one connection, whatever pieces they come in."""

    __slots__ = ("_max_pdu", "_rest", "fault")

    def __init__(self, max_pdu: int = MAX_PDU) -> None:
        self._max_pdu = max_pdu
        self._rest = b""
        self.fault = ""
        """Why no PDU can begin where the last one ended."""

    def feed(self, data: bytes) -> list[bytes]:
        """The PDUs that are whole now; after a `fault` the header that is none, and then nothing.

        The stack that is given such a header answers it, for it has a sequence number (§4.3.1).
        """
        stream = self._rest + data if self._rest else data
        pdus: list[bytes] = []
        at, size = 0, len(stream)
        while not self.fault and at + HEADER.size <= size:
            length = int.from_bytes(stream[at : at + 4])
            if not HEADER.size <= length <= self._max_pdu:
                self.fault = f"command_length {length} in a stream"
                pdus.append(stream[at : at + HEADER.size])
                break
            if at + length > size:
                break
            pdus.append(stream[at : at + length])
            at += length
        self._rest = b"" if self.fault else stream[at:]
        return pdus
