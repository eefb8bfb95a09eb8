"""Serving nodes, waiting data and flags of subscribers in the HLR (TS 23.040 §3.2; TS 29.002 §23.5)."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ipsmgw.identity import Imsi, Msisdn, NodeNumber
from lab.elements.authentication_centre import Authentication
from lab.elements.domain import Domain
from lab.elements.extensions import ScType
from lab.plan import Subscriber
from mapstack.map import (
    AbsentSubscriberSmParam,
    AddressString,
    AlertReason,
    BitString,
    CallBarringCause,
    InformServiceCentreArg,
    MwStatus,
    SmDeliveryOutcome,
)

__all__ = [
    "DEREGISTERED_FOR_IMS",
    "NO_RESPONSE_VIA_IP_SM_GW",
    "HlrData",
    "HlrSubscriber",
    "ListFull",
    "Ready",
    "Reported",
    "absence",
    "activate",
    "alert_answered",
    "attach",
    "deactivate",
    "detach",
    "inform",
    "present",
    "reachable",
    "report",
    "route",
    "serving",
]

DEREGISTERED_FOR_IMS = 11  # TS 23.040 §3.3.2, as the next ones
NO_RESPONSE_VIA_IP_SM_GW = 12
_DEREGISTERED = {Domain.IMS: DEREGISTERED_FOR_IMS, Domain.CS: 3, Domain.PS: 7}
_NO_RESPONSE = {Domain.IMS: NO_RESPONSE_VIA_IP_SM_GW, Domain.CS: 0, Domain.PS: 5}
_MW_STATUS = 6  # bits
_LEDGER = 100_000


class Ready(NamedTuple):
    """A readyForSM that was taken."""

    imsi: Imsi
    reason: AlertReason | int
    when: float


class ListFull(Exception):
    """No service centre fits into the message waiting data any more."""


class Reported(NamedTuple):
    """How a delivery ended in one domain: SM-DeliveryOutcome, and AbsentSubscriberDiagnosticSM."""

    outcome: int
    diagnostic: int | None = None


@dataclass(slots=True)
class HlrSubscriber:
    """One subscriber; `waiting` is the MWD, the service centres to alert."""

    imsi: Imsi
    msisdn: Msisdn
    authentication: Authentication
    ip_sm_gw: NodeNumber | None = None
    """That there is one is the flag of TR 23.804 §8.1, step 4: he is IP connected."""
    msc: NodeNumber | None = None
    sgsn: NodeNumber | None = None
    pre_configured: bool = False
    """The gateway's address is a part of the subscription, and no registration is told (TR 23.804 §8.7)."""
    roaming_allowed: bool = True
    """Whether a location update is accepted."""
    supported: bool = True
    """Whether the HLR's network can deliver short messages to him at all."""
    teleservice: bool = True
    """Whether he has subscribed to MT short messages: teleservice 21."""
    barred: CallBarringCause | None = None
    """Whether he, or his operator, has barred incoming short messages."""
    unri: bool = False
    """UE not reachable for IP: set by a report of absence, cleared by a registration (TS 23.204 §6.6)."""
    mnrf: bool = False
    """Mobile station not reachable: the same for the MSC."""
    mnrg: bool = False
    """The same for the SGSN."""
    absent: dict[Domain, int] = field(default_factory=dict)
    """Why: UNRR, MNRR-MSC and MNRR-SGSN."""
    mcef: bool = False
    """Memory capacity exceeded."""
    waiting: list[NodeNumber] = field(default_factory=list)
    sc_types: dict[NodeNumber, ScType] = field(default_factory=dict)
    """What those are that have said so (TR 23.804 §8.5, step 8)."""
    spoofed: dict[NodeNumber, Domain] = field(default_factory=dict)
    """As whose address a service centre was last told the gateway's (TR 23.804 §8.4, step 3)."""


@dataclass(slots=True)
class HlrData:
    """What survives a restart of the HLR; somebody with several numbers is there by each of them."""

    by_imsi: dict[Imsi, HlrSubscriber] = field(default_factory=dict)
    by_msisdn: dict[Msisdn, HlrSubscriber] = field(default_factory=dict)
    ready: deque[Ready] = field(default_factory=lambda: deque(maxlen=_LEDGER))
    list_limit: int = 32
    """Service centres in one subscriber's MWD."""

    @classmethod
    def of(cls, subscribers: tuple[Subscriber, ...], gateway: NodeNumber | None = None) -> "HlrData":
        """With a gateway, that is the one of all of them, once and for all."""
        data = cls()
        for subscriber in subscribers:
            if subscriber.imsi in data.by_imsi:
                continue  # another phone of his
            known = Authentication(subscriber.secret)
            record = HlrSubscriber(subscriber.imsi, subscriber.msisdn, known)
            record.ip_sm_gw, record.pre_configured = gateway, gateway is not None
            data.by_imsi[record.imsi] = data.by_msisdn[record.msisdn] = record
        return data


def route(
    data: HlrData,
    record: HlrSubscriber,
    sc: NodeNumber,
    *,
    priority: bool,
    note: bool = True,
    over_ip: bool = True,
) -> dict[Domain, NodeNumber]:
    """The nodes that serve the subscriber, in order of priority; none: he is absent, and the SC is noted
    (TS 29.002 §23.3.2).

    Where no registration is told, none can clear UNRI: the gateway itself says who is absent.
    """
    ways = {
        domain: node
        for domain, node in serving(record).items()
        if over_ip or domain is not Domain.IMS
        if priority or not _is_absent(record, domain) or (record.pre_configured and domain is Domain.IMS)
    }
    if not ways and note and len(record.waiting) < data.list_limit:
        _note(record, sc)
    return ways


def absence(record: HlrSubscriber) -> AbsentSubscriberSmParam:
    """Why no node is told: of the MSC and the SGSN, if there are any, else of the IMS (TS 29.002 §12.1)."""
    nodes = serving(record)
    reasons = {
        domain: record.absent.get(domain) if domain in nodes else _DEREGISTERED[domain] for domain in Domain
    }
    return AbsentSubscriberSmParam(
        absent_subscriber_diagnostic_sm=reasons[Domain.CS if Domain.CS in nodes else Domain.IMS],
        additional_absent_subscriber_diagnostic_sm=reasons[Domain.PS] if Domain.PS in nodes else None,
    )


def report(
    data: HlrData, record: HlrSubscriber, sc: NodeNumber, outcomes: Mapping[Domain, Reported]
) -> list[NodeNumber]:
    """What is said of an attempt, domain by domain; returns whom to alert now (TS 29.002 §23.5)."""
    delivered = any(said.outcome == SmDeliveryOutcome.SUCCESSFUL_TRANSFER for said in outcomes.values())
    if not delivered:
        if sc not in record.waiting and len(record.waiting) >= data.list_limit:
            raise ListFull
        _note(record, sc)
    for domain, (outcome, diagnostic) in outcomes.items():
        if outcome == SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED:
            record.mcef = True
        else:
            absent = outcome == SmDeliveryOutcome.ABSENT_SUBSCRIBER
            reason = _NO_RESPONSE[domain] if diagnostic is None else diagnostic
            _mark(record, domain, reason if absent else None)
    if not delivered:
        return []
    record.mcef = False
    if sc in record.waiting:
        record.waiting.remove(sc)
    return list(record.waiting)


def activate(record: HlrSubscriber, gateway: NodeNumber) -> list[NodeNumber]:
    """Served over IMS; whom to alert: nobody while the phone has no room (TS 29.002 §23.6)."""
    record.ip_sm_gw = gateway
    return present(record, Domain.IMS)


def deactivate(record: HlrSubscriber) -> None:
    """No longer served over IMS; what waits goes on waiting."""
    if not record.pre_configured:
        record.ip_sm_gw = None


def attach(record: HlrSubscriber, domain: Domain, node: NodeNumber) -> list[NodeNumber]:
    """Served by this MSC or SGSN; whom to alert."""
    if domain is Domain.CS:
        record.msc = node
    else:
        record.sgsn = node
    return present(record, domain)


def present(record: HlrSubscriber, domain: Domain) -> list[NodeNumber]:
    """He is there in this domain; whom to alert: nobody while the phone has no room (TS 29.002 §23.6)."""
    _mark(record, domain, None)
    return [] if record.mcef else list(record.waiting)


def detach(record: HlrSubscriber, domain: Domain) -> None:
    """Its data are purged there: the HLR has no node for him (TS 29.002 §8.1.6)."""
    if domain is Domain.CS:
        record.msc = None
    else:
        record.sgsn = None


def reachable(record: HlrSubscriber) -> bool:
    """Whether a message could reach him: then whoever waits is to be alerted."""
    return not record.mcef and any(not _is_absent(record, domain) for domain in serving(record))


def alert_answered(record: HlrSubscriber, sc: NodeNumber) -> None:
    """The service centre knows: it is removed from the MWD."""
    if sc in record.waiting:
        record.waiting.remove(sc)


def inform(record: HlrSubscriber, sc: NodeNumber, asked: Msisdn) -> InformServiceCentreArg | None:
    """informServiceCentre, where there is something to say (TS 29.002 §12.6); of UNRI it cannot."""
    flags = {
        MwStatus.MNRF_SET: record.mnrf,
        MwStatus.MCEF_SET: record.mcef,
        MwStatus.MNRG_SET: record.mnrg,
    }
    if not any(flags.values()) and not (record.waiting and asked != record.msisdn):
        return None
    flags[MwStatus.SC_ADDRESS_NOT_INCLUDED] = sc not in record.waiting
    status = BitString.of(*(bit for bit, is_set in flags.items() if is_set), size=_MW_STATUS)
    return InformServiceCentreArg(
        stored_msisdn=AddressString(record.msisdn),
        mw_status=status,
        absent_subscriber_diagnostic_sm=record.absent.get(Domain.CS),
        additional_absent_subscriber_diagnostic_sm=record.absent.get(Domain.PS),
    )


def serving(record: HlrSubscriber) -> dict[Domain, NodeNumber]:
    """The nodes that the HLR knows, in order of priority."""
    nodes = {Domain.IMS: record.ip_sm_gw, Domain.PS: record.sgsn, Domain.CS: record.msc}
    return {domain: node for domain, node in nodes.items() if node is not None}


def _is_absent(record: HlrSubscriber, domain: Domain) -> bool:
    return {Domain.IMS: record.unri, Domain.PS: record.mnrg, Domain.CS: record.mnrf}[domain]


def _mark(record: HlrSubscriber, domain: Domain, reason: int | None) -> None:
    """The flag of a domain, and why it is set."""
    absent = reason is not None
    match domain:
        case Domain.IMS:
            record.unri = absent
        case Domain.PS:
            record.mnrg = absent
        case Domain.CS:
            record.mnrf = absent
    record.absent.pop(domain, None)
    if reason is not None:
        record.absent[domain] = reason


def _note(record: HlrSubscriber, sc: NodeNumber) -> None:
    if sc not in record.waiting:
        record.waiting.append(sc)
