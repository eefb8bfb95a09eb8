"""What the HLR holds of its subscribers, and what each flag says (TS 23.040 §3.2, TS 29.002 §23.5)."""

import msgspec

from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.message_waiting import HlrSubscriber

__all__ = ["HlrRow", "HlrView", "hlr_view"]

_MOST = 200
_REASONS = {
    0: "no paging response via the MSC",
    1: "IMSI detached",
    3: "deregistered in the non-GPRS network",
    5: "no paging response via the SGSN",
    6: "GPRS detached",
    7: "deregistered in the GPRS network",
    11: "deregistered for IMS",
    12: "no response via the IP-SM-GW",
}
"""AbsentSubscriberDiagnosticSM (TS 23.040 §3.3.2)."""


class HlrRow(msgspec.Struct, rename="camel", kw_only=True):
    """One subscriber."""

    name: str
    imsi: str
    msisdn: str
    gateway: str
    """The number of his IP-SM-GW: that there is one is the flag that he is IP connected (TR 23.804 §8.1)."""
    msc: str
    sgsn: str
    unri: bool
    mnrf: bool
    mnrg: bool
    mcef: bool
    absent: dict[str, str]
    """By domain, why: UNRR, MNRR-MSC, MNRR-SGSN."""
    waiting: list[str]
    """Message waiting data: the service centres to alert."""


class HlrView(msgspec.Struct, rename="camel"):
    """GET /api/hlr; `own`: whether the HLR is the lab's, so that one can look into it."""

    own: bool
    total: int
    rows: list[HlrRow]


def hlr_view(carrier: Carrier) -> HlrView:
    """The first ones, in the order of the description."""
    if not carrier.own("hlr"):
        return HlrView(False, 0, [])
    records = list(carrier.hlr_data.by_imsi.values())
    return HlrView(True, len(records), [_row(carrier, each) for each in records[:_MOST]])


def _row(carrier: Carrier, record: HlrSubscriber) -> HlrRow:
    return HlrRow(
        name=", ".join(carrier.plan.devices(record.imsi)[:1]),
        imsi=record.imsi,
        msisdn=record.msisdn,
        gateway=record.ip_sm_gw or "",
        msc=record.msc or "",
        sgsn=record.sgsn or "",
        unri=record.unri,
        mnrf=record.mnrf,
        mnrg=record.mnrg,
        mcef=record.mcef,
        absent={domain.value: _reason(domain, why) for domain, why in record.absent.items()},
        waiting=list(record.waiting),
    )


def _reason(domain: Domain, why: int) -> str:
    return _REASONS.get(why, f"diagnostic {why} of {domain.value}")
