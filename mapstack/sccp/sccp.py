"""SCCP connectionless as a layer over M3UA: N-UNITDATA and N-NOTICE (Q.711 §6.2, Q.714 §4)."""

from random import Random
from typing import NamedTuple

import msgspec

from mapstack.errors import DecodeError
from mapstack.events import ManagementEvent, PeerMisbehaved
from mapstack.flow import Flow
from mapstack.m3ua.data import MtpTransfer
from mapstack.m3ua.m3ua import M3ua, TransferRefused
from mapstack.m3ua.settings import M3uaSettings
from mapstack.m3ua.status import M3uaStatus
from mapstack.sccp.address import SccpAddress, decode_address
from mapstack.sccp.management import MANAGEMENT_SSN, subsystem_allowed, subsystem_status_test
from mapstack.sccp.message import (
    ReturnCause,
    SccpMessage,
    SccpMessageType,
    decode,
    encode,
    udt_head,
)
from mapstack.sccp.routing import Translation
from mapstack.sccp.segmentation import Discarded, Reassembler, Received, segments
from mapstack.sccp.settings import SccpSettings

__all__ = ["Notice", "Sccp", "SccpEvent", "UnitData"]

_UDT = SccpMessageType.UDT  # an enumeration's members are slow to find
_MAX_UDT = 255  # Q.713 §4.10: one length octet
_OCTETS = tuple(bytes((octet,)) for octet in range(256))
_SLS_MASK = 0x0F  # Q.704 §2.2.4
_RETURN_OPTION = 0x80
_SERVICE = {SccpMessageType.UDT: SccpMessageType.UDTS, SccpMessageType.XUDT: SccpMessageType.XUDTS}
_REFUSED = {
    TransferRefused.UNREACHABLE: ReturnCause.MTP_FAILURE,
    TransferRefused.CONGESTED: ReturnCause.NETWORK_CONGESTION,
}


class UnitData(msgspec.Struct, frozen=True, gc=False):
    """N-UNITDATA indication."""

    called: SccpAddress
    calling: SccpAddress
    data: bytes
    sls: int


class Notice(NamedTuple):
    """N-NOTICE indication: a message of ours came back. `called` is we, `calling` whom it was for.

    Of a segmented message every segment may come back, and `data` is then that segment.
    """

    called: SccpAddress
    calling: SccpAddress
    cause: ReturnCause
    data: bytes


SccpEvent = UnitData | Notice | ManagementEvent


class _Template(NamedTuple):
    """All of a UDT between two addresses but its user data."""

    point_code: int
    head: bytes
    room: int


class Sccp:
    """The layer, with M3UA inside."""

    def __init__(self, m3ua: M3uaSettings, sccp: SccpSettings, rng: Random) -> None:
        self._m3ua = M3ua(m3ua)
        self._point_code = m3ua.point_code
        self._settings = sccp
        self._subsystems = sccp.local_subsystems
        self._translation = Translation(sccp.routes)
        self._reassembler = Reassembler(timeout=sccp.reassembly_timeout, limit=sccp.limits.reassemblies)
        self._templates: dict[tuple[SccpAddress, SccpAddress, int], _Template] = {}
        self._heads: dict[bytes, tuple[SccpAddress, SccpAddress]] = {}
        self._local_reference = rng.getrandbits(24)

    # ---- the contract of a stack

    def receive(self, data: bytes, flow: Flow, now: float) -> list[SccpEvent]:
        """One M3UA message has come."""
        transfer = self._m3ua.transferred(data, flow, now)
        if transfer is not None:
            return self._indicate(transfer, flow, now)
        events: list[SccpEvent] = []
        for event in self._m3ua.receive(data, flow, now):
            if isinstance(event, MtpTransfer):
                return self._indicate(event, flow, now)  # it comes alone
            events.append(event)
        return events

    def link_up(self, flow: Flow, identity: str, now: float) -> list[SccpEvent]:
        """An association is established."""
        return [*self._m3ua.link_up(flow, identity, now)]

    def link_down(self, flow: Flow, now: float) -> list[SccpEvent]:
        """An association is lost."""
        return [*self._m3ua.link_down(flow, now)]

    def expire(self, now: float) -> list[SccpEvent]:
        """Run what is due."""
        for discarded in self._reassembler.expire(now):
            self._return(discarded)
        return [*self._m3ua.expire(now)]

    def deadline(self) -> float | None:
        """The soonest deadline."""
        below, own = self._m3ua.deadline(), self._reassembler.deadline()
        if below is None or own is None:
            return own if below is None else below
        return min(below, own)

    def take_output(self) -> list[tuple[bytes, Flow]]:
        """What has to be sent."""
        return self._m3ua.take_output()

    # ---- requests from above

    def unitdata(
        self,
        called: SccpAddress,
        calling: SccpAddress,
        data: bytes,
        now: float,
        *,
        sls: int,
        in_sequence: bool = False,
        return_option: bool = True,
    ) -> ReturnCause | None:
        """N-UNITDATA request: None when it has been handed on, else why it cannot be."""
        octet = _RETURN_OPTION + in_sequence if return_option else in_sequence
        template = self._templates.get((called, calling, octet))
        if template is None:
            found = self._template(called, calling, octet)
            if isinstance(found, ReturnCause):
                return found
            template = found
        point_code, head, room = template
        size = len(data)
        sls &= _SLS_MASK
        if size > room:
            message = SccpMessage(
                SccpMessageType.XUDT,
                called.encode(),
                calling.encode(),
                data,
                protocol_class=octet & 1,
                return_option=return_option,
                hop_counter=self._settings.hop_counter,
            )
            return self._send_segments(point_code, message, sls)
        refused = self._m3ua.transfer(point_code, sls, head + _OCTETS[size] + data)
        return None if refused is None else _REFUSED[refused]

    def m3ua_status(self, now: float) -> M3uaStatus:
        """How the layer below stands."""
        return self._m3ua.status(now)

    def stop(self, now: float) -> list[SccpEvent]:
        """Take leave of the peers."""
        return [*self._m3ua.stop(now)]

    # ---- inside: to the network

    def _template(self, called: SccpAddress, calling: SccpAddress, octet: int) -> _Template | ReturnCause:
        point_code = self._translation.point_code(called)
        if isinstance(point_code, ReturnCause):
            return point_code
        head = udt_head(called.encode(), calling.encode(), octet)
        room = min(_MAX_UDT, self._settings.max_message - len(head) - 1)
        template = _Template(point_code, head, room)
        if len(self._templates) >= self._settings.limits.templates:
            self._templates.clear()
        self._templates[called, calling, octet] = template
        return template

    def _send_segments(self, point_code: int, message: SccpMessage, sls: int) -> ReturnCause | None:
        self._local_reference = self._local_reference + 1 & 0xFFFFFF
        octets = segments(message, self._settings.max_message, self._local_reference)
        if not octets:
            return ReturnCause.SEGMENTATION_FAILURE
        for segment in octets:
            refused = self._m3ua.transfer(point_code, sls, segment)
            if refused is not None:
                return _REFUSED[refused]
        return None

    def _return(self, discarded: Discarded) -> None:
        """The return option: send the message back with the cause (Q.714 §4.2)."""
        (message, opc, sls), cause = discarded
        if not message.return_option:
            return
        service = message._replace(
            kind=_SERVICE[message.kind],
            called=message.calling,
            calling=message.called,
            cause=cause,
            hop_counter=self._settings.hop_counter,
        )
        octets = encode(service)
        back = self._translation.point_code(decode_address(message.calling))
        if isinstance(back, ReturnCause) or self._m3ua.transfer(back, sls, octets) is not None:
            self._m3ua.transfer(opc, sls, octets)

    # ---- inside: from the network

    def _indicate(self, transfer: MtpTransfer, flow: Flow, now: float) -> list[SccpEvent]:
        dpc = transfer.dpc
        if dpc != self._point_code:
            return [PeerMisbehaved(flow, "sccp", f"a message for point code {dpc}, which is not here")]
        data = transfer.data
        try:
            user = 4 + data[4]  # the length of the user data, in a UDT as `udt_head` begins it
            end = user + 1 + data[user]
            pair = self._heads.get(data[:user])
        except IndexError:
            pair = None
        if pair is not None and end <= len(data):
            called, calling = pair
            return [UnitData(called, calling, data[user + 1 : end], transfer.sls)]
        try:
            return self._take(Received(decode(data), transfer.opc, transfer.sls), flow, now)
        except DecodeError as error:
            return [PeerMisbehaved(flow, "sccp", error.reason)]  # Q.714 §1.1.4: discarded, not answered

    def _take(self, received: Received, flow: Flow, now: float) -> list[SccpEvent]:
        message, _, sls = received
        called, calling = decode_address(message.called), decode_address(message.calling)
        if message.cause is not None:
            return [Notice(called, calling, message.cause, message.data)]
        outcome: bytes | Discarded | None = message.data
        if called.ssn == MANAGEMENT_SSN:
            self._manage(received, now)
            return []
        if called.ssn not in self._subsystems:
            outcome = Discarded(received, ReturnCause.UNEQUIPPED_USER)
        elif message.kind is _UDT:
            self._learn(message, called, calling)
        elif message.segmentation is not None:
            outcome = self._reassembler.accept(received, message.segmentation, now)
        if isinstance(outcome, Discarded):
            self._return(outcome)
            reason = outcome.cause.name.replace("_", " ").lower()
            return [PeerMisbehaved(flow, "sccp", f"{reason}, subsystem {called.ssn}")]
        return [] if outcome is None else [UnitData(called, calling, outcome, sls)]

    def _learn(self, message: SccpMessage, called: SccpAddress, calling: SccpAddress) -> None:
        """Keep the addresses under the octets that come before the user data, as usually laid out."""
        octet = message.protocol_class | (_RETURN_OPTION if message.return_option else 0)
        if len(self._heads) >= self._settings.limits.templates:
            self._heads.clear()
        self._heads[udt_head(message.called, message.calling, octet)] = called, calling

    def _manage(self, received: Received, now: float) -> None:
        """SCCP management (Q.714 §5.3.4.3): a test of a subsystem that is equipped is answered."""
        test = subsystem_status_test(received.message.data)
        if test is None or test.point_code != self._point_code or test.ssn not in self._subsystems:
            return
        called = SccpAddress(None, MANAGEMENT_SSN, received.opc, route_on_gt=False)
        calling = SccpAddress(None, MANAGEMENT_SSN, self._point_code, route_on_gt=False)
        octets = subsystem_allowed(test)
        self.unitdata(called, calling, octets, now, sls=received.sls, return_option=False)
