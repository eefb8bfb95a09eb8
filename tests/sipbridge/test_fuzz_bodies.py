"""Bodies and headers made to be dear: nested, countless, without end; each is read or refused at low cost."""

import tracemalloc
from random import Random

import pytest

from sipbridge import Limits, parse
from tests.sipbridge.element import (
    SMS_BODY,
    TO_GATEWAY,
    application_server,
    message,
    octets,
    sent,
    vectors,
)
from tests.sipbridge.test_fuzz import ASKED, LIMITS, mutated, settle

pytestmark = pytest.mark.timeout(10)

ASSERTED = "P-Asserted-Identity: <sip:+1555@ims.test>"
SMS = b"Content-Type: application/vnd.3gpp.sms"
SIP, XML = b"message/sip", b"application/3gpp-ims+xml"
MEGABYTES = 4 * 1024 * 1024


def carrying(body: bytes, kind: bytes = b"multipart/mixed;boundary=b", method: str = "MESSAGE") -> bytes:
    return message(ASSERTED, body=body, method=method).replace(SMS, b"Content-Type: " + kind, 1)


def inner(line: bytes) -> bytes:
    """A REGISTER of a user, in the body of the S-CSCF's."""
    head = b"REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\n"
    rest = b"To: <sip:a>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n"
    return carrying(head + rest + line + b"\r\n\r\n", SIP, "REGISTER")


NESTED = b"".join(
    b"--b%d\r\nContent-Type: multipart/mixed;boundary=b%d\r\n\r\n" % (i, i + 1) for i in range(999)
)
HOSTILE = {
    "nested, each with a boundary of its own": carrying(NESTED, b"multipart/mixed;boundary=b0"),
    "nested, all with one boundary": carrying(b"--b\r\nc: multipart/mixed;boundary=b\r\n\r\n" * 1200),
    "parts without number": carrying(b"--b\r\n\r\nx\r\n" * 6000 + b"--b--"),
    "delimiters alone": carrying(b"\r\n--b" * 12_000 + b"--"),
    "no end": carrying(b"--b\r\n" + SMS + b"\r\n\r\n" + SMS_BODY),
    "an end alone": carrying(b"--b--"),
    "an end before the first part": carrying(b"--b--\r\n--b\r\n" + SMS + b"\r\n\r\nx\r\n--b--"),
    "a part that is all header": carrying(b"--b\r\n" + b"X: y\r\n" * 9_000 + b"--b--"),
    "a part in one line": carrying(b"--b" + b"x" * 60_000 + b"--b--"),
    "an empty boundary": carrying(b"--\r\n\r\nx\r\n----", b'multipart/mixed;boundary=""'),
    "a boundary of 71": carrying(b"--" + b"b" * 71, b"multipart/mixed;boundary=" + b"b" * 71),
    "boundaries without value": carrying(b"", b"multipart/mixed" + b";boundary" * 3000),
    "a boundary of escapes": carrying(b"", b'multipart/mixed;boundary="' + b"\\\\" * 9000 + b'"'),
    "a type that is white space": carrying(b"x", b"multipart" + b" " * 30_000 + b"/mixed"),
    "base64 in white space": message(ASSERTED, "Content-Transfer-Encoding: base64", body=b"A " * 30_000),
    "quoted-printable of breaks": message(
        ASSERTED, "Content-Transfer-Encoding: quoted-printable", body=b"=\r\n" * 20_000
    ),
    "service-info that opens only": carrying(b"<service-info>" * 4000, XML, "REGISTER"),
    "service-info of white space": carrying(b"<a:service-info" + b" " * 60_000, XML, "REGISTER"),
    "a namespace without end": carrying(b"<" + b"a" * 60_000, XML, "REGISTER"),
    "namespaces without number": carrying(b"<a:" * 20_000, XML, "REGISTER"),
    "references without number": carrying(
        b"<service-info>" + b"&#1;&#x" * 8000 + b"</service-info>", XML, "REGISTER"
    ),
    "inner headers without number": inner(b"Contact: <sip:a>;+g.3gpp.smsip\r\n" * 1800),
    "inner contacts without number": inner(b"Contact: " + b"<sip:a>," * 3500 + b"<sip:b>"),
    "inner credentials without end": inner(b"Authorization: Digest " + b'a="\\",' * 4000),
    "inner bodies": inner(b"Content-Type: multipart/mixed;boundary=b\r\n\r\n" + b"--b\r\n" * 5000),
    "headers without number": message(*["X: y"] * 9000),
    "vias without number": message(*["v: SIP/2.0/UDP a"] * 3000),
    "contacts without number": message("Contact: " + "<sip:a>," * 3500 + "<sip:a>", method="REGISTER"),
    "an implicit set without number": message("P-Associated-URI: " + "<sip:a>," * 3500, method="REGISTER"),
    "identities without number": message("P-Asserted-Identity: " + "<sip:a>," * 3500 + "<sip:a>"),
    "folds without number": message("X: a" + "\r\n b" * 7000),
    "a via behind folds": message().replace(b"Via: ", b"Via: " + b"\r\n " * 7000, 1),
    "parameters without number": message().replace(b"branch=", b"a;" * 14_000 + b"branch=", 1),
    "escapes without number": message().replace(b";tag=1", b';a="' + b'\\"' * 12_000, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_made_to_be_dear_is_cheap(name: str) -> None:
    server = application_server()
    tracemalloc.start()
    try:
        events = server.receive(HOSTILE[name], TO_GATEWAY, 0.0)
        assert tracemalloc.get_traced_memory()[1] < MEGABYTES
    finally:
        tracemalloc.stop()
    asked = [event for event in events if isinstance(event, ASKED)]
    assert len(asked) + len(sent(server)) == 1  # it is for those above, or has its answer


@pytest.mark.parametrize("name", HOSTILE)
def test_nor_do_its_likes_raise(name: str) -> None:
    rng, server = Random(name), application_server(LIMITS)
    for count in range(6):
        server.receive(mutated(rng, HOSTILE[name])[:65_535], TO_GATEWAY, count / 10)
    server.take_output()
    settle(server)


@pytest.mark.parametrize(("body", "status"), [
    (b"--b\r\n" + SMS + b"\r\n\r\n" + SMS_BODY + b"\r\n--b--", 0),
    (b"--b \t\r\n" + SMS + b"\r\n\r\n" + SMS_BODY + b"\r\n--b--", 0),  # RFC 2046 §5.1.1: padding
    (b"--b\r\n" + SMS + b"\r\n\r\n" + SMS_BODY, 400),
    (b"--b\r\n" + SMS + b"\r\n\r\n" + SMS_BODY + b"\r\n--b", 400),
    (b"--b--\r\n--b\r\n" + SMS + b"\r\n\r\n" + SMS_BODY + b"\r\n--b--", 400),
    (b"--b\r\n" + SMS + b"\r\n\r\n" + SMS_BODY + b"\r\n--b--\r\nepilogue\r\n--b\r\n\r\nx", 0),
    (b"--b\r\n\r\nx\r\n--b--\r\n--b\r\n" + SMS + b"\r\n\r\n" + SMS_BODY + b"\r\n--b--", 415),
    (b"--b\r\n\r\nx\r\n" * 15 + b"--b\r\n" + SMS + b"\r\n\r\n" + SMS_BODY + b"\r\n--b--", 0),
    (b"--b\r\n\r\nx\r\n" * 16 + b"--b\r\n" + SMS + b"\r\n\r\n" + SMS_BODY + b"\r\n--b--", 400),
    (b"--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--", 415),
])  # fmt: skip
def test_parts_are_read_to_their_end_and_few_of_them(body: bytes, status: int) -> None:
    server = application_server()
    server.receive(carrying(body), TO_GATEWAY, 0.0)
    assert [parse(data, Limits()).status for data in sent(server)] == ([status] if status else [])


REGISTERS = [name for name in vectors("sip") if "third-party-register" in name]


@pytest.mark.parametrize("seed", range(30))
def test_mutated_bodies_of_third_party_registers_are_taken(seed: int) -> None:
    """With heads that are sound, so that every one of them is looked into."""
    rng, server = Random(seed), application_server(LIMITS)
    for count in range(40):
        name = rng.choice(REGISTERS)
        body = octets("sip", name).partition(b"\r\n\r\n")[2]
        part = b"--b\r\nContent-Type: " + rng.choice([SIP, XML]) + b"\r\n\r\n" + body + b"\r\n"
        kind, whole = rng.choice(
            [(SIP, body), (XML, body), (b"multipart/mixed;boundary=b", part * rng.randint(1, 4) + b"--b--")]
        )
        data = carrying(mutated(rng, whole), kind, "REGISTER").replace(b"z9hG4bK1", b"z9hG4bK%d" % count, 1)
        for event in server.receive(data, TO_GATEWAY, count / 10):
            if isinstance(event, ASKED):
                server.respond(event.tx, 200, count / 10)
    assert len(sent(server)) == 40
    settle(server)
