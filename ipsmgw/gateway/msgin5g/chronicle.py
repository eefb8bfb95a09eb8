"""What has happened to messages of the MSGin5G service, for those who ask why; bounded, and in memory."""

from collections.abc import Iterator

from ipsmgw.explain import Explanation, Found
from ipsmgw.explain.explanation import Line, clock
from ipsmgw.explain.transfer import (
    FROM_PHONE,
    TO_PHONE,
    Story,
    explanation_of,
    found_of,
    standing,
    steps,
)
from ipsmgw.gateway.core import Core
from ipsmgw.smpp import Flow as SmppFlow
from ipsmgw.store import Enrolment, Transfer
from ipsmgw.trace import Pdu, ladder

__all__ = ["Chronicle", "ToldRows"]

_LINES = 200
"""Of one message: with more the oldest are forgotten."""
_FOUND = 20


class Chronicle:
    """A story for each message, the oldest forgotten first; of transfers the store knows the rest."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._most = core.settings.trace.records
        self._stories: dict[str, Story] = {}

    def changed(self, before: Transfer | None, after: Transfer) -> None:
        """The row of a message to a phone."""
        now = self._core.clock.now()
        story = self._stories.get(after.key) or self._keep(self._of_row(after))
        if story is not None:
            for line in steps(before, after, now):
                self._add(story, line)
            if after.phase in ("report", "ended"):
                story.outcome = "delivered" if after.at == len(after.parts) else after.cause

    def submitted(self, held: Enrolment, msg_id: str, to: str, way: str) -> None:
        """A message of a phone is on its way to the server."""
        now = self._core.clock.now()
        story = Story(msg_id, FROM_PHONE, msg_id, held.key, self._msisdn(held.key), to, now)
        if self._keep(story) is not None:
            self.note(msg_id, "taken from the phone", way)

    def note(self, key: str, what: str, why: str = "", *, outcome: str = "") -> None:
        """One more step of a message that is known."""
        story = self._stories.get(key)
        if story is not None:
            self._add(story, Line(clock(self._core.clock.now()), what, why))
            story.outcome = outcome or story.outcome

    def explain(self, name: str, now: float) -> Explanation | tuple[Found, ...]:
        """Of one message, by its Message ID; or those of a phone, the latest first."""
        number = name.removeprefix("tel:").removeprefix("+")
        stories = list(self._known())
        found = [one for one in stories if name in (one.msg_id, one.key)]
        if len(found) == 1:
            return self._explained(found[0], now)
        found = found or [one for one in stories if number and number in (one.imsi, one.msisdn)]
        found.sort(key=lambda one: -one.received)
        return tuple(map(found_of, found[:_FOUND]))

    def _known(self) -> Iterator[Story]:
        """Also those of the life before, as far as the store has them."""
        yield from self._stories.values()
        for row in self._core.store.transfers:
            if row.key not in self._stories:
                yield self._of_row(row)

    def _of_row(self, row: Transfer) -> Story:
        msisdn, other = self._msisdn(row.imsi), f"{row.sender_type} {row.sender}".strip()
        story = Story(row.key, TO_PHONE, row.msg_id, row.imsi, msisdn, other, row.received)
        if row.phase in ("report", "ended"):
            story.outcome = "delivered" if row.at == len(row.parts) else row.cause
        return story

    def _msisdn(self, imsi: str) -> str:
        held = self._core.store.enrolments.get(imsi)
        own = (each.msisdn for each in self._core.settings.msgin5g.subscriber if each.imsi == imsi)
        return next(own, None) or (held.msisdn if held is not None else "")

    def _explained(self, story: Story, now: float) -> Explanation:
        row = self._core.store.transfers.get(story.key)
        lines = () if row is None else tuple(standing(row, now))
        return explanation_of(story, lines, self._ladder(story, row, now))

    def _ladder(self, story: Story, row: Transfer | None, now: float) -> str:
        """What went over SMPP for this phone and these message_ids."""
        ids = [one.id for one in row.handed if one.id] if row is not None else []
        needles = [word.encode() for word in (story.msisdn, *ids) if word]
        kept = {
            each.number: each
            for needle in needles
            for each in self._core.recent.find("smpp", needle, story.received, now)
        }
        node, rows = self._core.settings.node.name, []
        for _, each in sorted(kept.items()):
            other = "sm-sc" if isinstance(each.flow, SmppFlow) else "?"
            source, target = (node, other) if each.sent else (other, node)
            rows.append(Pdu(each.when, source, target, "smpp", each.data))
        return ladder(rows, (node, "sm-sc"), width=110) if rows else ""

    def _keep(self, story: Story) -> Story | None:
        if not self._most:
            return None
        self._stories[story.key] = story
        while len(self._stories) > self._most:
            del self._stories[next(iter(self._stories))]
        return story

    @staticmethod
    def _add(story: Story, line: Line) -> None:
        story.lines.append(line)
        del story.lines[:-_LINES]


class ToldRows:
    """The transfers of the store; the chronicle is told of each change."""

    def __init__(self, core: Core, chronicle: Chronicle) -> None:
        self._rows = core.store.transfers
        self._chronicle = chronicle

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Transfer]:
        return iter(self._rows)

    def get(self, key: str) -> Transfer | None:
        return self._rows.get(key)

    def save(self, row: Transfer) -> Transfer:
        before = self._rows.get(row.key)
        saved = self._rows.save(row)
        self._chronicle.changed(before, saved)
        return saved

    def remove(self, row: Transfer) -> None:
        self._rows.remove(row)
