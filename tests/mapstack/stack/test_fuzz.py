"""Any octets into MapStack.receive: answered or dropped, never raised, nothing kept (DESIGN §10, law 6)."""

from collections.abc import Iterator
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from mapstack import MT_FORWARD_SM, SEND_ROUTING_INFO_FOR_SM, MapLimits, MapStack, Operation
from mapstack.ber import element
from mapstack.tcap.component import encode_return_error
from mapstack.tcap.message import MessageType, encode_message
from tests.mapstack.stack.network import FLOW, HLR, OTID, SC, Network
from tests.mapstack.stack.samples import ARGUMENTS, RESULTS
from tests.mapstack.vectors import vectors

LIMIT = 20


def _network() -> Network:
    return Network(limits=MapLimits(dialogues=LIMIT), guard=50.0)


def _frames(operation: Operation) -> Iterator[bytes]:
    """What crosses the wire in a dialogue, both ways."""
    network = _network()
    network.sc.invoke(operation, HLR, ARGUMENTS[operation], network.now)
    network.exchange()
    (tid,) = network.hlr._tcap._dialogues
    network.hlr.result(tid, RESULTS[operation], network.now)
    network.exchange()
    yield from network.wire


@cache
def _seeds() -> list[bytes]:
    """Frames of ours, and other people's messages in frames of ours."""
    seeds = [frame for operation in ARGUMENTS for frame in _frames(operation)]
    network = _network()
    for name, each in vectors("tcap").items():
        if name.startswith("tcap-"):
            network.sc._sccp.unitdata(HLR, HLR, bytes.fromhex(each["hex"]), network.now, sls=0)
        else:
            network.sc._sccp._m3ua.transfer(2, 0, bytes.fromhex(each["hex"]))
    return seeds + network.from_sc()


def _survives(stack: MapStack, octets: bytes, now: float) -> None:
    stack.receive(octets, FLOW, now)
    stack.take_output()
    assert len(stack) <= LIMIT


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_random_octets(messages: list[bytes]) -> None:
    network = _network()
    for octets in messages:
        _survives(network.hlr, octets, network.now)


@given(st.lists(st.binary(max_size=120), max_size=30))
def test_random_octets_as_tcap(messages: list[bytes]) -> None:
    network = _network()
    for octets in messages:
        network.to_hlr(octets)
        assert len(network.hlr) <= LIMIT


@given(st.data())
def test_mutated_frames(data: st.DataObject) -> None:
    network = _network()
    network.sc.invoke(SEND_ROUTING_INFO_FOR_SM, HLR, ARGUMENTS[SEND_ROUTING_INFO_FOR_SM], network.now)
    network.exchange()
    for _ in range(30):
        frame = bytearray(data.draw(st.sampled_from(_seeds())))
        for _ in range(data.draw(st.integers(0, 3))):
            frame[data.draw(st.integers(12, len(frame) - 1))] = data.draw(st.integers(0, 255))
        cut = data.draw(st.integers(0, 2 * len(frame)))
        for stack in (network.hlr, network.sc):
            _survives(stack, bytes(frame[: cut or None]), network.now)


def test_every_octet_of_a_frame_changed_in_every_bit() -> None:
    network = _network()
    for frame in _frames(MT_FORWARD_SM):
        for at in range(len(frame)):
            for bit in range(8):
                mutated = bytearray(frame)
                mutated[at] ^= 1 << bit
                _survives(network.hlr, bytes(mutated), network.now)
                _survives(network.sc, bytes(mutated), network.now)


def test_every_seed_octet_by_octet() -> None:
    network = _network()
    for frame in _seeds():
        for octet in frame:
            _survives(network.hlr, bytes((octet,)), network.now)
        for length in range(len(frame)):
            _survives(network.hlr, frame[:length], network.now)


def test_names_and_causes_of_any_length() -> None:
    """Python writes out no number of more than 4300 digits; and a length has more than one octet."""
    network = _network()
    theirs = network.sc.invoke(
        SEND_ROUTING_INFO_FOR_SM, HLR, ARGUMENTS[SEND_ROUTING_INFO_FOR_SM], network.now
    )
    name = b"\x04" + b"\xff" * 2100 + b"\x7f"
    aarq = element(0x60, element(0xA1, element(0x06, name)))
    dialogue = element(
        0x6B, element(0x28, element(0x06, bytes.fromhex("00118605010101")) + element(0xA0, aarq))
    )
    begin = encode_message(MessageType.BEGIN, OTID, dialogue, b"")
    error = encode_return_error(1, 32, element(0x0A, bytes(300)))
    end = encode_message(MessageType.END, element(0x49, theirs.to_bytes(4)), b"", error)
    for tcap in (begin, end):
        network.hlr._sccp.unitdata(SC, HLR, tcap, network.now, sls=0)
        for octets, _ in network.hlr.take_output():
            _survives(network.sc, octets, network.now)


@given(st.data())
def test_what_random_messages_open_is_gone_after_the_guard(data: st.DataObject) -> None:
    network = _network()
    for frame in data.draw(st.lists(st.sampled_from(_seeds()), max_size=40)):
        _survives(network.hlr, frame, network.now)
    network.hlr.expire(network.now + 50)
    assert len(network.hlr) == 0
