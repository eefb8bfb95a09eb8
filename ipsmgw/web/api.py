"""GET /api/status, and the server that answers it on loopback."""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ipsmgw.settings import Address

__all__ = ["Served", "listen", "routes"]

Status = Callable[[], Mapping[str, object]]

_GRACE = 0.5


def routes(status: Status) -> list[Route]:
    """What every node answers."""

    async def get_status(request: Request) -> JSONResponse:
        return JSONResponse(status())

    return [Route("/api/status", get_status)]


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
