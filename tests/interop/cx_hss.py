"""A Cx HSS for Kamailio: answers, and asks for a de-registration (TS 29.228 §6.1; TS 29.229 §6.1)."""

import asyncio
from collections.abc import Callable

from diameter.message import Message, constants
from diameter.message.avp.grouped import DeregistrationReason, VendorSpecificApplicationId
from diameter.message.commands import (
    CapabilitiesExchangeRequest,
    DeviceWatchdogRequest,
    RegistrationTerminationRequest,
    ServerAssignmentRequest,
)

__all__ = ["CxHss"]

_CX = 16777216
_HEADER = 4
_SUCCESS = constants.E_RESULT_CODE_DIAMETER_SUCCESS


class CxHss:
    """One S-CSCF connects to it, and knows it by its address; `profile`: user data of a public identity."""

    def __init__(self, host: str, realm: str, profile: Callable[[str], str | None]) -> None:
        self._realm = realm
        self._host = host
        self._profile = profile
        self._peer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._sessions = 0
        self.connected = asyncio.Event()
        self._over = asyncio.Event()
        self.assignments: list[tuple[str, int]] = []
        """Public identity and Server-Assignment-Type of each SAR."""
        self.terminated: list[int | None] = []
        """Result codes of the RTAs."""

    async def start(self, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, self._host, port)

    async def stop(self) -> None:
        if self._peer is not None:
            self._peer.close()
            await self._over.wait()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def terminate(self, private: str, public: str, scscf: str) -> None:
        """RTR: the operator ends a registration (TS 29.228 §6.1.3)."""
        request = RegistrationTerminationRequest()
        self._sessions += 1
        request.session_id = f"{self._host};1;{self._sessions}"
        request.vendor_specific_application_id = _cx()
        request.auth_session_state = constants.E_AUTH_SESSION_STATE_NO_STATE_MAINTAINED
        request.origin_host, request.origin_realm = self._host.encode(), self._realm.encode()
        request.destination_host, request.destination_realm = scscf.encode(), self._realm.encode()
        request.user_name, request.public_identity = private, [public]
        reason = constants.E_REASON_CODE_PERMANENT_TERMINATION
        request.deregistration_reason = DeregistrationReason(reason_code=reason)
        request.header.application_id = _CX
        request.header.hop_by_hop_identifier = request.header.end_to_end_identifier = 0x1000 + self._sessions
        assert self._peer is not None
        self._peer.write(request.as_bytes())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._peer = writer
        try:
            while True:
                head = await reader.readexactly(_HEADER)
                rest = await reader.readexactly(int.from_bytes(head[1:]) - _HEADER)
                self._take(Message.from_bytes(head + rest), writer)
        except (asyncio.IncompleteReadError, ConnectionResetError):
            self.connected.clear()
        finally:
            self._over.set()

    def _take(self, message: Message, writer: asyncio.StreamWriter) -> None:
        if not message.header.is_request:
            self.terminated.append(message.result_code)
            return
        answer = message.to_answer()
        answer.origin_host, answer.origin_realm = self._host.encode(), self._realm.encode()
        answer.result_code = _SUCCESS
        match message:
            case CapabilitiesExchangeRequest():
                address = writer.get_extra_info("sockname")[0]
                answer.host_ip_address = [(1, address)]
                answer.vendor_id, answer.product_name = 0, "ipsmgw test HSS"
                answer.supported_vendor_id = [constants.VENDOR_TGPP]
                answer.vendor_specific_application_id = [_cx()]
                self.connected.set()
            case ServerAssignmentRequest():
                self._assign(message, answer)
            case DeviceWatchdogRequest():
                pass
        writer.write(answer.as_bytes())

    def _assign(self, request: ServerAssignmentRequest, answer: Message) -> None:
        (public,) = request.public_identity
        self.assignments.append((public, request.server_assignment_type))
        answer.session_id = request.session_id
        answer.vendor_specific_application_id = _cx()
        answer.auth_session_state = constants.E_AUTH_SESSION_STATE_NO_STATE_MAINTAINED
        profile = self._profile(public)
        if profile is None:
            answer.result_code = constants.E_RESULT_CODE_DIAMETER_UNABLE_TO_COMPLY
        else:
            answer.user_data = profile.encode()


def _cx() -> VendorSpecificApplicationId:
    return VendorSpecificApplicationId(vendor_id=constants.VENDOR_TGPP, auth_application_id=_CX)
