"""What the parameters of a PDU are made of (SMPP v3.4 §3.1, §5.3.1).

A PDU is declared as a dataclass whose fields are annotated with one of these; `Status` is the answer to a
value that breaks the field's limits.
"""

from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple, Protocol

from ipsmgw.smpp.codes import Status, Tag
from ipsmgw.smpp.errors import DecodeError, LocalError

__all__ = [
    "CString",
    "Counted",
    "Destination",
    "Destinations",
    "Field",
    "Octet",
    "Tlv",
    "Unsuccessful",
    "UnsuccessfulList",
    "read_tlvs",
    "write_tlvs",
]

_TLV = Struct(">HH")
_SHORT = Status.RINVCMDLEN
_SME, _DISTRIBUTION_LIST = 1, 2  # dest_flag (§5.2.25)


class Field(Protocol):
    """How one mandatory parameter is read and written; what it reads it can write."""

    def read(self, octets: bytes, at: int) -> tuple[object, int]: ...
    def write(self, value: object, name: str) -> bytes: ...


class Octet(NamedTuple):
    """An integer of one octet."""

    size: int = 1

    def read(self, octets: bytes, at: int) -> tuple[int, int]:
        end = at + self.size
        if end > len(octets):
            raise DecodeError(_SHORT, f"the PDU ends at octet {len(octets)}, where an integer is to be")
        return int.from_bytes(octets[at:end]), end

    def write(self, value: object, name: str) -> bytes:
        if not isinstance(value, int) or not 0 <= value < 1 << 8 * self.size:
            raise LocalError(f"{name} is {value!r}, not an integer of {self.size} octets")
        return value.to_bytes(self.size)


class CString(NamedTuple):
    """A C-octet string: at most `size` octets with its NUL."""

    size: int
    status: Status = Status.RINVPARLEN

    def read(self, octets: bytes, at: int) -> tuple[str, int]:
        end = octets.find(0, at, at + self.size)
        if end < 0:
            whole = len(octets) - at >= self.size
            status = self.status if whole else _SHORT
            raise DecodeError(status, f"no NUL within {self.size} octets from octet {at} on")
        return octets[at:end].decode("latin-1"), end + 1

    def write(self, value: object, name: str) -> bytes:
        octets = str(value).encode("latin-1", "replace")
        if len(octets) >= self.size or 0 in octets:
            raise LocalError(f"{name} is {value!r}, which does not fit {self.size} octets")
        return octets + b"\0"


class Counted(NamedTuple):
    """Octets with their number in one octet before them: sm_length and short_message (§5.2.21, §5.2.22)."""

    most: int = 254
    status: Status = Status.RINVMSGLEN

    def read(self, octets: bytes, at: int) -> tuple[bytes, int]:
        length, begin = Octet().read(octets, at)
        end = begin + length
        if length > self.most or end > len(octets):
            raise DecodeError(self.status, f"sm_length is {length}, and {len(octets) - begin} octets follow")
        return octets[begin:end], end

    def write(self, value: object, name: str) -> bytes:
        if not isinstance(value, bytes) or len(value) > self.most:
            raise LocalError(f"{name} has more than {self.most} octets")
        return bytes((len(value),)) + value


class Destination(NamedTuple):
    """One of dest_address(es): an SME, or the name of a distribution list (§4.5.1.1)."""

    ton: int
    npi: int
    address: str
    list_name: str = ""


class Unsuccessful(NamedTuple):
    """One of unsuccess_sme(s): a destination that was not accepted (§4.5.2.1)."""

    ton: int
    npi: int
    address: str
    status: int


_NUMBER = Octet()
_ADDRESS = CString(21, Status.RINVDSTADR)
_LIST_NAME = CString(21, Status.RINVDLNAME)
_ERROR = Octet(4)


class Destinations(NamedTuple):
    """number_of_dests, and so many dest_address(es)."""

    most: int = 254

    def read(self, octets: bytes, at: int) -> tuple[tuple[Destination, ...], int]:
        count, at = _NUMBER.read(octets, at)
        if not 0 < count <= self.most:
            raise DecodeError(Status.RINVNUMDESTS, f"{count} destinations")
        found = []
        for _ in range(count):
            destination, at = self._one(octets, at)
            found.append(destination)
        return tuple(found), at

    def write(self, value: object, name: str) -> bytes:
        if not isinstance(value, tuple) or not 0 < len(value) <= self.most:
            raise LocalError(f"{name} wants 1 to {self.most} destinations")
        return bytes((len(value),)) + b"".join(self._write(one, name) for one in value)

    def _one(self, octets: bytes, at: int) -> tuple[Destination, int]:
        flag, at = _NUMBER.read(octets, at)
        if flag == _DISTRIBUTION_LIST:
            name, at = _LIST_NAME.read(octets, at)
            return Destination(0, 0, "", name), at
        if flag != _SME:
            raise DecodeError(Status.RINVDESTFLAG, f"dest_flag {flag}")
        ton, at = _NUMBER.read(octets, at)
        npi, at = _NUMBER.read(octets, at)
        address, at = _ADDRESS.read(octets, at)
        return Destination(ton, npi, address), at

    def _write(self, one: Destination, name: str) -> bytes:
        if one.list_name:
            return bytes((_DISTRIBUTION_LIST,)) + _LIST_NAME.write(one.list_name, name)
        return bytes((_SME, one.ton, one.npi)) + _ADDRESS.write(one.address, name)


class UnsuccessfulList(NamedTuple):
    """no_unsuccess, and so many unsuccess_sme(s)."""

    most: int = 255

    def read(self, octets: bytes, at: int) -> tuple[tuple[Unsuccessful, ...], int]:
        count, at = _NUMBER.read(octets, at)
        found = []
        for _ in range(count):
            ton, at = _NUMBER.read(octets, at)
            npi, at = _NUMBER.read(octets, at)
            address, at = _ADDRESS.read(octets, at)
            status, at = _ERROR.read(octets, at)
            found.append(Unsuccessful(ton, npi, address, status))
        return tuple(found), at

    def write(self, value: object, name: str) -> bytes:
        if not isinstance(value, tuple) or len(value) > self.most:
            raise LocalError(f"{name} wants at most {self.most} addresses")
        return bytes((len(value),)) + b"".join(
            bytes((one.ton, one.npi)) + _ADDRESS.write(one.address, name) + _ERROR.write(one.status, name)
            for one in value
        )


class Tlv(NamedTuple):
    """One optional parameter, known or not (§5.3.1)."""

    tag: int
    value: bytes


# Least and most octets of the values that somebody here reads; of others any number is taken (§5.3.2).
_LENGTHS = {
    Tag.DEST_TELEMATICS_ID: (2, 2),
    Tag.QOS_TIME_TO_LIVE: (4, 4),
    Tag.RECEIPTED_MESSAGE_ID: (1, 65),
    Tag.USER_MESSAGE_REFERENCE: (2, 2),
    Tag.SOURCE_PORT: (2, 2),
    Tag.DESTINATION_PORT: (2, 2),
    Tag.SAR_MSG_REF_NUM: (2, 2),
    Tag.SAR_TOTAL_SEGMENTS: (1, 1),
    Tag.SAR_SEGMENT_SEQNUM: (1, 1),
    Tag.SC_INTERFACE_VERSION: (1, 1),
    Tag.MS_AVAILABILITY_STATUS: (1, 1),
    Tag.NETWORK_ERROR_CODE: (3, 3),
    Tag.DELIVERY_FAILURE_REASON: (1, 1),
    Tag.MORE_MESSAGES_TO_SEND: (0, 1),
    Tag.MESSAGE_STATE: (1, 1),
}


def read_tlvs(octets: bytes, at: int) -> tuple[Tlv, ...]:
    """The optional parameters to the end of the PDU; those that nobody knows are kept (§3.3)."""
    found = []
    while at < len(octets):
        if at + _TLV.size > len(octets):
            raise DecodeError(Status.RINVOPTPARSTREAM, f"{len(octets) - at} octets are no TLV")
        tag, length = _TLV.unpack_from(octets, at)
        at += _TLV.size
        if at + length > len(octets):
            raise DecodeError(
                Status.RINVOPTPARSTREAM, f"TLV 0x{tag:04X} of {length} octets, {len(octets) - at} follow"
            )
        least, most = _LENGTHS.get(tag, (0, length))
        if not least <= length <= most:
            raise DecodeError(Status.RINVPARLEN, f"TLV 0x{tag:04X} has {length} octets")
        found.append(Tlv(tag, octets[at : at + length]))
        at += length
    return tuple(found)


def write_tlvs(tlvs: Iterable[Tlv]) -> bytes:
    """The same in octets."""
    return b"".join(_TLV.pack(tag, len(value)) + value for tag, value in tlvs)
