"""All that the running lab answers: the gateway's part, and its own (DESIGN §10)."""

from starlette.routing import Route

from ipsmgw.web import routes as gateway_routes
from lab.carrier import Carrier
from lab.web.device_routes import device_routes
from lab.web.fault_routes import fault_routes
from lab.web.phone_routes import phone_routes
from lab.web.sending import send_route
from lab.web.state_routes import state_routes
from lab.web.traffic import Traffic

__all__ = ["routes"]


def routes(carrier: Carrier) -> list[Route]:
    """For `Served`."""

    def status() -> dict[str, object]:
        phones = {name: phone.registration.value for name, phone in carrier.phones.items()}
        gateway = {"gateway": carrier.gateway.status()} if carrier.own() else {}
        return {**gateway, "phones": phones, "associations": carrier.associations()}

    return [
        *gateway_routes(status, explain=lambda name: carrier.gateway.explain(name) if carrier.own() else ()),
        send_route(carrier),
        *phone_routes(carrier),
        *device_routes(carrier),
        *state_routes(carrier, Traffic()),
        *fault_routes(carrier),
    ]
