"""The last charging records of the lab's gateway, and what is under way there (TS 32.298 §5.2.4.5)."""

import msgspec

from lab.carrier import Carrier
from lab.web.people import name_of

__all__ = ["RecordRow", "RecordsView", "TryRow", "records_view"]

_MOST = 100


class TryRow(msgspec.Struct):
    """One domain that a message to a phone was tried in."""

    domain: str
    node: str
    outcome: str


class RecordRow(msgspec.Struct, rename="camel", kw_only=True):
    """One record; `waits` says for what its message waits, nothing where it has ended."""

    id: str
    record: str
    received: float
    ended: float
    outcome: str
    waits: str
    msisdn: str
    name: str
    """Of the phone with this number."""
    imsi: str
    other: str
    service_centre: str
    size: int
    """Octets of the TPDU."""
    tries: list[TryRow]


class RecordsView(msgspec.Struct):
    """GET /api/records: the latest first."""

    own: bool
    """Whether the gateway is the lab's, so that one can look into it."""
    written: int
    """Records on its disk."""
    records: list[RecordRow]


def records_view(carrier: Carrier) -> RecordsView:
    """The last ones."""
    if not carrier.own():
        return RecordsView(False, 0, [])
    written = carrier.gateway.status()["cdrs_written"]
    rows = [
        RecordRow(
            id=cdr.id,
            record=cdr.record,
            received=cdr.received,
            ended=cdr.time,
            outcome="" if waits else cdr.outcome,
            waits=waits,
            msisdn=cdr.msisdn,
            name=name_of(carrier, cdr.msisdn),
            imsi=cdr.imsi,
            other=cdr.other,
            service_centre=cdr.service_centre,
            size=cdr.size,
            tries=[TryRow(each.domain, each.node, each.outcome) for each in cdr.attempts],
        )
        for cdr, waits in carrier.gateway.observed.messages(_MOST)
    ]
    return RecordsView(True, written if isinstance(written, int) else 0, rows)
