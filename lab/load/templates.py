"""What a generator sends beside MO and MT: registrations, routing information, answers of HLR and SGSN."""

from random import Random
from typing import NamedTuple

from lab.bench.frames import Template, field, semi_octets
from lab.bench.place import HLR
from lab.bench.rehearsal import BRANCH, CALL, EXAMPLE, Frames, associated, mt_forward_sm, rehearse
from lab.bench.signalling import Peer
from lab.elements.isc import Isc
from lab.elements.signalling import HLR_SSN, MSC_SSN, SGSN_SSN, address
from lab.plan import Plan
from mapstack import AddressString, MapStack
from mapstack.map import (
    ANY_TIME_MODIFICATION,
    MT_FORWARD_SM,
    READY_FOR_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_ROUTING_INFO_FOR_SM,
    AlertReason,
    AnyTimeModificationArg,
    AnyTimeModificationRes,
    LocationInfoWithLmsi,
    ModificationInstruction,
    ModificationRequestForIpSmGwData,
    MtForwardSmRes,
    ReadyForSmArg,
    ReadyForSmRes,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmDeliveryOutcome,
    SubscriberIdentity,
)
from mapstack.map.operation import Operation, Parameter
from sipbridge import SipSettings, SipStack
from sipbridge.events import ClientTx

__all__ = ["SGSN", "Templates", "register", "templates"]

SGSN = "sgsn"
_NOW = 0.0
_EXPIRES = 654_321
_OWN = b"0badcafe"


class Templates(NamedTuple):
    """Holes are named here; of what answers it is tid alone, where nothing is said."""

    messages: Frames
    register: Template
    """Third-party REGISTER: id, msisdn, imsi, expires."""
    modified: Template
    """HLR: of anyTimeModification."""
    ask: Template
    """SMS-GMSC: sendRoutingInfoForSM; tid, msisdn."""
    routed: Template
    """HLR: that it is the SGSN; tid, imsi."""
    reported: Template
    """HLR: of reportSM-DeliveryStatus."""
    ready: Template
    """HLR: of readyForSM, of somebody who was tried in vain and is there again."""
    delivered: Template
    """SGSN: of mt-ForwardSM."""


def templates(rng: Random, plan: Plan) -> Templates:
    """Each is what one of our stacks has written, for this carrier."""
    hlr = _Answering(rng, plan, HLR)
    return Templates(
        rehearse(rng, plan),
        register(rng, plan),
        hlr.answer(ANY_TIME_MODIFICATION, _modification(plan), _modified(plan)),
        _ask(rng, plan),
        hlr.answer(
            SEND_ROUTING_INFO_FOR_SM, _question(plan), _routed(plan), imsi=semi_octets(EXAMPLE.imsi + "f")
        ),
        hlr.answer(REPORT_SM_DELIVERY_STATUS, _report(plan), ReportSmDeliveryStatusRes()),
        hlr.answer(READY_FOR_SM, _there(), ReadyForSmRes()),
        _delivered(rng, plan),
    )


def register(rng: Random, plan: Plan) -> Template:
    """The S-CSCF tells of a subscriber, as initial filter criteria have it (TS 24.229 §5.4.1.7)."""
    host, port = plan.sip("scscf")
    stack = SipStack(SipSettings(host=host, port=port, product="S-CSCF"), rng)
    isc = Isc(plan, stack.identifiers, rng)
    message = isc.third_party_register(plan.impu(EXAMPLE), EXAMPLE, _EXPIRES, ClientTx(BRANCH + _OWN))
    call_id = field(message, b"Call-ID")
    message = message.replace(call_id, CALL + _OWN).replace(call_id.partition(b"@")[0], _OWN)
    holes = {
        b"id": _OWN,
        b"imsi": EXAMPLE.imsi.encode(),  # before the MSISDN, whose digits it ends with
        b"msisdn": EXAMPLE.msisdn.encode(),
        b"expires": b"%d" % _EXPIRES,
    }
    return Template.of(message, holes)


class _Answering:
    """A node that the gateway asks, once for each answer."""

    def __init__(self, rng: Random, plan: Plan, node: str) -> None:
        self._gateway, self._peer = associated(rng, plan, node)
        ssn = SGSN_SSN if node == SGSN else HLR_SSN
        self._called = address({**plan.ss7}[node], ssn)

    def answer(self, operation: Operation, arg: Parameter, result: Parameter, **holes: bytes) -> Template:
        """The End, whatever the DTID."""
        dialogue = self._gateway.invoke(operation, self._called, arg, _NOW)
        tid = dialogue.to_bytes(4)
        end = self._end(self._gateway, self._peer, result)
        return Template.of(end, {b"tid": tid, **{name.encode(): octets for name, octets in holes.items()}})

    def _end(self, gateway: MapStack, peer: Peer, result: Parameter) -> bytes:
        answered = peer.receive([frame for frame, _ in gateway.take_output()], _NOW)
        if answered:  # what the peer answers by itself
            return answered[0]
        peer.stack.result(peer.invoked.pop().dialogue, result, _NOW)
        return peer.stack.take_output()[0][0]


def _modification(plan: Plan) -> AnyTimeModificationArg:
    active = ModificationInstruction.ACTIVATE
    return AnyTimeModificationArg(
        subscriber_identity=SubscriberIdentity(imsi=EXAMPLE.imsi),
        gsm_scf_address=AddressString(plan.gateway_number),
        modification_request_for_ip_sm_gw_data=ModificationRequestForIpSmGwData(
            modify_registration_status=active
        ),
    )


def _modified(plan: Plan) -> AnyTimeModificationRes:
    return AnyTimeModificationRes(service_centre_address=AddressString(plan.sc_number))


def _question(plan: Plan) -> RoutingInfoForSmArg:
    return RoutingInfoForSmArg(
        msisdn=AddressString(EXAMPLE.msisdn),
        sm_rp_pri=True,
        service_centre_address=AddressString(plan.sc_number),
        gprs_support_indicator=True,
    )


def _routed(plan: Plan) -> RoutingInfoForSmRes:
    sgsn = LocationInfoWithLmsi(network_node_number=AddressString(plan.sgsn_number), gprs_node_indicator=True)
    return RoutingInfoForSmRes(imsi=EXAMPLE.imsi, location_info_with_lmsi=sgsn)


def _report(plan: Plan) -> ReportSmDeliveryStatusArg:
    return ReportSmDeliveryStatusArg(
        msisdn=AddressString(EXAMPLE.msisdn),
        service_centre_address=AddressString(plan.sc_number),
        sm_delivery_outcome=SmDeliveryOutcome.SUCCESSFUL_TRANSFER,
    )


def _there() -> ReadyForSmArg:
    return ReadyForSmArg(imsi=EXAMPLE.imsi, alert_reason=AlertReason.MS_PRESENT)


def _ask(rng: Random, plan: Plan) -> Template:
    """The SMS-GMSC asks the gateway itself, as behind an SMS router."""
    _, peer = associated(rng, plan)
    called = address(plan.gateway_number, MSC_SSN)
    dialogue = peer.stack.invoke(SEND_ROUTING_INFO_FOR_SM, called, _question(plan), _NOW)
    frame = peer.stack.take_output()[0][0]
    return Template.of(frame, {b"tid": dialogue.to_bytes(4), b"msisdn": semi_octets(EXAMPLE.msisdn + "f")})


def _delivered(rng: Random, plan: Plan) -> Template:
    if SGSN not in plan.legs:
        return Template(b"")
    arg = mt_forward_sm(plan)
    return _Answering(rng, plan, SGSN).answer(MT_FORWARD_SM, arg, MtForwardSmRes())
