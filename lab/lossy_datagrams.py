"""A proxy of datagrams on loopback: it loses, doubles and delays them, and some overtake others."""

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from math import inf

from ipsmgw.drive import Clock
from lab.chance import Chance
from lab.faults import NONE, Faults, Weather
from lab.links import FATES, Address, DatagramLink, Fate

__all__ = ["LossyDatagrams"]

_BEHIND = 10_000
"""A port is so far from where others know it."""


class LossyDatagrams:
    """In front of many ports: it has the address of each, and sends from it what the port behind it sends.

    So nobody sees the proxy, whichever of them speaks first. What comes from anybody else goes nowhere.
    """

    def __init__(self, clock: Clock, chance_of: Callable[[str], Chance], faults: Faults) -> None:
        self._clock = clock
        self._chance_of = chance_of
        self._weather = Weather(faults)
        self._fronts: dict[Address, _Front] = {}
        """By the address of the port behind it."""
        self._links: dict[tuple[str, str], DatagramLink] = {}
        self._closed = False
        self.fates: Counter[Fate] = Counter()
        """Of all datagrams so far."""

    async def take(self, node: str, known: Address) -> Address:
        """Listen at this address; returns where the node is to listen instead, in each of its lives."""
        behind = _behind(known)
        if behind not in self._fronts:
            front = _Front(node, behind, self._carry)
            loop = asyncio.get_running_loop()
            front.transport, _ = await loop.create_datagram_endpoint(lambda: front, local_addr=known)
            self._fronts[behind] = front
        return behind

    def calm(self) -> None:
        """From now on every datagram arrives."""
        self._weather.change(NONE, self._clock.now(), inf)

    def close(self) -> None:
        """What is on its way is lost."""
        self._closed = True
        for front in self._fronts.values():
            front.transport.close()

    def _carry(self, data: bytes, sender: Address, target: "_Front") -> None:
        source = self._fronts.get(sender)
        if source is None:
            return
        arrivals = self._link(source.node, target.node).arrivals(self._clock.now())
        self.fates[FATES[len(arrivals)]] += 1
        for when in arrivals:
            self._clock.call_at(when, partial(self._put, data, source, target))

    def _put(self, data: bytes, source: "_Front", target: "_Front") -> None:
        if not self._closed:
            source.transport.sendto(data, target.behind)

    def _link(self, source: str, target: str) -> DatagramLink:
        """Each direction has a chance of its own: the same seed has the same fates for its datagrams."""
        link = self._links.get((source, target))
        if link is None:
            chance = self._chance_of(f"datagrams {source} {target}")
            link = self._links[source, target] = DatagramLink(chance, self._weather)
        return link


class _Front(asyncio.DatagramProtocol):
    """The address of one port."""

    def __init__(self, node: str, behind: Address, carry: Callable[[bytes, Address, "_Front"], None]) -> None:
        self.node = node
        self.behind = behind
        self.transport: asyncio.DatagramTransport
        self._carry = carry

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._carry(data, addr, self)


def _behind(known: Address) -> Address:
    host, port = known
    return host, port + _BEHIND if port + _BEHIND <= 65_535 else port - _BEHIND
