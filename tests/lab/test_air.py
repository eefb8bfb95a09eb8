"""The air interface loses and repeats; an RPDU comes once, or whoever sent it knows (TS 24.011 §5.3.2)."""

from hypothesis import given
from hypothesis import strategies as st

from lab.elements import mobility
from lab.elements.air import Air, AirEvent, Heard, Moved, NoCpAck, Rubbish
from lab.elements.mobility import Kind, Mobility
from sipbridge.flow import Flow

NODE, PHONE = ("127.0.1.15", 24011), ("127.0.1.21", 24011)
TO_PHONE, TO_NODE = Flow("udp", NODE, PHONE), Flow("udp", PHONE, NODE)
TC1 = 5.0


class Pair:
    """An antenna and a phone; what is sent arrives when `carry` is called, as often as it says."""

    def __init__(self) -> None:
        self.node, self.phone = Air(TC1), Air(TC1)

    def up(self, times: int = 1, now: float = 0.0) -> list[AirEvent]:
        return self._carry(self.phone, self.node, TO_PHONE, times, now)

    def down(self, times: int = 1, now: float = 0.0) -> list[AirEvent]:
        return self._carry(self.node, self.phone, TO_NODE, times, now)

    def _carry(self, source: Air, target: Air, flow: Flow, times: int, now: float) -> list[AirEvent]:
        batch = [data for data, _ in source.take_output()] * times
        return [event for data in batch for event in target.receive(data, flow, now)]


def test_two_rpdus_make_a_transaction_and_nothing_is_left() -> None:
    pair = Pair()
    mine = pair.node.begin(TO_PHONE, b"data", 0.0)
    (heard,) = pair.down()
    assert isinstance(heard, Heard)
    assert heard.rpdu == b"data"
    assert not heard.transaction.ours
    pair.phone.answer(heard.transaction, b"ack", 0.0)
    assert pair.up() == [Heard(mine, b"ack")]
    assert pair.down() == []
    assert len(pair.node) == len(pair.phone) == 0
    assert pair.node.deadline() is None
    assert pair.phone.deadline() is None


def test_what_comes_twice_is_acknowledged_twice_and_told_once() -> None:
    pair = Pair()
    mine = pair.node.begin(TO_PHONE, b"data", 0.0)
    (heard,) = pair.down(times=2)
    assert isinstance(heard, Heard)
    assert pair.up() == []
    pair.phone.answer(heard.transaction, b"ack", 0.0)
    assert pair.up(times=3) == [Heard(mine, b"ack")]
    assert len(pair.phone.take_output()) == 0
    pair.down()
    assert len(pair.phone) == 0


def test_what_is_lost_is_sent_three_times_and_then_given_up() -> None:
    pair = Pair()
    mine = pair.node.begin(TO_PHONE, b"data", 0.0)
    sent = pair.node.take_output()
    for attempt in (1, 2):
        assert pair.node.deadline() == attempt * TC1
        assert pair.node.expire(attempt * TC1) == []
        assert pair.node.take_output() == sent
    assert pair.node.expire(3 * TC1) == [NoCpAck(mine)]
    assert len(pair.node) == 0


def test_a_lost_answer_is_repeated() -> None:
    pair = Pair()
    mine = pair.node.begin(TO_PHONE, b"data", 0.0)
    (heard,) = pair.down()
    assert isinstance(heard, Heard)
    pair.up()
    pair.phone.answer(heard.transaction, b"ack", 0.0)
    pair.phone.take_output()
    assert pair.phone.expire(TC1) == []
    assert pair.up(now=TC1) == [Heard(mine, b"ack")]


def test_an_answer_that_nobody_waits_for_is_refused() -> None:
    pair = Pair()
    mine = pair.node.begin(TO_PHONE, b"data", 0.0)
    (heard,) = pair.down()
    assert isinstance(heard, Heard)
    pair.node.forget(mine)
    pair.phone.answer(heard.transaction, b"ack", 0.0)
    assert pair.up() == []
    assert pair.down() == []
    assert len(pair.phone) == 0, "CP-ERROR has ended it"


def test_transactions_that_are_open_have_values_of_their_own() -> None:
    pair = Pair()
    opened = {pair.node.begin(TO_PHONE, bytes((number,)), 0.0) for number in range(7)}
    assert len(opened) == 7
    assert len(pair.down()) == 7


def test_without_coverage_nothing_is_heard_and_nothing_leaves() -> None:
    pair = Pair()
    pair.phone.covered = False
    pair.node.begin(TO_PHONE, b"data", 0.0)
    assert pair.down() == []
    pair.phone.begin(TO_NODE, b"data", 0.0)
    assert pair.up() == []
    pair.phone.covered = True
    pair.phone.on = False
    pair.node.expire(TC1)
    assert pair.down() == []


def test_mobility_messages_pass() -> None:
    pair = Pair()
    for kind in Kind:
        message = Mobility(kind, "001015551001001" if kind in mobility.IDENTIFIED else "")
        pair.phone.move(message, TO_NODE)
        assert pair.up() == [Moved(message, TO_PHONE)]
    pair.phone.move(Mobility(Kind.ATTACH_REJECT, cause=11), TO_NODE)
    assert pair.up() == [Moved(Mobility(Kind.ATTACH_REJECT, cause=11), TO_PHONE)]


@given(st.one_of(st.binary(max_size=64), st.binary(max_size=64).map(lambda octets: b"\x05\x08" + octets)))
def test_any_octets_are_something_or_rubbish(octets: bytes) -> None:
    air = Air(TC1)
    assert all(isinstance(event, Heard | Moved | Rubbish) for event in air.receive(octets, TO_PHONE, 0.0))
