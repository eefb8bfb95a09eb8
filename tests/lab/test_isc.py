"""What our S-CSCF writes is what Kamailio writes, as far as an application server can see."""

from random import Random

from lab.elements.isc import Isc
from lab.plan import PHONES, Plan
from sipbridge import Flow, IscStack, Request, SipSettings, SipStack, SmMessage, ThirdPartyRegister
from sipbridge.identifiers import Identifiers
from sipbridge.rp import Direction, RpAddress, RpData

PLAN = Plan()
ALICE = PLAN.impu(PHONES[0])
NOW = 1_000_000.0
TO_GATEWAY = Flow("udp", PLAN.sip("ipsmgw"), PLAN.sip("scscf"))
FROM_ALICE = Flow("udp", PLAN.sip("scscf"), PLAN.sip("alice"))

# The header fields of a captured third-party REGISTER (Kamailio 5.6.3), in its order.
KAMAILIO = [
    *("Via", "To", "From", "CSeq", "Call-ID", "User-Agent", "Event", "Max-Forwards", "Expires", "Path"),
    *("Contact", "P-Visited-Network-ID", "P-Access-Network-Info", "P-Charging-Vector", "P-Associated-URI"),
    *("Content-Type", "Content-Length"),
]


def isc() -> Isc:
    return Isc(PLAN, Identifiers(Random(1), 0, 1), Random(2))


def gateway() -> IscStack:
    return IscStack(SipSettings(host=PLAN.host("ipsmgw")), Random(3))


def names(octets: bytes) -> list[str]:
    head = octets.split(b"\r\n\r\n")[0].decode()
    return [line.partition(":")[0] for line in head.split("\r\n")[1:]]


def test_the_third_party_register_has_kamailios_fields() -> None:
    octets = isc().third_party_register(ALICE, PHONES[0], 720, b"z9hG4bKx")
    assert names(octets) == KAMAILIO
    assert b"CSeq: 10 REGISTER\r\n" in octets
    assert b"P-Associated-URI: <sip:+15551001001@ims.test, tel:+15551001001>\r\n" in octets


def test_an_application_server_reads_the_third_party_register() -> None:
    octets = isc().third_party_register(ALICE, PHONES[0], 720, b"z9hG4bKx")
    (event,) = gateway().receive(octets, TO_GATEWAY, NOW)
    assert isinstance(event, ThirdPartyRegister)
    assert (event.impu, event.expires) == (ALICE, 720)
    assert event.service_info == "imsi=001015551001001;msisdn=+15551001001"
    assert event.associated == (ALICE, "tel:+15551001001")


def test_each_third_party_register_is_a_dialogue_of_its_own() -> None:
    writer = isc()
    first = writer.third_party_register(ALICE, PHONES[0], 720, b"z9hG4bKx")
    second = writer.third_party_register(ALICE, PHONES[0], 720, b"z9hG4bKy")
    call_ids = {
        line for octets in (first, second) for line in octets.split(b"\r\n") if line.startswith(b"Call-ID")
    }
    assert len(call_ids) == 2


def message_from_alice(*headers: tuple[str, str]) -> Request:
    """As it arrives at the S-CSCF."""
    phone = SipStack(SipSettings(host=PLAN.host("alice")), Random(4))
    body = RpData(1, RpAddress(PLAN.sc_number), b"\x01\x00\x00\x80\x00\x00\x00").encode(
        Direction.MS_TO_NETWORK
    )
    phone.request(
        "MESSAGE",
        PLAN.sc_uri,
        NOW,
        flow=Flow("udp", PLAN.sip("alice"), PLAN.sip("scscf")),
        sender=ALICE,
        recipient=PLAN.sc_uri,
        headers=[
            ("Route", "<sip:127.0.1.12:5060;lr>"),
            ("Content-Type", "application/vnd.3gpp.sms"),
            *headers,
        ],
        body=body,
    )
    ((octets, _),) = phone.take_output()
    scscf = SipStack(SipSettings(host=PLAN.host("scscf")), Random(5))
    (event,) = scscf.receive(octets, FROM_ALICE, NOW)
    assert isinstance(event, Request)
    return event


def test_a_message_arrives_with_its_routes_above_via_and_both_identities() -> None:
    octets = isc().message(message_from_alice(), ALICE, PHONES[0], b"z9hG4bKz")
    fields = names(octets)
    assert fields[:3] == ["Route", "Via", "Via"]
    assert b"Max-Forwards: 69\r\n" in octets
    (event,) = gateway().receive(octets, TO_GATEWAY, NOW)
    assert isinstance(event, SmMessage)
    assert event.asserted == (ALICE, "tel:+15551001001")
    assert isinstance(event.rpdu, RpData)
    assert event.request_uri == PLAN.sc_uri


def test_what_a_phone_claims_to_be_is_not_passed_on() -> None:
    claims = [
        ("P-Asserted-Identity", "<sip:+15551001002@ims.test>"),
        ("P-Served-User", "<sip:+15551001002@ims.test>"),
        ("P-Preferred-Identity", "<sip:+15551001002@ims.test>"),
    ]
    octets = isc().message(message_from_alice(*claims), ALICE, PHONES[0], b"z9hG4bKz")
    assert b"15551001002" not in octets
