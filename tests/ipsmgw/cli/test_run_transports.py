"""The gateway as a process: TCP, TLS, IPv6, and an S-CSCF that has a name (RFC 3261 §18, RFC 3263)."""

import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sipbridge.transport import TlsFiles
from tests.ipsmgw.broken import Table
from tests.ipsmgw.cli.test_run import LIMIT, SMS, end, host, refused, running, table, write
from tests.sipbridge.certificates import Authority

pytestmark = pytest.mark.wire

REGISTER = (
    "To: <sip:+15551112222@ims.example>",
    "Contact: <sip:scscf.test>",
    "Expires: 600",
    "Content-Type: application/3gpp-ims+xml",
)
XML = b"<ims-3gpp><service-info>imsi=001010000000001;msisdn=15551112222</service-info></ims-3gpp>"


def octets(method: str, transport: str, here: str, *lines: str, body: bytes = b"") -> bytes:
    kept = [line for line in lines if not line.startswith("To:")] or []
    to = next((line for line in lines if line.startswith("To:")), "To: <sip:b@ims.example>")
    head = (
        f"{method} sip:ipsmgw.example SIP/2.0",
        f"Via: SIP/2.0/{transport} {here};branch=z9hG4bK{method}",
        "From: <sip:scscf.test>;tag=1",
        to,
        f"Call-ID: {method}@{here}",
        f"CSeq: 1 {method}",
        *kept,
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join([*head, "", ""]).encode() + body


def sip(folder: Path, **changed: object) -> Table:
    whole = table(folder)
    assert isinstance(whole["sip"], dict)
    whole["sip"] |= changed
    return whole


@contextmanager
def connected(source: str, port: int = 5060) -> Iterator[socket.socket]:
    with socket.create_connection((host(11), port), LIMIT, (source, 0)) as opened:
        yield opened


def asked(client: socket.socket, to: tuple[str, int], data: bytes) -> bytes:
    """The answer to a request, which is sent again as over UDP it has to be (§17.1.2)."""
    client.settimeout(LIMIT / 10)
    try:
        for _ in range(10):
            client.sendto(data, to)
            with suppress(TimeoutError):
                return client.recv(9000)
    finally:
        client.settimeout(LIMIT)
    raise TimeoutError


def status(opened: socket.socket) -> str:
    return opened.recv(65_536).partition(b"\r\n")[0].decode()


def test_over_tcp_it_believes_the_s_cscf_and_reports_over_its_connection(tmp_path: Path) -> None:
    with running(write(tmp_path, table(tmp_path))) as (process, _):
        with connected(host(12)) as scscf:
            port = scscf.getsockname()[1]
            scscf.sendall(b"\r\n\r\n")
            assert scscf.recv(10) == b"\r\n"
            scscf.sendall(octets("MESSAGE", "TCP", f"{host(12)}:{port}", *SMS, body=b"\x06\x01"))
            heard = b""
            while b"\x05\x01" not in heard:
                heard += scscf.recv(65_536)
            assert heard.startswith(b"SIP/2.0 202 Accepted\r\nVia: SIP/2.0/TCP ")
            assert f"Via: SIP/2.0/TCP {host(11)}:5060;".encode() in heard
        with connected(host(13)) as stranger:
            stranger.sendall(octets("MESSAGE", "TCP", f"{host(13)}:1", *SMS, body=b"\x06\x01"))
            assert status(stranger) == "SIP/2.0 403 Forbidden"
        assert end(process, signal.SIGTERM) == (0, "", "")


def test_over_tls_the_name_counts_and_not_the_address(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    own = authority.vouch("gw", "DNS:ipsmgw.example")
    files = {"certificate": own.certificate, "key": own.key, "authorities": own.authorities}
    settings = sip(tmp_path, also=[f"tls:{host(11)}:5061"], tls=files, scscf=["scscf.test"])
    settings["dns"] = {"enabled": False}
    expected = {"scscf": "SIP/2.0 202 Accepted", "other": "SIP/2.0 403 Forbidden"}
    with running(write(tmp_path, settings)) as (process, said):
        assert said[2] == f"SIP: tls {host(11)}:5061"
        for name, answer in expected.items():
            client = _context(authority.vouch(name, f"URI:sip:{name}.test"))
            with connected(host(14), 5061) as clear, client.wrap_socket(clear) as secured:
                secured.sendall(octets("MESSAGE", "TLS", f"{name}.test", *SMS, body=b"\x06\x01"))
                assert status(secured) == answer
        assert process.poll() is None


def _context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=files.authorities)
    context.check_hostname = False
    context.load_cert_chain(files.certificate, files.key)
    return context


def test_a_certificate_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.pem")
    files = {"certificate": missing, "key": missing, "authorities": missing}
    said = refused(write(tmp_path, sip(tmp_path, tls=files)))
    assert "missing.pem" in said
    assert said.count("\n") == 1


def test_an_s_cscf_with_a_name_is_believed_and_found(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(f"{host(15)} scscf.test\n")
    settings = sip(tmp_path, scscf=["scscf.test"])
    settings["dns"] = {"hosts": str(hosts), "resolv_conf": str(tmp_path / "none")}
    with running(write(tmp_path, settings)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as home:
        home.settimeout(LIMIT)
        home.bind((host(15), 5060))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:  # it sends from another port
            sender.settimeout(LIMIT)
            sender.bind((host(15), 0))
            here = f"{host(15)}:{sender.getsockname()[1]}"
            to = (host(11), 5060)
            registered = asked(sender, to, octets("REGISTER", "UDP", here, *REGISTER, body=XML))
            assert registered.startswith(b"SIP/2.0 200 OK")
            accepted = asked(sender, to, octets("MESSAGE", "UDP", here, *SMS, body=b"\x06\x01"))
            assert accepted.startswith(b"SIP/2.0 202 Accepted")
        report = home.recv(9000)
    assert report.startswith(b"MESSAGE sip:+15551112222@ims.example SIP/2.0\r\nVia: SIP/2.0/UDP ")
    assert b"\r\nRoute: <sip:scscf.test;lr>\r\n" in report


def test_over_ipv6_the_via_has_brackets(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as scscf:
        scscf.settimeout(LIMIT)
        try:
            scscf.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as free:
            free.bind(("::1", 0))
            port = free.getsockname()[1]
        settings = sip(tmp_path, also=[f"udp:[::1]:{port}"], scscf=["::1"])
        with running(write(tmp_path, settings)):
            here = f"[::1]:{scscf.getsockname()[1]}"
            message = octets("MESSAGE", "UDP", here, *SMS, body=b"\x06\x01")
            assert asked(scscf, ("::1", port), message).startswith(b"SIP/2.0 202 Accepted")
            assert f"Via: SIP/2.0/UDP [::1]:{port};branch=".encode() in scscf.recv(9000)
