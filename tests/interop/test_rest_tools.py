"""curl and nghttp as Application Servers: HTTP/1.1, HTTP/2 with and without prior knowledge, mutual TLS."""

import asyncio
from pathlib import Path
from shutil import which

import pytest

from msgin5g_bridge import encode
from msgin5g_bridge.apis import DELIVER_UE_MESSAGE
from msgin5g_bridge.rest_events import Called
from msgin5g_bridge.rest_server import ServerTls
from tests.msgin5g_bridge.test_rest import ACK, REPLY
from tests.msgin5g_bridge.test_rest_wire import LONG, Node, play
from tests.sipbridge.certificates import Authority

pytestmark = [pytest.mark.interop, pytest.mark.wire]

JSON = "content-type: application/json"


async def say(*command: str) -> str:
    """What the command prints."""
    if which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(LONG):
        said, _ = await process.communicate()
    return said.decode()


async def curl(url: str, *more: str) -> str:
    """Body, HTTP version and status."""
    show = ("--silent", "--max-time", "20", "--write-out", " %{http_version} %{http_code}")
    return await say("curl", *show, *more, url)


@pytest.mark.parametrize(("option", "version"), [("--http1.1", "1.1"), ("--http2-prior-knowledge", "2")])
def test_curl_calls_in_the_clear(option: str, version: str) -> None:
    async def story() -> None:
        there = Node()
        host, port = await there.server.start(("127.0.0.1", 0))
        url = f"http://{host}:{port}{DELIVER_UE_MESSAGE.path}"
        said = await curl(url, option, "--header", JSON, "--data", encode(REPLY).decode())
        assert said == f"{encode(ACK).decode()} {version} 200"
        assert (await curl(url, option)).endswith(f'"detail":"allowed: POST"}} {version} 405')
        assert (await curl(url, "--http2")).endswith(" 2 405")  # by Upgrade, which has no body
        await there.close()

    play(story)


def test_curl_proves_who_it_is(tmp_path: Path) -> None:
    async def story() -> None:
        authority = Authority(tmp_path)
        server, meter = authority.vouch("server", "IP:127.0.0.1"), authority.vouch("meter")
        tls = ServerTls(certificate=server.certificate, key=server.key, authorities=server.authorities)
        there = Node(tls=tls)
        host, port = await there.server.start(("127.0.0.1", 0))
        url = f"https://{host}:{port}{DELIVER_UE_MESSAGE.path}"
        ask = ("--cacert", authority.certificate, "--header", JSON, "--data", encode(REPLY).decode())
        said = await curl(url, *ask, "--cert", meter.certificate, "--key", meter.key)
        assert said.endswith(" 2 200")
        assert (await curl(url, *ask)).endswith(" 000")
        (called,) = there.told
        assert isinstance(called, Called)
        assert called.caller.peer.identity == "meter"
        await there.close()

    play(story)


def test_nghttp_calls_by_prior_knowledge(tmp_path: Path) -> None:
    async def story() -> None:
        body = tmp_path / "body.json"
        body.write_bytes(encode(REPLY))
        there = Node()
        host, port = await there.server.start(("127.0.0.1", 0))
        url = f"http://{host}:{port}{DELIVER_UE_MESSAGE.path}"
        said = await say("nghttp", "--data", str(body), "--header", JSON, url)
        assert said == encode(ACK).decode()
        await there.close()

    play(story)


def test_h2load_calls_often_on_one_connection(tmp_path: Path) -> None:
    """More than the 1,000 requests after which hypercorn closes a connection by default."""

    async def story() -> None:
        body = tmp_path / "body.json"
        body.write_bytes(encode(REPLY))
        there = Node()
        host, port = await there.server.start(("127.0.0.1", 0))
        url = f"http://{host}:{port}{DELIVER_UE_MESSAGE.path}"
        load = ("--requests", "1200", "--clients", "1", "--max-concurrent-streams", "8")
        said = await say("h2load", *load, "--data", str(body), "--header", JSON, url)
        assert "1200 succeeded, 0 failed, 0 errored" in said
        await there.close()

    play(story)
