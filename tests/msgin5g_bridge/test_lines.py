"""JSON lines of non-3GPP UEs: who may say what, what is answered, and that no octets do any harm."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.line_stack import Acked, Gone, Greeted, LineEvent, LineSettings, LineStack, Over, Said
from msgin5g_bridge.lines import LineFramer, Party, Result, Told, read_told, write

PARTY = Party(type=AddressType.AS, address="reader")
HELLO = b'{"op":"hello","seq":1,"ue":"valve","credential":"secret"}'
SAY = b'{"op":"message","seq":2,"to":{"type":"AS","address":"reader"},"text":"open"}'


class Place:
    """A stack with one connection, or more."""

    def __init__(self, **changed: float) -> None:
        self.stack: LineStack[str] = LineStack(LineSettings(**{"idle": 300.0, **changed}))  # type: ignore[arg-type]  # counts are whole floats
        self.up("a")

    def up(self, flow: str, now: float = 0.0) -> list[LineEvent[str]]:
        return list(self.stack.link_up(flow, "", now))

    def say(self, line: bytes, flow: str = "a", now: float = 0.0) -> list[LineEvent[str]]:
        return self.stack.receive(line, flow, now)

    def heard(self) -> list[dict[str, object]]:
        return [json.loads(data) for data, _ in self.stack.take_output()]

    def hello(self, flow: str = "a", now: float = 0.0) -> list[LineEvent[str]]:
        (greeted,) = self.say(HELLO, flow, now)
        assert isinstance(greeted, Greeted)
        return self.stack.welcome(greeted, "ue-valve", now)

    def tell(self, now: float = 0.0) -> int:
        number = self.stack.next_number()
        line = Told(seq=number, sender=PARTY, id="m", text="shut", report=True)
        return self.stack.tell("valve", line, now)


def test_who_says_hello_and_is_welcome_is_here() -> None:
    place = Place()
    place.hello()
    assert place.stack.here("valve")
    assert place.heard() == [{"op": "result", "seq": 1, "ok": True, "ue": "ue-valve"}]


def test_who_is_rejected_hears_why_and_is_cut() -> None:
    place = Place()
    (greeted,) = place.say(HELLO)
    assert isinstance(greeted, Greeted)
    assert place.stack.reject(greeted, "NOT_AUTHENTICATED", "no such UE") == [Over("a")]
    assert [each["op"] for each in place.heard()] == ["result", "bye"]
    assert not place.say(SAY), "nothing more is taken"


def test_a_message_before_the_hello_is_refused() -> None:
    place = Place()
    assert place.say(SAY) == []
    (said,) = place.heard()
    assert (said["ok"], said["cause"], said["seq"]) == (False, "NOT_AUTHENTICATED", 2)


def test_a_message_waits_for_its_result() -> None:
    place = Place()
    place.hello()
    place.heard()
    (said,) = place.say(SAY)
    assert isinstance(said, Said)
    assert (said.ue, said.message.text) == ("valve", "open")
    place.stack.result(said, Result(seq=said.message.seq, ok=True, id="x"))
    assert place.heard() == [{"op": "result", "seq": 2, "ok": True, "id": "x"}]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (b"{", ""),
        (b'{"op":"dance","seq":1}', "/op"),
        (b'{"op":"message","seq":1,"to":{"type":"AS"},"text":"x"}', "/to/address: missing"),
        (b'{"op":"message","seq":-1,"to":{"type":"AS","address":"r"},"text":"x"}', "/seq"),
        (b'{"op":"message","seq":1,"to":{"type":"AS","address":"r"},"text":"x","id":"a b"}', "/id"),
        (b'{"op":"ack","seq":77}', "/seq: nothing of the number 77"),
        (b"\xff\xfe", ""),
    ],
)
def test_a_line_that_cannot_be_read_is_answered_with_the_place_of_the_fault(line: bytes, path: str) -> None:
    place = Place()
    place.hello()
    place.heard()
    assert place.say(line) == []
    (said,) = place.heard()
    assert (said["ok"], said["cause"]) == (False, "BAD_LINE")
    assert path in str(said["detail"])


def test_who_cannot_be_read_too_often_is_cut() -> None:
    place = Place(faults=2)
    assert place.say(b"x") == []
    assert place.say(b"x") == [Over("a")]


def test_an_acknowledgement_ends_what_was_told_and_another_one_is_a_fault() -> None:
    place = Place()
    place.hello()
    number = place.tell()
    ack = b'{"op":"ack","seq":%d}' % number
    assert place.say(ack) == [Acked(number)]
    place.heard()
    assert place.say(ack) == []
    assert place.heard()[0]["cause"] == "BAD_LINE"


def test_a_refusal_has_its_cause() -> None:
    place = Place()
    place.hello()
    number = place.tell()
    line = b'{"op":"ack","seq":%d,"cause":"MEMORY_FULL","later":true}' % number
    assert place.say(line) == [Acked(number, "MEMORY_FULL", later=True)]


def test_what_is_not_acknowledged_in_time_or_before_the_end_was_not_told() -> None:
    place = Place(ack=30.0)
    place.hello()
    first = place.tell()
    assert place.stack.deadline() == 30.0
    assert place.stack.expire(30.0) == [Acked(first, "TIMEOUT", later=True)]
    second = place.tell(31.0)
    assert place.stack.link_down("a", 32.0) == [Acked(second, "TIMEOUT", later=True), Gone("valve")]
    assert place.stack.deadline() is None
    assert len(place.stack) == 0


def test_a_second_connection_of_the_same_ue_ends_the_first() -> None:
    place = Place()
    place.hello()
    place.up("b")
    number = place.tell()
    place.heard()
    assert place.hello("b") == [Acked(number, "TIMEOUT", later=True), Gone("valve"), Over("a")]
    assert place.stack.here("valve")
    assert [each.get("cause") for each in place.heard()] == ["REPLACED", None]
    assert place.stack.link_down("a", 1.0) == []
    assert place.stack.here("valve"), "the other one is still there"


@pytest.mark.parametrize(("hello", "when"), [(False, 10.0), (True, 300.0)])
def test_silence_ends_a_connection(hello: bool, when: float) -> None:
    place = Place()
    if hello:
        place.hello()
    place.heard()
    assert place.stack.deadline() == when
    assert Over("a") in place.stack.expire(when)
    assert place.heard()[0]["cause"] == "TIMEOUT"


def test_a_ping_is_enough() -> None:
    place = Place()
    place.hello()
    assert place.say(b'{"op":"ping","seq":9}', now=299.0) == []
    assert place.heard()[-1] == {"op": "result", "seq": 9, "ok": True}
    assert place.stack.deadline() == 599.0


def test_too_many_connections_and_too_many_lines_are_refused() -> None:
    place = Place(connections=1, rate=1.0, burst=1)
    assert place.up("b") == [Over("b")]
    assert place.heard()[0]["cause"] == "OVERLOAD"
    place.hello()
    place.heard()
    assert place.say(SAY) == []
    assert place.heard()[0]["cause"] == "OVERLOAD"


def test_a_line_that_is_too_long_ends_the_connection() -> None:
    place, framer = Place(longest=100), LineFramer(100)
    (line,) = framer.feed(b"x" * 200)
    assert place.say(line) == [Over("a")]
    assert (place.heard()[0]["cause"], framer.feed(b"\n\n")) == ("LINE_TOO_LONG", [])


def test_text_with_line_ends_is_one_line() -> None:
    told = Told(seq=1, sender=PARTY, id="m", text="one\ntwo\r\n", report=False)
    (line,) = LineFramer().feed(write(told))
    assert read_told(line) == told


@given(st.lists(st.binary(max_size=20)))
def test_lines_are_the_same_whole_and_in_pieces(pieces: list[bytes]) -> None:
    stream, whole, slowly = b"".join(pieces), LineFramer(64), LineFramer(64)
    lines = whole.feed(stream)
    assert lines == [line for octet in stream for line in slowly.feed(bytes((octet,)))]
    assert bool(whole.fault) == bool(slowly.fault)


_WORDS = (HELLO, SAY, b'{"op":"ack","seq":1}', b'{"op":"bye"}', b'{"op":"ping","seq":0}', b'{"op":', b"\n")


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(_WORDS))), st.booleans())
def test_any_octets_are_answered_or_ignored(pieces: list[bytes], known: bool) -> None:
    place, framer = Place(longest=512), LineFramer(512)
    if known:
        place.hello()
    for octet in b"\n".join(pieces) + b"\n":
        for line in framer.feed(bytes((octet,))):
            for event in place.say(line):
                if isinstance(event, Greeted):
                    place.stack.welcome(event, "", 0.0)
    for answer in place.heard():
        assert answer["op"] in ("result", "bye")
    place.stack.link_down("a", 1.0)
    assert place.stack.deadline() is None
