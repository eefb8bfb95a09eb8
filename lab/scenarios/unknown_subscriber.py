"""A short message for somebody whom the HLR does not know."""

from ipsmgw.identity import Msisdn
from lab.carrier import Carrier
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import delivered, finished, registered
from sipbridge.rp import RpAck

__all__ = ["unknown_subscriber"]

_NOBODY = Msisdn("15551009999")


@scenario(clause="TS 29.002 §12.1, TS 23.040 §3.3.2", what="the HLR knows no such number: given up at once")
async def unknown_subscriber(carrier: Carrier) -> None:
    """The SC takes the message, asks the HLR, and gives it up: the error is permanent."""
    (alice,) = await registered(carrier, "alice")
    sent = alice.send("hello?", to=_NOBODY)
    await finished(carrier, sent)
    expect(isinstance(sent.report, RpAck), "the SC has accepted it: it cannot know")
    (message,) = carrier.smsc.mt
    await delivered(carrier, message)
    expect(message.state is MtState.FAILED, "the SC has given it up")
    expect(message.outcome == "UNKNOWN_SUBSCRIBER", "because the HLR does not know the number")
    expect(len(message.attempts) == 1, "without another attempt")
