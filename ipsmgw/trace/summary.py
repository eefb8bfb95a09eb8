"""One line for any PDU: what a ladder writes beside the arrow."""

from collections.abc import Callable, Mapping

from ipsmgw import smpp
from ipsmgw.sms import DecodeError as TpduDecodeError
from ipsmgw.sms import Direction, RpMessage
from ipsmgw.sms import decode as decode_tpdu
from ipsmgw.trace.exchanges import coap_label, http_label, line_label
from ipsmgw.trace.layers.sccp import carries_tcap
from ipsmgw.trace.layers.sip import SHORT_MESSAGE, rp_direction
from ipsmgw.trace.layers.tcap import Parts
from ipsmgw.trace.layers.tpdu import NAMES
from ipsmgw.trace.trace import Pdu
from mapstack.errors import DecodeError as MapDecodeError
from mapstack.m3ua.codes import ErrorCode, Status, code_name
from mapstack.m3ua.data import SCCP, protocol_data
from mapstack.m3ua.message import M3uaMessage, MessageType, Tag
from mapstack.m3ua.message import decode as decode_m3ua
from mapstack.map.operations import OPERATIONS_OF
from mapstack.sccp.message import SccpMessage, Segmentation
from mapstack.sccp.message import decode as decode_sccp
from mapstack.tcap.component import Component, ComponentType
from mapstack.tcap.dialogue_portion import Aare, Aarq
from mapstack.tcap.message import MessageType as TcapType
from mapstack.tcap.message import PAbortCause
from sipbridge import cp, rp
from sipbridge.body import media_type
from sipbridge.errors import DecodeError as SipDecodeError
from sipbridge.message import parse
from sipbridge.settings import Limits

__all__ = ["Summaries", "summary"]

_LIMITS = Limits()
_RP_NAMES: Mapping[type, str] = {
    rp.RpData: "RP-DATA",
    rp.RpAck: "RP-ACK",
    rp.RpError: "RP-ERROR",
    rp.RpSmma: "RP-SMMA",
}
_CARRIERS: Mapping[type, RpMessage] = {
    rp.RpData: RpMessage.DATA,
    rp.RpAck: RpMessage.ACK,
    rp.RpError: RpMessage.ERROR,
}
_MOBILITY = {
    b"\x05\x01": "IMSI DETACH INDICATION",
    b"\x05\x02": "LOCATION UPDATING ACCEPT",
    b"\x05\x04": "LOCATION UPDATING REJECT",
    b"\x05\x08": "LOCATION UPDATING REQUEST",
    b"\x08\x01": "ATTACH REQUEST",
    b"\x08\x02": "ATTACH ACCEPT",
    b"\x08\x04": "ATTACH REJECT",
    b"\x08\x05": "DETACH REQUEST",
}
"""TS 24.008 §10.4: protocol discriminator and message type."""
_TCAP = frozenset(bytes((kind,)) for kind in TcapType)
_CONTEXTS = {context.oid: context for context in OPERATIONS_OF}


class Summaries:
    """Labels of PDUs in the order in which they were sent.

    An answer does not always say what it answers: the operation of a dialogue is remembered from its Begin,
    of at most `limit` dialogues.
    """

    def __init__(self, *, limit: int = 10_000) -> None:
        self._limit = limit
        self._operations: dict[tuple[str, bytes], str] = {}
        self._parts: dict[tuple[str, bytes, int], bytes] = {}

    def label(self, pdu: Pdu) -> str:
        """What a PDU is; octets that are none have a label too."""
        read = _PROTOCOLS.get(pdu.protocol)
        try:
            return read(self, pdu) if read else f"{pdu.protocol}, {len(pdu.data)} octets"
        except (SipDecodeError, MapDecodeError):
            return f"{pdu.protocol.upper()} malformed, {len(pdu.data)} octets"

    def _sip(self, pdu: Pdu) -> str:
        message = parse(pdu.data, _LIMITS)
        if not message.is_request:
            return f"{message.status} {message.reason.decode('utf-8', 'replace')}".strip()
        method = message.method.decode("utf-8", "replace")
        kind = media_type(message.first(b"Content-Type") or b"") if message.body else b""
        if kind == SHORT_MESSAGE:
            return f"{method} {_rpdu(message.body)}"
        return f"{method} text" if kind == _TEXT else method

    def _dtap(self, pdu: Pdu) -> str:
        """Layer 3 of the radio (TS 24.007 §11.2.3.1): mobility management by name, short messages as such."""
        if pdu.data[:2] in _MOBILITY:
            return _MOBILITY[pdu.data[:2]]
        message = cp.decode(pdu.data)
        match message:
            case cp.CpData():
                return f"CP-DATA {_rpdu(message.user_data)}"
            case cp.CpError():
                return f"CP-ERROR {message.cause}"
            case _:
                return "CP-ACK"

    def _m3ua(self, pdu: Pdu) -> str:
        message = decode_m3ua(pdu.data)
        if message.kind is not MessageType.DATA:
            return _management(message)
        data = protocol_data(message)
        if data.service_indicator != SCCP:
            return f"DATA SI {data.service_indicator}"
        return self._sccp(pdu, decode_sccp(data.data))

    def _smpp(self, pdu: Pdu) -> str:
        head = smpp.header(pdu.data)
        if head.command is None or head.command_length != len(pdu.data):
            return f"SMPP malformed, {len(pdu.data)} octets"
        name = head.command.name.lower()
        return f"{name} {smpp.status_name(head.command_status)}" if head.command_status else name

    def _sccp(self, pdu: Pdu, message: SccpMessage) -> str:
        if message.cause is not None:
            return f"{message.kind.name} {_words(message.cause.name)}"
        if carries_tcap(message):
            return self._tcap(pdu, message.data)
        part = message.segmentation
        return self._segment(pdu, message, part) if part else message.kind.name

    def _segment(self, pdu: Pdu, message: SccpMessage, part: Segmentation) -> str:
        """A part of a message: the last one tells what the whole is (Q.714 §4.1.1.2)."""
        key = (pdu.source, message.calling, part.local_reference)
        before = b"" if part.first else self._parts.pop(key, b"")
        if part.remaining:
            if len(self._parts) >= self._limit:
                self._parts.clear()
            self._parts[key] = before + message.data
            return f"{message.kind.name} segment, {part.remaining} to come"
        whole = before + message.data
        named = self._tcap(pdu, whole) if whole[:1] in _TCAP else "unknown"
        return f"{named} ({message.kind.name}, last segment)"

    def _tcap(self, pdu: Pdu, octets: bytes) -> str:
        parts = Parts(octets)
        self._remember(pdu, parts)
        if parts.components:
            return " + ".join(self._component(pdu, parts, component) for component in parts.components)
        return _no_component(parts)

    def _remember(self, pdu: Pdu, parts: Parts) -> None:
        invoke = next((each for each in parts.components if each.kind is ComponentType.INVOKE), None)
        if invoke is None or not parts.message.otid:
            return
        if len(self._operations) >= self._limit:
            del self._operations[next(iter(self._operations))]
        self._operations[pdu.source, parts.message.otid] = parts.operation_name(invoke.code)

    def _component(self, pdu: Pdu, parts: Parts, component: Component) -> str:
        match component.kind:
            case ComponentType.INVOKE:
                return parts.operation_name(component.code)
            case ComponentType.RETURN_ERROR:
                return f"{self._answered(pdu, parts, component)} error {parts.error_name(component.code)}"
            case ComponentType.REJECT:
                kind, problem = component.problem or (None, 0)
                name = "" if kind is None else _words(kind.name)
                return f"{self._answered(pdu, parts, component)} reject, {name} problem {problem}"
            case _:
                return f"{self._answered(pdu, parts, component)} result"

    def _answered(self, pdu: Pdu, parts: Parts, component: Component) -> str:
        """The operation that is answered: as the answer says, as it was remembered, as the context allows."""
        result = component.kind in (ComponentType.RETURN_RESULT_LAST, ComponentType.RETURN_RESULT_NOT_LAST)
        if result and component.code is not None:
            return parts.operation_name(component.code)
        known = self._operations.get((pdu.target, parts.message.dtid))
        return known or _of_context(parts, component)


def summary(protocol: str, data: bytes) -> str:
    """The label of a single PDU."""
    return Summaries().label(Pdu(0.0, "", "", protocol, data))


def _rpdu(body: bytes) -> str:
    direction = rp_direction(body)
    way = rp.Direction.NETWORK_TO_MS if direction is Direction.TO_UE else rp.Direction.MS_TO_NETWORK
    try:
        rpdu = rp.decode(body, way)
    except SipDecodeError:
        return "RP malformed"
    name = _RP_NAMES[type(rpdu)]
    if isinstance(rpdu, rp.RpError):
        return f"{name} {int(rpdu.cause)}"
    if isinstance(rpdu, rp.RpSmma) or not rpdu.user_data or isinstance(rpdu, rp.RpAck):
        return name
    return f"{name} {_tpdu(rpdu.user_data, direction, _CARRIERS[type(rpdu)])}"


def _tpdu(octets: bytes, direction: Direction, carrier: RpMessage) -> str:
    try:
        return NAMES[type(decode_tpdu(octets, direction=direction, rp=carrier))]
    except TpduDecodeError:
        return "TPDU malformed"


def _management(message: M3uaMessage) -> str:
    name = message.kind.name.replace("_", " ")
    if message.kind is MessageType.ERR:
        return f"{name} {code_name(ErrorCode, message.number(Tag.ERROR_CODE) or 0)}"
    if message.kind is MessageType.NTFY:
        return f"{name} {code_name(Status, message.number(Tag.STATUS) or 0)}"
    return name


def _no_component(parts: Parts) -> str:
    message = parts.message
    if message.kind is not TcapType.ABORT:
        return message.kind.name.capitalize()
    if message.p_abort is None:
        return "U-Abort"
    known = message.p_abort in set(PAbortCause)
    return f"P-Abort {_words(PAbortCause(message.p_abort).name) if known else message.p_abort}"


def _of_context(parts: Parts, component: Component) -> str:
    """The one operation of the dialogue's context that can be answered so; "MAP" where there are several."""
    name = parts.dialogue.name if isinstance(parts.dialogue, Aarq | Aare) else ()
    context = _CONTEXTS.get(name)
    operations = list(OPERATIONS_OF[context].values()) if context else []
    if component.kind is ComponentType.RETURN_ERROR:
        operations = [operation for operation in operations if component.code in operation.errors]
    return operations[0].name if len(operations) == 1 else "MAP"


def _words(name: str) -> str:
    return name.lower().replace("_", " ")


_TEXT = b"text/plain"
_PROTOCOLS: Mapping[str, Callable[[Summaries, Pdu], str]] = {
    "sip": Summaries._sip,
    "m3ua": Summaries._m3ua,
    "gsm_a_dtap": Summaries._dtap,
    "smpp": Summaries._smpp,
    "coap": lambda summaries, pdu: coap_label(pdu.data),
    "http": lambda summaries, pdu: http_label(pdu.data),
    "json": lambda summaries, pdu: line_label(pdu.data),
}
