"""A phone behind a NAT: it registers over TLS, and everything goes over its connection (RFC 5626)."""

import asyncio
import re
import ssl
from base64 import b64decode
from pathlib import Path

import msgspec
import pytest

from ipsmgw.gateway import Gateway
from ipsmgw.settings import Settings
from lab.carrier import Carrier
from lab.elements.authentication import Authentication
from lab.elements.sc_ledger import MtState
from lab.elements.site import Site
from lab.elements.usim import Response
from lab.gateway_file import gateway_settings
from lab.ground import WireGround
from lab.plan import PACED, PHONES, Plan
from sipbridge import AkaVector
from sipbridge.aka import aka_password
from sipbridge.authorization import answer, read_challenges
from sipbridge.rp import Direction, RpAck
from sipbridge.transport import TlsFiles
from tests.sipbridge.certificates import Authority

pytestmark = pytest.mark.wire

_LIMIT = 10.0
ALICE = PHONES[0]


class _Core(Carrier):
    """HLR, SM-SC, and a gateway that phones may only reach over TLS."""

    def __init__(self, plan: Plan, ground: WireGround, files: TlsFiles) -> None:
        super().__init__(plan, ground)
        self._files = files

    @property
    def nodes(self) -> tuple[str, ...]:
        return "hlr", "smsc", "ipsmgw"

    def _build(self, site: Site) -> None:
        if site.node == "ipsmgw":
            self.gateway = Gateway(self._settings(), self.ground.world(site))
        else:
            super()._build(site)

    def _settings(self) -> Settings:
        usual, files = gateway_settings(self.plan), self._files
        tls = msgspec.structs.replace(
            usual.sip.tls,
            certificate=files.certificate,
            key=files.key,
            authorities=files.authorities,
            mutual=False,
        )
        sip = msgspec.structs.replace(
            usual.sip, also=(f"tls:{self.plan.host('ipsmgw')}:5061",), tls=tls, scscf=()
        )
        direct = msgspec.structs.replace(usual.direct, transports=("tls",))
        return msgspec.structs.replace(usual, sip=sip, direct=direct)


class _Client:
    """A phone in octets, that listens nowhere."""

    def __init__(self, plan: Plan, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._plan, self._reader, self._writer = plan, reader, writer
        self._authentication = Authentication(plan, ALICE)
        self._cseq = 0

    async def read(self) -> bytes:
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), _LIMIT)
        length = re.search(rb"\r\nContent-Length: (\d+)", head)
        assert length is not None
        return head + await self._reader.readexactly(int(length[1]))

    async def ask(self, method: str, *lines: str, body: bytes = b"") -> bytes:
        self._cseq += 1
        head = (
            f"{method} sip:{self._plan.domain} SIP/2.0",
            f"Via: SIP/2.0/TLS 10.0.0.7:5061;branch=z9hG4bK{self._cseq};rport",
            f"From: <sip:{ALICE.imsi}@{self._plan.domain}>;tag=1",
            f"To: <sip:{ALICE.imsi}@{self._plan.domain}>",
            "Call-ID: tls",
            f"CSeq: {self._cseq} {method}",
            *lines,
            f"Content-Length: {len(body)}",
        )
        self._writer.write("\r\n".join([*head, "", ""]).encode() + body)
        return await self.read()

    async def register(self, authorization: str = "") -> bytes:
        contact = "Contact: <sip:alice@10.0.0.7:5061;transport=tls>;+g.3gpp.smsip"
        more = [f"Authorization: {authorization}"] if authorization else []
        return await self.ask("REGISTER", contact, "Expires: 600", *more)

    def answered(self, challenge: bytes) -> str:
        line = next(each for each in challenge.split(b"\r\n") if each.startswith(b"WWW-Authenticate: "))
        (asked,) = read_challenges([line.partition(b": ")[2]])
        nonce = b64decode(asked.nonce)
        said = self._authentication.card.authenticate(nonce[:16], nonce[16:])
        assert isinstance(said, Response)
        password = aka_password(AkaVector(nonce[:16], nonce[16:], *said), asked.algorithm)
        uri = f"sip:{self._plan.domain}"
        return answer(asked, self._authentication.username, password, uri, cnonce="1")

    async def take(self) -> None:
        """A MESSAGE of the gateway: 200, and a delivery report that is answered 202."""
        message = await self.read()
        assert message.startswith(
            b"MESSAGE sip:alice@10.0.0.7:5061;transport=tls SIP/2.0\r\nVia: SIP/2.0/TLS "
        )
        kept = [
            line
            for line in message.partition(b"\r\n\r\n")[0].split(b"\r\n")
            if line.startswith((b"Via:", b"From:", b"To:", b"Call-ID:", b"CSeq:"))
        ]
        self._writer.write(b"\r\n".join([b"SIP/2.0 200 OK", *kept, b"Content-Length: 0", b"", b""]))
        call_id = next(line for line in kept if line.startswith(b"Call-ID: ")).partition(b": ")[2].decode()
        report = RpAck(message.partition(b"\r\n\r\n")[2][1]).encode(Direction.MS_TO_NETWORK)
        kind = "Content-Type: application/vnd.3gpp.sms"
        said = await self.ask("MESSAGE", kind, f"In-Reply-To: {call_id}", body=report)
        assert said.startswith(b"SIP/2.0 202")

    def leave(self) -> None:
        self._writer.transport.abort()


async def _told(folder: Path, network: int) -> None:
    plan = Plan(network=network, timers=PACED, direct=True)
    own = Authority(folder).vouch("gw", "DNS:ims.test")
    ground = WireGround(plan, seed=1)
    carrier = _Core(plan, ground, own)
    try:
        await carrier.start()
        context = ssl.create_default_context(cafile=own.authorities)
        client = _Client(
            plan,
            *await asyncio.open_connection(
                plan.host("ipsmgw"), 5061, ssl=context, server_hostname="ims.test"
            ),
        )
        challenge = await client.register()
        assert challenge.startswith(b"SIP/2.0 401")
        assert (await client.register(client.answered(challenge))).startswith(b"SIP/2.0 200")
        assert (await client.register()).startswith(b"SIP/2.0 200")  # over the same connection: believed
        record = carrier.hlr.subscriber(ALICE.msisdn)
        await carrier.until(lambda: record.ip_sm_gw is not None, "the HLR knows")
        message = carrier.smsc.submit("over TLS", ALICE.msisdn)
        await client.take()
        await carrier.until(lambda: message.state is MtState.DELIVERED, "the SC knows that she has it")
        client.leave()
        await carrier.until(lambda: record.ip_sm_gw is None, "the HLR knows that nothing reaches her")
    finally:
        await carrier.stop()
        await ground.end()


def test_a_phone_behind_a_nat_is_served_over_its_tls_connection(tmp_path: Path, worker_id: str) -> None:
    number = re.search(r"\d+", worker_id)
    asyncio.run(_told(tmp_path, 150 + (int(number[0]) if number else 0)))
