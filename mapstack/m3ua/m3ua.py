"""M3UA as a layer: MTP-TRANSFER over associations, as ASP, SGP and IPSP (RFC 4666)."""

from collections.abc import Iterable
from enum import Enum

from mapstack.errors import DecodeError
from mapstack.events import AssociationFailed, AsStateChanged, PeerMisbehaved
from mapstack.flow import Flow
from mapstack.m3ua.association import Peer
from mapstack.m3ua.codes import ErrorCode
from mapstack.m3ua.data import DATA_HEADER, SCCP, MtpTransfer, Unsent, protocol_data
from mapstack.m3ua.management import Management
from mapstack.m3ua.message import M3uaMessage, MessageType, Tag, check_once, decode
from mapstack.m3ua.network import Network, NetworkEvent
from mapstack.m3ua.procedures import check_network, member_of, refusal
from mapstack.m3ua.settings import M3uaSettings
from mapstack.m3ua.status import M3uaStatus, snapshot

__all__ = ["M3ua", "M3uaEvent", "TransferRefused"]

M3uaEvent = MtpTransfer | NetworkEvent
_STOPPED = "we have stopped"


class TransferRefused(Enum):
    """Why a message cannot go to a point code."""

    UNREACHABLE = "no association to it is active"
    CONGESTED = "too much waits for it"


class M3ua:
    """The layer: octets of associations in, MTP-TRANSFER indications and management events out."""

    def __init__(self, settings: M3uaSettings) -> None:
        self._settings = settings
        self._output: list[tuple[bytes, Flow]] = []
        self._network = Network(settings, self._output)
        self._management = Management(settings, self._network)
        self._peers = self._network.peers
        self._ways = self._network.ways

    # ---- the contract of a stack

    def transferred(self, data: bytes, flow: Flow, now: float) -> MtpTransfer | None:
        """What nearly every message is: DATA as usual; None, and `receive` must look at it."""
        peer = self._peers.get(flow.connection)
        if peer is None or not peer.takes_data or (flow.transport == "sctp" and not flow.stream):
            return None
        peer.heard = now
        transfer = peer.codec.decode(data)
        if transfer is not None:
            peer.received += 1
        return transfer

    def receive(self, data: bytes, flow: Flow, now: float) -> list[M3uaEvent]:
        """One message has come."""
        transfer = self.transferred(data, flow, now)
        if transfer is not None:
            return [transfer]
        peer = self._peers.get(flow.connection)
        if peer is None or peer.flow is None:
            if peer is not None and peer.history.ended == _STOPPED:
                return []  # it answers our leave
            return [PeerMisbehaved(flow, "m3ua", "octets on an association that is not up")]
        peer.heard = now
        try:
            message = decode(data)
            check_once(message)
            if message.kind is MessageType.DATA:
                return [self._data(peer, message, flow)]
            return [*self._followed(self._management.receive(peer, message, now))]
        except DecodeError as error:
            self._answer(peer, data, error)
            peer.history.misbehaved = error.reason, now
            return [PeerMisbehaved(flow, "m3ua", error.reason)]

    def link_up(self, flow: Flow, identity: str, now: float) -> list[NetworkEvent]:
        """An association is established; `identity` is not used: M3UA proves none."""
        peer = self._peers.get(flow.connection)
        if peer is None:
            return [PeerMisbehaved(flow, "m3ua", "an association that is not configured")]
        replaced = "a new connection has taken its place"
        changes = peer.link_down(now, replaced) if peer.flow is not None else []
        events = self._network.settle(changes, now)
        return self._followed(events + self._network.settle(peer.link_up(flow, now), now))

    def link_down(self, flow: Flow, now: float) -> list[NetworkEvent]:
        """An association is lost."""
        peer = self._peers.get(flow.connection)
        if peer is None or peer.flow is None:
            return []
        return self._followed(self._network.settle(peer.link_down(now), now))

    def expire(self, now: float) -> list[NetworkEvent]:
        """Run what is due."""
        events: list[NetworkEvent] = []
        for peer in self._peers.values():
            if peer.flow is not None and peer.is_silent(now):
                reason = "silent for two heartbeats"
                events.append(AssociationFailed(peer.flow, peer.name, reason))
                events += self._network.settle(peer.link_down(now, reason), now)
            events += self._network.settle(peer.expire(now), now)
            if peer.audit_due(now):
                self._network.audit(peer, now)
        recovered = [event for server in self._network.servers.values() for event in server.expire(now)]
        if recovered:
            events += recovered + self._network.reroute(now)
        return self._followed(events)

    def deadline(self) -> float | None:
        """The soonest deadline."""
        deadlines = [peer.deadline() for peer in self._peers.values()]
        deadlines += [server.deadline() for server in self._network.servers.values()]
        return min([when for when in deadlines if when is not None], default=None)

    def take_output(self) -> list[tuple[bytes, Flow]]:
        """What has to be sent."""
        output = self._output.copy()
        self._output.clear()
        return output

    # ---- requests from above

    def transfer(self, point_code: int, sls: int, data: bytes) -> TransferRefused | None:
        """MTP-TRANSFER request: hand on one SCCP message; None: done, or kept while the AS is pending."""
        ways = self._ways.get(point_code)
        if ways is None:
            return self._transfer_otherwise(point_code, sls, data)
        ways[sls % len(ways)].transfer(sls, data)
        return None

    def unsent(self, batch: Iterable[tuple[bytes, Flow]]) -> list[NetworkEvent]:
        """The transport gives back what it had taken and never sent: it goes another way, or is refused.

        What was said to the peer itself has no meaning on a new association.
        """
        refused: list[NetworkEvent] = []
        for octets, flow in batch:
            if not octets.startswith(DATA_HEADER):
                continue
            found = protocol_data(decode(octets))
            if self._network.others_have_it(flow.connection, found.dpc):
                continue
            if self.transfer(found.dpc, found.sls, found.data) is not None:
                refused.append(Unsent(found.dpc, found.sls, found.data))
        return refused

    def user_part_unavailable(self, point_code: int, user: int, cause: int) -> None:
        """Tell the ASPs behind us that a user part is not there (DUPU, RFC 4666 §3.4.5)."""
        self._management.user_part_unavailable(point_code, user, cause)

    def not_carried(self, point_code: int, flow: Flow, now: float) -> str:
        """DATA came for a point code that we do not lead to: its ASP hears of it (DUNA, RFC 4666 §3.4.1)."""
        peer = self._peers[flow.connection]
        self._management.not_carried(point_code, peer)
        reason = f"a message for point code {point_code}, which is not here"
        peer.history.misbehaved = reason, now
        return reason

    def status(self, now: float) -> M3uaStatus:
        """How everything stands."""
        for peer in self._peers.values():
            if peer.flow is not None:
                peer.traffic.look(peer.sent, peer.received, now)
        return snapshot(self._settings, self._network, now)

    def stop(self, now: float) -> list[NetworkEvent]:
        """Take leave of every peer; what is to be sent for it must still be taken."""
        events: list[NetworkEvent] = []
        for peer in self._peers.values():
            if peer.flow is not None:
                for asp in peer.asps:
                    asp.say_goodbye()
                events += self._network.settle(peer.link_down(now, _STOPPED), now)
        return self._followed(events)

    # ---- inside

    def _transfer_otherwise(self, point_code: int, sls: int, data: bytes) -> TransferRefused | None:
        """To an AS that is pending, or to a point code that only a route with a mask leads to."""
        for member in self._network.routing.pending(point_code):
            if member.server is not None:
                kept = member.server.keep(point_code, sls, data)
                return None if kept else TransferRefused.CONGESTED
        ways = self._network.way_to(point_code)
        if not ways:
            return TransferRefused.UNREACHABLE
        ways[sls % len(ways)].transfer(sls, data)
        return None

    def _data(self, peer: Peer, message: M3uaMessage, flow: Flow) -> MtpTransfer:
        if not flow.stream and flow.transport == "sctp":
            raise refusal("DATA on stream 0", ErrorCode.INVALID_STREAM_IDENTIFIER)
        check_network(peer, message)
        member_of(peer, message)
        found = protocol_data(message)
        if found.service_indicator != SCCP or found.network_indicator != self._settings.network_indicator:
            reason = (
                f"service indicator {found.service_indicator}, network indicator {found.network_indicator}"
            )
            raise refusal(reason, ErrorCode.INVALID_PARAMETER_VALUE)
        peer.received += 1
        return MtpTransfer(found.opc, found.dpc, found.sls, found.data)

    def _followed(self, events: list[NetworkEvent]) -> list[NetworkEvent]:
        """An AS may have ended with what happened: then so have the registrations for it."""
        if any(isinstance(event, AsStateChanged) for event in events):
            self._management.prune()
        return events

    def _answer(self, peer: Peer, data: bytes, error: DecodeError) -> None:
        if data[2:4] == b"\0\0":
            return  # RFC 4666 §3.8.1: ERR is not answered with ERR
        code = ErrorCode.PROTOCOL_ERROR if error.code is None else error.code
        invalid = _INVALID.get(code)
        if invalid is None:
            peer.report(code, data)
        else:
            peer.report(code, data, (invalid, decode(data).get(invalid)))


# §3.8.1: what goes with an ERR of these
_INVALID: dict[int, Tag] = {
    ErrorCode.UNEXPECTED_MESSAGE: Tag.ROUTING_CONTEXT,
    ErrorCode.INVALID_ROUTING_CONTEXT: Tag.ROUTING_CONTEXT,
    ErrorCode.INVALID_NETWORK_APPEARANCE: Tag.NETWORK_APPEARANCE,
}
