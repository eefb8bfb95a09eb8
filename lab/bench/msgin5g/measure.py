"""The measurement of MSGin5G: phones enrolled and registered in bulk, then gateway and echo by turns."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from random import Random
from statistics import median

import msgspec

from ipsmgw.sms import Address, Submit, compose
from lab.bench.exchange import Lost
from lab.bench.measure import Cost
from lab.bench.msgin5g.around import PATIENCE, Around
from lab.bench.msgin5g.site import CODE, ECHO, MGW, echo, gateway, svc_id
from lab.bench.place import subscriber
from lab.bench.process import Place, Process
from lab.bench.rehearsal import CALL, TEXT, mo_message, registers, rehearse
from msgin5g_bridge import apis, encode
from msgin5g_bridge.l3gdelivery import Address as ServiceAddress
from msgin5g_bridge.l3gdelivery import AddressType, L3gMessageDelivery
from msgin5g_bridge.model import MessageId

__all__ = ["Msgin5gResult", "Phones", "measured"]

_REGISTERING = 64


class Phones(msgspec.Struct):
    """What a phone costs: at its first registration, and in bulk when the gateway comes back."""

    count: int
    first_cpu: float
    first_seconds: float
    bulk_cpu: float
    bulk_seconds: float


class Msgin5gResult(msgspec.Struct):
    """Microseconds of CPU a transfer or request, medians, with their rounds."""

    to_phones: float
    from_phones: float
    echo: float
    ratio: float
    from_ratio: float
    rounds: dict[str, list[float]]
    per_second: dict[str, float]
    phones: Phones


def measured(
    place: Place, *, transfers: int, rounds: int, window: int, phones: int, told: Callable[[str], None]
) -> Msgin5gResult:
    """All of it, with a gateway and an echo of its own."""
    return asyncio.run(_Measuring(place, transfers, window, phones, told).run(rounds))


class _Measuring:
    def __init__(
        self, place: Place, transfers: int, window: int, phones: int, told: Callable[[str], None]
    ) -> None:
        self._place = place
        self._transfers = transfers
        self._window = window
        self._phones = phones
        self._told = told
        self._ids = count(1)
        rng = Random(1)
        self._registers = registers(phones, rng)
        self._submit = mo_message(_submit(), rng)
        self._around = Around(rehearse(rng).report)
        self.costs = {name: Cost() for name in ("to phones", "from phones", "echo")}

    async def run(self, rounds: int) -> Msgin5gResult:
        async with self._around:
            found, system = await self._enrol()
            with system, echo(self._place) as bare:
                await self._ready(ECHO, bare)
                plays = {
                    "to phones": (system, self._to_phone),
                    "echo": (bare, self._to_echo),
                    "from phones": (system, self._from_phone),
                }
                for number in range(rounds + 1):
                    for name, (process, play) in plays.items():
                        self._told(f"MSGin5G {name}: {f'round {number}' if number else 'warming up'}")
                        await self._measure(name, process, play, warm_up=not number)
        return self._result(found)

    # Phones.

    async def _enrol(self) -> tuple[Phones, Process]:
        """First each by itself, then all of them again by a gateway that comes back."""
        self._told(f"MSGin5G: {self._phones} phones enrol")
        with gateway(self._place) as system:
            await self._ready(MGW, system)
            cpu, start = system.cpu(), time.monotonic()
            for at in range(0, self._phones, _REGISTERING):
                for datagram in self._registers[at : at + _REGISTERING]:
                    self._around.say(datagram)
                await self._until(min(at + _REGISTERING, self._phones))
            first = (system.cpu() - cpu, time.monotonic() - start)
        self._around.registered.clear()
        self._told(f"MSGin5G: {self._phones} phones are registered in bulk")
        start = time.monotonic()
        system = gateway(self._place)
        await self._until(self._phones)
        per = self._phones / 1e6
        found = Phones(
            count=self._phones,
            first_cpu=first[0] / per,
            first_seconds=first[1],
            bulk_cpu=system.cpu() / per,
            bulk_seconds=time.monotonic() - start,
        )
        return found, system

    async def _until(self, count_: int) -> None:
        limit = time.monotonic() + PATIENCE
        while len(self._around.registered) < count_:
            if time.monotonic() > limit:
                raise Lost(f"{len(self._around.registered)} of {count_} phones are registered")
            await asyncio.sleep(0.005)

    async def _ready(self, address: tuple[str, int], process: Process) -> None:
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit and process.ended is None:
            try:
                _, writer = await asyncio.open_connection(*address)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise Lost(f"nobody listens at {address[0]}:{address[1]}: {process.ended}")

    # Transfers.

    async def _measure(
        self, name: str, process: Process, play: Callable[[int], Awaitable[None]], *, warm_up: bool
    ) -> None:
        cost = self.costs[name]
        numbers = iter([next(self._ids) for _ in range(self._transfers)])
        cpu, start = process.cpu(), time.monotonic()
        await asyncio.gather(*(_all(numbers, play) for _ in range(self._window)))
        took, used = time.monotonic() - start, process.cpu() - cpu
        if not warm_up:
            cost.cpu.append(used / self._transfers * 1e6)
            cost.rate.append(self._transfers / took)

    async def _to_phone(self, number: int) -> None:
        """The server delivers; the end is the gateway's report."""
        waiting = self._around.reported[f"m{number}"] = asyncio.get_running_loop().create_future()
        await self._around.post(MGW, apis.L3G_DELIVER_MESSAGE.path, self._body(number))
        async with asyncio.timeout(PATIENCE):
            await waiting

    async def _to_echo(self, number: int) -> None:
        await self._around.post(ECHO, apis.L3G_DELIVER_MESSAGE.path, self._body(number))

    async def _from_phone(self, number: int) -> None:
        """A phone writes to the short code; the end is its RP-ACK, which waits for the server's 200."""
        id_ = b"%08x" % number
        waiting = self._around.acknowledged[CALL + id_] = asyncio.get_running_loop().create_future()
        msisdn = subscriber(number % self._phones).msisdn.encode()
        self._around.say(self._submit.fill({b"id": id_, b"msisdn": msisdn}))
        async with asyncio.timeout(PATIENCE):
            await waiting

    def _body(self, number: int) -> bytes:
        to = subscriber(number % self._phones)
        return encode(
            L3gMessageDelivery(
                ori_addr=ServiceAddress(addr_type=AddressType.AS, addr="reader@bench.example"),
                dest_addr=ServiceAddress(addr_type=AddressType.UE, addr=svc_id(to.imsi)),
                msg_id=MessageId(f"m{number}"),
                payload=TEXT,
                deliv_st_req_ind=True,
            )
        )

    def _result(self, phones: Phones) -> Msgin5gResult:
        medians = {name: median(cost.cpu) for name, cost in self.costs.items()}
        return Msgin5gResult(
            to_phones=round(medians["to phones"], 1),
            from_phones=round(medians["from phones"], 1),
            echo=round(medians["echo"], 1),
            ratio=round(medians["to phones"] / medians["echo"], 3),
            from_ratio=round(medians["from phones"] / medians["echo"], 3),
            rounds={name: [round(each, 1) for each in cost.cpu] for name, cost in self.costs.items()},
            per_second={name: round(max(cost.rate)) for name, cost in self.costs.items()},
            phones=phones,
        )


async def _all(numbers: Iterator[int], play: Callable[[int], Awaitable[None]]) -> None:
    for number in numbers:
        await play(number)


def _submit() -> bytes:
    part = compose(TEXT)[0]
    to = Address.of_digits(CODE)
    return Submit.of(17, to, udl=part.udl, ud=part.ud, dcs=part.dcs).encode()
