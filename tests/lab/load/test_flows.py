"""Every flow ends through the real gateway, without sockets; and through the one that does nothing."""

from pathlib import Path
from random import Random

import pytest

from lab.bench.place import SMSC
from lab.load.flow import Flow
from lab.load.null import Null
from lab.load.share import gateway_configuration
from lab.load.templates import SGSN
from lab.load.traffic import Traffic
from tests.lab.desk import Desk
from tests.lab.load.stage import enrol, offer, plan, traffic

FLOWS = [(flow, home) for flow in Flow for home in (False, True) if home or flow is not Flow.MT_FALLBACK]


def desk(*, home: bool) -> Desk:
    """The real gateway of this carrier, where nobody is registered."""
    settings = gateway_configuration(plan(home=home), 1, Path("unused"))
    return Desk(settings, plan(home=home), people=0)


@pytest.mark.parametrize(("flow", "home"), FLOWS)
def test_every_flow_ends_through_the_real_gateway(flow: Flow, home: bool) -> None:
    gateway, generator = desk(home=home), traffic(home=home)
    enrol(generator)
    gateway.load(generator)
    offer(generator, flow, 5)
    gateway.load(generator, now=0.25)
    figures = generator.parts.ledger.take()
    tally = figures.of(flow)
    assert (tally.offered, tally.done, tally.refused, tally.lost) == (5, 5, {}, 0)
    assert figures.unexpected == {}
    assert (figures.late, figures.heard_again, figures.repeated) == (0, 0, 0)
    assert tally.latency.quantile(1.0) == 0.25
    assert gateway.gateway.open_work == 0
    assert gateway.gateway.driver.bugs == 0


def test_the_gateway_tells_the_hlr_of_who_has_come_and_gone() -> None:
    gateway, generator = desk(home=False), traffic(settled=3, passing=1)
    enrol(generator)
    gateway.load(generator)
    offer(generator, Flow.REGISTER, 2)
    gateway.load(generator)
    offer(generator, Flow.DEREGISTER, 3)
    gateway.load(generator)
    assert gateway.gateway.status()["bindings"] == 3


def test_whoever_is_not_registered_is_refused_in_the_words_of_the_gateway() -> None:
    gateway, generator = desk(home=False), traffic()
    offer(generator, Flow.MT, 3)
    gateway.load(generator)
    figures = generator.parts.ledger.take()
    assert figures.of(Flow.MT).refused == {"MAP ABSENT_SUBSCRIBER_SM": 3}


def test_what_a_phone_hears_as_rp_error_is_refused_with_its_cause() -> None:
    settings = gateway_configuration(plan(), 1, Path("unused"))
    gateway = Desk(f'{settings}[service_centre]\nallowed = ["1999"]\n', plan(), people=0)
    generator = traffic()
    offer(generator, Flow.MO, 2)
    gateway.load(generator)
    assert generator.parts.ledger.take().of(Flow.MO).refused == {"RP-ERROR 1": 2}


def test_a_message_that_comes_again_is_answered_again_and_reported_once() -> None:
    null, generator = Null(Random(1), plan()), traffic()
    offer(generator, Flow.MT, 1)
    null.on_frames(SMSC, generator.parts.frames[SMSC])
    generator.on_datagrams(null.datagrams * 3, 0.0)
    sent = [data.split(b" ", 1)[0] for data in generator.parts.datagrams]
    assert sorted(sent) == [b"MESSAGE", b"SIP/2.0", b"SIP/2.0", b"SIP/2.0"]
    assert generator.parts.ledger.take().heard_again == 2


def test_a_gateway_that_is_full_says_so_and_is_understood() -> None:
    settings = gateway_configuration(plan(), 1, Path("unused"))
    tight = settings.replace("[limits]\n", "[limits]\nin_flight = 1\n")
    gateway, generator = Desk(tight, plan(), people=0), traffic()
    enrol(generator)
    gateway.load(generator)
    offer(generator, Flow.MO, 3)
    offer(generator, Flow.MT, 3)
    gateway.load(generator)
    figures = generator.parts.ledger.take()
    assert figures.all.done == 1
    assert figures.of(Flow.MO).refused == {"503 Service Unavailable": 2}
    assert figures.of(Flow.MT).refused == {"MAP SYSTEM_FAILURE": 3}


def play(null: Null, generator: Traffic) -> None:
    """Back and forth until nobody has anything to say."""
    parts = generator.parts
    while parts.datagrams or any(parts.frames.values()):
        datagrams = parts.datagrams.copy()
        frames = {node: batch.copy() for node, batch in parts.frames.items()}
        parts.datagrams.clear()
        for node, batch in frames.items():
            parts.frames[node].clear()
            null.on_frames(node, batch)
        null.on_datagrams(datagrams)
        generator.on_datagrams(null.datagrams.copy(), 0.0)
        null.datagrams.clear()
        for node in (SMSC, SGSN):
            generator.on_frames(node, null.frames[node].copy(), 0.0)
            null.frames[node].clear()


@pytest.mark.parametrize(("flow", "home"), FLOWS)
def test_every_flow_ends_through_the_gateway_that_does_nothing(flow: Flow, home: bool) -> None:
    null, generator = Null(Random(1), plan(home=home)), traffic(home=home)
    offer(generator, flow, 5)
    play(null, generator)
    figures = generator.parts.ledger.take()
    assert (figures.all.offered, figures.all.done, figures.unexpected) == (5, 5, {})


def test_who_comes_and_goes_is_never_somebody_else() -> None:
    people = traffic(settled=10, passing=2).parts.people
    assert people.registered == range(12)
    comers = [people.comer() for _ in range(3)]
    assert comers == [12, 13, 14]
    assert [people.goer() for _ in range(6)] == [10, 11, 12, 13, 14, None]
    assert {people.anybody() for _ in range(500)} == set(range(10))
