"""Everybody around the gateway: S-CSCF and phones over UDP, MSGin5G Server over HTTP/2 (TS 29.538)."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Self

import httpx

from lab.bench.exchange import Lost
from lab.bench.frames import Template, field, ok
from lab.bench.msgin5g.site import SERVER, svc_id
from lab.bench.place import PLAN
from lab.bench.rehearsal import delivery_report
from msgin5g_bridge import encode
from msgin5g_bridge.exchange import Asked, Incoming, Reply, Response
from msgin5g_bridge.model import Body, ServerServiceId, UeServiceId, decode
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, MessageDeliveryAck, UEMessageDelivery
from msgin5g_bridge.provisioning import NonMsgin5gUeProvisioningRequest, ProvisioningResponse
from msgin5g_bridge.registration import RegistrationResponse, RegistrationResult
from msgin5g_bridge.rest_server import RestServer, ServerBounds
from msgin5g_bridge.ueregistration import BulkUeRegistration, BulkUeRegistrationAck, UeRegistration

__all__ = ["PATIENCE", "Around"]

PATIENCE = 60.0
_JSON = (("content-type", "application/json"),)
_BUFFER = 4 * 1024 * 1024
_RP_ACK = b"\r\n\r\n\x03"


class Around(asyncio.DatagramProtocol):
    """Answers at once what the gateway says, and notes it."""

    def __init__(self, report: Template) -> None:
        self._report = report
        self._reports = [delivery_report(reference) for reference in range(256)]
        self._server = RestServer(self._asked, ServerBounds(streams=1_000, max_body=1 << 20), None)
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(http1=False, http2=True), timeout=PATIENCE
        )
        self._count = 0
        self.reported: dict[str, asyncio.Future[None]] = {}
        """By Message ID: done when the gateway has reported success."""
        self.acknowledged: dict[bytes, asyncio.Future[None]] = {}
        """By Call-ID of an MO: done when its RP-ACK has come."""
        self.registered: set[str] = set()
        """Service IDs, single or in bulk."""
        self.sent = 0
        """Messages of phones that have come."""

    async def __aenter__(self) -> Self:
        await self._server.start(SERVER)
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        opened.bind(PLAN.sip("scscf"))
        self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=opened)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._udp.close()
        await self._client.aclose()
        await self._server.stop()

    async def post(self, to: tuple[str, int], path: str, body: bytes) -> None:
        """Anything but 204 is the end of the bench."""
        url = f"http://{to[0]}:{to[1]}{path}"
        answer = await self._client.post(url, content=body, headers=dict(_JSON))
        if answer.status_code != 204:
            raise Lost(f"{path} was answered {answer.status_code}: {answer.text}")

    def say(self, datagram: bytes) -> None:
        """As the S-CSCF, to the gateway."""
        self._udp.sendto(datagram, PLAN.sip("ipsmgw"))

    # S-CSCF and phones.

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not data.startswith(b"MESSAGE "):
            return
        self.say(ok(data))
        if _RP_ACK in data:
            waiting = self.acknowledged.pop(field(data, b"In-Reply-To"), None)
            if waiting is not None:
                waiting.set_result(None)
        else:
            self._deliver(data)

    def _deliver(self, data: bytes) -> None:
        self._count += 1
        values: Mapping[bytes, bytes] = {
            b"id": b"%08x" % (0x7000_0000 + self._count),
            b"msisdn": data[13:].partition(b"@")[0],
            b"in_reply_to": field(data, b"Call-ID"),
            b"body": self._reports[data[data.find(b"\r\n\r\n") + 5]],
        }
        self.say(self._report.fill(values))

    # MSGin5G Server.

    def _asked(self, incoming: Incoming) -> None:
        if isinstance(incoming, Asked):
            status, body = self._answer(incoming.request.path, incoming.request.body)
            headers = (*_JSON, ("location", f"{incoming.request.path}/1")) if status == 201 else _JSON
            self._server.send(Reply(incoming.exchange, Response(status, headers, encode(body))))

    def _answer(self, path: str, body: bytes) -> tuple[int, Body]:
        match path.rpartition("/")[2]:
            case "provision-non-msgin5g-ue":
                wanted = decode(NonMsgin5gUeProvisioningRequest, body).non_msgin5g_ue_priv_id
                server = ServerServiceId("m5s@bench.example")
                return 200, ProvisioningResponse(svc_id=svc_id(wanted), server_svc_ids=(server,))
            case "registrations":
                return 201, self._register(decode(UeRegistration, body))
            case "bulk-registrations":
                results = tuple(map(self._register, decode(BulkUeRegistration, body).list))
                return 200, BulkUeRegistrationAck(count=len(results), list=results)
            case "deliver-report":
                report = decode(DeliveryStatusReport, body)
                self.note(report)
                return 200, MessageDeliveryAck(ori_addr=report.ori_addr, msg_id=report.msg_id)
        self.sent += 1
        message = decode(UEMessageDelivery, body)
        return 200, MessageDeliveryAck(ori_addr=message.ori_addr, msg_id=message.msg_id)

    def _register(self, wanted: UeRegistration) -> RegistrationResponse:
        self.registered.add(wanted.ue_svc_id)
        return RegistrationResponse(
            ue_svc_id=UeServiceId(wanted.ue_svc_id), result=RegistrationResult.SUCCESS
        )

    def note(self, report: DeliveryStatusReport) -> None:
        """The gateway says what has become of a message."""
        waiting = self.reported.pop(report.msg_id, None)
        if waiting is None:
            return
        if report.failure_cause:
            waiting.set_exception(Lost(f"{report.msg_id} has failed: {report.failure_cause}"))
        else:
            waiting.set_result(None)
