"""Kamailio is the S-CSCF: register, MO, MT, their reports, and every way out of a registration."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from lab.carrier import Carrier
from lab.fit import misfit
from lab.plan import PACED, Plan
from lab.runner import ClockKind, run
from lab.scenarios import SCENARIOS
from lab.steps import deregistered, registered, settled
from tests.interop.cx_hss import CxHss
from tests.interop.kamailio import ELSEWHERE, borrowed, kamailio, missing, private_identity, scscf_name

pytestmark = [pytest.mark.interop, pytest.mark.wire]

Story = Callable[[Carrier, CxHss], Awaitable[None]]


class Play(Protocol):
    """Tells a story with a carrier of its own, whose phones ask for `expires` seconds."""

    def __call__(
        self, story: Story, *, expires: int = 60, grace: int = 10, texting: tuple[str, ...] = ()
    ) -> None: ...


@pytest.fixture
def network(worker_id: str) -> int:
    """Each worker of xdist has its own addresses."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    return 240 + int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 239


@pytest.fixture
def play(tmp_path: Path, network: int) -> Play:
    async def told(story: Story, plan: Plan) -> None:
        async with borrowed(tmp_path, plan) as (carrier, hss):
            await story(carrier, hss)

    def play(story: Story, *, expires: int = 60, grace: int = 10, texting: tuple[str, ...] = ()) -> None:
        timers = replace(PACED, expires=expires, grace=grace, settle=10.0)
        asyncio.run(told(story, Plan(network=network, timers=timers, texting=texting)))

    return play


STORIES = ("phone_to_phone", "mt", "deregister", "sc_refuses", "memory_full", "unknown_subscriber")


def test_scenarios_pass_where_it_is_the_s_cscf(tmp_path: Path, network: int) -> None:
    # It removes a contact with its next round, and refuses who comes back before that.
    plan = Plan(network=network, timers=replace(PACED, settle=10.0, unseen=3.0), seats=(ELSEWHERE,))

    async def play() -> None:
        async with kamailio(tmp_path, plan):
            for name in STORIES:
                assert misfit(SCENARIOS[name], plan) is None
                verdict = await asyncio.to_thread(run, SCENARIOS[name], ClockKind.WIRE, 1, carrier=plan)
                assert verdict.broken is None, f"{name}: {verdict.broken}\n{verdict.ladder()}"

    asyncio.run(play())


def test_what_wants_other_subscribers_or_criteria_is_not_played() -> None:
    plan = Plan(timers=PACED, seats=(ELSEWHERE,))
    assert misfit(SCENARIOS["mixed"], plan) == "it has other subscribers than the S-CSCF"
    criteria = "it wants other initial filter criteria than the S-CSCF has"
    assert misfit(SCENARIOS["plain_text"], plan) == criteria


async def ended(carrier: Carrier, messages: int) -> None:
    """The SC is done with so many, and their receivers have heard that their reports have come."""

    def done() -> bool:
        reports = [each.reported for phone in carrier.phones.values() for each in phone.received]
        finals = [each.state.final for each in carrier.smsc.mt]
        return len(finals) == messages and all(finals) and None not in reports

    await carrier.until(done, "all messages have ended")
    await settled(carrier)


def test_a_message_from_phone_to_phone_with_both_reports(play: Play) -> None:
    async def story(carrier: Carrier, hss: CxHss) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        sent = alice.send("Over somebody else's S-CSCF", bob.msisdn)
        await carrier.until(lambda: sent.state.final, "the MO has ended")
        assert (sent.status, sent.state.value) == (202, "acknowledged")
        await ended(carrier, 1)
        (message,) = carrier.smsc.mt
        assert message.state.value == "delivered"
        assert [each.text for each in bob.received] == ["Over somebody else's S-CSCF"]
        assert [each.reported for each in bob.received] == [202]

    play(story)


def test_a_long_text_arrives_whole(play: Play) -> None:
    async def story(carrier: Carrier, hss: CxHss) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        text = "Ünïcode — and more of it than one short message holds. " * 6
        sent = alice.send_long(text, bob.msisdn)
        await carrier.until(lambda: all(each.state.final for each in sent), "the MO have ended")
        await ended(carrier, len(sent))
        assert list(bob.ledger.inbox) == [text]
        assert [each.state.value for each in carrier.smsc.mt] == ["delivered"] * len(sent)

    play(story)


def test_a_phone_that_knows_plain_text_only_writes_and_is_written_to(play: Play) -> None:
    async def story(carrier: Carrier, hss: CxHss) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        sent = alice.send_text("Plain text — through the very criteria of ipsmgw ifc", bob.msisdn)
        await carrier.until(lambda: sent.status is not None, "the text is answered")
        assert sent.status == 202
        await carrier.until(lambda: list(bob.ledger.inbox) == [sent.text], "bob has it")
        bob.send("And back", alice.msisdn)
        await carrier.until(lambda: list(alice.ledger.inbox) == ["And back"], "alice has it as text")
        await carrier.until(lambda: all(each.state.final for each in carrier.smsc.mt), "the SC knows it")
        assert [each.state.value for each in carrier.smsc.mt] == ["delivered"] * 2

    play(story, texting=("alice",))


def test_a_phone_that_is_silent_is_reported_absent_and_gets_it_later(play: Play) -> None:
    async def story(carrier: Carrier, hss: CxHss) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        bob.mute()
        alice.send("Are you there?", bob.msisdn)
        record = carrier.hlr.subscriber(bob.msisdn)
        await carrier.until(lambda: record.unri, "the HLR has noted that bob is not reachable")
        assert carrier.smsc.mt[0].state.value == "waiting"
        bob.unmute()
        bob.register()
        await carrier.until(lambda: [each.text for each in bob.received] == ["Are you there?"], "bob has it")
        await carrier.until(lambda: carrier.smsc.mt[0].state.final, "the SC knows it")
        assert carrier.smsc.mt[0].state.value == "delivered"

    play(story)


def test_a_refresh_keeps_the_binding_and_the_hlr_is_not_told_again(play: Play) -> None:
    async def story(carrier: Carrier, hss: CxHss) -> None:
        (alice,) = await registered(carrier, "alice")
        until, asked = alice._registration.until, len(hss.assignments)
        alice.register()
        await carrier.until(lambda: alice.registered and alice._registration.until > until, "refreshed")
        await settled(carrier)
        assert len(hss.assignments) == asked + 1
        assert carrier.gateway.status()["bindings"] == 1
        told = [pdu for pdu in carrier.pdus if pdu.protocol == "m3ua" and pdu.target == "hlr"]
        assert sum(b"\x02\x01\x41" in pdu.data for pdu in told) == 1  # anyTimeModification, once

    play(story)


def test_a_registration_that_runs_out_is_no_longer_served(play: Play) -> None:
    async def story(carrier: Carrier, hss: CxHss) -> None:
        (alice,) = await registered(carrier, "alice")
        alice.mute()
        record = carrier.hlr.subscriber(alice.msisdn)
        gone = "the HLR has no gateway for alice any more"
        await carrier.until(lambda: record.ip_sm_gw is None, gone, within=20.0)
        await carrier.until(
            lambda: carrier.gateway.status()["bindings"] == 0, "the gateway has forgotten alice"
        )

    play(story, expires=2, grace=1)


def test_whom_the_operator_removed_gets_nothing_and_the_sc_keeps_it(play: Play) -> None:
    async def story(carrier: Carrier, hss: CxHss) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        plan = carrier.plan
        private = private_identity(plan, bob.subscriber)
        hss.terminate(private, bob.impu, scscf_name(plan))
        await carrier.until(lambda: bool(hss.terminated), "Kamailio has answered the RTR")
        assert hss.terminated == [2001]
        await carrier.pause(2.0)  # Kamailio removes the contact with its next round
        sent = alice.send("Are you there?", bob.msisdn)
        await carrier.until(lambda: bool(carrier.smsc.mt) and bool(carrier.smsc.mt[0].attempts), "an attempt")
        await carrier.until(lambda: carrier.smsc.mt[0].state.value == "waiting", "the attempt has failed")
        assert sent.state.value == "acknowledged"
        assert bob.received == []

    play(story)


def test_a_phone_that_leaves_is_no_longer_served(play: Play) -> None:
    async def story(carrier: Carrier, hss: CxHss) -> None:
        (alice,) = await registered(carrier, "alice")
        await deregistered(carrier, alice)
        await carrier.until(
            lambda: carrier.gateway.status()["bindings"] == 0, "the gateway has forgotten alice"
        )

    play(story)
