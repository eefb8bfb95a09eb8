"""Associations in virtual time: all in order unless cut, up again after a cut, gone with their node."""

import asyncio
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.clock import VirtualClock, run
from lab.faults import ALL, NONE, Faults, Range
from lab.links import Fate
from lab.network import VirtualNetwork
from mapstack.flow import Flow
from mapstack.transport import AssociationSpec
from tests.lab.recorder import Node

HLR = ("10.0.1.1", 2905)
Line = tuple[float, str, str, str, bytes, Fate]


def m3ua(payload: bytes) -> bytes:
    """A message as far as framing looks at it: version 1, and its length (RFC 4666 §3.1)."""
    return b"\x01\x00\x01\x01" + (8 + len(payload)).to_bytes(4, "big") + payload


class Carrier:
    """A gateway that connects to an HLR."""

    def __init__(
        self,
        clock: VirtualClock,
        faults: Faults,
        *,
        seed: int = 1,
        transport: str = "tcp",
        limit: int = 65_536,
    ) -> None:
        self.clock = clock
        self.transport = transport
        self.trace: list[Line] = []
        self.network = VirtualNetwork(
            clock, Random(seed), faults, tap=lambda *line: self.trace.append(line), limit=limit
        )
        self.hlr = self.start_hlr()
        self.gateway = self.start_gateway()

    def start_hlr(self) -> Node[Flow]:
        node = Node[Flow](self.clock)
        spec = AssociationSpec("gw", self.transport, False, HLR, None)
        self.network.associations("hlr", [spec], node.port)
        return node

    def start_gateway(self) -> Node[Flow]:
        node = Node[Flow](self.clock)
        spec = AssociationSpec("hlr", self.transport, True, None, HLR)
        self.network.associations("gateway", [spec], node.port)
        return node

    @property
    def flow(self) -> Flow:
        """As the gateway was last told of it."""
        return self.gateway.stack.links[-1][2]


def test_both_ends_are_told_of_an_association_and_each_by_its_own_name() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, NONE)
        await asyncio.sleep(1)
        [(_, up, ours)], [(_, also_up, theirs)] = carrier.gateway.stack.links, carrier.hlr.stack.links
        assert up
        assert also_up
        assert (ours.connection, theirs.connection) == ("hlr", "gw")
        assert (ours.local, ours.remote) == (theirs.remote, theirs.local)
        assert ours.remote == HLR

    run(story)


@settings(max_examples=50)
@given(st.integers(0, 2**32), st.lists(st.binary(max_size=300), min_size=1, max_size=30))
def test_a_stream_brings_every_octet_in_order_in_whatever_pieces(seed: int, payloads: list[bytes]) -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, Faults(split=0.8, delay=Range(0.001, 0.5)), seed=seed)
        await asyncio.sleep(1)
        said = [m3ua(payload) for payload in payloads]
        carrier.gateway.say(*said[:5], to=carrier.flow)
        for message in said[5:]:
            carrier.gateway.say(message, to=carrier.flow)
            await asyncio.sleep(0.01)
        await asyncio.sleep(1)
        assert carrier.hlr.heard == said

    run(story)


def test_pieces_of_one_message_arrive_at_different_times() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, Faults(split=1.0, delay=Range(0.001, 10)))
        await asyncio.sleep(20)
        begin = clock.now()
        carrier.gateway.say(m3ua(bytes(100)), to=carrier.flow)
        end = carrier.network._associations._ends["gateway", "hlr"]
        assert end.pipe is not None
        arrivals = [when - begin for when, _ in end.pipe._due]
        assert len(arrivals) > 1
        await asyncio.sleep(20)
        assert carrier.hlr.stack.heard[0][0] - begin == pytest.approx(arrivals[-1])

    run(story)


def test_sctp_keeps_messages_whole_and_their_streams() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, Faults(split=1.0), transport="sctp")
        await asyncio.sleep(1)
        carrier.gateway.say(b"not even m3ua", to=carrier.flow._replace(stream=3))
        await asyncio.sleep(1)
        [(_, data, flow)] = carrier.hlr.stack.heard
        assert (data, flow.stream, flow.transport) == (b"not even m3ua", 3, "sctp")

    run(story)


@settings(max_examples=50)
@given(st.integers(0, 2**32), st.sampled_from(["tcp", "sctp"]))
def test_under_all_faults_what_arrives_is_what_was_not_cut_in_order(seed: int, transport: str) -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, ALL, seed=seed, transport=transport)
        await asyncio.sleep(10)
        for number in range(300):
            if carrier.gateway.ups:
                carrier.gateway.say(m3ua(b"%03d" % number), to=carrier.flow)
            await asyncio.sleep(1)
        await asyncio.sleep(10)
        assert carrier.hlr.heard == [line[4] for line in carrier.trace if line[5] == ""]
        assert {line[5] for line in carrier.trace} <= {"", "cut"}
        for node in (carrier.gateway, carrier.hlr):
            assert node.ups == [index % 2 == 0 for index in range(len(node.ups))]
        assert len(carrier.gateway.ups) == len(carrier.hlr.ups)

    run(story)


def test_a_cut_is_told_to_both_and_the_connecting_end_connects_again() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, NONE)
        await asyncio.sleep(1)
        carrier.gateway.say(m3ua(b"in flight"), to=carrier.flow)
        carrier.network.cut("hlr", "gateway")
        carrier.gateway.say(m3ua(b"not yet told"), to=carrier.flow)
        cut_at = clock.now()
        await asyncio.sleep(1)
        assert carrier.gateway.ups == carrier.hlr.ups == [True, False, True]
        assert [when for when, _, _ in carrier.gateway.stack.links[1:]] == [cut_at, cut_at + 0.5]
        assert carrier.hlr.heard == []
        assert carrier.trace[-1][5] == "cut"
        carrier.gateway.say(m3ua(b"again"), to=carrier.flow)
        await asyncio.sleep(1)
        assert carrier.hlr.heard == [m3ua(b"again")]

    run(story)


def test_half_a_message_of_before_a_cut_does_not_spoil_what_comes_after() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, NONE)
        await asyncio.sleep(1)
        carrier.gateway.say(m3ua(b"half")[:6], to=carrier.flow)
        await asyncio.sleep(0.1)
        carrier.network.cut("hlr", "gateway")
        await asyncio.sleep(1)
        carrier.gateway.say(m3ua(b"whole"), to=carrier.flow)
        await asyncio.sleep(1)
        assert carrier.hlr.heard == [m3ua(b"whole")]

    run(story)


def test_a_stream_of_nonsense_is_closed() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, NONE)
        await asyncio.sleep(1)
        carrier.gateway.say(b"\xff" * 64, to=carrier.flow)
        await asyncio.sleep(0.1)
        assert carrier.gateway.ups == carrier.hlr.ups == [True, False]
        assert carrier.hlr.heard == []

    run(story)


def test_a_node_that_restarts_is_met_again() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, NONE)
        await asyncio.sleep(1)
        first_life = carrier.hlr
        carrier.network.down("hlr")
        await asyncio.sleep(100)
        assert (carrier.gateway.ups, first_life.ups) == ([True, False], [True])
        with pytest.raises(ValueError, match="hlr is down"):
            carrier.start_hlr()
        carrier.network.up("hlr")
        second_life = carrier.start_hlr()
        await asyncio.sleep(1)
        assert (carrier.gateway.ups, second_life.ups) == ([True, False, True], [True])
        first_life.say(m3ua(b"from the dead"), to=first_life.stack.links[0][2])
        await asyncio.sleep(1)
        assert (carrier.gateway.heard, carrier.trace) == ([], [])

    run(story)


def test_the_connecting_node_too_may_restart() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, NONE)
        await asyncio.sleep(1)
        carrier.network.down("gateway")
        await asyncio.sleep(1)
        carrier.network.up("gateway")
        second_life = carrier.start_gateway()
        await asyncio.sleep(1)
        assert (second_life.ups, carrier.hlr.ups) == ([True], [True, False, True])

    run(story)


def test_a_network_that_refuses_for_a_time_is_tried_again() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, NONE)
        now = clock.now()
        carrier.network.impair("gateway", "hlr", Faults(refuse=1.0, reconnect=Range(1, 2)), until=now + 60)
        await asyncio.sleep(60)
        assert carrier.gateway.ups == []
        await asyncio.sleep(2)
        assert carrier.gateway.ups == carrier.hlr.ups == [True]

    run(story)


def test_cuts_come_as_often_as_was_asked_and_only_while_they_may() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, NONE)
        begin = clock.now()
        carrier.network.impair("gateway", "hlr", Faults(cut=1.0), since=begin + 100, until=begin + 1100)
        await asyncio.sleep(5000)
        cuts = [when - begin for when, up, _ in carrier.hlr.stack.links if not up]
        assert 550 < len(cuts) < 800  # a life of 1 s and half a second to reconnect
        assert cuts[0] >= 100
        assert cuts[-1] <= 1100

    run(story)


def test_a_listener_meets_the_peer_that_it_expects() -> None:
    async def story(clock: VirtualClock) -> None:
        network = VirtualNetwork(clock, Random(1))
        hlr, smsc, gateway = (Node[Flow](clock) for _ in range(3))
        specs = [
            AssociationSpec("to-smsc", "tcp", False, HLR, ("10.0.3.3", 0)),
            AssociationSpec("to-gateway", "tcp", False, HLR, ("10.0.2.2", 4000)),
        ]
        network.associations("hlr", specs, hlr.port)
        for name, node, local in (("gateway", gateway, ("10.0.2.2", 4000)), ("smsc", smsc, ("10.0.3.3", 0))):
            network.associations(name, [AssociationSpec("hlr", "tcp", True, local, HLR)], node.port)
        await asyncio.sleep(1)
        remotes = {flow.connection: flow.remote[0] for _, _, flow in hlr.stack.links}
        assert remotes == {"to-smsc": "10.0.3.3", "to-gateway": "10.0.2.2"}

    run(story)


@pytest.mark.parametrize(
    "listening",
    [
        AssociationSpec("gw", "tcp", False, HLR, ("10.9.9.9", 0)),
        AssociationSpec("gw", "sctp", False, HLR, None),
        AssociationSpec("gw", "tcp", False, ("10.0.1.1", 2906), None),
    ],
    ids=["expects somebody else", "another transport", "another port"],
)
def test_a_listener_that_is_not_for_this_peer_is_not_connected_to(listening: AssociationSpec) -> None:
    async def story(clock: VirtualClock) -> None:
        network = VirtualNetwork(clock, Random(1))
        hlr, gateway = Node[Flow](clock), Node[Flow](clock)
        network.associations("hlr", [listening], hlr.port)
        network.associations("gateway", [AssociationSpec("hlr", "tcp", True, None, HLR)], gateway.port)
        await asyncio.sleep(60)
        assert gateway.ups == hlr.ups == []

    run(story)


def test_an_idle_network_schedules_nothing() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, NONE)
        await asyncio.sleep(1)
        carrier.network.down("hlr")
        await asyncio.sleep(1)
        loop = asyncio.get_running_loop()
        assert not [entry for entry in vars(loop)["_timetable"].heap if not entry[2].cancelled()]

    run(story)


def test_what_is_in_flight_is_bounded() -> None:
    async def story(clock: VirtualClock) -> None:
        carrier = Carrier(clock, NONE, limit=10)
        await asyncio.sleep(1)
        carrier.gateway.say(*[m3ua(b"x")] * 20, to=carrier.flow)
        await asyncio.sleep(0.1)
        assert carrier.gateway.ups == [True, False]

    run(story)


def test_a_spec_without_the_address_it_needs_is_refused() -> None:
    async def story(clock: VirtualClock) -> None:
        network = VirtualNetwork(clock, Random(1))
        for connect in (True, False):
            spec = AssociationSpec("x", "tcp", connect, None, None)
            with pytest.raises(ValueError, match="association x has no address"):
                network.associations("a", [spec], Node[Flow](clock).port)

    run(story)


def traced(seed: int) -> list[tuple[float, bytes | bool]]:
    async def story(clock: VirtualClock) -> list[tuple[float, bytes | bool]]:
        carrier = Carrier(clock, ALL, seed=seed)
        await asyncio.sleep(10)
        for number in range(300):
            if carrier.gateway.ups:
                carrier.gateway.say(m3ua(b"%03d" % number), to=carrier.flow)
            await asyncio.sleep(0.7)
        stack = carrier.hlr.stack
        return [(when, data) for when, data, _ in stack.heard] + [(when, up) for when, up, _ in stack.links]

    return run(story)


def test_the_same_seed_gives_the_same_trace_and_another_seed_another() -> None:
    assert traced(3) == traced(3)
    assert traced(3) != traced(4)
