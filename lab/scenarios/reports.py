"""Reports that belong to something, or to nothing, and octets that are none (TS 24.341 §5.3.3.4)."""

import re

from ipsmgw.sms import Address, Submit, compose
from lab.carrier import Carrier
from lab.elements.phone_ledger import Said
from lab.elements.phone_reception import Mode
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.laws.reading import Sip
from lab.scenario import scenario
from lab.seen import reports, requests
from lab.steps import delivered, finished, registered, settled
from sipbridge.rp import Direction, RpAck, RpAddress, RpData, RpError

__all__ = [
    "charging_vector",
    "report_matched",
    "report_of_nothing",
    "report_repeated",
    "stranger",
    "unreadable",
]

_CLAUSE = "TS 24.341 §5.3.3.4"
_UNREADABLE = (
    (b"\x00\x05\x00\x00", 96),  # RP-DATA, no RP-Destination-Address, no RP-User-Data
    (b"\x00\x06\x00\x03\x91\x51\x05\x00", 96),  # no user data
    (b"\x07\x07", 97),  # a reserved RP-MTI
)
"""RPDUs that have a reference, and the cause of the RP-ERROR (TS 24.011 §9.3)."""


async def _answered(carrier: Carrier, said: Said) -> None:
    await carrier.until(lambda: said.status is not None, "it is answered")


async def _reported(carrier: Carrier, said: Said) -> RpAck | RpError:
    await carrier.until(lambda: bool(reports(carrier, said.call_id)), "and has a report")
    return reports(carrier, said.call_id)[0]


def _ack(reference: int) -> bytes:
    return RpAck(reference).encode(Direction.MS_TO_NETWORK)


@scenario(clause=_CLAUSE, what="a report on nothing: 488")
async def report_of_nothing(carrier: Carrier) -> None:
    """In-Reply-To of a MESSAGE that nobody has sent, and none at all."""
    (alice,) = await registered(carrier, "alice")
    for in_reply_to in ("nobody@nowhere.test", None):
        said = alice.say(_ack(7), in_reply_to=in_reply_to)
        await _answered(carrier, said)
        expect(said.status == 488, "the report is answered 488 Not Acceptable Here")


@scenario(clause=_CLAUSE, what="a report is of a MESSAGE and of its RP-MR")
async def report_matched(carrier: Carrier) -> None:
    """With another RP-Message-Reference it is 488 and counts for nothing; with the right one it delivers."""
    (bob,) = await registered(carrier, "bob")
    bob.behave(Mode.NO_REPORT)
    message = carrier.smsc.submit("of which number?", bob.msisdn)
    await carrier.until(lambda: bool(bob.received), "bob has the message")
    got = bob.received[0]
    wrong = bob.say(_ack(got.rp_mr + 1 & 0xFF), in_reply_to=got.call_id)
    await _answered(carrier, wrong)
    expect(wrong.status == 488, "the wrong reference is answered 488")
    expect(message.state is MtState.ATTEMPTING, "and the SC has no answer")
    got.answer = "ack"  # he keeps it
    right = bob.say(_ack(got.rp_mr), in_reply_to=got.call_id)
    await _answered(carrier, right)
    expect(right.status == 202, "the right one is answered 202")
    await delivered(carrier, message)
    expect(message.state is MtState.DELIVERED, "the SC knows that he has it")
    await settled(carrier)


@scenario(clause=_CLAUSE, what="a report that comes again gets the same answer")
async def report_repeated(carrier: Carrier) -> None:
    """In a MESSAGE of its own: 202 once more, and the SC hears nothing new."""
    (bob,) = await registered(carrier, "bob")
    message = carrier.smsc.submit("say it once", bob.msisdn)
    await delivered(carrier, message)
    (got,) = bob.received
    for _ in range(2):
        again = bob.say(_ack(got.rp_mr), in_reply_to=got.call_id)
        await _answered(carrier, again)
        expect(again.status == 202, "the repetition is answered 202")
    expect(len(message.attempts) == 1 and message.state is MtState.DELIVERED, "the SC has one answer")
    await settled(carrier)


@scenario(clause="TS 24.011 §9.3, §8.2.5.4", what="RPDUs that cannot be read: RP-ERROR 96 and 97, or 400")
async def unreadable(carrier: Carrier) -> None:
    """Who has given a reference hears the cause in a report; who has not, in the answer."""
    (alice,) = await registered(carrier, "alice")
    for rpdu, cause in _UNREADABLE:
        said = alice.say(rpdu)
        await _answered(carrier, said)
        expect(said.status == 202, f"{rpdu.hex()} is answered 202")
        report = await _reported(carrier, said)
        expect(isinstance(report, RpError) and report.cause == cause, f"which is RP-ERROR {cause}")
    for rpdu in (b"", b"\x00"):
        said = alice.say(rpdu)
        await _answered(carrier, said)
        expect(said.status == 400, "what has no reference is answered 400")
    expect(not carrier.smsc.mo, "nothing has gone to the SC")
    await settled(carrier)


@scenario(clause="TS 24.229 §5.7.2, §5.7.3, RFC 7315 §4.6", what="every MESSAGE has a P-Charging-Vector")
async def charging_vector(carrier: Carrier) -> None:
    """The submit report has the one of the MO, by its icid-value; the MT has one of its own."""
    alice, bob = await registered(carrier, "alice", "bob")
    sent = alice.send("who pays?", to=bob.msisdn)
    await finished(carrier, sent)
    await carrier.until(lambda: bool(bob.received), "bob has it")
    (there, *_) = requests(carrier, "MESSAGE", "scscf", "ipsmgw")
    back = requests(carrier, "MESSAGE", "ipsmgw", "scscf")
    expect(all(map(_icid, back)), "each MESSAGE of the gateway's has a P-Charging-Vector")
    about = [_icid(each) for each in back if each.in_reply_to == sent.call_id]
    expect(about == [_icid(there)], "that of the report is the one of the MO")
    expect(len({_icid(each) for each in back}) == len(back), "and that of the MT another one")


def _icid(sip: Sip) -> bytes:
    found = re.search(rb"P-Charging-Vector:[^\r]*icid-value=\"?([^\";,\r ]+)", sip.pdu.data)
    return found[1] if found else b""


@scenario(clause="TS 24.341 §5.3.3.1, RFC 3325 §5", what="who is no S-CSCF is not believed")
async def stranger(carrier: Carrier) -> None:
    """A phone goes past the S-CSCF, and says who it is: 403, and nothing reaches the SC."""
    (alice,) = await registered(carrier, "alice")
    said = alice.say(_submission(carrier), to="ipsmgw")
    await _answered(carrier, said)
    expect(said.status == 403, "the gateway answers 403 Forbidden")
    expect(not carrier.smsc.mo, "nothing has gone to the SC")


def _submission(carrier: Carrier) -> bytes:
    """An RP-DATA as good as any."""
    part = compose("believe me")[0]
    to = Address.international(carrier.plan.subscriber("bob").msisdn)
    submit = Submit.of(0, to, udl=part.udl, ud=part.ud, dcs=part.dcs).encode()
    return RpData(9, RpAddress(carrier.plan.sc_number), submit).encode(Direction.MS_TO_NETWORK)
