"""The settings of direct mode: what contradicts itself is said, with its place."""

import pytest

from ipsmgw.direct_section import notifier_rules, registrar_rules
from ipsmgw.settings import BadSettings, Settings, parse
from tests.ipsmgw.broken import Table, sound, toml

_REALM = "ims.mnc001.mcc001.3gppnetwork.org"
TLS = {"certificate": "c", "key": "k", "authorities": "a", "mutual": False}


def table(sip: Table | None = None, /, **changed: object) -> Table:
    whole = sound()
    assert isinstance(whole["sip"], dict)
    whole["sip"] |= sip or {}
    whole["direct"] = {"enabled": True, "realm": _REALM, "transports": ["udp"]} | changed
    return whole


def settings(**changed: object) -> Settings:
    return parse(toml(table(None, **changed)))


@pytest.mark.parametrize(("whole", "said"), [
    (table(realm="Ims.Example"), "direct.realm: a domain in lower case is wanted"),
    (table(realm=""), "direct.realm: a domain in lower case is wanted"),
    (table(transports=[]), "direct.transports: at least one is wanted"),
    (table(transports=["tls"]), "direct.transports: there is no listener for tls"),
    (table({"also": ["tls:127.0.0.11:5061"], "tls": TLS | {"mutual": True}}, transports=["tls"]),
     "sip.tls.mutual: phones show no certificates"),
    (table(algorithms=[]), "direct.algorithms: at least one is wanted"),
    (table(algorithms=["MD5"]), "direct.algorithms[0]: "),
    (table(usual_expires=59), "direct.usual_expires: it must lie between"),
    (table(usual_expires=600_001), "direct.usual_expires: it must lie between"),
])  # fmt: skip
def test_what_cannot_be_is_said(whole: Table, said: str) -> None:
    with pytest.raises(BadSettings) as bad:
        parse(toml(whole))
    assert [fault for fault in bad.value.faults if fault.startswith(f"settings: {said}")]


def test_nothing_is_said_of_what_is_off() -> None:
    assert not parse(toml(table(enabled=False, realm="", transports=[]))).direct.enabled


def test_no_s_cscf_is_needed_where_phones_register_here() -> None:
    assert parse(toml(table({"scscf": []}))).sip.scscf == ()


def test_tls_needs_its_listener_and_no_certificates_of_phones() -> None:
    whole = table({"also": ["tls:127.0.0.11:5061"], "tls": TLS}, transports=["tls"])
    assert parse(toml(whole)).direct.transports == ("tls",)


def test_the_rules_are_what_the_settings_say() -> None:
    section = settings(
        shortest_expires=10, usual_expires=20, longest_expires=30, contacts=2, subscriptions=7
    ).direct
    rules = registrar_rules(section)
    assert (rules.shortest, rules.usual, rules.longest, rules.contacts) == (10, 20, 30, 2)
    assert notifier_rules(section).most == 7
