"""What phones that have registered here send and get, and how it ends (TR 23.804 §8.2 to §8.4)."""

import pytest

from ipsmgw.drive import Port
from ipsmgw.identity import Impu
from ipsmgw.names import Names
from mapstack import Gt, Invoked, SccpAddress
from mapstack.map import (
    AddressString,
    MoForwardSmRes,
)
from mapstack.map.location_management import CancelLocationArg, Identity, UpdateGprsLocationRes
from mapstack.map.operations import CANCEL_LOCATION, INSERT_SUBSCRIBER_DATA
from mapstack.map.subscriber_data import InsertSubscriberDataArg
from sipbridge import Flow, PeerMisbehaved, dns
from sipbridge.rp import Direction, RpAck, RpData
from tests.ipsmgw.asked import news
from tests.ipsmgw.handset import (
    IMPU,
    IMSI,
    MSISDN,
    OFF,
    REALM,
    SUBMIT,
    TCP,
    Handset,
    bindings,
    direct,
    forwarded,
)
from tests.ipsmgw.node import GATEWAY, SCSCF, Node

Plugged = Port[dns.Resolved | PeerMisbehaved, Flow]
# Messages.


def test_an_mo_is_the_registered_subscribers_whatever_it_asserts(inside: Handset) -> None:
    assert inside.message(SUBMIT, "P-Asserted-Identity: <tel:+1999>")[0].status == 202
    (arg,) = forwarded(inside.node)
    assert arg.imsi == IMSI
    assert arg.sm_rp_oa.msisdn is not None
    assert arg.sm_rp_oa.msisdn.digits == MSISDN


def test_the_report_goes_to_the_phone(inside: Handset) -> None:
    inside.message(SUBMIT)
    (asked,) = [event for event in inside.node.told if isinstance(event, Invoked)]
    inside.node.peer.result(asked.dialogue, MoForwardSmRes(), inside.node.watch.time)
    inside.node.exchange()
    inside.node.synced()
    (report,) = inside.node.take_sip()
    assert report.line == "MESSAGE sip:1@127.0.0.21:5060 SIP/2.0"
    assert report.headers["To"] == f"<{IMPU}>"
    assert report.rpdu == RpAck(7)
    assert inside.node.ways[-1] == inside.flow


@pytest.mark.parametrize("sender", [
    f"sip:+{MSISDN}@{REALM};user=phone", f"tel:+{MSISDN}", f"sip:0{IMSI}@wlan.mnc001.mcc001.3gppnetwork.org",
])  # fmt: skip
def test_a_phone_may_call_itself_by_any_name_of_its_own(inside: Handset, sender: str) -> None:
    assert inside.message(SUBMIT, sender=sender)[0].status == 202
    assert inside.message(SUBMIT, f"P-Preferred-Identity: <{sender}>")[0].status == 202


@pytest.mark.parametrize("sender", [
    "tel:+15559999999", f"sip:001010000000002@{REALM}", "sip:alice@elsewhere.example",
    "sip:+15551234567@elsewhere.example",
])  # fmt: skip
def test_nobody_else_is_believed_of_it(inside: Handset, sender: str) -> None:
    assert inside.message(SUBMIT, sender=sender)[0].status == 403
    assert inside.message(SUBMIT, f"P-Preferred-Identity: <{sender}>")[0].status == 403
    assert forwarded(inside.node) == []


def test_until_dns_has_said_who_is_an_s_cscf_nobody_is_refused_for_good() -> None:
    def silent(port: Plugged) -> None:
        port.send = lambda batch: None

    table = direct()
    section = table["sip"]
    assert isinstance(section, dict)
    section["scscf"] = ["scscf.example"]
    names = Names(dns.DnsSettings(servers=(("127.0.0.99", 53),)), silent)
    phone = Handset(Node(table, names=names))
    for body in (SUBMIT, SUBMIT[:5]):
        (answer,) = phone.message(body)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert [answer.status for answer in phone.register()] == [503]


def test_the_same_words_from_another_address_are_not_believed(inside: Handset) -> None:
    thief = Handset(inside.node, inside.flow._replace(remote=("127.0.0.21", 5062)))
    assert thief.message(SUBMIT)[0].status == 403
    assert thief.message(b"\x00\x07")[0].status in (400, 403)
    assert forwarded(inside.node) == []


def test_an_mt_goes_over_the_registered_flow_and_its_report_ends_it(inside: Handset) -> None:
    dialogue = inside.node.deliver(IMSI)
    (message,) = inside.node.take_sip()
    assert message.line == "MESSAGE sip:1@127.0.0.21:5060 SIP/2.0"
    assert inside.node.ways[-1] == inside.flow
    assert isinstance(message.rpdu, RpData)
    ack = RpAck(message.rpdu.message_reference).encode(Direction.MS_TO_NETWORK)
    inside.message(ack, f"In-Reply-To: {message.headers['Call-ID']}")
    inside.node.synced()
    assert [answer.status for answer in inside.node.take_sip()] == [202]
    assert dialogue in [getattr(event, "dialogue", None) for event in inside.node.told]


def test_nobody_reports_on_what_another_phone_got(inside: Handset) -> None:
    inside.node.deliver(IMSI)
    (message,) = inside.node.take_sip()
    assert isinstance(message.rpdu, RpData)
    ack = RpAck(message.rpdu.message_reference).encode(Direction.MS_TO_NETWORK)
    thief = Handset(inside.node, Flow("udp", GATEWAY, ("127.0.0.66", 5060)))
    reply = f"In-Reply-To: {message.headers['Call-ID']}"
    assert thief.message(ack, reply)[0].status == 403
    assert inside.node.gateway.open_work == 1


def test_a_phone_that_has_left_may_still_report(inside: Handset) -> None:
    inside.node.deliver(IMSI)
    (message,) = inside.node.take_sip()
    assert isinstance(message.rpdu, RpData)
    inside.enter(expires=0)
    ack = RpAck(message.rpdu.message_reference).encode(Direction.MS_TO_NETWORK)
    inside.message(ack, f"In-Reply-To: {message.headers['Call-ID']}")
    inside.node.synced()
    assert [answer.status for answer in inside.node.take_sip()] == [202]
    assert inside.node.gateway.open_work == 0


# Connections, restart.


@pytest.mark.parametrize(("contact", "reachable"), [
    ("<sip:1@127.0.0.21:5060>;+g.3gpp.smsip", True),
    ("<sip:1@10.0.0.1:5060>;+g.3gpp.smsip", False),
    ('<sip:1@127.0.0.21:5060>;+g.3gpp.smsip;+sip.instance="<urn:uuid:1>";reg-id=1', False),
])  # fmt: skip
def test_when_its_connection_is_gone_a_phone_is_where_it_listens_or_nowhere(
    phone: Handset, contact: str, reachable: bool
) -> None:
    phone.flow = TCP
    assert phone.enter("Supported: outbound", contact=contact).status == 200
    for dialogue, _ in news(phone.node):
        phone.node.confirm(dialogue)
    phone.node.gateway.sip.link_down(TCP)
    phone.node.exchange()
    assert [state for _, state in news(phone.node)] == ([] if reachable else [OFF])
    phone.node.deliver(IMSI)
    assert [message.line[:7] for message in phone.node.take_sip()] == (["MESSAGE"] if reachable else [])
    if reachable:
        assert phone.node.ways[-1] == Flow("tcp", GATEWAY, ("127.0.0.21", 5060))


def test_contacts_outlive_the_gateway(inside: Handset) -> None:
    inside.node.gateway.driver.close()
    inside.node.born()
    inside.node.deliver(IMSI)
    assert [message.line[:7] for message in inside.node.take_sip()] == ["MESSAGE"]
    assert inside.message(SUBMIT, sender=f"tel:+{MSISDN}")[0].status == 202
    inside.node.told.clear()
    inside.node.pass_time(601.0)
    assert OFF in [state for _, state in news(inside.node)]


# The end by the gateway.


def subscribed(phone: Handset, *extra: str) -> list[int]:
    lines = ("Event: reg", "Contact: <sip:1@127.0.0.21:5060>", "Expires: 6000", *extra)
    answers = phone.send("SUBSCRIBE", b"", *lines, call_id="sub")
    return [answer.status for answer in answers if answer.status]


def test_a_phone_that_watches_itself_is_told_of_its_end_by_the_guard_timer() -> None:
    phone = Handset(Node(direct(guard=100.0)))
    phone.enter()
    lines = ("Event: reg", "Contact: <sip:1@127.0.0.21:5060>", "Expires: 6000")
    accepted, first = phone.send("SUBSCRIBE", b"", *lines)
    assert (accepted.status, accepted.headers["Expires"]) == (200, "6000")
    assert first.headers["Subscription-State"] == "active;expires=6000"
    assert b'event="registered"' in first.body
    phone.node.respond(first, 200)
    phone.node.pass_time(60.0)
    assert phone.message(SUBMIT)[0].status == 202  # a word of his
    phone.node.pass_time(99.0)
    assert bindings(phone) == 1
    phone.node.take_sip()
    phone.node.told.clear()
    phone.node.pass_time(2.0)
    (last,) = [one for one in phone.node.take_sip() if one.line.startswith("NOTIFY")]
    assert last.headers["Subscription-State"] == "terminated;reason=noresource"
    assert b'state="terminated" event="deactivated"' in last.body
    assert [state for _, state in news(phone.node)] == [OFF]


def test_only_its_own_registration_can_be_watched(inside: Handset) -> None:
    assert subscribed(inside) == [200]
    thief = Handset(inside.node, Flow("udp", GATEWAY, ("127.0.0.66", 5060)))
    assert subscribed(thief) == [403]


def test_a_phone_has_only_so_many_subscriptions_to_itself(inside: Handset) -> None:
    """Each change is told to all of them: nobody may have a thousand NOTIFYs sent for one REGISTER."""
    for number in range(30):
        lines = ("Event: reg", "Contact: <sip:1@127.0.0.21:5060>", "Expires: 6000")
        accepted, first, *_ = inside.send("SUBSCRIBE", b"", *lines, call_id=f"sub{number}")
        assert (accepted.status, first.line[:6]) == (200, "NOTIFY")
    assert inside.node.gateway.status()["direct"] == {
        "phones": 1, "subscriptions": 20, "waiting_for_vectors": 0,
    }  # fmt: skip


def test_what_a_stranger_calls_himself_is_not_remembered(phone: Handset) -> None:
    """Identities that were read are kept in a cache by their text, which may be as long as a header."""
    Impu.parse.cache_clear()
    name = "sip:" + "x" * 20_000 + "@elsewhere.example"
    assert phone.message(SUBMIT, sender=name)[0].status == 403
    assert Impu.parse.cache_info().currsize == 0


def test_who_has_left_for_an_s_cscf_is_not_ended_when_his_contact_here_runs_out(inside: Handset) -> None:
    node = inside.node
    node.register(IMPU, 3_600)
    node.take_sip()
    node.pass_time(601.0)
    assert [state for _, state in news(node)] == []
    assert bindings(inside) == 1
    node.deliver(IMSI)
    assert [node.ways[-1].remote for message in node.take_sip() if message.line[:7] == "MESSAGE"] == [SCSCF]


def test_another_package_is_489(inside: Handset) -> None:
    lines = ("Event: presence", "Contact: <sip:1@127.0.0.21:5060>")
    assert inside.send("SUBSCRIBE", b"", *lines)[0].status == 489


def test_an_operator_may_end_it(inside: Handset) -> None:
    assert inside.node.gateway.deregister(str(IMSI))
    assert [state for _, state in news(inside.node)] == [OFF]
    assert not inside.node.gateway.deregister(str(IMSI))
    assert not inside.node.gateway.deregister("nobody")


def test_the_status_tells_of_phones(inside: Handset) -> None:
    subscribed(inside)
    assert inside.node.gateway.status()["direct"] == {
        "phones": 1,
        "subscriptions": 1,
        "waiting_for_vectors": 0,
    }


def test_without_direct_mode_a_phone_is_refused() -> None:
    phone = Handset(Node())
    assert phone.register()[0].status == 403
    assert phone.send("SUBSCRIBE", b"", "Event: reg")[0].status == 405


def test_an_hlr_that_cancels_ends_it_and_the_phone_hears_of_it() -> None:
    table = direct()
    section = table["map"]
    assert isinstance(section, dict)
    section["registration"] = "updateGprsLocation"
    del section["subscriber"]
    phone = Handset(Node(table))
    assert phone.register(authorization=phone.answer(phone.challenge())) == []
    (update,) = [event for event in phone.node.told if isinstance(event, Invoked)]
    node, now = phone.node, phone.node.watch.time
    data = InsertSubscriberDataArg(imsi=IMSI, msisdn=AddressString("15557654321"))
    gateway = SccpAddress(Gt("15550000011"), 149)
    node.peer.invoke(INSERT_SUBSCRIBER_DATA, gateway, data, now)
    node.exchange()
    node.peer.result(update.dialogue, UpdateGprsLocationRes(hlr_number=AddressString("15550000013")), now)
    node.exchange()
    (granted,) = node.take_sip()
    assert granted.status == 200
    assert "tel:+15557654321" in granted.headers["P-Associated-URI"]
    assert subscribed(phone) == [200]
    node.take_sip()
    node.peer.invoke(CANCEL_LOCATION, gateway, CancelLocationArg(identity=Identity(imsi=IMSI)), now)
    node.exchange()
    (told,) = node.take_sip()
    assert b'event="deactivated"' in told.body
    assert bindings(phone) == 0
    assert phone.message(SUBMIT)[0].status == 403
