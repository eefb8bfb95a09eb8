"""Whose registrations are watched by the reg event package (TS 24.229 §5.7.1.1)."""

from collections import deque

from ipsmgw.gateway.core import Core
from ipsmgw.identity import Impu
from ipsmgw.store import Binding, HlrState
from sipbridge import Watched

__all__ = ["Watching"]

_AT_ONCE, _PAUSE = 20, 0.1
"""After a restart: 200 subscriptions a second, so that no S-CSCF is flooded."""


class Watching:
    """Asks the S-CSCF of every user who registers; after a restart of those who had, little by little."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._on = core.settings.sip.reg_event
        self._expires = core.settings.sip.reg_event_expires
        held = core.store.bindings() if self._on else []
        self._unwatched = deque(binding.impu for binding in held if binding.expires and binding.scscf)
        self._next = core.clock.now()

    def begin(self, binding: Binding, now: float) -> None:
        """He has registered. Where nothing is to be had of him but by asking anew, that is done: an S-CSCF
        may be silent of devices that come (Kamailio is).
        """
        if not self._on:
            return
        flow = self._core.flows[binding.scscf]
        watched = Watched(binding.impu, binding.scscf, flow, self._core.uri, self._expires)
        anew = binding.hlr in (HlrState.UNABLE, HlrState.WITHDRAWING)
        self._core.isc.reg_events.subscribe(watched, now, anew=anew)

    def end(self, impu: Impu, now: float) -> None:
        """He is not registered any more."""
        if self._on:
            self._core.isc.reg_events.unsubscribe(impu, now)

    def expire(self, now: float) -> None:
        """The next few of those who were registered before a restart."""
        for _ in range(min(_AT_ONCE, len(self._unwatched)) if now >= self._next else 0):
            binding = self._core.store.binding(self._unwatched.popleft())
            if binding is not None and binding.reachable(now):
                self.begin(binding, now)
            self._next = now + _PAUSE

    def deadline(self) -> float | None:
        return self._next if self._unwatched else None
