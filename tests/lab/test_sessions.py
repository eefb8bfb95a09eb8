"""The lab's connections of SMPP in virtual time: in order, in pieces, cut, closed and made again."""

from collections.abc import Awaitable, Callable, Sequence
from random import Random

import pytest

from ipsmgw.drive import Driver, Port
from ipsmgw.smpp import Flow, SessionSpec, encode
from ipsmgw.smpp.pdu import DeliverSm, SubmitSm
from lab.clock import VirtualClock
from lab.clock import run as in_virtual_time
from lab.faults import ALL, NONE, Faults, Range
from lab.network import VirtualNetwork

SERVER, CLIENT = ("127.0.1.14", 2775), ("127.0.1.15", 0)
Event = tuple[str, Flow, bytes]


class Recorder:
    """A stack that tells what happens to it, and says what it is told to."""

    def __init__(self) -> None:
        self.output: list[tuple[bytes, Flow]] = []

    def receive(self, data: bytes, flow: Flow, now: float) -> Sequence[Event]:
        return [("pdu", flow, data)]

    def link_up(self, flow: Flow, identity: str, now: float) -> Sequence[Event]:
        return [("up", flow, b"")]

    def link_down(self, flow: Flow, now: float) -> Sequence[Event]:
        return [("down", flow, b"")]

    def expire(self, now: float) -> Sequence[Event]:
        return []

    def deadline(self) -> float | None:
        return None

    def take_output(self) -> list[tuple[bytes, Flow]]:
        taken, self.output = self.output, []
        return taken


class Node:
    """One end, with what it has been told."""

    def __init__(self, name: str, clock: VirtualClock, network: VirtualNetwork, spec: SessionSpec) -> None:
        self.events: list[Event] = []
        self.stack = Recorder()
        self.driver = Driver(clock)
        self.port: Port[Event, Flow] = self.driver.open(
            self.stack, lambda event, now: self.events.append(event)
        )
        network.sessions(name, spec, self.port)

    @property
    def flow(self) -> Flow:
        """Of the last connection."""
        return next(flow for kind, flow, _ in reversed(self.events) if kind == "up")

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.events]

    @property
    def pdus(self) -> list[bytes]:
        return [data for kind, _, data in self.events if kind == "pdu"]

    def say(self, data: bytes) -> None:
        self.stack.output.append((data, self.flow))
        self.driver.turn(lambda now: None)


class Place:
    """A server and a client that connects to it."""

    def __init__(self, clock: VirtualClock, faults: Faults, seed: int) -> None:
        self.clock = clock
        self.network = VirtualNetwork(clock, Random(seed), faults)
        self.client = Node("esme", clock, self.network, SessionSpec(CLIENT, SERVER))
        self.server = Node("smsc", clock, self.network, SessionSpec(SERVER))

    async def pause(self, seconds: float) -> None:
        done = self.clock.loop.create_future()
        self.clock.call_at(self.clock.now() + seconds, lambda: done.set_result(None))
        await done


def play(story: Callable[[Place], Awaitable[None]], faults: Faults = NONE, seed: int = 1) -> None:
    async def on(clock: VirtualClock) -> None:
        await story(Place(clock, faults, seed))

    in_virtual_time(on)


def numbered(count: int) -> list[bytes]:
    return [encode(SubmitSm(short_message=bytes((number,))), number) for number in range(1, count + 1)]


@pytest.mark.parametrize("seed", range(1, 6))
def test_pdus_arrive_whole_and_in_order_in_whatever_pieces(seed: int) -> None:
    async def story(place: Place) -> None:
        await place.pause(10)
        for data in numbered(50):
            place.client.say(data)
        await place.pause(60)
        assert place.server.pdus == numbered(50)

    play(story, Faults(split=0.9, delay=Range(0.001, 0.5)), seed)


def test_both_ends_see_the_same_addresses_the_other_way_round() -> None:
    async def story(place: Place) -> None:
        await place.pause(1)
        near, far = place.client.flow, place.server.flow
        assert (near.local, near.remote) == (far.remote, far.local)
        assert far.local == SERVER

    play(story)


def test_a_connection_that_is_cut_is_told_at_both_ends_and_made_again() -> None:
    async def story(place: Place) -> None:
        await place.pause(1)
        place.client.say(numbered(1)[0])
        place.network.cut("esme", "smsc")
        await place.pause(1)
        assert place.client.kinds == place.server.kinds == ["up", "down", "up"]
        assert len(place.network.cuts) == 1

    play(story)


def test_the_last_words_of_who_closes_arrive_before_the_end() -> None:
    async def story(place: Place) -> None:
        await place.pause(1)
        place.server.port.cut(place.server.flow)
        place.server.say(encode(DeliverSm(), 1))
        await place.pause(1)
        assert place.client.kinds[:3] == ["up", "pdu", "down"]
        assert not place.network.cuts

    play(story)


def test_what_comes_after_the_end_goes_nowhere() -> None:
    async def story(place: Place) -> None:
        await place.pause(1)
        flow = place.client.flow
        place.network.cut("esme", "smsc")
        await place.pause(0.1)
        place.client.stack.output.append((numbered(1)[0], flow))
        place.client.driver.turn(lambda now: None)
        await place.pause(5)
        assert place.server.pdus == []

    play(story)


def test_a_node_that_goes_takes_its_connections_and_comes_back() -> None:
    async def story(place: Place) -> None:
        await place.pause(1)
        place.network.down("smsc")
        await place.pause(5)
        assert place.client.kinds == ["up", "down"]
        place.network.up("smsc")
        place.server = Node("smsc", place.clock, place.network, SessionSpec(SERVER))
        await place.pause(5)
        assert place.client.kinds == ["up", "down", "up"]

    play(story)


def test_under_all_faults_a_connection_is_there_again_and_again() -> None:
    async def story(place: Place) -> None:
        await place.pause(3600)
        ups, downs = place.client.kinds.count("up"), place.client.kinds.count("down")
        assert ups - downs in (0, 1)
        assert ups > 20

    play(story, ALL)
