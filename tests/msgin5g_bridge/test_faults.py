"""Bodies that break their type: the fault is named by its path, and what a later release adds is no fault."""

import pytest

from msgin5g_bridge import Body, DecodeError, LocalError, decode, decode_payload, encode
from msgin5g_bridge.asregistration import (
    ASProfile,
    ASRegistration,
    BulkASDeregistration,
    BulkASRegistration,
)
from msgin5g_bridge.l3gdelivery import Address, AddressType, L3gMessageDelivery
from msgin5g_bridge.model import MessageId, UeServiceId
from msgin5g_bridge.msgdelivery import DeliveryStatus, MessageDeliveryAck, UEMessageDelivery
from msgin5g_bridge.registration import BulkRegistration, Registration
from msgin5g_bridge.topiclistevent import TopicListNotification, TopicSubscription
from msgin5g_bridge.ts29571 import ProblemDetails

ADDRESSES = b'"oriAddr":{"addrType":"AS","addr":"a"},"destAddr":{"addrType":"UE","addr":"u"}'

FAULTS: list[tuple[type[Body], bytes, str, str]] = [
    (L3gMessageDelivery, b"", "", "Input data was truncated"),
    (L3gMessageDelivery, b"[]", "", "Expected object, got array"),
    (L3gMessageDelivery, b'"x"', "", "Expected object, got string"),
    (L3gMessageDelivery, b"{" + ADDRESSES + b"}", "/msgId", "missing"),
    (L3gMessageDelivery, b'{"oriAddr":{"addrType":"AS"}}', "/oriAddr/addr", "missing"),
    (
        L3gMessageDelivery,
        b'{"oriAddr":{"addrType":1,"addr":"a"}}',
        "/oriAddr/addrType",
        "Expected string, got integer",
    ),
    (L3gMessageDelivery, b"{" + ADDRESSES + b',"msgId":1}', "/msgId", "Expected string, got integer"),
    (
        L3gMessageDelivery,
        b"{" + ADDRESSES + b',"msgId":"1","segInd":1}',
        "/segInd",
        "Expected boolean, got integer",
    ),
    (L3gMessageDelivery, b'{"msgId":"1","payload":null}', "/payload", "Expected string, got null"),
    (
        L3gMessageDelivery,
        b'{"segParams":{"segNumb":"1"}}',
        "/segParams/segNumb",
        "Expected integer, got string",
    ),
    (
        L3gMessageDelivery,
        b'{"segParams":{"segNumb":1.5}}',
        "/segParams/segNumb",
        "Expected integer, got number",
    ),
    (L3gMessageDelivery, b'{"msgId":"\xff"}', "", "not UTF-8 at octet 10: invalid start byte"),
    (L3gMessageDelivery, b'{"later":' + b"[" * 100_000, "", "nested too deeply"),
    (UEMessageDelivery, b"{" + ADDRESSES + b',"msgId":"1"}', "/stoAndFwInd", "missing"),
    (
        UEMessageDelivery,
        b'{"stoAndFwParams":{"exprTime":"2026-11-20T15:00:00"}}',
        "/stoAndFwParams/exprTime",
        "Expected date-time with a timezone component",
    ),
    (
        ASRegistration,
        b'{"asSvcId":"a","asProf":{"appProviders":[]}}',
        "/asProf/appProviders",
        "Expected array of length >= 1",
    ),
    (TopicSubscription, b'{"msgTopics":["a",2]}', "/msgTopics/1", "Expected string, got integer"),
    (TopicListNotification, b'{"msgTopics":[{"msgTopic":"a"}]}', "/msgTopics/0/updateStat", "missing"),
    (
        ProblemDetails,
        b'{"supportedFeatures":"xyz"}',
        "/supportedFeatures",
        "Expected string matching regex '^[A-Fa-f0-9]*$'",
    ),
    (BulkASRegistration, b'{"count":2,"list":[{"asSvcId":"a"}]}', "", "count says 2, the list has 1"),
    (BulkASRegistration, b'{"count":0,"list":[]}', "/list", "Expected array of length >= 1"),
    (BulkASDeregistration, b'{"count":1,"list":[{"ueSvcId":"u"}]}', "/list/0/asSvcId", "missing"),
    (BulkRegistration, b'{"count":2,"list":[{"ueSvcId":"u"}]}', "", "count says 2, the list has 1"),
]


@pytest.mark.parametrize(("kind", "octets", "path", "reason"), FAULTS, ids=lambda v: None)
def test_a_fault_is_named_by_its_path(kind: type[Body], octets: bytes, path: str, reason: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(kind, octets)
    assert (caught.value.path, caught.value.reason) == (path, reason)


@pytest.mark.parametrize(
    ("octets", "path"),
    [(b"{}", "/msgType"), (b'{"msgType":"HELLO"}', "/msgType"), (b'{"msgType":"REG"}', "/ueSvcId")],
)
def test_a_payload_without_a_known_message_type_is_a_fault(octets: bytes, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_payload(octets)
    assert caught.value.path == path


def test_the_error_reads_as_a_sentence() -> None:
    with pytest.raises(DecodeError, match=r"^/msgId: missing$"):
        decode(L3gMessageDelivery, b"{" + ADDRESSES + b"}")


def test_an_attribute_of_a_later_release_is_ignored() -> None:
    later = decode(Address, b'{"addrType":"UE","addr":"u","zone":{"deep":[1,null,"x"]}}')
    assert later == Address(addr_type=AddressType.UE, addr="u")


def test_an_unknown_enumeration_value_is_kept() -> None:
    ack = decode(
        MessageDeliveryAck, b'{"oriAddr":{"addrType":"UE","addr":"u"},"msgId":"1","status":"DELY_LATER"}'
    )
    assert isinstance(ack.status, DeliveryStatus)
    assert not ack.status.known
    assert ack.status == "DELY_LATER"
    assert hash(ack.status) == hash("DELY_LATER")
    assert b'"status":"DELY_LATER"' in encode(ack)


def test_many_unknown_values_leave_no_trace() -> None:
    for number in range(1000):
        AddressType(f"X{number}")
    assert len(AddressType) == 5
    assert len(AddressType._value2member_map_) == 5


def test_a_known_value_is_the_member() -> None:
    assert AddressType("UE") is AddressType.UE
    assert AddressType.UE.known


def test_only_text_is_an_enumeration_value() -> None:
    with pytest.raises(ValueError, match="7 is not a valid AddressType"):
        AddressType(7)  # type: ignore[arg-type]  # the test is that it is refused


def test_what_a_peer_may_not_send_we_do_not_send_either() -> None:
    empty = TopicSubscription(ori_addr=Address(addr_type=AddressType.UE, addr="u"), msg_topics=())
    with pytest.raises(LocalError, match="length >= 1"):
        encode(empty)


def test_half_a_surrogate_pair_does_not_go_out() -> None:
    half = Address(addr_type=AddressType.UE, addr="\ud83d")
    with pytest.raises(LocalError, match="not Unicode text"):
        encode(half)


def test_a_count_that_is_not_true_cannot_be_built() -> None:
    entry = Registration(ue_svc_id=UeServiceId("u"))
    with pytest.raises(ValueError, match="count says 3, the list has 1"):
        BulkRegistration(count=3, list=(entry,))


def test_a_body_cannot_be_changed() -> None:
    profile = ASProfile(app_name="a")
    with pytest.raises(AttributeError, match="immutable"):
        profile.app_name = "b"  # type: ignore[misc]  # the test is that it is refused


def test_attributes_go_out_in_camel_case_and_absent_ones_do_not() -> None:
    ack = MessageDeliveryAck(ori_addr=Address(addr_type=AddressType.AS, addr="a"), msg_id=MessageId("1"))
    assert encode(ack) == b'{"oriAddr":{"addrType":"AS","addr":"a"},"msgId":"1"}'
