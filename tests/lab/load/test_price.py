"""A generator costs a part of what the gateway costs; else it would be the generator that is measured."""

import gc
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import process_time

import pytest

from lab.load.flow import Flow
from lab.load.share import gateway_configuration
from lab.load.traffic import Traffic
from tests.lab.desk import Desk
from tests.lab.load.stage import enrol, offer, plan, traffic

MESSAGES, ROUNDS = 64, 40
MOST = 0.5
"""What it may cost without sockets, which both have alike; a quarter is what it does."""


class Timed(Desk):
    """Adds up what the gateway takes."""

    def __init__(self) -> None:
        self.seconds = 0.0
        super().__init__(gateway_configuration(plan(), 1, Path("unused")), plan(), people=0)

    def give(self, datagrams: Sequence[bytes], frames: Mapping[str, Sequence[bytes]]) -> None:
        began = process_time()
        super().give(datagrams, frames)
        self.seconds += process_time() - began


def once(gateway: Timed, generator: Traffic, flow: Flow) -> tuple[float, float]:
    """Seconds of the generator and of the gateway, for so many messages."""
    gateway.seconds, began = 0.0, process_time()
    offer(generator, flow, MESSAGES)
    gateway.load(generator)
    return process_time() - began - gateway.seconds, gateway.seconds


@pytest.mark.parametrize("flow", [Flow.MO, Flow.MT])
def test_the_generator_costs_a_part_of_the_gateway(flow: Flow) -> None:
    gateway, generator = Timed(), traffic()
    enrol(generator)
    gateway.load(generator)
    gc.collect()
    # The least of many: whatever else runs on the machine makes either of them dearer.
    rounds = [once(gateway, generator, flow) for _ in range(ROUNDS)]
    ours, theirs = (min(each) for each in zip(*rounds, strict=True))
    assert generator.parts.ledger.take().of(flow).done == MESSAGES * ROUNDS
    assert ours < MOST * theirs, f"{ours / MESSAGES * 1e6:.1f} us beside {theirs / MESSAGES * 1e6:.1f} us"
