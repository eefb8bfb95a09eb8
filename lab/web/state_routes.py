"""Elements, links, HLR, SM-SC and causes of the running lab over its API."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ipsmgw.cause import Cause
from ipsmgw.web import Endpoint, as_json
from lab.carrier import Carrier
from lab.web.asking import endpoint
from lab.web.centre_view import CentreView, cancel, centre_view, retry
from lab.web.network import NetworkView, network_view
from lab.web.record_view import RecordsView, records_view
from lab.web.register_view import HlrView, hlr_view
from lab.web.traffic import Traffic

__all__ = ["CauseRow", "Causes", "state_routes"]


class CauseRow(msgspec.Struct, rename="camel", kw_only=True):
    """GET /api/causes: one row of the table of causes."""

    name: str
    sentence: str
    rp_cause: int
    map_error: int
    sip_status: int
    cdr: str
    answers: list[int]
    """SIP answers to an MT MESSAGE that mean it."""


class Causes(msgspec.Struct):
    causes: list[CauseRow]


def state_routes(carrier: Carrier, traffic: Traffic) -> list[Endpoint]:
    """GET for all of them; POST and DELETE for messages in the SM-SC."""

    async def network(request: Request) -> Response:
        return as_json(network_view(carrier, traffic))

    async def hlr(request: Request) -> Response:
        return as_json(hlr_view(carrier))

    async def centre(request: Request) -> Response:
        return as_json(centre_view(carrier))

    async def records(request: Request) -> Response:
        return as_json(records_view(carrier))

    async def message(request: Request) -> Response:
        (cancel if request.method == "DELETE" else retry)(carrier, request.path_params["number"])
        return as_json(centre_view(carrier))

    async def causes(request: Request) -> Response:
        return as_json(Causes(list(map(_row, Cause))))

    return [
        endpoint("GET /api/network", network, "Elements and links, with their state", NetworkView),
        endpoint("GET /api/hlr", hlr, "What the HLR holds of its subscribers", HlrView),
        endpoint("GET /api/centre", centre, "What the SM-SC holds, and has done", CentreView),
        endpoint("POST /api/centre/{number:int}", message, "Try what waits now", CentreView),
        endpoint("DELETE /api/centre/{number:int}", message, "Delete what waits", CentreView),
        endpoint("GET /api/records", records, "The gateway's last charging records", RecordsView),
        endpoint("GET /api/causes", causes, "The table of causes", Causes),
    ]


def _row(cause: Cause) -> CauseRow:
    return CauseRow(
        name=cause.name,
        sentence=cause.sentence,
        rp_cause=cause.rp_cause,
        map_error=cause.map_cause.code,
        sip_status=cause.sip_status,
        cdr=cause.cdr,
        answers=list(cause.answers),
    )
