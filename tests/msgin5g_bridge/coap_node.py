"""A CoAP endpoint on loopback that answers everything with what it was asked, and keeps what it hears."""

import asyncio

from msgin5g_bridge.coap_endpoint import CoapBounds, CoapEndpoint, OscoreKey
from msgin5g_bridge.exchange import Ask, Asked, Incoming, Reply, Request, Response
from msgin5g_bridge.names import URI_PATH

__all__ = ["JSON", "LIMIT", "Node"]

JSON = (("content-type", "application/json"),)
LIMIT = 30.0


class Node:
    """Known to others by its address; `silent` it answers nothing."""

    def __init__(
        self, address: tuple[str, int], keys: tuple[OscoreKey, ...] = (), bounds: CoapBounds | None = None
    ) -> None:
        self.address = address
        self.heard: asyncio.Queue[Incoming] = asyncio.Queue()
        self.silent = False
        loop = asyncio.get_running_loop()
        self.endpoint = CoapEndpoint(self._take, loop.time, bounds, keys)

    @property
    def origin(self) -> str:
        return "coap://{}:{}".format(*self.address)

    def _take(self, incoming: Incoming) -> None:
        self.heard.put_nowait(incoming)
        if isinstance(incoming, Asked) and not self.silent:
            self.endpoint.send(Reply(incoming.exchange, Response(204, JSON, incoming.request.body)))

    async def next(self) -> Incoming:
        async with asyncio.timeout(LIMIT):
            return await self.heard.get()

    def all_heard(self) -> list[Incoming]:
        """So far."""
        return [self.heard.get_nowait() for _ in range(self.heard.qsize())]

    def ask(
        self, to: str, body: bytes, *, exchange: int = 7, identity: str = "", within: float = LIMIT
    ) -> None:
        until = asyncio.get_running_loop().time() + within
        self.endpoint.send(Ask(exchange, to, Request("POST", URI_PATH, JSON, body), until, identity))
