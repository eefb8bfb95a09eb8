"""MT by home routing: the gateway stands for the subscriber, and chooses domains (TS 23.204 §6.4, §6.5a)."""

from dataclasses import replace

from ipsmgw.gateway import Cdr, decode_cdr
from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode
from lab.elements.sc_ledger import MtMessage, MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios.domains import there
from lab.scenarios.mixed import crowd, play
from lab.steps import attached, delivered, expect_own, registered, settled

__all__ = [
    "home",
    "home_absent",
    "home_cs_only",
    "home_fall_back_to_cs",
    "home_fall_back_to_ps",
    "home_memory_full",
    "home_mixed",
    "home_not_registered",
    "home_restart",
    "home_routing",
]

_MT = "TS 23.204 §6.4, TS 29.002 §23.3.2"
_FALL_BACK = "TS 23.204 §6.5a, TS 29.002 §23.3.7"
_IMS, _PS, _CS = Domain.IMS, Domain.PS, Domain.CS


def home(plan: Plan) -> Plan:
    """The HLR passes the question on, and there are MSC and SGSN."""
    return replace(plan, procedures="ts-23.204", legs=("msc", "sgsn"))


def _without_ready_for_sm(plan: Plan) -> Plan:
    """The phone's word that it has room clears nothing."""
    return replace(home(plan), ready_for_sm=False)


def _pre_configured(plan: Plan) -> Plan:
    return replace(home(plan), registration="none")


def _cs_only(plan: Plan) -> Plan:
    return replace(home(plan), order=("cs",))


def _crowd(plan: Plan) -> Plan:
    return crowd(home(plan))


def _patience(carrier: Carrier) -> float:
    return carrier.plan.timers.mt_answer + carrier.plan.timers.settle


def _one_name(carrier: Carrier, message: MtMessage, phone: Phone) -> None:
    """The SMS-GMSC has seen the gateway and a name that is not the IMSI, and nobody else."""
    forwards = [each for attempt in message.attempts for each in attempt.forwards]
    expect({each.node for each in forwards} == {carrier.plan.gateway_number}, "it went to the gateway only")
    expect(all(each.imsi != phone.subscriber.imsi for each in forwards), "the SC does not know bob's IMSI")
    expect(len({each.imsi for each in forwards}) == len(forwards), "each time he had another name")


def _record(carrier: Carrier, phone: Phone) -> Cdr:
    """The one charging record of an MT."""
    records = [decode_cdr(line) for line in carrier.ground.journal().splitlines()]
    (record,) = [each for each in records if each.record == "ISMSMT"]
    expect(record.imsi == phone.subscriber.imsi, "the charging record has the real IMSI")
    return record


def _tried(record: Cdr) -> list[tuple[str, str]]:
    return [(each.domain, each.outcome) for each in record.attempts]


@scenario(clause=_MT, what="by MT Correlation ID, delivered over IMS", plan=home)
async def home_routing(carrier: Carrier) -> None:
    """SRI-SM passed on, our own, {MT Correlation ID, gateway}; mt-ForwardSM, MESSAGE, RP-ACK, result."""
    bob = await there(carrier)
    message = carrier.smsc.submit("to whom it may concern", bob.msisdn)
    await delivered(carrier, message)
    expect(message.state is MtState.DELIVERED, "the SC knows that bob has it")
    expect([got.domain for got in bob.received] == [_IMS], "bob has it once, over IMS")
    _one_name(carrier, message, bob)
    await settled(carrier)
    charged = "it is charged as ever"
    expect_own(carrier, lambda: _record(carrier, bob).outcome == "delivered", charged)
    expect_own(carrier, lambda: _tried(_record(carrier, bob)) == [], charged)


@scenario(clause=_FALL_BACK, what="no answer over IMS, delivered over PS, in one mt-ForwardSM", plan=home)
async def home_fall_back_to_ps(carrier: Carrier) -> None:
    """The SMS-GMSC waits while the gateway sends mt-ForwardSM to the SGSN; the gateway's report counts."""
    bob = await there(carrier)
    hlr = carrier.hlr.subscriber(bob.msisdn)
    bob.mute(_IMS)
    message = carrier.smsc.submit("by another way", bob.msisdn)
    await delivered(carrier, message, within=_patience(carrier))
    expect(message.state is MtState.DELIVERED, "the SC knows that bob has it")
    expect(sum(len(each.forwards) for each in message.attempts) == 1, "and has asked once")
    expect([got.domain for got in bob.received] == [_PS], "bob has it once, over PS")
    _one_name(carrier, message, bob)
    await carrier.until(lambda: hlr.unri, "the HLR is told that bob is not reachable over IMS")
    expect(not hlr.mnrg and not hlr.mnrf, "but that he is elsewhere")
    await settled(carrier)
    said = [("ims", "noResponseViaIPSMGW"), ("ps", "delivered")]
    expect_own(carrier, lambda: _tried(_record(carrier, bob)) == said, "the charging record tells both")


@scenario(clause=_FALL_BACK, what="no answer over IMS, detached from PS, delivered over CS", plan=home)
async def home_fall_back_to_cs(carrier: Carrier) -> None:
    """absentSubscriberSM of the SGSN, mt-ForwardSM to the MSC; all three outcomes in one report."""
    bob = await there(carrier)
    hlr = carrier.hlr.subscriber(bob.msisdn)
    bob.mute(_IMS)
    bob.detach(_PS)
    message = carrier.smsc.submit("by the last way", bob.msisdn)
    await delivered(carrier, message, within=_patience(carrier))
    expect(message.state is MtState.DELIVERED, "the SC knows that bob has it")
    expect([got.domain for got in bob.received] == [_CS], "bob has it once, over CS")
    await carrier.until(lambda: hlr.unri and hlr.mnrg, "the HLR knows where bob is not reachable")
    expect(hlr.absent == {_IMS: 12, _PS: 6} and not hlr.mnrf, "and why")
    await settled(carrier)
    all_tried = ["ims", "ps", "cs"]
    expect_own(
        carrier, lambda: [each for each, _ in _tried(_record(carrier, bob))] == all_tried, "all were tried"
    )


@scenario(clause=_MT, what="not registered, and the HLR has the gateway for all", plan=_pre_configured)
async def home_not_registered(carrier: Carrier) -> None:
    """The gateway finds no binding, and goes on at once."""
    await registered(carrier, "alice")
    bob = await attached(carrier, "bob")
    message = carrier.smsc.submit("never mind the IMS", bob.msisdn)
    await delivered(carrier, message)
    expect([got.domain for got in bob.received] == [_PS], "bob has it once, over PS")
    await settled(carrier)
    said = [("ims", "imsDeregistered"), ("ps", "delivered")]
    expect_own(carrier, lambda: _tried(_record(carrier, bob)) == said, "the charging record tells both")


@scenario(clause="TS 23.204 §6.5a", what="the operator wants CS only", plan=_cs_only)
async def home_cs_only(carrier: Carrier) -> None:
    """Registered, and in PS: neither is tried."""
    bob = await there(carrier)
    message = carrier.smsc.submit("as in the old days", bob.msisdn)
    await delivered(carrier, message)
    expect([got.domain for got in bob.received] == [_CS], "bob has it once, over CS")
    await settled(carrier)
    said = [("cs", "delivered")]
    expect_own(carrier, lambda: _tried(_record(carrier, bob)) == said, "nothing else was tried")


@scenario(clause="TS 29.002 §23.3.7", what="no room: no other domain is tried", plan=_without_ready_for_sm)
async def home_memory_full(carrier: Carrier) -> None:
    """RP-ERROR 22 over IMS; the gateway reports MCEF, and the success that clears it."""
    bob = await there(carrier)
    hlr = carrier.hlr.subscriber(bob.msisdn)
    bob.behave(Mode.MEMORY_FULL)
    message = carrier.smsc.submit("one more", bob.msisdn)
    await carrier.until(lambda: hlr.mcef, "the HLR notes that bob's memory is full")
    await settled(carrier)
    said = [("ims", "memoryCapacityExceeded")]
    expect_own(carrier, lambda: _tried(_record(carrier, bob)) == said, "neither SGSN nor MSC was asked")
    bob.behave(Mode.OBEDIENT)
    timers = carrier.plan.timers
    await delivered(carrier, message, within=timers.sc_retries[0] + timers.settle)
    expect([got.text for got in bob.received if got.answer == "ack"] == ["one more"], "bob has it once")
    await carrier.until(lambda: not hlr.mcef and not hlr.waiting, "the success clears the flag")
    _one_name(carrier, message, bob)


@scenario(clause="TS 29.002 §23.3.7, §23.5, §23.6", what="absent in all domains, an alert", plan=home)
async def home_absent(carrier: Carrier) -> None:
    """One report of three absences, which is the gateway's; an attach to PS alerts, and PS delivers."""
    bob = await there(carrier)
    hlr = carrier.hlr.subscriber(bob.msisdn)
    bob.mute()
    message = carrier.smsc.submit("anybody anywhere?", bob.msisdn)
    await carrier.until(lambda: bool(hlr.waiting), "the HLR notes the SC", within=_patience(carrier))
    expect(hlr.unri and hlr.mnrg and hlr.mnrf, "all flags are set")
    bob.unmute(_PS)
    await attached(carrier, "bob", _PS)
    await delivered(carrier, message, within=_patience(carrier))
    expect(message.state is MtState.DELIVERED, "the alert has brought it")
    expect([got.domain for got in bob.received] == [_PS], "bob has it once, over PS")
    await carrier.until(lambda: not hlr.waiting and not hlr.mnrg, "nobody waits any more")


@scenario(
    clause="TS 23.204 §6.4, DESIGN §5", what="the gateway dies while it tries", plan=home, needs=("ipsmgw",)
)
async def home_restart(carrier: Carrier) -> None:
    """The SC's next attempt asks anew, and delivers."""
    bob = await there(carrier)
    bob.mute()
    message = carrier.smsc.submit("stay with me", bob.msisdn)
    await carrier.until(lambda: carrier.gateway.open_work > 0, "the gateway tries")
    await carrier.restart("ipsmgw", after=1.0)
    bob.unmute()
    timers = carrier.plan.timers
    within = timers.mt_answer + timers.sc_retries[0] + _patience(carrier)
    await delivered(carrier, message, within=within)
    expect(message.state is MtState.DELIVERED, "the SC knows that bob has it")
    expect(len(bob.received) == 1, "bob has it once")
    await settled(carrier)


@scenario(
    clause="DESIGN §10",
    what="all of it at random, routed home; what happens by itself depends on --faults",
    plan=_crowd,
    robust=True,
)
async def home_mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every message has come to its end."""
    await play(carrier)
