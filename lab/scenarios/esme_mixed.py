"""An application and two phones at random times, with whatever goes down or is cut meanwhile."""

from dataclasses import replace
from random import Random

from ipsmgw.identity import Msisdn
from ipsmgw.smpp import Status
from ipsmgw.sms import Address, Submit, compose
from lab.carrier import Carrier
from lab.elements.esme import RECEIVER, TRANSCEIVER, TRANSMITTER
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios.esme import with_esme

__all__ = ["esme_mixed"]

_ACTS = 60
_NAME, _NOBODY = "weather", Msisdn("15551009999")
_NUMBER = Msisdn("15550004242")
_STATUSES = (Status.ROK, Status.RX_T_APPN, Status.RSYSERR, None)
_KINDS = (TRANSCEIVER, TRANSCEIVER, RECEIVER, TRANSMITTER)


def _impatient(plan: Plan) -> Plan:
    """A service centre that does not wait for hours."""
    timers = replace(plan.timers, sc_retries=(5.0, 15.0, 30.0, 60.0), validity=900.0)
    return replace(with_esme(plan), timers=timers)


@scenario(
    clause="DESIGN §10",
    what="receipts, short code, sessions, restarts at random",
    plan=_impatient,
    robust=True,
)
async def esme_mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every message has its end, and the application every receipt."""
    rng = carrier.ground.rng("story")
    for phone in carrier.phones.values():
        phone.register()
    carrier.esme(_NAME).bind()
    pause = carrier.plan.timers.busy / _ACTS
    for number in range(_ACTS):
        await carrier.pause(rng.uniform(0, 2 * pause))
        await _act(carrier, rng, f"{number}.")
    carrier.ground.calm()
    await _peace(carrier)


async def _act(carrier: Carrier, rng: Random, text: str) -> None:
    if rng.random() < 0.1:
        await _mishap(carrier, rng)
        return
    if _NAME in carrier.down:
        return
    esme, phone = carrier.esme(_NAME), carrier.phones[rng.choice(("alice", "bob"))]
    match rng.randrange(6):
        case 0:
            phone.send(text, _NUMBER)
        case 1:
            esme.status = rng.choice(_STATUSES)
        case 2:
            esme.bind(rng.choice(_KINDS))
        case 3:
            da = Address.international(carrier.phones[rng.choice(("alice", "bob"))].msisdn)
            (part,) = compose(text)
            phone.submit(Submit.of(0, da, udl=part.udl, ud=part.ud, status_report=True).encode(), da.digits)
        case _ if esme.ready:
            esme.send(text, rng.choice((phone.msisdn, phone.msisdn, _NOBODY)), registered=rng.randrange(3))


async def _mishap(carrier: Carrier, rng: Random) -> None:
    """A cut, or where nodes go down, one of the two that the session is between."""
    if not carrier.ground.faults.restart:
        if _NAME not in carrier.down and carrier.esme(_NAME).bound:
            carrier.cut("smsc", _NAME)
        return
    node = rng.choice((_NAME, "smsc"))
    await carrier.restart(node, rng.uniform(*carrier.ground.faults.outage))
    carrier.esme(_NAME).bind()


async def _peace(carrier: Carrier) -> None:
    esme = carrier.esme(_NAME)
    esme.status = Status.ROK
    esme.unbind()
    esme.bind()
    timers = carrier.plan.timers
    for phone in carrier.phones.values():
        phone.register()
    limit = timers.validity + timers.settle
    await carrier.until(lambda: not carrier.sc_data.held, "the SC holds no message any more", within=limit)
    receipts = carrier.smpp_data.receipts
    await carrier.until(lambda: not any(receipts.values()), "every receipt is taken", within=limit)
