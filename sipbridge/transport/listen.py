"""All listeners of a node behind one face: a message leaves by the transport of its flow (RFC 3261 §18)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sipbridge.flow import Flow
from sipbridge.settings import Connections, Limits
from sipbridge.transport.streams import StreamTransport
from sipbridge.transport.udp import UdpTransport
from sipbridge.transport.wire import TlsContexts, TlsFiles

__all__ = ["SipListener", "SipSpec", "SipTransport"]

_Batch = list[tuple[bytes, Flow]]


class SipListener(NamedTuple):
    """An address to receive at: transport udp, tcp or tls."""

    transport: str
    local: tuple[str, int]


@dataclass(frozen=True)
class SipSpec:
    """What a node listens at, and what its connections may cost."""

    listeners: tuple[SipListener, ...]
    limits: Limits = field(default_factory=Limits)
    connections: Connections = field(default_factory=Connections)
    tls: TlsFiles | None = None

    @classmethod
    def at(cls, local: tuple[str, int]) -> "SipSpec":
        """UDP and TCP: who listens for one of them listens for both (§18.2.1)."""
        return cls((SipListener("udp", local), SipListener("tcp", local)))


class Port(Protocol):
    """Whom the transports tell."""

    def receive(self, batch: _Batch, /) -> None: ...
    def receive_all(self, batches: Iterator[_Batch], /) -> None: ...
    def link_up(self, flow: Flow, identity: str, /) -> None: ...
    def link_down(self, flow: Flow, /) -> None: ...


class SipTransport:
    """UDP sockets and connections; the first UDP listener sends what names no local address of ours."""

    def __init__(self, spec: SipSpec, port: Port) -> None:
        self.spec = spec
        self._udp = {
            local: UdpTransport(local, port.receive_all) for kind, local in spec.listeners if kind == "udp"
        }
        self._first = next(iter(self._udp.values()), None)
        self.streams = StreamTransport(
            port.receive, port.link_up, port.link_down, limits=spec.limits, bounds=spec.connections
        )
        self.listening: list[SipListener] = []

    def start(self) -> None:
        """Open all; an OSError names the address that is taken, or the file that cannot be read."""
        if self.spec.tls is not None:
            self.streams.tls = TlsContexts.load(self.spec.tls)
        for listener in self.spec.listeners:
            kind, local = listener
            try:
                self.listening.append(SipListener(kind, self._open(kind, local)))
            except OSError as fault:
                self.stop()
                host = f"[{local[0]}]" if ":" in local[0] else local[0]
                raise OSError(fault.errno, f"{kind} {host}:{local[1]}: {fault.strerror}") from None

    def stop(self) -> None:
        """Close all."""
        for transport in self._udp.values():
            transport.stop()
        self.streams.stop()
        self.listening.clear()

    def behind(self) -> bool:
        """Whether datagrams come faster than they are dealt with; connections hold their peers up instead."""
        return any(transport.behind for transport in self._udp.values())

    def send(self, batch: Sequence[tuple[bytes, Flow]]) -> None:
        """Datagrams apart from the rest; as a rule there is nothing else."""
        datagrams = [item for item in batch if item[1][0] == "udp"]
        if len(datagrams) != len(batch):
            self.streams.send([item for item in batch if item[1][0] != "udp"])
        if len(self._udp) > 1:
            self._send_apart(datagrams)
        elif self._first is not None:
            self._first.send(datagrams)
        else:
            self.streams.dropped += len(datagrams)

    def cut(self, flow: Flow) -> None:
        """End a connection."""
        self.streams.cut(flow)

    def _open(self, kind: str, local: tuple[str, int]) -> tuple[str, int]:
        if kind != "udp":
            return self.streams.listen(kind, local)
        transport = self._udp[local]
        transport.start()
        return transport.local

    def _send_apart(self, datagrams: list[tuple[bytes, Flow]]) -> None:
        """From the address that the Via names."""
        apart: dict[tuple[str, int], list[tuple[bytes, Flow]]] = {}
        for item in datagrams:
            apart.setdefault(item[1].local, []).append(item)
        for local, part in apart.items():
            transport = self._udp.get(local) or self._first
            if transport is not None:
                transport.send(part)
