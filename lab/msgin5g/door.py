"""Where a node takes REST and asks from: its address, what it proves, and what it wants to be shown."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ipsmgw.drive import Driver
from lab.elements.site import Site
from lab.exchange_spec import ExchangeSpec, Tls
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import ClientCredentials, RestEvent, RestSettings, Verifier

__all__ = ["MAX_BODY", "Door"]

MAX_BODY = 1 << 20
"""Octets: a bulk registration of some thousand phones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """With TLS there is a plain one beside it, at which everybody is refused: 403."""

    local: tuple[str, int]
    names: tuple[str, ...] = ()
    """Host names by which others find it."""
    secure: bool = False
    """Whether it takes requests over TLS only; who asks without it is refused."""
    tls: Tls | None = None
    plain: tuple[str, int] | None = None
    verifier: Verifier | None = None
    """Of the access tokens of others; none: none is wanted."""
    credentials: ClientCredentials | None = None
    """By which we get ours."""
    rate: float = 0.0
    """Requests a second of one peer; 0: any number."""
    burst: int = 100

    @property
    def api_root(self) -> str:
        return self._spec.origin

    def stack(self, operations: Iterable[Operation], max_body: int = 65_536) -> RestStack:
        """The REST of the node, both halves."""
        settings = RestSettings(max_body=max_body, rate=self.rate, burst=self.burst, secure_only=self.secure)
        return RestStack(operations, settings, self.verifier, self.credentials)

    def open(
        self, site: Site, driver: Driver, stack: RestStack, sink: Callable[[RestEvent, float], None]
    ) -> None:
        """Plug it in."""
        site.network.exchanges(site.node, self._spec, driver.open_exchanges(stack, sink))
        if self.plain is not None:
            refusing = RestStack((), RestSettings(secure_only=True))
            port = driver.open_exchanges(refusing, _ignore)
            spec = ExchangeSpec(protocol="http", local=self.plain, names=self.names)
            site.network.exchanges(site.node, spec, port)

    @property
    def _spec(self) -> ExchangeSpec:
        return ExchangeSpec(protocol="http", local=self.local, names=self.names, tls=self.tls)


def _ignore(event: RestEvent, now: float) -> None:
    """It has been answered."""
