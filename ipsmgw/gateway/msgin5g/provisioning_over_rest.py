"""The provisioning function over HTTP, beside a server that is spoken to by something else (TR 23.700-24)."""

from collections.abc import Callable

from ipsmgw.drive import Driver
from ipsmgw.gateway.core import Exchanges
from ipsmgw.gateway.msgin5g.message_server import ServerEvent
from ipsmgw.gateway.msgin5g.server_over_rest import told
from ipsmgw.msgin5g_section import Msgin5gSection
from ipsmgw.msgin5g_stacks import credentials, rest_settings
from msgin5g_bridge.apis import PROVISION_NON_MSGIN5G_UE
from msgin5g_bridge.provisioning import NonMsgin5gUeProvisioningRequest
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called, RestEvent

__all__ = ["ProvisioningOverRest"]


class ProvisioningOverRest:
    """It serves nothing; its requests have negative numbers, for the server's are positive."""

    def __init__(
        self, section: Msgin5gSection, driver: Driver, tell: Callable[[ServerEvent, float], None]
    ) -> None:
        self._root = section.provisioning_root
        self._tell = tell
        self._stack = RestStack((), rest_settings(section), None, credentials(section))
        self._port = driver.open_exchanges(self._stack, self._on_event)

    def __len__(self) -> int:
        return len(self._stack)

    def begin(self, exchanges: Exchanges) -> None:
        exchanges("http", self._port)

    def provision(self, request: NonMsgin5gUeProvisioningRequest, now: float) -> int:
        return -self._stack.call(PROVISION_NON_MSGIN5G_UE, self._root, request, now)

    def _on_event(self, event: RestEvent, now: float) -> None:
        assert not isinstance(event, Called), "there is nothing to call"
        ended = told(event, lambda exchange: -exchange)
        if ended is not None:
            self._tell(ended, now)
