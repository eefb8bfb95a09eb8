"""Whatever happens between IMS and service centre: a message ends once, and its report tells the truth."""

from hypothesis import example, given, settings

from ipsmgw.smpp import MessageState, Status
from ipsmgw.smpp.pdu import SubmitSm
from tests.ipsmgw.by_centre import LONG, SMPP
from tests.ipsmgw.msgin5g import gateway, join
from tests.ipsmgw.transfer_story import HAPPENINGS, TransferStory, place, told

CENTRE = ("cut", "up", "late", "prompt", "answer", "throttle", "wrong", "receive", "fail", "lose")
PEACE = ("hears", "join", "up", "prompt", "answer", *("wait", "up", "receive", "take") * 30)
"""All are there and take everything, and time passes."""


class Story(TransferStory):
    """To a phone that may be in the IMS, or only at its service centre."""

    def __init__(self) -> None:
        node = gateway(
            smpp=SMPP | {"late": 100.0}, retry=20.0, validity=400.0, remember=5_000.0, pool=["15559001"]
        )
        node.centre.up(node.watch.time)
        join(node)
        node.server.take()
        super().__init__(node, payload=LONG)
        self.settled: set[int] = set()
        """Messages of the service centre that have come to their end there."""

    def happen(self, what: str) -> None:
        if what in CENTRE:
            self._centre(what)
            self.listen()
        else:
            super().happen(what)

    def _centre(self, what: str) -> None:
        centre, now = self.node.centre, self.node.watch.time
        if what == "cut":
            centre.cut()
        elif what == "up":
            centre.up(now)
        elif what in ("late", "prompt"):
            centre.late = what == "late"
        elif what == "answer":
            centre.answer()
        elif what in ("throttle", "wrong"):
            centre.verdicts = [Status.RTHROTTLED if what == "throttle" else Status.RINVDSTADR]
        else:
            self._settle_one(what)

    def _settle_one(self, what: str) -> None:
        """The first of its messages that is under way comes to its end; `lose`: nobody is told."""
        centre = self.node.centre
        open_ = [n for n in range(len(centre.submitted)) if n not in self.settled and self._has(n)]
        if not open_ or not (centre.bound or what == "lose"):
            return
        self.settled.add(open_[0])
        if what != "fail":
            self.got.add(place(centre.submitted[open_[0]].short_message))
        if what != "lose":
            states = {"receive": MessageState.DELIVERED, "fail": MessageState.UNDELIVERABLE}
            centre.receipt(open_[0], states[what])

    def _has(self, number: int) -> bool:
        """Whether the service centre has it: what it has refused it has not."""
        return not self.node.centre.answered.get(number)


def again(submitted: list[SubmitSm], answered: dict[int, Status]) -> list[int]:
    """Parts that were submitted once more, though the service centre had said in time that it has them."""
    told = [place(submitted[n].short_message) for n, status in answered.items() if status is Status.ROK]
    return [part for part in set(told) if told.count(part) > 1]


@given(told((*HAPPENINGS, *CENTRE), most=16))
@example(["leave", "post", "receive", "fail"])
@settings(max_examples=120, deadline=None)
def test_a_message_ends_once_and_its_report_tells_the_truth(happenings: list[str]) -> None:
    story = Story()
    story.ends_well([*happenings, *PEACE])
    centre = story.node.centre
    assert not again(centre.submitted, centre.answered)
