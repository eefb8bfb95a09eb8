"""A next hop that has a name: requests wait for it within bounds, and go on to the next target (RFC 3263)."""

from random import Random

import pytest

from sipbridge import ClientTx, Flow, Limits, NoAnswer, Response, SipStack, parse
from sipbridge.dns import DnsSettings, Locator, Resolver
from sipbridge.hop import Hop
from tests.sipbridge.element import GATEWAY, response, stack
from tests.sipbridge.zone import Zone

SERVER = ("192.0.2.53", 53)
HOP = Hop("", ("scscf.test", 0))
TO_NAME = HOP.flow(GATEWAY)
ZONE = (
    "_sip._udp.scscf.test 60 SRV 1 0 5060 s1.test",
    "_sip._udp.scscf.test 60 SRV 2 0 5070 s2.test",
    "s1.test 60 A 192.0.2.1",
    "s2.test 60 A 192.0.2.2",
)


class Site:
    """A stack that asks a zone."""

    def __init__(self, *lines: str, limits: Limits | None = None) -> None:
        self.zone = Zone(*lines)
        self.stack: SipStack = stack(limits)
        self.resolver = Resolver(DnsSettings(servers=(SERVER,)), Random(1))
        local = {"udp": GATEWAY, "tcp": GATEWAY}
        self.stack.names.locator = Locator(
            self.resolver,
            lambda transport, host: None if host else local.get(transport),
            Random(2),
            avoid=60.0,
        )

    def send(self, now: float = 0.0, body: bytes = b"") -> ClientTx:
        tx, _ = self.stack.request(
            "MESSAGE", "sip:a", now, flow=TO_NAME, sender="sip:a", recipient="sip:b", body=body
        )
        return tx

    def answer(self, now: float = 0.0) -> None:
        """The DNS server says what it knows."""
        while batch := self.resolver.take_output():
            for query, flow in batch:
                for _ in self.resolver.receive(self.zone.answer(query), flow, now):
                    self.stack.names.found(now)

    def sent(self) -> list[tuple[bytes, Flow]]:
        return self.stack.take_output()


def test_a_request_waits_for_its_name_and_the_next_does_not() -> None:
    site = Site(*ZONE)
    tx = site.send()
    assert site.sent() == []
    assert site.stack.open_transactions == 1
    site.answer()
    ((data, way),) = site.sent()
    assert way == Flow("udp", GATEWAY, ("192.0.2.1", 5060))
    assert parse(data, Limits()).vias[0] == b"SIP/2.0/UDP 127.0.0.1:5090;branch=" + tx
    (event,) = site.stack.receive(response(data, 200), way, 0.1)
    assert isinstance(event, Response)
    assert event.tx == tx
    site.send(1.0)
    assert len(site.sent()) == 1


@pytest.mark.parametrize("failure", ["503", "silence"])
def test_a_target_that_fails_gives_way_to_the_next_and_is_avoided(failure: str) -> None:
    site = Site(*ZONE)
    tx = site.send()
    site.answer()
    ((data, way),) = site.sent()
    if failure == "503":
        assert site.stack.receive(response(data, 503), way, 0.1) == []
    else:
        while (due := site.stack.deadline()) is not None and due <= 32.0:
            assert site.stack.expire(due) == []
    again, other = site.sent()[-1]
    assert other == Flow("udp", GATEWAY, ("192.0.2.2", 5070))
    assert parse(again, Limits()).vias[0].rpartition(b"=")[2] != tx
    (event,) = site.stack.receive(response(again, 202), other, 33.0)
    assert isinstance(event, Response)
    assert (event.tx, event.status) == (tx, 202)
    site.send(34.0)
    site.answer(34.0)
    assert site.sent()[0][1] == other


def test_when_all_have_failed_the_last_answer_is_told() -> None:
    site = Site(*ZONE)
    tx = site.send()
    site.answer()
    for _ in range(2):
        ((data, way),) = site.sent()
        told = site.stack.receive(response(data, 503), way, 0.1)
    (event,) = told
    assert isinstance(event, Response)
    assert (event.tx, event.status) == (tx, 503)
    assert site.stack.open_transactions == 0


def test_a_refused_connection_is_a_failure_too() -> None:
    site = Site(
        'scscf.test 60 NAPTR 1 1 "s" "SIP+D2T" "" _sip._tcp.scscf.test',
        'scscf.test 60 NAPTR 2 1 "s" "SIP+D2U" "" _sip._udp.scscf.test',
        "_sip._tcp.scscf.test 60 SRV 1 0 5060 s1.test",
        *ZONE,
    )
    site.send()
    site.answer()
    ((data, way),) = site.sent()
    assert way == Flow("tcp", GATEWAY, ("192.0.2.1", 5060))
    assert b"Via: SIP/2.0/TCP " in data
    assert site.stack.link_down(way, 0.1) == []
    ((data, way),) = site.sent()
    assert way.transport == "udp"


def test_a_large_request_goes_by_tcp_to_a_name_as_well() -> None:
    site = Site(*ZONE)
    tx = site.send(body=b"x" * 1400)
    site.answer()
    ((data, way),) = site.sent()
    assert way == Flow("tcp", GATEWAY, ("192.0.2.1", 5060))
    site.stack.link_down(way, 0.1)
    ((data, way),) = site.sent()
    assert way == Flow("udp", GATEWAY, ("192.0.2.1", 5060))
    assert site.stack.receive(response(data, 503), way, 0.2) == []
    ((data, way),) = site.sent()
    assert way.remote == ("192.0.2.2", 5070)
    (event,) = site.stack.receive(response(data, 200), way, 0.3)
    assert isinstance(event, Response)
    assert event.tx == tx


def test_who_cannot_be_found_is_not_there() -> None:
    site = Site()
    tx = site.send()
    site.answer()
    assert site.stack.deadline() == 0.0
    assert site.stack.expire(0.1) == [NoAnswer(tx, 503)]
    later = site.send(0.2)
    assert site.stack.expire(0.2) == [NoAnswer(later, 503)]


def test_nobody_waits_longer_than_the_bound() -> None:
    site = Site(*ZONE)
    tx = site.send()
    assert site.stack.deadline() == 8.0
    assert site.stack.expire(7.9) == []
    assert site.stack.expire(8.0) == [NoAnswer(tx, 503)]
    assert site.stack.open_transactions == 0
    site.answer(8.1)
    assert site.sent() == []


def test_few_wait_at_a_time() -> None:
    site = Site(*ZONE, limits=Limits(waiting=2))
    first, second, third = site.send(), site.send(), site.send()
    assert site.stack.expire(0.1) == [NoAnswer(third, 503)]
    site.answer()
    branches = {parse(data, Limits()).vias[0].rpartition(b"=")[2] for data, _ in site.sent()}
    assert branches == {first, second}


def test_what_dns_does_not_know_goes_to_the_last_resort() -> None:
    site = Site()
    source = Flow("udp", GATEWAY, ("192.0.2.9", 5060))
    site.stack.names.last_resort(HOP, source)
    site.send()
    site.answer()
    ((_, way),) = site.sent()
    assert way == source
    silent = Site()
    silent.stack.names.last_resort(HOP, source)
    silent.send()
    silent.resolver.take_output()
    assert silent.stack.expire(8.0) == []
    assert [way for _, way in silent.sent()] == [source]


def test_without_dns_only_the_last_resort_is_there() -> None:
    element = stack()
    tx, _ = element.request("OPTIONS", "sip:a", 0.0, flow=TO_NAME, sender="sip:a", recipient="sip:b")
    assert element.expire(0.0) == [NoAnswer(tx, 503)]


def answered_slowly(site: Site, pace: float) -> float:
    """Each question takes so long; when the last has been answered."""
    now = 0.0
    while batch := site.resolver.take_output():
        now += pace
        for query, flow in batch:
            site.resolver.receive(site.zone.answer(query), flow, now)
        site.stack.names.found(now)
        assert site.stack.expire(now) == []
    return now


def test_answers_that_nobody_may_remember_serve_those_who_wait_for_them() -> None:
    site = Site(*(line.replace(" 60 ", " 0 ") for line in ZONE))
    site.zone.negative = 0
    waiting = {site.send(), site.send(), site.send()}
    assert answered_slowly(site, 1.5) == 7.5  # NAPTR, SRV of UDP and of TCP, two addresses
    sent = site.sent()
    assert {parse(data, Limits()).vias[0].rpartition(b"=")[2] for data, _ in sent} == waiting
    assert {way.remote for _, way in sent} == {("192.0.2.1", 5060)}
    asked = len(site.zone.asked)
    site.send(9.0)
    site.answer(9.0)
    assert len(site.zone.asked) == asked + 5  # and nobody else


def test_what_was_found_out_for_a_search_that_was_given_up_is_old() -> None:
    site = Site(*(line.replace(" 60 ", " 1 ") for line in ZONE))
    site.send()
    ((query, flow),) = site.resolver.take_output()
    site.resolver.receive(site.zone.answer(query), flow, 1.0)
    site.stack.expire(8.0)
    site.send(40.0)
    site.answer(40.0)
    assert [kind for _, kind in site.zone.asked].count(35) == 2


def test_where_a_service_is_decidedly_not_there_nothing_is_sent() -> None:
    site = Site("_sip._udp.scscf.test 60 SRV 0 0 0 .", "scscf.test 60 A 192.0.2.1")
    tx = site.send()
    site.answer()
    assert site.sent() == []
    assert site.stack.expire(0.1) == [NoAnswer(tx, 503)]
