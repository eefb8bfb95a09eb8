"""GET /api/status, GET /api/explain, POST /api/deregister, and the server that answers them on loopback."""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence

import msgspec
from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ipsmgw.explain import Explanation, Found
from ipsmgw.settings import Address

__all__ = ["Served", "listen", "routes"]


class _Deregister(msgspec.Struct, forbid_unknown_fields=True):
    imsi: str


Status = Callable[[], Mapping[str, object]]
Explain = Callable[[str], Explanation | tuple[Found, ...]]

_GRACE = 0.5
_encoded = msgspec.json.Encoder(enc_hook=str).encode


def routes(
    status: Status, deregister: Callable[[str], bool] | None = None, explain: Explain | None = None
) -> list[Route]:
    """What every node answers; `deregister` ends the registration of a phone, by its IMSI."""

    async def get_status(request: Request) -> JSONResponse:
        return JSONResponse(status())

    async def post_deregister(request: Request) -> JSONResponse:
        try:
            imsi = msgspec.json.decode(await request.body(), type=_Deregister).imsi
        except msgspec.DecodeError:
            return JSONResponse({"error": 'JSON is wanted: {"imsi": "…"}'}, 400)
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            # What a page of somebody else's can have a browser send unasked is not this.
            return JSONResponse({"error": "Content-Type: application/json is wanted"}, 415)
        done = deregister is not None and deregister(imsi)
        return JSONResponse({"imsi": imsi, "deregistered": done}, 200 if done else 404)

    async def get_explain(request: Request) -> Response:
        name = request.path_params["name"]
        found = () if explain is None else explain(name)
        plain = request.headers.get("accept", "").startswith("text/plain")
        return _explained(name, found, plain=plain)

    return [
        Route("/api/status", get_status),
        Route("/api/explain/{name:path}", get_explain),
        Route("/api/deregister", post_deregister, methods=["POST"]),
    ]


def _explained(name: str, found: Explanation | tuple[Found, ...], *, plain: bool) -> Response:
    """One message explained, the messages of a number, or the sentence that there is none."""
    if not found:
        return JSONResponse({"error": f"no message {name!r} is under way or remembered"}, 404)
    if plain:
        several = "\n".join(one.text for one in found) if isinstance(found, tuple) else ""
        return PlainTextResponse(found.text if isinstance(found, Explanation) else several)
    answer = {"messages": found} if isinstance(found, tuple) else found
    return Response(_encoded(answer), media_type="application/json")


def listen(address: Address) -> socket.socket:
    """Bound before anything runs: a port that is taken is an OSError here, and not the server's affair."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address.pair())
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


class Served:
    """Routes that are answered at a bound socket, from now until `close`."""

    def __init__(self, bound: socket.socket, routes: Sequence[Route]) -> None:
        host, port = bound.getsockname()[:2]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._stop = asyncio.Event()
        config = Config()
        config.bind = [f"fd://{bound.detach()}"]
        config.keep_alive_max_requests = 1_000_000  # hypercorn closes after 1,000 otherwise
        config.graceful_timeout = _GRACE
        config.errorlog = None
        app = Starlette(routes=list(routes))
        self._task = asyncio.get_running_loop().create_task(
            hypercorn_serve(app, config, shutdown_trigger=self._stop.wait)  # type: ignore[arg-type]  # its own idea of ASGI
        )

    async def close(self) -> None:
        """At once, whatever connections are still open."""
        self._stop.set()
        await asyncio.wait([self._task], timeout=2 * _GRACE)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
