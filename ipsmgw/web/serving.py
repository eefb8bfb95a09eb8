"""The server that answers at a bound socket: HTTP/1.1 and HTTP/2, with TLS where there is a certificate."""

import asyncio
import socket

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from starlette.types import ASGIApp as App

from ipsmgw.section import Address
from ipsmgw.web_section import WebTls

__all__ = ["App", "Served", "listen"]

_GRACE = 0.5
_MOST_OPEN = 1_000_000  # requests of a connection: hypercorn closes after 1,000 otherwise


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
    """An application that is answered at a bound socket, from now until `close`."""

    def __init__(self, bound: socket.socket, app: App, tls: WebTls | None = None) -> None:
        """OSError where a file of TLS cannot be read, or is not what it should be."""
        host, port = bound.getsockname()[:2]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        secure = tls is not None and bool(tls.certificate)
        self.url = f"{'https' if secure else 'http'}://{self.address}"
        self._stop = asyncio.Event()
        config = Config()
        config.keep_alive_max_requests = _MOST_OPEN
        config.graceful_timeout = _GRACE
        config.errorlog = None
        if tls is not None and secure:
            config.certfile, config.keyfile = tls.certificate, tls.key
            config.create_ssl_context()  # whether it can be made
        config.bind = [f"fd://{bound.detach()}"]
        self._task = asyncio.get_running_loop().create_task(
            hypercorn_serve(app, config, shutdown_trigger=self._stop.wait)  # type: ignore[arg-type]  # its own idea of ASGI
        )

    async def close(self) -> None:
        """At once, whatever connections are still open."""
        self._stop.set()
        await asyncio.wait([self._task], timeout=2 * _GRACE)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
