"""Transaction portion, dialogue portion and transaction ids: what is refused, and with which cause."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.errors import DecodeError, LocalError
from mapstack.map.operations import OPERATIONS_OF
from mapstack.tcap.application_context import ApplicationContext
from mapstack.tcap.component import ComponentType, GeneralProblem, decode_components, encode_invoke
from mapstack.tcap.contexts import ACCEPTED, Contexts
from mapstack.tcap.dialogue_portion import Aare, Aarq, decode_dialogue
from mapstack.tcap.message import (
    Message,
    MessageType,
    PAbortCause,
    decode_message,
    encode_message,
    p_abort,
    readable_tids,
)
from mapstack.tcap.transaction_id import TransactionIds


@pytest.mark.parametrize(
    ("octets", "cause"),
    [
        ("6306480400000001", PAbortCause.UNRECOGNIZED_MESSAGE_TYPE),
        ("6200", PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("62064904000000014" + "8", PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("62074805" + "0000000001", PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("6206490400000001", PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("64064904000000010" + "0", PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("640c49040000000149040000" + "0002", PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("67084904000000014a00", PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("640b4904000000014a03010203", PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
    ],
)
def test_a_message_that_makes_no_sense_has_its_cause(octets: str, cause: PAbortCause) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_message(bytes.fromhex(octets[: len(octets) // 2 * 2]))
    assert caught.value.code == cause


def test_an_abort_has_its_cause() -> None:
    octets = p_abort(b"\1\2", PAbortCause.RESOURCE_LIMITATION)
    assert decode_message(octets) == Message(MessageType.ABORT, dtid=b"\1\2", p_abort=4)


def test_an_end_may_be_empty() -> None:
    assert decode_message(bytes.fromhex("6406490400000001")) == Message(MessageType.END, dtid=b"\0\0\0\1")


@pytest.mark.parametrize("tids", ["480400000001", "48020001", "490400000001"])
@pytest.mark.parametrize("dialogue", [b"", bytes.fromhex("6b021234"), b"\x6b\x81\x80" + bytes(128)])
@pytest.mark.parametrize("components", [b"", b"\xa1\x00", bytes(200)])
def test_the_usual_layout_is_read_as_the_others(tids: str, dialogue: bytes, components: bytes) -> None:
    kind = MessageType.BEGIN if tids.startswith("48") else MessageType.END
    octets = encode_message(kind, bytes.fromhex(tids), dialogue, components)
    message = decode_message(octets)
    assert (message.otid or message.dtid) == bytes.fromhex(tids)[2:]
    assert message.dialogue == dialogue
    assert octets[message.start : message.stop] == components


@pytest.mark.parametrize("cut", range(12, 40))
def test_ids_of_a_broken_message_are_found(cut: int) -> None:
    octets = bytes.fromhex("6581ff") + bytes.fromhex("480400000001490400000002") + bytes(40)
    tids = readable_tids(octets[: cut + 3])
    assert tids == (b"\0\0\0\1", b"\0\0\0\2")


@given(st.binary(max_size=80))
def test_any_octets_are_a_message_or_refused(data: bytes) -> None:
    readable_tids(data)
    code = -1
    try:
        decode_message(data)
    except DecodeError as error:
        code = -2 if error.code is None else error.code
    assert code in {-1, *PAbortCause}


@given(st.binary(max_size=80))
def test_any_octets_are_components_or_refused(data: bytes) -> None:
    code = -1
    try:
        decode_components(data, 0, len(data))
    except DecodeError as error:
        code = -2 if error.code is None else error.code
    assert code in {-1, *GeneralProblem}


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        ("a5020101", GeneralProblem.UNRECOGNIZED_COMPONENT),
        ("a103040101", GeneralProblem.MISTYPED_COMPONENT),
        ("a10a02020100020101040101", GeneralProblem.MISTYPED_COMPONENT),
        ("a1070202010002012d", GeneralProblem.MISTYPED_COMPONENT),
        ("a10a02010102012d05000500", GeneralProblem.MISTYPED_COMPONENT),
        ("a1ff", GeneralProblem.BADLY_STRUCTURED_COMPONENT),
        ("a405020101840100", GeneralProblem.BADLY_STRUCTURED_COMPONENT),
        ("a406020101840100", GeneralProblem.MISTYPED_COMPONENT),
        ("a100" * 33, GeneralProblem.BADLY_STRUCTURED_COMPONENT),
    ],
)
def test_components_that_make_no_sense_have_their_problem(octets: str, problem: GeneralProblem) -> None:
    data = bytes.fromhex(octets)
    with pytest.raises(DecodeError) as caught:
        decode_components(data, 0, len(data))
    assert caught.value.code == problem


def test_there_is_an_end_of_components() -> None:
    data = bytes.fromhex("a10602010102012d") * 33
    with pytest.raises(DecodeError):
        decode_components(data, 0, len(data))


@pytest.mark.parametrize(
    "octets", ["a10a0202ff8002012d040101", "a10702018002022d2d", "a10b02018080010202012d0500"]
)
def test_integers_and_linked_ids_are_read_in_every_form(octets: str) -> None:
    data = bytes.fromhex(octets)
    (component,) = decode_components(data, 0, len(data))
    assert (component.kind, component.invoke_id) == (ComponentType.INVOKE, -128)


def test_a_component_that_nothing_can_carry_is_our_bug() -> None:
    with pytest.raises(LocalError):
        encode_invoke(1, 45, bytes(4001))


SPOKEN = [each for each in OPERATIONS_OF if each.request]  # version 1 has no dialogue portion


@pytest.mark.parametrize("context", SPOKEN, ids=lambda each: each.name)
def test_the_constant_portions_say_what_the_decoder_reads(context: ApplicationContext) -> None:
    assert decode_dialogue(context.request) == Aarq(context.oid)
    assert decode_dialogue(context.accept) == Aare(context.oid, 0, 0)
    begin = Message(MessageType.BEGIN, b"\1", dialogue=context.request)
    contexts = Contexts(OPERATIONS_OF, {})
    assert contexts.requested(begin) is contexts._read_request(begin) is context
    assert contexts.answered(context.accept, context) is ACCEPTED


def test_transaction_ids_carry_node_and_boot_and_pass_over_those_in_use() -> None:
    ids = TransactionIds(3, 0x1FF, Random(0))
    first = ids.allocate(())
    assert first >> 20 == 0x3FF
    again = TransactionIds(3, 0x1FF, Random(0))
    assert again.allocate({first}) == (first & 0xFFF00000) | (first + 1 & 0xFFFFF)
    assert TransactionIds(3, 0x100, Random(0)).allocate(()) != first


def test_transaction_ids_come_round() -> None:
    ids = TransactionIds(0, 0, Random(0))
    ids._counter = 0xFFFFF
    assert ids.allocate(()) == 0


def test_a_node_has_four_bits() -> None:
    with pytest.raises(LocalError):
        TransactionIds(16, 0, Random(0))
