"""A text of as many parts as there may be arrives; one more, or half a character, is refused in words."""

import pytest

from lab.carrier import Carrier
from lab.expectation import expect
from lab.runner import run
from lab.scenario import Scenario
from lab.steps import registered

LONGEST = "x" * (153 * 255 - 2) + "€"


def test_a_text_of_255_parts_arrives_as_it_was_sent() -> None:
    async def story(carrier: Carrier) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        sent = alice.send_long(LONGEST, to=bob.msisdn)
        expect(len(sent) == 255, "it takes 255 short messages")
        await carrier.until(lambda: len(bob.ledger.inbox) > 0, "bob has got it", within=600.0)
        expect(list(bob.ledger.inbox) == [LONGEST], "bob reads what alice wrote")

    assert run(Scenario("test", "", "", story, lambda plan: plan)).broken is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LONGEST + "x", "the text needs 256 short messages, at most 255 can belong together"),
        ("я\udc00", "character 2 of the text is one of the surrogates, of which only two are one"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_a_sentence(text: str, said: str) -> None:
    async def story(carrier: Carrier) -> None:
        alice, bob = await registered(carrier, "alice", "bob")
        with pytest.raises(ValueError, match=said):
            alice.send_long(text, to=bob.msisdn)
        expect(not alice.ledger.sent, "nothing of it has been sent")

    assert run(Scenario("test", "", "", story, lambda plan: plan)).broken is None
