"""A gateway that does nothing: it answers each packet at once with octets written beforehand.

What a generator manages against it is what the generator can do; nothing is checked, stored or remembered.
"""

from collections.abc import Sequence
from random import Random

from lab.bench.frames import Template, number_in, ok, semi_octets
from lab.bench.place import HLR, SMSC
from lab.bench.rehearsal import CALL, EXAMPLE, NUMBER, associated, begin_mo, gateway_flow, mt_forward_sm
from lab.elements.signalling import MSC_SSN, SGSN_SSN, address
from lab.load.reading import BEGIN, component, read
from lab.load.templates import SGSN
from lab.plan import Plan
from mapstack import MT_FORWARD_SM, AddressString, Invoked
from mapstack.map import (
    SEND_ROUTING_INFO_FOR_SM,
    LocationInfoWithLmsi,
    MtForwardSmRes,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
)
from mapstack.map.operation import Operation, Parameter
from sipbridge import Direction, Flow, IscStack, RpAck, RpAddress, RpData, SipSettings

__all__ = ["Null"]

_NOW = 0.0
_OWN_CALL = b"null-"
_REPORT_OF = b"\r\nIn-Reply-To: " + _OWN_CALL
_CALL_ID = b"\r\nCall-ID: " + _OWN_CALL
_ID = 8
_NAME = b"0badcafe"
_OK, _ACCEPTED = b"SIP/2.0 200 OK", b"SIP/2.0 202 Accepted"
_REFERENCE = 0xA7


class Null:
    """Its side towards one generator; what it says stands in `datagrams` and `frames`."""

    def __init__(self, rng: Random, plan: Plan) -> None:
        self.datagrams: list[bytes] = []
        self.frames: dict[str, list[bytes]] = {HLR: [], SMSC: [], SGSN: []}
        gateway, _ = associated(rng, plan)
        dialogue, begin = begin_mo(gateway, plan)
        holes = {b"tid": dialogue.to_bytes(4), b"number": semi_octets(NUMBER)}
        self._forward = Template.of(begin, holes)
        self._result = _answer(rng, plan, MT_FORWARD_SM, mt_forward_sm(plan), MtForwardSmRes())
        self._routed = _answer(rng, plan, SEND_ROUTING_INFO_FOR_SM, _question(plan), _itself(plan))
        self._to_sgsn = _to_sgsn(rng, plan)
        self._report = _report(rng, plan)
        self._deliver = _delivery(rng, plan)

    def on_datagrams(self, batch: Sequence[bytes]) -> None:
        for data in batch:
            if data.startswith(b"MESSAGE "):
                self._on_message(data)
            elif data.startswith(b"REGISTER "):
                self.datagrams.append(ok(data))
            elif data.startswith(b"SIP/2.0 480 "):
                tid = _identifier(data, data.find(_CALL_ID) + len(_CALL_ID))
                self.frames[SGSN].append(self._to_sgsn.fill({b"tid": tid}))

    def on_frames(self, node: str, batch: Sequence[bytes]) -> None:
        for frame in batch:
            unit = read(frame)
            if unit is None:
                continue
            if node == SGSN:
                self.frames[SMSC].append(self._result.fill({b"tid": unit.tid}))
            elif unit.tag != BEGIN:
                name = unit.tid.hex().encode()
                self.datagrams.append(self._report.fill({b"id": name}))
            elif component(frame, unit).code == SEND_ROUTING_INFO_FOR_SM.code:
                self.frames[SMSC].append(self._routed.fill({b"tid": unit.tid}))
            else:
                values = {b"id": unit.tid.hex().encode(), b"number": semi_octets(f"{number_in(frame):08d}")}
                self.datagrams.append(self._deliver.fill(values))

    def _on_message(self, data: bytes) -> None:
        self.datagrams.append(ok(data).replace(_OK, _ACCEPTED, 1))
        at = data.find(_REPORT_OF)
        if at >= 0:
            tid = _identifier(data, at + len(_REPORT_OF))
            self.frames[SMSC].append(self._result.fill({b"tid": tid}))
            return
        number = number_in(data)
        values = {b"tid": number.to_bytes(4), b"number": semi_octets(f"{number:08d}")}
        self.frames[SMSC].append(self._forward.fill(values))


def _identifier(data: bytes, at: int) -> bytes:
    """A transaction id in a Call-ID of ours."""
    return bytes.fromhex(data[at : at + _ID].decode("ascii"))


def _answer(rng: Random, plan: Plan, operation: Operation, arg: Parameter, result: Parameter) -> Template:
    """The gateway's End to the SMS-GMSC."""
    gateway, peer = associated(rng, plan)
    dialogue = peer.stack.invoke(operation, address(plan.gateway_number, MSC_SSN), arg, _NOW)
    (asked,) = peer.stack.take_output()
    for event in gateway.receive(asked[0], gateway_flow(plan), _NOW):
        if isinstance(event, Invoked):
            gateway.result(event.dialogue, result, _NOW)
    return Template.of(gateway.take_output()[0][0], {b"tid": dialogue.to_bytes(4)})


def _question(plan: Plan) -> RoutingInfoForSmArg:
    return RoutingInfoForSmArg(
        msisdn=AddressString(EXAMPLE.msisdn),
        sm_rp_pri=True,
        service_centre_address=AddressString(plan.sc_number),
    )


def _itself(plan: Plan) -> RoutingInfoForSmRes:
    """With what would be an MT Correlation ID."""
    own = LocationInfoWithLmsi(network_node_number=AddressString(plan.gateway_number))
    return RoutingInfoForSmRes(imsi=EXAMPLE.imsi, location_info_with_lmsi=own)


def _to_sgsn(rng: Random, plan: Plan) -> Template:
    if SGSN not in plan.legs:
        return Template(b"")
    gateway, _ = associated(rng, plan, SGSN)
    called = address(plan.sgsn_number, SGSN_SSN)
    dialogue = gateway.invoke(MT_FORWARD_SM, called, mt_forward_sm(plan), _NOW)
    return Template.of(gateway.take_output()[0][0], {b"tid": dialogue.to_bytes(4)})


def _report(rng: Random, plan: Plan) -> Template:
    """RP-ACK on an MO."""
    body = RpAck(_REFERENCE, None).encode(Direction.NETWORK_TO_MS)
    return _message(rng, plan, body, {}, CALL + _NAME)


def _delivery(rng: Random, plan: Plan) -> Template:
    """RP-DATA of an MT."""
    tpdu = mt_forward_sm(plan).sm_rp_ui
    body = RpData(_REFERENCE, RpAddress(plan.sc_number), tpdu).encode(Direction.NETWORK_TO_MS)
    return _message(rng, plan, body, {b"number": semi_octets(NUMBER)}, None)


def _message(
    rng: Random, plan: Plan, body: bytes, holes: dict[bytes, bytes], in_reply_to: bytes | None
) -> Template:
    host, port = plan.sip("ipsmgw")
    isc = IscStack(SipSettings(host=host, port=port), rng)
    flow = Flow("udp", plan.sip("ipsmgw"), plan.sip("scscf"))
    _, call_id = isc.message(
        plan.impu(EXAMPLE),
        "sip:{}:{}".format(*plan.sip("scscf")),
        body,
        _NOW,
        flow=flow,
        asserted=plan.gateway_uri,
        in_reply_to=None if in_reply_to is None else in_reply_to.decode(),
    )
    octets = isc.take_output()[0][0]
    if in_reply_to is None:
        octets = octets.replace(call_id.encode(), _OWN_CALL + _NAME)
    return Template.of(octets, {b"id": _NAME, **holes})
