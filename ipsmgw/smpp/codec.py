"""PDUs as octets: the header, then what the declaration says (SMPP v3.4 §3.2)."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from struct import Struct
from typing import NamedTuple, get_type_hints

from ipsmgw.smpp.codes import RESPONSE, Command, Status
from ipsmgw.smpp.errors import DecodeError
from ipsmgw.smpp.fields import Field, read_tlvs, write_tlvs
from ipsmgw.smpp.pdu import PDUS, Pdu

__all__ = ["HEADER", "MAX_SEQUENCE", "Header", "body", "encode", "header", "parameters", "read"]

HEADER = Struct(">IIII")
MAX_SEQUENCE = 0x7FFFFFFF  # §5.1.4


class Header(NamedTuple):
    """The four integers that begin a PDU (§3.2)."""

    command_length: int
    command_id: int
    command_status: int
    sequence_number: int

    @property
    def is_response(self) -> bool:
        return bool(self.command_id & RESPONSE)

    @property
    def command(self) -> Command | None:
        """None for a command_id that the specification does not name."""
        return _COMMANDS.get(self.command_id)


_COMMANDS = {int(command): command for command in Command}


def _declared(kind: type[Pdu]) -> tuple[tuple[str, Field], ...]:
    """Names and ways of the mandatory parameters, in the order of their declaration."""
    hints = get_type_hints(kind, include_extras=True)
    names = [field.name for field in fields(kind) if field.name != "tlvs"]
    return tuple((name, hints[name].__metadata__[0]) for name in names)


_FIELDS = {command: _declared(kind) for command, kind in PDUS.items()}


def header(octets: bytes) -> Header:
    """Of any octets: what is missing is zero, as far as a generic_nack needs to know."""
    return Header(*HEADER.unpack(octets[: HEADER.size].ljust(HEADER.size, b"\0")))


def body(octets: bytes, head: Header) -> Pdu:
    """What follows the header; DecodeError where it is not what the command wants.

    A response with an error may come without its body (§3.2: where command_status is not zero).
    """
    if head.command_length != len(octets) or len(octets) < HEADER.size:
        raise DecodeError(Status.RINVCMDLEN, f"command_length {head.command_length}, {len(octets)} octets")
    command = head.command
    if command is None:
        raise DecodeError(Status.RINVCMDID, f"there is no command 0x{head.command_id:08X}")
    kind = PDUS[command]
    if head.command_status and head.is_response and len(octets) == HEADER.size:
        return kind()
    values: dict[str, object] = {}
    at = HEADER.size
    for name, field in _FIELDS[command]:
        values[name], at = field.read(octets, at)
    make: Callable[..., Pdu] = kind
    return make(**values, tlvs=read_tlvs(octets, at))


def parameters(octets: bytes, head: Header) -> Iterator[tuple[str, object, int]]:
    """Name, value and size of each mandatory parameter of a PDU that `body` can read."""
    command = head.command
    if command is None or len(octets) == HEADER.size:
        return
    at = HEADER.size
    for name, field in _FIELDS[command]:
        value, end = field.read(octets, at)
        yield name, value, end - at
        at = end


def read(octets: bytes) -> tuple[Header, Pdu]:
    """A whole PDU."""
    head = header(octets)
    return head, body(octets, head)


def encode(pdu: Pdu, sequence_number: int, status: int = Status.ROK) -> bytes:
    """The octets of a PDU; a response with an error goes without its body, where it has no TLV (§4.4.2)."""
    octets = b""
    if not status or pdu.tlvs:
        octets = b"".join(field.write(getattr(pdu, name), name) for name, field in _FIELDS[pdu.COMMAND])
    octets += write_tlvs(pdu.tlvs)
    return HEADER.pack(HEADER.size + len(octets), pdu.COMMAND, status, sequence_number) + octets
