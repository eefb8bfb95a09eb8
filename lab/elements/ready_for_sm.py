"""readyForSM at the HLR: who has room again, or is there again (TS 29.002 §12.4, §23.5, §23.6)."""

from typing import NamedTuple

from ipsmgw.identity import Imsi, NodeNumber
from lab.elements.message_waiting import HlrData, HlrSubscriber, Ready
from mapstack.map import AlertReason, ReadyForSmArg

__all__ = ["Served", "ready_for_sm"]


class Served(NamedTuple):
    """Whose it is, and the service centres to alert now."""

    record: HlrSubscriber
    centres: list[NodeNumber]


def ready_for_sm(data: HlrData, arg: ReadyForSmArg, now: float) -> Served | None:
    """None for somebody unknown. Presence alerts nobody while the phone has no room; an older version does
    not say where he is present, and is believed as well.
    """
    record = data.by_imsi.get(Imsi(arg.imsi))
    if record is None:
        return None
    data.ready.append(Ready(record.imsi, arg.alert_reason, now))
    if arg.alert_reason == AlertReason.MEMORY_AVAILABLE:
        record.mcef = False
    else:
        record.unri = False
    return Served(record, [] if record.mcef else list(record.waiting))
