"""What has happened in a run, in figures: a law over nothing proves nothing (DESIGN §10)."""

from collections import Counter

from msgspec import DecodeError

from ipsmgw.gateway import decode_cdr
from lab.carrier import Carrier
from lab.elements.domain import Domain
from mapstack.map import AlertReason
from sipbridge.rp import RpAck

__all__ = ["Tally", "tally_of"]

Tally = Counter[str]
"""Numbers by what they are of; those of several runs can be added."""


def tally_of(carrier: Carrier) -> Tally:
    """Of a carrier whose story is over."""
    tally = Tally()
    for ledger in carrier.ledgers.values():
        for sent in ledger.sent:
            tally["MO sent"] += bool(sent.call_id) or sent.domain is not Domain.IMS
            tally["MO acknowledged"] += isinstance(sent.report, RpAck)
            tally["MO refused"] += bool(sent.reports) and not isinstance(sent.report, RpAck)
        tally["MT at the phone"] += len(ledger.received)
        tally["MO by CS or PS"] += sum(sent.domain is not Domain.IMS for sent in ledger.sent)
        tally["MT by CS or PS"] += sum(got.domain is not Domain.IMS for got in ledger.received)
        for smma in ledger.smma:
            tally["RP-SMMA sent"] += bool(smma.call_id)
            tally["RP-SMMA acknowledged"] += any(isinstance(each.rpdu, RpAck) for each in smma.reports)
    for message in carrier.sc_data.mt:
        tally["MT accepted"] += 1
        tally[f"MT {message.state.value}"] += 1
        tally["MT attempts"] += len(message.attempts)
    for ready in carrier.hlr_data.ready:
        tally[f"readyForSM {AlertReason(ready.reason).name}"] += 1
    _count_records(carrier, tally)
    _count_faults(carrier, tally)
    return +tally


def _count_records(carrier: Carrier, tally: Tally) -> None:
    for line in carrier.ground.journal().splitlines(keepends=True):
        if line.endswith(b"\n"):
            tally[_name(line)] += 1


def _name(line: bytes) -> str:
    try:
        record = decode_cdr(line)
    except DecodeError:
        return "record unreadable"
    return f"record {record.record} {record.outcome}"


def _count_faults(carrier: Carrier, tally: Tally) -> None:
    seen: set[bytes] = set()
    for pdu in carrier.ground.trace:
        tally[f"{pdu.protocol} PDUs"] += 1
        if pdu.fate:
            tally[f"{pdu.protocol} {pdu.fate}"] += 1
        if pdu.protocol == "sip" and not pdu.data.startswith(b"SIP/2.0 "):
            tally["retransmissions"] += pdu.data in seen
            seen.add(pdu.data)
    for node, _, _ in carrier.restarts:
        tally["restarts of the gateway" if node == "ipsmgw" else "restarts of others"] += 1
    tally["associations cut"] += len(carrier.ground.cuts())
    for fate, number in carrier.ground.fates().items():
        tally[f"datagrams of CoAP {fate or 'carried'}"] += number
