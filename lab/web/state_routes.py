"""Elements, links, HLR, SM-SC and causes of the running lab over its API."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ipsmgw.cause import Cause
from lab.carrier import Carrier
from lab.web.asking import answer, answering
from lab.web.centre_view import cancel, centre_view, retry
from lab.web.network import network_view
from lab.web.register_view import hlr_view
from lab.web.traffic import Traffic

__all__ = ["CauseRow", "state_routes"]


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


def state_routes(carrier: Carrier, traffic: Traffic) -> list[Route]:
    """GET for all of them; POST and DELETE for messages in the SM-SC."""

    async def network(request: Request) -> Response:
        return answer(network_view(carrier, traffic))

    async def hlr(request: Request) -> Response:
        return answer(hlr_view(carrier))

    async def centre(request: Request) -> Response:
        return answer(centre_view(carrier))

    async def message(request: Request) -> Response:
        (cancel if request.method == "DELETE" else retry)(carrier, request.path_params["number"])
        return answer(centre_view(carrier))

    async def causes(request: Request) -> Response:
        return answer({"causes": list(map(_row, Cause))})

    return [
        Route("/api/network", answering(network)),
        Route("/api/hlr", answering(hlr)),
        Route("/api/centre", answering(centre)),
        Route("/api/centre/{number:int}", answering(message), methods=["POST", "DELETE"]),
        Route("/api/causes", answering(causes)),
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
