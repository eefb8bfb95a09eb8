"""TLS over loopback: both sides prove who they are, and nobody else gets in (RFC 3261 §26.2, RFC 5922 §7)."""

import asyncio
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from sipbridge import Connections, Flow
from sipbridge.certificate import Certificate, names_of
from sipbridge.transport import TlsFiles
from sipbridge.transport.wire import TlsContexts
from tests.sipbridge.certificates import Authority
from tests.sipbridge.element import message
from tests.sipbridge.streams import HERE, Peer, Told, play

pytestmark = pytest.mark.wire

HASTY = Connections(connect=0.3, stalled=0.3)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def gateway(authority: Authority) -> TlsFiles:
    return authority.vouch("gw", "DNS:gw.test", "URI:sip:ims.test", peers=("scscf.test",))


@pytest.fixture(scope="module")
def scscf(authority: Authority) -> TlsFiles:
    return authority.vouch("s", "URI:sip:scscf.test", "DNS:other.test", peers=("gw.test",))


def test_both_prove_who_they_are_and_messages_pass_both_ways(gateway: TlsFiles, scscf: TlsFiles) -> None:
    async def story() -> None:
        here, there = Told(), Told()
        server, client = here.transport(), there.transport()
        server.tls, client.tls = TlsContexts.load(gateway), TlsContexts.load(scscf)
        address = server.listen("tls", HERE)
        flow = Flow("tls", ("", 0), address)
        client.send([(message(), flow), (message(branch="z9hG4bK2", body=b"x" * 60_000), flow)])
        await here.until(lambda: len(here.came) == 2)
        assert there.up == [(flow, "gw.test")]
        ((accepted, identity), (back, same)) = here.up
        assert (back, same) == (accepted._replace(connection=""), identity)
        assert (accepted.accepted, accepted.transport, identity) == (True, "tls", "scscf.test")
        server.send([(b"\r\n" + message(branch="z9hG4bK3"), accepted)])
        await there.until(lambda: there.came == [(message(branch="z9hG4bK3"), flow)])
        client.cut(flow)
        await here.until(lambda: accepted in here.down)
        server.stop()
        client.stop()

    play(story)


def test_who_has_proved_its_name_is_reached_over_its_own_connection(
    gateway: TlsFiles, scscf: TlsFiles
) -> None:
    async def story() -> None:
        here, there = Told(), Told()
        server, client = here.transport(), there.transport()
        server.tls, client.tls = TlsContexts.load(gateway), TlsContexts.load(scscf)
        flow = Flow("tls", ("", 0), server.listen("tls", HERE))
        client.send([(b"\r\n\r\n", flow)])
        await here.until(lambda: bool(here.up))
        back = here.up[0][0]._replace(connection="")
        server.send([(message(), back)])
        await there.until(lambda: bool(there.came))
        assert len(server) == 1
        server.stop()
        client.stop()

    play(story)


@pytest.mark.parametrize("domain", ["", "elsewhere.test"])
def test_a_server_that_is_not_whom_we_meant_gets_nothing(
    authority: Authority, scscf: TlsFiles, domain: str
) -> None:
    async def story() -> None:
        stranger = authority.vouch("stranger", "DNS:stranger.test")
        here, there = Told(), Told()
        server, client = here.transport(), there.transport()
        server.tls, client.tls = TlsContexts.load(stranger), TlsContexts.load(scscf)
        flow = Flow("tls", ("", 0), server.listen("tls", HERE), domain)
        client.send([(message(), flow)])
        await there.until(lambda: there.down == [flow])
        assert (there.up, here.came) == ([], [])
        server.stop()
        client.stop()

    play(story)


def test_the_domain_that_was_looked_up_is_what_counts(gateway: TlsFiles, scscf: TlsFiles) -> None:
    async def story() -> None:
        here, there = Told(), Told()
        server, client = here.transport(), there.transport()
        server.tls, client.tls = TlsContexts.load(gateway), TlsContexts.load(scscf)
        flow = Flow("tls", ("", 0), server.listen("tls", HERE), "IMS.test")
        client.send([(message(), flow)])
        await here.until(lambda: bool(here.came))
        assert there.up[0][0] == flow
        server.stop()
        client.stop()

    play(story)


def test_who_shows_no_certificate_or_another_authority_s_is_refused(
    gateway: TlsFiles, scscf: TlsFiles, tmp_path: Path
) -> None:
    async def story() -> None:
        here, there = Told(), Told()
        server, client = here.transport(HASTY), there.transport(HASTY)
        server.tls = TlsContexts.load(gateway)
        foreign = Authority(tmp_path, "foreign").vouch("s", "URI:sip:scscf.test", peers=("gw.test",))
        client.tls = TlsContexts.load(replace(foreign, authorities=scscf.authorities))
        address = server.listen("tls", HERE)
        flow = Flow("tls", ("", 0), address)
        client.send([(message(), flow)])
        await there.until(lambda: there.down == [flow])
        bare = ssl.create_default_context(cafile=scscf.authorities)
        bare.check_hostname = False
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.to_thread(_talk, bare, address)
        assert (here.came, here.up, len(server)) == ([], [], 0)
        server.stop()
        client.stop()

    play(story)


def _talk(context: ssl.SSLContext, address: tuple[str, int]) -> bytes:
    with socket.create_connection(address, 5) as clear, context.wrap_socket(clear) as secured:
        secured.sendall(message())
        if not (heard := secured.recv(100)):
            raise ConnectionResetError
        return heard


def test_nothing_older_than_tls_1_2_is_spoken(gateway: TlsFiles, scscf: TlsFiles) -> None:
    contexts = TlsContexts.load(gateway)
    assert contexts.server.minimum_version == contexts.client.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01", b"MESSAGE sip:a SIP/2.0\r\n\r\n"])
def test_who_makes_no_handshake_is_dropped(gateway: TlsFiles, said: bytes) -> None:
    async def story() -> None:
        told = Told()
        server = told.transport(HASTY)
        server.tls = TlsContexts.load(gateway)
        peer = await Peer.to(server.listen("tls", HERE))
        await peer.say(said)
        assert await peer.closed()
        assert (told.up, told.down, len(server)) == ([], [], 0)
        server.stop()

    play(story)


def test_without_certificates_there_is_no_way_by_tls() -> None:
    async def story() -> None:
        told = Told()
        client = told.transport()
        flow = Flow("tls", ("", 0), ("127.0.0.1", 1))
        client.send([(message(), flow)])
        await told.until(lambda: told.down == [flow])
        client.stop()

    play(story)


def test_a_file_that_is_not_there_or_is_no_certificate_is_named(gateway: TlsFiles, tmp_path: Path) -> None:
    file = str(tmp_path / "missing.pem")
    broken = (
        replace(gateway, certificate=file),
        replace(gateway, key=file),
        replace(gateway, authorities=file),
    )
    for files in broken:
        with pytest.raises(OSError, match=r"missing\.pem"):
            TlsContexts.load(files)
    (tmp_path / "missing.pem").write_text("nonsense")
    for files in broken:
        with pytest.raises(OSError, match=r"missing\.pem"):
            TlsContexts.load(files)


@pytest.mark.parametrize(
    ("certificate", "names"),
    [
        (Certificate(alternative=(("DNS", "A.test."), ("URI", "sip:b.test"))), ("b.test", "a.test")),
        (Certificate(alternative=(("URI", "sips:b.test:5061"), ("URI", "sip:alice@c.test"))), ("b.test",)),
        (Certificate(alternative=(("DNS", "*.a.test"), ("URI", "http://x.test"))), ()),
        (Certificate(alternative=(("IP Address", "2001:DB8:0:0:0:0:0:1"),)), ("2001:db8::1",)),
        (Certificate((("commonName", "A.test"),), (("email", "a@b"),)), ()),
        (Certificate((("commonName", "A.test"), ("organizationName", "b.test"))), ("a.test",)),
        (Certificate(), ()),
    ],
)
def test_whom_a_certificate_names(certificate: Certificate, names: tuple[str, ...]) -> None:
    assert names_of(certificate) == names
