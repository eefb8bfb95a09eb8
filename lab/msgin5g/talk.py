"""Requests to other servers that are made until they are taken: one at a time for each matter."""

from collections.abc import Callable, Mapping

from lab.elements.agenda import Agenda, Entry
from lab.msgin5g.contact import Contact
from lab.msgin5g.errand import SILENCE, Control, Errand, Outcome, Result
from lab.msgin5g.settings import ServerSettings

__all__ = ["Talk"]

_Done = Callable[[Result, float], None]
_NONE: Mapping[str, str] = {}


class Talk:
    """`look` is called when a matter may go on; what there is to say then is up to who has it."""

    def __init__(
        self,
        settings: ServerSettings,
        agenda: Agenda,
        number: Callable[[], int],
        look: Callable[[float], None],
    ) -> None:
        self._settings = settings
        self._agenda = agenda
        self._number = number
        self.look = look
        self._out: dict[int, tuple[str, _Done, Entry]] = {}
        self._attempts: dict[str, int] = {}
        self._resting: set[str] = set()
        self._errands: list[Errand] = []

    def free(self, matter: str) -> bool:
        """Whether nothing is under way in it, nor about to be tried again."""
        return matter not in self._resting and all(other != matter for other, _, _ in self._out.values())

    def say(
        self,
        matter: str,
        contact: Contact,
        body: Control,
        done: _Done,
        now: float,
        *,
        variables: Mapping[str, str] = _NONE,
    ) -> None:
        until = now + self._settings.errand
        errand = Errand(self._number(), contact, body, (), until, variables)
        deadline = self._agenda.at(until, lambda when: self._late(errand.id, when))
        self._out[errand.id] = matter, done, deadline
        self._errands.append(errand)

    def answered(self, errand: int, result: Result, now: float) -> bool:
        """Whether it was one of these."""
        if errand not in self._out:
            return False
        matter, done, deadline = self._out.pop(errand)
        deadline.cancel()
        if result.outcome is Outcome.TAKEN:
            self._attempts.pop(matter, None)
        else:
            self._rest(matter, now)
        done(result, now)
        self.look(now)
        return True

    def take_errands(self) -> list[Errand]:
        errands, self._errands = self._errands, []
        return errands

    @property
    def under_way(self) -> int:
        return len(self._out)

    def _late(self, errand: int, now: float) -> None:
        self.answered(errand, SILENCE, now)

    def _rest(self, matter: str, now: float) -> None:
        self._resting.add(matter)
        attempts = self._attempts[matter] = self._attempts.get(matter, 0) + 1
        pause = min(self._settings.retry * 2 ** (attempts - 1), self._settings.retry_most)

        def again(when: float) -> None:
            self._resting.discard(matter)
            self.look(when)

        self._agenda.at(now + pause, again)
