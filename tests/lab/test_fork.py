"""A proxy that forks gives back one answer, the best (RFC 3261 §16.7); and to whom a report comes by it."""

from dataclasses import replace
from random import Random

import pytest

from ipsmgw.identity import Imsi
from lab.carrier import Carrier
from lab.elements.fork import Forks
from lab.plan import PHONES, Plan, Subscriber
from lab.runner import run
from lab.scenario import Scenario
from lab.steps import finished
from sipbridge.events import Request, Response
from sipbridge.flow import Flow
from sipbridge.rp import RpAck
from sipbridge.settings import SipSettings
from sipbridge.stack import SipStack

CALLER, PROXY = ("127.0.0.1", 5060), ("127.0.0.2", 5060)
NOW = 100.0


class Proxy:
    """One MESSAGE forwarded to as many targets as there are answers."""

    def __init__(self, targets: int) -> None:
        self.stack = SipStack(SipSettings(host=PROXY[0]), Random(1))
        caller = SipStack(SipSettings(host=CALLER[0]), Random(2))
        caller.request(
            "MESSAGE", "sip:b@h", NOW, flow=Flow("udp", CALLER, PROXY), sender="sip:a@h", recipient="sip:b@h"
        )
        ((octets, _),) = caller.take_output()
        (request,) = self.stack.receive(octets, Flow("udp", PROXY, CALLER), NOW)
        assert isinstance(request, Request)
        self.forks = Forks(self.stack)
        flows = [Flow("udp", PROXY, ("127.0.0.3", 5060 + number)) for number in range(targets)]
        branches = [self.stack.forward(request.tx, NOW, flow=flow) for flow in flows]
        self.branches = [branch for branch in branches if branch is not None]
        self.sent = [octets for octets, _ in self.stack.take_output()]
        self.forks.add(request.tx, self.branches)

    def answer(self, number: int, status: int) -> None:
        branch = self.branches[number]
        if not status:
            self.forks.answered(branch, 408, None, NOW)
            return
        _, *lines = self.sent[number].partition(b"\r\n\r\n")[0].split(b"\r\n")
        kept = [line for line in lines if line.startswith((b"Via", b"From", b"To", b"Call-ID", b"CSeq"))]
        octets = b"\r\n".join([b"SIP/2.0 %d X" % status, *kept, b"Content-Length: 0", b"", b""])
        self.forks.answered(
            self.branches[number], status, Response(self.branches[number], status, octets), NOW
        )

    @property
    def statuses(self) -> list[int]:
        return [int(octets[8:11]) for octets, _ in self.stack.take_output()]


@pytest.mark.parametrize(("answers", "expected"), [
    ([200], [200]), ([488, 200], [200]), ([200, 200], [200]), ([480, 503], [480]), ([503], [500]),
    ([503, 0], [408]), ([0], [408]), ([0, 486], [486]), ([600, 404], [404]),
])  # fmt: skip
def test_the_best_answer_goes_back_once(answers: list[int], expected: list[int]) -> None:
    proxy = Proxy(len(answers))
    for number, status in enumerate(answers):
        proxy.answer(number, status)
    assert proxy.statuses == expected


def test_an_answer_to_nothing_changes_nothing() -> None:
    proxy = Proxy(1)
    proxy.answer(0, 200)
    proxy.answer(0, 200)
    assert proxy.statuses == [200]


def test_a_phone_that_takes_no_short_messages_hears_what_has_become_of_its_own() -> None:
    async def story(carrier: Carrier) -> None:
        alice = carrier.phone("alice")
        alice.announce(smsip=False)
        alice.register()
        await carrier.until(lambda: alice.registered, "alice is registered")
        sent = alice.send("I only send", carrier.plan.subscriber("bob").msisdn)
        await finished(carrier, sent)
        assert isinstance(sent.report, RpAck)

    verdict = run(Scenario("test", "", "", story, lambda plan: plan))
    assert verdict.broken is None, f"{verdict.broken}\n{verdict.ladder()}"


def test_of_several_devices_the_one_that_has_sent_hears_of_it() -> None:
    alice = PHONES[0]
    tablet = Subscriber("tablet", Imsi("001015551001009"), alice.msisdn)

    async def story(carrier: Carrier) -> None:
        phones = [carrier.phone(name) for name in ("alice", "tablet")]
        phones[0].register()
        await carrier.until(lambda: phones[0].registered, "the phone is registered")
        phones[1].register()
        await carrier.until(lambda: phones[1].registered, "the tablet is registered")
        sent = phones[0].send("From the one that registered first", PHONES[1].msisdn)
        await finished(carrier, sent)
        assert isinstance(sent.report, RpAck)
        assert [phone.ledger.unmatched for phone in phones] == [0, 1]

    plan = replace(Plan(), subscribers=(*PHONES, tablet))
    verdict = run(Scenario("test", "", "", story, lambda _: plan), judges=())
    assert verdict.broken is None, f"{verdict.broken}\n{verdict.ladder()}"
