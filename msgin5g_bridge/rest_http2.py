"""HTTP/2 connections of the client library that survive those who give up, and GOAWAY (RFC 9113).

A request whose deadline passes is cancelled wherever it is just then. The library leaves its stream open, of
which a peer allows a hundred, and a connection half begun to the next one; from then on nobody gets through
any more. `Sockets` sees to it that what is being written is written to its end.

And with GOAWAY the library ends whatever is under way. A peer that says so and no error still answers what
it has begun, and has heard nothing of the rest (§6.8): nginx does so after so many requests, Envoy and Java
after so long.
"""

import asyncio
from collections.abc import Callable

import httpcore
from h2.connection import ConnectionState
from h2.events import Event, RemoteSettingsChanged, StreamReset
from httpcore import ConnectionNotAvailable
from httpcore._async import http2
from httpcore._synchronization import AsyncSemaphore
from hyperframe.frame import Frame, GoAwayFrame

from msgin5g_bridge.rest_sockets import to_the_end

__all__ = ["have_pools_use_these", "is_unheard"]

_NO_ERROR, _REFUSED_STREAM, _CANCEL = 0, 7, 8  # §7


class _Streams(AsyncSemaphore):
    """Whose turn it is: more than before at once, or fewer, as soon as so many have ended (§5.1.2)."""

    def __init__(self) -> None:
        self._most, self._open = 1, 0
        self._changed = asyncio.Event()

    async def acquire(self) -> None:
        while self._open >= self._most:
            self._changed.clear()
            await self._changed.wait()
        self._open += 1

    async def release(self) -> None:
        """Without waiting for anything: who is cancelled just then has given it back."""
        self._open -= 1
        self._changed.set()

    def limit(self, most: int) -> None:
        self._most = most
        self._changed.set()


class _Http2Connection(http2.AsyncHTTP2Connection):
    """One that each request leaves as others want to find it."""

    def __init__(
        self,
        origin: httpcore.Origin,
        stream: httpcore.AsyncNetworkStream,
        keepalive_expiry: float | None = None,
    ) -> None:
        super().__init__(origin, stream, keepalive_expiry)
        self._ends = False
        self._streams = self._max_streams_semaphore = _Streams()
        frames = self._h2_state._frame_dispatch_table
        self._usual_end: Callable[[GoAwayFrame], tuple[list[Frame], list[Event]]] = frames[GoAwayFrame]
        frames[GoAwayFrame] = self._receive_end

    def _receive_end(self, frame: GoAwayFrame) -> tuple[list[Frame], list[Event]]:
        """No new requests; streams after the last that it has begun are refused, the others go on (§6.8)."""
        if frame.error_code != _NO_ERROR:
            return self._usual_end(frame)
        self._ends = self._connection_error = True
        for stream, events in self._events.items():
            if stream > frame.last_stream_id:
                events.append(StreamReset(stream_id=stream, error_code=_REFUSED_STREAM))
        return [], []

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        if not self._sent_connection_init:
            await to_the_end(self._begin(request))
        return await super().handle_async_request(request)

    async def _begin(self, request: httpcore.Request) -> None:
        """Preface and SETTINGS (§3.4); there is one stream until the peer says how many there may be."""
        async with self._init_lock:
            if self._sent_connection_init or self._state is http2.HTTPConnectionState.CLOSED:
                return
            begun = False
            try:
                await self._send_connection_init(request)
                begun = True
            finally:
                if not begun:
                    await self.aclose()
            self._sent_connection_init = True

    async def _receive_remote_settings_change(self, event: RemoteSettingsChanged) -> None:
        """Also of a peer who says nothing of it: then there is no limit but ours (§6.5.2). The library would
        wait here for a lower one to come true, and read no answer by which it does.
        """
        state = self._h2_state
        most = min(each.max_concurrent_streams for each in (state.remote_settings, state.local_settings))
        self._streams.limit(max(1, most))

    async def _send_request_headers(self, request: httpcore.Request, stream_id: int) -> None:
        """Not to a peer who is known to say nothing more, or to take nothing more."""
        if self._ends:
            raise ConnectionNotAvailable
        if self._read_exception is not None:
            raise self._read_exception
        await super()._send_request_headers(request, stream_id)

    async def _response_closed(self, stream_id: int) -> None:
        """Who waits no more says so, with the next frames that are written (§5.4.2, §8.1)."""
        state = self._h2_state
        stream = state.streams.get(stream_id)
        if stream is not None and stream.open and state.state_machine.state is not ConnectionState.CLOSED:
            state.reset_stream(stream_id, _CANCEL)
        await super()._response_closed(stream_id)
        if self._ends and not self._events:
            await self.aclose()


def is_unheard(fault: BaseException | None) -> bool:
    """Whether the peer says that it has done nothing with a request, so that it may come again (§8.7)."""
    what = fault.args[0] if isinstance(fault, httpcore.RemoteProtocolError) and fault.args else None
    return isinstance(what, StreamReset) and what.error_code == _REFUSED_STREAM


def have_pools_use_these() -> None:
    """They ask for the library's own by its name."""
    http2.AsyncHTTP2Connection = _Http2Connection  # type: ignore[misc]  # a type to mypy
