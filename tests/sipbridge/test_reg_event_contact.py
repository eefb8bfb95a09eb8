"""Where a subscription says that NOTIFYs are to come (RFC 3261 §8.1.1.8, RFC 5630)."""

from dataclasses import replace
from random import Random

import pytest

from sipbridge import Flow, IscStack, Watched
from sipbridge.dns import DnsSettings, Locator, Resolver
from sipbridge.hop import Hop
from tests.sipbridge.element import GATEWAY, TO_GATEWAY
from tests.sipbridge.element import settings as element_settings
from tests.sipbridge.test_reg_event_subscription import AOR, OWN, Scscf
from tests.sipbridge.zone import Zone

TLS_HERE = ("127.0.0.1", 5061)
BY_TLS = Flow("tls", TLS_HERE, ("127.0.0.1", 6061))


@pytest.mark.parametrize(
    ("route", "flow", "contact"),
    [
        ("sip:127.0.0.1:6061;transport=tls", BY_TLS, "<sip:127.0.0.1:5061;transport=tls>"),
        ("sip:127.0.0.1:6060", TO_GATEWAY, "<sip:127.0.0.1:5090>"),
        # we call by TLS, and do not listen for it: nobody could come back that way
        ("sip:127.0.0.1:6061;transport=tls", BY_TLS._replace(local=GATEWAY), "<sip:127.0.0.1:5090>"),
        ("sips:127.0.0.1:6061", BY_TLS, "<sips:127.0.0.1:5061>"),
    ],
)
def test_notifies_come_back_as_safely_as_the_subscribe_went(route: str, flow: Flow, contact: str) -> None:
    server = over_tls()
    server.reg_events.subscribe(Watched(AOR, route, flow, OWN, 3600), 0.0)
    ((data, _),) = server.take_output()
    assert f"\r\nContact: {contact}\r\n".encode() in data


def test_the_contact_is_sips_where_the_dialog_has_become_so() -> None:
    scscf = Scscf()
    scscf.subscribe()
    scscf.answer(200, "Expires: 100", "Contact: <sips:scscf.test>")
    scscf.pass_time()
    assert scscf.heard()["Contact"] == "<sips:127.0.0.1:5090>"


def test_a_name_that_leads_to_tls_is_told_where_we_listen_for_it() -> None:
    server, resolver = over_tls(), Resolver(DnsSettings(servers=(("192.0.2.53", 53),)), Random(1))
    zone = Zone(
        'scscf.test 60 NAPTR 1 1 "s" "SIPS+D2T" "" _sips._tcp.scscf.test',
        "_sips._tcp.scscf.test 60 SRV 1 0 5061 s1.test",
        "s1.test 60 A 192.0.2.1",
    )
    server.sip.names.locator = Locator(
        resolver,
        lambda transport, host: None if host else TLS_HERE if transport == "tls" else GATEWAY,
        Random(2),
        avoid=60.0,
    )
    to_name = Hop("", ("scscf.test", 0)).flow(GATEWAY)
    server.reg_events.subscribe(Watched(AOR, "sip:scscf.test", to_name, OWN, 3600), 0.0)
    while batch := resolver.take_output():
        for query, flow in batch:
            resolver.receive(zone.answer(query), flow, 0.0)
        server.sip.names.found(0.0)
    ((data, way),) = server.take_output()
    assert way == Flow("tls", TLS_HERE, ("192.0.2.1", 5061), "scscf.test")
    assert b"\r\nContact: <sip:127.0.0.1:5061;transport=tls>\r\n" in data
    assert b"\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=" in data


def over_tls() -> IscStack:
    secure = frozenset((TLS_HERE,))
    return IscStack(replace(element_settings(), locals=secure, secure=secure), Random(1))
