"""One case for each fault: what it does on the links, in words, and what the gateway makes of it."""

from typing import NamedTuple

from lab.carrier import Carrier
from lab.elements.phone_ledger import Sent
from lab.plan import Plan
from lab.runner import Verdict, run
from lab.scenario import Scenario
from lab.steps import registered, told
from sipbridge.rp import RpAck, RpError

__all__ = ["CASES", "Case", "Played", "play"]


class Case(NamedTuple):
    """A rule; what must be in the ladder; what alice hears of her message; how often bob is sent it."""

    rule: str
    seen: tuple[str, ...]
    alice: str = "RP-ACK"
    bob: int = 1
    wireshark: tuple[str, ...] = ()
    strikes: int = 1


class Played(NamedTuple):
    """How a case ended."""

    verdict: Verdict
    alice: str
    bob: int
    struck: int
    texts: list[str]
    """What bob has, each once."""


_REFUSED = "RP-ERROR 38"

CASES = (
    Case("smsc mo-ForwardSM ok", ("mo-ForwardSM result",), strikes=0),
    Case("smsc mo-ForwardSM 1 x silence", ("mo-ForwardSM (withheld)",), _REFUSED, 0),
    Case("smsc->ipsmgw answer-to mo-ForwardSM 1 x late 5 s", ("mo-ForwardSM result (late)",)),
    Case("smsc->ipsmgw answer-to mo-ForwardSM 1 x twice", ("mo-ForwardSM result (twice)",)),
    Case("scscf->ipsmgw MESSAGE 1 x garbage", ("(spoilt)",)),
    Case("ipsmgw->smsc mo-ForwardSM 1 x garbage", ("mo-ForwardSM (spoilt)",), _REFUSED, 0),
    Case("ipsmgw->smsc mo-ForwardSM 1 x cut", ("mo-ForwardSM (withheld)", "ASPUP"), _REFUSED, 0),
    Case("smsc->ipsmgw refuse 300 ms", ("ASPUP",), _REFUSED, 0),
    Case(
        "ipsmgw->smsc mo-ForwardSM 1 x err invalidRoutingContext",
        ("mo-ForwardSM (withheld)", "ERR invalid routing context (forged)"),
        _REFUSED,
        0,
        ("Error code: Invalid routing context",),
    ),
    Case(
        "hlr->ipsmgw ntfy asPending",
        ("NTFY as pending (forged)",),
        wireshark=("Status info: Application server pending",),
    ),
    Case("hlr->ipsmgw asp-down 1 s", ("ASPDN (forged)", "ASPUP (late)")),
    # An MO finds no way to the SC; what the SC had for the gateway would wait (faults_as_pending).
    Case("smsc->ipsmgw as-pending 1 s", ("ASPIA (forged)", "NTFY as pending", "ASPAC (late)"), _REFUSED, 0),
    Case("hlr->ipsmgw duna hlr", ("DUNA (forged)",), wireshark=("Destination unavailable (DUNA)",)),
    Case("hlr->ipsmgw dava hlr", ("DAVA (forged)",), wireshark=("Destination available (DAVA)",)),
    Case("hlr->ipsmgw drst hlr", ("DRST (forged)",), wireshark=("Destination Restricted (DRST)",)),
    Case("hlr->ipsmgw scon 13", ("SCON (forged)",), wireshark=("SS7 Network congestion state",)),
    Case("hlr->ipsmgw dupu hlr", ("DUPU (forged)",), wireshark=("Unequipped remote user",)),
    Case(
        "smsc mo-ForwardSM 1 x udts noTranslationForAddress",
        ("mo-ForwardSM (withheld)", "UDTS no translation for address (forged)"),
        _REFUSED,
        0,
        ("Unitdata Service", "No translation for this specific address"),
    ),
    Case(
        "smsc mo-ForwardSM 1 x abort",
        ("P-Abort resource limitation (forged)",),
        _REFUSED,
        0,
        ("resourceLimitation",),
    ),
    Case("smsc mo-ForwardSM 1 x u-abort", ("U-Abort (forged)",), _REFUSED, 0, ("map-userAbort",)),
    Case(
        "smsc mo-ForwardSM 1 x reject unrecognizedOperation",
        ("mo-ForwardSM reject", "(forged)"),
        _REFUSED,
        0,
        ("unrecognizedOperation",),
    ),
    Case("smsc->ipsmgw answer-to mo-ForwardSM 1 x wrong-tid", ("(spoilt)",), _REFUSED, 1),
    Case(
        "smsc mo-ForwardSM 1 x error sm-DeliveryFailure scCongestion",
        ("mo-ForwardSM error sm-DeliveryFailure", "(forged)"),
        "RP-ERROR 42",
        0,
        ("sm-EnumeratedDeliveryFailureCause: sc-Congestion",),
    ),
    Case(
        "scscf->ipsmgw RP-DATA 1 x sip 503 Retry-After:5",
        ("MESSAGE RP-DATA SMS-SUBMIT (withheld)", "503 Service Unavailable (forged)"),
        "SIP 500",  # what an S-CSCF makes of it (RFC 3261 §16.7, step 6)
        0,
        ("Retry-After: 5",),
    ),
    Case("scscf->ipsmgw RP-DATA 1 x to-tag", ("RP-DATA SMS-SUBMIT (spoilt)",), wireshark=("tag=meddled",)),
    Case(
        "scscf->ipsmgw RP-ACK 1 x rp-error 22",
        ("MESSAGE RP-ERROR 22 (spoilt)",),
        wireshark=("Memory capacity exceeded",),
    ),
    Case("bob RP-DATA 1 x battery 1 s", ("MESSAGE RP-ACK (withheld)",), "RP-ACK", 1),
    Case("bob off 1 s", ("RP-DATA SMS-DELIVER",)),
    Case("bob memory-full 1 s", ("MESSAGE RP-ERROR 22", "MESSAGE RP-SMMA"), bob=2),
    Case("bob no-report 1 s", ("RP-DATA SMS-DELIVER",), bob=1),
    Case("alice->scscf MESSAGE 1 x restart 1 s", ("MESSAGE RP-DATA SMS-SUBMIT (withheld)",)),
    Case("scscf clock +30 s", ("mo-ForwardSM result",)),
)  # fmt: skip


def play(case: Case, seed: int = 1) -> Played:
    """One message from alice to bob under the rule, in virtual time, and the laws."""
    heard: list[Played] = []

    async def story(carrier: Carrier) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        await told(carrier)
        rule = carrier.fault(case.rule)
        await carrier.pause(0.1)  # for what is done at once
        sent = alice.send("hello", to=bob.msisdn)
        await carrier.until(lambda: sent.state.final, "alice's message has ended", within=120.0)
        await carrier.pause(30.0)  # for what is late, and for who comes back
        words = list(dict.fromkeys(carrier.phone("bob").ledger.inbox))
        got = len(carrier.ledgers["bob"].received)
        heard.append(Played(_NOTHING, _words(sent), got, rule.strikes, words))

    verdict = run(Scenario("a_case", "", "", story, _as_it_is), seed=seed)
    return heard[0]._replace(verdict=verdict) if heard else Played(verdict, "nothing", 0, 0, [])


def _words(sent: Sent) -> str:
    match sent.report:
        case RpAck():
            return "RP-ACK"
        case RpError():
            return f"RP-ERROR {int(sent.report.cause)}"
    return f"SIP {sent.status}"


def _as_it_is(plan: Plan) -> Plan:
    return plan


async def _nothing(carrier: Carrier) -> None: ...


_NOTHING = run(Scenario("nothing", "", "", _nothing, _as_it_is), judges=())
