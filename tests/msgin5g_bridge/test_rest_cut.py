"""REST on connections that are cut: what the peer cannot have heard is said again at once, and only that."""

import asyncio
from random import Random

import pytest

from msgin5g_bridge import encode
from msgin5g_bridge.rest_client import ClientTls
from msgin5g_bridge.rest_events import Called, Returned, Unanswered
from msgin5g_bridge.rest_server import ServerTls
from tests.lab.msgin5g.lossy_proxy import LossyProxy
from tests.msgin5g_bridge.test_rest import REPLY
from tests.msgin5g_bridge.test_rest_wire import Node, authority, play
from tests.sipbridge.certificates import Authority

__all__ = ["authority"]

pytestmark = pytest.mark.wire

MANY = 20
QUIET = 0.2
"""Seconds: it is not a word that follows another."""
VERSIONS = pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "h2c"])


class FirstCut(LossyProxy):
    """The first connection is cut as soon as a body has come."""

    came = 0

    def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        if self.came > 1:
            super()._came(reader, writer)
        else:
            self._begin(self._cut_off(reader, writer))

    async def _cut_off(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(encode(REPLY))
        writer.transport.abort()


@VERSIONS
def test_a_connection_that_was_cut_while_nobody_spoke_costs_no_call(http2: bool) -> None:
    async def story() -> None:
        here, there = Node(http2=http2), Node()
        async with LossyProxy(await there.server.start(("127.0.0.1", 0)), Random(1)) as proxy:
            for number in range(1, 4):
                here.call("http://{}:{}".format(*proxy.address))
                await here.until(lambda: len(here.told) == number)  # noqa: B023  # it is awaited here
                proxy.sever()
                await asyncio.sleep(QUIET)
        assert [type(event) for event in here.told] == [Returned] * 3
        assert len(there.told) == 3
        await here.close()
        await there.close()

    play(story)


def test_so_it_is_over_tls(authority: Authority) -> None:
    vouched = authority.vouch("server", "DNS:localhost", "IP:127.0.0.1")

    async def story() -> None:
        tls = ServerTls(
            certificate=vouched.certificate, key=vouched.key, authorities=vouched.authorities, mutual=False
        )
        here, there = Node(client_tls=ClientTls(authorities=vouched.authorities)), Node(tls=tls)
        async with LossyProxy(await there.server.start(("127.0.0.1", 0)), Random(1)) as proxy:
            for number in (1, 2):
                here.call("https://{}:{}".format(*proxy.address))
                await here.until(lambda: len(here.told) == number)  # noqa: B023  # it is awaited here
                proxy.sever()
                await asyncio.sleep(QUIET)
        assert [type(event) for event in here.told] == [Returned] * 2
        await here.close()
        await there.close()

    play(story)


@VERSIONS
def test_of_many_calls_on_one_connection_that_is_cut_only_those_fail_that_were_sent(http2: bool) -> None:
    async def story() -> None:
        here, there = Node(http2=http2), Node()
        async with FirstCut(await there.server.start(("127.0.0.1", 0)), Random(1)) as proxy:
            for _ in range(MANY):
                here.call("http://{}:{}".format(*proxy.address))
            await here.until(lambda: len(here.told) == MANY)
        lost = [event for event in here.told if isinstance(event, Unanswered)]
        assert len(lost) == 1
        assert [type(event) for event in there.told] == [Called] * (MANY - 1)
        await here.close()
        await there.close()

    play(story)
