"""Names of next hops: octets that are believed, answers that are kept, ways in their order (RFC 3263)."""

from collections import Counter
from contextlib import suppress
from random import Random
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import DecodeError, Flow, PeerMisbehaved
from sipbridge.dns import DnsSettings, Kind, Locator, Question, Resolved, Resolver, hosts, name_servers
from sipbridge.dns.message import Address, Alias, Naptr, Srv, decode, encode
from sipbridge.hop import Hop, hop_of
from sipbridge.uri import SipUri, parse_uri
from tests.sipbridge.zone import Zone

ONE, TWO = ("192.0.2.1", 53), ("192.0.2.2", 53)
SETTINGS = DnsSettings(servers=(ONE, TWO), timeout=2.0, attempts=2)
HOME = ("127.0.0.11", 5060)
A = Question("a.test", Kind.A)


class Net:
    """A resolver, and zones behind its servers; a server without zone is silent."""

    def __init__(self, settings: DnsSettings = SETTINGS, **zones: Zone) -> None:
        self.resolver = Resolver(settings, Random(1))
        self.zones = {ONE: zones.get("one"), TWO: zones.get("two")}
        self.locator = Locator(self.resolver, _local, Random(2), avoid=60.0)

    def exchange(self, now: float) -> list[Resolved | PeerMisbehaved]:
        """Until nobody has anything to say."""
        events: list[Resolved | PeerMisbehaved] = []
        while batch := self.resolver.take_output():
            for query, flow in batch:
                zone = self.zones[flow.remote]
                if zone is not None:
                    by_tcp = flow.transport == "tcp"
                    events += self.resolver.receive(zone.answer(query, by_tcp=by_tcp), flow, now)
        return events

    def find(self, hop: Hop, now: float = 0.0) -> list[Flow]:
        for _ in range(20):
            ways = self.locator.locate(hop, now)
            if ways is not None:
                return ways
            self.exchange(now)
        raise AssertionError("it is never found")

    def look(self, question: Question, now: float = 0.0) -> object:
        if self.resolver.look(question, now) is None:
            self.resolver.ask(question, now)
            self.exchange(now)
        return self.resolver.look(question, now)


def _local(transport: str, host: str) -> tuple[str, int] | None:
    return None if ":" in host else HOME


def remotes(ways: list[Flow]) -> list[tuple[str, str, int]]:
    return [(way.transport, *way.remote) for way in ways]


# Octets.


def test_records_are_read_as_a_server_writes_them() -> None:
    zone = Zone(
        "a.test 60 A 192.0.2.7",
        "a.test 60 AAAA 2001:db8::7",
        "_sip._udp.a.test 60 SRV 10 20 5070 s1.a.test",
        'a.test 60 NAPTR 50 60 "S" "sips+d2t" "" _sips._tcp.a.test',
        "b.test 60 CNAME a.test",
    )
    net = Net(one=zone)
    assert net.look(A) == (Address("192.0.2.7"),)
    assert net.look(Question("a.test", Kind.AAAA)) == (Address("2001:db8::7"),)
    assert net.look(Question("_sip._udp.a.test", Kind.SRV)) == (Srv(10, 20, 5070, "s1.a.test"),)
    assert net.look(Question("a.test", Kind.NAPTR)) == (Naptr(50, 60, "s", "SIPS+D2T", "_sips._tcp.a.test"),)
    assert net.look(Question("b.test", Kind.A)) == (Address("192.0.2.7"),)


def test_compressed_names_are_read() -> None:
    query = encode(7, Question("x.a.test", Kind.CNAME))
    head = pack(">6H", 7, 0x8180, 1, 1, 0, 0) + query[12 : 12 + 14]
    record = b"\xc0\x0c" + pack(">HHIH", 5, 1, 60, 4) + b"\x01y\xc0\x0e"
    (found,) = decode(head + record).records
    assert (found.name, found.data) == ("x.a.test", Alias("y.a.test"))


@given(
    st.binary(max_size=200) | st.builds(lambda tail: pack(">6H", 1, 0x8180, 1, 3, 2, 1) + tail, st.binary())
)
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    with suppress(DecodeError):
        decode(data)
    resolver = Resolver(SETTINGS, Random(1))
    resolver.ask(A, 0.0)
    assert all(
        isinstance(event, PeerMisbehaved) for event in resolver.receive(data, Flow("udp", ("", 0), ONE), 0.0)
    )


def test_a_pointer_to_itself_ends() -> None:
    with pytest.raises(DecodeError):
        decode(pack(">6H", 1, 0x8180, 1, 0, 0, 0) + b"\xc0\x0c\0\x01\0\x01")


@pytest.mark.parametrize("name", ["", "a..b", "a" * 64 + ".test", "ä.test", ".".join(["abcdefgh"] * 40)])
def test_what_is_no_name_is_never_asked(name: str) -> None:
    resolver = Resolver(SETTINGS, Random(1))
    assert resolver.ask(Question(name, Kind.A), 0.0) is False
    assert resolver.take_output() == []
    assert resolver.look(Question(name, Kind.A), 0.0) == ()


# The resolver.


def test_an_answer_holds_as_long_as_it_says_and_is_asked_for_again() -> None:
    zone = Zone("a.test 60 A 192.0.2.7")
    net = Net(one=zone)
    for now in (0.0, 59.0):
        assert net.look(A, now) == (Address("192.0.2.7"),)
    assert len(zone.asked) == 1
    assert net.resolver.look(A, 60.0) is None
    net.look(A, 60.0)
    assert len(zone.asked) == 2


def test_that_there_is_nothing_is_remembered_too() -> None:
    zone = Zone()
    net = Net(one=zone)
    assert net.look(A) == ()
    assert net.look(A, 4.9) == ()
    assert len(zone.asked) == 1
    assert net.resolver.look(A, 5.0) is None  # what the SOA says is less than ours


def test_nothing_that_is_not_to_be_remembered_is_asked_for_again_in_a_moment() -> None:
    zone = Zone()
    zone.negative = 0
    net = Net(one=zone)
    assert net.look(A) == ()
    assert net.resolver.look(A, 0.9) == ()
    assert net.resolver.look(A, 1.0) is None


def test_a_silent_server_gives_way_to_the_next_and_all_silent_is_an_answer() -> None:
    net = Net(two=Zone("a.test 60 A 192.0.2.7"))
    net.resolver.ask(A, 0.0)
    net.exchange(0.0)
    assert net.resolver.deadline() == 2.0
    net.resolver.expire(2.0)
    assert net.exchange(2.0) == [Resolved(A)]
    silent = Net()
    silent.resolver.ask(A, 0.0)
    told: list[Resolved | PeerMisbehaved] = []
    while (due := silent.resolver.deadline()) is not None:
        silent.exchange(due)
        told += silent.resolver.expire(due)
    assert told == [Resolved(A)]
    assert silent.resolver.look(A, 8.1) == ()
    assert silent.resolver.look(A, 60.0) is None


def test_a_server_that_fails_or_refuses_is_passed_over_at_once() -> None:
    failing = Zone("a.test 60 A 192.0.2.7")
    failing.failing = {"a.test"}
    net = Net(one=failing, two=Zone("a.test 60 A 192.0.2.8"))
    assert net.look(A) == (Address("192.0.2.8"),)
    net = Net(two=Zone("a.test 60 A 192.0.2.8"))
    net.resolver.ask(A, 0.0)
    ((_, flow),) = net.resolver.take_output()
    net.resolver.link_down(flow, 0.0)
    net.exchange(0.0)
    assert net.resolver.look(A, 0.0) == (Address("192.0.2.8"),)


def test_an_old_answer_serves_where_nobody_gives_a_new_one() -> None:
    zone = Zone("a.test 60 A 192.0.2.7")
    net = Net(one=zone)
    net.look(A)
    zone.failing = {"a.test"}
    net.zones[TWO] = zone
    assert net.look(A, 100.0) == (Address("192.0.2.7"),)
    zone.failing = set()
    zone.records.clear()
    assert net.look(A, 200.0) == ()


def test_a_long_answer_is_asked_for_again_by_tcp() -> None:
    zone = Zone(*(f"a.test 60 A 192.0.2.{number}" for number in range(1, 60)), truncate=512)
    records = Net(one=zone).look(A)
    assert isinstance(records, tuple)
    assert len(records) == 59


def test_what_was_not_asked_is_not_believed() -> None:
    zone = Zone("a.test 60 A 192.0.2.7")
    net = Net()
    net.resolver.ask(A, 0.0)
    ((query, flow),) = net.resolver.take_output()
    answer = zone.answer(query)
    wrong = bytes([query[0] ^ 1]) + answer[1:]
    for data, way in (
        (wrong, flow),
        (answer, flow._replace(remote=TWO)),
        (answer, flow._replace(transport="tcp")),
    ):
        (event,) = net.resolver.receive(data, way, 0.0)
        assert isinstance(event, PeerMisbehaved)
    assert net.resolver.look(A, 0.0) is None
    assert net.resolver.receive(answer, flow, 0.0) == [Resolved(A)]


def test_a_question_in_another_spelling_is_asked_by_tcp() -> None:
    net = Net(one=Zone("a.test 60 A 192.0.2.7"))
    net.resolver.ask(Question("abcdefgh.test", Kind.A), 0.0)
    ((query, flow),) = net.resolver.take_output()
    zone = Zone("abcdefgh.test 60 A 192.0.2.7")
    assert net.resolver.receive(zone.answer(query.lower()[:2] + query.lower()[2:]), flow, 0.0) == []
    ((_, again),) = net.resolver.take_output()
    assert again.transport == "tcp"


def test_other_names_in_an_answer_are_not_believed() -> None:
    zone = Zone("a.test 60 A 192.0.2.7")
    net = Net(one=zone)
    zone.records["a.test", 1].append(zone.records["a.test", 1][0])
    net.look(A)
    assert net.resolver.look(Question("b.test", Kind.A), 0.0) is None


def test_what_is_remembered_and_asked_is_bounded() -> None:
    resolver = Resolver(DnsSettings(servers=(ONE,), cached=10, asked=5), Random(1))
    for number in range(100):
        resolver.ask(Question(f"a{number}.test", Kind.A), 0.0)
    assert (len(resolver), resolver.remembered) == (5, 10)


# Files.


def test_resolv_conf_names_the_servers() -> None:
    text = "# c\nsearch test\nnameserver 192.0.2.1 ; x\nnameserver ::1\nnameserver bad\noptions ndots:1\n"
    assert name_servers(text) == (("192.0.2.1", 53), ("::1", 53))
    assert name_servers("") == (("127.0.0.1", 53),)


def test_a_hosts_file_goes_before_dns() -> None:
    listed = hosts("127.0.0.12 scscf.test SCSCF # c\n::1 scscf.test\nnonsense\n# 1.2.3.4 x\n\n")
    assert listed == {"scscf.test": ("127.0.0.12", "::1"), "scscf": ("127.0.0.12",)}
    net = Net(DnsSettings(servers=(ONE,), hosts=listed))
    assert net.look(Question("scscf.test", Kind.AAAA)) == (Address("::1"),)
    assert remotes(net.find(Hop("", ("scscf.test", 0)))) == [("udp", "127.0.0.12", 5060)]


# Ways.

ZONE = Zone(
    'ims.test 60 NAPTR 10 10 "s" "SIP+D2T" "" _sip._tcp.ims.test',
    'ims.test 60 NAPTR 20 10 "s" "SIP+D2U" "" _sip._udp.ims.test',
    'ims.test 60 NAPTR 5 10 "s" "SIP+D2S" "" _sip._sctp.ims.test',
    'ims.test 60 NAPTR 5 10 "u" "E2U+sip" "" .',
    'ims.test 60 NAPTR 4 10 "a" "SIP+D2U" "" s2.ims.test',
    "_sip._tcp.ims.test 60 SRV 1 0 5060 s1.ims.test",
    "_sip._udp.ims.test 60 SRV 1 0 5070 s1.ims.test",
    "_sip._udp.ims.test 60 SRV 2 0 5071 s2.ims.test",
    "_sips._tcp.ims.test 60 SRV 1 0 5061 s2.ims.test",
    "s1.ims.test 60 A 192.0.2.11",
    "s1.ims.test 60 A 192.0.2.12",
    "s2.ims.test 60 A 192.0.2.13",
    "plain.test 60 A 192.0.2.14",
    "_sip._udp.srv.test 60 SRV 1 1 5072 s2.ims.test",
    "_sip._udp.none.test 60 SRV 0 0 0 .",
    "none.test 60 A 192.0.2.15",
    "_sip._udp.half.test 60 SRV 0 0 0 .",
    "_sip._tcp.half.test 60 SRV 1 0 5060 s2.ims.test",
    "half.test 60 A 192.0.2.16",
    "alias.test 60 CNAME plain.test",
)


@pytest.mark.parametrize(
    ("uri", "ways"),
    [
        (
            "sip:ims.test",
            [
                ("tcp", "192.0.2.11", 5060),
                ("tcp", "192.0.2.12", 5060),
                ("udp", "192.0.2.11", 5070),
                ("udp", "192.0.2.12", 5070),
                ("udp", "192.0.2.13", 5071),
            ],
        ),
        (
            "sip:ims.test;transport=udp",
            [("udp", "192.0.2.11", 5070), ("udp", "192.0.2.12", 5070), ("udp", "192.0.2.13", 5071)],
        ),
        ("sips:ims.test", [("tls", "192.0.2.13", 5061)]),
        ("sip:ims.test;transport=tls", [("tls", "192.0.2.13", 5061)]),
        ("sip:s1.ims.test:7000", [("udp", "192.0.2.11", 7000), ("udp", "192.0.2.12", 7000)]),
        ("sip:s2.ims.test:7000;transport=tcp", [("tcp", "192.0.2.13", 7000)]),
        ("sip:srv.test", [("udp", "192.0.2.13", 5072)]),
        ("sip:plain.test", [("udp", "192.0.2.14", 5060)]),
        ("sip:ALIAS.test.", [("udp", "192.0.2.14", 5060)]),
        ("sips:plain.test", [("tls", "192.0.2.14", 5061)]),
        ("sip:nobody.test", []),
        ("sip:none.test", []),
        ("sip:none.test;transport=udp", []),
        ("sip:none.test;transport=tcp", [("tcp", "192.0.2.15", 5060)]),
        ("sip:none.test:5060", [("udp", "192.0.2.15", 5060)]),
        ("sip:half.test", [("tcp", "192.0.2.13", 5060)]),
    ],
)
def test_a_name_leads_where_rfc_3263_says(uri: str, ways: list[tuple[str, str, int]]) -> None:
    parsed = parse_uri(uri.replace("test.", "test"))
    assert isinstance(parsed, SipUri)
    found = Net(one=ZONE).find(hop_of(parsed))
    assert remotes(found) == ways
    assert all(
        way.connection == ("ims.test" if way.transport == "tls" else "") or "plain" in uri for way in found
    )


def test_equal_priorities_are_drawn_by_weight() -> None:
    zone = Zone(
        "_sip._udp.w.test 60 SRV 1 90 5060 s1.test",
        "_sip._udp.w.test 60 SRV 1 10 5060 s2.test",
        "_sip._udp.w.test 60 SRV 1 0 5060 s3.test",
        "s1.test 60 A 192.0.2.1",
        "s2.test 60 A 192.0.2.2",
        "s3.test 60 A 192.0.2.3",
    )
    net = Net(one=zone)
    first = Counter(net.find(Hop("", ("w.test", 0)))[0].remote[0] for _ in range(2000))
    assert 1650 < first["192.0.2.1"] < 1900
    assert 100 < first["192.0.2.2"] < 300
    assert first["192.0.2.3"] < 60
    assert {len(net.find(Hop("", ("w.test", 0)))) for _ in range(20)} == {3}


def test_who_has_failed_comes_last_for_a_while() -> None:
    net = Net(one=ZONE)
    hop = Hop("udp", ("ims.test", 0))
    first = net.find(hop)[0]
    net.locator.failed(first, 0.0)
    assert net.find(hop, 1.0)[-1] == first
    assert net.find(hop, 61.0)[0] == first


def test_a_chain_that_grows_old_is_asked_for_again() -> None:
    zone = Zone("a.test 10 A 192.0.2.7")
    net = Net(one=zone)
    hop = Hop("udp", ("a.test", 5060))
    assert remotes(net.find(hop)) == [("udp", "192.0.2.7", 5060)]
    zone.records.clear()
    zone.add("a.test 10 A 192.0.2.8")
    assert remotes(net.find(hop, 9.9)) == [("udp", "192.0.2.7", 5060)]
    assert remotes(net.find(hop, 10.0)) == [("udp", "192.0.2.8", 5060)]


def test_both_families_are_asked_for_and_only_those_that_we_have() -> None:
    zone = Zone("two.test 60 A 192.0.2.7", "two.test 60 AAAA 2001:db8::7", "six.test 60 AAAA 2001:db8::6")
    net = Net(one=zone)
    here, six = ("127.0.0.11", 5060), ("::1", 5060)
    net.locator = Locator(net.resolver, lambda _, host: six if host else here, Random(2), avoid=60.0)
    assert net.find(Hop("udp", ("two.test", 5060))) == [
        Flow("udp", six, ("2001:db8::7", 5060)),
        Flow("udp", here, ("192.0.2.7", 5060)),
    ]
    assert net.find(Hop("tcp", ("six.test", 5060))) == [Flow("tcp", six, ("2001:db8::6", 5060))]
    only_four = Net(one=zone)
    assert remotes(only_four.find(Hop("udp", ("two.test", 5060)))) == [("udp", "192.0.2.7", 5060)]
    assert only_four.find(Hop("udp", ("six.test", 5060))) == []
