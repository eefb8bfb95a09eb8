"""Load over the lab's API: start it, watch it, stop it (docs/load.md)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lab.web.asking import answer, answering, read_body
from lab.web.loader import LoadOrder
from lab.web.loads import Loads

__all__ = ["load_routes"]


def load_routes(loads: Loads) -> list[Route]:
    """GET, POST and DELETE /api/load."""

    async def get(request: Request) -> Response:
        return answer(loads.view)

    async def post(request: Request) -> Response:
        await loads.start(await read_body(request, LoadOrder))
        return answer(loads.view, 202)

    async def delete(request: Request) -> Response:
        await loads.stop()
        return answer(loads.view)

    return [
        Route("/api/load", answering(get)),
        Route("/api/load", answering(post), methods=["POST"]),
        Route("/api/load", answering(delete), methods=["DELETE"]),
    ]
