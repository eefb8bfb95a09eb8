"""Each way of saying no, and what becomes of it on the other side (TS 23.040 §11; TS 29.002 §23.2, §23.3)."""

from ipsmgw.sms import FailureCause
from lab.carrier import Carrier
from lab.elements.iwmsc import ScRefusal
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode
from lab.elements.sc_ledger import MtMessage, MtState
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import delivered, finished, registered, settled
from mapstack.map import ErrorCode, MapError, SmEnumeratedDeliveryFailureCause
from sipbridge.rp import RpError

__all__ = ["no_report", "phone_rejects_each", "sc_refuses_each", "sc_silent"]

_Failure = SmEnumeratedDeliveryFailureCause
_BY_SC: tuple[tuple[ScRefusal | MapError, int], ...] = (
    (ScRefusal(_Failure.UNKNOWN_SERVICE_CENTRE, FailureCause.UNSPECIFIED_ERROR_CAUSE), 1),
    (ScRefusal(_Failure.SC_CONGESTION, FailureCause.SC_BUSY), 42),
    (ScRefusal(_Failure.INVALID_SME_ADDRESS, FailureCause.INVALID_SME_ADDRESS), 21),
    (ScRefusal(_Failure.SUBSCRIBER_NOT_SC_SUBSCRIBER, FailureCause.NO_SC_SUBSCRIPTION), 28),
    (MapError(ErrorCode.FACILITY_NOT_SUPPORTED), 69),
    (MapError(ErrorCode.SYSTEM_FAILURE), 38),
    (MapError(ErrorCode.UNEXPECTED_DATA_VALUE), 38),
)
"""What the SC says, and the cause in RP-ERROR."""
_BY_PHONE = (
    (400, "SM_DELIVERY_FAILURE EQUIPMENT_PROTOCOL_ERROR"),
    (403, "SM_DELIVERY_FAILURE EQUIPMENT_PROTOCOL_ERROR"),
    (415, "SM_DELIVERY_FAILURE EQUIPMENT_NOT_SM_EQUIPPED"),
    (480, "ABSENT_SUBSCRIBER_SM 11"),
    (486, "SUBSCRIBER_BUSY_FOR_MT_SMS"),
    (488, "SM_DELIVERY_FAILURE EQUIPMENT_PROTOCOL_ERROR"),
    (500, "SYSTEM_FAILURE"),
    (600, "SUBSCRIBER_BUSY_FOR_MT_SMS"),
)
"""The phone's answer to the MESSAGE, and what the SC hears."""


@scenario(clause="TS 23.040 §11.2, TS 24.011 §8.2.5.4", what="every refusal of the SC, and its RP cause")
async def sc_refuses_each(carrier: Carrier) -> None:
    """mo-ForwardSM error, and the RP-ERROR that the phone gets for it, one after the other."""
    (alice,) = await registered(carrier, "alice")
    to = carrier.plan.subscriber("bob").msisdn
    for refusal, cause in _BY_SC:
        carrier.smsc.refuse(refusal)
        sent = alice.send("will you take it?", to=to)
        await finished(carrier, sent)
        expect(sent.status == 202, "the MESSAGE was answered 202 Accepted")
        said = [each.rpdu.cause if isinstance(each.rpdu, RpError) else 0 for each in sent.reports]
        expect(said == [cause], f"the SC's {refusal} becomes one RP-ERROR {cause}")
    await settled(carrier)


@scenario(clause="TS 23.040 §11.2, TS 29.002 §23.2", what="a silent SC: RP-ERROR 38")
async def sc_silent(carrier: Carrier) -> None:
    """No answer to mo-ForwardSM: the phone hears that the network is out of order, before its own timer."""
    (alice,) = await registered(carrier, "alice")
    carrier.smsc.ignore_submissions(True)
    sent, timers = alice.send("anybody there?", to=carrier.plan.subscriber("bob").msisdn), carrier.plan.timers
    await carrier.until(lambda: sent.state.final, "the MO has ended", timers.tr1m + timers.settle)
    said = [each.rpdu.cause if isinstance(each.rpdu, RpError) else 0 for each in sent.reports]
    expect(said == [38], "there is one report, RP-ERROR 38")
    carrier.smsc.ignore_submissions(False)
    await settled(carrier)


@scenario(clause="TS 23.040 §11.3, TS 29.002 §23.3.7", what="every SIP refusal of a phone")
async def phone_rejects_each(carrier: Carrier) -> None:
    """The final answer to the MESSAGE decides; what is temporary is delivered later."""
    (bob,) = await registered(carrier, "bob")
    for status, outcome in _BY_PHONE:
        bob.behave(Mode.REJECTING, status)
        message = carrier.smsc.submit(f"{status}?", bob.msisdn)
        await _first_attempt(carrier, message)
        expect(message.outcome == outcome, f"{status} is {outcome} for the SC")
        bob.behave(Mode.OBEDIENT)
        await _over(carrier, bob, message)
    await settled(carrier)


@scenario(clause="TS 24.341 §5.3.2.4, TS 23.040 §11.3", what="a 200 without a report is no delivery")
async def no_report(carrier: Carrier) -> None:
    """The gateway waits for the delivery report, and then says: no response via IP-SM-GW."""
    (bob,) = await registered(carrier, "bob")
    bob.behave(Mode.NO_REPORT)
    message = carrier.smsc.submit("do you have it?", bob.msisdn)
    await _first_attempt(carrier, message, within=carrier.plan.timers.mt_report)
    expect(message.outcome == "ABSENT_SUBSCRIBER_SM 12", "the SC was told: no response via IP-SM-GW")
    bob.behave(Mode.OBEDIENT)
    await _over(carrier, bob, message)
    await settled(carrier)


async def _first_attempt(carrier: Carrier, message: MtMessage, within: float = 0.0) -> None:
    ended = "the first attempt has ended"
    within += carrier.plan.timers.settle
    await carrier.until(lambda: bool(message.attempts and message.attempts[0].outcome), ended, within)


async def _over(carrier: Carrier, phone: Phone, message: MtMessage) -> None:
    """It was given up at once, or the SC's next attempt delivers it."""
    timers = carrier.plan.timers
    await delivered(carrier, message, within=timers.sc_retries[0] + timers.settle)
    delivery = [got.answer for got in phone.received if got.tpdu == message.tpdu].count("ack")
    expect(delivery == (message.state is MtState.DELIVERED), "the phone has it if the SC says so")
