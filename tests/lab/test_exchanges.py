"""Requests and answers in virtual time: HTTP is refused or cut, CoAP repeats itself and is taken once."""

import asyncio
from dataclasses import replace
from random import Random

import pytest

from lab.chance import Chance
from lab.clock import VirtualClock, run
from lab.exchange_spec import ExchangeSpec, SharedKey, Tls
from lab.exchanges import Exchanges
from lab.faults import NONE, Faults, Weather
from msgin5g_bridge.exchange import Answered, Ask, Asked, Gone, Incoming, NoAnswer, Reply, Request, Response

ASK = Request("POST", "/x", (), b"{}")


class Pair:
    """A node that asks and one that answers, and what each hears, with the time."""

    def __init__(self, clock: VirtualClock, protocol: str, faults: Faults, seed: int = 1) -> None:
        self.clock = clock
        self.weather = Weather(faults)
        chance = Chance(Random(seed))
        self.fates: list[str] = []
        self.exchanges = Exchanges(
            clock,
            lambda name: chance,
            lambda one, other: self.weather,
            tap=lambda *pdu: self.fates.append(pdu[5]),
        )
        self.heard: list[tuple[float, Incoming]] = []
        self.asked: list[tuple[float, Incoming]] = []
        self.answers = True
        self.client = ExchangeSpec(protocol=protocol, local=("10.0.0.1", 1))
        self.server = ExchangeSpec(protocol=protocol, local=("10.0.0.2", 2))
        self.plug()

    def plug(self) -> None:
        began = self.clock.now()
        self.send = self.exchanges.open(
            "client", self.client, lambda incoming: self.heard.append((self.clock.now() - began, incoming))
        )
        self.reply = self.exchanges.open("server", self.server, lambda each: self._take(began, each))

    def _take(self, began: float, incoming: Incoming) -> None:
        self.asked.append((self.clock.now() - began, incoming))
        if isinstance(incoming, Asked) and self.answers:
            self.reply([Reply(incoming.exchange, Response(204))])

    def ask(self) -> None:
        self.send([Ask(7, self.server.origin, ASK, self.clock.now() + 100)])

    @property
    def told(self) -> list[Incoming]:
        return [incoming for _, incoming in self.heard]


def play(protocol: str, faults: Faults, *, seconds: float = 200.0, times: int = 1, seed: int = 1) -> Pair:
    async def story(clock: VirtualClock) -> Pair:
        pair = Pair(clock, protocol, faults, seed)
        for _ in range(times):
            pair.ask()
        await asyncio.sleep(seconds)
        return pair

    return run(story)


def test_a_request_is_answered_after_the_way_there_and_back() -> None:
    for protocol in ("coap", "http"):
        pair = play(protocol, NONE)
        assert [round(when, 6) for when, _ in pair.heard] == [0.002]
        assert pair.told == [Answered(7, Response(204))]


def test_each_coap_request_is_taken_at_most_once_and_ends_once_whatever_is_lost() -> None:
    for seed in range(20):
        pair = play("coap", Faults(loss=0.6), times=20, seed=seed)
        assert len(pair.told) == 20
        assert (
            len({each.exchange for _, each in pair.asked if isinstance(each, Asked)}) == len(pair.asked) <= 20
        )
        answered = [each for each in pair.told if isinstance(each, Answered)]
        assert len(answered) <= len(pair.asked)
    assert answered, "and some get through"


def test_what_gets_lost_is_repeated_later() -> None:
    pair = play("coap", Faults(loss=0.6), times=20)
    assert {int(when) for when, each in pair.heard if isinstance(each, Answered)} > {0}


def test_http_is_refused_where_nobody_listens_or_the_weather_is_bad() -> None:
    pair = play("http", Faults(refuse=1.0))
    assert pair.told == [NoAnswer(7, "nobody is there")]
    assert not pair.asked


def test_a_cut_is_heard_of_at_both_ends() -> None:
    async def story(clock: VirtualClock) -> Pair:
        pair = Pair(clock, "http", NONE)
        pair.answers = False
        pair.ask()
        await asyncio.sleep(1)
        pair.exchanges.cut("client", "server")
        await asyncio.sleep(1)
        return pair

    pair = run(story)
    assert pair.told == [NoAnswer(7, "the connection was cut")]
    assert [type(each) for _, each in pair.asked] == [Asked, Gone]


def test_who_dies_answers_nothing_and_who_comes_back_is_not_told_of_before() -> None:
    async def story(clock: VirtualClock, protocol: str) -> Pair:
        pair = Pair(clock, protocol, NONE)
        pair.answers = False
        pair.ask()
        await asyncio.sleep(1)
        pair.exchanges.down("server")
        await asyncio.sleep(100)
        return pair

    for protocol in ("coap", "http"):
        pair = run(lambda clock, protocol=protocol: story(clock, protocol))  # type: ignore[misc]  # bound now
        assert [type(each) for each in pair.told] == [NoAnswer]


def test_keys_prove_who_asks_where_both_have_the_same() -> None:
    async def story(clock: VirtualClock, secret: bytes) -> str:
        pair = Pair(clock, "coap", NONE)
        keys = (SharedKey(identity="server", secret=b"k"),)
        pair.client = ExchangeSpec(protocol="coap", local=("10.0.0.1", 1), identity="client", keys=keys)
        keys = (SharedKey(identity="client", secret=secret),)
        pair.server = ExchangeSpec(protocol="coap", local=("10.0.0.2", 2), identity="server", keys=keys)
        pair.plug()
        pair.ask()
        await asyncio.sleep(1)
        (_, asked), *_ = pair.asked
        assert isinstance(asked, Asked)
        return asked.peer.identity

    assert run(lambda clock: story(clock, b"k")) == "client"
    assert run(lambda clock: story(clock, b"z")) == ""


OURS, THEIRS = Tls(name="one"), Tls(name="two", mutual=False)


@pytest.mark.parametrize(
    ("asker", "target", "outcome"),
    [
        (OURS, OURS, "one"),
        (Tls(), THEIRS, ""),
        (Tls(), OURS, "TLS: it wants a certificate"),
        (None, OURS, "TLS: its certificate is of an unknown authority"),
        (Tls(name="one", believed="other"), OURS, "TLS: its certificate is of an unknown authority"),
        (Tls(name="one", authority="other"), OURS, "TLS: it does not know our authority"),
        (OURS, None, ""),
    ],
)
def test_over_tls_each_end_believes_who_shows_the_right_certificate(
    asker: Tls | None, target: Tls | None, outcome: str
) -> None:
    async def story(clock: VirtualClock) -> Incoming:
        pair = Pair(clock, "http", NONE)
        pair.client, pair.server = replace(pair.client, tls=asker), replace(pair.server, tls=target)
        pair.plug()
        pair.ask()
        await asyncio.sleep(1)
        return next(incoming for _, incoming in (*pair.asked, *pair.heard))

    one = run(story)
    if isinstance(one, Asked):
        assert (one.peer.identity, one.peer.secure) == (outcome, target is not None)
    else:
        assert one == NoAnswer(7, outcome)
