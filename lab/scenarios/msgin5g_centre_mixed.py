"""Phones of the MSGin5G service in IMS, CS and PS at random: coming, going, writing, and what goes down."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import count

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
from lab.scenarios.msgin5g_at_random import Act, AtRandom
from msgin5g_bridge.l3gdelivery import Address, AddressType

__all__ = ["msgin5g_centre_mixed"]

_VALIDITY = 90.0
_SERVER = ServerSettings(keep=60.0, report=300.0, retry=0.5, transit=5.0, errand=20.0)
_SERVICE = Msgin5gPlan(
    own_gateway=True, by_centre=True, always=("alice",), ues=(), validity=_VALIDITY, server=_SERVER
)
_LONG = " and on" * 30


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
    await _Play(carrier).play()


class _Play(AtRandom):
    """Phones, and an application server."""

    acts, outage, ages = 60, 1.0, 900.0

    def __init__(self, carrier: Carrier) -> None:
        super().__init__(carrier)
        self._names = count(1)

    @property
    def _phones(self) -> list[Phone]:
        return list(self.carrier.phones.values())

    async def begin(self) -> None:
        self.side.application_servers["reader"].register()
        for phone in self._phones:
            phone.attach(Domain.CS)
        self.carrier.phone("bob").register()
        await self.carrier.pause(5.0)

    def chances(self) -> Mapping[Act, int]:
        return {
            self._post: 10,
            self._write: 4,
            self._come_or_go: 4,
            self._behave: 2,
            partial(self.carrier.cut, "smsc", "ipsmgw"): 1,
            partial(self.restart, "ipsmgw", "smsc", "m5s", "reader"): 1,
        }

    def calm(self) -> None:
        for phone in self._phones:
            phone.behave(Mode.OBEDIENT)
            phone.unmute()
            phone.attach(Domain.CS)
        self.side.application_servers["reader"].register()

    # What may happen.

    def _post(self) -> None:
        """The application server writes to a phone."""
        who = self._service_id(self.rng.choice(self._phones))
        if who is not None:
            reader = self.side.application_servers["reader"]
            reader.send(who, self._text(), report=self.rng.random() < 0.7, keep=self.rng.random() < 0.5)

    def _write(self) -> None:
        """A phone writes to the application server."""
        (code,) = self.side.plan.codes
        self.rng.choice(self._phones).send_long(self._text(), to=Msisdn(code))

    def _text(self) -> str:
        name = f"Message {next(self._names)} goes on"
        return name + _LONG * self.rng.choice((0, 0, 1))

    def _come_or_go(self) -> None:
        phone, domain = self.rng.choice(self._phones), self.rng.choice((Domain.CS, Domain.PS))
        deeds: list[Callable[[], None]] = [partial(phone.attach, domain), partial(phone.detach, domain)]
        if phone.subscriber.name == "bob":
            deeds += [phone.register, phone.deregister]
        self.rng.choice(deeds)()

    def _behave(self) -> None:
        phone = self.rng.choice(self._phones)
        phone.behave(self.rng.choice((Mode.OBEDIENT, Mode.OBEDIENT, Mode.REJECTING, Mode.MEMORY_FULL)))

    def _service_id(self, phone: Phone) -> Address | None:
        """Nothing before he has one."""
        key = (AddressType.UE, str(phone.subscriber.imsi))
        found = self.side.data.private_ids.get(key)
        return None if found is None else address(AddressType.UE, found)
