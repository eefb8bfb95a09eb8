"""What goes over the wire: rows, trees, messages, ladders, and all of that as it happens."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from ipsmgw.trace import Pdu, shown
from ipsmgw.web.answers import Decoded, Messages, Pdus, decoded
from ipsmgw.web.drawing import as_pcap, as_svg, as_text
from ipsmgw.web.endpoint import Endpoint, Parameter, as_json, error
from ipsmgw.web.feed import Feed, TooManyClients
from ipsmgw.web.filters import BadFilter, Filter
from ipsmgw.web.rows import Row, Rows
from ipsmgw.web.source import Source

__all__ = ["watching"]

Answer = Callable[[Request], Awaitable[Response]]

_DRAWN = 5_000  # rows of a picture
_DRAWINGS = (("svg", "image/svg+xml"), ("txt", "text/plain"), ("pcap", "application/vnd.tcpdump.pcap"))
_FILTER = (
    Parameter("after", "Only PDUs behind this number.", "integer"),
    Parameter("before", "Only PDUs before this number.", "integer"),
    Parameter("limit", "So many at most, the latest; 1000 without.", "integer"),
    Parameter("subscriber", "Only what belongs to PDUs that name this number, IMSI or URI."),
    Parameter("message", "Only what belongs to the message of this id, or is of this thread."),
    Parameter("leg", "Only these legs, with commas: SIP, MAP, M3UA, HTTP, CoAP, SMPP, Diameter, radio."),
    Parameter("failed", "Only what says no, or has not arrived.", "boolean"),
    Parameter("beats", "false: without BEAT, BEAT ACK and enquire_link.", "boolean"),
)


class _Parts(NamedTuple):
    """What the answers are made of."""

    source: Source
    rows: Rows
    feed: Feed
    contents: bool


def watching(source: Source, rows: Rows, feed: Feed, *, contents: bool) -> list[Endpoint]:
    """The routes of a ladder."""
    parts = _Parts(source, rows, feed, contents)
    return [
        Endpoint(
            path="/api/pdus",
            answer=_pdus(parts),
            summary="PDUs that have gone over the wire, as rows of a ladder",
            parameters=_FILTER,
            answers={"application/json": Pdus},
            faults=(400,),
        ),
        Endpoint(
            path="/api/pdus/{number}",
            answer=_pdu(parts),
            summary="One PDU: its octets, and what they mean",
            parameters=(Parameter("number", "Number of the row.", "integer", "path"),),
            answers={"application/json": Decoded},
            faults=(404,),
        ),
        Endpoint(
            path="/api/messages",
            answer=_messages(parts),
            summary="The last messages, and those under way, the latest first",
            parameters=tuple(each for each in _FILTER if each.name in ("limit", "subscriber", "failed")),
            answers={"application/json": Messages},
            faults=(400,),
        ),
        Endpoint(
            path="/api/events",
            answer=_events(parts),
            summary="What happens: pdus, messages and status, as server-sent events",
            answers={"text/event-stream": None},
            faults=(400, 503),
        ),
        *(_drawn(parts, kind, media) for kind, media in _DRAWINGS),
    ]


def _drawn(parts: _Parts, kind: str, media: str) -> Endpoint:
    return Endpoint(
        path=f"/api/ladder.{kind}",
        answer=_ladder(parts, kind, media),
        summary=f"The ladder of these PDUs, as {kind}",
        parameters=_FILTER,
        answers={media: None},
        faults=(400,),
    )


def _asked(answer: Answer) -> Answer:
    """What cannot be filtered by is said."""

    @wraps(answer)
    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except BadFilter as fault:
            return error(400, str(fault))

    return answered


async def _found(parts: _Parts, request: Request, most: int = 20_000) -> list[Row]:
    wanted = Filter.read(request.query_params, most=most)
    await parts.rows.follow()
    return wanted.rows(parts.rows)


def _pdus(parts: _Parts) -> Answer:
    async def answer(request: Request) -> Response:
        return as_json(Pdus(await _found(parts, request), parts.rows.end))

    return _asked(answer)


def _pdu(parts: _Parts) -> Answer:
    async def answer(request: Request) -> Response:
        text = request.path_params["number"]
        await parts.rows.follow()
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
        row, seen = parts.rows.row(number), parts.rows.seen(number)
        if row is None or seen is None:
            return error(404, f"PDU {text[:40]!r} is not remembered, see [trace]")
        return as_json(decoded(row, seen.pdu.protocol, shown(seen.pdu, contents=parts.contents)))

    return answer


def _messages(parts: _Parts) -> Answer:
    async def answer(request: Request) -> Response:
        wanted = Filter.read(request.query_params)
        await parts.rows.follow()
        found = [
            message
            for message in reversed(parts.rows.messages.values())
            if (not wanted.failed or message.state == "failed")
            and (not wanted.subscriber or wanted.subscriber in message.sender + " " + message.recipient)
        ]
        found.sort(key=lambda message: -message.when)
        return as_json(Messages(found[: wanted.limit]))

    return _asked(answer)


def _events(parts: _Parts) -> Answer:
    async def answer(request: Request) -> Response:
        last = request.headers.get("last-event-id", "") or request.query_params.get("after", "")
        if last and not (last.isascii() and last.isdigit() and len(last) < 19):
            return error(400, f"Last-Event-ID: a number is wanted, got {last[:40]!r}")
        try:
            parts.feed.open()
        except TooManyClients as many:
            return error(503, str(many), {"Retry-After": "10"})
        events = parts.feed.events(int(last) if last else None)
        return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return answer


def _ladder(parts: _Parts, kind: str, media: str) -> Answer:
    async def answer(request: Request) -> Response:
        rows = await _found(parts, request, _DRAWN)
        name = {"Content-Disposition": f'attachment; filename="ladder.{kind}"'}
        nodes = parts.source.nodes()
        if kind == "svg":
            return Response(as_svg(rows, nodes), media_type=media, headers=name)
        pdus: list[Pdu] = [seen.pdu for _, seen in parts.rows.pdus(rows)]
        if kind == "txt":
            return PlainTextResponse(as_text(pdus, nodes), headers=name)
        return Response(as_pcap(pdus, contents=parts.contents), media_type=media, headers=name)

    return _asked(answer)
