"""What the laws say of phones that the MSGin5G service reaches by their SM-SC, and that reach it so."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from ipsmgw.sms import DecodeError, Deliver, Direction, Reassembly, decode, read
from lab.elements.sc_ledger import MtState
from lab.elements.smpp_ledger import Submission
from lab.laws.evidence import GATEWAY, SC, Evidence
from lab.msgin5g.plan import OWN
from lab.msgin5g.records import address
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import Message

__all__ = ["brought", "submitted_once"]


def brought(evidence: Evidence) -> Counter[str]:
    """Whole messages into the service that the SM-SC calls delivered, by the phone that has sent them."""
    plan = evidence.carrier.plan
    numbers = plan.msgin5g.numbers if plan.msgin5g is not None and plan.msgin5g.by_centre else ()
    names = {str(each.msisdn): each.name for each in plan.subscribers}
    joining, whole = Reassembly(), Counter[str]()
    for message in evidence.carrier.sc_data.mt:
        tpdu = _deliver(message.tpdu)
        if message.to not in numbers or message.state is not MtState.DELIVERED or tpdu is None:
            continue
        content = read(tpdu)
        name = names.get(tpdu.tp_oa.digits, "")
        if content is not None and joining.add(f"{name} {message.to}", content, 0.0) is not None:
            whole[name] += 1
    return whole


def submitted_once(evidence: Evidence) -> Iterator[str]:
    """The gateway hands a message over as often as it was sent, unless an answer of the SM-SC was lost."""
    times: defaultdict[tuple[str, bytes], list[Submission]] = defaultdict(list)
    for several in evidence.carrier.smpp_data.submissions.values():
        for one in several:
            if one.application == OWN:
                times[one.destination.digits, _user_data(one)].append(one)
    allowed = _sent(evidence)
    for (to, content), handed in times.items():
        handed.sort(key=lambda one: one.when)
        lost = sum(_answer_lost(evidence, one.when, then.when) for one, then in pairwise(handed))
        if len(handed) - lost > max(1, allowed[to, content]):
            yield f"the SM-SC got {len(handed)} times from the gateway what is for {to} once"


def _answer_lost(evidence: Evidence, since: float, until: float) -> bool:
    """Whether a session has ended, or somebody died, between two of the same."""
    cuts = evidence.carrier.ground.cuts()
    cut = any({one, other} == {SC, GATEWAY} and since <= when <= until for when, one, other in cuts)
    return cut or any(evidence.was_down(node, since, until) for node in (SC, GATEWAY))


def _sent(evidence: Evidence) -> Counter[tuple[str, bytes]]:
    """How often the server was given the same short text for a phone; a long one has a header."""
    data, plan = evidence.carrier.msgin5g.data, evidence.carrier.plan
    phones = {
        address(AddressType.UE, data.private_ids.get((AddressType.UE, str(each.imsi)), "")): each
        for each in plan.subscribers
    }
    return Counter(
        (str(phones[transfer.recipient].msisdn), (transfer.body.payload or "").encode())
        for transfer in data.transfers.values()
        if isinstance(transfer.body, Message) and transfer.recipient in phones
    )


def _user_data(one: Submission) -> bytes:
    """The text of a message in one part; else the octets of the part, with their header."""
    tpdu = _deliver(one.tpdus[0])
    if tpdu is None:
        return b""
    content = read(tpdu)
    alone = content is not None and not content.header and content.text is not None
    return (content.text or "").encode() if alone and content is not None else tpdu.tp_ud


def _deliver(octets: bytes) -> Deliver | None:
    try:
        found = decode(octets, direction=Direction.TO_UE)
    except DecodeError:
        return None
    return found if isinstance(found, Deliver) else None
