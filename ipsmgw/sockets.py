"""The network that is there: ports plugged into UDP, TCP and SCTP sockets."""

import asyncio
import time
from collections import ChainMap
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

import mapstack
import sipbridge
from ipsmgw.coap_transport import CoapTransport
from ipsmgw.drive import ExchangePort, Handle, Port
from ipsmgw.msgin5g_section import Msgin5gSection
from ipsmgw.rest_transport import RestTransport
from ipsmgw.smpp import Flow as SmppFlow
from ipsmgw.smpp import SessionSpec
from ipsmgw.smpp_transport import SmppTransport
from mapstack.transport import AssociationSpec, Transport
from mapstack.transport.sctp import SctpTransport
from mapstack.transport.tcp import TcpTransport
from sipbridge.transport import SipSpec, SipTransport
from sipbridge.transport.dns import DnsTransport

__all__ = ["AddressTaken", "LoopClock", "Sockets"]

EventT = TypeVar("EventT")


class AddressTaken(Exception):
    """One sentence: which node wanted which address, and why it cannot have it."""


class LoopClock:
    """The clock of an event loop, anchored once to the time of day, so that it never goes back."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._offset = time.time() - loop.time()

    def now(self) -> float:
        return self._loop.time() + self._offset

    def skew(self) -> float:
        """How far the time of day is ahead by now: somebody has set it, or the machine has slept."""
        return time.time() - self.now()

    def call_at(self, when: float, callback: Callable[[], None]) -> Handle:
        return self._loop.call_at(when - self._offset, callback)


class _Sip:
    """The SIP listeners with the face of the other transports."""

    def __init__(self, transport: SipTransport) -> None:
        self._transport = transport

    async def start(self) -> None:
        self._transport.start()

    async def stop(self) -> None:
        self._transport.stop()


class _Dns:
    """The same for queries, which need nothing to be open before."""

    def __init__(self, transport: DnsTransport) -> None:
        self._transport = transport

    async def start(self) -> None:
        """Each query opens a socket of its own."""

    async def stop(self) -> None:
        self._transport.stop()


class Sockets:
    """Opened by `start` all at once; ports may be plugged in before."""

    def __init__(self, loop: asyncio.AbstractEventLoop, rng: Random) -> None:
        self._loop = loop
        self._rng = rng
        self._transports: list[
            tuple[str, _Sip | _Dns | CoapTransport | RestTransport | SmppTransport | Transport]
        ] = []

    def datagrams(self, node: str, local: tuple[str, int], port: Port[EventT, sipbridge.Flow]) -> None:
        self.signalling(node, SipSpec.at(local), port)

    def signalling(self, node: str, spec: SipSpec, port: Port[EventT, sipbridge.Flow]) -> None:
        transport = SipTransport(spec, port)
        self._transports.append((node, _Sip(transport)))
        port.send = transport.send
        port.cut = transport.cut
        port.behind = transport.behind

    def resolving(self, node: str, port: Port[EventT, sipbridge.Flow]) -> None:
        """Queries to DNS servers."""
        transport = DnsTransport(port.receive, port.link_down)
        self._transports.append((node, _Dns(transport)))
        port.send = transport.send

    def exchanging(
        self, node: str, section: Msgin5gSection, protocol: str, port: ExchangePort[EventT]
    ) -> None:
        """Requests and answers of MSGin5G."""
        opener = CoapTransport if protocol == "coap" else RestTransport
        self._transports.append((node, opener(section, port, LoopClock(self._loop).now)))

    def sessions(self, node: str, spec: SessionSpec, port: Port[EventT, SmppFlow]) -> None:
        """Connections of SMPP."""
        transport = SmppTransport(self._loop, spec, port, self._rng)
        self._transports.append((node, transport))
        port.send = transport.send
        port.cut = transport.cut
        port.trouble = transport.trouble

    def associations(
        self, node: str, specs: Sequence[AssociationSpec], port: Port[EventT, mapstack.Flow]
    ) -> None:
        senders: dict[str, Callable[[list[tuple[bytes, mapstack.Flow]]], None]] = {}
        cutters: dict[str, Callable[[str], None]] = {}
        troubles: list[dict[str, str]] = []
        for kind, opener in (("tcp", TcpTransport), ("sctp", SctpTransport)):
            mine = [spec for spec in specs if spec.transport == kind]
            if mine:
                transport = opener(
                    self._loop,
                    mine,
                    port.receive,
                    port.link_up,
                    port.link_down,
                    rng=self._rng,
                    on_unsent=port.unsent,
                )
                self._transports.append((node, transport))
                senders[kind] = transport.send
                cutters[kind] = transport.cut
                troubles.append(transport.trouble)
        port.trouble = lambda: ChainMap(*troubles)
        port.cut = lambda flow: cutters[flow.transport](flow.connection)
        port.send = next(iter(senders.values())) if len(senders) == 1 else _by_transport(senders)

    async def start(self) -> None:
        for node, transport in self._transports:
            try:
                await transport.start()
            except OSError as fault:
                await self.stop()
                raise AddressTaken(f"{node}: {fault.strerror}") from None

    async def stop(self) -> None:
        for _, transport in self._transports:
            await transport.stop()


def _by_transport(
    senders: dict[str, Callable[[list[tuple[bytes, mapstack.Flow]]], None]],
) -> Callable[[list[tuple[bytes, mapstack.Flow]]], None]:
    def send(batch: list[tuple[bytes, mapstack.Flow]]) -> None:
        for kind, sender in senders.items():
            part = [item for item in batch if item[1].transport == kind]
            if part:
                sender(part)

    return send
