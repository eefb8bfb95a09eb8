"""What other CoAP libraries send, as bare datagrams: options that we do not know, blocks that do not fit."""

import asyncio
import socket
from collections.abc import Callable

import pytest

from msgin5g_bridge.exchange import Asked
from msgin5g_bridge.names import URI_PATH
from tests.msgin5g_bridge.coap_node import LIMIT, Node

pytestmark = pytest.mark.wire

CON, NON = 0x42, 0x52  # version 1, a token of two octets
POST, CHANGED = 0x02, "2.04"
TOKEN = b"\x01\x02"
PATH, JSON = (11, URI_PATH.strip("/").encode()), (12, b"\x32")
PING, RESET = b"\x40\x00", 0x70
_TURNS = 20
Options = tuple[tuple[int, bytes], ...]
Send = Callable[..., tuple[list[str], int]]


def datagram(number: int, options: Options, payload: bytes = b"{}", kind: int = CON) -> bytes:
    """A POST with this Message ID; each option has less than 13 octets."""
    written, last = b"", 0
    for option, value in sorted(options):
        delta = option - last
        size = bytes([delta << 4]) if delta < 13 else bytes([0xD0]) if delta < 269 else bytes([0xE0])
        more = b"" if delta < 13 else bytes([delta - 13]) if delta < 269 else (delta - 269).to_bytes(2)
        written += bytes([size[0] | len(value)]) + more + value
        last = option
    return bytes([kind, POST]) + number.to_bytes(2) + TOKEN + written + b"\xff" + payload


@pytest.fixture
def send(subnet: str) -> Send:
    """These datagrams: the codes of what is answered, and how many were taken as requests."""

    async def run(datagrams: tuple[bytes, ...]) -> tuple[list[str], int]:
        node = Node((f"{subnet}.3", 5683))
        await node.endpoint.start(node.address)
        loop = asyncio.get_running_loop()
        bugs: list[object] = []
        loop.set_exception_handler(lambda _, bug: bugs.append(bug))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind((f"{subnet}.4", 0))
            peer.setblocking(False)
            peer.connect(node.address)
            codes: list[str] = []
            for number, each in enumerate(datagrams):
                await loop.sock_sendall(peer, each)
                for _ in range(_TURNS):
                    await asyncio.sleep(0)  # what is answered is answered before the ping
                await loop.sock_sendall(peer, PING + (9000 + number).to_bytes(2))
                async with asyncio.timeout(LIMIT):
                    while (came := await loop.sock_recv(peer, 2048))[0] != RESET:
                        codes.append(f"{came[1] >> 5}.{came[1] & 31:02}")
        await node.endpoint.stop()
        assert not bugs
        return codes, sum(isinstance(each, Asked) for each in node.all_heard())

    return lambda *datagrams: asyncio.run(run(datagrams))


@pytest.mark.parametrize(
    ("option", "code"),
    [
        pytest.param((19, b"\x08"), "4.02", id="Q-Block1, as libcoap tries it (RFC 9177 §4.1)"),
        pytest.param((1, b"etag"), "4.02", id="If-Match"),
        pytest.param((5, b""), "4.02", id="If-None-Match"),
        pytest.param((9, b"\x00"), "4.02", id="OSCORE, without keys (RFC 8613 §8.2)"),
        pytest.param((65_001, b"x"), "4.02", id="one that nobody knows"),
        pytest.param((35, b"coap://a/b"), "5.05", id="Proxy-Uri"),
        pytest.param((39, b"coap"), "5.05", id="Proxy-Scheme"),
        pytest.param((17, b"\x3c"), "4.06", id="Accept: CBOR"),
    ],
)
def test_what_we_cannot_do_as_it_is_wanted_is_not_done(
    option: tuple[int, bytes], code: str, send: Send
) -> None:
    """RFC 7252 §5.4.1, §5.7.2, §5.10.4: each of these is critical."""
    assert send(datagram(1, (PATH, JSON, option))) == ([code], 0)


def test_of_what_is_not_confirmable_a_critical_option_is_rejected_in_silence(send: Send) -> None:
    assert send(datagram(1, (PATH, JSON, (65_001, b"x")), kind=NON)) == ([], 0)


@pytest.mark.parametrize(
    "option",
    [
        (17, b"\x32"),
        (3, b"m5s.example"),
        (7, b"\x16\x33"),
        (15, b"x=1"),
        (6, b""),
        (60, b"\x02"),
        (65_000, b"x"),
    ],
    ids=["Accept: JSON", "Uri-Host", "Uri-Port", "Uri-Query", "Observe", "Size1", "elective"],
)
def test_what_we_know_or_need_not_know_changes_nothing(option: tuple[int, bytes], send: Send) -> None:
    assert send(datagram(1, (PATH, JSON, option))) == ([CHANGED], 1)


def test_a_path_that_is_no_text_is_dropped_and_no_bug(send: Send) -> None:
    assert send(datagram(1, ((11, b"\xff\xfe"), JSON)), datagram(2, (PATH, JSON))) == ([CHANGED], 1)


def test_a_block_that_does_not_follow_is_an_incomplete_body(send: Send) -> None:
    """RFC 7959 §2.9.2; blocks of 16 octets."""
    first = datagram(1, (PATH, JSON, (27, b"\x08")), b"x" * 16)
    third = datagram(2, (PATH, JSON, (27, b"\x20")), b"x")
    assert send(first, third) == (["2.31", "4.08"], 0)
