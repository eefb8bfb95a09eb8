"""Phones of the MSGin5G service in IMS, CS and PS at random: coming, going, writing, and what goes down."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from itertools import count
from random import Random

from ipsmgw.identity import Msisdn
from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode
from lab.msgin5g.plan import Msgin5gPlan
from lab.msgin5g.records import address
from lab.msgin5g.settings import ServerSettings
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios.domains import everywhere
from msgin5g_bridge.l3gdelivery import Address, AddressType

__all__ = ["msgin5g_centre_mixed"]

_VALIDITY = 90.0
_SERVER = ServerSettings(keep=60.0, report=300.0, retry=0.5, transit=5.0, errand=20.0)
_SERVICE = Msgin5gPlan(
    own_gateway=True, by_centre=True, always=("alice",), ues=(), validity=_VALIDITY, server=_SERVER
)
_ACTS = 60
_OUTAGE = 1.0
_LONG = " and on" * 30
_AGES = 900.0
"""Seconds after which everything that can end has ended."""


def _plan(plan: Plan) -> Plan:
    return replace(everywhere(plan), msgin5g=_SERVICE)


@scenario(
    clause="DESIGN §10; TS 23.554 §8.7, SMPP v3.4 §4",
    what="phones of MSGin5G in all domains at random, with restarts; what else happens depends on --faults",
    plan=_plan,
    robust=True,
)
async def msgin5g_centre_mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every message has ended, and the laws have looked at each."""
    await _Play(carrier, carrier.ground.rng("story")).play()


class _Play:
    """Draws what happens when, and has it happen."""

    def __init__(self, carrier: Carrier, rng: Random) -> None:
        self._carrier = carrier
        self._rng = rng
        self._names = count(1)

    @property
    def _phones(self) -> list[Phone]:
        return list(self._carrier.phones.values())

    async def play(self) -> None:
        carrier = self._carrier
        carrier.msgin5g.application_servers["reader"].register()
        for phone in self._phones:
            phone.attach(Domain.CS)
        carrier.phone("bob").register()
        await carrier.pause(5.0)
        pause = carrier.plan.timers.busy / _ACTS
        for _ in range(_ACTS):
            await carrier.pause(self._rng.uniform(0, 2 * pause))
            await self._act()()
        await self._peace()

    async def _peace(self) -> None:
        """Everybody is there again, and does what he should."""
        carrier = self._carrier
        carrier.ground.calm()
        for node in list(carrier.down):
            await carrier.revive(node)
        for phone in self._phones:
            phone.behave(Mode.OBEDIENT)
            phone.unmute()
            phone.attach(Domain.CS)
        carrier.msgin5g.application_servers["reader"].register()
        await carrier.until(self._all_over, "every message has ended", within=_AGES)

    def _all_over(self) -> bool:
        return all(each.state.final for each in self._carrier.msgin5g.data.transfers.values())

    # What may happen.

    def _act(self) -> Callable[[], Awaitable[None]]:
        acts: list[Callable[[], Awaitable[None]]] = [
            partial(self._at_once, self._post),
            partial(self._at_once, self._write),
            partial(self._at_once, self._come_or_go),
            partial(self._at_once, self._behave),
            partial(self._at_once, lambda: self._carrier.cut("smsc", "ipsmgw")),
            self._restart,
        ]
        return self._rng.choices(acts, (10, 4, 4, 2, 1, 1))[0]

    async def _at_once(self, deed: Callable[[], None]) -> None:
        deed()

    def _post(self) -> None:
        """The application server writes to a phone."""
        who = self._service_id(self._rng.choice(self._phones))
        if who is not None:
            reader = self._carrier.msgin5g.application_servers["reader"]
            reader.send(who, self._text(), report=self._rng.random() < 0.7, keep=self._rng.random() < 0.5)

    def _write(self) -> None:
        """A phone writes to the application server."""
        (code,) = self._carrier.msgin5g.plan.codes
        self._rng.choice(self._phones).send_long(self._text(), to=Msisdn(code))

    def _text(self) -> str:
        name = f"Message {next(self._names)} goes on"
        return name + _LONG * self._rng.choice((0, 0, 1))

    def _come_or_go(self) -> None:
        phone, domain = self._rng.choice(self._phones), self._rng.choice((Domain.CS, Domain.PS))
        deeds: list[Callable[[], None]] = [partial(phone.attach, domain), partial(phone.detach, domain)]
        if phone.subscriber.name == "bob":
            deeds += [phone.register, phone.deregister]
        self._rng.choice(deeds)()

    def _behave(self) -> None:
        phone = self._rng.choice(self._phones)
        phone.behave(self._rng.choice((Mode.OBEDIENT, Mode.OBEDIENT, Mode.REJECTING, Mode.MEMORY_FULL)))

    async def _restart(self) -> None:
        node = self._rng.choice(("ipsmgw", "smsc", "m5s", "reader"))
        await self._carrier.restart(node, self._rng.uniform(0.01, _OUTAGE))

    def _service_id(self, phone: Phone) -> Address | None:
        """Nothing before he has one."""
        key = (AddressType.UE, str(phone.subscriber.imsi))
        found = self._carrier.msgin5g.data.private_ids.get(key)
        return None if found is None else address(AddressType.UE, found)
