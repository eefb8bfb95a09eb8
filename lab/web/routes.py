"""All that the running lab answers: the gateway's part, and its own (DESIGN §10)."""

from starlette.types import ASGIApp

from ipsmgw.web import WebSection, face
from lab.carrier import Carrier
from lab.web.device_routes import device_routes
from lab.web.fault_routes import fault_routes
from lab.web.phone_routes import phone_routes
from lab.web.sending import send_route
from lab.web.source import source
from lab.web.state_routes import state_routes
from lab.web.traffic import Traffic

__all__ = ["lab_face"]


def lab_face(carrier: Carrier) -> ASGIApp:
    """For `Served`; texts are shown, for nobody has written them but those who play."""
    more = [
        send_route(carrier),
        *phone_routes(carrier),
        *device_routes(carrier),
        *state_routes(carrier, Traffic()),
        *fault_routes(carrier),
    ]
    return face(source(carrier), WebSection(contents=True), more)
