"""All of it together: page, API, events, health and metrics of one source, behind one guard."""

import time
from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

import ipsmgw
from ipsmgw.web.answers import Page
from ipsmgw.web.asking import asking
from ipsmgw.web.endpoint import Endpoint, as_json, document, error, routes
from ipsmgw.web.feed import Feed
from ipsmgw.web.guard import Guard
from ipsmgw.web.rows import Rows
from ipsmgw.web.source import Source
from ipsmgw.web.static import pages, static
from ipsmgw.web.watching import watching
from ipsmgw.web_section import WebSection

__all__ = ["face"]


def face(
    source: Source,
    section: WebSection,
    more: Sequence[Endpoint | Route] = (),
    folders: Mapping[str, Traversable] | None = None,
) -> ASGIApp:
    """What a server answers; who widens it has routes of his own, and folders with parts of his page."""
    rows = Rows(source, time.monotonic)
    feed = Feed(source, rows, clients=section.clients, queue=section.queue)
    page = Page(source.title, ipsmgw.__version__, source.tabs, (), section.contents)
    endpoints = [*asking(source, page), *watching(source, rows, feed, contents=section.contents)]
    endpoints += [one for one in more if isinstance(one, Endpoint)]
    undescribed = [one for one in more if isinstance(one, Route)]

    async def openapi(request: Request) -> Response:
        return as_json(document(endpoints, source.title, ipsmgw.__version__))

    endpoints.append(
        Endpoint(
            path="/api/openapi.json",
            answer=openapi,
            summary="This description",
            answers={"application/json": dict[str, object]},
        )
    )
    found = [route for path, folder in (folders or {}).items() for route in static(path, folder)]
    app = Starlette(
        routes=[*routes(endpoints), *undescribed, *pages(), *found],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    return Guard(app, section.token, [f"{path}/" for path in folders or ()])


async def _refused(request: Request, fault: Exception) -> Response:
    """No such path, or not by this method."""
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    words = {404: "nothing is at this path", 405: f"this path has no {request.method}"}
    headers = fault.headers if isinstance(fault, HTTPException) else None
    return error(status, words.get(status, "this cannot be answered"), headers)


async def _failed(request: Request, fault: Exception) -> Response:
    return error(500, "this is a fault of ours; the log of the process says more")
