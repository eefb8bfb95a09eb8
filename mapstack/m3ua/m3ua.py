"""M3UA as a layer: MTP-TRANSFER over associations, as ASP and as SGP (RFC 4666)."""

from enum import Enum

from mapstack.errors import DecodeError
from mapstack.events import (
    AspStateChanged,
    AssociationFailed,
    ManagementEvent,
    ManagementKind,
    ManagementNotified,
    PeerMisbehaved,
)
from mapstack.flow import Flow
from mapstack.m3ua.application_server import AsState
from mapstack.m3ua.asp import AspInput, AspState
from mapstack.m3ua.association import Asp
from mapstack.m3ua.codes import ErrorCode, Status
from mapstack.m3ua.data import SCCP, MtpTransfer, protocol_data
from mapstack.m3ua.destination import DestinationState
from mapstack.m3ua.message import M3uaMessage, MessageType, Tag, decode
from mapstack.m3ua.procedures import check_parameters, meaning, refusal
from mapstack.m3ua.settings import M3uaSettings, Role
from mapstack.m3ua.sgp import ApplicationServer

__all__ = ["M3ua", "M3uaEvent", "TransferRefused"]

M3uaEvent = MtpTransfer | ManagementEvent

# RFC 4666 §4.3.4.3: what NTFY says to an ASP that stands by
_NOTIFIED: dict[int, AspInput] = {
    Status.ALTERNATE_ASP_ACTIVE: AspInput.ALTERNATE_ACTIVE,
    Status.AS_PENDING: AspInput.MORE_WANTED,
    Status.INSUFFICIENT_ASP_RESOURCES: AspInput.MORE_WANTED,
    Status.ASP_FAILURE: AspInput.MORE_WANTED,
}


class TransferRefused(Enum):
    """Why a message cannot go to a point code."""

    UNREACHABLE = "no association to it is active"
    CONGESTED = "too much waits for it"


class M3ua:
    """The layer: octets of associations in, MTP-TRANSFER indications and management events out."""

    def __init__(self, settings: M3uaSettings) -> None:
        self._settings = settings
        self._output: list[tuple[bytes, Flow]] = []
        self._asps = {one.name: Asp(one, settings, self._output) for one in settings.associations}
        self._servers: dict[int, ApplicationServer] = {}
        for asp in self._asps.values():
            if asp.settings.role is Role.SGP:
                point_code = asp.settings.point_code
                server = self._servers.setdefault(point_code, ApplicationServer(point_code, settings))
                server.asps.append(asp)
        self._ways: dict[int, tuple[Asp, ...]] = {}

    # ---- the contract of a stack

    def transferred(self, data: bytes, flow: Flow, now: float) -> MtpTransfer | None:
        """What nearly every message is: DATA as usual; None, and `receive` must look at it."""
        asp = self._asps.get(flow.connection)
        if asp is None or not asp.takes_data or (flow.transport == "sctp" and not flow.stream):
            return None
        asp.heard = now
        return asp.codec.decode(data)

    def receive(self, data: bytes, flow: Flow, now: float) -> list[M3uaEvent]:
        """One message has come."""
        transfer = self.transferred(data, flow, now)
        if transfer is not None:
            return [transfer]
        asp = self._asps.get(flow.connection)
        if asp is None or asp.flow is None:
            return [PeerMisbehaved(flow, "m3ua", "octets on an association that is not up")]
        asp.heard = now
        try:
            message = decode(data)
            if message.kind is MessageType.DATA:
                return [self._data(asp, message, flow)]
            return [*self._manage(asp, message, now)]
        except DecodeError as error:
            self._answer(asp, data, error)
            return [PeerMisbehaved(flow, "m3ua", error.reason)]

    def link_up(self, flow: Flow, identity: str, now: float) -> list[ManagementEvent]:
        """An association is established; `identity` is not used: M3UA proves none."""
        asp = self._asps.get(flow.connection)
        if asp is None:
            return [PeerMisbehaved(flow, "m3ua", "an association that is not configured")]
        events = self._settle(asp, asp.link_down(now), now) if asp.flow is not None else []
        return events + self._settle(asp, asp.link_up(flow, now), now)

    def link_down(self, flow: Flow, now: float) -> list[ManagementEvent]:
        """An association is lost."""
        asp = self._asps.get(flow.connection)
        if asp is None or asp.flow is None:
            return []
        return self._settle(asp, asp.link_down(now), now)

    def expire(self, now: float) -> list[ManagementEvent]:
        """Run what is due."""
        events: list[ManagementEvent] = []
        for asp in self._asps.values():
            if asp.flow is not None and asp.is_silent(now):
                events.append(AssociationFailed(asp.flow, asp.settings.name, "silent for two heartbeats"))
                events += self._settle(asp, asp.link_down(now), now)
            events += self._settle(asp, asp.expire(now), now)
        for server in self._servers.values():
            events += server.expire(now)
        return events

    def deadline(self) -> float | None:
        """The soonest deadline."""
        deadlines = [asp.deadline() for asp in self._asps.values()]
        deadlines += [server.deadline() for server in self._servers.values()]
        return min((when for when in deadlines if when is not None), default=None)

    def take_output(self) -> list[tuple[bytes, Flow]]:
        """What has to be sent."""
        output = self._output.copy()
        self._output.clear()
        return output

    # ---- requests from above

    def transfer(self, point_code: int, sls: int, data: bytes) -> TransferRefused | None:
        """MTP-TRANSFER request: hand on one SCCP message; None: done, or kept while the AS is pending."""
        ways = self._ways.get(point_code)
        if ways is not None:
            ways[sls % len(ways)].transfer(sls, data)
            return None
        server = self._servers.get(point_code)
        if server is None or server.state is not AsState.PENDING:
            return TransferRefused.UNREACHABLE
        return None if server.keep(sls, data) else TransferRefused.CONGESTED

    # ---- inside

    def _data(self, asp: Asp, message: M3uaMessage, flow: Flow) -> MtpTransfer:
        if not flow.stream and flow.transport == "sctp":
            raise refusal("DATA on stream 0", ErrorCode.INVALID_STREAM_IDENTIFIER)
        if not asp.takes_data:
            raise refusal(f"DATA in {asp.state.value}", ErrorCode.UNEXPECTED_MESSAGE)
        check_parameters(asp, message)
        found = protocol_data(message)
        if found.service_indicator != SCCP or found.network_indicator != self._settings.network_indicator:
            reason = (
                f"service indicator {found.service_indicator}, network indicator {found.network_indicator}"
            )
            raise refusal(reason, ErrorCode.INVALID_PARAMETER_VALUE)
        return MtpTransfer(found.opc, found.dpc, found.sls, found.data)

    def _manage(self, asp: Asp, message: M3uaMessage, now: float) -> list[ManagementEvent]:
        found = meaning(asp, message, (*self._ways, self._settings.point_code))
        if isinstance(found, AspInput):
            return self._settle(asp, asp.step(found, now), now)
        for event in found:
            if isinstance(event, ManagementNotified) and event.kind is ManagementKind.NTFY:
                what = _NOTIFIED.get(event.code)
                return found if what is None else found + self._settle(asp, asp.step(what, now), now)
        self._find_ways()
        return found

    def _settle(self, asp: Asp, events: list[ManagementEvent], now: float) -> list[ManagementEvent]:
        """An ASP has taken a step: its AS and the ways through it follow."""
        server = self._servers.get(asp.settings.point_code) if asp.settings.role is Role.SGP else None
        changes = [event for event in events if isinstance(event, AspStateChanged)]
        if server is not None:
            for change in changes:
                events = events + server.asp_changed(asp, change.old, now)
        if changes:
            self._find_ways()
        return events

    def _find_ways(self) -> None:
        ways: dict[int, tuple[Asp, ...]] = {}
        for asp in self._asps.values():
            if asp.state is AspState.ACTIVE and asp.destination is not DestinationState.UNAVAILABLE:
                ways[asp.settings.point_code] = (*ways.get(asp.settings.point_code, ()), asp)
        self._ways = ways

    def _answer(self, asp: Asp, data: bytes, error: DecodeError) -> None:
        if data[2:4] == b"\0\0":
            return  # RFC 4666 §3.8.1: ERR is not answered with ERR
        code = ErrorCode.PROTOCOL_ERROR if error.code is None else error.code
        invalid = _INVALID.get(code)
        if invalid is None:
            asp.report(code, data)
        else:
            asp.report(code, data, (invalid, decode(data).get(invalid)))


_INVALID: dict[int, Tag] = {
    ErrorCode.INVALID_ROUTING_CONTEXT: Tag.ROUTING_CONTEXT,
    ErrorCode.INVALID_NETWORK_APPEARANCE: Tag.NETWORK_APPEARANCE,
}
