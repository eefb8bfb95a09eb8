"""The MSGin5G message model: TS 29.538, TS 24.538 and TS 23.554 as strict types, to and from JSON."""

from msgin5g_bridge.errors import DecodeError, LocalError
from msgin5g_bridge.message import Payload, decode_payload
from msgin5g_bridge.model import ABSENT, Absent, Body, OpenEnum, decode, encode

__all__ = [
    "ABSENT",
    "Absent",
    "Body",
    "DecodeError",
    "LocalError",
    "OpenEnum",
    "Payload",
    "decode",
    "decode_payload",
    "encode",
]
