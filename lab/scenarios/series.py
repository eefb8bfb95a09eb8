"""Several short messages for one phone, in one dialogue: moreMessagesToSend (TS 29.002 §12.9.3, §23.3.1)."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode
from lab.elements.sc_ledger import Forward, MtMessage, MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios.domains import there
from lab.scenarios.home_routing import home
from lab.scenarios.mixed import crowd, play
from lab.steps import delivered, registered

__all__ = ["series", "series_home", "series_mixed", "series_refused"]

_CLAUSE = "TS 29.002 §12.9.3, §23.3.1, TS 23.204 §6.4"
_WORDS = ("the first", "the second", "and the last")


def _series(plan: Plan) -> Plan:
    return replace(plan, gmsc=replace(plan.gmsc, series=True))


def _home(plan: Plan) -> Plan:
    """The gateway chooses CS."""
    return replace(_series(home(plan)), order=("cs",))


def _crowd(plan: Plan) -> Plan:
    return crowd(_series(home(plan)))


@scenario(clause=_CLAUSE, what="three messages over IMS, one question to the HLR, one dialogue", plan=_series)
async def series(carrier: Carrier) -> None:
    """mt-ForwardSM with moreMessagesToSend, result, the next one in the same dialogue."""
    (bob,) = await registered(carrier, "bob")
    await _all_at_once(carrier, bob, Domain.IMS)


@scenario(clause=_CLAUSE + ", TS 23.204 §6.5a", what="the same by home routing, over CS", plan=_home)
async def series_home(carrier: Carrier) -> None:
    """Two dialogues, each with three: the SMS-GMSC's with the gateway, and the gateway's with the MSC."""
    bob = await there(carrier)
    await _all_at_once(carrier, bob, Domain.CS)


@scenario(clause=_CLAUSE, what="a phone without room ends it; another one when it has room", plan=_series)
async def series_refused(carrier: Carrier) -> None:
    """An error: the SMS-GMSC sends no more in this dialogue; alerted, it begins anew."""
    (bob,) = await registered(carrier, "bob")
    bob.behave(Mode.MEMORY_FULL)
    messages = [carrier.smsc.submit(each, bob.msisdn) for each in _WORDS]
    await carrier.until(lambda: messages[0].state is MtState.WAITING, "the SC waits")
    expect(not any(message.attempts for message in messages[1:]), "and has not tried the others")
    bob.behave(Mode.OBEDIENT)
    for message in messages:
        retry = carrier.plan.timers.sc_retries[0] + carrier.plan.timers.settle
        await delivered(carrier, message, within=retry)
    expect(list(bob.ledger.inbox) == list(_WORDS), "bob has them, once and in order")
    first, again = messages[0].attempts
    expect(first.forwards[0].dialogue != again.forwards[0].dialogue, "the first one in a dialogue of its own")
    _one_dialogue(messages)


@scenario(
    clause="DESIGN §10",
    what="all of it at random, with messages that follow each other in one dialogue",
    plan=_crowd,
    robust=True,
)
async def series_mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every message has come to its end."""
    await play(carrier)


async def _all_at_once(carrier: Carrier, bob: Phone, domain: Domain) -> None:
    messages = [carrier.smsc.submit(each, bob.msisdn) for each in _WORDS]
    for message in messages:
        await delivered(carrier, message)
        expect(len(message.attempts) == 1, "the SC has delivered it at the first attempt")
    got = [(each.text, each.domain) for each in bob.received]
    expect(got == [(words, domain) for words in _WORDS], "bob has them, once and in order")
    _one_dialogue(messages)


def _one_dialogue(messages: list[MtMessage]) -> None:
    """The last attempt of each."""
    forwards: list[Forward] = [message.attempts[-1].forwards[-1] for message in messages]
    expect([each.more for each in forwards] == [True, True, False], "the SC has said that more come")
    expect(len({each.dialogue for each in forwards}) == 1, "all of them went in one dialogue")
