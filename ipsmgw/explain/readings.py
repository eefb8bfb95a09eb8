"""A PDU of a message, read as far as an explanation needs it (TS 24.341, TS 29.002, TS 24.011)."""

from typing import NamedTuple

from ipsmgw.sms import Direction
from ipsmgw.trace.layers.sip import SHORT_MESSAGE, rp_direction
from ipsmgw.trace.layers.tcap import Parts
from mapstack.errors import DecodeError as MapDecodeError
from mapstack.m3ua.data import SCCP, protocol_data
from mapstack.m3ua.message import MessageType
from mapstack.m3ua.message import decode as decode_m3ua
from mapstack.map.errors import MapError, decode_error
from mapstack.map.operation import Parameter
from mapstack.map.operations import newest
from mapstack.sccp.message import SccpMessage
from mapstack.sccp.message import decode as decode_sccp
from mapstack.tcap.component import Component, ComponentType
from sipbridge import DecodeError as SipDecodeError
from sipbridge import rp
from sipbridge.body import media_type
from sipbridge.message import Message, parse
from sipbridge.rp import Rpdu
from sipbridge.settings import Limits

__all__ = ["MapReading", "SipReading", "read_map", "read_sccp", "read_sip"]

_LIMITS = Limits()
_TEXT = b"text/plain"
_RESULTS = (ComponentType.RETURN_RESULT_LAST, ComponentType.RETURN_RESULT_NOT_LAST)


class SipReading(NamedTuple):
    """A request, or with a status a response to one of this method."""

    method: str
    status: int
    call_id: str
    uri: str
    in_reply_to: str
    rpdu: Rpdu | None
    text: bool
    """A plain text, in place of an RPDU."""
    message: Message


class MapReading(NamedTuple):
    """A message of a dialogue: what is invoked, or how it is answered; `fault` where it is neither."""

    otid: bytes
    dtid: bytes
    operation: str
    arg: Parameter | None
    answer: str
    error: MapError | None
    fault: str


def read_sip(octets: bytes) -> SipReading | None:
    """None for what is no SIP."""
    try:
        message = parse(octets, _LIMITS)
    except SipDecodeError:
        return None
    return SipReading(
        method=(message.method or (message.first(b"CSeq") or b"").split(b" ")[-1]).decode("latin-1"),
        status=0 if message.is_request else message.status,
        call_id=_text(message, b"Call-ID"),
        uri=message.uri.decode("latin-1") if message.is_request else "",
        in_reply_to=_text(message, b"In-Reply-To"),
        rpdu=_rpdu(message),
        text=bool(message.body) and media_type(message.first(b"Content-Type") or b"") == _TEXT,
        message=message,
    )


def _text(message: Message, name: bytes) -> str:
    return (message.first(name) or b"").strip().decode("latin-1")


def _rpdu(message: Message) -> Rpdu | None:
    if not message.body or media_type(message.first(b"Content-Type") or b"") != SHORT_MESSAGE:
        return None
    to_phone = rp_direction(message.body) is Direction.TO_UE
    way = rp.Direction.NETWORK_TO_MS if to_phone else rp.Direction.MS_TO_NETWORK
    try:
        return rp.decode(message.body, way)
    except SipDecodeError:
        return None


def read_sccp(octets: bytes) -> SccpMessage | None:
    """The SCCP message in a DATA message of M3UA; None for everything else."""
    try:
        message = decode_m3ua(octets)
        if message.kind is not MessageType.DATA:
            return None
        data = protocol_data(message)
        return decode_sccp(data.data) if data.service_indicator == SCCP else None
    except MapDecodeError:
        return None


def read_map(sccp: SccpMessage, octets: bytes) -> MapReading | None:
    """The TCAP message that it carries whole, or the last segment of; None for what is none."""
    try:
        parts = Parts(octets)
    except MapDecodeError:
        return None
    reading = MapReading(parts.message.otid, parts.message.dtid, "", None, "", None, "")
    if sccp.cause is not None:  # a service message: what we sent comes back
        return reading._replace(fault=f"returned by SCCP: {sccp.cause.name.lower().replace('_', ' ')}")
    for component in parts.components:
        reading = _component(reading, parts, component, octets)
    if not parts.components and parts.message.kind.name == "ABORT":
        return reading._replace(fault="aborted")
    return reading


def _component(reading: MapReading, parts: Parts, component: Component, octets: bytes) -> MapReading:
    if component.kind is ComponentType.INVOKE:
        name = parts.operation_name(component.code)
        return reading._replace(operation=name, arg=_argument(parts, component, octets))
    if component.kind in _RESULTS:
        return reading._replace(answer="result")
    if component.kind is ComponentType.RETURN_ERROR:
        return reading._replace(
            answer=f"error {parts.error_name(component.code)}", error=_error(component, octets)
        )
    return reading._replace(fault="rejected")


def _argument(parts: Parts, component: Component, octets: bytes) -> Parameter | None:
    for operation in parts.operations(component.code) if component.tag else ():
        try:
            arg = operation.argument.decode_element(octets, component.tag, component.start, component.stop)
            return newest(operation, arg)[1]
        except MapDecodeError:
            continue
    return None


def _error(component: Component, octets: bytes) -> MapError | None:
    try:
        return decode_error(component.code or 0, octets, component.tag, component.start, component.stop)
    except MapDecodeError:
        return None
