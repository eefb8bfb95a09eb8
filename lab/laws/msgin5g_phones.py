"""What the laws say of phones in the MSGin5G service: the server has what they were told that it has."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from ipsmgw.sms import DecodeError, Direction, Reassembly, Submit, decode, read
from lab.elements.domain import Domain
from lab.elements.phone_ledger import Received, Sent
from lab.laws.evidence import GATEWAY, LATE, SCSCF, Evidence
from lab.laws.msgin5g_centre import brought, submitted_once
from lab.laws.once import report_arrived
from lab.msgin5g.records import address
from lab.msgin5g.transfer import State
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import Message
from sipbridge.rp import RpAck

__all__ = ["phones_are_not_misled", "to_service"]


def to_service(evidence: Evidence, sent: Sent) -> bool:
    """Whether a phone sends this over the IMS to a number of the MSGin5G service, so that no SC sees it."""
    service = evidence.carrier.plan.msgin5g
    if service is None or not service.own_gateway or sent.domain is not Domain.IMS:
        return False
    submit = _submit(sent.tpdu)
    return submit is not None and submit.tp_da.digits in service.numbers


def phones_are_not_misled(evidence: Evidence) -> Iterator[str]:
    """RP-ACK for all of a message: the server has it. Delivered, it is said: the phone has it."""
    data = evidence.carrier.msgin5g.data
    taken = Counter(sender for sender, _ in data.submissions)
    for name, times in (_acknowledged(evidence) + brought(evidence)).items():
        imsi = str(evidence.carrier.plan.subscriber(name).imsi)
        who = address(AddressType.UE, data.private_ids.get((AddressType.UE, imsi), ""))
        if times > taken[who]:
            yield f"{name} has RP-ACKs for {times} messages, and the MSGin5G Server has {taken[who]} of them"
    yield from submitted_once(evidence)
    yield from _reported(evidence)
    yield from _welcomed(evidence)
    had = {received.call_id for ledger in evidence.carrier.ledgers.values() for received in ledger.received}
    for record in evidence.own_records:
        if record.cdr.outcome == "delivered" and record.cdr.call_id not in had:
            yield f"the charging record {record.cdr.id} says delivered, and the phone has nothing"


def _reported(evidence: Evidence) -> Iterator[str]:
    """What the server was told of its messages."""
    data, plan = evidence.carrier.msgin5g.data, evidence.carrier.plan
    texts = {
        address(AddressType.UE, data.private_ids.get((AddressType.UE, str(each.imsi)), "")): set(
            evidence.carrier.ledgers[each.name].inbox
        )
        for each in plan.subscribers
    }
    for transfer in data.transfers.values():
        body, delivered = transfer.body, transfer.state is State.DELIVERED
        if delivered and isinstance(body, Message) and body.deliv_st_req_ind:
            had = texts.get(transfer.recipient)
            if had is not None and body.payload not in had:
                yield f"{transfer.recipient.addr} is said to have {body.msg_id}, and its phone has it not"


def _welcomed(evidence: Evidence) -> Iterator[str]:
    """Who is told that he is in the service is in it, and is told once unless nobody knows that he was."""
    service, ids = evidence.carrier.plan.msgin5g, evidence.carrier.msgin5g.data.private_ids
    if service is None or not service.welcome:
        return
    for name, ledger in evidence.carrier.ledgers.items():
        told = [each for each in ledger.received if each.text == service.welcome and each.answer == "ack"]
        if told and (AddressType.UE, str(evidence.carrier.plan.subscriber(name).imsi)) not in ids:
            yield f"{name} was told to be in the MSGin5G service, where nobody knows {name}"
        if any(not _unheard(evidence, name, first, again) for first, again in pairwise(told)):
            yield f"{name} was told {len(told)} times to be in the MSGin5G service"


def _unheard(evidence: Evidence, name: str, first: Received, again: Received) -> bool:
    """Whether the gateway could not know that the phone had it the first time, or the phone forgot."""
    sent = evidence.began(first.call_id)
    nodes = (GATEWAY, SCSCF, name)
    if any(evidence.was_down(each, sent, again.when) for each in nodes) or evidence.meddled(first.call_id):
        return True
    in_time = evidence.mt_ends_by(sent) - 3 * LATE
    return not report_arrived(evidence, evidence.edge(name), first, in_time)


def _acknowledged(evidence: Evidence) -> Counter[str]:
    """Whole messages into the service that each phone has its RP-ACKs for."""
    joining = Reassembly()
    whole: Counter[str] = Counter()
    for name, sent in evidence.submitted():
        acknowledged = any(isinstance(report.rpdu, RpAck) for report in sent.reports)
        submit = _submit(sent.tpdu) if acknowledged and to_service(evidence, sent) else None
        content = None if submit is None else read(submit)
        if content is not None and joining.add(f"{name} {sent.to}", content, sent.when) is not None:
            whole[name] += 1
    return whole


def _submit(tpdu: bytes) -> Submit | None:
    try:
        found = decode(tpdu, direction=Direction.FROM_UE)
    except DecodeError:
        return None
    return found if isinstance(found, Submit) else None
