"""The page, JSON API, events, health and metrics of a gateway; the lab widens them (DESIGN §2, §10)."""

from ipsmgw.web.endpoint import Endpoint, Parameter, as_json, error
from ipsmgw.web.face import face
from ipsmgw.web.of_gateway import GATEWAY_TABS, gateway_messages, gateway_source
from ipsmgw.web.serving import App, Served, listen
from ipsmgw.web.source import Message, Registered, Seen, Source, Tab, Told, Wire
from ipsmgw.web_section import WebSection

__all__ = [
    "GATEWAY_TABS",
    "App",
    "Endpoint",
    "Message",
    "Parameter",
    "Registered",
    "Seen",
    "Served",
    "Source",
    "Tab",
    "Told",
    "WebSection",
    "Wire",
    "as_json",
    "error",
    "face",
    "gateway_messages",
    "gateway_source",
    "listen",
]
