"""Serving gateway, waiting data and flags of subscribers in the HLR (TS 23.040 §3.2; TS 29.002 §23.5)."""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from ipsmgw.identity import Imsi, Msisdn, NodeNumber
from lab.elements.authentication_centre import Authentication
from lab.plan import Subscriber
from mapstack.map import AlertReason, SmDeliveryOutcome

__all__ = [
    "DEREGISTERED_FOR_IMS",
    "NO_RESPONSE_VIA_IP_SM_GW",
    "HlrData",
    "HlrSubscriber",
    "ListFull",
    "Ready",
    "activate",
    "alert_answered",
    "deactivate",
    "report",
    "route",
]

DEREGISTERED_FOR_IMS = 11  # TS 23.040 §3.3.2, as the next one
NO_RESPONSE_VIA_IP_SM_GW = 12
_LEDGER = 100_000


class Ready(NamedTuple):
    """A readyForSM that was taken."""

    imsi: Imsi
    reason: AlertReason | int
    when: float


class ListFull(Exception):
    """No service centre fits into the message waiting data any more."""


@dataclass(slots=True)
class HlrSubscriber:
    """One subscriber; `waiting` is the MWD, the service centres to alert."""

    imsi: Imsi
    msisdn: Msisdn
    authentication: Authentication
    ip_sm_gw: NodeNumber | None = None
    pre_configured: bool = False
    """The gateway's address is a part of the subscription, and no registration is told (TR 23.804 §8.7)."""
    roaming_allowed: bool = True
    """Whether a location update is accepted."""
    unri: bool = False
    """UE not reachable for IP: set by a report of absence, cleared by a registration (TS 23.204 §6.6)."""
    mcef: bool = False
    """Memory capacity exceeded."""
    waiting: list[NodeNumber] = field(default_factory=list)


@dataclass(slots=True)
class HlrData:
    """What survives a restart of the HLR."""

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
            known = Authentication(subscriber.secret)
            record = HlrSubscriber(subscriber.imsi, subscriber.msisdn, known)
            record.ip_sm_gw, record.pre_configured = gateway, gateway is not None
            data.by_imsi[record.imsi] = data.by_msisdn[record.msisdn] = record
        return data


def route(data: HlrData, record: HlrSubscriber, sc: NodeNumber, *, priority: bool) -> NodeNumber | int:
    """The node that serves the subscriber; or why he is absent, and the SC is noted (TS 29.002 §23.3.2).

    Where no registration is told, none can clear UNRI: the gateway itself says who is absent.
    """
    if record.ip_sm_gw is None:
        diagnostic = DEREGISTERED_FOR_IMS
    elif record.unri and not priority and not record.pre_configured:
        diagnostic = NO_RESPONSE_VIA_IP_SM_GW
    else:
        return record.ip_sm_gw
    if len(record.waiting) < data.list_limit:
        _note(record, sc)
    return diagnostic


def report(data: HlrData, record: HlrSubscriber, sc: NodeNumber, outcome: int) -> list[NodeNumber]:
    """What the SMS-GMSC says of an attempt; returns whom to alert now (TS 29.002 §23.5)."""
    if outcome == SmDeliveryOutcome.SUCCESSFUL_TRANSFER:
        record.unri = record.mcef = False
        if sc in record.waiting:
            record.waiting.remove(sc)
        return list(record.waiting)
    if sc not in record.waiting and len(record.waiting) >= data.list_limit:
        raise ListFull
    _note(record, sc)
    if outcome == SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED:
        record.mcef = True
    else:
        record.unri = True
    return []


def activate(record: HlrSubscriber, gateway: NodeNumber) -> list[NodeNumber]:
    """Served over IMS; whom to alert: nobody while the phone has no room (TS 29.002 §23.6)."""
    record.ip_sm_gw, record.unri = gateway, False
    return [] if record.mcef else list(record.waiting)


def deactivate(record: HlrSubscriber) -> None:
    """No longer served over IMS; what waits goes on waiting."""
    if not record.pre_configured:
        record.ip_sm_gw = None


def alert_answered(record: HlrSubscriber, sc: NodeNumber) -> None:
    """The service centre knows: it is removed from the MWD."""
    if sc in record.waiting:
        record.waiting.remove(sc)


def _note(record: HlrSubscriber, sc: NodeNumber) -> None:
    if sc not in record.waiting:
        record.waiting.append(sc)
