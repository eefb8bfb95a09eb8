"""A gateway between its neighbours, and whoever asks its page's routes, without a server around them."""

import asyncio
from collections.abc import Mapping

from httpx import ASGITransport, AsyncClient, Response

from ipsmgw.web import WebSection, face, gateway_source
from mapstack.map import MoForwardSmRes
from tests.ipsmgw.asked import SUBMIT, invoked, octets
from tests.ipsmgw.broken import sound
from tests.ipsmgw.node import Node

__all__ = ["JSON", "TEXT", "ask", "busy", "finish", "registered"]

JSON = {"content-type": "application/json"}
TEXT = "hello"
"""What SUBMIT says."""


def registered(**changed: object) -> Node:
    """A gateway at which Alice is registered."""
    node = Node(sound() | changed)
    node.register()
    node.confirm(invoked(node)[0].dialogue)
    node.take_sip()
    return node


def finish(node: Node, call_id: str) -> None:
    """An MO from end to end."""
    node.message(octets(SUBMIT), call_id=call_id)
    node.peer.result(invoked(node)[-1].dialogue, MoForwardSmRes(), node.watch.time)
    node.exchange()
    node.synced()
    node.respond(node.take_sip()[-1], 200)


def busy() -> Node:
    """One message has been delivered; another is under way."""
    node = registered()
    finish(node, "first")
    node.message(octets(SUBMIT), call_id="second")
    return node


def ask(
    node: Node,
    path: str,
    *,
    method: str = "GET",
    section: WebSection | None = None,
    body: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """What is answered to one request."""

    async def asked() -> Response:
        app = face(gateway_source(node.gateway), section or WebSection())
        base = "http://127.0.0.1:8080"
        async with AsyncClient(transport=ASGITransport(app=app), base_url=base) as client:
            return await client.request(method, path, content=body, headers=dict(headers or {}))

    return asyncio.run(asked())
