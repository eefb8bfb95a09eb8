"""An association of two addresses at each end outlives one of its paths (RFC 9260 §6.4, RFC 4666 §1.4.6)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from mapstack import SEND_ROUTING_INFO_FOR_SM, Answered
from mapstack.events import AspStateChanged
from mapstack.transport import AssociationSpec
from tests.interop.sctp.faults import TUNED, as_root, need, tuned
from tests.interop.sctp.node import Node, running
from tests.interop.sctp.pair import End, hlr_end, sc_end, settings
from tests.interop.sctp.place import HLR, STP, STP_TOO, Place
from tests.interop.sctp.stp import stp_running
from tests.mapstack.stack.samples import ARGUMENTS

pytestmark = pytest.mark.interop

BURST, BURSTS = 10, 40
SC_HOST, SC_TOO, HLR_HOST, HLR_TOO = 11, 12, 21, 22
THERE = ("ip", "netns", "exec", "stp")
PATIENT = TUNED | {"path_max_retrans": 2, "association_max_retrans": 20}
"""A path is given up long before the association is (RFC 9260 §8.2)."""
ON_SECOND = {STP_TOO: STP, SC_TOO: SC_HOST, HLR_TOO: HLR_HOST}
"""Who is on the second path, and his number there."""


class TwoPaths(Place):
    """Networks of their own for the two paths."""

    def host(self, number: int) -> str:
        path, number = (2, ON_SECOND[number]) if number in ON_SECOND else (1, number)
        return f"10.{self.network}.{path}.{number}"


@contextmanager
def two_paths(place: Place) -> Iterator[TwoPaths]:
    """Two cables, and the STP at the far end of both."""
    need("ip")
    paths = TwoPaths(*place)
    as_root("ip netns add stp")
    try:
        for name, value in PATIENT.items():
            as_root(f"{' '.join(THERE)} sysctl -qw net.sctp.{name}={value}")
        for path, near in ((1, (SC_HOST, HLR_HOST)), (2, (SC_TOO, HLR_TOO))):
            as_root(f"ip link add near{path} type veth peer name far{path} netns stp")
            for host in near:
                as_root(f"ip address add {paths.host(host)}/24 dev near{path}")
            as_root(f"{' '.join(THERE)} ip address add {paths.host(path)}/24 dev far{path}")
            as_root(f"ip link set near{path} up")
            as_root(f"{' '.join(THERE)} ip link set far{path} up")
        yield paths
    finally:
        as_root("ip netns delete stp")  # what is in it goes along, and so does the near end of a cable


def cut(path: int) -> None:
    """Nothing passes any more, either way."""
    for where, end in (("", "near"), (" ".join(THERE), "far")):
        as_root(f"{where} tc qdisc add dev {end}{path} root netem loss 100%".strip())


def node_of(end: End, other: str) -> Node:
    """Its one ASP has both paths."""
    ((name, address),) = end.addresses.items()
    too = end.place.host(STP_TOO)
    spec = AssociationSpec(
        name, "sctp", True, address, end.place.stp, other_local=(other,), other_remote=(too,)
    )
    return Node(end.name, settings(end.m3ua(), end.gt), [spec])


def test_when_a_path_is_cut_under_load_every_invoke_is_answered_over_the_other(place: Place) -> None:
    async def scenario(paths: Place) -> None:
        ends = {paths.host(SC_TOO): sc_end(paths), paths.host(HLR_TOO): hlr_end(paths)}
        peers = [replace(peer, other=other) for other, end in ends.items() for peer in end.peers]
        async with stp_running(paths, peers, [end.server for end in ends.values()], THERE):
            node, far = (node_of(end, other) for other, end in ends.items())
            async with running(node, far):
                for each in (node, far):
                    await each.until(lambda node: len(node.active) == 1)
                asked = await burst_after_burst(node)
                cut(1)
                asked += await burst_after_burst(node)
                ended = [await node.outcome(dialogue) for dialogue in asked]
                assert [each for each in ended if not isinstance(each, Answered)] == []
                states = [event for event in node.events if isinstance(event, AspStateChanged)]
                assert len(states) == 2, "up, active, and never down"

    with tuned(PATIENT), two_paths(place) as paths:
        asyncio.run(scenario(paths))


async def burst_after_burst(node: Node) -> list[int]:
    asked: list[int] = []
    for _ in range(BURSTS):
        arg = ARGUMENTS[SEND_ROUTING_INFO_FOR_SM]
        asked += [node.ask(SEND_ROUTING_INFO_FOR_SM, HLR, arg) for _ in range(BURST)]
        await asyncio.sleep(0.01)
    return asked
