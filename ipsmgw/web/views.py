"""What else a page follows: each told whole, by an event of its name, when it is other than before."""

import logging
from collections.abc import Callable, Iterator, Mapping

import msgspec

from ipsmgw.drive import surviving

__all__ = ["Views"]

_SHARE = 10
"""What takes long to look at is looked at less often: a tenth of the time at most."""
_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder(enc_hook=str).encode


class _View:
    __slots__ = ("bug", "data", "due", "number")

    def __init__(self) -> None:
        self.number = 0
        self.data = b""
        self.due = 0.0
        self.bug = ""
        """What it has raised when somebody looked last."""


class Views:
    """Looks at all of them for all pages together."""

    def __init__(self, views: Mapping[str, Callable[[], object]], clock: Callable[[], float]) -> None:
        self._views = views
        self._clock = clock
        self._kept = {name: _View() for name in views}

    def look(self) -> bool:
        """Whether anything is other than before."""
        changed = [self._look(name, view) for name, view in self._views.items()]
        return any(changed)

    def news(self, told: dict[str, int]) -> Iterator[tuple[str, bytes]]:
        """What a page has not been told, which then counts as told."""
        for name, kept in self._kept.items():
            if told.get(name, 0) != kept.number:
                told[name] = kept.number
                yield name, kept.data

    def _look(self, name: str, view: Callable[[], object]) -> bool:
        kept, began = self._kept[name], self._clock()
        if began < kept.due:
            return False
        data = surviving(lambda: _encode(view()))
        now = self._clock()
        kept.due = now + _SHARE * (now - began)
        if isinstance(data, Exception):
            self._raised(name, data)
            return False
        kept.bug = ""
        if data == kept.data:
            return False
        kept.data, kept.number = data, kept.number + 1
        return True

    def _raised(self, name: str, bug: Exception) -> None:
        """It stays as it was, and the others go on; said once, for somebody looks four times a second."""
        kept, said = self._kept[name], repr(bug)
        if said != kept.bug:
            _log.error("bug while looking at %r", name, exc_info=bug)
        kept.bug = said
