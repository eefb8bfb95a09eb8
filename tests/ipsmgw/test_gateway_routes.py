"""Where requests for a user go: by his S-CSCF, or by the entry of the network that the settings name."""

import pytest

from ipsmgw.names import Names
from ipsmgw.settings import BadSettings, parse
from mapstack.map import MoForwardSmArg, MoForwardSmRes
from sipbridge import dns
from sipbridge.rp import RpData
from tests.ipsmgw.asked import SUBMIT, invoked, octets, statuses
from tests.ipsmgw.broken import Table, sound, toml
from tests.ipsmgw.node import ALICE, IMSI, Node, Sip

STRANGER = "sip:+15551112222@ims.example"
ENTRY = "sip:127.0.0.20:5062;lr"


def routed(**more: object) -> Table:
    table = sound()
    assert isinstance(table["sip"], dict)
    table["sip"] |= more
    return table


def report_for(node: Node, sender: str) -> Sip:
    node.message(octets(SUBMIT), sender=sender)
    asked = next(each for each in invoked(node) if isinstance(each.arg, MoForwardSmArg))
    node.take_sip()
    node.peer.result(asked.dialogue, MoForwardSmRes(), node.watch.time)
    node.exchange()
    node.synced()
    (report,) = node.take_sip()
    return report


@pytest.mark.parametrize(("contact", "route"), [
    ("sip:127.0.0.12:5060", "sip:127.0.0.12:5060"),
    ("sip:term@127.0.0.12:5060", "sip:term@127.0.0.12:5060"),
    ("sip:te%72m@127.0.0.12;transport=tcp", "sip:te%72m@127.0.0.12:5060;transport=tcp"),
    ("sip:127.0.0.12?a=b@c", "sip:127.0.0.12:5060"),
    ("sip:term@scscf.example", "sip:127.0.0.12:5060"),
])  # fmt: skip
def test_requests_for_a_user_go_to_the_contact_of_his_s_cscf(contact: str, route: str) -> None:
    node = Node()
    node.register(contact=contact)
    node.take_sip()
    node.deliver()
    assert node.take_sip()[-1].headers["Route"] == f"<{route};lr>"


def test_whom_a_phone_does_not_want_to_be_known_to_are_others(registered: Node) -> None:
    registered.message(octets(SUBMIT), extra=["Privacy: id;header", "P-Preferred-Identity: <sip:x@y>"])
    asked = next(each for each in invoked(registered) if isinstance(each.arg, MoForwardSmArg))
    assert isinstance(asked.arg, MoForwardSmArg)
    assert asked.arg.imsi == IMSI


def test_a_report_for_somebody_unknown_goes_back_where_he_came_from() -> None:
    assert report_for(Node(), STRANGER).headers["Route"] == "<sip:127.0.0.12:5060;lr>"


def test_a_report_for_somebody_unknown_enters_his_network_where_the_settings_say() -> None:
    node = Node(routed(route=ENTRY))
    assert report_for(node, STRANGER).headers["Route"] == f"<{ENTRY}>"
    node.register()
    assert report_for(node, ALICE).headers["Route"] == "<sip:127.0.0.12:5060;lr>"


def test_all_may_enter_the_network_where_the_settings_say() -> None:
    node = Node(routed(route="sip:127.0.0.20", route_always=True))
    node.register()
    assert report_for(node, ALICE).headers["Route"] == "<sip:127.0.0.20;lr>"
    node.deliver()
    (message,) = node.take_sip()
    assert isinstance(message.rpdu, RpData)
    assert message.headers["Route"] == "<sip:127.0.0.20;lr>"
    assert message.line == f"MESSAGE {ALICE} SIP/2.0"


def test_a_subscription_takes_the_same_way() -> None:
    node = Node(routed(route="sip:127.0.0.20", route_always=True, reg_event=True))
    node.register()
    subscribe = next(each for each in node.take_sip() if each.line.startswith("SUBSCRIBE"))
    assert subscribe.headers["Route"] == "<sip:127.0.0.20;lr>"


@pytest.mark.parametrize(("more", "said"), [
    ({"route": "tel:+1"}, "sip.route: a sip: or sips: URI is wanted"),
    ({"route": "sip:s.example;lr;orig"}, "sip.route: orig is for requests of a user"),
    ({"route_always": True}, "sip.route_always: there is no sip.route"),
])  # fmt: skip
def test_a_route_that_leads_nowhere_is_said(more: Table, said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        parse(toml(routed(**more)))


def test_a_route_by_name_has_others_to_go_on_to() -> None:
    hosts = dns.hosts("127.0.0.20 icscf.example\n127.0.0.21 icscf.example\n")
    names = Names(dns.DnsSettings(hosts=hosts), lambda port: None)
    node = Node(routed(route="sip:icscf.example"), names=names)
    node.message(octets(SUBMIT), sender=STRANGER)
    asked = next(each for each in invoked(node) if isinstance(each.arg, MoForwardSmArg))
    node.take_sip()
    node.ways.clear()
    node.peer.result(asked.dialogue, MoForwardSmRes(), node.watch.time)
    node.exchange()
    node.synced()
    node.pass_time(33.0)
    (first, *_, last), reports = [flow.remote for flow in node.ways], node.take_sip()
    assert {first, last} == {("127.0.0.20", 5060), ("127.0.0.21", 5060)}
    assert {report.headers["Route"] for report in reports} == {"<sip:icscf.example;lr>"}


def test_a_route_by_name_wants_dns() -> None:
    with pytest.raises(BadSettings, match=r"sip.route: a name wants DNS"):
        parse(toml(routed(route="sip:icscf.example") | {"dns": {"enabled": False}}))
    parse(toml(routed(route="sip:192.0.2.1") | {"dns": {"enabled": False}}))


# Who it is


USER = "Contact: <sip:a@192.0.2.1>;+g.3gpp.smsip\r\n"


def user_register(impi: str) -> str:
    return (
        "REGISTER sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n"
        f"To: <sip:a@h>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n{USER}"
        f'Authorization: Digest realm="h, i", username="{impi}",nonce=""\r\n\r\n'
    )


@pytest.mark.parametrize(("impi", "impu", "status"), [
    ("001010000000001@ims.mnc001.mcc001.3gppnetwork.org", "sip:+15551234567@ims.example", 200),
    ("001010000000001@IMS.mnc001.mcc001.3gppnetwork.org", ALICE, 200),
    ("001020000000001@ims.mnc001.mcc001.3gppnetwork.org", ALICE, 403),
    ("alice@ims.mnc001.mcc001.3gppnetwork.org", ALICE, 403),
])  # fmt: skip
def test_without_a_service_info_the_users_own_register_says_who_he_is(
    impi: str, impu: str, status: int
) -> None:
    node = Node()
    lines = [
        "From: <sip:127.0.0.12>;tag=1", f"To: <{impu}>", "Call-ID: r", "Contact: <sip:127.0.0.12:5060>",
        "Expires: 600", "Content-Type: message/sip", f"P-Associated-URI: <{ALICE}>, <tel:+15551234567>",
    ]  # fmt: skip
    node.request("REGISTER", lines, user_register(impi).encode())
    assert statuses(node) == [status]
    if status == 200:
        node.deliver(IMSI)
        assert [each.line for each in node.take_sip()] == [f"MESSAGE {impu} SIP/2.0"]


def test_a_sender_is_known_by_the_number_beside_an_identity_that_is_not() -> None:
    node = Node()
    node.register(extra=["P-Associated-URI: <tel:+15551234567>"])
    node.take_sip()
    node.message(octets(SUBMIT), sender="sip:a.new.one@ims.example>, <tel:+15551234567")
    asked = next(each for each in invoked(node) if isinstance(each.arg, MoForwardSmArg))
    assert isinstance(asked.arg, MoForwardSmArg)
    assert asked.arg.imsi == IMSI
