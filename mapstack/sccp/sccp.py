"""SCCP connectionless as a layer over M3UA: N-UNITDATA and N-NOTICE (Q.711 §6.2, Q.714 §4)."""

from collections.abc import Iterable, Sequence
from math import inf
from random import Random
from typing import NamedTuple

import msgspec

from mapstack.errors import DecodeError
from mapstack.events import DestinationStateChanged, ManagementEvent, PeerMisbehaved, UserPartUnavailable
from mapstack.flow import Flow
from mapstack.m3ua.data import SCCP, MtpTransfer, Unsent
from mapstack.m3ua.m3ua import M3ua
from mapstack.m3ua.network import NetworkEvent
from mapstack.m3ua.settings import M3uaSettings
from mapstack.m3ua.status import M3uaStatus
from mapstack.sccp.address import SccpAddress, decode_address
from mapstack.sccp.composing import Composing
from mapstack.sccp.management import MANAGEMENT_SSN
from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType, decode, udt_head
from mapstack.sccp.relaying import Relaying, completed
from mapstack.sccp.routing import Translation, Ways
from mapstack.sccp.routing_control import REFUSED, Label, RoutingControl
from mapstack.sccp.scmg import Scmg, SubsystemService
from mapstack.sccp.segmentation import Discarded, Reassembler, Received
from mapstack.sccp.settings import SccpSettings

__all__ = ["Notice", "Sccp", "SccpEvent", "UnitData"]

_UDT = SccpMessageType.UDT  # an enumeration's members are slow to find
_OCTETS = tuple(bytes((octet,)) for octet in range(256))
_SLS_MASK = 0x0F  # Q.704 §2.2.4
_RETURN_OPTION = 0x80
_DEFAULT_IMPORTANCE = 4  # Q.714 table 2


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
    """All of a message between two addresses but its user data."""

    point_code: int
    head: bytes
    room: int


_NO_TEMPLATE = _Template(0, b"", -1)  # nothing fits: every message is looked at


class Sccp:
    """The layer, with M3UA inside."""

    def __init__(self, m3ua: M3uaSettings, sccp: SccpSettings, rng: Random) -> None:
        self._m3ua = M3ua(m3ua)
        self._point_code = m3ua.point_code
        self._settings = sccp
        self._not_returned = sccp.protocol_class
        self._returned = sccp.protocol_class | (_RETURN_OPTION if sccp.return_option else 0)
        self._translation = Translation(sccp.routes, sccp.translations, limit=sccp.limits.templates)
        self._scmg = Scmg(sccp, m3ua.point_code, self._send_management)
        self._routing = RoutingControl(self._m3ua, self._scmg)
        self._relaying = Relaying(sccp, m3ua.point_code, self._translation, self._routing, self._m3ua)
        limits = sccp.limits
        self._reassembler = Reassembler(
            timeout=sccp.reassembly_timeout,
            limit=limits.reassemblies,
            limit_of_peer=limits.reassemblies_of_peer,
        )
        self._composing = Composing(sccp, rng.getrandbits(24))
        self._templates: dict[tuple[SccpAddress, SccpAddress, int], _Template] = {}
        self._heads: dict[bytes, tuple[SccpAddress, SccpAddress]] = {}

    # ---- the contract of a stack

    def receive(self, data: bytes, flow: Flow, now: float) -> list[SccpEvent]:
        """One M3UA message has come."""
        transfer = self._m3ua.transferred(data, flow, now)
        if transfer is not None:
            return self._indicate(transfer, flow, now)
        events: list[SccpEvent] = []
        for event in self._m3ua.receive(data, flow, now):
            if isinstance(event, MtpTransfer):
                events += self._indicate(event, flow, now)
            else:
                events += self._manage([event], now)
        return events

    def link_up(self, flow: Flow, identity: str, now: float) -> list[SccpEvent]:
        """An association is established."""
        return self._manage(self._m3ua.link_up(flow, identity, now), now)

    def link_down(self, flow: Flow, now: float) -> list[SccpEvent]:
        """An association is lost."""
        return self._manage(self._m3ua.link_down(flow, now), now)

    def unsent(self, batch: Iterable[tuple[bytes, Flow]], now: float) -> list[SccpEvent]:
        """The transport gives back what has never left."""
        return self._manage(self._m3ua.unsent(batch), now)

    def expire(self, now: float) -> list[SccpEvent]:
        """Run what is due."""
        for discarded in self._reassembler.expire(now):
            self._relaying.send_back(discarded)
        events = self._manage(self._m3ua.expire(now), now)
        return events + self._told(self._scmg.expire(now))

    def deadline(self) -> float | None:
        """The soonest deadline."""
        soonest = self._reassembler.soonest
        for when in (self._m3ua.deadline(), self._scmg.soonest):
            if when is not None and when < soonest:
                soonest = when
        return soonest if soonest < inf else None

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
        octet = self._returned if return_option else self._not_returned
        if in_sequence:
            octet |= 1
        template = self._templates.get((called, calling, octet)) or self._template(called, calling, octet)
        point_code, head, room = template
        size = len(data)
        sls &= _SLS_MASK
        if size > room:
            return self._send(self._message(called, calling, octet, data), called, sls)
        refused = self._m3ua.transfer(point_code, sls, head + _OCTETS[size] + data)
        return None if refused is None else REFUSED[refused]

    def subsystem(self, ssn: int, service: SubsystemService, now: float) -> None:
        """N-STATE request: a subsystem of ours is in or out of service, or congested (Q.711 §6.3.2.3.2)."""
        self._scmg.serve(ssn, service)
        self._heads.clear()

    def congestion(self, level: int, now: float) -> None:
        """How congested we are, 0 to 8: who sends to us is told (Q.714 §5.2.8)."""
        self._scmg.congestion(level)
        self._heads.clear()

    def user_part_unavailable(self, point_code: int, cause: int, now: float) -> list[SccpEvent]:
        """MTP-STATUS: there is no SCCP at this node, or it does not answer (Q.714 §5.2.5).

        `cause` is that of RFC 4666 §3.4.5: 0 unknown, 1 unequipped, 2 inaccessible.
        """
        return self._told(self._scmg.unavailable(point_code, cause, now))

    def m3ua_status(self, now: float) -> M3uaStatus:
        """How the layer below stands."""
        return self._m3ua.status(now)

    def stop(self, now: float) -> list[SccpEvent]:
        """Take leave of the peers."""
        return self._manage(self._m3ua.stop(now), now)

    # ---- inside: to the network

    def _message(self, called: SccpAddress, calling: SccpAddress, octet: int, data: bytes) -> SccpMessage:
        return SccpMessage(
            _UDT,
            called.encode(),
            calling.encode(),
            data,
            protocol_class=octet & 1,
            return_option=octet & _RETURN_OPTION != 0,
            hop_counter=self._settings.hop_counter,
            importance=self._settings.importance,
        )

    def _template(self, called: SccpAddress, calling: SccpAddress, octet: int) -> _Template:
        """What can be kept of the message, as long as nobody tells of trouble on its only way."""
        ways = self._translation.ways(called)
        way = ways.only if isinstance(ways, Ways) else None
        if way is not None and self._routing.is_watched(way):
            return _NO_TEMPLATE
        template = _NO_TEMPLATE
        if way is not None and self._composing.has_heads:
            head, room = self._composing.head(self._message(way.called, calling, octet, b""))
            template = _Template(way.point_code, head, room)
        if len(self._templates) >= self._settings.limits.templates:
            self._templates.clear()
        self._templates[called, calling, octet] = template
        return template

    def _send(self, message: SccpMessage, called: SccpAddress, sls: int) -> ReturnCause | None:
        ways = self._translation.ways(called)
        if isinstance(ways, ReturnCause):
            return ways
        importance = _DEFAULT_IMPORTANCE if message.importance is None else message.importance
        label = Label(sls, message.protocol_class == 1, importance)
        octets = self._composing.octets
        return self._routing.send(ways, label, lambda to: octets(message._replace(called=to.encode())))

    def _send_management(self, point_code: int, data: bytes) -> None:
        """SCMG messages are class 0 and do not come back (Q.714 §5.1)."""
        called = SccpAddress(None, MANAGEMENT_SSN, point_code, route_on_gt=False)
        calling = SccpAddress(None, MANAGEMENT_SSN, self._point_code, route_on_gt=False)
        head = udt_head(called.encode(), calling.encode(), 0)
        self._m3ua.transfer(point_code, 0, head + _OCTETS[len(data)] + data)

    # ---- inside: from the network

    def _manage(self, arrived: Iterable[NetworkEvent], now: float) -> list[SccpEvent]:
        events: list[SccpEvent] = []
        for event in arrived:
            if isinstance(event, Unsent):
                events += self._given_back(event)
                continue
            events.append(event)
            if isinstance(event, DestinationStateChanged):
                events += self._told(self._scmg.destination(event, now))
                self._templates.clear()
            elif isinstance(event, UserPartUnavailable) and event.user == SCCP:
                events += self.user_part_unavailable(event.point_code, event.cause, now)
        return events

    def _given_back(self, unsent: Unsent) -> list[SccpEvent]:
        """MTP had taken it and could not deliver it: back to whoever sent it (Q.714 §4.2), with or without
        the return option if that is our own user, who would have been told at once.
        """
        message = decode(unsent.data)
        received = Received(message, self._point_code, unsent.sls)
        if message.cause is not None:
            return []  # what comes back does not come back again
        if self._relaying.is_relayed(received):
            self._relaying.send_back(Discarded(received, ReturnCause.MTP_FAILURE))
            return []
        called, calling = decode_address(message.calling), decode_address(message.called)
        return [Notice(called, calling, ReturnCause.MTP_FAILURE, message.data)]

    def _told(self, events: Sequence[SccpEvent]) -> list[SccpEvent]:
        """Something has changed at other nodes: what is known of ways may not hold any more."""
        if events:
            self._templates.clear()
        return [*events]

    def _indicate(self, transfer: MtpTransfer, flow: Flow, now: float) -> list[SccpEvent]:
        dpc = transfer.dpc
        if dpc != self._point_code:
            return [PeerMisbehaved(flow, "sccp", self._m3ua.not_carried(dpc, flow, now))]
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
        message, opc, _ = received
        calling = completed(decode_address(message.calling), opc)
        if self._scmg.is_congested:
            self._scmg.heard(opc)
        called = self._relaying.destination(received)
        if called is None:
            return []
        if isinstance(called, Discarded):
            return self._discard(called, flow)
        if message.cause is not None:
            return [Notice(called, calling, message.cause, message.data)]
        if called.ssn == MANAGEMENT_SSN and not called.route_on_gt:  # Q.714 §5.1
            return self._told(self._scmg.receive(message.data, opc, now))
        return self._deliver(received, called, calling, flow, now)

    def _deliver(
        self, received: Received, called: SccpAddress, calling: SccpAddress, flow: Flow, now: float
    ) -> list[SccpEvent]:
        message, opc, sls = received
        fault = self._scmg.local_fault(called.ssn)
        if fault is not None:
            self._scmg.refused(called.ssn or 0, opc)
            return self._discard(Discarded(received, fault), flow)
        outcome: bytes | Discarded | None = message.data
        if message.segmentation is not None:
            outcome = self._reassembler.accept(received, message.segmentation, now)
        elif message.kind is _UDT:
            self._learn(message, called, calling)
        if isinstance(outcome, Discarded):
            return self._discard(outcome, flow)
        return [] if outcome is None else [UnitData(called, calling, outcome, sls)]

    def _discard(self, discarded: Discarded, flow: Flow) -> list[SccpEvent]:
        self._relaying.send_back(discarded)
        reason = discarded.cause.name.replace("_", " ").lower()
        return [PeerMisbehaved(flow, "sccp", f"{reason}, {_in_words(discarded.received.message.called)}")]

    def _learn(self, message: SccpMessage, called: SccpAddress, calling: SccpAddress) -> None:
        """Keep the addresses under the octets that come before the user data, as usually laid out."""
        if self._scmg.is_congested or decode_address(message.calling) is not calling:
            return  # every message is counted; where it comes from is a part of the address
        octet = message.protocol_class | (_RETURN_OPTION if message.return_option else 0)
        if len(self._heads) >= self._settings.limits.templates:
            self._heads.clear()
        self._heads[udt_head(message.called, message.calling, octet)] = called, calling


def _in_words(called: bytes) -> str:
    try:
        address = decode_address(called)
    except DecodeError as error:
        return error.reason
    title = f" of {address.gt.digits}" if address.gt else ""
    return f"subsystem {address.ssn}{title}"
