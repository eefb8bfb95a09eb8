"""What a phone hears of what it has sent, and what it may command."""

from ipsmgw.identity import Msisdn
from ipsmgw.sms import (
    Address,
    Command,
    CommandType,
    DecodeError,
    Direction,
    FailureCause,
    RpMessage,
    Status,
    StatusReport,
    Submit,
    SubmitReport,
    compose,
    decode,
)
from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.phone_ledger import Received, Sent
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import finished, registered
from sipbridge.rp import RpAck, RpError

__all__ = ["sms_command", "status_report"]


def _submit(text: str, to: Msisdn) -> bytes:
    """With TP-SRR."""
    (part,) = compose(text)
    da = Address.international(to)
    return Submit.of(0, da, udl=part.udl, ud=part.ud, dcs=part.dcs, status_report=True).encode()


def _reports(phone: Phone) -> list[StatusReport]:
    """Those that the phone has acknowledged."""
    taken = (_read(received) for received in phone.received if received.answer == "ack")
    return [report for report in taken if report is not None]


def _read(received: Received) -> StatusReport | None:
    try:
        tpdu = decode(received.tpdu, direction=Direction.TO_UE)
    except DecodeError:
        return None
    return tpdu if isinstance(tpdu, StatusReport) else None


async def _reported(carrier: Carrier, phone: Phone, number: int) -> StatusReport:
    await carrier.until(lambda: len(_reports(phone)) == number, f"status report {number} has come")
    return _reports(phone)[-1]


@scenario(clause="TS 23.040 §3.2.9, §9.2.2.3", what="TP-SRR, delivered, SMS-STATUS-REPORT over IMS")
async def status_report(carrier: Carrier) -> None:
    """The report names the message by its TP-MR, and says when the SC had it and when bob had it."""
    alice, bob = await registered(carrier, "alice", "bob")
    sent = alice.submit(_submit("tell me when he has it", bob.msisdn), bob.msisdn)
    report = await _reported(carrier, alice, 1)
    expect(report.tp_st == Status.RECEIVED_BY_SME, "it says: received")
    expect(report.tp_mr == sent.tpdu[1], "under the TP-MR of the SMS-SUBMIT")
    expect(report.tp_ra.digits == bob.msisdn and not report.tp_srq, "of the message to bob")
    expect([got.text for got in bob.received] == ["tell me when he has it"], "bob reads it")


@scenario(clause="TS 23.040 §9.2.2.4, §9.2.3.19", what="SMS-COMMAND: enquiry, delete, and what is gone")
async def sms_command(carrier: Carrier) -> None:
    """Bob is absent: alice asks what has become of her message, and deletes it."""
    (alice,) = await registered(carrier, "alice")
    bob = carrier.phone("bob")
    sent = alice.submit(_submit("never mind", bob.msisdn), bob.msisdn)
    await finished(carrier, sent)
    message = carrier.smsc.mt[0]
    await carrier.until(lambda: message.state is MtState.WAITING, "bob is absent, so it waits")

    enquiry = await _command(carrier, alice, CommandType.ENQUIRY, sent, bob)
    expect(isinstance(enquiry.report, RpAck), "the SC takes the enquiry")
    report = await _reported(carrier, alice, 1)
    expect(report.tp_srq and report.tp_mr == enquiry.tpdu[1], "the answer is a report of the command")
    expect(0x20 <= report.tp_st < 0x40, "which says that the SC still tries")

    delete = await _command(carrier, alice, CommandType.DELETE_SUBMITTED_SHORT_MESSAGE, sent, bob)
    expect(isinstance(delete.report, RpAck), "the SC deletes it")
    report = await _reported(carrier, alice, 2)
    expect(report.tp_st == Status.DELETED_BY_ORIGINATING_SME, "and reports that")
    expect(report.tp_mr == sent.tpdu[1] and not report.tp_srq, "as the end of the message")

    again = await _command(carrier, alice, CommandType.DELETE_SUBMITTED_SHORT_MESSAGE, sent, bob)
    octets = (again.report.user_data if again.report is not None else None) or b""
    refusal = decode(octets, direction=Direction.TO_UE, rp=RpMessage.ERROR)
    expect(isinstance(again.report, RpError), "what is gone cannot be deleted")
    cannot = FailureCause.COMMAND_CANNOT_BE_ACTIONED
    expect(isinstance(refusal, SubmitReport) and refusal.tp_fcs == cannot, "its TP-FCS says so")
    await registered(carrier, "bob")
    expect(not bob.received, "bob never gets it")


async def _command(carrier: Carrier, phone: Phone, kind: CommandType, sent: Sent, to: Phone) -> Sent:
    tpdu = Command.of(0, Address.international(to.msisdn), ct=kind, mn=sent.tpdu[1])
    command = phone.submit(tpdu.encode(), to.msisdn)
    await finished(carrier, command)
    return command
