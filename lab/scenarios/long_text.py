"""A text that takes several short messages, each too long for one UDT."""

from lab.carrier import Carrier
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import finished, registered

__all__ = ["long_text"]

_TEXT = "The quick brown fox jumps over the lazy dog, and then — since nobody minds — it does so again. " * 3


@scenario(clause="TS 23.040 §9.2.3.24.1, Q.714 §4.1.1", what="concatenated parts, put together by the phone")
async def long_text(carrier: Carrier) -> None:
    """Each part with its submit report, in order; bob's phone puts them together."""
    alice, bob = await registered(carrier, "alice", "bob")
    parts = alice.send_long(_TEXT, to=bob.msisdn)
    expect(len(parts) > 1, "the text takes several short messages")
    for sent in parts:
        await finished(carrier, sent)
    expect(all(sent.report is not None for sent in parts), "each part has its report")
    await carrier.until(lambda: len(bob.ledger.inbox) == 1, "bob has put the text together")
    expect(bob.ledger.inbox[0] == _TEXT, "and reads what alice wrote")
    expect(len(bob.received) == len(parts), "from as many short messages as she sent")
