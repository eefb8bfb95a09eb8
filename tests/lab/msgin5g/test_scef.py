"""A SCEF as others may call it: rubbish, transactions of others, and the short message that it makes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ipsmgw.trace import write_pcap
from lab.msgin5g.scef_ledger import ScefData
from lab.msgin5g.scef_serving import ScefServing
from lab.msgin5g.trigger_message import fault_of
from lab.runner import run
from lab.scenarios import SCENARIOS
from msgin5g_bridge import apis, encode
from msgin5g_bridge.devicetriggering import DeviceTriggering, TriggerPriority
from msgin5g_bridge.exchange import Asked, Outgoing, Peer, Reply, Request
from msgin5g_bridge.model import ABSENT, decode
from msgin5g_bridge.problem import problem_in
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called, RestSettings
from msgin5g_bridge.ts29571 import Uri

ROOT = "http://scef:8080"
JSON = (("content-type", "application/json"),)


def wish(**more: object) -> DeviceTriggering:
    fields: dict[str, object] = {
        "msisdn": "15551001001",
        "validity_period": 60,
        "priority": TriggerPriority.PRIORITY,
        "application_port_id": 16_683,
        "trigger_payload": b"meter@lab",
        "notification_destination": Uri("http://m5s:8080/told/1"),
    }
    return DeviceTriggering(**{**fields, **more})  # type: ignore[arg-type]  # a test's shorthand


class Served:
    """The serving half, by requests."""

    def __init__(self) -> None:
        self.stack = RestStack(apis.T8_DEVICE_TRIGGERING, RestSettings())
        self.data = ScefData()
        self.serving = ScefServing(self.stack, self.data, {"alice@ims.test": "15551001001"}, ROOT)
        self.count = 0

    def ask(self, method: str, path: str, body: bytes = b"") -> Reply:
        self.count += 1
        request = Request(method, f"/3gpp-device-triggering/v1{path}", JSON, body)
        for event in self.stack.receive(Asked(self.count, request, Peer("m5s:1")), 1.0):
            if isinstance(event, Called):
                self.perform(event)
        (reply,) = self.stack.take_output()
        return self.reply(reply)

    def perform(self, event: Called) -> None:
        if event.operation is apis.TRIGGER:
            self.serving.create(event, 1.0)
        elif event.operation is apis.TRIGGER_READ:
            self.serving.read(event)
        else:
            self.serving.delete(event)

    def reply(self, outgoing: Outgoing) -> Reply:
        assert isinstance(outgoing, Reply)
        return outgoing


def test_a_transaction_is_created_read_and_deleted() -> None:
    served = Served()
    made = served.ask("POST", "/m5s/transactions", encode(wish())).response
    assert made.status == 201
    assert made.header("location") == f"{ROOT}/3gpp-device-triggering/v1/m5s/transactions/1"
    body = decode(DeviceTriggering, made.body)
    assert (body.self_, body.delivery_result) == (made.header("location"), "TRIGGERED")
    assert served.ask("GET", "/m5s/transactions/1").response.body == made.body
    assert served.ask("GET", "/other/transactions/1").response.status == 404
    assert served.ask("DELETE", "/other/transactions/1").response.status == 404
    assert served.ask("DELETE", "/m5s/transactions/1").response.status == 204
    assert served.ask("GET", "/m5s/transactions/1").response.status == 404


def test_an_external_identifier_is_somebody_or_nobody() -> None:
    served = Served()
    known, unknown = (wish(msisdn=ABSENT, external_id=f"{name}@ims.test") for name in ("alice", "nobody"))
    assert served.ask("POST", "/m5s/transactions", encode(known)).response.status == 201
    refused = served.ask("POST", "/m5s/transactions", encode(unknown)).response
    assert (refused.status, problem_in(refused).cause) == (404, "USER_UNKNOWN")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{}", "/validityPeriod"),
        (encode(wish()).replace(b"16683", b"65536"), "/applicationPortId"),
        (encode(wish()).replace(b'"msisdn"', b'"whom"'), "exactly one of externalId and msisdn"),
        (encode(wish(trigger_payload=bytes(134))), "/triggerPayload: 134 octets; there is room for 133"),
        (encode(wish(msisdn="+1 555")), "/msisdn"),
        (encode(wish(notification_destination=Uri("mailto:me"))), "/notificationDestination"),
        (encode(wish(validity_period=0)), "/validityPeriod"),
    ],
)
def test_rubbish_is_refused_by_its_place(body: bytes, place: str) -> None:
    served = Served()
    refused = served.ask("POST", "/m5s/transactions", body).response
    assert refused.status == 400
    assert place in (problem_in(refused).detail or "")
    assert not served.data.transactions


def test_what_just_fits_is_taken() -> None:
    assert fault_of(wish(trigger_payload=bytes(133))) is None


@pytest.mark.interop
def test_tshark_sees_a_device_triggering_short_message(
    tmp_path: Path, dissect: Callable[[Path], str]
) -> None:
    verdict = run(SCENARIOS["msgin5g_triggered"])
    capture = tmp_path / "triggered.pcap"
    with capture.open("wb") as stream:
        write_pcap(stream, [pdu for pdu in verdict.pdus if pdu.protocol in ("m3ua", "sip", "smpp")])
    told = dissect(capture)
    assert "Device Triggering Short Message" in told
    assert "without the need to refer to 3GPP or IANA (16683)" in told
