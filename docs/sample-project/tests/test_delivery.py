"""Short messages for bob, whatever he does."""

from collections.abc import Callable

import pytest

from lab.elements.domain import Domain
from lab.elements.phone_reception import Mode
from lab.stage import Stage


def test_a_phone_reads_what_another_wrote(carrier: Stage) -> None:
    carrier.registered("alice")
    bob = carrier.registered("bob")
    sent = carrier.send("Do you read me?", sender="alice", to="bob")
    assert carrier.run_until_settled(sent).delivered
    carrier.until(lambda: [got.text for got in bob.received] == ["Do you read me?"], "bob reads it")


def test_a_silent_phone_gets_it_over_ps(carrier: Stage) -> None:
    bob = carrier.registered("bob")
    carrier.attached("bob")
    bob.mute(Domain.IMS)
    settled = carrier.run_until_settled(carrier.submit("by another way", to="bob"))
    assert settled.delivered
    assert settled.path == (Domain.IMS, Domain.PS)


def test_a_full_phone_gets_it_when_it_has_room(carrier: Stage) -> None:
    bob = carrier.registered("bob")
    bob.behave(Mode.MEMORY_FULL)
    message = carrier.submit("read and delete", to="bob")
    assert not carrier.run_until_settled(message).delivered
    bob.behave(Mode.OBEDIENT)
    carrier.until(lambda: len(bob.received) == 1, "bob has it after the alert")


@pytest.mark.carrier(procedures="ts-23.204")
def test_by_home_routing_it_arrives_too(carrier: Stage) -> None:
    carrier.registered("bob")
    assert carrier.run_until_settled(carrier.submit("by way of home", to="bob")).delivered


@pytest.mark.carrier(faults="all")
@pytest.mark.parametrize("carrier_seed", range(1, 6))
def test_nothing_is_lost_and_nothing_comes_twice_in_bad_weather(carrier: Stage) -> None:
    """What must hold then are the laws, which are looked at after each test."""
    phone = carrier.phone("bob")
    phone.register()
    carrier.submit("are you there?", to="bob")
    carrier.pause(600)


def test_on_the_wire(wire_carrier: Stage) -> None:
    wire_carrier.registered("bob")
    assert wire_carrier.run_until_settled(wire_carrier.submit("over real sockets", to="bob")).delivered


@pytest.fixture
def cut_off(carrier: Stage) -> Callable[[], None]:
    """Cuts the gateway off from the service centre."""
    return lambda: carrier.cut("ipsmgw", "smsc")


def test_a_cut_is_mended(carrier: Stage, cut_off: Callable[[], None]) -> None:
    carrier.registered("bob")
    cut_off()
    carrier.pause(5)
    assert carrier.run_until_settled(carrier.submit("after the cut", to="bob")).delivered
