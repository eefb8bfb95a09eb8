"""MSGin5G UEs and application servers as a page shows them, with their messages (TS 23.554)."""

from collections.abc import Iterator

import msgspec

from lab.carrier import Carrier
from lab.msgin5g.application_server import ApplicationServer
from lab.msgin5g.outbox import Outgoing
from lab.msgin5g.ue import Msgin5gUe
from lab.web.bubbles import Bubble, State
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import Message
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus

__all__ = ["Device", "DeviceView", "DevicesView", "Peer", "device_view", "devices", "devices_view", "peers"]

Device = Msgin5gUe | ApplicationServer
_SHOWN = 100
_REPORTS: dict[ReportDeliveryStatus, State] = {
    ReportDeliveryStatus.REPT_DELY_SUCCESS: "delivered",
    ReportDeliveryStatus.REPT_DELY_FAILED: "failed",
}


class Peer(msgspec.Struct, rename="camel"):
    """Somebody whom a message may go to: his name, and what he is."""

    name: str
    service_id: str
    kind: str


class DeviceView(msgspec.Struct, rename="camel", kw_only=True):
    """One UE or application server."""

    name: str
    kind: str
    service_id: str
    server: str
    registered: bool
    answers: bool
    """False: it takes what comes and says nothing."""
    refuses: str
    """With which cause it refuses what comes; nothing: it does not."""
    messages: list[Bubble]


class DevicesView(msgspec.Struct):
    """GET /api/devices."""

    devices: list[DeviceView]
    peers: list[Peer]


def devices(carrier: Carrier) -> dict[str, Device]:
    """By name."""
    return {**carrier.msgin5g.ues, **carrier.msgin5g.application_servers}


def devices_view(carrier: Carrier) -> DevicesView:
    """All of them, and whom they may write to."""
    views = [device_view(carrier, name, device) for name, device in devices(carrier).items()]
    return DevicesView(views, [Peer(name, each.addr, each.addr_type) for name, each in peers(carrier)])


def peers(carrier: Carrier) -> Iterator[tuple[str, Address]]:
    """Everybody with a Service ID, phones by their own names, and groups."""
    for home in carrier.msgin5g.homes.values():
        for subscription in home.data.subscriptions.values():
            yield _name(carrier, subscription.private_id), subscription.address
        for group in home.data.groups:
            yield group, Address(addr_type=AddressType.GROUP, addr=group)


def device_view(carrier: Carrier, name: str, device: Device) -> DeviceView:
    home = carrier.msgin5g.homes[carrier.msgin5g.plan.home(name).name]
    is_ue = isinstance(device, Msgin5gUe)
    refuses = device.refuses if isinstance(device, Msgin5gUe) else device.problem
    return DeviceView(
        name=name,
        kind="UE" if is_ue else "AS",
        service_id=device.address.addr,
        server=home.plan.name,
        registered=device.address in home.data.registered,
        answers=not (isinstance(device, Msgin5gUe) and device.deaf),
        refuses=str(refuses or ""),
        messages=sorted([*_sent(device), *_received(device)], key=lambda bubble: bubble.when),
    )


def _name(carrier: Carrier, private_id: str) -> str:
    names = {phone.subscriber.imsi: name for name, phone in reversed(carrier.phones.items())}
    return next((name for imsi, name in names.items() if imsi == private_id), private_id)


def _sent(device: Device) -> Iterator[Bubble]:
    first = max(0, len(device.ledger.outbox) - _SHOWN)
    for at, one in enumerate(device.ledger.outbox[first:], first):
        state, reason = _standing(device, one)
        yield Bubble(
            id=f"out-{at}",
            incoming=False,
            peer=one.to.addr,
            text=one.text,
            when=one.when,
            state=state,
            reason=reason,
            domain="msgin5g",
            parts=len(one.requests),
            whole=len(one.requests),
            call_id=one.msg_id,
        )


def _standing(device: Device, one: Outgoing) -> tuple[State, str]:
    said = [each for each in device.ledger.reports if each.msg_id == one.msg_id]
    for report in said:
        state = _REPORTS.get(report.deliv_st)
        if state is not None:
            return state, str(report.failure_cause or "") if state == "failed" else ""
    refused = next((each for each in one.requests if each.over and not each.taken), None)
    if refused is not None:
        return (
            "failed",
            "the server has not answered" if refused.silent else f"the server says {refused.cause}",
        )
    if not all(each.over for each in one.requests):
        return "sending", "the server has not answered yet"
    return "at the server", "its report is still to come" if one.report else "no report was asked for"


def _received(device: Device) -> Iterator[Bubble]:
    inbox = (
        [(each.when, each.message) for each in device.ledger.inbox]
        if isinstance(device, Msgin5gUe)
        else list(zip(device.ledger.arrived, device.ledger.inbox, strict=True))
    )
    first = max(0, len(inbox) - _SHOWN)
    for at, (when, message) in enumerate(inbox[first:], first):
        yield _bubble(f"in-{at}", when, message)


def _bubble(name: str, when: float, message: Message) -> Bubble:
    return Bubble(
        id=name,
        incoming=True,
        peer=message.ori_addr.addr,
        text=str(message.payload or ""),
        when=when,
        state="received",
        domain="msgin5g",
        call_id=message.msg_id,
    )
