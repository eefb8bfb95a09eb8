"""What TS 29.002 has no field for is said in private extensions that a foreign decoder takes for such."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrate_asn1dir.TCAP_MAPv2v3 import MAP_ExtensionDataTypes

from ipsmgw.identity import NodeNumber
from lab.elements.extensions import (
    ScType,
    ip_message_gw,
    ip_messaging,
    of_ip_message_gw,
    of_sc_type,
    sc_type,
    supports_ip_messaging,
)
from mapstack.ber import element
from tests.house.source import ROOT

GATEWAY = NodeNumber("15550000011")
_SEQUENCE = 0x30
ALL = [ip_messaging(), ip_message_gw(GATEWAY), *map(sc_type, ScType)]


def test_what_is_said_is_heard() -> None:
    assert supports_ip_messaging(ip_messaging())
    assert of_ip_message_gw(ip_message_gw(GATEWAY)) == GATEWAY
    assert [of_sc_type(sc_type(kind)) for kind in ScType] == list(ScType)


def test_nothing_is_heard_of_what_is_not_said() -> None:
    assert not supports_ip_messaging(None)
    assert not supports_ip_messaging(ip_message_gw(GATEWAY))
    assert of_ip_message_gw(ip_messaging()) is None
    assert of_sc_type(ip_messaging()) is None


def test_a_type_that_is_not_known_is_none() -> None:
    assert of_sc_type(sc_type(ScType.NORMAL)[:-1] + b"\x07") is None
    assert of_ip_message_gw(ip_message_gw(GATEWAY)[:-1] + b"\xef") is None


@pytest.mark.parametrize("container", ALL, ids=["messaging", "gateway", *(kind.name for kind in ScType)])
def test_pycrate_reads_the_container(container: bytes) -> None:
    kind = MAP_ExtensionDataTypes.ExtensionContainer
    kind.from_ber(element(_SEQUENCE, container))
    (extension,) = kind.get_val()["privateExtensionList"]
    assert extension["extId"][:2] == (2, 25)


@given(st.binary(max_size=64))
def test_any_octets_say_nothing_or_something(octets: bytes) -> None:
    supports_ip_messaging(octets)
    of_ip_message_gw(octets)
    of_sc_type(octets)


def test_the_documentation_names_each_of_them() -> None:
    text = (ROOT / "docs" / "private-extensions.md").read_text()
    kind = MAP_ExtensionDataTypes.ExtensionContainer
    for container in ALL:
        kind.from_ber(element(_SEQUENCE, container))
        *_, uuid, number = kind.get_val()["privateExtensionList"][0]["extId"]
        assert f"uuid(25) {uuid} " in text
        assert f"| `ipsmgw.{number}` |" in text
