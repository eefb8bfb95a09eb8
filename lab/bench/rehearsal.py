"""Real messages out of our own stacks, once, to make the templates of (TS 24.341 §5.3.3, TS 29.002 §23)."""

from random import Random
from typing import NamedTuple

from ipsmgw.sms import Address, Deliver, DeliverReport, Submit, SubmitReport, Timestamp, compose
from lab.bench.frames import OTHER_PREFIX, Template, semi_octets
from lab.bench.place import PLAN, SMSC, subscriber
from lab.bench.signalling import Peer, gateway_stack
from lab.elements.isc import Isc
from lab.elements.line import ACCESS
from lab.plan import Plan
from mapstack import MO_FORWARD_SM, MT_FORWARD_SM, AddressString, Flow, Gt, MapStack, SccpAddress
from mapstack.map import MoForwardSmArg, MoForwardSmRes, MtForwardSmArg, SmRpDa, SmRpOa
from sipbridge import Direction, Request, RpAck, RpAddress, RpData, SipSettings, SipStack
from sipbridge import Flow as SipFlow
from sipbridge.events import ClientTx

__all__ = [
    "BRANCH",
    "CALL",
    "EXAMPLE",
    "NUMBER",
    "TEXT",
    "Frames",
    "associated",
    "begin_mo",
    "delivery_report",
    "gateway_flow",
    "mo_message",
    "mt_forward_sm",
    "registers",
    "rehearse",
]

TEXT = "The quick brown fox jumps over the lazy dog, and then it lies down beside it and sleeps for an hour."
"""100 characters: its mo-ForwardSM fits into one UDT."""

EXAMPLE = subscriber(2_654_321)
NUMBER = "97864531"
_REFERENCE = 0xA7
BRANCH = b"z9hG4bKbench"
CALL = b"bench-call-"
"""How branch and Call-ID of the generator's requests begin; eight hexadecimal digits follow."""
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


def rehearse(rng: Random, plan: Plan = PLAN) -> Frames:
    """All templates; each message is what one of our stacks has written."""
    gateway, peer = associated(rng, plan)
    phone, report = _Rehearsed(plan, rng), delivery_report(_REFERENCE)
    return Frames(
        submit=phone.message(_submission(plan), {b"number": semi_octets(NUMBER)}),
        result=_result(gateway, peer, plan),
        begin=_begin(peer, plan),
        report=phone.message(report, {b"body": report}, _CALL_ID),
    )


def mo_message(tpdu: bytes, rng: Random, plan: Plan = PLAN) -> Template:
    """A phone's MESSAGE with this SMS-SUBMIT; holes for id and msisdn alone."""
    rpdu = RpData(_REFERENCE, RpAddress(plan.sc_number), tpdu).encode(Direction.MS_TO_NETWORK)
    return _Rehearsed(plan, rng).message(rpdu, {})


def delivery_report(reference: int) -> bytes:
    """RP-ACK with a DELIVER-REPORT."""
    return RpAck(reference, DeliverReport.of().encode()).encode(Direction.MS_TO_NETWORK)


def _submit() -> bytes:
    part = compose(TEXT)[0]
    to = Address.international(OTHER_PREFIX + NUMBER)
    return Submit.of(17, to, udl=part.udl, ud=part.ud, dcs=part.dcs).encode()


def _deliver() -> bytes:
    part = compose(TEXT)[0]
    sender = Address.international(OTHER_PREFIX + NUMBER)
    return Deliver.of(sender, _SCTS, udl=part.udl, ud=part.ud, dcs=part.dcs).encode()


def _submission(plan: Plan) -> bytes:
    return RpData(_REFERENCE, RpAddress(plan.sc_number), _submit()).encode(Direction.MS_TO_NETWORK)


class _Rehearsed:
    """A phone and its S-CSCF, for one message each time."""

    def __init__(self, plan: Plan, rng: Random) -> None:
        self._plan = plan
        self._rng = rng
        self._impu = plan.impu(EXAMPLE)

    def message(self, body: bytes, holes: dict[bytes, bytes], in_reply_to: str | None = None) -> Template:
        """A phone's MESSAGE as its S-CSCF hands it to the gateway."""
        plan, scscf = self._plan, _scscf(self._plan, self._rng)
        tx, call_id, octets = self._from_phone(body, in_reply_to)
        back = SipFlow("udp", plan.sip("scscf"), (_PHONE.host, _PHONE.port))
        (event,) = scscf.receive(octets, back, _NOW)
        if not isinstance(event, Request):
            raise ValueError(f"the S-CSCF does not understand the phone: {event}")
        own = tx[-8:]  # ends the phone's branch and tag
        isc = Isc(plan, scscf.identifiers, self._rng)
        message = isc.message(event, self._impu, EXAMPLE, BRANCH + own)
        message = message.replace(call_id.encode(), CALL + own)
        marks = {b"id": own, b"msisdn": EXAMPLE.msisdn.encode(), **holes}
        if in_reply_to is not None:
            marks[b"in_reply_to"] = in_reply_to.encode()
        return Template.of(message, marks)

    def _from_phone(self, body: bytes, in_reply_to: str | None) -> tuple[ClientTx, str, bytes]:
        plan, phone = self._plan, SipStack(_PHONE, self._rng)
        target = plan.sc_uri if in_reply_to is None else plan.gateway_uri
        headers = [
            ("Route", "<sip:{}:{};lr>".format(*plan.sip("scscf"))),
            ("P-Preferred-Identity", f"<{self._impu}>"),
            ("P-Access-Network-Info", ACCESS),
            ("Request-Disposition", "no-fork"),
            ("Accept-Contact", "*;+g.3gpp.smsip"),
            ("Allow", "MESSAGE"),
            ("Content-Type", "application/vnd.3gpp.sms"),
            ("Content-Transfer-Encoding", "binary"),
        ]
        if in_reply_to is not None:
            headers.append(("In-Reply-To", in_reply_to))
        flow = SipFlow("udp", (_PHONE.host, _PHONE.port), plan.sip("scscf"))
        tx, call_id = phone.request(
            "MESSAGE",
            target,
            _NOW,
            flow=flow,
            sender=self._impu,
            recipient=target,
            headers=headers,
            body=body,
        )
        return tx, call_id, phone.take_output()[0][0]


def _scscf(plan: Plan, rng: Random) -> SipStack:
    host, port = plan.sip("scscf")
    return SipStack(SipSettings(host=host, port=port, product="S-CSCF"), rng)


def registers(count: int, rng: Random) -> list[bytes]:
    """Third-party REGISTERs of the first subscribers."""
    scscf = _scscf(PLAN, rng)
    isc = Isc(PLAN, scscf.identifiers, rng)
    people = [subscriber(index) for index in range(count)]
    return [
        isc.third_party_register(PLAN.impu(person), person, 3600, ClientTx(b"z9hG4bKregister%08x" % index))
        for index, person in enumerate(people)
    ]


# The SS7 side.


def associated(rng: Random, plan: Plan = PLAN, node: str = SMSC) -> tuple[MapStack, Peer]:
    """The gateway's stack and a peer, as a rule the SM-SC, with an active association between them."""
    gateway, peer = gateway_stack(rng, plan, node), Peer(node, rng, plan)
    flow = gateway_flow(plan, node)
    peer.link_up(_NOW)
    gateway.link_up(flow, "", _NOW)
    while frames := [frame for frame, _ in gateway.take_output()]:
        for frame in peer.receive(frames, _NOW):
            gateway.receive(frame, flow, _NOW)
    return gateway, peer


def gateway_flow(plan: Plan = PLAN, node: str = SMSC) -> Flow:
    """The association with a peer, as the gateway sees it."""
    return Flow("tcp", (plan.host("ipsmgw"), 0), plan.m3ua(node), node)


def begin_mo(gateway: MapStack, plan: Plan) -> tuple[int, bytes]:
    """The gateway hands an MO on: the dialogue, and its Begin."""
    arg = MoForwardSmArg(
        sm_rp_da=SmRpDa(service_centre_address_da=AddressString(plan.sc_number)),
        sm_rp_oa=SmRpOa(msisdn=AddressString(EXAMPLE.msisdn)),
        sm_rp_ui=_submit(),
        imsi=EXAMPLE.imsi,
    )
    dialogue = gateway.invoke(MO_FORWARD_SM, SccpAddress(Gt(plan.sc_number), 8), arg, _NOW)
    return dialogue, gateway.take_output()[0][0]


def _result(gateway: MapStack, peer: Peer, plan: Plan) -> Template:
    dialogue, frame = begin_mo(gateway, plan)
    peer.receive([frame], _NOW)
    asked = peer.invoked.pop()
    report = SubmitReport.of(_SCTS).encode()
    peer.stack.result(asked.dialogue, MoForwardSmRes(sm_rp_ui=report), _NOW)
    end = peer.stack.take_output()[0][0]
    return Template.of(end, {b"tid": dialogue.to_bytes(4)})


def mt_forward_sm(plan: Plan) -> MtForwardSmArg:
    """SMS-DELIVER from the number that templates have a hole for."""
    return MtForwardSmArg(
        sm_rp_da=SmRpDa(imsi=EXAMPLE.imsi),
        sm_rp_oa=SmRpOa(service_centre_address_oa=AddressString(plan.sc_number)),
        sm_rp_ui=_deliver(),
    )


def _begin(peer: Peer, plan: Plan) -> Template:
    arg = mt_forward_sm(plan)
    to = SccpAddress(Gt(plan.gateway_number), 8)
    dialogue = peer.stack.invoke(MT_FORWARD_SM, to, arg, _NOW)
    frame = peer.stack.take_output()[0][0]
    holes = {
        b"tid": dialogue.to_bytes(4),
        b"imsi": semi_octets(EXAMPLE.imsi + "f"),
        b"number": semi_octets(NUMBER),
    }
    return Template.of(frame, holes)
