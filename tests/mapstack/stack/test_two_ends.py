"""Two ends, a lossy way between them, and users that do what they like: every invoke has one outcome."""

from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mapstack import (
    MT_FORWARD_SM,
    Answered,
    DialogueLost,
    ErrorCode,
    Invoked,
    MapError,
    MapEvent,
    MapLimits,
    MapStack,
    Refused,
)
from tests.mapstack.stack.network import FLOW, HLR, Network
from tests.mapstack.stack.peer import DONE, FIRST, MESSAGE

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["invoke", "more", "further", "result", "error", "abort", "carry", "lose", "wait"]),
        st.integers(0, 3),
    ),
    max_size=60,
)


class Ends:
    """The SM-SC asks, the HLR answers; what is under way may be lost."""

    def __init__(self) -> None:
        self.network = Network(
            guard=50.0, idle=20.0, invoke_timers={"mt-ForwardSM": 30.0}, limits=MapLimits(dialogues=6)
        )
        self.asked: list[tuple[int, int]] = []
        self.outcomes: Counter[tuple[int, int]] = Counter()
        self.invoked: list[Invoked] = []
        self.dialogues: list[int] = []
        self.aborted: set[int] = set()

    def take(self, stack: MapStack, events: list[MapEvent]) -> None:
        for event in events:
            if isinstance(event, Invoked):
                self.invoked.append(event)
            elif isinstance(event, Answered | Refused | DialogueLost):
                assert stack is self.network.sc
                self.outcomes[event.dialogue, event.invoke_id] += 1

    def invoke(self, arg: object = MESSAGE) -> None:
        network = self.network
        tid = network.sc.invoke(MT_FORWARD_SM, HLR, FIRST if arg is FIRST else MESSAGE, network.now)
        self.asked.append((tid, 1))
        self.dialogues.append(tid)

    def more(self) -> None:
        self.invoke(FIRST)

    def further(self, index: int) -> None:
        sc = self.network.sc
        tids = [each for each in self.dialogues if sc.is_open(each)]
        if tids:
            tid = tids[index % len(tids)]
            self.asked.append((tid, sc.invoke_in(tid, MT_FORWARD_SM, FIRST, self.network.now)))

    def answer(self, index: int, error: bool) -> None:
        hlr, now = self.network.hlr, self.network.now
        waiting = [each for each in self.invoked if hlr.awaits_answer(each.dialogue)]
        if waiting and error:
            absent = MapError(ErrorCode.ABSENT_SUBSCRIBER_SM)
            hlr.error(waiting[index % len(waiting)].dialogue, absent, now)
        elif waiting:
            hlr.result(waiting[index % len(waiting)].dialogue, DONE, now)

    def abort(self, index: int) -> None:
        hlr = self.network.hlr
        waiting = [each.dialogue for each in self.invoked if hlr.is_open(each.dialogue)]
        if waiting:
            hlr.abort(waiting[index % len(waiting)], self.network.now)

    def carry(self) -> None:
        network = self.network
        for data in network.from_sc():
            self.take(network.hlr, network.hlr.receive(data, FLOW, network.now))
        for data in network.from_hlr():
            self.take(network.sc, network.sc.receive(data, FLOW, network.now))

    def lose(self, index: int) -> None:
        self.network.from_sc() if index & 1 else self.network.from_hlr()

    def wait(self, seconds: float) -> None:
        network = self.network
        network.now += seconds
        self.take(network.sc, network.sc.expire(network.now))
        self.take(network.hlr, network.hlr.expire(network.now))

    def step(self, name: str, index: int) -> None:
        if name in ("invoke", "more", "carry"):
            {"invoke": self.invoke, "more": self.more, "carry": self.carry}[name]()
        elif name in ("result", "error"):
            self.answer(index, name == "error")
        elif name == "wait":
            self.wait(index)
        else:
            {"further": self.further, "abort": self.abort, "lose": self.lose}[name](index)


@settings(max_examples=150, deadline=None)
@example([("more", 0), ("further", 0), ("further", 0), ("carry", 0), ("result", 0), ("carry", 0)])
@given(STEPS)
def test_every_invoke_has_one_outcome_whatever_is_lost(steps: list[tuple[str, int]]) -> None:
    ends = Ends()
    for name, index in steps:
        ends.step(name, index)
    for _ in range(12):
        ends.wait(10)
        ends.carry()
    assert ends.outcomes == Counter(ends.asked)
    assert len(ends.network.sc) == len(ends.network.hlr) == 0
