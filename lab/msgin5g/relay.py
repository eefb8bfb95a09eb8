"""UE-1 as a relay: a UE out of coverage reaches its MSGin5G Server by it (SEAL-PC5; TS 23.554 clause 4).

It reads nothing: bodies, options and codes pass as they are, whatever they say, both ways. [LAB] One UE-2 for
each relay, so that it is known whom the server means; what has no answer in time is 5.04 (RFC 7252 §5.7).
"""

from lab.elements.element import Element
from lab.elements.site import Site
from lab.exchange_spec import ExchangeSpec
from msgin5g_bridge.exchange import Answered, Ask, Asked, Gone, Incoming, NoAnswer, Outgoing, Reply, Response
from msgin5g_bridge.expiry import Expiry

__all__ = ["RelayStack", "RelayUe"]

_TIMEOUT = 504


class RelayStack:
    """Sans-IO: each request is asked of the other side, each answer is its answer."""

    def __init__(self, server: str, ue: str, *, most: int = 64, within: float = 100.0) -> None:
        """Both as coap://host:port; `most` exchanges at once, none for longer than `within` seconds."""
        self._server, self._ue = server, ue
        self._most, self._within = most, within
        self._waiting: dict[int, int] = {}
        """Exchanges of ours, and those that wait for their answer."""
        self._expiry = Expiry()
        self._count = 0
        self._output: list[Outgoing] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def receive(self, incoming: Incoming, now: float) -> list[object]:
        match incoming:
            case Asked():
                self._pass(incoming, now)
            case Answered(exchange=exchange, response=response):
                self._answer(exchange, response)
            case NoAnswer(exchange=exchange):
                self._answer(exchange, Response(_TIMEOUT))
            case Gone():
                pass  # the answer will find nobody
        return []

    def expire(self, now: float) -> list[object]:
        for exchange in list(self._expiry.due(now)):
            self._answer(exchange, Response(_TIMEOUT))
        return []

    def deadline(self) -> float | None:
        return self._expiry.deadline()

    def take_output(self) -> list[Outgoing]:
        output, self._output = self._output, []
        return output

    def _pass(self, asked: Asked, now: float) -> None:
        if len(self._waiting) >= self._most:
            self._output.append(Reply(asked.exchange, Response(503, (("max-age", "5"),))))
            return
        to = self._ue if asked.peer.address == self._server else self._server
        self._count += 1
        self._waiting[self._count] = asked.exchange
        self._expiry.set(self._count, now + self._within)
        self._output.append(Ask(self._count, to, asked.request, now + self._within))

    def _answer(self, exchange: int, response: Response) -> None:
        self._expiry.discard(exchange)
        waiting = self._waiting.pop(exchange, None)
        if waiting is not None:
            self._output.append(Reply(waiting, response))


class RelayUe(Element):
    """One life of it."""

    def __init__(self, site: Site, local: tuple[str, int], server: str, ue: str) -> None:
        super().__init__(site)
        self._stack = RelayStack(server, ue)
        port = self.driver.open_exchanges(self._stack, lambda event, now: None)
        site.network.exchanges(site.node, ExchangeSpec(protocol="coap", local=local), port)

    @property
    def open_work(self) -> int:
        """What waits for an answer, of either side."""
        return len(self._stack)
