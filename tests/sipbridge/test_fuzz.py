"""Any octets, whole and octet by octet: nothing is raised, everything stays bounded (DESIGN §11)."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import IscStack, Limits, SmMessage, SmUnreadable, ThirdPartyRegister, Watched, parse
from tests.sipbridge.element import TO_GATEWAY, application_server, message, octets, response, sent, vectors

ASKED = (ThirdPartyRegister, SmMessage, SmUnreadable)
LIMITS = Limits(transactions=8, remembered=32, kept_octets=4_096, cached_addresses=8)
SEEDS = [octets("sip", name) for name in vectors("sip")]
RUBBISH = [
    *(
        b"\r\n",
        b"\0",
        b" ",
        b"\t",
        b",",
        b";",
        b"<",
        b">",
        b'"',
        b"\\",
        b"%",
        b"%00",
        b":",
        b"@",
        b"=",
        b"\xff",
    ),
    *(
        b"\r",
        b"\n",
        b"Via: ",
        b"v:",
        b"Content-Length: 9999",
        b"SIP/2.0",
        b"z9hG4bK",
        b"tag=",
        b"rport",
        b"branch=",
    ),
]


def settle(server: IscStack) -> None:
    """Everything that was opened ends by itself."""
    for _ in range(200):
        due = server.deadline()
        if due is None:
            return
        server.expire(due)
    raise AssertionError("deadlines never end")


@given(st.binary(max_size=300))
def test_any_octets_are_taken(data: bytes) -> None:
    server = application_server(LIMITS)
    server.receive(data, TO_GATEWAY, 0.0)
    server.receive(b"SIP/2.0 200 " + data, TO_GATEWAY, 0.0)
    server.receive(message(body=data), TO_GATEWAY, 0.0)
    assert len(sent(server)) <= 3
    settle(server)


@pytest.mark.parametrize("seed", range(60))
def test_mutated_messages_are_taken(seed: int) -> None:
    rng, server = Random(seed), application_server(LIMITS)
    for _ in range(2):
        server.message("sip:a@b", "sip:s", b"x", 0.0, flow=TO_GATEWAY, asserted="sip:g")
    seeds = [*SEEDS, *(response(data, 200) for data in sent(server)), message("Route: <sip:a>", "Require: x")]
    for count in range(60):
        data = mutated(rng, rng.choice(seeds))
        events = server.receive(data, TO_GATEWAY, count / 10)
        for event in events:
            if isinstance(event, ASKED) and rng.random() < 0.7:
                server.respond(event.tx, rng.choice([100, 200, 404]), count / 10, headers=[("X", "y" * 500)])
    assert server.sip.finished <= 32
    server.take_output()
    settle(server)


def mutated(rng: Random, data: bytes) -> bytes:
    for _ in range(rng.randint(1, 4)):
        at, to = sorted(rng.randrange(len(data) + 1) for _ in range(2))
        match rng.randrange(5):
            case 0:
                data = data[:at] + rng.choice(RUBBISH) + data[at:]
            case 1:
                data = data[:at] + data[min(to, at + 20) :]
            case 2:
                data = data[:at] + data[at:to] + data[at:]
            case 3:
                data = data[:to]
            case _:
                data = data[:at] + bytes((rng.randrange(256),)) + data[at + 1 :]
        if not data:
            return b""
    return data


@pytest.mark.parametrize("name", vectors("sip"))
def test_messages_octet_by_octet_and_cut_anywhere_are_taken(name: str) -> None:
    server, data = application_server(LIMITS), octets("sip", name)
    for at in range(len(data)):
        server.receive(data[at : at + 1], TO_GATEWAY, 0.0)
        server.receive(data[:at], TO_GATEWAY, 0.0)
    server.take_output()
    settle(server)


NOTIFIES = [name for name in vectors("sip") if "notify" in name]


@pytest.mark.parametrize("seed", range(30))
def test_mutated_notifies_of_a_subscription_are_taken(seed: int) -> None:
    """The dialog is the one of the captures: only the stack's own identifiers are put in."""
    rng, server = Random(seed), application_server(LIMITS)
    server.reg_events.subscribe(Watched("sip:a@ims.test", "sip:s", TO_GATEWAY, "sip:g", 3600), 0.0)
    (asked,) = sent(server)
    answer = response(asked, 200).replace(b"To: <sip:a@ims.test>", b"To: <sip:a@ims.test>;tag=t")
    own = parse(asked, LIMITS)
    for count in range(60):
        head, _, body = octets("sip", rng.choice(NOTIFIES)).partition(b"\r\n\r\n")
        lines = [
            b"NOTIFY sip:g SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK%d" % count,
            b"To: " + own.fields[b"From"],
            b"Call-ID: " + own.fields[b"Call-ID"],
            b"CSeq: %d NOTIFY" % count,
            *[
                line
                for line in head.split(b"\r\n")[1:]
                if line[:3] not in (b"Via", b"To:", b"Cal", b"CSe", b"Con")
            ],
            b"Content-Type: application/reginfo+xml",
        ]
        data = b"\r\n".join(lines) + b"\r\n\r\n" + mutated(rng, body)
        server.receive(data if rng.random() < 0.5 else mutated(rng, data), TO_GATEWAY, count / 10)
        server.receive(mutated(rng, answer), TO_GATEWAY, count / 10)
    server.take_output()
    server.reg_events.unsubscribe("sip:a@ims.test", 10.0)
    settle(server)


TORTURE = [
    message().replace(
        b"From: <sip:a@ims.test>;tag=1", b'From: "J Rosenberg \\\\\\"" <sip:a@ims.test>;tag=1;x=\xc3\xa4'
    ),
    message("Contact: <sip:a;%zz?;@[::1>", 'Route: "<', 'P-Asserted-Identity: "\\'),
    message("P-Associated-URI: " + "<," * 500, method="REGISTER"),
    message("Expires: " + "1" * 4000, method="REGISTER"),
    message("X: " + "a" * 20_000),
    message().replace(b"MESSAGE sip:b@ims.test", b"MESSAGE sip:%00@%ff"),
    message().replace(b"MESSAGE sip:b@ims.test", b"!interesting-Method0123456789_*+`.%indeed'~ sip:b"),
    message().replace(b"To: <sip:b@ims.test>", b"To: \xff\xfe<sip:\x80@b>"),
    message().replace(b"Via: SIP/2.0/UDP 127.0.0.1:6060", b"Via: SIP/2.0/\xe4 [::1"),
    message().replace(b"branch=z9hG4bK1", b'branch="z9hG4bK1"'),
    message().replace(b"branch=z9hG4bK1", b"branch"),
    message().replace(b"CSeq: 1 ", b"CSeq: 99999999999999999999 "),
    message(body=b"\0" * 4000),
]


@pytest.mark.parametrize("data", TORTURE)
def test_rubbish_in_the_manner_of_rfc_4475_is_taken(data: bytes) -> None:
    server = application_server(LIMITS)
    for event in server.receive(data, TO_GATEWAY, 0.0):
        if isinstance(event, ASKED):
            assert server.respond(event.tx, 202, 0.0)
    assert len(sent(server)) <= 1
    settle(server)
