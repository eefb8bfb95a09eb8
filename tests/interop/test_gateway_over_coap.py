"""libcoap as the MSGin5G Server of a whole gateway process: its server is asked, its client delivers."""

import json
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen, run

import pytest

from ipsmgw.store import open_store
from msgin5g_bridge import encode
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import Message
from msgin5g_bridge.model import MessageId
from tests.ipsmgw.broken import Table
from tests.ipsmgw.cli.test_run import end, running, write
from tests.ipsmgw.cli.test_run import table as where
from tests.ipsmgw.node import IMSI

pytestmark = pytest.mark.interop

SERVER, GATEWAY = "127.1.151.40", "127.1.151.11"
PATH = "msgin5g"
PHONE = Address(addr_type=AddressType.UE, addr=f"ue-{IMSI}@lab")
DEVICE = Address(addr_type=AddressType.UE, addr="meter@lab")


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed (Debian: apt-get install libcoap3-bin)")
    return path


def settings(folder: Path) -> Table:
    """The phone is always there, so that it is registered without an IMS."""
    found = where(folder)
    found["msgin5g"] = {
        "enabled": True,
        "service_id": "gw@lab",
        "server": f"coap://{SERVER}",
        "listen": f"{GATEWAY}:5683",
        "keep_registered": True,
        "smpp": {"server": f"{SERVER}:2775", "system_id": "gw", "reconnect": 1.0},
        "subscriber": [
            {"imsi": IMSI, "service_id": PHONE.addr, "msisdn": "15551001", "always": True, "domains": ["sc"]}
        ],
    }
    return found


@contextmanager
def libcoap_server() -> Iterator[None]:
    """It keeps what is POSTed to it, and gives it back to GET."""
    command = (tool("coap-server-notls"), "-A", SERVER, "-p", "5683", "-d", "10")
    with Popen(command, stdout=DEVNULL, stderr=DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def libcoap_client(*command: str, given: bytes = b"") -> bytes:
    """What it is answered; a no on stderr, as its code and diagnostic payload."""
    done = run(
        (tool("coap-client-notls"), "-B", "20", *command), input=given, capture_output=True, check=False
    )
    return (done.stdout + done.stderr).strip()


def deliver(message: Message, *options: str) -> bytes:
    """By the server's own address and port, or else it is not believed."""
    return libcoap_client(
        *("-m", "post", "-t", "50", *options, "-f", "-", f"coap://{GATEWAY}/{PATH}"), given=encode(message)
    )


def kept() -> dict[str, object]:
    """What libcoap's server was given last; nothing while there is nothing."""
    said = libcoap_client("-m", "get", f"coap://{SERVER}/{PATH}")
    return json.loads(said) if said.startswith(b"{") else {}


def message(id_: str, text: str) -> Message:
    return Message(
        ori_addr=DEVICE, dest_addr=PHONE, msg_id=MessageId(id_), payload=text, sto_and_fw_ind=False
    )


def registered() -> dict[str, object]:
    """Each question takes libcoap a moment."""
    found = (kept() for _ in range(300))
    return next((each for each in found if each), {})


def test_libcoap_is_asked_by_the_gateway_and_delivers_to_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        stack.enter_context(libcoap_server())
        assert libcoap_client("-m", "get", f"coap://{SERVER}/")
        with running(write(tmp_path, settings(tmp_path))) as (process, said):
            assert f"MSGin5G: coap://{GATEWAY}:5683" in said
            assert registered() == {"msgType": "REG", "ueSvcId": PHONE.addr}
            other_port = deliver(message("m0", "hello"), "-a", SERVER)
            assert other_port.startswith(b"4.03 NOT_AUTHORIZED: ")
            stranger = deliver(message("m0", "hello"), "-a", "127.1.151.66", "-p", "5683")
            assert stranger.startswith(b"4.03 NOT_AUTHORIZED: ")
            stack.close()  # now its client may stand there
            long = message("m1", "far too warm " * 40)
            for _ in range(2):
                answer = json.loads(deliver(long, "-a", SERVER, "-p", "5683", "-b", "64"))
                assert answer["msgType"] == "MSGRESP"
                assert answer["msgId"] == "m1"
            assert end(process, signal.SIGTERM)[0] == 0
    (kept_,) = open_store(f"sqlite:///{tmp_path / 'ipsmgw.db'}").transfers
    assert (kept_.msg_id, kept_.ue, len(kept_.parts)) == ("m1", PHONE.addr, 4)


def test_libcoap_is_told_what_is_wrong(tmp_path: Path) -> None:
    """Its client stands where the server would be; the registration of the phone finds nobody."""
    mine = ("-a", SERVER, "-p", "5683")
    with running(write(tmp_path, settings(tmp_path))) as (process, said):
        assert f"MSGin5G: coap://{GATEWAY}:5683" in said
        nobody = Message(
            ori_addr=DEVICE, dest_addr=DEVICE, msg_id=MessageId("x"), payload="x", sto_and_fw_ind=False
        )
        assert deliver(nobody, *mine).startswith(b"4.04 RECIPIENT_UNKNOWN: ")
        rubbish = libcoap_client(
            *("-m", "post", "-t", "50", *mine, "-e", '{"msgType":"MSG"}', f"coap://{GATEWAY}/{PATH}")
        )
        assert rubbish.startswith(b"4.00 /oriAddr: missing")
        assert libcoap_client("-m", "get", *mine, f"coap://{GATEWAY}/{PATH}").startswith(b"4.05 ")
        assert libcoap_client("-m", "post", *mine, f"coap://{GATEWAY}/other").startswith(b"4.04 ")
        assert end(process, signal.SIGTERM)[0] == 0
