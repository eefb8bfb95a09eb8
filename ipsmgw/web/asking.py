"""What is told of a node itself: its state, its messages, its health and its metrics."""

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ipsmgw.explain import Explanation, Found
from ipsmgw.web.answers import (
    Deregister,
    Deregistered,
    FoundList,
    Live,
    Page,
    Ready,
    Registrations,
)
from ipsmgw.web.endpoint import Endpoint, Parameter, as_json, error
from ipsmgw.web.source import Source

__all__ = ["asking"]

_JSON, _TEXT = "application/json", "text/plain"
_MOST_REGISTERED = 1_000
_LONGEST = 1_000  # octets of a body
_METRICS = "text/plain; version=0.0.4"


def asking(source: Source, page: Page) -> list[Endpoint]:
    """The routes that every node has."""
    return [
        Endpoint(
            path="/api/page",
            answer=lambda request: _page(source, page),
            summary="What the page is made of",
            answers={_JSON: Page},
        ),
        Endpoint(
            path="/api/status",
            answer=lambda request: _status(source),
            summary="What is registered, what is under way, and how SIGTRAN stands",
            answers={_JSON: dict[str, object]},
        ),
        Endpoint(
            path="/api/registrations",
            answer=lambda request: _registrations(source),
            summary=f"Who is registered here, {_MOST_REGISTERED} of them at most",
            answers={_JSON: Registrations},
        ),
        Endpoint(
            path="/api/explain/{name:path}",
            answer=lambda request: _explain(source, request),
            summary="Why a message went where it went, or the messages that a number may mean",
            parameters=(Parameter("name", "Id, Call-ID, MSISDN or IMSI.", where="path"),),
            answers={_JSON: (Explanation, FoundList), _TEXT: None},
            faults=(404,),
        ),
        Endpoint(
            path="/api/deregister",
            method="POST",
            answer=lambda request: _deregister(source, request),
            summary="End the registration of a phone that registers here itself (TR 23.804 8.2.2)",
            body=Deregister,
            answers={_JSON: Deregistered},
            faults=(400, 404, 413, 415),
        ),
        *_of_machines(source),
    ]


def _of_machines(source: Source) -> list[Endpoint]:
    return [
        Endpoint(
            path="/health/live",
            answer=_live,
            summary="Whether the process answers",
            answers={_JSON: Live},
        ),
        Endpoint(
            path="/health/ready",
            answer=lambda request: _ready(source),
            summary="Whether it can do its work, and what is lacking",
            answers={_JSON: Ready},
            faults=(503,),
        ),
        Endpoint(
            path="/metrics",
            answer=lambda request: _metrics(source),
            summary="Counters and gauges for Prometheus",
            answers={_METRICS: None},
            faults=(404,),
        ),
    ]


async def _page(source: Source, page: Page) -> Response:
    return as_json(msgspec.structs.replace(page, nodes=source.nodes()))


async def _status(source: Source) -> Response:
    return as_json({**source.status(), "standings": source.standings()})


async def _registrations(source: Source) -> Response:
    return as_json(Registrations(source.bindings(), source.registered(_MOST_REGISTERED)))


async def _explain(source: Source, request: Request) -> Response:
    name = request.path_params["name"]
    found = source.explain(name)
    if not found:
        return error(404, f"no message {name!r} is under way or remembered")
    if request.headers.get("accept", "").startswith(_TEXT):
        return PlainTextResponse(_in_words(found))
    return as_json(FoundList(found) if isinstance(found, tuple) else found)


def _in_words(found: Explanation | tuple[Found, ...]) -> str:
    return "\n".join(one.text for one in found) if isinstance(found, tuple) else found.text


async def _deregister(source: Source, request: Request) -> Response:
    body = await request.body()
    if len(body) > _LONGEST:
        return error(413, f"a body of {len(body)} octets is too long")
    try:
        imsi = msgspec.json.decode(body, type=Deregister).imsi
    except msgspec.DecodeError:
        return error(400, 'JSON is wanted: {"imsi": "…"}')
    if source.deregister is None or not source.deregister(imsi):
        return error(404, f"{imsi[:40]!r} has no registration of his own here")
    return as_json(Deregistered(imsi, True))


async def _live(request: Request) -> Response:
    return as_json(Live(True))


async def _ready(source: Source) -> Response:
    lacking = source.lacking()
    return error(503, "; ".join(lacking)) if lacking else as_json(Ready(True))


async def _metrics(source: Source) -> Response:
    if source.metrics is None:
        return error(404, "there are no metrics here")
    kind, text = source.metrics()
    return Response(text, media_type=kind)
