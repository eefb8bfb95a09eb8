"""Two ends of an association that loses messages and is cut: nothing breaks, and in the end traffic flows."""

from collections import deque
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.flow import Flow
from mapstack.m3ua.data import MtpTransfer
from mapstack.m3ua.m3ua import M3ua, M3uaEvent
from mapstack.m3ua.message import decode
from mapstack.m3ua.settings import (
    Association,
    M3uaSettings,
    MtpRoute,
    PointCodes,
    Role,
    RoutingKey,
    Served,
    TrafficMode,
)
from tests.mapstack.m3ua.pair import flow_of

HERE, THERE = 101, 202
MODE = TrafficMode.LOADSHARE


def layer(own: int, role: Role, *served: Served, grants: tuple[PointCodes, ...] = ()) -> M3ua:
    peer = THERE if own == HERE else HERE
    association = Association(name="a", role=role, servers=served, grants=grants)
    return M3ua(
        M3uaSettings(
            point_code=own,
            associations=(association,),
            routes=(MtpRoute(point_code=peer, via="a"),) if role is Role.ASP else (),
        )
    )


def fixed() -> tuple[M3ua, M3ua]:
    near = (Served(name="x", routing_context=1), Served(name="y", routing_context=2))
    far = (
        Served(point_code=HERE, routing_context=1, traffic_mode=MODE),
        Served(point_code=HERE + 1, routing_context=2),
    )
    return layer(HERE, Role.ASP, *near), layer(THERE, Role.SGP, *far)


def registered() -> tuple[M3ua, M3ua]:
    asp = layer(HERE, Role.ASP, Served(register=RoutingKey(), traffic_mode=MODE))
    return asp, layer(THERE, Role.SGP, grants=(PointCodes(14, 0),))


def single() -> tuple[M3ua, M3ua]:
    return (
        layer(HERE, Role.IPSP_SINGLE, Served(point_code=THERE, routing_context=1)),
        layer(THERE, Role.IPSP_SINGLE, Served(point_code=HERE, routing_context=1)),
    )


def double() -> tuple[M3ua, M3ua]:
    return (
        layer(HERE, Role.IPSP_DOUBLE, Served(point_code=THERE, routing_context=2, own_context=1)),
        layer(THERE, Role.IPSP_DOUBLE, Served(point_code=HERE, routing_context=1, own_context=2)),
    )


class Wire:
    """An association in which each message is carried or lost by a decision of its own."""

    def __init__(self, ends: tuple[M3ua, M3ua]) -> None:
        self.ends = ends
        self.now = 0.0
        self.up = False
        self.waiting: tuple[deque[tuple[bytes, Flow]], deque[tuple[bytes, Flow]]] = deque(), deque()
        self.events: list[list[M3uaEvent]] = [[], []]

    def collect(self) -> None:
        for end, waiting in zip(self.ends, self.waiting, strict=True):
            for octets, flow in end.take_output():
                decode(octets)
                waiting.append((octets, flow))

    def connect(self) -> None:
        if not self.up:
            self.up = True
            for side in (1, 0):
                self.events[side] += self.ends[side].link_up(flow_of("a"), "", self.now)
        self.collect()

    def cut(self) -> None:
        """What is on its way is lost with the association."""
        self.up = False
        for end, waiting in zip(self.ends, self.waiting, strict=True):
            waiting.clear()
            end.link_down(flow_of("a"), self.now)
            end.take_output()

    def carry(self, side: int) -> None:
        if self.waiting[side]:
            octets, flow = self.waiting[side].popleft()
            self.events[1 - side] += self.ends[1 - side].receive(octets, flow, self.now)
        self.collect()

    def lose(self, side: int) -> None:
        if self.waiting[side]:
            self.waiting[side].popleft()

    def send(self, side: int) -> None:
        self.ends[side].transfer(THERE if side == 0 else HERE, 3, b"x")
        self.collect()

    def wait(self, seconds: float) -> None:
        self.now += seconds
        for end in self.ends:
            end.expire(self.now)
            deadline = end.deadline()
            assert deadline is None or deadline > self.now
        self.collect()

    def settle(self) -> None:
        """From now on nothing is lost."""
        for _ in range(200):
            self.connect()
            while any(self.waiting):
                for side in (0, 1):
                    self.carry(side)
            self.wait(1.0)


STEPS: dict[str, Callable[[Wire, int], None]] = {
    "connect": lambda wire, _: wire.connect(),
    "cut": lambda wire, _: wire.cut(),
    "carry": Wire.carry,
    "carry on": Wire.carry,
    "lose": Wire.lose,
    "send": Wire.send,
    "wait": lambda wire, side: wire.wait(1.1 + side),
}


@pytest.mark.parametrize("ends", [fixed, registered, single, double])
@given(steps=st.lists(st.tuples(st.sampled_from([*STEPS]), st.integers(0, 1)), max_size=60))
def test_whatever_is_lost_and_cut_traffic_flows_in_the_end(
    ends: Callable[[], tuple[M3ua, M3ua]], steps: list[tuple[str, int]]
) -> None:
    wire = Wire(ends())
    wire.connect()
    for name, side in steps:
        STEPS[name](wire, side)
    wire.settle()
    for side in (0, 1):
        wire.events[1 - side].clear()
        wire.send(side)
        wire.carry(side)
        assert [type(event) for event in wire.events[1 - side]] == [MtpTransfer]
