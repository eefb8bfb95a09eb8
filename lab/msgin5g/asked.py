"""What somebody has asked over CoAP, and what became of it."""

from dataclasses import dataclass

from msgin5g_bridge.coap import Responded, Unanswered
from msgin5g_bridge.model import Body

__all__ = ["Asked", "Asks"]


@dataclass(slots=True)
class Asked:
    """What it has asked the server, and what became of it."""

    payload: Body | None
    code: int | None = None
    body: Body | None = None
    diagnostic: str = ""
    silent: bool = False

    @property
    def over(self) -> bool:
        return self.silent or self.code is not None

    @property
    def taken(self) -> bool:
        return self.code is not None and self.code < 300

    @property
    def cause(self) -> str:
        """Of a no."""
        return self.diagnostic.partition(":")[0]


class Asks:
    """Those that wait for their answers, by exchange."""

    def __init__(self) -> None:
        self._open: dict[int, Asked] = {}

    def put(self, exchange: int, asked: Asked) -> None:
        """It has been asked."""
        self._open[exchange] = asked

    def responded(self, event: Responded) -> bool:
        """Whether it was one of these."""
        asked = self._open.pop(event.exchange, None)
        if asked is not None:
            asked.code, asked.body, asked.diagnostic = event.code, event.body, event.diagnostic
        return asked is not None

    def unanswered(self, event: Unanswered) -> None:
        """Nobody will answer it."""
        asked = self._open.pop(event.exchange, None)
        if asked is not None:
            asked.silent = True
