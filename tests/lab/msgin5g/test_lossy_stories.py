"""Whole stories of MSGin5G on real sockets, all CoAP of which goes by a proxy that loses and doubles."""

import pytest

from lab.faults import COAP
from lab.fit import misfit
from lab.plan import Plan
from lab.runner import ClockKind, run
from lab.scenarios import SCENARIOS

pytestmark = pytest.mark.wire

SEED = 3
"""One that strikes early."""
STORIES = {
    "msgin5g_point_to_point": "UE to UE, with its report",
    "msgin5g_app_to_point": "REST to CoAP",
    "msgin5g_point_to_app": "CoAP to REST",
    "msgin5g_segments": "segments, the longer of them in blocks",
    "msgin5g_aggregate": "many in one",
    "msgin5g_stored": "store and forward",
    "msgin5g_restart": "a server that is killed",
    "msgin5g_registration_ends": "registrations",
    "msgin5g_keys": "OSCORE",
    "msgin5g_secured": "OSCORE beside TLS",
    "msgin5g_two_servers": "across two servers",
    "msgin5g_secured_servers": "across two servers, with OSCORE, from a phone",
    "msgin5g_gateway_ue": "by a Gateway UE",
    "msgin5g_application_away": "by the client of another UE",
    "msgin5g_provisioned_ue_and_as": "provisioning",
    "msgin5g_phone_coap_device": "a device and a phone, the gateway as CoAP client",
    "msgin5g_phone_coap_app": "an AS and a phone",
    "msgin5g_phone_coap_away": "a phone that comes later",
    "msgin5g_phone_coap_refuses": "one that refuses",
    "msgin5g_phone_coap_crash": "a gateway that is killed",
    "msgin5g_phone_coap_bulk": "phones behind a Gateway UE",
    "msgin5g_phone_coap_keys": "OSCORE of each phone",
    "msgin5g_line_coap": "lines of JSON",
}


@pytest.mark.parametrize("name", STORIES)
def test_a_story_ends_as_it_does_without(name: str, network: int) -> None:
    verdict = run(SCENARIOS[name], ClockKind.WIRE, SEED, faults=COAP, network=network)
    assert verdict.broken is None, verdict.ladder()
    struck = (verdict.tally[f"datagrams of CoAP {fate}"] for fate in ("lost", "duplicated"))
    assert any(struck), "and there was something to make good"


def test_who_speaks_no_coap_has_no_story_of_it() -> None:
    assert misfit(SCENARIOS["msgin5g_point_to_point"], Plan(), coap=True) is None
    assert misfit(SCENARIOS["mo"], Plan(), coap=True) == "nobody in it speaks CoAP"
    assert misfit(SCENARIOS["mo"], Plan()) is None
