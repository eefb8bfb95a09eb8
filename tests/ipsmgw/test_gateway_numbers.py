"""Numbers and the service centre's policy at the gateway (TR 23.804 §8.3, §8.9; TS 24.341 §5.3.1.2)."""

from collections.abc import Mapping

import pytest

from ipsmgw.sms import Address, Command, Submit, compose
from mapstack.map import MoForwardSmArg
from sipbridge.rp import RpAddress, RpData, RpError
from tests.ipsmgw.asked import SUBMIT, invoked, octets, records
from tests.ipsmgw.broken import sound
from tests.ipsmgw.node import ALICE, IMSI, MSISDN, Node

US: Mapping[str, object] = {"country_code": "1", "national_prefix": "1", "bare": "national"}
SC = "15550000014"
NATIONAL, HELLO = Address.of_digits("07700900021", 0), compose("hello")[0].ud


def node(*tables: Mapping[str, object], registered: bool = True, **policy: object) -> Node:
    """A gateway with these tables of numbers and this policy, where alice may be registered."""
    made = Node(sound() | {"numbers": [*map(dict, tables)], "service_centre": policy})
    if registered:
        made.register()
        made.confirm(invoked(made)[0].dialogue)
        made.take_sip()
    return made


def forwarded(made: Node) -> list[tuple[str, MoForwardSmArg]]:
    """The called titles and arguments of all mo-ForwardSM."""
    return [
        (event.called.gt.digits, event.arg)
        for event in invoked(made)
        if isinstance(event.arg, MoForwardSmArg) and event.called.gt is not None
    ]


def named(digits: str, kind: int = 0x91) -> bytes:
    return octets(SUBMIT._replace(service_centre=RpAddress(digits, kind)))


def test_a_phone_may_write_its_service_centre_as_it_likes() -> None:
    made = node({"peer": "phones", **US, "international_prefixes": ["011"]})
    for digits, kind in (
        ("15550000014", 0x91),
        ("5550000014", 0xA1),
        ("5550000014", 0x81),
        ("01115550000014", 0x81),
    ):
        made.message(named(digits, kind))
    sent = forwarded(made)
    assert [title for title, _ in sent] == [SC] * 4
    addresses = [arg.sm_rp_da.service_centre_address_da for _, arg in sent]
    assert {(each.digits, each.nature, each.plan) for each in addresses if each} == {(SC, 1, 1)}


def test_a_node_is_written_numbers_as_it_wants_them() -> None:
    made = node({"peer": "map", "prefix": "1555", **US, "write": "national"})
    made.message(octets(SUBMIT))
    ((title, arg),) = forwarded(made)
    centre, sender = arg.sm_rp_da.service_centre_address_da, arg.sm_rp_oa.msisdn
    assert title == SC
    assert centre is not None
    assert sender is not None
    assert tuple(centre) == ("5550000014", 2, 1)
    assert tuple(sender) == (MSISDN[1:], 2, 1)


def test_the_service_centre_of_an_mt_is_international_to_the_phone() -> None:
    made = node({"peer": "map", **US}, {"peer": "phones", **US, "write": "national"})
    made.deliver()
    (message,) = made.take_sip()
    assert isinstance(message.rpdu, RpData)
    assert message.rpdu.service_centre == RpAddress("5550000014", 0xA1)


def test_a_service_centre_that_is_not_allowed_is_refused_by_a_report() -> None:
    made = node(allowed=["1555000001"])
    made.message(named("15559999999"))
    made.synced()
    accepted, report = made.take_sip()
    assert accepted.status == 202
    assert report.rpdu == RpError(5, 1)
    assert forwarded(made) == []
    (record,) = records(made)
    assert (record.outcome, record.service_centre) == ("unknownServiceCentre", "15559999999")
    made.message(octets(SUBMIT))
    assert len(forwarded(made)) == 1


def test_a_message_that_was_refused_for_its_service_centre_may_come_again() -> None:
    made = node(allowed=["1"])
    for digits in ("4477", SC):
        made.message(named(digits), call_id="same")
        made.synced()
    assert [title for title, _ in forwarded(made)] == [SC]


def test_forced_the_service_centre_is_ours_whatever_the_phone_says() -> None:
    made = node(forced=True, default=SC)
    for digits in ("15559999999", "*1#", "4477"):
        made.message(named(digits))
    sent = forwarded(made)
    assert [title for title, _ in sent] == [SC] * 3
    assert {str(arg.sm_rp_da.service_centre_address_da) for _, arg in sent} == {
        str(sent[0][1].sm_rp_da.service_centre_address_da)
    }


@pytest.mark.parametrize("address", ["00", "0191"])
def test_a_phone_without_a_service_centre_gets_the_usual_one(address: str) -> None:
    whole = octets(SUBMIT)
    body = whole[:3] + bytes.fromhex(address) + whole[4 + whole[3] :]
    for made, titles in ((node(default=SC), [SC]), (node(), [])):
        made.message(body)
        made.synced()
        assert [title for title, _ in forwarded(made)] == titles
        assert made.take_sip()[0].status == 202


def test_the_psi_names_the_service_centre_where_it_is_asked_first() -> None:
    made = node(
        named_in=["request-uri", "rp-da"], psi=[{"uri": "sip:sc.ims.example", "number": "15550000099"}]
    )
    lines = [
        f"From: <{ALICE}>;tag=1",
        "To: <sip:sc.ims.example>",
        "Call-ID: psi",
        f"P-Asserted-Identity: <{ALICE}>",
        "Content-Type: application/vnd.3gpp.sms",
    ]
    made.request("MESSAGE", lines, octets(SUBMIT), uri="sip:sc.ims.example")
    assert [title for title, _ in forwarded(made)] == ["15550000099"]


def test_the_msisdn_is_asserted_and_never_the_phones_claim() -> None:
    made = node()
    claim = ["P-Preferred-Identity: <tel:+15559999999>", "Contact: <tel:+15559999999>"]
    made.message(octets(SUBMIT), extra=claim)
    ((_, arg),) = forwarded(made)
    assert arg.sm_rp_oa.msisdn is not None
    assert (arg.sm_rp_oa.msisdn.digits, arg.imsi) == (MSISDN, IMSI)


def test_an_asserted_number_without_its_plus_is_the_same_subscriber() -> None:
    made = node({"peer": "scscf", **US}, registered=False)
    for sender in ("tel:5551234567;phone-context=ims.example", "sip:5551234567@ims.example;user=phone"):
        made.message(octets(SUBMIT), sender=sender)
    sent = forwarded(made)
    assert len(sent) == 2
    assert {arg.sm_rp_oa.msisdn.digits for _, arg in sent if arg.sm_rp_oa.msisdn} == {MSISDN}


def test_a_number_that_the_s_cscf_writes_in_its_national_form_is_registered_in_the_other() -> None:
    made = node({"peer": "scscf", **US}, registered=False)
    made.register(info=f"imsi={IMSI};msisdn={MSISDN[1:]}")
    made.message(octets(SUBMIT))
    ((_, arg),) = forwarded(made)
    assert arg.sm_rp_oa.msisdn is not None
    assert arg.sm_rp_oa.msisdn.digits == MSISDN


SPAIN: Mapping[str, object] = {"country_code": "34", "national_prefix": "", "bare": "national"}
OF_THE_PHONE = (
    "REGISTER sip:ims.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n"
    f"From: <{ALICE}>;tag=1\r\nTo: <{ALICE}>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n"
    "Contact: <sip:a@h>;+g.3gpp.smsip\r\n"
    f'Authorization: Digest username="{IMSI}@ims.mnc001.mcc001.3gppnetwork.org"\r\nContent-Length: 0\r\n\r\n'
)


@pytest.mark.parametrize(("info", "associated"), [
    (f"imsi={IMSI};msisdn=+34612345678", ""), (f"imsi={IMSI};msisdn=612345678", ""),
    ("", "<tel:+34612345678>"),
    ("", f"<sip:612345678@ims.example>, <tel:612345678>, <sip:{IMSI}@ims.example>"),
])  # fmt: skip
def test_a_number_that_is_registered_with_its_plus_or_without_is_the_same(info: str, associated: str) -> None:
    made = node({"peer": "scscf", **SPAIN}, registered=False)
    extra = [f"P-Associated-URI: {associated}"] if associated else []
    made.register(info=info, sip=OF_THE_PHONE, extra=extra)
    made.message(octets(SUBMIT))
    ((_, arg),) = forwarded(made)
    assert arg.sm_rp_oa.msisdn is not None
    assert arg.sm_rp_oa.msisdn.digits == "34612345678"


def test_a_local_number_of_the_implicit_set_is_the_same_subscriber() -> None:
    made = node({"peer": "scscf", **SPAIN}, registered=False)
    made.register(extra=["P-Associated-URI: <tel:612345678>"])
    made.message(octets(SUBMIT), sender="tel:612345678")
    ((_, arg),) = forwarded(made)
    assert arg.imsi == IMSI


@pytest.mark.parametrize("tpdu", [
    Submit.of(7, NATIONAL, udl=5, ud=HELLO, status_report=True).encode(),
    Submit.of(7, Address.of_digits("12345", 1), udl=5, ud=HELLO).encode(),
    Command.of(8, NATIONAL, ct=2, mn=7, status_report=True).encode(),
], ids=["status report requested", "short code", "command"])  # fmt: skip
def test_whatever_the_tables_say_a_tpdu_passes_untouched(tpdu: bytes) -> None:
    """TP-DA is the SC's to read, with TP-SRR, and a command is one (TS 23.040 §9.2.2.2, §9.2.2.4)."""
    made = node({"peer": "phones", **US}, {"peer": "map", **US, "write": "national"}, forced=True, default=SC)
    made.message(octets(SUBMIT._replace(user_data=tpdu)))
    ((_, arg),) = forwarded(made)
    assert arg.sm_rp_ui == tpdu
