"""What becomes of a message of the network: ours, handed on, or back to its sender (Q.714 §2.3.1, §4.2)."""

from msgspec.structs import replace

from mapstack.errors import DecodeError
from mapstack.m3ua.m3ua import M3ua
from mapstack.sccp.address import SccpAddress, decode_address
from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType, encode
from mapstack.sccp.routing import Translation, Ways
from mapstack.sccp.routing_control import Label, RoutingControl
from mapstack.sccp.segmentation import Discarded, Received
from mapstack.sccp.settings import SccpSettings

__all__ = ["Relaying", "completed"]

_SERVICE = {
    SccpMessageType.UDT: SccpMessageType.UDTS,
    SccpMessageType.XUDT: SccpMessageType.XUDTS,
    SccpMessageType.LUDT: SccpMessageType.LUDTS,
}
_MAX_ADDRESS = 40  # of what we take for one; a longer one is not sent back either
_IMPORTANCE, _SERVICE_IMPORTANCE = 4, 3  # Q.714 table 2: of messages that tell none


class Relaying:
    """The routing of messages that come from MTP."""

    def __init__(
        self,
        settings: SccpSettings,
        point_code: int,
        translation: Translation,
        routing: RoutingControl,
        m3ua: M3ua,
    ) -> None:
        self._settings = settings
        self._point_code = point_code
        self._translation = translation
        self._routing = routing
        self._m3ua = m3ua

    def destination(self, received: Received) -> SccpAddress | Discarded | None:
        """The address of ours that a message is for, or why it is discarded; None: it has been handed on."""
        message = received.message
        try:
            called = decode_address(message.called)
        except DecodeError:
            return Discarded(received, ReturnCause.NO_TRANSLATION_FOR_NATURE)
        found = self._route(called, message)
        if isinstance(found, Ways):
            refused = self._hand_on(received, called, found)
            return None if refused is None else Discarded(received, refused)
        return Discarded(received, found) if isinstance(found, ReturnCause) else found

    def is_relayed(self, received: Received) -> bool:
        """Whether a message that leaves us came from elsewhere: its calling address leads there."""
        calling = completed(decode_address(received.message.calling), received.opc)
        if calling.route_on_gt:
            return isinstance(self._translated(calling), Ways)
        return calling.point_code != self._point_code

    def send_back(self, discarded: Discarded) -> None:
        """The return option: the message goes back with the cause (Q.714 §4.2)."""
        (message, opc, sls), cause = discarded
        if not message.return_option or len(message.called) > _MAX_ADDRESS:
            return
        service = message._replace(
            kind=_SERVICE[message.kind],
            called=message.calling,
            calling=message.called,
            protocol_class=0,
            return_option=False,
            cause=cause,
            hop_counter=self._settings.hop_counter,
        )
        ways = self._translation.ways(completed(decode_address(message.calling), opc))
        label = _label(service, sls)
        # The octets stay as they came: they are what the sender knows itself by.
        if isinstance(ways, ReturnCause) or self._routing.send(ways, label, lambda _: [encode(service)]) in (
            ReturnCause.MTP_FAILURE,
            ReturnCause.SCCP_FAILURE,
        ):
            self._m3ua.transfer(opc, sls, encode(service))

    def _route(self, called: SccpAddress, message: SccpMessage) -> SccpAddress | Ways | ReturnCause:
        if called.route_on_gt:
            # Q.714 §2.3.1: translating takes one away, and the last one may not go; a UDT counts none.
            if message.hop_counter <= 1:
                return ReturnCause.HOP_COUNTER_VIOLATION
            return self._translated(called)
        if called.point_code in (None, self._point_code):
            return called
        return self._translation.ways(called) if self._settings.transit else ReturnCause.UNQUALIFIED

    def _translated(self, called: SccpAddress) -> SccpAddress | Ways | ReturnCause:
        """Titles that lead here, also among others, or to a node which relays nothing, are ours."""
        here = called.point_code == self._point_code  # it has led to us: now the title decides alone
        ways = self._translation.ways(replace(called, point_code=None) if here else called)
        if isinstance(ways, Ways):
            for way in ways.shared:
                if way.point_code == self._point_code:
                    return way.called
        return ways if self._settings.transit else called

    def _hand_on(self, received: Received, called: SccpAddress, ways: Ways) -> ReturnCause | None:
        message, opc, sls = received
        calling = completed(decode_address(message.calling), opc)
        if calling.point_code is not None and not calling.route_on_gt:
            # Where it goes, the origin is we: a calling address that is only a subsystem would be lost.
            message = message._replace(calling=calling.encode())
        if called.route_on_gt and message.kind not in (SccpMessageType.UDT, SccpMessageType.UDTS):
            message = message._replace(hop_counter=message.hop_counter - 1)
        label = _label(message, sls)
        return self._routing.send(ways, label, lambda to: [encode(message._replace(called=to.encode()))])


def completed(address: SccpAddress, opc: int) -> SccpAddress:
    """A calling address; one that is only a subsystem is one of the node that the message comes from."""
    title = address.route_on_gt and (address.gt is not None or address.ssn is None)
    if title or address.point_code is not None:
        return address
    return replace(address, point_code=opc, route_on_gt=False)


def _label(message: SccpMessage, sls: int) -> Label:
    usual = _IMPORTANCE if message.cause is None else _SERVICE_IMPORTANCE
    importance = usual if message.importance is None else message.importance
    return Label(sls, message.protocol_class == 1, importance)
