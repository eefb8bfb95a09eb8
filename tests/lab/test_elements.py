"""The elements beyond the scenarios: refusals, silence, timers, strangers, restarts; in virtual time."""

from collections.abc import Awaitable, Callable

import pytest

from lab.carrier import Carrier
from lab.elements.phone_ledger import SentState
from lab.elements.phone_reception import Mode
from lab.elements.phone_registration import RegistrationState
from lab.elements.sc_ledger import MtState
from lab.faults import Faults
from lab.ground import VirtualGround
from lab.runner import run
from lab.scenario import Scenario
from lab.steps import deregistered, finished, registered
from sipbridge.events import NoAnswer, Response, SipEvent
from sipbridge.flow import Flow
from sipbridge.rp import Direction, RpAck
from sipbridge.settings import SipSettings
from sipbridge.stack import SipStack

Story = Callable[[Carrier], Awaitable[None]]


def play(story: Story) -> None:
    """What does not hold raises in the story itself."""
    verdict = run(Scenario("test", "", "", story, lambda plan: plan), judges=())
    assert verdict.broken is None, f"{verdict.broken}\n{verdict.ladder()}"


def lost(carrier: Carrier, one: str, other: str, share: float = 1.0) -> None:
    """From now on no datagram between the two arrives, or each does again (0)."""
    assert isinstance(carrier.ground, VirtualGround)
    carrier.ground.network.impair(one, other, Faults(loss=share))


# The phone.


def test_a_phone_refreshes_its_registration_before_it_runs_out() -> None:
    async def story(carrier: Carrier) -> None:
        (alice,) = await registered(carrier, "alice")
        await carrier.pause(3 * carrier.plan.timers.expires)
        assert alice.registered
        assert carrier.scscf.registered(alice.impu, carrier.now)
        assert carrier.gateway.status()["bindings"] == 1

    play(story)


def test_a_phone_out_of_coverage_is_forgotten_by_everybody_in_the_end() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        bob.mute()
        timers = carrier.plan.timers
        await carrier.pause(timers.expires + timers.grace + 2.0)
        assert not carrier.scscf.registered(bob.impu, carrier.now)
        assert carrier.gateway.status()["bindings"] == 0
        assert carrier.hlr.subscriber(bob.msisdn).ip_sm_gw is None
        bob.unmute()
        await carrier.until(lambda: bob.registered, "bob registers again by himself", within=60.0)

    play(story)


def test_a_phone_gives_up_after_tr1m_and_sends_the_next_one() -> None:
    async def story(carrier: Carrier) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        lost(carrier, "ipsmgw", "scscf")
        sent = alice.send("one", to=bob.msisdn)
        queued = alice.send("two", to=bob.msisdn)
        assert queued.state is SentState.QUEUED
        await carrier.until(lambda: sent.state.final, "the first has ended", within=36.0)
        assert sent.state is SentState.FAILED
        assert sent.status == 408
        assert sent.ended is not None
        assert 31.0 < sent.ended - sent.when < 35.0
        assert queued.call_id

    play(story)


def test_an_mo_that_is_accepted_but_never_reported_ends_with_tr1m() -> None:
    async def story(carrier: Carrier) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        sent = alice.send("one", to=bob.msisdn)
        await carrier.until(lambda: sent.state is SentState.ACCEPTED, "the MESSAGE is accepted")
        alice.mute()
        await carrier.until(lambda: sent.state.final, "TR1M ends it", within=36.0)
        assert sent.state is SentState.GIVEN_UP

    play(story)


def test_a_phone_that_is_not_registered_may_not_send() -> None:
    async def story(carrier: Carrier) -> None:
        alice, bob = carrier.phone("alice"), carrier.phone("bob")
        sent = alice.send("let me in", to=bob.msisdn)
        await finished(carrier, sent)
        assert (sent.state, sent.status) == (SentState.FAILED, 403)
        assert not carrier.smsc.mo

    play(story)


@pytest.mark.parametrize(
    ("status", "state", "outcome"),
    [
        (488, MtState.FAILED, "SM_DELIVERY_FAILURE EQUIPMENT_PROTOCOL_ERROR"),
        (480, MtState.WAITING, "ABSENT_SUBSCRIBER_SM 11"),
        (415, MtState.FAILED, "SM_DELIVERY_FAILURE EQUIPMENT_NOT_SM_EQUIPPED"),
    ],
)
def test_a_phone_may_reject_a_message(status: int, state: MtState, outcome: str) -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        bob.behave(Mode.REJECTING, status)
        message = carrier.smsc.submit("no?", bob.msisdn)
        await carrier.until(lambda: message.state is state, f"the SC's message is {state.value}")
        assert message.outcome == outcome
        assert [got.answer for got in bob.received] == [f"status {status}"]

    play(story)


def test_a_phone_that_takes_a_message_and_reports_nothing_is_absent() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        bob.behave(Mode.NO_REPORT)
        message = carrier.smsc.submit("well?", bob.msisdn)
        await carrier.until(lambda: message.state is MtState.WAITING, "the SC waits", within=26.0)
        assert message.outcome == "ABSENT_SUBSCRIBER_SM 12"

    play(story)


def test_a_delivery_report_that_nobody_answers_is_sent_again() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        message = carrier.smsc.submit("hello", bob.msisdn)
        await carrier.until(lambda: bool(bob.received), "bob has the message")
        lost(carrier, "bob", "scscf")
        await carrier.until(lambda: bob.received[0].report_attempts == 2, "a second attempt", within=40.0)
        assert bob.received[0].reported == 408
        lost(carrier, "bob", "scscf", 0.0)
        await carrier.until(lambda: bob.received[0].reported == 202, "the repeated report is accepted")
        assert message.state is MtState.DELIVERED
        assert len(message.attempts) == len(bob.received) == 1

    play(story)


# Somebody who is no phone at all, at the addresses of the plan.


class Stranger:
    """A SIP stack that talks to one element; what comes back is kept."""

    def __init__(self, carrier: Carrier, target: str, *, at: str = "stranger", port: int = 5099) -> None:
        site = carrier.ground.site(at)
        self._clock = site.clock
        self._driver = site.driver()
        host = carrier.plan.host("ipsmgw") if at == "ipsmgw" else "127.0.1.200"
        self._local = (host, port)
        self._flow = Flow("udp", self._local, carrier.plan.sip(target))
        self._stack = SipStack(SipSettings(host=host, port=port), site.rng)
        self.answers: list[int] = []
        port_of_stack = self._driver.open(self._stack, self._on_event)
        site.network.datagrams(site.node, self._local, port_of_stack)

    def ask(self, method: str, uri: str, body: bytes = b"", *headers: tuple[str, str]) -> None:
        def work(now: float) -> None:
            self._stack.request(
                method,
                uri,
                now,
                flow=self._flow,
                sender="sip:a@b.c",
                recipient=uri,
                headers=headers,
                body=body,
            )

        self._driver.turn(work)

    def _on_event(self, event: SipEvent, now: float) -> None:
        if isinstance(event, Response | NoAnswer):
            self.answers.append(event.status)


SMS = ("Content-Type", "application/vnd.3gpp.sms")


def test_the_s_cscf_tells_known_from_unknown_and_registered_from_not() -> None:
    async def story(carrier: Carrier) -> None:
        gateway = Stranger(carrier, "scscf", at="ipsmgw")
        report = RpAck(1).encode(Direction.NETWORK_TO_MS)
        gateway.ask("MESSAGE", "sip:+15551001001@ims.test", report, SMS)
        gateway.ask("MESSAGE", "tel:+15551001001", report, SMS)
        gateway.ask("MESSAGE", "sip:+15551009999@ims.test", report, SMS)
        gateway.ask("OPTIONS", "sip:+15551001001@ims.test")
        await carrier.until(lambda: len(gateway.answers) == 4, "all are answered")
        assert sorted(gateway.answers) == [404, 405, 480, 480]

    play(story)


def test_a_report_that_belongs_to_nothing_is_refused_with_488() -> None:
    async def story(carrier: Carrier) -> None:
        (alice,) = await registered(carrier, "alice")
        gateway = Stranger(carrier, "scscf", at="ipsmgw")
        report = RpAck(1).encode(Direction.NETWORK_TO_MS)
        gateway.ask("MESSAGE", "tel:+15551001001", report, SMS, ("In-Reply-To", "nobody@nowhere"))
        gateway.ask("MESSAGE", "tel:+15551001001", b"\xff\xff", SMS)
        gateway.ask("MESSAGE", "tel:+15551001001", b"hello", ("Content-Type", "text/plain"))
        await carrier.until(lambda: len(gateway.answers) == 3, "all are answered")
        assert sorted(gateway.answers) == [400, 415, 488]
        assert alice.ledger.unmatched == 1

    play(story)


def test_the_s_cscf_knows_its_phones_by_their_addresses() -> None:
    async def story(carrier: Carrier) -> None:
        await registered(carrier, "alice")
        stranger = Stranger(carrier, "scscf")
        claim = ("P-Preferred-Identity", "<sip:+15551001001@ims.test>")
        stranger.ask("MESSAGE", carrier.plan.sc_uri, b"\x00", SMS, claim)
        stranger.ask("REGISTER", "sip:ims.test")
        await carrier.until(lambda: len(stranger.answers) == 2, "both are answered")
        assert stranger.answers == [403, 403]

    play(story)


# Restarts.


def test_an_hlr_that_was_down_still_alerts() -> None:
    async def story(carrier: Carrier) -> None:
        bob = carrier.phone("bob")
        message = carrier.smsc.submit("later", bob.msisdn)
        await carrier.until(lambda: message.state is MtState.WAITING, "the SC waits")
        await carrier.restart("hlr", after=1.0)
        await carrier.until(carrier.linked, "all is linked again", within=30.0)
        await registered(carrier, "bob")
        await carrier.until(lambda: message.state is MtState.DELIVERED, "delivered after the alert")

    play(story)


def test_a_service_centre_that_was_down_still_has_its_messages() -> None:
    async def story(carrier: Carrier) -> None:
        bob = carrier.phone("bob")
        message = carrier.smsc.submit("later", bob.msisdn)
        await carrier.until(lambda: message.state is MtState.WAITING, "the SC waits")
        await carrier.restart("smsc", after=1.0)
        await carrier.until(carrier.linked, "all is linked again", within=30.0)
        await registered(carrier, "bob")
        await carrier.until(lambda: message.state is MtState.DELIVERED, "delivered", within=120.0)
        assert [got.text for got in bob.received] == ["later"]

    play(story)


def test_an_s_cscf_that_was_down_still_knows_its_phones() -> None:
    async def story(carrier: Carrier) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        await carrier.restart("scscf", after=1.0)
        sent = alice.send("still there?", to=bob.msisdn)
        await carrier.until(lambda: list(bob.ledger.inbox) == ["still there?"], "bob has it")
        await finished(carrier, sent)
        assert sent.state is SentState.ACKNOWLEDGED

    play(story)


def test_a_phone_that_was_switched_off_keeps_what_it_had() -> None:
    async def story(carrier: Carrier) -> None:
        (bob,) = await registered(carrier, "bob")
        message = carrier.smsc.submit("keep this", bob.msisdn)
        await carrier.until(lambda: message.state is MtState.DELIVERED, "delivered")
        await carrier.restart("bob", after=1.0)
        again = carrier.phone("bob")
        assert again is not bob
        assert again.registration is RegistrationState.OFF
        assert list(again.ledger.inbox) == ["keep this"]
        await registered(carrier, "bob")
        await deregistered(carrier, again)

    play(story)
