"""libcoap as an MSGin5G UE: its client registers, sends and reports, its server takes what comes."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from lab.carrier import Carrier
from lab.msgin5g.contact import Leg, Peer
from lab.msgin5g.plan import M5S, Msgin5gPlan, UePlan
from lab.msgin5g.steps import SUCCESS, answered, ue, until
from lab.plan import PACED, Plan
from msgin5g_bridge import decode, decode_payload, encode
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import (
    AcDeregistration,
    AcRegistration,
    DeliveryReport,
    Message,
    MessageResponse,
    Payload,
)
from msgin5g_bridge.model import ApplicationId, MessageId, UeServiceId
from msgin5g_bridge.names import URI_PATH
from msgin5g_bridge.provisioning import ProvisioningResponse, UeProvisioningRequest
from msgin5g_bridge.registration import Deregistration, Registration, RegistrationResponse, RegistrationResult
from tests.interop.smpp_lab import running

pytestmark = pytest.mark.interop

NETWORK = 160 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])  # each worker has its own addresses
HOST = f"127.1.{NETWORK}.200"
LIMIT = 30
APP = ApplicationId("weather")
PLAN = Plan(
    network=NETWORK,
    timers=PACED,
    subscribers=(),
    msgin5g=Msgin5gPlan(ues=(UePlan(name="lamp"), UePlan(name="horn"))),
)


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed (Debian: apt-get install libcoap3-bin)")
    return path


@pytest.fixture(params=["coap-client-notls", "coap-client-openssl"])
def client(request: pytest.FixtureRequest) -> str:
    return tool(request.param)


@pytest.fixture
def server() -> str:
    return tool("coap-server-notls")


class Kettle:
    """A UE made of two programs at one address."""

    def __init__(self, carrier: Carrier, client: str) -> None:
        request, anybody = UeProvisioningRequest(ue_priv_id="kettle"), Peer(Leg.CLIENT)
        found = carrier.msgin5g.m5s.server.provision(request, anybody)
        assert isinstance(found, ProvisioningResponse)
        self.address = Address(addr_type=AddressType.UE, addr=found.svc_id)
        self._client = client
        host, port = carrier.msgin5g.plan.coap(NETWORK, M5S)
        self._server = f"coap://{host}:{port}{URI_PATH}"

    async def says(self, payload: Payload, *options: str) -> bytes:
        """POST it; what the server answers."""
        return await self.asks(encode(payload), *options)

    async def asks(self, octets: bytes, *options: str) -> bytes:
        where = ("-a", HOST, *options, "-m", "post", "-t", "50", "-f", "-", self._server)
        return await run(self._client, *where, given=octets)


async def run(*command: str, given: bytes = b"") -> bytes:
    """What a program says; libcoap's client says a no on stderr, as its code and diagnostic payload."""
    process = await asyncio.create_subprocess_exec(
        *command, "-B", "20", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    async with asyncio.timeout(LIMIT):
        said, _ = await process.communicate(given)
    return said.strip()


@asynccontextmanager
async def listening(server: str) -> AsyncIterator[str]:
    """libcoap's example server: it keeps what is POSTed to it, and gives it back to GET."""
    process = await asyncio.create_subprocess_exec(
        server, "-A", HOST, "-p", "5683", "-d", "10", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"coap://{HOST}:5683"
    finally:
        process.terminate()
        await process.wait()


def in_lab(story: Callable[[Carrier], Awaitable[None]]) -> None:
    async def play() -> None:
        async with running(PLAN, judged=True) as carrier:
            await story(carrier)

    asyncio.run(play())


def test_libcoap_registers_receives_reports_sends_and_leaves(client: str, server: str) -> None:
    async def story(carrier: Carrier) -> None:
        lamp, kettle = await ue(carrier, "lamp"), Kettle(carrier, client)
        said = await kettle.says(Registration(ue_svc_id=UeServiceId(kettle.address.addr)), "-p", "5683")
        assert decode(RegistrationResponse, said).result is RegistrationResult.SUCCESS
        registered = carrier.msgin5g.data.registered[kettle.address]
        assert registered.contact.address == f"coap://{HOST}:5683"

        async with listening(server) as origin:
            await there(client, origin)
            (sent,) = lamp.send(kettle.address, "boil " * 300, report=True)
            await answered(carrier, sent)
            await until(carrier, lambda: not carrier.open_work, "libcoap has taken it")
            has = decode_payload(await run(client, "-m", "get", f"{origin}{URI_PATH}"))
            assert isinstance(has, Message)
            assert (has.payload, has.ori_addr, has.dest_addr) == ("boil " * 300, lamp.address, kettle.address)
            await kettle.says(report_of(has))
            await until(carrier, lambda: lamp.ledger.report_of(has.msg_id) == [SUCCESS], "lamp is told")

        long = message(kettle.address, lamp.address, "m2", "x" * 2000)
        assert isinstance(decode_payload(await kettle.says(long, "-b", "512")), MessageResponse)
        await until(carrier, lambda: lamp.ledger.texts == ["x" * 2000], "lamp has what came in blocks")
        leave = Deregistration(ue_svc_id=UeServiceId(kettle.address.addr))
        assert decode(RegistrationResponse, await kettle.says(leave)).result is RegistrationResult.SUCCESS
        assert kettle.address not in carrier.msgin5g.data.registered

    in_lab(story)


def test_libcoap_is_told_what_is_wrong(client: str) -> None:
    async def story(carrier: Carrier) -> None:
        lamp, kettle = await ue(carrier, "lamp"), Kettle(carrier, client)
        assert await kettle.asks(b'{"msgType":"REG"}') == b"4.00 /ueSvcId: missing"
        stranger = Registration(ue_svc_id=UeServiceId("nobody@lab"))
        assert (await kettle.says(stranger)).startswith(b"4.03 NOT_PROVISIONED: ")
        early = message(kettle.address, lamp.address, "m1", "hello")
        assert (await kettle.says(early)).startswith(b"4.03 NOT_REGISTERED: ")
        assert (await run(client, "-m", "get", kettle._server)).startswith(b"4.05 ")

    in_lab(story)


async def there(client: str, origin: str) -> None:
    """The server is up when it answers; who asks before is told that nobody is there."""
    for _ in range(LIMIT):
        if b"libcoap" in await run(client, "-m", "get", f"{origin}/"):
            return
    raise AssertionError("libcoap's server does not answer")


def message(sender: Address, to: Address, id_: str, text: str) -> Message:
    return Message(ori_addr=sender, dest_addr=to, msg_id=MessageId(id_), payload=text, sto_and_fw_ind=False)


def report_of(received: Message) -> DeliveryReport:
    return DeliveryReport(
        ori_addr=received.dest_addr, dest_addr=received.ori_addr, msg_id=received.msg_id, deliv_st=SUCCESS
    )


def test_libcoap_is_an_application_client_on_another_ue(client: str, server: str) -> None:
    """It registers, sends without an acknowledgement, is given a message, and reports it (MSGin5G-5)."""

    async def story(carrier: Carrier) -> None:
        lamp, horn = await ue(carrier, "lamp"), await ue(carrier, "horn")
        uri = "coap://{}:{}".format(*carrier.msgin5g.plan.coap(NETWORK, "lamp")) + URI_PATH

        async def says(payload: Payload, *options: str) -> bytes:
            where = ("-a", HOST, *options, "-m", "post", "-t", "50", "-f", "-", uri)
            return await run(client, *where, given=encode(payload))

        said = message(lamp.address, horn.address, "a1", "?")
        assert (await says(replace(said, app_id=APP))).startswith(b"4.03 NOT_REGISTERED")
        registered = decode(RegistrationResponse, await says(AcRegistration(app_id=APP), "-p", "5683"))
        assert registered.ue_svc_id == lamp.address.addr
        assert isinstance(decode_payload(await says(replace(said, app_id=APP), "-N")), MessageResponse)
        await until(carrier, lambda: horn.ledger.texts == ["?"], "horn has what was not confirmable")
        async with listening(server) as origin:
            await there(client, origin)
            await answered(carrier, *horn.ask_for(lamp.address, "rain", APP))
            await until(carrier, lambda: not carrier.open_work, "libcoap has taken it")
            has = decode_payload(await run(client, "-m", "get", f"{origin}{URI_PATH}"))
            assert isinstance(has, Message)
            assert (has.payload, has.app_id) == ("rain", APP)
            assert isinstance(decode_payload(await says(report_of(has))), MessageResponse)
            await until(carrier, lambda: horn.ledger.report_of(has.msg_id) == [SUCCESS], "horn is told")
        left = decode(RegistrationResponse, await says(AcDeregistration(app_id=APP)))
        assert left.result is RegistrationResult.SUCCESS

    in_lab(story)
