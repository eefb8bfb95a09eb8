"""Implicit registration sets: identities that were registered with another one (TS 23.228 §4.3.3.4)."""

from ipsmgw.identity import Impu

__all__ = ["ImplicitSets"]

_MOST = 16


class ImplicitSets:
    """Public identities that were registered with another one (TS 23.228 §4.3.3.4)."""

    def __init__(self) -> None:
        self._of: dict[Impu, Impu] = {}
        self._members: dict[Impu, tuple[Impu, ...]] = {}

    def __len__(self) -> int:
        return len(self._of)

    def set(self, impu: Impu, associated: tuple[str, ...]) -> None:
        """These were registered with this one."""
        self.discard(impu)
        members = [one for text in associated[:_MOST] if (one := _impu(text)) is not None and one != impu]
        self._members[impu] = tuple(members)
        self._of.update(dict.fromkeys(members, impu))

    def discard(self, impu: Impu) -> None:
        for one in self._members.pop(impu, ()):
            if self._of.get(one) == impu:
                del self._of[one]

    def of(self, impu: Impu) -> Impu | None:
        """With which identity this one was registered."""
        return self._of.get(impu)


def _impu(text: str) -> Impu | None:
    try:
        return Impu.parse(text)
    except ValueError:
        return None
