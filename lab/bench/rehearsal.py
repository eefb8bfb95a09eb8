"""Real messages out of our own stacks, once, to make the templates of (TS 24.341 §5.3.3, TS 29.002 §23)."""

from random import Random
from typing import NamedTuple

from ipsmgw.sms import Address, Deliver, DeliverReport, Submit, SubmitReport, Timestamp, compose
from lab.bench.frames import OTHER_PREFIX, Template, semi_octets
from lab.bench.place import PLAN, SMSC, subscriber
from lab.bench.signalling import Peer, gateway_stack
from lab.elements.isc import Isc
from lab.elements.line import ACCESS
from mapstack import MO_FORWARD_SM, MT_FORWARD_SM, AddressString, Flow, Gt, MapStack, SccpAddress
from mapstack.map import MoForwardSmArg, MoForwardSmRes, MtForwardSmArg, SmRpDa, SmRpOa
from sipbridge import Direction, Request, RpAck, RpAddress, RpData, SipSettings, SipStack
from sipbridge import Flow as SipFlow
from sipbridge.events import ClientTx

__all__ = ["TEXT", "Frames", "associated", "delivery_report", "gateway_flow", "registers", "rehearse"]

TEXT = "The quick brown fox jumps over the lazy dog, and then it lies down beside it and sleeps for an hour."
"""100 characters: its mo-ForwardSM fits into one UDT."""

_EXAMPLE = subscriber(2_654_321)
_NUMBER = "97864531"
_REFERENCE = 0xA7
_BRANCH = b"z9hG4bKbench"
_CALL_ID = "answered-call@127.0.0.1"
_SCTS = Timestamp.at(1_767_225_600.0)
_NOW = 0.0
_PHONE = SipSettings(host=f"127.0.{PLAN.network}.99", product="bench phone")


class Frames(NamedTuple):
    """What the generator sends. Holes: id, msisdn, and those that are named here."""

    submit: Template
    """MO: MESSAGE with RP-DATA; number."""
    result: Template
    """MO: End with the result; tid."""
    begin: Template
    """MT: Begin with mt-ForwardSM; tid, imsi, number."""
    report: Template
    """MT: MESSAGE with RP-ACK; in_reply_to, body."""


def rehearse(rng: Random) -> Frames:
    """All templates; each message is what one of our stacks has written."""
    gateway, peer = associated(rng)
    return Frames(
        submit=_message(rng, _submission(), {b"number": semi_octets(_NUMBER)}),
        result=_result(gateway, peer),
        begin=_begin(gateway, peer),
        report=_message(rng, delivery_report(_REFERENCE), {b"body": delivery_report(_REFERENCE)}, _CALL_ID),
    )


def delivery_report(reference: int) -> bytes:
    """RP-ACK with a DELIVER-REPORT."""
    return RpAck(reference, DeliverReport.of().encode()).encode(Direction.MS_TO_NETWORK)


def _submit() -> bytes:
    part = compose(TEXT)[0]
    to = Address.international(OTHER_PREFIX + _NUMBER)
    return Submit.of(17, to, udl=part.udl, ud=part.ud, dcs=part.dcs).encode()


def _deliver() -> bytes:
    part = compose(TEXT)[0]
    sender = Address.international(OTHER_PREFIX + _NUMBER)
    return Deliver.of(sender, _SCTS, udl=part.udl, ud=part.ud, dcs=part.dcs).encode()


def _submission() -> bytes:
    return RpData(_REFERENCE, RpAddress(PLAN.sc_number), _submit()).encode(Direction.MS_TO_NETWORK)


def _message(rng: Random, body: bytes, holes: dict[bytes, bytes], in_reply_to: str | None = None) -> Template:
    """A phone's MESSAGE as its S-CSCF hands it to the gateway."""
    phone, scscf = SipStack(_PHONE, rng), _scscf(rng)
    tx, call_id, octets = _from_phone(phone, body, in_reply_to)
    back = SipFlow("udp", PLAN.sip("scscf"), (_PHONE.host, _PHONE.port))
    (event,) = scscf.receive(octets, back, _NOW)
    if not isinstance(event, Request):
        raise ValueError(f"the S-CSCF does not understand the phone: {event}")
    own = tx[-8:]  # ends the phone's branch and tag
    branch = _BRANCH + own
    isc = Isc(PLAN, scscf.identifiers, rng)
    message = isc.message(event, PLAN.impu(_EXAMPLE), _EXAMPLE, branch)
    message = message.replace(call_id.encode(), b"bench-call-" + own)
    marks = {b"id": own, b"msisdn": _EXAMPLE.msisdn.encode(), **holes}
    if in_reply_to is not None:
        marks[b"in_reply_to"] = in_reply_to.encode()
    return Template.of(message, marks)


def _from_phone(phone: SipStack, body: bytes, in_reply_to: str | None) -> tuple[ClientTx, str, bytes]:
    impu = PLAN.impu(_EXAMPLE)
    target = PLAN.sc_uri if in_reply_to is None else PLAN.gateway_uri
    headers = [
        ("Route", "<sip:{}:{};lr>".format(*PLAN.sip("scscf"))),
        ("P-Preferred-Identity", f"<{impu}>"),
        ("P-Access-Network-Info", ACCESS),
        ("Request-Disposition", "no-fork"),
        ("Accept-Contact", "*;+g.3gpp.smsip"),
        ("Allow", "MESSAGE"),
        ("Content-Type", "application/vnd.3gpp.sms"),
        ("Content-Transfer-Encoding", "binary"),
    ]
    if in_reply_to is not None:
        headers.append(("In-Reply-To", in_reply_to))
    flow = SipFlow("udp", (_PHONE.host, _PHONE.port), PLAN.sip("scscf"))
    tx, call_id = phone.request(
        "MESSAGE", target, _NOW, flow=flow, sender=impu, recipient=target, headers=headers, body=body
    )
    return tx, call_id, phone.take_output()[0][0]


def _scscf(rng: Random) -> SipStack:
    host, port = PLAN.sip("scscf")
    return SipStack(SipSettings(host=host, port=port, product="S-CSCF"), rng)


def registers(count: int, rng: Random) -> list[bytes]:
    """Third-party REGISTERs of the first subscribers."""
    scscf = _scscf(rng)
    isc = Isc(PLAN, scscf.identifiers, rng)
    people = [subscriber(index) for index in range(count)]
    return [
        isc.third_party_register(PLAN.impu(person), person, 3600, ClientTx(b"z9hG4bKregister%08x" % index))
        for index, person in enumerate(people)
    ]


# The SS7 side.


def associated(rng: Random) -> tuple[MapStack, Peer]:
    """The gateway's stack and the SM-SC, with an active association between them."""
    gateway, peer = gateway_stack(rng), Peer(SMSC, rng)
    flow = gateway_flow()
    peer.link_up(_NOW)
    gateway.link_up(flow, "", _NOW)
    while frames := [frame for frame, _ in gateway.take_output()]:
        for frame in peer.receive(frames, _NOW):
            gateway.receive(frame, flow, _NOW)
    return gateway, peer


def gateway_flow() -> Flow:
    """The association with the SM-SC, as the gateway sees it."""
    return Flow("tcp", (PLAN.host("ipsmgw"), 0), PLAN.m3ua(SMSC), SMSC)


def _begin_mo(gateway: MapStack) -> tuple[int, bytes]:
    arg = MoForwardSmArg(
        sm_rp_da=SmRpDa(service_centre_address_da=AddressString(PLAN.sc_number)),
        sm_rp_oa=SmRpOa(msisdn=AddressString(_EXAMPLE.msisdn)),
        sm_rp_ui=_submit(),
        imsi=_EXAMPLE.imsi,
    )
    dialogue = gateway.invoke(MO_FORWARD_SM, SccpAddress(Gt(PLAN.sc_number), 8), arg, _NOW)
    return dialogue, gateway.take_output()[0][0]


def _result(gateway: MapStack, peer: Peer) -> Template:
    dialogue, frame = _begin_mo(gateway)
    peer.receive([frame], _NOW)
    asked = peer.invoked.pop()
    report = SubmitReport.of(_SCTS).encode()
    peer.stack.result(asked.dialogue, MoForwardSmRes(sm_rp_ui=report), _NOW)
    end = peer.stack.take_output()[0][0]
    return Template.of(end, {b"tid": dialogue.to_bytes(4)})


def _begin(gateway: MapStack, peer: Peer) -> Template:
    arg = MtForwardSmArg(
        sm_rp_da=SmRpDa(imsi=_EXAMPLE.imsi),
        sm_rp_oa=SmRpOa(service_centre_address_oa=AddressString(PLAN.sc_number)),
        sm_rp_ui=_deliver(),
    )
    to = SccpAddress(Gt(PLAN.gateway_number), 8)
    dialogue = peer.stack.invoke(MT_FORWARD_SM, to, arg, _NOW)
    frame = peer.stack.take_output()[0][0]
    holes = {
        b"tid": dialogue.to_bytes(4),
        b"imsi": semi_octets(_EXAMPLE.imsi + "f"),
        b"number": semi_octets(_NUMBER),
    }
    return Template.of(frame, holes)
