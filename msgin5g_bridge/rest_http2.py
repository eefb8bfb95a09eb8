"""HTTP/2 connections of the client library that survive those who give up (RFC 9113).

A request whose deadline passes is cancelled wherever it is just then. The library leaves its stream open, of
which a peer allows a hundred, and a connection half begun to the next one; from then on nobody gets through
any more. `Sockets` sees to it that what is being written is written to its end.
"""

import httpcore
from httpcore._async import http2
from httpcore._synchronization import AsyncSemaphore

from msgin5g_bridge.rest_sockets import to_the_end

__all__ = ["have_pools_use_these"]

_CANCEL = 8  # §7
_CLOSED = http2.h2.connection.ConnectionState.CLOSED  # type: ignore[attr-defined]  # of what it is built on


class _Http2Connection(http2.AsyncHTTP2Connection):
    """One that each request leaves as others want to find it."""

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
            most = self._h2_state.local_settings.max_concurrent_streams
            self._max_streams, self._max_streams_semaphore = 1, AsyncSemaphore(most)
            for _ in range(most - 1):
                await self._max_streams_semaphore.acquire()
            self._sent_connection_init = True

    async def _send_request_headers(self, request: httpcore.Request, stream_id: int) -> None:
        """Not to a peer who is known to say nothing more."""
        if self._read_exception is not None:
            raise self._read_exception
        await super()._send_request_headers(request, stream_id)

    async def _response_closed(self, stream_id: int) -> None:
        """Who waits no more says so, with the next frames that are written (§5.4.2, §8.1)."""
        state = self._h2_state
        stream = state.streams.get(stream_id)
        if stream is not None and stream.open and state.state_machine.state is not _CLOSED:
            state.reset_stream(stream_id, _CANCEL)
        await super()._response_closed(stream_id)


def have_pools_use_these() -> None:
    """They ask for the library's own by its name."""
    http2.AsyncHTTP2Connection = _Http2Connection  # type: ignore[misc]  # a type to mypy
