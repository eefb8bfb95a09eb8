"""The Driver: one timer for the earliest deadline, every port flushed, a bug ends one message only."""

import logging

import pytest

from ipsmgw.drive import Driver, Port
from tests.ipsmgw.watch import Watch

Octets = list[tuple[bytes, str]]


class Echo:
    """A stack that says everything back, and tells of each whole minute that its deadline reaches."""

    def __init__(self) -> None:
        self.output: Octets = []
        self.due: float | None = None

    def receive(self, data: bytes, flow: str, now: float) -> list[str]:
        if data == b"bug":
            raise RuntimeError("in the stack")
        self.output.append((data, flow))
        return [data.decode()]

    def link_up(self, flow: str, identity: str, now: float) -> list[str]:
        return [f"up {flow} {identity}"]

    def link_down(self, flow: str, now: float) -> list[str]:
        return [f"down {flow}"]

    def expire(self, now: float) -> list[str]:
        self.due = None
        return [f"expired at {now:g}"]

    def deadline(self) -> float | None:
        return self.due

    def take_output(self) -> Octets:
        taken, self.output = self.output, []
        return taken


class Node:
    """A driver with two stacks."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.bugs: list[object] = []
        self.driver = Driver(self.watch, lambda event, now: self.bugs.append(event))
        self.left, self.right = Echo(), Echo()
        self.told: list[str] = []
        self.sent: list[Octets] = []
        self.port = self._open(self.left)
        self._open(self.right)

    def _open(self, stack: Echo) -> Port[str, str]:
        port = self.driver.open(stack, self.take)
        port.send = self.sent.append
        return port

    def take(self, event: str, now: float) -> None:
        if event == "sink bug":
            raise RuntimeError("in the sink")
        self.told.append(event)
        if event == "over":
            self.right.output.append((b"other", "r"))


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "ipsmgw.drive")


def test_a_batch_is_told_event_by_event_and_answered_in_one(node: Node) -> None:
    node.port.receive([(b"one", "a"), (b"two", "b")])
    assert node.told == ["one", "two"]
    assert node.sent == [[(b"one", "a"), (b"two", "b")]]


def test_batches_of_one_turn_are_answered_in_one(node: Node) -> None:
    node.port.receive_all([(b"one", "a")] for _ in range(2))
    assert node.told == ["one", "one"]
    assert node.sent == [[(b"one", "a"), (b"one", "a")]]


def test_an_input_of_one_port_flushes_all(node: Node) -> None:
    node.port.receive([(b"over", "a")])
    assert node.sent == [[(b"over", "a")], [(b"other", "r")]]


def test_links_go_up_and_down(node: Node) -> None:
    node.port.link_up("a", "peer")
    node.port.link_down("a")
    assert node.told == ["up a peer", "down a"]


def test_the_tap_sees_what_comes_and_what_goes(node: Node) -> None:
    seen: list[tuple[float, bool, bytes, str]] = []
    node.port.tap = lambda *pdu: seen.append(pdu)
    node.port.receive([(b"one", "a")])
    assert seen == [(100.0, False, b"one", "a"), (100.0, True, b"one", "a")]


def test_what_has_nowhere_to_go_is_dropped(node: Node) -> None:
    node.port.send = None
    node.port.receive([(b"one", "a")])
    assert node.left.output == []


def test_no_deadline_no_timer(node: Node) -> None:
    node.port.receive([(b"one", "a")])
    assert node.watch.armed == []


def test_there_is_one_timer_and_it_is_for_the_earliest(node: Node) -> None:
    node.left.due, node.right.due = 130.0, 120.0
    node.port.receive([(b"one", "a")])
    assert node.watch.armed == [120.0]
    node.left.due = 110.0
    node.port.receive([(b"one", "a")])
    assert node.watch.armed == [110.0]


def test_a_later_deadline_does_not_move_the_timer_which_looks_again(node: Node) -> None:
    node.left.due = 110.0
    node.driver.settle(100.0)
    node.left.due = 130.0
    node.port.receive([(b"one", "a")])
    assert node.watch.armed == [110.0]
    flushed: list[float] = []
    node.driver.watch(node.right, flushed.append)
    node.watch.reach(110.0)
    assert (node.told, flushed) == (["one"], [])
    assert node.watch.armed == [130.0]


def test_only_who_is_due_expires(node: Node) -> None:
    node.left.due, node.right.due = 110.0, 120.0
    node.driver.settle(100.0)
    node.watch.reach(111.0)
    assert node.told == ["expired at 111"]
    assert node.watch.armed == [120.0]


def test_a_deadline_that_has_passed_is_for_now(node: Node) -> None:
    node.left.due = 0.0
    node.driver.settle(100.0)
    assert node.watch.armed == [100.0]


def test_who_is_watched_has_deadlines_and_a_word_before_octets_leave(node: Node) -> None:
    order: list[str] = []
    node.port.send = lambda batch: order.append("sent")
    node.driver.watch(node.right, lambda now: order.append(f"before {now:g}"))
    node.port.receive([(b"one", "a")])
    assert order == ["before 100", "sent"]


def test_work_from_elsewhere_is_an_input(node: Node) -> None:
    node.driver.turn(lambda now: node.left.output.append((b"%d" % now, "a")))
    assert node.sent == [[(b"100", "a")]]


def test_many_works_are_one_input(node: Node) -> None:
    def work(now: float) -> None:
        node.left.output.append((b"x", "a"))

    node.driver.turn_each([work, work])
    assert node.sent == [[(b"x", "a"), (b"x", "a")]]


def test_a_closed_driver_does_nothing_more(node: Node) -> None:
    node.left.due = 110.0
    node.driver.settle(100.0)
    node.driver.close()
    node.driver.turn(lambda now: node.told.append("late"))
    node.driver.turn_each([lambda now: node.told.append("late")])
    node.driver.settle(105.0)
    assert node.watch.armed == []
    assert node.told == []


@pytest.mark.usefixtures("quiet")
def test_a_bug_in_the_sink_ends_one_message(node: Node) -> None:
    node.port.receive([(b"sink bug", "a"), (b"two", "b")])
    assert node.told == ["two"]
    assert node.bugs == ["sink bug"]
    assert node.driver.bugs == 1
    assert len(node.sent[0]) == 2


@pytest.mark.usefixtures("quiet")
def test_a_bug_in_a_stack_ends_one_datagram(node: Node) -> None:
    node.port.receive([(b"bug", "a"), (b"two", "b")])
    assert node.told == ["two"]
    assert node.bugs == [b"bug"]


@pytest.mark.usefixtures("quiet")
def test_a_bug_in_one_of_many_works_spares_the_others(node: Node) -> None:
    def bug(now: float) -> None:
        raise RuntimeError("in the work")

    node.driver.turn_each([bug, lambda now: node.told.append("done")])
    assert node.told == ["done"]
    assert node.driver.bugs == 1


class Stuck(Echo):
    """Its deadline passes with an exception."""

    def expire(self, now: float) -> list[str]:
        self.due = None
        raise RuntimeError("in expire")


@pytest.mark.usefixtures("quiet")
def test_a_bug_at_a_deadline_spares_the_others_and_the_timer(node: Node) -> None:
    stuck = Stuck()
    node.driver.watch(stuck)
    stuck.due = node.left.due = 110.0
    node.right.due = 120.0
    node.driver.settle(100.0)
    node.watch.reach(110.0)
    assert node.told == ["expired at 110"]
    assert node.driver.bugs == 1
    assert node.watch.armed == [120.0]


def test_a_bug_is_logged_with_what_it_happened_to(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    node.port.receive([(b"sink bug", "a")])
    assert "bug while handling 'sink bug'" in caplog.text
    assert "RuntimeError: in the sink" in caplog.text


class Again(Echo):
    """A stack that sends once more what had not left."""

    def unsent(self, batch: Octets, now: float) -> list[str]:
        self.output += [(data, "another way") for data, _ in batch]
        return [f"{len(batch)} unsent"]


def test_what_has_not_left_is_given_back_to_a_stack_that_has_a_use_for_it() -> None:
    node = Node()
    port = node._open(Again())
    port.unsent([(b"x", "a way")])
    assert node.told == ["1 unsent"]
    assert node.sent == [[(b"x", "another way")]]
    node.port.unsent([(b"x", "a way")])
    assert node.told == ["1 unsent"]
