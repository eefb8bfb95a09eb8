"""A gateway process that is killed while an MSGin5G Server delivers to phones: who heard what."""

import asyncio
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ipsmgw.sms import Direction, concatenation, read
from ipsmgw.sms import decode as decode_tpdu
from lab.bench.exchange import Lost
from lab.bench.frames import field
from lab.bench.msgin5g.around import Around
from lab.bench.msgin5g.site import MGW, SERVER, configuration, svc_id
from lab.bench.place import PLAN, subscriber
from lab.bench.rehearsal import registers, rehearse
from msgin5g_bridge import apis, encode
from msgin5g_bridge.l3gdelivery import Address, AddressType, L3gMessageDelivery
from msgin5g_bridge.model import MessageId
from msgin5g_bridge.msgdelivery import DeliveryStatusReport
from sipbridge.rp import Direction as RpDirection
from sipbridge.rp import RpData
from sipbridge.rp import decode as decode_rpdu
from tests.lab.msgin5g.lossy_proxy import LossyProxy
from tests.lab.siege import Cradle

__all__ = [
    "ACCEPTED",
    "Accepted",
    "Death",
    "Heard",
    "Notes",
    "Part",
    "Reported",
    "Siege",
    "besieged",
    "through_proxies",
]

ACCEPTED = 10
"""Messages before a life may end."""

_PHONES, _WINDOW, _LIMIT = 20, 8, 25.0
_MOST_OPEN = 60
_TURN = 0.01
_HEAD = (
    b"POST %b HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nConnection: close\r\n"
    b"Content-Length: %%d\r\n\r\n"
) % apis.L3G_DELIVER_MESSAGE.path.encode()
_CUT, _RETRY = 0.02, 0.1
_LAST = b"this is the last"
_WORDS = 60
"""Of a long message: two parts."""


@dataclass(frozen=True)
class Accepted:
    """The gateway has answered 204."""

    msg_id: str


@dataclass(frozen=True)
class Part:
    """The phone has one part of a message, and acknowledges it; one that SIP repeats counts once."""

    msg_id: str
    sequence: int


@dataclass(frozen=True)
class Reported:
    """The server has a report."""

    msg_id: str
    success: bool


@dataclass(frozen=True)
class Death:
    """What went before, the gateway may or may not have known; what comes after, another one says."""


Heard = Accepted | Part | Reported | Death


class Notes(Around):
    """Everybody around the gateway, who write down what they hear, in its order."""

    def __init__(self, rng: Random) -> None:
        super().__init__(rehearse(rng).report)
        self.heard: list[Heard] = []
        self._calls: set[bytes] = set()
        self._drained = asyncio.Event()

    async def drain(self) -> None:
        """What a dead gateway has said is heard before this ends."""
        self._drained.clear()
        self._udp.sendto(_LAST, PLAN.sip("scscf"))
        await self._drained.wait()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data == _LAST:
            self._drained.set()
        call = field(data, b"Call-ID")
        if data.startswith(b"MESSAGE ") and call not in self._calls:
            self._calls.add(call)
            rpdu = decode_rpdu(data.partition(b"\r\n\r\n")[2], RpDirection.NETWORK_TO_MS)
            if isinstance(rpdu, RpData):
                self.heard.append(_part(rpdu))
        super().datagram_received(data, addr)

    def note(self, report: DeliveryStatusReport) -> None:
        self.heard.append(Reported(report.msg_id, not report.failure_cause))
        super().note(report)


def _part(rpdu: RpData) -> Part:
    """Every part says the Message ID in full, again and again."""
    content = read(decode_tpdu(rpdu.user_data, direction=Direction.TO_UE))
    assert content is not None
    assert content.text is not None
    found = re.search(r"\bm\d+;", content.text)
    assert found is not None
    place = concatenation(content.header)
    return Part(found[0][:-1], place.sequence if place is not None else 1)


class Siege:
    """One life of the gateway after the other, all on one disk; the server insists on a 204."""

    def __init__(self, notes: Notes, cradle: Cradle, rng: Random, gateway: tuple[str, int]) -> None:
        self._notes = notes
        self._cradle = cradle
        self._rng = rng
        self._gateway = gateway
        self._count = 0
        self._ceased = False
        self.accepted: set[str] = set()
        self.open_at_death: list[int] = []

    @property
    def unreported(self) -> set[str]:
        return self.accepted - {each.msg_id for each in self._notes.heard if isinstance(each, Reported)}

    async def enrol(self) -> None:
        self._cradle.begin()
        for datagram in registers(_PHONES, self._rng):
            while not await self._registered(datagram):
                pass

    async def lose(self, lives: list[float], enough: Callable[[], bool] = lambda: True) -> None:
        """Under load, each life so many seconds longer than it takes to do something; then one in which
        all that has begun ends.
        """
        async with asyncio.TaskGroup() as group:
            for _ in range(_WINDOW):
                group.create_task(self._deliver())
            for seconds in lives:
                await self._works()
                await asyncio.sleep(seconds)
                self.open_at_death.append(len(self.unreported))
                self._cradle.end(signal.SIGKILL)
                await self._notes.drain()
                self._notes.heard.append(Death())
                self._cradle.begin()
            await asyncio.sleep(0.2)
            async with asyncio.timeout(_LIMIT):
                while not enough():
                    await asyncio.sleep(_TURN)
            self._ceased = True
        with suppress(TimeoutError):  # what is lost is for the law to say
            async with asyncio.timeout(_LIMIT):
                while self.unreported:
                    await asyncio.sleep(_TURN)

    async def _works(self) -> None:
        """The gateway is up, however slow the machine is."""
        before = len(self.accepted)
        async with asyncio.timeout(_LIMIT):
            while len(self.accepted) < before + ACCEPTED:
                await asyncio.sleep(_TURN)

    async def _registered(self, datagram: bytes) -> bool:
        """UDP loses what comes before anybody listens."""
        before = len(self._notes.registered)
        self._notes.say(datagram)
        for _ in range(50):
            await asyncio.sleep(_TURN)
            if len(self._notes.registered) > before:
                return True
        return False

    async def _deliver(self) -> None:
        while not self._ceased:
            if len(self.unreported) > _MOST_OPEN:
                await asyncio.sleep(_TURN)
                continue
            self._count += 1
            number = self._count
            for _ in range(1 if number % 5 else 2):  # of some the server takes the 204 for lost
                await self._insist(number)

    async def _insist(self, number: int) -> None:
        body = _message(number)
        async with asyncio.timeout(_LIMIT):
            while (status := await _posted(self._gateway, body)) is None:
                await asyncio.sleep(_TURN)  # it is dead, and may have it or not
        if status != 204:
            raise Lost(f"m{number} was answered {status}")
        self._notes.heard.append(Accepted(f"m{number}"))
        self.accepted.add(f"m{number}")


async def _posted(to: tuple[str, int], body: bytes) -> int | None:
    """The status; None if there was no answer. A connection for each, so that none is left half open."""
    with suppress(OSError):
        reader, writer = await asyncio.open_connection(*to)
        try:
            writer.write(_HEAD % len(body) + body)
            line = await reader.readline()
            return int(line.split()[1]) if line.endswith(b"\n") else None
        finally:
            writer.close()
            await writer.wait_closed()
    return None


def _message(number: int) -> bytes:
    words = _WORDS if number % 4 == 0 else 3
    return encode(
        L3gMessageDelivery(
            ori_addr=Address(addr_type=AddressType.AS, addr="reader@bench.example"),
            dest_addr=Address(addr_type=AddressType.UE, addr=svc_id(subscriber(number % _PHONES).imsi)),
            msg_id=MessageId(f"m{number}"),
            payload=f"m{number}; " * words,
            deliv_st_req_ind=True,
        )
    )


async def besieged(folder: Path, lives: list[float], rng: Random) -> tuple[list[Heard], list[int], int]:
    """What was heard, how many transfers were open at each death, and the exit status of the last life."""
    async with Notes(rng) as notes:
        with _gateway(folder, configuration(folder)) as cradle:
            siege = Siege(notes, cradle, rng, MGW)
            await siege.enrol()
            await siege.lose(lives)
            return notes.heard, siege.open_at_death, cradle.end(signal.SIGTERM)


async def through_proxies(folder: Path, cuts: int, rng: Random) -> list[Heard]:
    """What was heard when HTTP goes through proxies, until each has cut so many connections."""
    async with (
        Notes(rng) as notes,
        LossyProxy(MGW, rng) as inward,
        LossyProxy(SERVER, rng) as outward,
    ):
        server, proxy = (f'server = "http://{host}:{port}"' for host, port in (SERVER, outward.address))
        settings = configuration(folder).replace(server, f"{proxy}\nretry = {_RETRY}")
        with _gateway(folder, settings) as cradle:
            siege = Siege(notes, cradle, rng, inward.address)
            await siege.enrol()
            inward.cut = outward.cut = _CUT
            await siege.lose([], lambda: min(inward.cuts, outward.cuts) >= cuts)
            cradle.end(signal.SIGTERM)
            return notes.heard


@contextmanager
def _gateway(folder: Path, settings: str) -> Iterator[Cradle]:
    """With this configuration; what has ended is known for as long as somebody may say it again."""
    file = folder / "msgin5g.toml"
    file.write_text(settings.replace("remember = 1.0", "remember = 600.0"))
    cradle = Cradle(file, folder / "stderr")
    try:
        yield cradle
    finally:
        cradle.close()
