"""Which service centre a message goes to, whatever the phone has in its SIM (TR 23.804 §8.9 step 6)."""

from dataclasses import replace

from ipsmgw.sms import Address, Command, Direction, Submit, compose, decode
from lab.carrier import Carrier
from lab.elements.phone_ledger import Sent
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import finished, registered, settled
from sipbridge.rp import RpAck, RpAddress, RpCause, RpError

__all__ = [
    "centre_by_psi",
    "centre_default",
    "centre_forced",
    "centre_refused",
    "national_numbers",
    "untouched",
]

_CLAUSE = "TR 23.804 §8.9 step 6, TS 24.341 §5.3.1.2"
_FOREIGN = RpAddress("447785000014")


def _policy(plan: Plan, *lines: str, centre: RpAddress = _FOREIGN) -> Plan:
    return replace(plan, centre=centre, settings=("[service_centre]", *lines))


def _forced(plan: Plan) -> Plan:
    return _policy(plan, f'forced = true\ndefault = "{plan.sc_number}"')


def _allowed(plan: Plan) -> Plan:
    return _policy(plan, f'allowed = ["{plan.sc_number}"]')


def _default(plan: Plan) -> Plan:
    return _policy(plan, f'default = "{plan.sc_number}"')


def _by_psi(plan: Plan) -> Plan:
    psi = f"sip:sc.{plan.domain}"
    lines = (
        'named_in = ["request-uri", "rp-da"]',
        "[[service_centre.psi]]",
        f'uri = "{psi}"\nnumber = "{plan.sc_number}"',
    )
    return replace(_policy(plan, *lines), psi=psi)


def _national(plan: Plan) -> Plan:
    """The number of the SC as people write it who live in its country, of unknown type."""
    country = 'country_code = "1"\nnational_prefix = "1"\nbare = "national"'
    return replace(
        plan,
        centre=RpAddress(plan.sc_number[1:], 0x81),
        settings=("[[numbers]]", f'peer = "phones"\n{country}'),
    )


async def _sent(carrier: Carrier) -> Sent:
    """One message of alice, up to its report."""
    (alice,) = await registered(carrier, "alice")
    sent = alice.send("which way?", to=carrier.plan.subscriber("bob").msisdn)
    await finished(carrier, sent)
    expect(sent.status == 202, "the MESSAGE was answered 202 Accepted")
    return sent


async def _arrives(carrier: Carrier) -> None:
    sent = await _sent(carrier)
    expect(isinstance(sent.report, RpAck), "the report is an RP-ACK")
    expect([got.tpdu for got in carrier.smsc.mo] == [sent.tpdu], "the SC has it once, octet for octet")
    await settled(carrier)


@scenario(clause=_CLAUSE, what="every message goes to our SC, whatever the SIM says", plan=_forced)
async def centre_forced(carrier: Carrier) -> None:
    """The phone names the SC of somebody else, and the gateway asks ours."""
    await _arrives(carrier)


@scenario(clause=_CLAUSE, what="a SIM with an SC that no route leads to", plan=_default)
async def centre_default(carrier: Carrier) -> None:
    """The usual SC takes what names one that cannot be reached."""
    await _arrives(carrier)


@scenario(clause=_CLAUSE, what="the SC by the PSI in the Request-URI", plan=_by_psi)
async def centre_by_psi(carrier: Carrier) -> None:
    """The PSI goes before what RP-DA says."""
    await _arrives(carrier)


@scenario(
    clause="TR 23.804 §8.9, TS 24.011 §8.2.5.2", what="the number of the SC in national form", plan=_national
)
async def national_numbers(carrier: Carrier) -> None:
    """Without the country code, of unknown type: the SC is asked under the number that it has."""
    await _arrives(carrier)


@scenario(clause=f"{_CLAUSE}, TS 24.011 annex E", what="an SC that phones may not name", plan=_allowed)
async def centre_refused(carrier: Carrier) -> None:
    """RP-ERROR 1, unassigned number: the phone need not try again, and the SC hears nothing."""
    sent = await _sent(carrier)
    report = sent.report
    expect(isinstance(report, RpError), "the report is an RP-ERROR")
    cause = report.cause if isinstance(report, RpError) else None
    expect(cause == RpCause.UNASSIGNED_NUMBER, "its cause is 1: there is no such SC for this phone")
    expect(not carrier.smsc.mo, "nothing has gone to the SC")
    await settled(carrier)


@scenario(
    clause="TS 23.040 §9.2.2.2, §9.2.2.4, §9.2.3.5", what="SMS-COMMAND and TP-SRR pass through", plan=_forced
)
async def untouched(carrier: Carrier) -> None:
    """What the phone asks of its SC is the SC's to read: a command, and a status report for a message."""
    (alice,) = await registered(carrier, "alice")
    to = carrier.plan.subscriber("bob").msisdn
    part = compose("and tell me when he has it")[0]
    asking = Submit.of(0, Address.international(to), udl=part.udl, ud=part.ud, status_report=True)
    enquiry = Command.of(0, Address.international(to), ct=0, mn=1, status_report=True)
    for tpdu in (asking.encode(), enquiry.encode()):
        sent = alice.submit(tpdu, to)
        await finished(carrier, sent)
        expect(len(sent.reports) == 1, "there is exactly one submit report")
        expect(carrier.smsc.mo[-1].tpdu == sent.tpdu, "the SC got it octet for octet")
    first, second = (decode(got.tpdu, direction=Direction.FROM_UE) for got in carrier.smsc.mo)
    expect(isinstance(first, Submit) and first.tp_srr, "the first asks for a status report")
    expect(isinstance(second, Command) and second.tp_srr, "the second is a command, which asks for one too")
    await settled(carrier)
