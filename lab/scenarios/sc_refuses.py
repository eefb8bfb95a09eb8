"""The service centre refuses what a phone sends."""

from ipsmgw.sms import Direction, FailureCause, RpMessage, SubmitReport, decode
from lab.carrier import Carrier
from lab.elements.iwmsc import ScRefusal
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import finished, registered
from mapstack.map import SmEnumeratedDeliveryFailureCause
from sipbridge.rp import RpCause, RpError

__all__ = ["sc_refuses"]


@scenario(clause="TS 23.040 §9.2.2.2a, §11.2, TS 24.011 §8.2.5.4", what="RP-ERROR with the SC's reason")
async def sc_refuses(carrier: Carrier) -> None:
    """sm-DeliveryFailure sc-Congestion becomes RP-ERROR 42, with the SC's SMS-SUBMIT-REPORT unchanged."""
    alice, bob = await registered(carrier, "alice", "bob")
    congestion = SmEnumeratedDeliveryFailureCause.SC_CONGESTION
    carrier.smsc.refuse(ScRefusal(congestion, FailureCause.SC_BUSY))
    sent = alice.send("too much for you", to=bob.msisdn)
    await finished(carrier, sent)

    report = sent.report
    expect(sent.status == 202, "the MESSAGE was answered 202 Accepted")
    expect(isinstance(report, RpError), "the report is an RP-ERROR")
    expect(isinstance(report, RpError) and report.cause == RpCause.CONGESTION, "its cause is 42, congestion")
    octets = (report.user_data if report is not None else None) or b""
    expect(bool(octets), "it carries what the SC says")
    tpdu = decode(octets, direction=Direction.TO_UE, rp=RpMessage.ERROR)
    expect(isinstance(tpdu, SubmitReport) and tpdu.tp_fcs == FailureCause.SC_BUSY, "its TP-FCS says: SC busy")
    expect(not carrier.smsc.mt and not bob.received, "nothing goes to bob")

    carrier.smsc.refuse(None)
    again = alice.send("and now?", to=bob.msisdn)
    await finished(carrier, again)
    await carrier.until(lambda: list(bob.ledger.inbox) == ["and now?"], "the next one is delivered")
