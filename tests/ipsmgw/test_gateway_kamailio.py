"""The captures of a real S-CSCF (Kamailio 5.6.3), replayed at the gateway as they are."""

import sipbridge
from mapstack import Answered
from mapstack.map import AddressString, ModificationInstruction, MoForwardSmArg, MoForwardSmRes
from sipbridge.rp import RpAck, RpData
from tests.ipsmgw.asked import invoked, news, records, statuses
from tests.ipsmgw.node import GATEWAY, SCSCF, Node
from tests.sipbridge.element import octets

REGISTER = "kamailio-third-party-register-"


def replay(node: Node, name: str, *changes: tuple[bytes, bytes]) -> None:
    data = octets("sip", name)
    for old, new in changes:
        assert old in data
        data = data.replace(old, new)
    node.gateway.sip.receive([(data, sipbridge.Flow("udp", GATEWAY, SCSCF))])
    node.exchange()


def test_a_user_comes_and_goes() -> None:
    node = Node()
    replay(node, REGISTER + "initial-registration-as-receives")
    (answer,) = node.take_sip()
    assert (answer.status, answer.headers["Expires"]) == (200, "720")
    ((dialogue, state),) = news(node)
    assert state is ModificationInstruction.ACTIVATE
    node.confirm(dialogue)
    replay(node, REGISTER + "de-registration")
    assert statuses(node) == [200]
    assert [state for _, state in news(node)] == [ModificationInstruction.DEACTIVATE]


def test_a_re_registration_whose_first_was_never_told_counts() -> None:
    node = Node()
    replay(node, REGISTER + "re-registration-ue-asked-1200")
    (answer,) = node.take_sip()
    assert (answer.status, answer.headers["Expires"]) == (200, "1320")
    assert node.gateway.status()["bindings"] == 1


def test_a_registration_that_says_nothing_of_numbers_is_refused_and_one_that_does_is_not() -> None:
    for kind in ("request", "response"):
        node = Node()
        replay(node, f"{REGISTER}with-includeregister{kind}")
        assert statuses(node) == [403]
    node = Node()
    impi = b"001010000000027@ims.mnc001.mcc001.3gppnetwork.org"
    data = octets("sip", f"{REGISTER}with-includeregisterrequest")
    longer = len(data.partition(b"\r\n\r\n")[2]) + len(impi) - len(b"15551001027@ims.test")
    replay(
        node, f"{REGISTER}with-includeregisterrequest",
        (b'username="15551001027@ims.test"', b'username="%b"' % impi),
        (b"Content-Length: 1110", b"Content-Length: %d" % longer),
    )  # fmt: skip
    assert statuses(node) == [200]
    assert node.gateway.status()["bindings"] == 1


def test_an_mo_of_a_user_whose_registration_never_came_is_sent_and_reported() -> None:
    node = Node()
    replay(node, "kamailio-mo-message-over-isc-as-receives")
    assert statuses(node) == [202]
    (asked,) = invoked(node)
    assert isinstance(asked.arg, MoForwardSmArg)
    assert asked.arg.sm_rp_oa.msisdn == AddressString("15551001005")
    assert asked.arg.sm_rp_da.service_centre_address_da == AddressString("15559990000")
    node.peer.result(asked.dialogue, MoForwardSmRes(), node.watch.time)
    node.exchange()
    node.synced()
    (report,) = node.take_sip()
    assert report.line == "MESSAGE sip:+15551001005@ims.test SIP/2.0"
    assert (report.headers["In-Reply-To"], report.headers["To"]) == (
        "bd9009bdef7764f2", "<sip:+15551001005@ims.test>",
    )  # fmt: skip
    assert report.rpdu == RpAck(1)
    (record,) = records(node)
    assert record.icid == "d2c62f20-7525-468a-9f45-2834e2fa5603"
    replay(node, "kamailio-mo-message-over-isc-as-receives")
    assert statuses(node) == [202]
    assert invoked(node) == []


def test_an_mt_is_reported_by_the_identity_that_it_was_sent_to() -> None:
    node = Node()
    registered = (b"15551001001", b"15551001010")
    replay(node, REGISTER + "initial-registration-as-receives", registered)
    for dialogue, _ in news(node):
        node.confirm(dialogue)
    node.take_sip()
    replay(node, "kamailio-delivery-report-rp-ack-from-the-ue-over-isc")
    assert statuses(node) == [488]
    dialogue = node.deliver("001015551001010")
    (message,) = node.take_sip()
    assert isinstance(message.rpdu, RpData)
    assert message.line == "MESSAGE sip:+15551001010@ims.test SIP/2.0"
    replay(
        node, "kamailio-delivery-report-rp-ack-from-the-ue-over-isc",
        (b"5f7302daba251a77", message.headers["Call-ID"].encode()),
        (b"branch=z9hG4bK", b"branch=z9hG4bKagain"),
        (b"\x02\x05\x41", bytes((2, message.rpdu.message_reference, 0x41))),
    )  # fmt: skip
    node.told.clear()
    node.synced()
    assert statuses(node) == [202]
    (answered,) = [event for event in node.told if isinstance(event, Answered)]
    assert answered.dialogue == dialogue


def test_a_notify_of_nothing_that_was_subscribed_to_is_refused() -> None:
    for name in ("after-subscribe", "explicit-de-registration", "registration-expired", "rtr"):
        node = Node()
        replay(node, f"kamailio-reg-event-notify-{name}")
        assert statuses(node) == [481]
