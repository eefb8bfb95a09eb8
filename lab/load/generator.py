"""A generator as a process: orders on standard input, figures on standard output, sockets between."""

import gc
import os
import sys
from collections import deque
from random import Random
from time import monotonic

import msgspec

from lab.bench.wire import Heard, Wire
from lab.load.arrivals import Arrivals
from lab.load.flow import Flow
from lab.load.ledger import NUMBERS, Ledger
from lab.load.parts import Parts
from lab.load.people import MOST, People
from lab.load.share import Share, carrier, share
from lab.load.talk import Enrol, Failed, Order, Ready, Run, Setup, Told, Word, line, of_lines
from lab.load.templates import templates
from lab.load.traffic import Traffic

__all__ = ["Generator", "main"]

_TICK = 0.25
_WINDOW = 64
"""Subscribers that register at a time, before anything is measured."""
_READ = 65_536
_ORDERS: "msgspec.json.Decoder[Order]" = msgspec.json.Decoder(Order)


class Generator:
    """Plays one share of the carrier until standard input is closed."""

    def __init__(self, setup: Setup, plan: Share, wire: Wire) -> None:
        rng = Random(setup.seed * 1_000 + setup.index)
        people = People(setup.index * MOST, setup.settled, setup.passing, rng)
        # Branches and Call-IDs must not be those of the run before: the gateway remembers them for a while.
        first = setup.index * NUMBERS // setup.generators + Random().randrange(NUMBERS // 10)
        parts = Parts(templates(rng, plan), people, Ledger(setup.patience, first))
        self._rng = rng
        self._plan = plan
        self._wire = wire
        self._parts = parts
        self._traffic = Traffic(parts, home=setup.home)
        self._waiting: deque[int] = deque()
        self._run: Run | None = None
        self._arrivals = Arrivals({}, 0.0, 0.0, rng)
        self._connected = False
        self._heard = b""
        self._tick = 0.0
        wire.watch(sys.stdin)

    def play(self) -> None:
        """Until nobody listens any more."""
        self._say(Ready(connected=False))
        listening = True
        while listening:
            now = monotonic()
            self._offer(now)
            due = self._traffic.deadline()
            if due is not None and due <= now:
                self._traffic.expire(now)
            self._send()
            heard = self._wire.hear(self._patience(due))
            if heard is not None:
                self._take(heard, monotonic())
                listening = self._listen() if heard.others else True
            if now >= self._tick:
                self._report(now)

    def _offer(self, now: float) -> None:
        traffic = self._traffic
        while self._waiting and traffic.under_way < _WINDOW:
            row = self._parts.ledger.begin(Flow.REGISTER, self._waiting.popleft(), now, now, counted=True)
            traffic.begin(row, now)
        run = self._run
        if run is not None:
            warm = run.begin + run.warm_up
            for intended, flow in self._arrivals.due(now):
                traffic.offer(flow, intended, now, counted=intended >= warm)

    def _send(self) -> None:
        parts = self._parts
        if parts.datagrams:
            self._wire.send(parts.datagrams, self._plan.sip("ipsmgw"))
            parts.datagrams.clear()
        for node, frames in parts.frames.items():
            if frames:
                self._wire.send_frames(node, self._plan.host("ipsmgw"), frames)
                frames.clear()

    def _take(self, heard: Heard, now: float) -> None:
        traffic = self._traffic
        if heard.datagrams:
            traffic.on_datagrams(heard.datagrams, now)
        for came_over, frames in heard.frames:
            others = traffic.on_frames(came_over.node, frames, now)
            if others:
                self._wire.manage(came_over, others)

    def _patience(self, due: float | None) -> float:
        begins, soonest = self._arrivals.deadline, self._tick
        if begins is not None and begins < soonest:
            soonest = begins
        if due is not None and due < soonest:
            soonest = due
        return soonest - monotonic()

    def _report(self, now: float) -> None:
        self._tick = now + _TICK
        if self._wire.active and not self._connected:
            self._connected = True
            self._say(Ready(connected=True))
        under_way = self._traffic.under_way
        idle = not under_way and not self._waiting and self._arrivals.deadline is None
        self._say(Told(self._parts.ledger.take(), under_way, idle))

    # Orders.

    def _listen(self) -> bool:
        """False when nobody orders anything any more."""
        data = os.read(sys.stdin.fileno(), _READ)
        orders, self._heard = of_lines(self._heard + data, _ORDERS)
        for order in orders:
            self._obey(order)
        return bool(data)

    def _obey(self, order: Order) -> None:
        if isinstance(order, Enrol):
            self._waiting.extend(self._parts.people.registered)
        elif isinstance(order, Run):
            self._run = order
            seconds = order.warm_up + order.seconds
            self._arrivals = Arrivals(order.rates, order.begin, seconds, self._rng, poisson=order.poisson)
        else:
            self._arrivals.stop()

    def _say(self, word: Word) -> None:
        sys.stdout.buffer.write(line(word))
        sys.stdout.buffer.flush()


def main() -> None:
    """The first line says who we are."""
    setup = msgspec.json.decode(sys.stdin.buffer.readline(), type=Setup)
    plan = share(carrier(setup.carrier, setup.network, home=setup.home), setup.index)
    try:
        wire = Wire(plan, plan.played, Random(setup.seed))
    except OSError as fault:
        host, port = plan.sip("scscf")
        failed = Failed(f"generator {setup.index + 1} cannot listen at {host}:{port}: {fault.strerror}")
        sys.stdout.buffer.write(line(failed))
        return
    with wire:
        generator = Generator(setup, plan, wire)
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        generator.play()


if __name__ == "__main__":
    main()
