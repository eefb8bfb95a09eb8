"""MSGin5G UEs and application servers of the running lab over its API."""

from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ipsmgw.web import Endpoint, as_json
from lab.carrier import Carrier
from lab.msgin5g.outbox import Asked
from lab.msgin5g.ue import Msgin5gUe
from lab.web.asking import Refusal, endpoint, read_body
from lab.web.device_view import Device, DevicesView, DeviceView, device_view, devices, devices_view, peers
from msgin5g_bridge.l3gdelivery import Address

__all__ = ["DeviceMessage", "DeviceOrder", "device_routes"]

_WAIT = 20.0


class DeviceOrder(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/devices/NAME: `ignore` takes what comes and says nothing, `answer` is as it should be."""

    order: Literal["register", "deregister", "ignore", "answer"]


class DeviceMessage(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/devices/NAME/messages: to a name or a Service ID."""

    to: str
    text: str
    report: bool = True
    keep: bool = False
    """Whether the server stores it for who is not there."""


def device_routes(carrier: Carrier) -> list[Endpoint]:
    """All of them."""
    routes = _Routes(carrier)
    return [
        endpoint("GET /api/devices", routes.get, "MSGin5G UEs and application servers", DevicesView),
        endpoint(
            "POST /api/devices/{name}", routes.order, "Have it do something", DeviceView, body=DeviceOrder
        ),
        endpoint(
            "POST /api/devices/{name}/messages",
            routes.send,
            "Have it send a message",
            DeviceView,
            body=DeviceMessage,
            status=202,
        ),
    ]


class _Routes:
    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    async def get(self, request: Request) -> Response:
        return as_json(devices_view(self._carrier))

    async def order(self, request: Request) -> Response:
        name, device = self._device(request)
        asked = await read_body(request, DeviceOrder)
        if asked.order in ("ignore", "answer"):
            if not isinstance(device, Msgin5gUe):
                raise Refusal(409, f"{name} is an application server: HTTP answers by itself")
            device.deaf = asked.order == "ignore"
        else:
            await self._registration(name, device, wanted=asked.order == "register")
        return as_json(device_view(self._carrier, name, device))

    async def send(self, request: Request) -> Response:
        """202: what becomes of it is told by its messages."""
        name, device = self._device(request)
        asked = await read_body(request, DeviceMessage)
        if not asked.text:
            raise Refusal(400, "an empty text is no message")
        device.send(self._address(asked.to), asked.text, report=asked.report, keep=asked.keep)
        return as_json(device_view(self._carrier, name, device), 202)

    def _device(self, request: Request) -> tuple[str, Device]:
        name = request.path_params["name"]
        device = devices(self._carrier).get(name)
        if device is None:
            raise Refusal(404, f"there is no MSGin5G UE or application server {name!r}")
        return name, device

    def _address(self, who: str) -> Address:
        found = next((to for name, to in peers(self._carrier) if who in (name, to.addr)), None)
        if found is None:
            there = ", ".join(name for name, _ in peers(self._carrier))
            raise Refusal(400, f"nobody here is {who!r}; there are {there}")
        return found

    async def _registration(self, name: str, device: Device, *, wanted: bool) -> None:
        carrier = self._carrier
        registered = carrier.msgin5g.homes[carrier.msgin5g.plan.home(name).name].data.registered
        if wanted:
            asked: Asked = device.register()
        elif isinstance(device, Msgin5gUe):
            asked = device.deregister()
        elif device.address not in registered:
            return
        else:
            asked = device.leave(registered[device.address].id)
        await carrier.ground.waiting.until(lambda: asked.over, _WAIT)
        if not asked.taken:
            why = "it does not answer" if asked.silent or not asked.over else asked.cause
            raise Refusal(504, f"the server has not taken it within {_WAIT:g} s: {why}")
