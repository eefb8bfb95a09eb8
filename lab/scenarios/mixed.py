"""Everything at once, at random times: sending, moving, fading, sulking, and what goes down meanwhile."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from random import Random

from ipsmgw.identity import Imsi, Msisdn
from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.iwmsc import CONGESTION
from lab.elements.phone import Phone
from lab.elements.phone_ledger import Sent
from lab.elements.phone_reception import Mode
from lab.plan import PHONES, Plan, Subscriber
from lab.scenario import scenario

__all__ = ["crowd", "mixed", "play"]

_NOBODY = Msisdn("15551009999")
_MORE = tuple(
    Subscriber(name, Imsi(f"00101555100100{number}"), Msisdn(f"1555100100{number}"))
    for number, name in enumerate(("carol", "dave"), start=3)
)
_ACTS = 80
_OTHERS = 4
"""How much more rarely than the gateway the other nodes go down."""
_AMBUSH = 3.0
"""How long a crash of the gateway waits for a bad moment, at most."""
_RETRIES = (15.0, 30.0, 60.0, 120.0)
_BAD = (Mode.MEMORY_FULL, Mode.NO_REPORT, Mode.REJECTING)
_STATUSES = (486, 488, 503)

Act = Callable[[], Awaitable[None]]


def crowd(plan: Plan) -> Plan:
    """Four phones, and a service centre that does not wait for hours."""
    retries, validity = min(plan.timers.sc_retries, _RETRIES), min(plan.timers.validity, 900.0)
    timers = replace(plan.timers, sc_retries=retries, validity=validity)
    return replace(plan, subscribers=PHONES + _MORE, timers=timers)


@scenario(
    clause="DESIGN §10",
    what="all of it at random; what happens by itself depends on --faults",
    plan=crowd,
    robust=True,
)
async def mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every message has come to its end."""
    await play(carrier)


async def play(carrier: Carrier) -> None:
    """The story, for any kind of carrier."""
    acts = _Play(carrier, carrier.ground.rng("story"))
    await acts.busy()
    carrier.ground.calm()
    await acts.peace()
    limit = carrier.plan.timers.validity + carrier.plan.timers.settle
    await carrier.until(lambda: not carrier.sc_data.held, "the SC holds no message any more", within=limit)
    await carrier.until(lambda: not any(_unfinished(carrier)), "no phone waits for a report", within=limit)


def _unfinished(carrier: Carrier) -> Iterator[Sent]:
    """What phones have sent in their present life, and have not heard of."""
    for name, ledger in carrier.ledgers.items():
        reborn = max([up for node, _, up in carrier.restarts if node == name], default=0.0)
        yield from (sent for sent in ledger.sent if sent.when > reborn and not sent.state.final)


class _Play:
    """Draws what happens when, and has it happen."""

    def __init__(self, carrier: Carrier, rng: Random) -> None:
        self._carrier = carrier
        self._rng = rng
        self._texts = 0
        self._chances = {node: carrier.ground.chance(f"node {node}") for node in carrier.nodes}
        self._names = [subscriber.name for subscriber in carrier.plan.subscribers]
        self._domains = carrier.plan.domains

    async def busy(self) -> None:
        """All that was drawn, each at its time."""
        began = self._carrier.now
        for when, act in sorted(self._programme(), key=lambda entry: entry[0]):
            await self._carrier.pause(began + when - self._carrier.now)
            await act()

    async def peace(self) -> None:
        """Everybody is there again, and does what he should."""
        carrier = self._carrier
        for node in list(carrier.down):
            await carrier.revive(node)
        carrier.smsc.refuse(None)
        for phone in carrier.phones.values():
            phone.unmute()
            phone.behave(Mode.OBEDIENT)
            phone.register()
            phone.attach()
        f = 64 * carrier.plan.timers.t1
        await carrier.until(self._all_registered, "everybody is registered", within=3 * f)
        timers = carrier.plan.timers
        told = 2 * (timers.hlr_answer + timers.hlr_retry) + f
        await carrier.until(self._hlr_knows, "the HLR knows that the gateway serves everybody", within=told)

    def _all_registered(self) -> bool:
        phones = self._carrier.phones.values()
        return all(phone.registered and all(map(phone.attached, self._domains)) for phone in phones)

    def _hlr_knows(self) -> bool:
        number = self._carrier.plan.gateway_number
        return all(record.ip_sm_gw == number for record in self._carrier.hlr_data.by_imsi.values())

    # The programme.

    def _programme(self) -> list[tuple[float, Act]]:
        busy, rng = self._carrier.plan.timers.busy, self._rng
        entries: list[tuple[float, Act]] = [
            (rng.uniform(0, 0.05 * busy), partial(self._register, name)) for name in self._names
        ]
        entries += [
            (rng.uniform(0, 0.05 * busy), partial(self._attach, name, domain))
            for name in self._names
            for domain in self._domains
        ]
        entries += [entry for _ in range(_ACTS) for entry in self._draw(rng.uniform(0.05, 1) * busy)]
        return [*entries, *self._crashes(busy)]

    def _draw(self, when: float) -> list[tuple[float, Act]]:
        """One act, and where it is a state of affairs, its end."""
        draw = self._rng.choices(
            (self._sending, self._sending_long, self._submitting, self._moving, self._fading, self._sulking,
             self._refusing, self._roaming, self._shadowed),
            weights=(28, 3, 20, 8, 5, 5, 1, *((8, 8) if self._domains else (0, 0))),
        )[0]  # fmt: skip
        return draw(when)

    def _roaming(self, when: float) -> list[tuple[float, Act]]:
        """Out of CS or PS, and in again."""
        name, domain = self._rng.choice(self._names), self._rng.choice(self._domains)
        back = when + self._while()
        return [(when, partial(self._detach, name, domain)), (back, partial(self._attach, name, domain))]

    def _shadowed(self, when: float) -> list[tuple[float, Act]]:
        """Out of coverage of one domain alone."""
        name, domain = self._rng.choice(self._names), self._rng.choice((Domain.IMS, *self._domains))
        back = when + self._while()
        return [(when, partial(self._mute, name, domain)), (back, partial(self._unmute, name, domain))]

    def _sending(self, when: float) -> list[tuple[float, Act]]:
        name, to = self._rng.choice(self._names), self._number()
        return [(when, partial(self._send, name, to, self._text()))]

    def _sending_long(self, when: float) -> list[tuple[float, Act]]:
        name, to = self._rng.choice(self._names), self._number()
        return [(when, partial(self._send, name, to, self._text() * 60))]

    def _submitting(self, when: float) -> list[tuple[float, Act]]:
        return [(when, partial(self._submit, self._number(), self._text()))]

    def _moving(self, when: float) -> list[tuple[float, Act]]:
        name = self._rng.choice(self._names)
        if self._rng.random() < 0.5:
            return [(when, partial(self._register, name))]  # a refresh
        return [(when, partial(self._leave, name)), (when + self._while(), partial(self._register, name))]

    def _fading(self, when: float) -> list[tuple[float, Act]]:
        name = self._rng.choice(self._names)
        return [(when, partial(self._mute, name)), (when + self._while(), partial(self._unmute, name))]

    def _sulking(self, when: float) -> list[tuple[float, Act]]:
        name, mode, status = (self._rng.choice(choices) for choices in (self._names, _BAD, _STATUSES))
        assert isinstance(name, str)
        assert isinstance(mode, Mode)
        assert isinstance(status, int)
        obey = partial(self._behave, name, Mode.OBEDIENT, 200)
        return [(when, partial(self._behave, name, mode, status)), (when + self._while(), obey)]

    def _refusing(self, when: float) -> list[tuple[float, Act]]:
        return [(when, partial(self._refuse, True)), (when + self._while(), partial(self._refuse, False))]

    def _while(self) -> float:
        """As long as a state of affairs lasts: also longer than timer F."""
        return self._rng.expovariate(8 / self._carrier.plan.timers.busy)

    def _crashes(self, busy: float) -> list[tuple[float, Act]]:
        """The gateway in the middle of it all; others as luck will have it."""
        faults, rng = self._carrier.ground.faults, self._rng
        if not faults.restart:
            return []
        down = rng.uniform(0.3, 0.7) * busy
        crashes = [("ipsmgw", down, down + _AMBUSH + rng.uniform(*faults.outage))]
        rare = replace(faults, restart=faults.restart / _OTHERS)
        for node in self._carrier.nodes:
            if node != "ipsmgw":
                crashes += [(node, *spell) for spell in rare.restarts(rng, 0.1 * busy, busy)]
        return [
            entry
            for node, down, up in crashes
            for entry in ((down, partial(self._crash, node)), (up, partial(self._revive, node)))
        ]

    # What is drawn.

    def _text(self) -> str:
        self._texts += 1
        return f"{self._texts}. "

    def _number(self) -> Msisdn:
        if self._rng.random() < 0.05:
            return _NOBODY
        return self._carrier.plan.subscriber(self._rng.choice(self._names)).msisdn

    def _phone(self, name: str) -> Phone | None:
        return None if name in self._carrier.down else self._carrier.phone(name)

    async def _register(self, name: str) -> None:
        if phone := self._phone(name):
            phone.register()

    async def _leave(self, name: str) -> None:
        if phone := self._phone(name):
            phone.deregister()

    async def _send(self, name: str, to: Msisdn, text: str) -> None:
        if phone := self._phone(name):
            phone.send_long(text, to)

    async def _submit(self, to: Msisdn, text: str) -> None:
        if "smsc" not in self._carrier.down:
            self._carrier.smsc.submit(text, to)

    async def _mute(self, name: str, *domains: Domain) -> None:
        if phone := self._phone(name):
            phone.mute(*domains)

    async def _unmute(self, name: str, *domains: Domain) -> None:
        if phone := self._phone(name):
            phone.unmute(*domains)

    async def _attach(self, name: str, domain: Domain) -> None:
        if phone := self._phone(name):
            phone.attach(domain)

    async def _detach(self, name: str, domain: Domain) -> None:
        if phone := self._phone(name):
            phone.detach(domain)

    async def _behave(self, name: str, mode: Mode, status: int) -> None:
        if phone := self._phone(name):
            phone.behave(mode, status)

    async def _refuse(self, refuse: bool) -> None:
        if "smsc" not in self._carrier.down:
            self._carrier.smsc.refuse(CONGESTION if refuse else None)

    async def _crash(self, node: str) -> None:
        """The gateway by preference when somebody waits for its disk."""
        carrier, chance = self._carrier, self._chances[node]
        chance.turn()
        if not chance.happens("restart", 1.0):
            return
        if node == "ipsmgw":
            await carrier.ground.waiting.until(lambda: carrier.gateway.recording, _AMBUSH)
        if node not in carrier.down:
            await carrier.crash(node)

    async def _revive(self, node: str) -> None:
        if node in self._carrier.down:
            await self._carrier.revive(node)
            if phone := self._carrier.phones.get(node):
                phone.register()
                phone.attach()
