"""Whom the gateway believes: addresses, and names that DNS or a certificate proves (RFC 3325 §5)."""

from collections.abc import Sequence

from ipsmgw.sip_settings import names, trusted
from sipbridge import Flow, SipStack
from sipbridge.dns import Locator
from sipbridge.hop import Hop

__all__ = ["Trust"]

_SOONEST = 5.0


class Trust:
    """The addresses of names are looked up before anybody sends from there, and again before they are old.

    What a name stood for is believed until DNS says something else: silence takes nobody's trust away.
    """

    def __init__(self, scscf: Sequence[str], sip: SipStack, locator: Locator | None, now: float) -> None:
        self.addresses = trusted(scscf)
        """Addresses and (address, port)."""
        self._sip = sip
        self._locator = locator
        self._names = frozenset(names(scscf))
        self._hosts: dict[str, frozenset[str]] = {}
        self._due: dict[str, float] = dict.fromkeys(self._names, now) if locator is not None else {}
        self._open = set(self._due)
        self.expire(now)

    def __contains__(self, flow: Flow) -> bool:
        """Whether what comes over this flow is believed."""
        host = flow.remote[0]
        if host in self.addresses or flow.remote in self.addresses:
            return True
        if any(host in found for found in self._hosts.values()):
            return True
        return flow.transport == "tls" and self._sip.identity(flow) in self._names

    @property
    def undecided(self) -> bool:
        """Whether DNS has yet to say who somebody is: then nobody is refused for good."""
        return bool(self._open)

    def expire(self, now: float) -> None:
        """Look up what is due."""
        for name, due in self._due.items():
            if due <= now:
                self._look_up(name, now)

    def found(self, now: float) -> None:
        """There is a new answer; it may be one of ours."""
        for name in self._due:
            self._look_up(name, now)

    def deadline(self) -> float | None:
        """When the first name is to be looked up again."""
        return min(self._due.values(), default=None)

    def _look_up(self, name: str, now: float) -> None:
        if self._locator is None:
            return
        hop = Hop("", (name, 0))
        self._due[name] = now + _SOONEST
        ways = self._locator.locate(hop, now)
        if ways is None:
            return
        self._open.discard(name)
        if ways:
            self._hosts[name] = frozenset(way.remote[0] for way in ways)
        self._due[name] = max(self._locator.until(hop), now + _SOONEST)
