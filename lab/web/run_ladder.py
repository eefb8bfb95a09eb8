"""The ladder of a run that is over, answered by the same routes as that of the running lab."""

from collections import OrderedDict
from collections.abc import Sequence
from time import monotonic

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ipsmgw.trace import Pdu
from ipsmgw.web import Seen, Source
from ipsmgw.web.endpoint import routes
from ipsmgw.web.feed import Feed
from ipsmgw.web.rows import Rows
from ipsmgw.web.watching import watching
from lab.web.recorded_wire import recording

__all__ = ["LadderOf", "Ladders"]

_KEPT = 3
"""Ladders that are kept unpacked."""


class _Wire:
    """All there is of it."""

    first = 0

    def __init__(self, pdus: Sequence[Pdu]) -> None:
        self._pdus = pdus
        self.end = len(pdus)

    def since(self, number: int, most: int) -> Sequence[Seen]:
        return [Seen(at, self._pdus[at]) for at in range(number, min(self.end, number + most))]


class Ladders:
    """Of the runs that somebody has looked at last."""

    def __init__(self) -> None:
        self._of: OrderedDict[int, Starlette] = OrderedDict()

    def of(self, run: int, packed: bytes) -> Starlette:
        """`packed`: its file."""
        app = self._of.pop(run, None) or _answering(packed)
        self._of[run] = app
        if len(self._of) > _KEPT:
            self._of.popitem(last=False)
        return app


def _answering(packed: bytes) -> Starlette:
    recorded = recording(packed)
    source = Source(
        title="a run", wire=_Wire(recorded.pdus), tabs=(), nodes=lambda: recorded.nodes, status=dict
    )
    rows = Rows(source, monotonic)
    return Starlette(
        routes=routes(watching(source, rows, Feed(source, rows, clients=0, queue=0), contents=True))
    )


class LadderOf(Response):
    """What the application says at `/api/REST`."""

    def __init__(self, app: Starlette, rest: str) -> None:
        super().__init__()
        self._app, self._path = app, f"/api/{rest}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inner = {**scope, "path": self._path, "raw_path": self._path.encode(), "root_path": ""}
        await self._app(inner, receive, send)
