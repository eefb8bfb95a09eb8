"""The Application Clients of an MSGin5G Client, without a wire (MSGin5G-5)."""

from collections.abc import Sequence

import pytest

from lab.msgin5g.application import Application, ApplicationLedger
from lab.msgin5g.applications import HERE, Applications
from lab.msgin5g.client import Client, ClientLedger, ClientSettings
from msgin5g_bridge import encode
from msgin5g_bridge.coap import CoapStack, Requested
from msgin5g_bridge.exchange import Answered, Ask, Asked, NoAnswer, Peer, Reply, Request, Response
from msgin5g_bridge.message import AcDeregistration, AcRegistration, DeliveryReport, Message, Payload
from msgin5g_bridge.model import ABSENT, ApplicationId, MessageId, UeServiceId
from msgin5g_bridge.names import URI_PATH
from tests.lab.msgin5g.world import LAMP, METER

NOW = 1000.0
WATCH, OTHER = "coap://10.0.0.9:5683", "coap://10.0.0.8:5683"
WEATHER = ApplicationId("weather")


class Phone:
    """A UE with a client, and what it says to its server and to applications."""

    def __init__(self) -> None:
        self.ledger = ClientLedger()
        self.client = Client(ClientSettings(svc_id=UeServiceId(METER.addr), max_seg_size=64), self.ledger)
        self.stack = CoapStack()
        self.said: list[Payload] = []
        self.local: dict[str, Application] = {}
        self.applications = Applications(self.client, self.stack, self._say, self.local, report=self._say)

    def _say(self, payload: Payload, now: float) -> int:
        self.said.append(payload)
        return -len(self.said)

    def hears(self, payload: Payload, peer: str) -> Sequence[int]:
        """From an application; the codes that it is answered with so far."""
        asked = Asked(
            1, Request("POST", URI_PATH, (("content-type", "application/json"),), encode(payload)), Peer(peer)
        )
        for event in self.stack.receive(asked, NOW):
            assert isinstance(event, Requested)
            assert self.applications.requested(event, NOW)
        return [each.response.status for each in self.stack.take_output() if isinstance(each, Reply)]

    def takes(self, message: Message) -> None:
        """From the server."""
        self.client.take(message, NOW)
        handed, self.client.for_applications = self.client.for_applications, []
        for payload, app_id in handed:
            self.applications.deliver(payload, app_id, NOW)

    def asks(self) -> list[Ask]:
        return [each for each in self.stack.take_output() if isinstance(each, Ask)]

    def ends(self, incoming: Answered | NoAnswer) -> None:
        for event in self.stack.receive(incoming, NOW):
            assert self.applications.ended(event, NOW)  # type: ignore[arg-type]  # an answer, or none


@pytest.fixture
def phone() -> Phone:
    """`weather` is registered from WATCH."""
    phone = Phone()
    assert phone.hears(AcRegistration(app_id=WEATHER), WATCH) == [201]
    return phone


def message(
    *, report: bool = False, app_id: str = "weather", text: str = "hello", out: bool = False
) -> Message:
    ends = (METER, LAMP) if out else (LAMP, METER)
    return Message(
        ori_addr=ends[0],
        dest_addr=ends[1],
        app_id=ApplicationId(app_id),
        msg_id=MessageId("m1"),
        payload=text,
        deliv_st_req_ind=report or ABSENT,
        sto_and_fw_ind=False,
    )


@pytest.mark.parametrize("report", [True, False])
def test_a_message_goes_to_where_its_application_is_confirmable_if_a_report_is_wanted(
    phone: Phone, report: bool
) -> None:
    phone.takes(message(report=report))
    (ask,) = phone.asks()
    assert (ask.origin, ask.request.confirmable) == (WATCH, report)
    assert not phone.said


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (NoAnswer(1, "nobody"), "RECIPIENT_NOT_AVAILABLE"),
        (Answered(1, Response(503, (), b"OVERLOAD: busy")), "OVERLOAD"),
        (Answered(1, Response(400, (), b"?")), "PAYLOAD_NOT_SUPPORTED"),
    ],
)
def test_what_an_application_does_not_take_has_failed(
    phone: Phone, answer: Answered | NoAnswer, cause: str
) -> None:
    phone.takes(message(report=True))
    phone.ends(answer)
    (report,) = phone.said
    assert isinstance(report, DeliveryReport)
    assert (report.dest_addr, report.failure_cause) == (LAMP, cause)


def test_nobody_is_told_of_a_failure_who_did_not_ask(phone: Phone) -> None:
    phone.takes(message())
    phone.ends(NoAnswer(1, "nobody"))
    assert not phone.said


def test_the_application_hears_what_the_server_says_to_the_last_segment(phone: Phone) -> None:
    assert phone.hears(message(text="x" * 150, out=True), WATCH) == []
    assert len(phone.said) == 3
    said = phone.said[-1]
    assert isinstance(said, Message)
    assert said.app_id == WEATHER
    assert phone.ledger.sent_by == {"m1": "weather"}


@pytest.mark.parametrize(
    ("payload", "peer"),
    [
        (message(out=True), OTHER),
        (message(out=True, app_id="other"), WATCH),
        (AcDeregistration(app_id=WEATHER), OTHER),
        (AcDeregistration(app_id=ApplicationId("other")), WATCH),
    ],
)
def test_who_has_not_registered_is_refused(phone: Phone, payload: Payload, peer: str) -> None:
    assert phone.hears(payload, peer) == [403]
    assert not phone.said


def test_the_latest_that_registers_has_the_application(phone: Phone) -> None:
    assert phone.hears(AcRegistration(app_id=WEATHER), OTHER) == [204]
    assert phone.hears(message(out=True), WATCH) == [403]
    phone.takes(message())
    assert [ask.origin for ask in phone.asks()] == [OTHER]


def test_an_application_of_the_same_ue_that_is_not_running_has_failed(phone: Phone) -> None:
    panel = Application("panel", METER, ApplicationLedger())
    phone.applications.register("panel", HERE)
    phone.takes(message(report=True, app_id="panel"))
    (report,) = phone.said
    assert isinstance(report, DeliveryReport)
    assert report.failure_cause == "APPLICATION_UNKNOWN"
    phone.local["panel"] = panel
    for _ in range(2):  # the report of the first may have been lost
        phone.takes(message(report=True, app_id="panel"))
    assert panel.ledger.texts == ["hello"]
    assert len(phone.said) == 3
