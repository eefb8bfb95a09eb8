"""Whether the MSGin5G Server answers: what an operator wants to know first when phones hear nothing."""

__all__ = ["Reach"]


class Reach:
    """By what has become of the last thing that it was asked, or by a call of its own."""

    def __init__(self, address: str, now: float) -> None:
        self._address = address
        self._answers: bool | None = None
        self._since = now
        self._why = ""

    def heard(self, now: float) -> None:
        """It has said something, whatever it was."""
        self._become(answers=True, why="", now=now)

    def silent(self, why: str, now: float) -> None:
        """Nothing came."""
        self._become(answers=False, why=why, now=now)

    @property
    def status(self) -> dict[str, object]:
        """For the local API."""
        return {"address": self._address, "answers": self._answers, "since": self._since, "why": self._why}

    def _become(self, *, answers: bool, why: str, now: float) -> None:
        if answers is not self._answers:
            self._since = now
        self._answers, self._why = answers, why
