"""The PDUs of one message among those that the node has kept, found by what names it in each protocol."""

from collections.abc import Callable
from typing import NamedTuple

from ipsmgw.cdr import Cdr
from ipsmgw.explain.readings import MapReading, SipReading, read_map, read_sccp, read_sip
from ipsmgw.trace.recent import Kept, Recent
from mapstack.asn1.address import encode_tbcd
from mapstack.map import MoForwardSmArg, MtForwardSmArg
from mapstack.map.operations import (
    ANY_TIME_MODIFICATION,
    CANCEL_LOCATION,
    INSERT_SUBSCRIBER_DATA,
    PURGE_MS,
    READY_FOR_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_AUTHENTICATION_INFO,
    SEND_ROUTING_INFO_FOR_SM,
    UPDATE_GPRS_LOCATION,
)
from mapstack.sccp.message import SccpMessage

__all__ = ["Evidence", "MapSeen", "SipSeen", "collect"]

_BEFORE = 15.0  # when the first segment of a message may have come
_AFTER = 60.0  # until the report of an MO has its answer: timer F and something
_HEAD = 24  # octets of a TPDU that are looked for: more may be in two segments
_OF_HLR = 4  # dialogues that are told of
_MOST_NAMED = 100  # PDUs in which there may be one
_ASKED = tuple(
    b"\x02\x01%c" % operation.code
    for operation in (
        ANY_TIME_MODIFICATION,
        UPDATE_GPRS_LOCATION,
        PURGE_MS,
        SEND_AUTHENTICATION_INFO,
        INSERT_SUBSCRIBER_DATA,
        CANCEL_LOCATION,
        READY_FOR_SM,
        SEND_ROUTING_INFO_FOR_SM,
        REPORT_SM_DELIVERY_STATUS,
    )
)
"""Local codes of what passes between the gateway and an HLR (TS 29.002 §17.5)."""


class SipSeen(NamedTuple):
    """One SIP message of it."""

    when: float
    sent: bool
    reading: SipReading


class MapSeen(NamedTuple):
    """One TCAP message of it."""

    when: float
    sent: bool
    reading: MapReading


class Evidence(NamedTuple):
    """What was found; `pdus` are all of it as they were kept."""

    sip: list[SipSeen]
    map: list[MapSeen]
    hlr: list[MapSeen]
    register: SipReading | None
    pdus: list[Kept[object]]
    forgotten_until: float | None
    """When the last PDU had gone over the wire that is not known any more."""


_Sip = tuple[Kept[object], SipReading]
_Map = tuple[Kept[object], MapReading | None]
Find = Callable[[bytes], list[Kept[object]]]
"""All PDUs of a protocol and a time that have these octets in them."""


def collect(recent: Recent[object], cdr: Cdr, until: float) -> Evidence:
    """All that is left of a message that came at `cdr.received` and was under way `until` then at most."""
    window = cdr.received - _BEFORE, until + _AFTER

    def sip(needle: bytes) -> list[Kept[object]]:
        return recent.find("sip", needle, *window)

    def m3ua(needle: bytes) -> list[Kept[object]]:
        return recent.find("m3ua", needle, *window)

    calls, dialogue = _calls(sip, cdr.call_id), _dialogues(m3ua, _forward(m3ua, cdr, until))
    both = [kept for kept, _ in calls] + [kept for kept, _ in dialogue]
    return Evidence(
        sip=[SipSeen(kept.when, kept.sent, reading) for kept, reading in calls],
        map=[MapSeen(kept.when, kept.sent, reading) for kept, reading in dialogue if reading is not None],
        hlr=_of_hlr(recent, cdr, until),
        register=_register(recent, cdr, until),
        pdus=sorted(both, key=lambda kept: kept.number),
        forgotten_until=recent.forgotten_until,
    )


# SIP


def _calls(find: Find, call_id: str) -> list[_Sip]:
    """By its Call-ID, and by those of the reports that reply to it."""
    if not call_id:
        return []
    first = _of_call(find, call_id)
    replies = sorted({one.call_id for _, one in first if one.in_reply_to == call_id} - {call_id})
    every = [*first, *(one for reply in replies for one in _of_call(find, reply))]
    return sorted({kept.number: (kept, one) for kept, one in every}.values(), key=lambda one: one[0].number)


def _of_call(find: Find, call_id: str) -> list[_Sip]:
    read = ((kept, read_sip(kept.data)) for kept in find(call_id.encode("latin-1")))
    return [
        (kept, one) for kept, one in read if one is not None and call_id in (one.call_id, one.in_reply_to)
    ]


def _register(recent: Recent[object], cdr: Cdr, until: float) -> SipReading | None:
    """The last third-party REGISTER that names him."""
    texts = [each.encode() for each in (cdr.imsi, cdr.impu) if each]
    for kept in reversed(recent.find("sip", b"REGISTER sip", 0.0, until) if texts else []):
        if kept.data.startswith(b"REGISTER ") and any(text in kept.data for text in texts):
            return read_sip(kept.data)
    return None


# MAP


def _forward(find: Find, cdr: Cdr, until: float) -> set[bytes]:
    """The transaction ids of the dialogue that has carried its TPDU; and of those to other domains. Without
    these a later dialogue carries it again: that is another message.
    """
    head, tids = cdr.head[:_HEAD], set[bytes]()
    carried = [
        (kept, reading)
        for kept, reading in (_read(find(head), find) if head else [])
        if reading is not None and cdr.received <= kept.when <= until
    ]
    ours = [(kept, reading) for kept, reading in carried if _is_for(cdr, reading)]
    if not any(kept.sent is (cdr.record == "ISMSMO") for kept, _ in ours):
        # An SMS-GMSC knows him by an MT Correlation ID (TS 23.204 §6.4).
        ours[:0] = [one for one in carried if one[0].when == cdr.received and not one[0].sent][:1]
    for _, reading in ours if cdr.attempts else ours[:1]:
        tids |= {tid for tid in (reading.otid, reading.dtid) if tid}
    return tids


def _is_for(cdr: Cdr, reading: MapReading) -> bool:
    """Whether it carries the message of this subscriber: others may have written the same."""
    arg = reading.arg
    if isinstance(arg, MoForwardSmArg):
        number = arg.sm_rp_oa.msisdn
        same = number is None or cdr.msisdn.endswith(number.digits.lstrip("0"))
        return same and (arg.imsi or "") == cdr.imsi
    return isinstance(arg, MtForwardSmArg) and arg.sm_rp_da.imsi in (cdr.imsi, None)


def _dialogues(find: Find, tids: set[bytes]) -> list[_Map]:
    """All frames of these dialogues."""
    wanted = {kept.number: kept for tid in tids for kept in find(tid)}
    return [
        (kept, reading)
        for kept, reading in _read(list(wanted.values()), find)
        if reading is None or reading.otid in tids or reading.dtid in tids
    ]


def _read(wanted: list[Kept[object]], find: Find) -> list[_Map]:
    """Each read, where it is a whole message; of one in segments the last tells all, the others nothing."""
    found: dict[int, _Map] = {}
    for kept in wanted:
        sccp = read_sccp(kept.data)
        if sccp is None:
            continue
        part = sccp.segmentation
        if part is None or (part.first and not part.remaining):
            reading = read_map(sccp, sccp.data)
            if reading is not None:
                found[kept.number] = kept, reading
        else:
            found |= {one.number: (one, reading) for one, reading in _segments(kept, sccp, find)}
    return [found[number] for number in sorted(found)]


def _segments(kept: Kept[object], first: SccpMessage, find: Find) -> list[_Map]:
    """All segments of the message that this is one of (Q.714 §4.1.1.2)."""
    part = first.segmentation
    if part is None:
        return []
    whole = b""
    parts: list[Kept[object]] = []
    for other in find(part.local_reference.to_bytes(3, "little")):
        sccp = read_sccp(other.data) if other.sent is kept.sent else None
        if sccp is not None and _is_of(sccp, first, part.local_reference):
            whole += sccp.data
            parts.append(other)
    reading = read_map(first, whole)
    return [] if reading is None else [*((one, None) for one in parts[:-1]), (parts[-1], reading)]


def _is_of(sccp: SccpMessage, first: SccpMessage, reference: int) -> bool:
    part = sccp.segmentation
    return part is not None and sccp.calling == first.calling and part.local_reference == reference


def _of_hlr(recent: Recent[object], cdr: Cdr, until: float) -> list[MapSeen]:
    """The last dialogues about him that are no messages, with their answers."""
    names = [encode_tbcd(number) for number in (cdr.imsi, cdr.msisdn) if number.isdecimal()]

    def find(needle: bytes) -> list[Kept[object]]:
        return recent.find("m3ua", needle, 0.0, until)

    named = {
        kept.number: kept
        for name in names
        for kept in find(name)
        if any(code in kept.data for code in _ASKED)
    }
    last = [named[number] for number in sorted(named)[-_MOST_NAMED:]]
    asked = [
        reading
        for _, reading in _read(last, find)
        if reading is not None and reading.operation and "orwardSM" not in reading.operation
    ][-_OF_HLR:]
    seen = _dialogues(find, {reading.otid or reading.dtid for reading in asked})
    return [MapSeen(kept.when, kept.sent, reading) for kept, reading in seen if reading is not None]
