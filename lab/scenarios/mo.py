"""A phone sends a short message, and learns that the service centre has it."""

from ipsmgw.sms import Direction, RpMessage, Submit, SubmitReport, decode, text
from lab.carrier import Carrier
from lab.expectation import expect
from lab.scenario import scenario
from lab.seen import reports
from lab.steps import expect_own, finished, registered, settled
from sipbridge.rp import RpAck

__all__ = ["mo"]


@scenario(clause="TS 23.204 §6.3, TS 24.341 §5.3.1, TR 23.804 §8.9", what="MO with its submit report")
async def mo(carrier: Carrier) -> None:
    """MESSAGE(RP-DATA), 202, mo-ForwardSM, result, MESSAGE(RP-ACK), 200."""
    (alice,) = await registered(carrier, "alice")
    sent = alice.send("Grüße aus dem IMS", to=carrier.plan.subscriber("bob").msisdn)
    await finished(carrier, sent)

    expect(sent.status == 202, "the MESSAGE was answered 202 Accepted")
    expect(len(sent.reports) == 1, "there is exactly one submit report")
    report = sent.report
    expect(isinstance(report, RpAck), "the report is an RP-ACK")
    expect(len(reports(carrier, sent.call_id)) == 1, "which says In-Reply-To the MESSAGE")
    octets = (report.user_data if report is not None else None) or b""
    expect(bool(octets), "it carries what the SC says")
    tpdu = decode(octets, direction=Direction.TO_UE, rp=RpMessage.ACK)
    expect(isinstance(tpdu, SubmitReport), "which is its SMS-SUBMIT-REPORT")

    expect(len(carrier.smsc.mo) == 1, "the SC got it once")
    got = carrier.smsc.mo[0]
    expect(got.oa == alice.msisdn, "under alice's MSISDN")
    expect(got.imsi == alice.subscriber.imsi, "with her IMSI")
    submit = decode(got.tpdu, direction=Direction.FROM_UE)
    expect(isinstance(submit, Submit) and got.tpdu == sent.tpdu, "octet for octet as she wrote it")
    expect(text(submit) == "Grüße aus dem IMS", "and with her words")
    await settled(carrier)
    expect_own(carrier, lambda: carrier.ground.journal().count(b"\n") == 1, "there is one charging record")
