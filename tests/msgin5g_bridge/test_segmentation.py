"""Messages in segments: each field where clause 8.5 has it, and whole again in any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from msgin5g_bridge import ABSENT, DecodeError
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import Message
from msgin5g_bridge.model import MessageId
from msgin5g_bridge.segment import MessageSegmentParameters
from msgin5g_bridge.segmentation import Limits, Overflow, Reassembly, Waiting, Whole, cut, size

UE = Address(addr_type=AddressType.UE, addr="sip:meter@lab")
AS = Address(addr_type=AddressType.AS, addr="sip:reader@lab")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


def message(payload: str) -> Message:
    return Message(
        ori_addr=UE,
        dest_addr=AS,
        msg_id=MessageId("m"),
        payload=payload,
        deliv_st_req_ind=True,
        sto_and_fw_ind=False,
    )


def test_what_fits_is_not_cut() -> None:
    short = message("x" * 2048)
    assert cut(short, "s") == (short,)


def test_each_field_is_where_the_clause_has_it() -> None:
    first, middle, last = cut(message("x" * 5000), "s")
    assert [each.seg_params for each in (first, middle, last)] == [
        MessageSegmentParameters(seg_id="s", seg_numb=1, total_seg_count=3),
        MessageSegmentParameters(seg_id="s", seg_numb=2),
        MessageSegmentParameters(seg_id="s", seg_numb=3, last_seg_flag=True),
    ]
    assert [each.deliv_st_req_ind for each in (first, middle, last)] == [True, ABSENT, ABSENT]
    assert {each.msg_id for each in (first, middle, last)} == {"m"}


@given(text=TEXT, most=st.integers(4, 50), data=st.data())
def test_segments_in_any_order_and_twice_are_the_message_again(
    text: str, most: int, data: st.DataObject
) -> None:
    whole = message(text)
    segments = cut(whole, "s", most)
    assert all(size(each.payload or "") <= most for each in segments)
    order = data.draw(st.permutations([*segments, *segments[: len(segments) // 2]]))
    reassembly = Reassembly()
    results = [reassembly.put(each, 0.0) for each in order]
    assert [each.message for each in results if isinstance(each, Whole)] == [whole] * (
        1 if len(segments) > 1 else len(order)
    )
    assert len(reassembly) == 0


def test_a_segment_that_does_not_come_is_missed_by_its_number() -> None:
    first, _, last = cut(message("x" * 5000), "s")
    reassembly = Reassembly(Limits(wait=10))
    reassembly.put(first, 0.0)
    assert reassembly.put(last, 1.0) == Waiting()
    assert reassembly.deadline() == 11.0
    assert [each.missing for each in reassembly.expire(11.0)] == [(2,)]
    assert reassembly.deadline() == 21.0
    reassembly.drop(UE, "s")
    assert reassembly.deadline() is None


def test_without_a_total_the_next_number_is_missing() -> None:
    _, middle, _ = cut(message("x" * 5000), "s")
    reassembly = Reassembly(Limits(wait=10))
    reassembly.put(middle, 0.0)
    assert [each.missing for each in reassembly.expire(10.0)] == [(1, 3)]


def test_what_waits_is_bounded() -> None:
    reassembly = Reassembly(Limits(sets=1, octets=3000))
    first, second, _ = cut(message("x" * 5000), "s")
    other, *_ = cut(message("x" * 5000), "t")
    reassembly.put(first, 0.0)
    assert reassembly.put(other, 0.0) == Overflow("1 messages wait for segments")
    assert reassembly.put(second, 0.0) == Overflow("more than 3000 octets in one message")
    assert len(reassembly) == 0


@pytest.mark.parametrize(
    ("params", "path"),
    [
        (ABSENT, "/segParams/segId"),
        (MessageSegmentParameters(seg_numb=1), "/segParams/segId"),
        (MessageSegmentParameters(seg_id="s"), "/segParams/segNumb"),
        (MessageSegmentParameters(seg_id="s", seg_numb=0), "/segParams/segNumb"),
        (MessageSegmentParameters(seg_id="s", seg_numb=256), "/segParams/segNumb"),
        (
            MessageSegmentParameters(seg_id="s", seg_numb=1, total_seg_count=10**18),
            "/segParams/totalSegCount",
        ),
        (MessageSegmentParameters(seg_id="s", seg_numb=1, total_seg_count=-1), "/segParams/totalSegCount"),
    ],
)
def test_a_segment_without_its_parameters_is_a_fault(params: MessageSegmentParameters, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        Reassembly().put(replace(message("x"), seg_ind=True, seg_params=params), 0.0)
    assert caught.value.path == path
