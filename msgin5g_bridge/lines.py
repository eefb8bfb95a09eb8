"""JSON lines: how a non-3GPP UE that knows nothing of MSGin5G speaks to its gateway ([LAB], docs/msgin5g.md).

TS 23.554 §5.2 leaves open what is between a Non-MSGin5G UE and its Message Gateway. Each line is one object.
"""

from typing import Annotated

import msgspec

from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.model import ABSENT, Absent, Body, decode_with

__all__ = [
    "Ack",
    "Bye",
    "FromGateway",
    "FromUe",
    "Hello",
    "LineFramer",
    "Party",
    "Ping",
    "Report",
    "Result",
    "Say",
    "Told",
    "read_line",
    "read_told",
    "write",
]

Seq = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,64}$")]


class Party(Body, kw_only=True):
    """Who sends, or is sent to."""

    type: AddressType = AddressType.AS
    address: Name


# What a UE says.


class Hello(Body, kw_only=True, tag_field="op", tag="hello"):
    """First of all: who it is."""

    seq: Seq
    ue: Name
    credential: str


class Say(Body, kw_only=True, tag_field="op", tag="message"):
    """A message; the same `id` again is the same message."""

    seq: Seq
    to: Party
    text: str
    id: Id | Absent = ABSENT
    report: bool = False
    """Whether it wants to hear what has become of it."""
    store: bool = False
    """Whether the server keeps it for a recipient who is not there."""
    app: Name | Absent = ABSENT


class Ack(Body, kw_only=True, tag_field="op", tag="ack"):
    """To a message or a report of the gateway: it has it; or, with a cause, it has not."""

    seq: Seq
    cause: Id | Absent = ABSENT
    later: bool = False
    """Whether another time may be better."""


class Ping(Body, kw_only=True, tag_field="op", tag="ping"):
    """Is anybody there?"""

    seq: Seq


class Bye(Body, kw_only=True, tag_field="op", tag="bye"):
    """The last line of either side; the gateway says why."""

    cause: str | Absent = ABSENT
    detail: str | Absent = ABSENT


FromUe = Hello | Say | Ack | Ping | Bye

# What a gateway says.


class Result(Body, kw_only=True, tag_field="op", tag="result"):
    """Of the request with this number; without one where the line could not be read."""

    seq: Seq | Absent = ABSENT
    ok: bool
    id: str | Absent = ABSENT
    """Of a message: as reports name it."""
    ue: str | Absent = ABSENT
    """Of a hello: the UE Service ID, where it is known already."""
    cause: str | Absent = ABSENT
    detail: str | Absent = ABSENT


class Told(Body, kw_only=True, tag_field="op", tag="message", rename={"sender": "from"}):
    """A message for it, to be acknowledged; it comes again until it is."""

    seq: Seq
    sender: Party
    id: str
    text: str
    report: bool
    app: str | Absent = ABSENT


class Report(Body, kw_only=True, tag_field="op", tag="report", rename={"sender": "from"}):
    """What has become of a message of its own; the same holds."""

    seq: Seq
    sender: Party
    id: str
    delivered: bool
    cause: str | Absent = ABSENT


FromGateway = Result | Told | Report | Bye

_FROM_UE: msgspec.json.Decoder[FromUe] = msgspec.json.Decoder(FromUe)
_FROM_GATEWAY: msgspec.json.Decoder[FromGateway] = msgspec.json.Decoder(FromGateway)
_ENCODER = msgspec.json.Encoder()


def read_line(line: bytes) -> FromUe:
    """What a UE says; raises `DecodeError` with the path of what is wrong."""
    return decode_with(_FROM_UE, line)


def read_told(line: bytes) -> FromGateway:
    """What a gateway says; the same."""
    return decode_with(_FROM_GATEWAY, line)


def write(said: FromUe | FromGateway) -> bytes:
    """As one line; JSON escapes what would end it."""
    try:
        return _ENCODER.encode(said) + b"\n"
    except UnicodeEncodeError as fault:
        raise DecodeError("", f"not Unicode text: {fault.reason}") from None


class LineFramer:
    """The lines of one connection, whatever pieces they come in; without their ends."""

    __slots__ = ("_most", "_rest", "fault")

    def __init__(self, most: int = 65_536) -> None:
        self._most = most
        self._rest = b""
        self.fault = ""
        """Why there are no more lines."""

    def feed(self, data: bytes) -> list[bytes]:
        """Those that are whole now; after a `fault` what is too long, cut, and then nothing."""
        if self.fault:
            return []
        *lines, rest = (self._rest + data).split(b"\n")
        for at, line in enumerate((*lines, rest)):
            if len(line) > self._most:
                self.fault = f"a line of more than {self._most} octets"
                self._rest = b""
                return [*lines[:at], line[: self._most + 1]]
        self._rest = rest
        return lines
