"""The yardstick of MSGin5G: a bare ASGI application on hypercorn takes the same body, and answers 204."""

import asyncio
import signal
import sys

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

__all__ = ["main"]


async def _echo(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] != "http":
        return
    more = True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message["more_body"]
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _run(address: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    config = Config()
    config.bind = [address]
    config.errorlog = None
    config.include_server_header = False
    config.keep_alive_max_requests = 1_000_000_000
    await serve(_echo, config, shutdown_trigger=stop.wait)


def main() -> None:
    """HOST:PORT is the only argument."""
    asyncio.run(_run(sys.argv[1]))


if __name__ == "__main__":
    main()
