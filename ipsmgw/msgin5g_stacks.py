"""The section of MSGin5G as the stacks are told it."""

from ipsmgw.msgin5g_section import Msgin5gSection
from msgin5g_bridge.coap import CoapSettings
from msgin5g_bridge.exchange import split_uri
from msgin5g_bridge.rest_events import ClientCredentials, RestSettings

__all__ = ["coap_settings", "credentials", "rest_settings"]


def rest_settings(section: Msgin5gSection) -> RestSettings:
    """As the stack is told them."""
    limits = section.limits
    return RestSettings(
        prefix="" if section.over_coap else split_uri(section.our_root)[1].rstrip("/"),
        max_body=limits.body,
        wait=section.answer,
        open=limits.open,
        rate=limits.rate,
        burst=limits.burst,
        secure_only=section.secure,
    )


def coap_settings(section: Msgin5gSection) -> CoapSettings:
    """As the stack is told them."""
    limits, coap = section.limits, section.coap
    return CoapSettings(
        max_body=limits.body,
        wait=coap.wait,
        at_once=coap.at_once,
        open=limits.open,
        rate=limits.rate,
        burst=limits.burst,
    )


def credentials(section: Msgin5gSection) -> ClientCredentials | None:
    """How we get access tokens."""
    token = section.token
    if not token.uri:
        return None
    return ClientCredentials(
        token_uri=token.uri, client_id=token.client_id or "", client_secret=token.client_secret or ""
    )
