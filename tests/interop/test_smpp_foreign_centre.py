"""The gateway as ESME of a service centre that we did not write: its PDUs are smpplib's, and tshark's."""

import signal
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import httpx
import pytest

from ipsmgw.trace import Pdu, write_pcap
from tests.interop.foreign_centre import (
    PATIENCE,
    ForeignCentre,
    ForeignServer,
    foreign_centre,
    foreign_server,
)
from tests.ipsmgw.cli.test_run import end, host, running, table, write
from tests.sipbridge.certificates import Authority

pytestmark = pytest.mark.interop

NUMBER, UE = "15551234567", "ue-7"
DELIVER = "/msgg-l3gdelivery/v1/deliver-message"
LONG = "Ünïcode goes on and on. " * 5


class World(NamedTuple):
    centre: ForeignCentre
    server: ForeignServer
    gateway: str

    def post(self, msg_id: str, payload: str) -> None:
        """The MSGin5G Server has something for the phone."""
        body = {
            "oriAddr": {"addrType": "AS", "addr": "meter"},
            "destAddr": {"addrType": "UE", "addr": UE},
            "msgId": msg_id,
            "payload": payload,
            "delivStReqInd": True,
        }
        assert httpx.post(self.gateway + DELIVER, json=body, trust_env=False).status_code == 204


def until_registered(status: str) -> None:
    """The gateway has read the answer to its registration of the phone."""
    until = monotonic() + PATIENCE
    while not httpx.get(f"http://{status}/api/status", trust_env=False).json()["msgin5g"]["registered"]:
        assert monotonic() < until


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with foreign_centre(host(14)) as centre, foreign_server(host(40)) as server:
        listen, status = f"{host(11)}:8082", f"{host(11)}:8081"
        settings = table(tmp_path)
        settings["msgin5g"] = {
            "enabled": True,
            "service_id": "mgw",
            "server": server.root,
            "listen": listen,
            "http2": False,
            "credential": "secret",
            "short_code": [{"number": "4711", "address": "meter"}],
            "subscriber": [{"imsi": "001010000000007", "service_id": UE, "msisdn": NUMBER, "always": True}],
            "smpp": {"server": centre.address, "system_id": "mgw", "password": "secret"},
        }
        settings["web"] = {"listen": status}
        with running(write(tmp_path, settings)) as (process, _):
            bind = centre.await_pdu("bind_transceiver")
            assert (bind.system_id, bind.password) == (b"mgw", b"secret")
            assert server.await_call("/bulk-registrations")["count"] == 1
            until_registered(status)
            yield World(centre, server, f"http://{listen}")
            assert end(process, signal.SIGTERM)[0] == 0
            centre.await_pdu("unbind")


def test_its_submit_sm_is_read_and_the_receipt_makes_the_report(world: World) -> None:
    world.post("m1", "Sunny, then rain")
    sent = world.centre.await_pdu("submit_sm")
    assert (sent.source_addr, sent.destination_addr) == (b"4711", NUMBER.encode())
    assert (sent.short_message, sent.data_coding, sent.registered_delivery) == (b"Sunny, then rain", 0, 1)
    assert (sent.dest_addr_ton, sent.dest_addr_npi) == (1, 1)
    world.centre.deliver(
        source_addr=NUMBER,
        destination_addr="4711",
        esm_class=4,
        short_message=b"id:F002 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001"
        b" stat:DELIVRD err:000 text:Sunny",
    )
    assert world.centre.await_pdu("deliver_sm_resp").status == 0
    report = world.server.await_call("/deliver-report")
    assert (report["msgId"], report["delivSt"]) == ("m1", "REPT_DELY_SUCCESS")


def test_parts_in_ucs2_are_read_and_dissected(
    world: World, dissect: Callable[[Path], str], tmp_path: Path
) -> None:
    world.post("m2", LONG)
    parts = [world.centre.await_pdu("submit_sm") for _ in range(2)]
    assert {(part.data_coding, part.esm_class) for part in parts} == {(8, 0x40)}
    assert b"".join(part.short_message[7:] for part in parts).decode("utf-16-be") == LONG
    path = tmp_path / "capture"
    with path.open("wb") as stream:
        pdus = (Pdu(float(at), "mgw", "smsc", "smpp", each) for at, each in enumerate(world.centre.octets))
        write_pcap(stream, list(pdus))
    said = dissect(path)
    assert said.count("Operation: Submit_sm (0x00000004)") == 2
    assert "UDH Header indicator" in said or "UDHI" in said
    assert "Malformed" not in said


def test_a_deliver_sm_of_a_phone_reaches_the_server(world: World) -> None:
    world.centre.deliver(source_addr=NUMBER, destination_addr="4711", short_message=b"As ever")
    came = world.server.await_call("/deliver-ue-message")
    assert (came["payload"], came["destAddr"]) == ("As ever", {"addrType": "AS", "addr": "meter"})
    assert world.centre.await_pdu("deliver_sm_resp").status == 0


def test_who_is_nobody_is_refused(world: World) -> None:
    world.centre.deliver(source_addr="15550000000", destination_addr="4711", short_message=b"Hello")
    assert world.centre.await_pdu("deliver_sm_resp").status == 0x0A


def test_it_binds_over_tls_to_who_shows_the_right_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    files = authority.vouch("sc.example", "DNS:sc.example")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    with foreign_centre(host(14), context) as centre:
        settings = table(tmp_path)
        tls = {"enabled": True, "authorities": authority.certificate, "name": "sc.example"}
        smpp = {"server": centre.address, "system_id": "mgw", "password": "secret", "tls": tls}
        settings["msgin5g"] = {
            "enabled": True,
            "service_id": "mgw",
            "server": f"http://{host(40)}:8080",
            "listen": f"{host(11)}:8082",
            "smpp": smpp,
        }
        with running(write(tmp_path, settings)):
            assert centre.await_pdu("bind_transceiver").system_id == b"mgw"
