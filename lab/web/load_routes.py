"""Load over the lab's API: start it, watch it, stop it (docs/load.md)."""

from starlette.requests import Request
from starlette.responses import Response

from ipsmgw.web import Endpoint, as_json
from lab.web.asking import endpoint, read_body
from lab.web.loader import LoadOrder
from lab.web.loads import Loads, LoadView

__all__ = ["load_routes"]


def load_routes(loads: Loads) -> list[Endpoint]:
    """GET, POST and DELETE /api/load."""

    async def get(request: Request) -> Response:
        return as_json(loads.view)

    async def post(request: Request) -> Response:
        await loads.start(await read_body(request, LoadOrder))
        return as_json(loads.view, 202)

    async def delete(request: Request) -> Response:
        await loads.stop()
        return as_json(loads.view)

    return [
        endpoint("GET /api/load", get, "The load that runs, or has run last", LoadView),
        endpoint("POST /api/load", post, "Start one", LoadView, body=LoadOrder, status=202),
        endpoint("DELETE /api/load", delete, "Stop it", LoadView),
    ]
