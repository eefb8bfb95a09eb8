"""readyForSM at the HLR: who has room again, or is there again (TS 29.002 §12.4, §23.5, §23.6)."""

from typing import NamedTuple

from ipsmgw.identity import Imsi, NodeNumber
from lab.elements.domain import Domain
from lab.elements.message_waiting import HlrData, HlrSubscriber, Ready, present
from mapstack.map import AlertReason, ReadyForSmArg

__all__ = ["Served", "ready_for_sm"]


class Served(NamedTuple):
    """Whose it is, and the service centres to alert now."""

    record: HlrSubscriber
    centres: list[NodeNumber]


def ready_for_sm(data: HlrData, arg: ReadyForSmArg, now: float) -> Served | None:
    """None for somebody unknown. Presence alerts nobody while the phone has no room; it is presence in CS
    where nothing else is said, and where there is no MSC an older version can but mean the IMS.
    """
    record = data.by_imsi.get(Imsi(arg.imsi))
    if record is None:
        return None
    data.ready.append(Ready(record.imsi, arg.alert_reason, now))
    if arg.alert_reason == AlertReason.MEMORY_AVAILABLE:
        record.mcef = False
        return Served(record, list(record.waiting))
    return Served(record, present(record, _domain(record, arg)))


def _domain(record: HlrSubscriber, arg: ReadyForSmArg) -> Domain:
    if arg.alert_reason_indicator:
        return Domain.PS
    in_ims = arg.additional_alert_reason_indicator or record.msc is None
    return Domain.IMS if in_ims else Domain.CS
