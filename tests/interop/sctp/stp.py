"""osmo-stp as a child: its configuration, its life, and what it tells on its VTY."""

import asyncio
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.interop.sctp.place import M3UA, STP, STP_POINT_CODE, STP_TOO, Place

__all__ = ["PATIENCE", "Peer", "Server", "Stp", "stp_running"]

PATIENCE = 15.0
VTY = 4239
LOOK = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An ASP as osmo-stp is told of it: it is known by its address *and* its port."""

    name: str
    address: tuple[str, int]
    role: str = "sg"
    """What osmo-stp is on the association: sg, or asp; whoever is the ASP connects."""
    other: str = ""
    """Its second address; osmo-stp has two as well then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An AS: what is for `point_code` goes to its ASPs."""

    name: str
    context: int
    point_code: int
    asps: tuple[str, ...]
    mode: str = "override"
    recovery: int = 2000
    """T(r), ms; osmo-stp takes no more than 2000."""


class Stp:
    """The process; it may be killed and started again."""

    def __init__(
        self, place: Place, peers: Iterable[Peer], servers: Iterable[Server], within: Sequence[str] = ()
    ) -> None:
        """`within`: the beginning of a command that runs it elsewhere."""
        self._within = within
        self._file = place.folder / "osmo-stp.cfg"
        self._log = place.folder / "osmo-stp.log"
        self._file.write_text(_configuration(place, peers, servers))
        self._vty_address = (place.host(STP), VTY)
        self._process: subprocess.Popen[bytes] | None = None
        self._vty: socket.socket | None = None

    # ---- its life

    async def start(self) -> None:
        """Returns when its VTY answers, a little after it listens for M3UA."""
        with self._log.open("ab") as log:
            command = [*self._within, "osmo-stp", "-c", str(self._file)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        await self.until(lambda: self._connected(), "its VTY answers")
        self._read()
        self.tell("enable")

    def kill(self) -> None:
        """It dies at once; the kernel ends its associations."""
        if self._vty is not None:
            self._vty.close()
            self._vty = None
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def freeze(self) -> None:
        """It is there and does nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    # ---- its VTY

    def tell(self, *commands: str) -> str:
        """What it answers to commands, one after the other."""
        assert self._vty is not None
        said = ""
        for command in commands:
            self._vty.sendall(command.encode() + b"\n")
            said += self._read()
        return said

    def asp(self, name: str) -> str:
        """The state of an ASP, such as ASP_ACTIVE."""
        return self._cell("show cs7 instance 0 asp", name, 2)

    def server(self, name: str) -> str:
        """The state of an AS, such as AS_ACTIVE."""
        return self._cell("show cs7 instance 0 as all", name, 1)

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Look again and again, for it tells nothing by itself."""
        for _ in range(round(PATIENCE / LOOK)):
            if condition():
                return
            await asyncio.sleep(LOOK)
        raise AssertionError(f"osmo-stp: not so within {PATIENCE:g} s: {what}\n{self.log[-2000:]}")

    @property
    def log(self) -> str:
        """All that it has logged."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def _cell(self, command: str, row: str, column: int) -> str:
        for line in self.tell(command).splitlines():
            cells = line.split()
            if cells[:1] == [row]:
                return cells[column]
        return "none"

    def _connected(self) -> bool:
        try:
            self._vty = socket.create_connection(self._vty_address, timeout=PATIENCE)
        except OSError:
            assert self._process is not None
            assert self._process.poll() is None, self.log
            return False
        return True

    def _read(self) -> str:
        """Up to the next prompt."""
        assert self._vty is not None
        said = ""
        while not said.rstrip("\r\n\0").endswith(("> ", "# ")):
            more = self._vty.recv(65_536)
            assert more, f"osmo-stp has gone\n{self.log[-2000:]}"
            said += more.decode("latin-1")
        return said


@asynccontextmanager
async def stp_running(
    place: Place, peers: Iterable[Peer], servers: Iterable[Server], within: Sequence[str] = ()
) -> AsyncIterator[Stp]:
    """An osmo-stp for as long as the context lasts."""
    stp = Stp(place, peers, servers, within)
    try:
        await stp.start()
        yield stp
    finally:
        stp.kill()


def _configuration(place: Place, peers: Iterable[Peer], servers: Iterable[Server]) -> str:
    """In its own words; each line is indented to the depth of its node."""
    peers, servers = list(peers), list(servers)
    lines = [
        "log stderr",
        " logging filter all 1",
        " logging color 0",
        " logging level set-all notice",
        "line vty",
        " no login",
        f" bind {place.host(STP)} {VTY}",
        "cs7 instance 0",
        " network-indicator national",
        f" point-code {_dotted(STP_POINT_CODE)}",
        " xua rkm routing-key-allocation dynamic-permitted",
    ]
    for number, peer in enumerate(peers):
        lines += _asp(place, peer, number)
    for server in servers:
        lines += _as(server)
    lines += [" route-table system"]
    # a static AS gets no route by itself
    lines += [f"  update route {_dotted(each.point_code)} 7.255.7 linkset {each.name}" for each in servers]
    lines += [f" listen m3ua {M3UA}", f"  local-ip {place.host(STP)}"]
    if any(peer.other for peer in peers):
        lines += [f"  local-ip {place.host(STP_TOO)}"]
    return "\n".join([*lines, "  accept-asp-connections dynamic-permitted", ""])


def _asp(place: Place, peer: Peer, number: int) -> list[str]:
    host, port = peer.address
    client = peer.role == "asp"
    here = M3UA + 100 + number if client else M3UA
    others = [f"  remote-ip {peer.other}", f"  local-ip {place.host(STP_TOO)}"] if peer.other else []
    return [
        f" asp {peer.name} {port} {here} m3ua",
        f"  remote-ip {host}",
        f"  local-ip {place.host(STP)}",
        *others,
        f"  role {peer.role}",
        f"  sctp-role {'client' if client else 'server'}",
    ]


def _as(server: Server) -> list[str]:
    return [
        f" as {server.name} m3ua",
        *(f"  asp {name}" for name in server.asps),
        f"  routing-key {server.context} {_dotted(server.point_code)}",
        f"  traffic-mode {server.mode}",
        f"  recovery-timeout {server.recovery}",
    ]


def _dotted(point_code: int) -> str:
    """ITU's 3-8-3 bits."""
    return f"{point_code >> 11}.{point_code >> 3 & 0xFF}.{point_code & 7}"
