"""One thing wrong in an argument, a result, an error, anywhere: nothing is raised (DESIGN §10, law 6)."""

from collections.abc import Iterator
from random import Random

import pytest

from mapstack import ErrorCode, Invoked, MapError, MapEvent, MapLimits, Operation
from mapstack.ber import element, length_octets, read_header, tag_octets
from mapstack.errors import DecodeError
from mapstack.map.errors import ERROR_PARAMETERS, encode_error_parameter
from mapstack.map.operations import OPERATIONS
from mapstack.sccp.sccp import UnitData
from mapstack.tcap.component import encode_invoke, encode_return_error, encode_return_result
from mapstack.tcap.message import MessageType, encode_message
from tests.mapstack.map.values import filled
from tests.mapstack.stack.network import FLOW, HLR, OTID, SC, Network
from tests.mapstack.vectors import vectors

OTHER = bytes.fromhex("0001021f20303f7f8081849fa0bfff")
ANSWERED = [each for each in OPERATIONS if each.operation_class == 1]
VECTORS = {name: bytes.fromhex(each["hex"]) for name, each in vectors("tcap").items() if name[:5] == "tcap-"}


class Hostile:
    """A peer of the HLR, and what the HLR's user does with what it hears."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.network = Network(limits=MapLimits(dialogues=20))
        self.hlr, self.now = self.network.hlr, self.network.now

    def says(self, tcap: bytes) -> None:
        unit = UnitData(HLR, SC, tcap, 0)
        events: list[MapEvent] = []
        self.hlr._on_tcap(self.hlr._tcap.receive(unit, self.now), unit, FLOW, self.now, events)
        for event in events:
            assert repr(event)
            if isinstance(event, Invoked) and self.hlr.awaits_answer(event.dialogue):
                if event.operation.errors:
                    self.hlr.error(event.dialogue, MapError(min(event.operation.errors)), self.now)
                else:
                    self.hlr.abort(event.dialogue, self.now)
        self.hlr.take_output()
        assert len(self.hlr) <= 20

    def answers(self, operation: Operation, component: bytes) -> None:
        """To the invoke of the HLR that waits, whichever it is."""
        tid = self.hlr.invoke(operation, SC, filled(operation.argument), self.now)
        tids, kind = element(0x49, tid.to_bytes(4)), MessageType.END
        if self.rng.random() < 0.5:
            tids, kind = OTID + tids, MessageType.CONTINUE
        self.says(encode_message(kind, tids, operation.context.accept, component))
        if self.hlr.is_open(tid):
            self.hlr.abort(tid, self.now)


def _wrong(octets: bytes, rng: Random) -> Iterator[bytes]:
    """One octet changed, the end missing, or one element in the place of another."""
    for at in range(len(octets)):
        yield octets[:at] + bytes((rng.choice(OTHER),)) + octets[at + 1 :]
        yield octets[:at] + bytes((octets[at] ^ 1 << rng.randrange(8),)) + octets[at + 1 :]
        yield octets[:at]
    for at, after in _elements(octets, 0, len(octets)):
        for instead in rng.sample(_nasty(octets[at:after]), 5):
            yield _with(octets, (at, after), instead, 0, len(octets))


def _nasty(own: bytes) -> list[bytes]:
    tag, constructed = own[:1], bytes((own[0] | 0x20,))
    return [
        b"",
        own + own,
        tag + b"\0",
        tag + b"\x80" + own[2:] + b"\0\0",
        constructed + length_octets(len(own)) + own,
        constructed + b"\x80" + b"\x24\x80" * 40 + b"\0\0" * 41,
        constructed + b"\x80" + b"\x04\x01\x11" * 200 + b"\0\0",
        b"\x9f\x85\xaa\xff\x7f\x01\0",
        b"\xbf\xff\xff\xff\xff\xff\x7f\x01\0",
        b"\x1f\x81\x81\x01\x02\x05\0",
        tag + b"\x82\x02\x58" + b"\xff" * 600,
        tag + b"\x82\x02\x58" + bytes(600),
        tag + b"\x03\x80\x80\x80",
        tag + b"\x84\xff\xff\xff\xff",
        tag + b"\x84\0\0\0\x01\0",
        tag + b"\x85\0\0\0\0\x01\0",
        own + b"\x9f\x64\x02\0\x01",
        own + b"\x30\x80" * 60 + b"\0\0" * 60,
        own + b"\x9f\x64\0" * 500,
        b"\x06\x82\x03\x84" + b"\xff" * 899 + b"\x7f",
        b"\x0a\x09" + b"\xff" * 9,
    ]


def _elements(octets: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each element is, with those within."""
    while at < end:
        try:
            _, start, stop, after = read_header(octets, at, end)
        except DecodeError:
            return
        yield at, after
        if octets[at] & 0x20:
            yield from _elements(octets, start, stop)
        at = after


def _with(octets: bytes, place: tuple[int, int], instead: bytes, at: int, end: int) -> bytes:
    """The same with another element there; the lengths around it are right."""
    out = b""
    while at < end:
        tag, start, stop, after = read_header(octets, at, end)
        if (at, after) == place:
            out += instead
        elif at < place[0] < after:
            contents = _with(octets, place, instead, start, stop)
            out += tag_octets(tag) + length_octets(len(contents)) + contents
        else:
            out += octets[at:after]
        at = after
    return out


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_whatever_is_wrong_in_an_invoke_is_answered_or_passed_over(operation: Operation) -> None:
    hostile = Hostile(operation.code)
    invoke = encode_invoke(1, operation.code, filled(operation.argument).encode_element())
    begin = encode_message(MessageType.BEGIN, OTID, operation.context.request, invoke)
    for wrong in _wrong(begin, hostile.rng):
        hostile.says(wrong)


@pytest.mark.parametrize("operation", ANSWERED, ids=str)
def test_whatever_is_wrong_in_a_result_is_an_outcome(operation: Operation) -> None:
    hostile = Hostile(operation.code)
    parameter = filled(operation.result).encode_element() if operation.result else b""
    for wrong in _wrong(encode_return_result(1, operation.code, parameter), hostile.rng):
        hostile.answers(operation, wrong)


@pytest.mark.parametrize("code", ERROR_PARAMETERS, ids=lambda each: ErrorCode(each).name)
def test_whatever_is_wrong_in_an_error_is_an_outcome(code: int) -> None:
    hostile = Hostile(code)
    parameter = encode_error_parameter(MapError(code, filled(ERROR_PARAMETERS[code])))
    for wrong in _wrong(encode_return_error(1, code, parameter), hostile.rng):
        hostile.answers(ANSWERED[0], wrong)


@pytest.mark.parametrize("name", VECTORS)
def test_whatever_is_wrong_in_a_message_of_others_is_answered_or_passed_over(name: str) -> None:
    hostile = Hostile(len(name))
    for wrong in _wrong(VECTORS[name], hostile.rng):
        hostile.says(wrong)
