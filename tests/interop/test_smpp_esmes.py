"""ESMEs that we did not write at the lab's SM-SC, over TCP: smpplib's client, smpp34, and broken ones."""

import asyncio
import random
import socket
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
import smpp34
from smpplib import client as smpplib_client
from smpplib import consts as smpplib_consts
from smpplib import exceptions as smpplib_exceptions

from ipsmgw.identity import Msisdn
from ipsmgw.smpp import Command, MessageState, Status, encode, read
from ipsmgw.smpp.pdu import BindTransceiver, DeliverSm, EnquireLink, SubmitSm
from ipsmgw.smpp.receipt import Receipt
from ipsmgw.trace import write_pcap
from lab.carrier import Carrier
from lab.plan import APPLICATIONS
from lab.steps import registered
from tests.house.source import ROOT
from tests.interop.smpp_lab import in_lab

pytestmark = pytest.mark.interop

(WEATHER,) = APPLICATIONS
PATIENCE = 15.0
STREAM_SEED = 7


# smpplib: a client that blocks, so it runs in a thread of its own.


class Smpplib:
    """smpplib's client with what it has been told."""

    def __init__(self, address: tuple[str, int], password: str = WEATHER.password) -> None:
        self.sent: list[object] = []
        self.received: list[DeliverSm] = []
        self._client = smpplib_client.Client(*address, timeout=5, allow_unknown_opt_params=True)
        self._client.set_message_sent_handler(self._sent)
        self._client.set_message_received_handler(self._received)
        self._client.connect()
        try:
            self._client.bind_transceiver(system_id=WEATHER.name, password=password)
        except smpplib_exceptions.PDUError:
            self._client.disconnect()
            raise

    def send(self, text: bytes, to: str) -> str:
        self._client.send_message(
            source_addr="4242",
            dest_addr_ton=smpplib_consts.SMPP_TON_INTL,
            dest_addr_npi=smpplib_consts.SMPP_NPI_ISDN,
            destination_addr=to,
            short_message=text,
            registered_delivery=True,
        )
        self.read_until(lambda: bool(self.sent))
        return str(getattr(self.sent[-1], "message_id", b"").decode())

    def state_of(self, message_id: str) -> int:
        pdu = self._client.query_message(message_id=message_id, source_addr="4242")
        answer = self._client.read_pdu()
        assert answer.sequence == pdu.sequence
        return int(answer.message_state)

    def read_until(self, condition: Callable[[], bool]) -> None:
        until = monotonic() + PATIENCE
        while not condition():
            assert monotonic() < until
            self._client.read_once()

    def close(self) -> None:
        self._client.unbind()
        self._client.disconnect()

    def _sent(self, pdu: object) -> None:
        self.sent.append(pdu)

    def _received(self, pdu: object) -> int:
        self.received.append(
            DeliverSm(
                short_message=getattr(pdu, "short_message", b""), esm_class=getattr(pdu, "esm_class", 0)
            )
        )
        return int(Status.ROK)


def test_smpplib_submits_asks_and_has_its_receipt() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")

        def esme() -> tuple[str, int, Receipt | None]:
            client = Smpplib(carrier.plan.smpp("smsc"))
            message_id = client.send(b"Sunny, then rain", bob.msisdn)
            client.read_until(lambda: bool(client.received))
            state = client.state_of(message_id)
            client.close()
            return message_id, state, Receipt.of(client.received[0])

        message_id, state, receipt = await asyncio.to_thread(esme)
        assert [got.text for got in bob.received] == ["Sunny, then rain"]
        assert state == MessageState.DELIVERED
        assert receipt is not None
        assert (receipt.message_id, receipt.state) == (message_id, MessageState.DELIVERED)

    in_lab(story)


def test_smpplib_is_refused_with_the_wrong_password() -> None:
    async def story(carrier: Carrier) -> None:
        with pytest.raises(smpplib_exceptions.PDUError) as refused:
            await asyncio.to_thread(Smpplib, carrier.plan.smpp("smsc"), "rain")
        assert Status.RINVPASWD in refused.value.args

    in_lab(story)


# smpp34: asynchronous, and written in Rust.


async def connected(carrier: Carrier, kind: str = "TRX") -> smpp34.Smsc:
    host, port = carrier.plan.smpp("smsc")
    client = smpp34.Client(host, port, WEATHER.name, WEATHER.password, bind_type=kind)
    return await client.connect()


async def next_message(smsc: smpp34.Smsc) -> DeliverSm:
    event = await asyncio.wait_for(smsc.next(), PATIENCE)
    assert isinstance(event, smpp34.DeliverSmEvent)
    return DeliverSm(
        source_addr=event.source_addr, short_message=event.short_message, esm_class=event.esm_class
    )


def test_smpp34_submits_and_has_its_receipt() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        smsc = await connected(carrier)
        text = "Ω→∞".encode("utf-16-be")
        answer = await smsc.submit_sm(
            bob.msisdn, text, source_addr="4242", dest_addr_ton=1, registered_delivery=1, data_coding=8
        )
        assert answer.is_success
        receipt = Receipt.of(await next_message(smsc))
        assert receipt is not None
        assert (receipt.message_id, receipt.state) == (answer.message_id, MessageState.DELIVERED)
        assert [got.text for got in bob.received] == ["Ω→∞"]
        await smsc.unbind()

    in_lab(story)


def test_smpp34_has_what_a_phone_sends_to_its_number_also_what_came_before_it() -> None:
    async def story(carrier: Carrier) -> None:
        (alice,) = await registered(carrier, "alice")
        alice.send("before", Msisdn("15550004242"))
        await carrier.until(lambda: bool(carrier.smsc.mt), "the SC has it")
        smsc = await connected(carrier, "RX")
        assert (await next_message(smsc)).short_message == b"before"
        alice.send("after", Msisdn("15550004242"))
        message = await next_message(smsc)
        assert (message.short_message, message.source_addr) == (b"after", alice.msisdn)
        await smsc.unbind()

    in_lab(story)


def test_smpp34_has_many_messages_under_way_at_once() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        smsc = await connected(carrier)
        sending = (
            smsc.submit_sm(bob.msisdn, f"{number}".encode(), source_addr="4242", dest_addr_ton=1)
            for number in range(20)
        )
        answers = await asyncio.gather(*sending)
        assert all(answer.is_success for answer in answers)
        assert len({answer.message_id for answer in answers}) == 20
        await carrier.until(lambda: len(bob.received) == 20, "bob has all of them", within=PATIENCE)
        await smsc.unbind()

    in_lab(story)


def test_smpp34_is_throttled_by_the_rate_of_the_plan() -> None:
    async def story(carrier: Carrier) -> None:
        smsc = await connected(carrier)
        sending = [smsc.submit_sm("15551009999", b"x", source_addr="4242", dest_addr_ton=1) for _ in range(8)]
        statuses = {answer.command_status for answer in await asyncio.gather(*sending)}
        assert statuses == {int(Status.ROK), int(Status.RTHROTTLED)}
        await smsc.unbind()

    in_lab(story, rate=2.0)


def test_a_capture_of_it_all_is_dissected(dissect: Callable[[Path], str], tmp_path: Path) -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        smsc = await connected(carrier)
        await smsc.submit_sm(bob.msisdn, b"hello", source_addr="4242", dest_addr_ton=1, registered_delivery=1)
        await next_message(smsc)
        await smsc.unbind()
        await carrier.until(lambda: not carrier.smsc.bound, "the session is over")
        with (tmp_path / "esme").open("wb") as stream:
            write_pcap(stream, [pdu for pdu in carrier.pdus if pdu.protocol == "smpp"])

    in_lab(story)
    said = dissect(tmp_path / "esme")
    for name in (
        "Bind_transceiver",
        "Submit_sm",
        "Submit_sm - resp",
        "Deliver_sm",
        "Deliver_sm - resp",
        "Unbind",
    ):
        assert f"Command: {name}" in said, name


# ESMEs that are broken.


async def raw(carrier: Carrier) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(*carrier.plan.smpp("smsc"))


async def pdus(reader: asyncio.StreamReader) -> list[tuple[int, int]]:
    """Commands and statuses, until the SM-SC closes."""
    octets = await asyncio.wait_for(reader.read(), PATIENCE)
    found = []
    while octets:
        size = int.from_bytes(octets[:4])
        head, _ = read(octets[:size])
        found.append((head.command_id, head.command_status))
        octets = octets[size:]
    return found


BIND = encode(BindTransceiver(system_id=WEATHER.name, password=WEATHER.password), 1)


def test_an_esme_that_never_answers_is_cut_off_and_its_messages_wait() -> None:
    async def story(carrier: Carrier) -> None:
        (alice,) = await registered(carrier, "alice")
        reader, writer = await raw(carrier)
        writer.write(BIND)
        await carrier.until(lambda: carrier.smsc.bound == [WEATHER.name], "it is bound")
        alice.send("anybody?", Msisdn("15550004242"))
        found = await pdus(reader)
        assert [command for command, _ in found if command == Command.ENQUIRE_LINK]
        assert not carrier.smsc.bound
        writer.close()
        smsc = await connected(carrier)
        assert (await next_message(smsc)).short_message == b"anybody?"
        await smsc.unbind()

    in_lab(story)


def test_an_esme_that_never_binds_is_cut_off() -> None:
    async def story(carrier: Carrier) -> None:
        reader, writer = await raw(carrier)
        writer.write(encode(SubmitSm(), 1))
        assert await pdus(reader) == [(Command.SUBMIT_SM_RESP, Status.RINVBNDSTS)]
        writer.close()

    in_lab(story)


def test_an_esme_that_writes_octet_by_octet_is_served() -> None:
    async def story(carrier: Carrier) -> None:
        reader, writer = await raw(carrier)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in BIND + encode(EnquireLink(), 2):
            writer.write(bytes((octet,)))
            await asyncio.sleep(0)
        writer.write_eof()
        found = await pdus(reader)
        assert found[:2] == [(Command.BIND_TRANSCEIVER_RESP, 0), (Command.ENQUIRE_LINK_RESP, 0)]
        writer.close()

    in_lab(story)


async def flood(writer: asyncio.StreamWriter, octets: bytes) -> None:
    for _ in range(2000):
        writer.write(octets)
        await writer.drain()


def test_an_esme_that_asks_and_does_not_read_is_cut_off() -> None:
    async def story(carrier: Carrier) -> None:
        _, writer = await raw(carrier)
        writer.write(BIND)
        with pytest.raises(ConnectionError):
            await flood(writer, encode(EnquireLink(), 2) * 10_000)
        assert not carrier.smsc.bound
        writer.close()

    in_lab(story, judged=False)  # it is more than a trace keeps


def test_any_octets_at_the_port_harm_nobody() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        rng = random.Random(STREAM_SEED)
        for _ in range(40):
            _, writer = await raw(carrier)
            writer.write(
                BIND * rng.randrange(2) + bytes(rng.randrange(3)) + rng.randbytes(rng.randrange(400))
            )
            writer.close()
        smsc = await connected(carrier)
        assert (
            await smsc.submit_sm(bob.msisdn, b"still there", source_addr="4242", dest_addr_ton=1)
        ).is_success
        await carrier.until(lambda: bool(bob.received), "bob has it")
        assert carrier.all_bugs == 0
        await smsc.unbind()

    in_lab(story)


def test_what_the_document_shows_is_so(capsys: pytest.CaptureFixture[str]) -> None:
    code = (ROOT / "docs" / "esme.md").read_text("utf-8").split("```python\n")[1].split("```")[0]

    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        host, _ = carrier.plan.smpp("smsc")
        await asyncio.to_thread(exec, code.replace("127.0.1.14", host), {})
        assert [got.text for got in bob.received] == ["Sunny, then rain"]

    in_lab(story)
    assert "stat:DELIVRD" in capsys.readouterr().out
